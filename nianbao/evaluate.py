"""The command `nianbao evaluate`: predictions against gold, as a report for people and one for programs."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from annotations.items import DataError, parse, read_lines, read_text
from inference.extract import program_version, to_record
from inference.reading import ReadError, read
from inference.tagging import Backend, NumberTagger, TaggerError, load_tagger
from models.record import Record
from nianbao.messages import complain, console, fail, needs, say

if TYPE_CHECKING:
    from training.evaluation.gold import GoldDocument
    from training.evaluation.matching import Case
    from training.evaluation.report import Baseline, Report


def evaluate(
    gold: Annotated[
        list[Path],
        typer.Option("--gold", help="Gold: a folder or a file (*.gold.json, *.jsonl). May be repeated."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for report.json, .md and .html.")],
    records: Annotated[
        Path | None, typer.Option("--records", help="What was extracted before; else it is done now.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", help="Folder of a tagger, the one that comes with nianbao if not given."),
    ] = None,
    backend: Annotated[Backend, typer.Option("--backend")] = "onnx",
    sources: Annotated[
        Path | None,
        typer.Option("--sources", help="Where the documents lie, if not beside their gold or above it."),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="A report.json to compare with.")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-under", help="METRIC=VALUE; exit status 1 if a metric is worse. May be repeated."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the bootstrap.")] = 0,
) -> None:
    """Measure against gold: scores with intervals, calibration, confusions, every error in its sentence."""
    if records and (model or backend != "onnx"):
        raise typer.BadParameter("takes no --model and no --backend", param_hint="--records")
    try:
        from training.evaluation.build import build
        from training.evaluation.gold import read_gold
        from training.evaluation.page import render_html, render_markdown
    except ModuleNotFoundError as error:
        needs(error, "evaluating", "evaluate")
    limits = _limits(fail_under or [])
    try:
        output.mkdir(parents=True, exist_ok=True)
        documents = read_gold(gold, sources)
        earlier = _baseline(baseline) if baseline else None
        if records:
            cases, name = _from_records(documents, records)
        else:
            tagger = load_tagger(model, backend=backend)
            work = track(_from_model(documents, tagger), "Reading", len(documents), console=console, transient=True,
                         disable=not console.is_terminal)  # fmt: skip
            cases, name = list(work), f"{tagger.name} {tagger.version}"
        report = build(cases, [str(path) for path in gold], name, program_version(), seed, earlier)
    except (DataError, TaggerError, OSError) as error:
        fail(str(error))
    for suffix, text in (
        ("json", report.model_dump_json(indent=1)), ("md", render_markdown(report)), ("html", render_html(report)),
    ):  # fmt: skip
        (output / f"report.{suffix}").write_text(text, "utf-8")
    for text, metric in (("figures: F1", "figures.f1"), ("cells: right", "cells.accuracy")):
        score = report.scores[metric]
        if score.value is not None:
            around = "" if score.low is None else f" ({score.low:.3f} to {score.high:.3f})"
            typer.echo(f"{text} {score.value:.4f}{around}")
    typer.echo(f"{output / 'report.html'}")
    if worse := [message for limit in limits if (message := _worse(report, *limit))]:
        for message in worse:
            complain(message)
        raise typer.Exit(1)


def _limits(given: Sequence[str]) -> list[tuple[str, float]]:
    from training.evaluation.scores import metrics

    limits = []
    for text in given:
        name, _, value = text.partition("=")
        if name not in metrics():
            raise typer.BadParameter(
                f"{name!r} is no metric; there are: {', '.join(metrics())}", param_hint="--fail-under"
            )
        try:
            limit = float(value)
        except ValueError:
            limit = math.nan
        if not math.isfinite(limit):
            raise typer.BadParameter(f"{text!r}: write METRIC=VALUE", param_hint="--fail-under")
        limits.append((name, limit))
    return limits


def _worse(report: "Report", name: str, limit: float) -> str:
    """What to say of a metric that is worse than its limit; empty if it is not."""
    from training.evaluation.scores import lower_is_better

    value = report.scores[name].value
    if value is None:
        return f"{name} was not measured: the gold has nothing for it"
    if lower_is_better(name):
        return f"{name} is {value:.4f}, over {limit}" if value > limit else ""
    return f"{name} is {value:.4f}, under {limit}" if value < limit else ""


def _baseline(path: Path) -> "Baseline":
    from training.evaluation.report import Baseline

    return parse(Baseline, read_text(path), f"{path}: no report of nianbao evaluate")


def _from_model(documents: Sequence["GoldDocument"], tagger: NumberTagger) -> Iterator["Case"]:
    from training.evaluation.matching import Case, of_passage, of_record

    if lost := [document.name for document in documents if document.text is None]:
        more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        raise DataError(
            f"{lost[0]}{more}: not found; say with --sources where documents lie, or give --records"
        )
    for document in documents:
        if document.source is None:
            yield Case(document, of_passage(document.text or "", tagger))
            continue
        try:
            source = read(document.source)
        except ReadError as error:
            raise DataError(error.message) from error
        yield Case(document, of_record(to_record(source, tagger)))


def _from_records(documents: Sequence["GoldDocument"], path: Path) -> tuple[list["Case"], str]:
    from training.evaluation.matching import Case, Prediction, of_record

    if passage := next((d for d in documents if d.is_passage), None):
        raise DataError(f"{passage.name}: a labelled passage has no record; evaluate it with --model")
    wanted = {document.name: document for document in documents}
    found: dict[str, Prediction] = {}
    models, unused = set(), 0
    for where, line in read_lines(path):
        record = parse(Record, line, where)
        name = Path(record.document.source).name
        if name not in wanted:
            unused += 1
            continue
        if name in found:
            raise DataError(f"{where}: a second record of {name}")
        if wanted[name].sha256 not in (None, record.document.id):
            raise DataError(
                f"{where}, document.id: {name} was another file when it was read; extract it again"
            )
        try:
            found[name] = of_record(record)
        except ArithmeticError as error:
            raise DataError(f"{where}: a value is no number") from error
        models.add(f"{record.model.name or 'no tagger'} {record.model.version or ''}".strip())
    if not found:
        raise DataError(f"{path}: it holds no record of a document of the gold")
    if unused:
        say(f"{unused} records are of documents that the gold does not have")
    missing = Prediction((), found=False)
    return [Case(d, found.get(d.name, missing)) for d in documents], ", ".join(sorted(models))
