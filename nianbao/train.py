"""The command group `nianbao train`: from text to a tagger."""

import random
import shlex
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer

from inference.extract import program_version
from inference.tagging import NumberTagger, TaggerError, load_tagger
from nianbao.messages import fail, needs

if TYPE_CHECKING:
    from training.evaluation.report import Report

P = ParamSpec("P")
T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Make a tagger: pretraining, fine-tuning, calibration, export.")

Data = Annotated[Path, typer.Option("--data", help="Folder of labelled JSONL files with a splits.yaml.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")]
Seed = Annotated[int, typer.Option("--seed")]
Compiled = Annotated[
    bool, typer.Option("--compile", help="Let torch compile the encoder first; needs a C++ compiler.")
]
Corpus = Annotated[
    list[Path], typer.Option("--corpus", help="Text files (.txt, .txt.gz); FILE or FILE:TIMES_READ.")
]

_GOLD = Path("annotations/gold")
_NAME = "nianbao-tagger"


def _needs_training(command: Callable[P, T]) -> Callable[P, T]:
    """One clear sentence in place of a traceback where a library, a file or a label is missing or wrong."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            from annotations.items import DataError

            try:
                return command(*args, **kwargs)
            except (DataError, TaggerError, OSError) as error:
                fail(str(error))
        except ModuleNotFoundError as error:
            needs(error, "training", "train")

    return run


def _corpus(given: list[Path]) -> dict[Path, int]:
    """Files with how often each is read: `FILE:3` is read three times an epoch."""
    parts = (str(path).rpartition(":") for path in given)
    return {Path(name if times.isdigit() and name else times): int(times) if times.isdigit() and name else 1
            for name, _, times in parts}  # fmt: skip


def _measured(tagger: NumberTagger, data: Path, split: str) -> "Report":
    """The evaluation of a tagger on a split of labelled text."""
    from annotations.items import split_files
    from training.evaluation.build import build
    from training.evaluation.gold import read_gold
    from training.evaluation.matching import Case, of_passage

    files = split_files(data, split)
    cases = [Case(d, of_passage(d.text or "", tagger)) for d in read_gold(files)]
    return build(
        cases, [str(file) for file in files], f"{tagger.name} {tagger.version}", program_version(), seed=0
    )


@app.command()
@_needs_training
def pretrain(
    corpus: Corpus,
    output: Output,
    steps: int = 10_000,
    layers: int = 4,
    hidden: int = 256,
    seed: Seed = 13,
    compiled: Compiled = False,
) -> None:
    """Pretrain an encoder on plain text; started again, it goes on from its last checkpoint."""
    from training.pretrain import Pretraining
    from training.pretrain import pretrain as run

    run(
        Pretraining(
            _corpus(corpus), output, layers=layers, hidden=hidden, steps=steps, seed=seed, compiled=compiled
        )
    )


@app.command()
@_needs_training
def finetune(
    base: Annotated[
        str, typer.Option("--base", help="Folder or hub name of an encoder with a fast tokenizer.")
    ],
    output: Output,
    data: Data = _GOLD,
    epochs: int = 8,
    augmented: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the items told another way at each sight.")
    ] = 0.5,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Learn from that many items only, drawn at random, for learning curves."),
    ] = None,
    version: str = "0",
    seed: Seed = 13,
) -> None:
    """Fine-tune an encoder, export it to ONNX, calibrate it, measure it on dev and test, write its card."""
    from annotations.items import read_split
    from inference.tagging import Tagger
    from inference.torch_tagging import TorchTagger
    from training.calibrate import calibrate
    from training.card import SCORE_HEAD, score_row, write_card
    from training.export import export
    from training.finetune import Finetuning
    from training.finetune import finetune as run

    started = time.monotonic()
    # The test is only looked at in the end, but what is missing should show before the training.
    items, dev, _ = (read_split(data, split) for split in ("train", "dev", "test"))
    if limit:
        items = random.Random(seed).sample(items, min(limit, len(items)))
    weights = output.with_name(output.name + "-torch")
    settings = Finetuning(base, weights, epochs=epochs, augmented=augmented, seed=seed)
    run(settings, items)
    spent = timedelta(seconds=round(time.monotonic() - started))
    export(weights, output, _NAME, version, settings.max_tokens)
    calibrate(output, dev)
    tagger = Tagger(output)
    made = {
        "base": base,
        "labelled passages for training": str(len(items)),
        "labelled figures for training": str(sum(len(i.figures) for i in items)),
        "epochs, batch, peak rate": f"{epochs}, {settings.batch}, {settings.rate}",
        "share of items told another way": str(augmented),
        "time to fine-tune": str(spent),
    }
    results = {
        "dev, full precision": _measured(TorchTagger(output), data, "dev"),
        "dev": _measured(tagger, data, "dev"),
        "test": _measured(tagger, data, "test"),
    }
    write_card(output, Path(base), shlex.join(["nianbao", *sys.argv[1:]]), made, results)
    typer.echo("\n".join([SCORE_HEAD, *(score_row(name, result) for name, result in results.items())]))


@app.command(name="all")
@_needs_training
def all_(
    corpus: Corpus,
    output: Output,
    data: Data = _GOLD,
    steps: int = 10_000,
    epochs: int = 8,
    layers: int = 4,
    hidden: int = 256,
    version: str = "0",
    seed: Seed = 13,
    compiled: Compiled = False,
) -> None:
    """Pretrain, fine-tune, export, calibrate and measure: everything that makes a tagger."""
    encoder = output.with_name(output.name + "-encoder")
    pretrain(corpus, encoder, steps, layers, hidden, seed, compiled)
    finetune(str(encoder), output, data=data, epochs=epochs, version=version, seed=seed)


@app.command()
@_needs_training
def baselines(
    output: Output,
    models: Annotated[list[Path], typer.Option("--model", help="Folders of taggers to compare; ours first.")],
    data: Data = _GOLD,
    split: str = "test",
    steps: Annotated[int, typer.Option(help="Most updates of spaCy's recogniser.")] = 4000,
    seed: Seed = 13,
) -> None:
    """Train what a tagger has to beat, and measure all on one split: patterns, linear, spaCy's NER."""
    from annotations.items import read_split
    from inference.patterns import PatternTagger
    from training.baselines import LinearTagger, SpacyTagger, train_spacy
    from training.card import SCORE_HEAD, score_row
    from training.evaluation.scores import changes

    taggers = {str(model): load_tagger(model) for model in models}
    items = read_split(data, "train")
    train_spacy(items, read_split(data, "dev"), output, steps, seed)
    taggers |= {t.name: t for t in (PatternTagger(), LinearTagger(items, seed), SpacyTagger(output))}
    results = {name: _measured(tagger, data, split) for name, tagger in taggers.items()}
    ours = results[str(models[0])]
    lines = [SCORE_HEAD, *(score_row(name, result) for name, result in results.items()), ""]
    for name, result in list(results.items())[1:]:
        before, after = ([d.counts for d in report.documents] for report in (result, ours))
        if change := changes(before, after)["figures.f1"]:
            low, high, _ = change
            lines.append(
                f"{models[0]} is ahead of {name} by {low:.3f} to {high:.3f} F1 (95%, paired bootstrap)."
            )
    (output / f"{split}.md").write_text("\n".join([*lines, ""]), "utf-8")
    typer.echo("\n".join(lines))
