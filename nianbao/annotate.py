"""The command group `nianbao annotate`: from doubtful records to better labels."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from annotations.export import passages, suggested, write_gold
from annotations.formats import FORMATS, Format, label_studio
from annotations.intake import ask_again, import_item, import_items
from annotations.items import DataError, Item, read_items, read_lines, read_split, split_files
from annotations.queue import Candidate, Choice, Plan, candidates, purpose, queue, suggest
from annotations.store import Store
from annotations.task import Document, Suggestion
from inference.database import StoreError
from inference.extract import find_inputs, to_record
from inference.reading import ReadError, read
from inference.reading.source import SourceText
from inference.tagging import NumberTagger, Tagger, TaggerError, load_tagger
from models.record import Record
from nianbao.messages import complain, console, fail, needs, say

if TYPE_CHECKING:
    from training.audit import Suspect

app = typer.Typer(
    no_args_is_help=True, help="The annotation loop: label what the program doubts, and learn from it."
)

StorePath = Annotated[Path, typer.Argument(metavar="STORE", help="The store, one SQLite file.")]
FormatName = Annotated[str, typer.Option("--format", help=f"{', '.join(FORMATS)}.")]
Seed = Annotated[int, typer.Option("--seed")]


@contextmanager
def _clear_errors(extra: str = "annotate") -> Iterator[None]:
    """One sentence and exit status 2 where something given cannot be used, or an extra is missing."""
    try:
        yield
    except (StoreError, DataError, TaggerError, OSError) as error:
        fail(str(error))
    except ModuleNotFoundError as error:
        needs(error, "this", extra)


@app.command()
def add(
    store: StorePath,
    paths: Annotated[list[str], typer.Argument(help="Reports, folders or patterns; or records.jsonl files.")],
    strategy: Annotated[Choice, typer.Option(help="What comes first.")] = "uncertainty",
    limit: Annotated[int, typer.Option(min=1, help="Most tasks to queue.")] = 500,
    random: Annotated[float, typer.Option(min=0, max=1, help="Share drawn at random.")] = 0.1,
    evaluation: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of documents kept for evaluation, labelled blind.")
    ] = 0.2,
    double: Annotated[float, typer.Option(min=0, max=1, help="Share that two annotators are asked.")] = 0.1,
    against: Annotated[
        str, typer.Option(help="For disagreement: `rules`, or the folder of another tagger.")
    ] = "rules",
    model: Annotated[
        Path | None, typer.Option("--model", help="Folder of a tagger; the shipped one if not given.")
    ] = None,
    seed: Seed = 13,
) -> None:
    """Queue what is worth labelling in reports or records. Exit status 1 if an input failed, the rest is done."""
    plan = Plan(strategy, limit, random, evaluation, double, seed)
    with _clear_errors():
        tagger = load_tagger(model)
        other = None
        if strategy == "disagreement":
            other = load_tagger(backend="rules") if against == "rules" else load_tagger(Path(against))
        doubting = tagger if strategy == "uncertainty" and isinstance(tagger, Tagger) else None
        inputs = _inputs(paths)
        with Store(store, create=True) as opened:
            found = _candidates(opened, inputs, tagger, doubting, other, plan)
            known = opened.places()
            opened.add_tasks(suggest([c for c in found.training if c.place in known]))
            training = [c for c in found.training if c.place not in known]
            blind = [c for c in found.evaluation if c.place not in known]
            queued = opened.add_tasks(queue(training, blind, plan))
            kept = sum(purpose == "evaluation" for purpose in opened.purposes().values())
    read = len(inputs) - found.failed
    say(
        f"{queued} tasks of {read} documents queued in {store}; {kept} documents in it are kept for evaluation"
    )
    raise typer.Exit(1 if found.failed else 0)


@dataclass
class _Found:
    """Candidates by what their documents are for, and how many inputs could not be read."""

    training: list[Candidate] = field(default_factory=list)
    evaluation: list[Candidate] = field(default_factory=list)
    failed: int = 0


def _candidates(
    opened: Store, inputs: Sequence[Path | Record], tagger: NumberTagger, doubting: Tagger | None,
    other: NumberTagger | None, plan: Plan,
) -> _Found:  # fmt: skip
    """Add documents to a store, and find what could be asked of them; an input that cannot be read stops nothing."""
    found = _Found()
    for source in track(inputs, "Reading", console=console, transient=True, disable=not console.is_terminal):
        try:
            text, record = _read(source, tagger)
            header = record.document
            new = Document(
                0, header.id, header.source, text.text, header.organization, header.report_year, purpose(header.id, plan)
            )  # fmt: skip
            document = opened.document(opened.add_document(new))
        except (ReadError, StoreError, DataError) as error:
            found.failed += 1
            complain(error.message if isinstance(error, ReadError) else str(error))
            continue
        part = found.training if document.purpose == "training" else found.evaluation
        part += candidates(document, record, doubting, other)
    return found


def _inputs(paths: Sequence[str]) -> list[Path | Record]:
    """Reports to be read, and records that were read before.

    Raises:
        DataError: A .jsonl file holds something else.
    """
    inputs: list[Path | Record] = []
    for path in paths:
        if not path.endswith(".jsonl"):
            inputs += find_inputs([path])
            continue
        for where, line in read_lines(Path(path)):
            try:
                inputs.append(Record.model_validate_json(line))
            except ValidationError as error:
                raise DataError(
                    f"{where}: no record of nianbao extract; labelled text comes in by `nianbao annotate import`"
                ) from error
    if not inputs:
        raise DataError("no report (.txt, .md, .html) was found there")
    return inputs


def _read(source: Path | Record, tagger: NumberTagger) -> tuple[SourceText, Record]:
    if isinstance(source, Path):
        text = read(source)
        return text, to_record(text, tagger)
    text = read(source.document.source)
    if text.sha256 != source.document.id:
        raise DataError(f"{source.document.source}: has changed since its record was made; extract it again")
    return text, source


@app.command()
def serve(
    store: StorePath,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen at; any but this machine's own needs the token that is printed."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8765,
) -> None:
    """Open the annotation page for people on this machine, or, with a token, on others."""
    with _clear_errors():
        import uvicorn

        from annotations.service import create_app
        from inference.service.guard import guard

        with Store(store):
            pass
        local = host in ("127.0.0.1", "localhost", "::1")
        token = None if local else os.environ.get("NIANBAO_TOKEN") or secrets.token_urlsafe(24)
        shown = f"[{host}]" if ":" in host else host
        say(f"http://{shown}:{port}/{f'?token={token}' if token else ''}  (Ctrl+C ends; nothing is lost)")
        app = create_app(store)
        guard(app, token)
        uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)


@app.command()
def status(store: StorePath) -> None:
    """How far the queue is, and how well annotators agree."""
    with _clear_errors():
        from annotations.agreement import agreement

        with Store(store) as opened:
            progress, found = opened.progress(""), agreement(opened)
    typer.echo(
        f"{progress.done} of {progress.tasks} tasks done; {progress.disputed} disputed, {progress.flagged} flagged"
    )
    typer.echo(
        f"answered twice: {found.tasks} passages with {found.numbers} numbers; Krippendorff's alpha {_figure(found.alpha)}"
    )
    out = Console(highlight=False)
    if found.pairs:
        table = Table("annotators", "passages", "span F1", "Cohen's kappa")
        for p in found.pairs:
            table.add_row(f"{p.first}, {p.second}", str(p.tasks), _figure(p.f1), _figure(p.kappa))
        out.print(table)
    if found.labels:
        table = Table("label", "numbers", "alpha")
        for label in found.labels:
            table.add_row(label.label, str(label.numbers), _figure(label.alpha))
        out.print(table)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


@app.command(name="import")
def import_(
    store: StorePath,
    path: Annotated[Path, typer.Argument(help="Labelled text.")],
    annotator: Annotated[str, typer.Option(help="Whom the labels are from.")],
    format: FormatName = "jsonl",
) -> None:
    """Bring labelled text in: every item becomes a task that its annotator has answered."""
    with _clear_errors():
        chosen = _format(format)
        items = chosen.read(path)
        with Store(store, create=True) as opened:
            added = import_items(opened, items, path.name, annotator)
    say(
        f"{added} of {len(items)} items imported as {annotator}'s; the rest were there. {chosen.loss}".rstrip()
    )


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise DataError(f"no format {name!r}; there are: {', '.join(FORMATS)}")
    return FORMATS[name]


@app.command()
def export(
    store: StorePath,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")],
    format: FormatName = "jsonl",
    gold: Annotated[
        Path | None, typer.Option("--with", help="Labelled data whose splits the new ones are added to.")
    ] = None,
) -> None:
    """Write what is settled as gold: for `nianbao train finetune --data`, `nianbao evaluate --gold`, other tools."""
    with _clear_errors():
        chosen = _format(format)
        with Store(store) as opened:
            counts = write_gold(opened, output, gold)
            if chosen.name != "jsonl":
                for split in counts:
                    chosen.write(output / f"{split}{chosen.suffix}", read_items(output / f"{split}.jsonl"))
            if chosen.name == "label-studio":
                _write_suggestions(opened, output)
    say(
        f"{', '.join(f'{n} {split}' for split, n in counts.items())} passages in {output}. {chosen.loss}".rstrip()
    )


def _write_suggestions(opened: Store, output: Path) -> None:
    """What Label Studio needs beside the gold: its configuration, and what a model says of the rest, by model."""
    (output / "label-config.xml").write_text(label_studio.labeling_config(), "utf-8")
    by_model: dict[str, list[tuple[Item, Suggestion]]] = {}
    for item, suggestion in suggested(opened):
        by_model.setdefault(suggestion.model, []).append((item, suggestion))
    for i, (model, found) in enumerate(by_model.items(), 1):
        confidences = [suggestion.confidences for _, suggestion in found]
        label_studio.write_predictions(
            output / f"suggested-{i}.json", [item for item, _ in found], confidences, model
        )


@app.command()
def audit(
    store: StorePath,
    gold: Annotated[
        list[Path] | None,
        typer.Option("--gold", help="Labelled JSON Lines to look through as well. May be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most passages to queue.")] = 100,
    folds: Annotated[int, typer.Option(min=2)] = 5,
    seed: Seed = 13,
) -> None:
    """Queue the gold that cross-validated models contradict, the worst first, to be looked at by one more person."""
    with _clear_errors():
        from training.audit import audit as suspects

        with Store(store, create=bool(gold)) as opened:
            held = [(p.item, p) for p in passages(opened) if p.document.purpose == "training"]
            items = [(item, None) for file in gold or () for item in read_items(file)]
            both = [*held, *items]
            if not both:
                raise DataError(f"{store}: nothing in it is settled; label first, or give --gold")
            if len(both) < folds:
                raise DataError(f"too little labelled text: {len(both)} passages for {folds} folds")
            try:
                found = suspects([item for item, _ in both], folds, seed)
            except ValueError as error:
                raise DataError(f"too little labelled text to be cross-validated: {error}") from error
            worst: dict[int, list[Suspect]] = {}
            for suspect in found:
                worst.setdefault(suspect.item, []).append(suspect)
            queued = 0
            for index in list(worst)[:limit]:
                item, passage = both[index]
                document = passage.document.id if passage else import_item(opened, item, "gold", "gold")
                start = passage.start if passage else 0
                doubts = [
                    (start + s.start, f"{s.given} → {s.likely} {s.confidence:.0%}") for s in worst[index]
                ]
                queued += ask_again(opened, document, doubts)
    say(f"{len(found)} figures look wrong; {queued} passages queued in {store}")


@app.command()
def simulate(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for simulation.json, .svg and .md.")],
    data: Annotated[Path, typer.Option(help="Labelled data with a splits.yaml.")] = Path("annotations/gold"),
    split: Annotated[str, typer.Option(help="What F1 is measured on.")] = "dev",
    seeds: Annotated[int, typer.Option(min=2, help="How many replays of each strategy.")] = 3,
    limit: Annotated[
        int | None, typer.Option(min=10, help="Most passages of the pool, drawn at random.")
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(help="An encoder to fine-tune in every round, slow; else a linear model learns."),
    ] = None,
) -> None:
    """Replay the loop with gold as the annotator: labels that each strategy needs for an F1, against random."""
    with _clear_errors("train" if base else "annotate"):
        from training.baselines import LinearTagger
        from training.evaluation.gold import read_gold
        from training.simulate import STRATEGIES, Loop, encoder_learner, replay, summarise, write

        pool, test = read_split(data, "train"), read_gold(split_files(data, split))
        if limit and limit < len(pool):
            pool = Random(0).sample(pool, limit)
        loop = Loop(learner=encoder_learner(base) if base else LinearTagger)
        curves = []
        try:
            for curve in replay(pool, test, seeds=range(1, seeds + 1), loop=loop):
                curves.append(curve)
                say(f"{len(curves)} of {seeds * len(STRATEGIES)}: {curve.strategy}, seed {curve.seed}")
        except ValueError as error:
            raise DataError(f"{data}: too little labelled text to replay the loop: {error}") from error
        write(summarise(curves), output)
    typer.echo((output / "simulation.md").read_text("utf-8"))
