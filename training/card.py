"""The model card: what a tagger was made of and how good it is, written by the run that made it."""

import json
from pathlib import Path

from models.tagger import TaggerConfig
from training.evaluation.report import Report, Score

SCORE_HEAD = "| | figures | precision | recall | F1 | attributes | ECE |\n|---|---:|---:|---:|---:|---:|---:|"

_METRICS = (
    "figures.precision",
    "figures.recall",
    "figures.f1",
    "attributes.qualifier_and_period",
    "figures.calibration.expected_error",
)


def _loss_curve(folder: Path) -> str:
    """The held-out loss of a pretraining run, a row for each time it was taken; empty without a log."""
    log = folder / "trainer_state.json"
    if not log.exists():
        return ""
    history = json.loads(log.read_text("utf-8"))["log_history"]
    rows = [f"| {entry['step']} | {entry['eval_loss']:.3f} |" for entry in history if "eval_loss" in entry]
    return "\n".join(["| step | held-out loss |", "|---:|---:|", *rows])


def score_row(name: str, report: Report) -> str:
    """A row below `SCORE_HEAD`; a dash stands for what could not be measured."""
    figures = sum(label.gold for label in report.labels)
    scores = [report.scores[metric] for metric in _METRICS]
    return f"| {name} | {figures} | " + " | ".join(_shown(score) for score in scores) + " |"


def _shown(score: Score) -> str:
    if score.value is None:
        return "–"
    return (
        f"{score.value:.3f}"
        if score.low is None
        else f"{score.value:.3f} ({score.low:.3f} to {score.high:.3f})"
    )


def _details(report: Report) -> str:
    """Tables by label, and how often a figure of some confidence is right."""
    return "\n".join(
        [
            "| label | figures | precision | recall | F1 |",
            "|---|---:|---:|---:|---:|",
            *(
                f"| {row.id} | {row.gold} | {row.precision or 0:.2f} | {row.recall or 0:.2f} | {row.f1.value or 0:.2f} |"
                for row in report.labels
            ),
            "",
            "| confidence | figures | right |",
            "|---:|---:|---:|",
            *(
                f"| {b.confidence:.3f} | {b.count} | {b.right:.3f} |"
                for b in report.confidence["figures"].bins
            ),
        ]
    )


def write_card(
    folder: Path, encoder: Path, command: str, made: dict[str, str], reports: dict[str, Report]
) -> None:
    """Write `README.md` into a tagger's folder.

    Args:
        folder: Of the tagger.
        encoder: Folder of the pretraining run, for its loss curve; may lack a log.
        command: The command that made it.
        made: What it was made of and how long that took, as name and value.
        reports: Evaluations by name, the test last.
    """
    config = TaggerConfig.load(folder)
    last = list(reports)[-1]
    lines = [
        f"# {config.name} {config.version}",
        "",
        "Tags the figures in the running text of Chinese government-information-disclosure annual reports. Every",
        f"number that the number grammar finds gets one of {len(config.labels) - 1} labels or none; a second softmax gives its period.",
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
        SCORE_HEAD,
        *(score_row(name, report) for name, report in reports.items()),
        "",
        "These commands repeat the scores, and more; `--backend torch` gives full precision:",
        "",
        *(
            f"    nianbao evaluate --model {folder} --output DIR {' '.join(f'--gold {path}' for path in gold)}"
            for gold in dict.fromkeys(tuple(report.gold) for report in reports.values())
        ),
        "",
        f"### By label, and reliability ({last})",
        "",
        _details(reports[last]),
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
