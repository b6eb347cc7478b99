"""The command line: `nianbao extract` and `nianbao show`, and what the other modules add."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inference.extract import to_record
from inference.reading import ReadError, read
from inference.tagging import Backend, NumberTagger, TaggerError, load_tagger
from inference.view.words import Language
from nianbao import annotate, train
from nianbao.bulk import extract
from nianbao.check import check
from nianbao.evaluate import evaluate
from nianbao.messages import fail
from nianbao.page import print_record
from nianbao.serve import serve

app = typer.Typer(
    name="nianbao",
    help="年报: reads Chinese government-information-disclosure annual reports (政府信息公开工作年度报告).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(annotate.app, name="annotate")
app.add_typer(train.app, name="train")
app.command()(extract)
app.command()(check)
app.command()(evaluate)
app.command()(serve)

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
        fail(str(error))


@app.command()
def show(
    path: Annotated[Path, typer.Argument(help="One report.")],
    model: Model = None,
    backend: BackendOption = "onnx",
    html: Annotated[
        bool, typer.Option("--html", help="As a page for the browser, beside the text of the report.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="File for the page, standard output if not given; implies --html."),
    ] = None,
    language: Annotated[Language, typer.Option("--lang", help="Language of the page.")] = "zh",
) -> None:
    """Show one report as a person would want to see it: header, tables, figures, what does not add up."""
    tagger = _tagger(model, backend)
    try:
        source = read(path)
        record = to_record(source, tagger)
    except ReadError as error:
        fail(f"{error.code}: {error.message}", 1)
    if not html and not output:
        print_record(record, Console())
        return
    from inference.view.pages import report_page  # jinja2 is loaded only where a page is made

    page = report_page(record, source.text, language, alone=True).encode("utf-8")
    if not output:
        typer.echo(page, nl=False)
        return
    try:
        output.write_bytes(page)
    except OSError as error:
        fail(f"{output}: {error.strerror}")
