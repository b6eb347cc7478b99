"""The model card: what a tagger was made of and how good it is, written by the run that made it."""

import json
from pathlib import Path

from models.tagger import TaggerConfig
from training.evaluate import Evaluation


def _loss_curve(folder: Path) -> str:
    """The held-out loss of a pretraining run, a row for each time it was taken; empty without a log."""
    log = folder / "trainer_state.json"
    if not log.exists():
        return ""
    history = json.loads(log.read_text("utf-8"))["log_history"]
    rows = [f"| {entry['step']} | {entry['eval_loss']:.3f} |" for entry in history if "eval_loss" in entry]
    return "\n".join(["| step | held-out loss |", "|---:|---:|", *rows])


def _scores(name: str, result: Evaluation) -> str:
    low, high = result.interval()
    found, same = result.attributes
    total = result.total
    return (
        f"| {name} | {total.gold} | {total.precision:.3f} | {total.recall:.3f} | {total.f1:.3f} "
        f"({low:.3f} to {high:.3f}) | {same / max(1, found):.3f} | {result.calibration_error():.3f} |"
    )


def write_card(
    folder: Path, encoder: Path, command: str, made: dict[str, str], results: dict[str, Evaluation]
) -> None:
    """Write `README.md` into a tagger's folder.

    Args:
        folder: Of the tagger.
        encoder: Folder of the pretraining run, for its loss curve; may lack a log.
        command: The command that made it.
        made: What it was made of and how long that took, as name and value.
        results: Evaluations by split.
    """
    config = TaggerConfig.load(folder)
    last = results[list(results)[-1]]
    labels = sorted(last.labels.items(), key=lambda pair: -pair[1].gold)
    lines = [
        f"# {config.name} {config.version}",
        "",
        "Tags the figures in the running text of Chinese government-information-disclosure annual reports. Every",
        "number that the number grammar finds is one of 67 labels or none; a second softmax gives its period.",
        "Written by the run that made it:",
        "",
        f"    {command}",
        "",
        *(f"- {name}: {value}" for name, value in made.items()),
        f"- temperature of the confidences: {config.temperature}",
        "",
        "## Scores",
        "",
        "A figure is right when label and number are right and the spans overlap. Intervals are 95% bootstrap over",
        "items; attributes are qualifier and period of the right figures; ECE is the expected calibration error",
        "over ten bins. The texts are written for the project in the manner of real reports; expect less on real ones.",
        "",
        "| split | figures | precision | recall | F1 | attributes | ECE |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(_scores(name, result) for name, result in results.items()),
        "",
        f"### By label ({list(results)[-1]})",
        "",
        "| label | figures | precision | recall | F1 |",
        "|---|---:|---:|---:|---:|",
        *(f"| {id} | {t.gold} | {t.precision:.2f} | {t.recall:.2f} | {t.f1:.2f} |" for id, t in labels),
        "",
        "## Pretraining",
        "",
        _loss_curve(encoder),
        "",
        "## Limits",
        "",
        "Trained and measured on text written for this project. It knows reports of Chinese authorities only; a figure",
        "whose meaning comes from further away than a few sentences, or from a table that was flattened into prose,",
        "may be missed. Rare labels (see the table) are less sure than frequent ones.",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), "utf-8")
