"""The command `nianbao extract`: reports in, records out, in bulk."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from inference.batch import ERRORS, RECORDS, Batch, Summary, model_hash
from inference.engines import local
from inference.engines.job import Done, EngineError, Job, Limits, Lister, Reader
from inference.extract import Failure, find_inputs, program_version
from inference.mirror import mirrored
from inference.reading import ReadError, remote
from inference.reading.archive import SUFFIX
from inference.sinks import SINKS, SinkError, delimited
from inference.tagging import Backend, TaggerError
from models.record import Record
from models.tagger import shipped
from nianbao.messages import complain, console, fail, say

Format = Literal["jsonl", "csv", "parquet", "sqlite", "xlsx"]
Engine = Literal["local", "ray"]
Write = Callable[[Iterator[Record], Iterator[Failure], Path], list[Path]]
Read = Callable[[Sequence[Job]], Iterator[Done]]  # one result for each job, in order


def extract(
    paths: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, zip archives, patterns such as 'reports/*.html', or URLs of these."
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", help="Folder, or its URL, for records.jsonl, errors.jsonl and manifest.json."
        ),
    ] = None,
    texts: Annotated[
        bool, typer.Option("--texts", help="With --output: also write the text that offsets point into.")
    ] = False,
    format: Annotated[
        Format, typer.Option("--format", help="With --output: flat tables of the facts beside the records.")
    ] = "jsonl",
    bom: Annotated[
        bool, typer.Option("--bom", help="With --format csv: begin files with a byte order mark, for Excel.")
    ] = False,
    engine: Annotated[
        Engine, typer.Option("--engine", help="What reads: processes of this machine, or a Ray cluster.")
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that read; one for each core of the engine if not given."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="With --output: keep what an earlier run has read of files that did not change."
        ),
    ] = False,
    max_seconds: Annotated[float, typer.Option(min=0.1, help="That one document may take.")] = 7,
    max_memory: Annotated[int, typer.Option(min=50, help="MiB that one document may take.")] = 700,
    max_size: Annotated[int, typer.Option(min=1, help="MiB that one file may have.")] = 64,
    max_pages: Annotated[int, typer.Option(min=1, help="Pages that a PDF may have.")] = 500,
    model: Annotated[
        Path | None,
        typer.Option("--model", help="Folder of a tagger; the one that comes with nianbao if not given."),
    ] = None,
    backend: Annotated[
        Backend,
        typer.Option(
            "--backend", help="What reads the running text: the model with onnx or torch, or rules."
        ),
    ] = "onnx",
) -> None:
    """Read reports; one JSON record a line. Exit status 1 if an input failed, the rest is done all the same."""
    for given, name in ((texts, "--texts"), (resume, "--resume"), (format != "jsonl", "--format")):
        if given and not output:
            raise typer.BadParameter(f"{name} needs --output", param_hint=name)
    if bom and format != "csv":
        raise typer.BadParameter("--bom needs --format csv", param_hint="--bom")
    limits = Limits(max_seconds, max_memory << 20, max_size << 20, max_pages)
    # One thread for each worker, so that what a model says never depends on how many there are.
    start = partial(Reader, model, backend, 1, limits, texts)
    try:
        read: Read = partial(_engine(engine), start=start, workers=workers, limits=limits)
        plan = list(
            _expanded(
                _inputs(paths),
                partial(local.run, start=partial(Lister, limits), workers=workers, limits=limits),
            )
        )
        if output is None:
            failed = _stream(plan, read)
        else:
            settings = _settings(model, backend, limits, texts)
            write = None
            if format != "jsonl":
                SINKS[format].check()
                write = partial(delimited.write, bom=True) if bom else SINKS[format].write
            failed = _into(output, plan, settings, resume, write, read)
    except (TaggerError, SinkError, EngineError, ReadError, OSError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        again = "; what was read is kept, --resume goes on from there" if output else ""
        fail(f"stopped{again}", 130)
    raise typer.Exit(1 if failed else 0)


def _engine(name: Engine) -> Callable[..., Iterator[Done]]:
    if name == "local":
        return local.run
    try:
        from inference.engines import cluster
    except ModuleNotFoundError as error:
        raise EngineError(
            f"--engine ray needs {error.name}; install it with: pip install 'nianbao[ray]'"
        ) from error
    return cluster.run


def _inputs(paths: Sequence[str]) -> list[str]:
    """The files that paths and URLs name, each once, in order."""
    found: dict[str, None] = {}
    for path in paths:
        here = remote.find(path) if remote.is_url(path) else map(str, find_inputs([path]))
        found.update(dict.fromkeys(here))
    if not found:
        fail("no report was found there; nianbao reads .html, .txt, .md, .docx, .pdf and others", 1)
    return list(found)


def _expanded(inputs: Sequence[str], listing: Read) -> Iterator[Job | Done]:
    """What is to be read, archives taken apart; one that cannot be is done already."""
    archives = [path for path in inputs if Path(path).suffix.lower() == SUFFIX]
    listed = listing([Job(path) for path in archives]) if archives else iter(())
    for path in inputs:
        if Path(path).suffix.lower() != SUFFIX:
            yield Job(path)
            continue
        found = next(listed)
        yield from [found] if found.failure else (Job(path, name) for name in found.names)


def _settings(model: Path | None, backend: Backend, limits: Limits, texts: bool) -> dict[str, Any]:
    """All that the results depend on beside the inputs."""
    tagger = backend if backend == "rules" else model_hash(model or shipped())
    return {
        "program_version": program_version(), "backend": backend, "model_sha256": tagger, "texts": texts,
        **{f"max_{name}": value for name, value in asdict(limits).items()},
    }  # fmt: skip


def _stream(plan: Sequence[Job | Done], read: Read) -> int:
    """Records to standard output; how many inputs failed."""
    failed = 0
    for done in _done(plan, read):
        if done.record:
            # UTF-8 whatever the locale says.
            sys.stdout.buffer.write(done.record.encode("utf-8", "surrogatepass") + b"\n")
            sys.stdout.flush()
        failed += _told(done)
    return failed


def _done(plan: Sequence[Job | Done], read: Read) -> Iterator[Done]:
    """What a plan comes to, in its order."""
    jobs = [item for item in plan if isinstance(item, Job)]
    results = read(jobs) if jobs else iter(())
    columns = (
        TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn(show_speed=True), TimeRemainingColumn()
    )  # fmt: skip
    # No thread of its own: processes are forked from this one.
    with Progress(
        *columns, console=console, transient=True, auto_refresh=False, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=len(plan))
        for item in plan:
            yield item if isinstance(item, Done) else next(results)
            bar.update(task, advance=1, refresh=True)


def _records(folder: Path) -> Iterator[Record]:
    with (folder / RECORDS).open("rb") as file:
        yield from map(Record.model_validate_json, file)


def _failures(folder: Path) -> Iterator[Failure]:
    with (folder / ERRORS).open("rb") as file:
        yield from (Failure(**json.loads(line)) for line in file)


def _told(done: Done) -> bool:
    """Whether an input failed, and if so, say it."""
    if done.failure:
        complain(f"{done.failure.code}: {done.failure.message}")
    return done.failure is not None


def _into(
    output: str,
    plan: Sequence[Job | Done],
    settings: dict[str, Any],
    resume: bool,
    write: Write | None,
    read: Read,
) -> int:
    """Everything into a folder; how many inputs failed."""
    with mirrored(output, resume=resume) if remote.is_url(output) else nullcontext(Path(output)) as folder:
        with Batch(folder, settings, resume=resume) as batch:
            known = [Job(i.path, i.member, batch.known(i.source)) if isinstance(i, Job) else i for i in plan]
            kept = 0
            for done in _done(known, read):
                batch.add(done)
                kept += done.unchanged
                _told(done)
            summary = batch.finish([item.source for item in plan])
        _report(summary, output, kept)
        if write:
            written = write(_records(folder), _failures(folder), folder)
            say(f"tables: {', '.join(_inside(output, path.name) for path in written)}")
    return summary.failures.total()


def _inside(output: str, name: str) -> str:
    return f"{output.rstrip('/')}/{name}" if remote.is_url(output) else str(Path(output, name))


def _report(summary: Summary, output: str, kept: int) -> None:
    read = summary.forms.total()
    say(
        f"{read} records in {_inside(output, RECORDS)}, {summary.failures.total()} failed"
        + (f", {kept} of an earlier run" if kept else "")
    )
    if read:
        forms = ", ".join(f"{form} {n}" for form, n in sorted(summary.forms.items()))
        say(
            f"forms: {forms}; {summary.checks_failed} checks failed; {summary.doubtful / max(1, summary.facts):.1%} of {summary.facts} facts are doubtful (confidence under 0.9)"
        )
    if summary.failures:
        say("failures: " + ", ".join(f"{code} {n}" for code, n in sorted(summary.failures.items())))
