"""The command group `nianbao train`: from text to a tagger."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer

P = ParamSpec("P")
T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Make a tagger: pretraining, fine-tuning, calibration, export.")

Data = Annotated[Path, typer.Option("--data", help="Folder of labelled JSONL files with a splits.yaml.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")]
Seed = Annotated[int, typer.Option("--seed")]
Corpus = Annotated[
    list[Path], typer.Option("--corpus", help="Text files (.txt, .txt.gz); FILE or FILE:TIMES_READ.")
]

_GOLD = Path("annotations/gold")
_NAME = "nianbao-tagger"


def _needs_training(command: Callable[P, T]) -> Callable[P, T]:
    """One clear sentence in place of a traceback where the extra `train` is not installed."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except ModuleNotFoundError as error:
            typer.echo(
                f"nianbao: training needs {error.name}; install it with: pip install 'nianbao[train]'",
                err=True,
            )
            raise typer.Exit(2) from error

    return run


def _corpus(given: list[Path]) -> dict[Path, int]:
    """Files with how often each is read: `FILE:3` is read three times an epoch."""
    parts = (str(path).rpartition(":") for path in given)
    return {Path(name if times.isdigit() and name else times): int(times) if times.isdigit() and name else 1
            for name, _, times in parts}  # fmt: skip


@app.command()
@_needs_training
def pretrain(
    corpus: Corpus, output: Output, steps: int = 3600, layers: int = 4, hidden: int = 256, seed: Seed = 13
) -> None:
    """Pretrain an encoder on plain text; started again, it goes on from its last checkpoint."""
    from training.pretrain import Pretraining
    from training.pretrain import pretrain as run

    run(Pretraining(_corpus(corpus), output, layers=layers, hidden=hidden, steps=steps, seed=seed))


@app.command()
@_needs_training
def finetune(
    base: Annotated[
        str, typer.Option("--base", help="Folder or hub name of an encoder with a fast tokenizer.")
    ],
    output: Output,
    data: Data = _GOLD,
    epochs: int = 8,
    version: str = "0",
    seed: Seed = 13,
    command: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Fine-tune an encoder, export it to ONNX, calibrate it, measure it on dev and test, write its card."""
    from inference.tagging import Tagger
    from training.calibrate import calibrate
    from training.card import write_card
    from training.data import read_split
    from training.evaluate import evaluate
    from training.export import export
    from training.finetune import Finetuning
    from training.finetune import finetune as run

    started = time.monotonic()
    items = read_split(data, "train")
    weights = output.with_name(output.name + "-torch")
    settings = Finetuning(base, weights, epochs=epochs, seed=seed)
    run(settings, items)
    spent = timedelta(seconds=round(time.monotonic() - started))
    export(weights, output, _NAME, version, settings.max_tokens)
    calibrate(output, read_split(data, "dev"))
    tagger = Tagger(output)
    made = {
        "base": base,
        "labelled passages for training": str(len(items)),
        "labelled figures for training": str(sum(len(i.figures) for i in items)),
        "epochs, batch, peak rate": f"{epochs}, {settings.batch}, {settings.rate}",
        "time to fine-tune": str(spent),
    }
    results = {split: evaluate(tagger, read_split(data, split)) for split in ("dev", "test")}
    command = command or f"nianbao train finetune --base {base} --data {data} --output {output} --seed {seed}"
    write_card(output, Path(base), command, made, results)
    for split, result in results.items():
        low, high = result.interval()
        typer.echo(f"{split}: F1 {result.total.f1:.3f} ({low:.3f} to {high:.3f})")


@app.command(name="all")
@_needs_training
def all_(
    corpus: Corpus,
    output: Output,
    data: Data = _GOLD,
    steps: int = 3600,
    epochs: int = 8,
    layers: int = 4,
    hidden: int = 256,
    version: str = "0",
    seed: Seed = 13,
) -> None:
    """Pretrain, fine-tune, export, calibrate and measure: everything that makes a tagger."""
    encoder = output.with_name(output.name + "-encoder")
    pretrain(corpus, encoder, steps=steps, layers=layers, hidden=hidden, seed=seed)
    names = " ".join(f"--corpus {path}" for path in corpus)
    command = f"nianbao train all {names} --data {data} --output {output} --steps {steps} --epochs {epochs} --seed {seed}"
    finetune(str(encoder), output, data=data, epochs=epochs, version=version, seed=seed, command=command)


@app.command()
@_needs_training
def evaluate(
    model: Annotated[Path, typer.Option("--model", help="Folder of a tagger.")],
    data: Data = _GOLD,
    split: str = "test",
    errors: Annotated[int, typer.Option(help="How many errors to print.")] = 0,
) -> None:
    """Measure a tagger on a split: precision, recall, F1 with interval, attributes, calibration."""
    from inference.tagging import Tagger
    from training.data import read_split
    from training.evaluate import evaluate as run

    result = run(Tagger(model), read_split(data, split))
    low, high = result.interval()
    total = result.total
    found, same = result.attributes
    typer.echo(
        f"{split}: {total.gold} figures, precision {total.precision:.4f}, recall {total.recall:.4f}, "
        f"F1 {total.f1:.4f} ({low:.4f} to {high:.4f}), attributes {same / max(1, found):.4f}, "
        f"ECE {result.calibration_error():.4f}"
    )
    for kind, label, span, context in result.errors[:errors]:
        typer.echo(f"{kind}\t{label}\t{span}\t{context!r}")
