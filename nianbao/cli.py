"""The command line: `nianbao extract` and `nianbao show`, and what the other modules add."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from inference.extract import Failure, extract_all, find_inputs, to_record
from inference.reading import ReadError, read
from inference.tagging import Backend, NumberTagger, TaggerError, load_tagger
from inference.writers import FolderWriter, StreamWriter
from nianbao import annotate, train
from nianbao.evaluate import evaluate
from nianbao.page import print_record

app = typer.Typer(
    name="nianbao",
    help="年报: reads Chinese government-information-disclosure annual reports (政府信息公开工作年度报告).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(annotate.app, name="annotate")
app.add_typer(train.app, name="train")
app.command()(evaluate)
_errors = Console(stderr=True, highlight=False)

Model = Annotated[
    Path | None,
    typer.Option("--model", help="Folder of a tagger; the one that comes with nianbao if not given."),
]
BackendOption = Annotated[
    Backend,
    typer.Option("--backend", help="What reads the running text: the model with onnx or torch, or rules."),
]


@app.callback()
def main() -> None:
    """年报: reads Chinese government-information-disclosure annual reports."""


def _tagger(model: Path | None, backend: Backend) -> NumberTagger:
    try:
        return load_tagger(model, backend=backend)
    except TaggerError as error:
        _errors.print(f"nianbao: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error


@app.command()
def extract(
    paths: Annotated[list[str], typer.Argument(help="Files, folders or patterns such as 'reports/*.html'.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for records.jsonl and errors.jsonl.")
    ] = None,
    texts: Annotated[
        bool, typer.Option("--texts", help="With --output: also write the text that offsets point into.")
    ] = False,
    model: Model = None,
    backend: BackendOption = "onnx",
) -> None:
    """Read reports; one JSON record a line. Exit status 1 if an input failed, the rest is done all the same."""
    if texts and not output:
        raise typer.BadParameter("--texts needs --output", param_hint="--texts")
    tagger = _tagger(model, backend)
    inputs = find_inputs(paths)
    if not inputs:
        _errors.print("nianbao: no report (.txt, .md, .html) was found there", style="red", markup=False)
        raise typer.Exit(1)
    failures = 0
    with FolderWriter(output, texts) if output else StreamWriter() as writer:
        results = extract_all(inputs, tagger)
        quiet = not _errors.is_terminal
        for result in track(results, "Reading", len(inputs), console=_errors, transient=True, disable=quiet):
            writer.write(result)
            if isinstance(result, Failure):
                failures += 1
                _errors.print(
                    f"nianbao: {result.code}: {result.message}", style="red", markup=False, soft_wrap=True
                )
    if output:
        _errors.print(
            f"{len(inputs) - failures} records in {output / 'records.jsonl'}, {failures} failed", markup=False
        )
    raise typer.Exit(1 if failures else 0)


@app.command()
def show(
    path: Annotated[Path, typer.Argument(help="One report.")],
    model: Model = None,
    backend: BackendOption = "onnx",
) -> None:
    """Show one report as a person would want to see it: header, tables, figures, what does not add up."""
    tagger = _tagger(model, backend)
    try:
        record = to_record(read(path), tagger)
    except ReadError as error:
        _errors.print(f"nianbao: {error.code}: {error.message}", style="red", markup=False)
        raise typer.Exit(1) from error
    print_record(record, Console())
