"""The command `nianbao check`: the arithmetic of each report and across the years of each body."""

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Console
from rich.text import Text

from annotations.items import DataError, parse
from inference.audit.build import Audit, build
from inference.audit.finding import Finding, Group
from inference.extract import Failure
from inference.years import Report, reduce, year_checks
from models.record import Record
from nianbao.messages import fail

_SHOWN = 20  # findings of a kind in the terminal; breaks across years are all shown
_WEB = ("http://", "https://")


def check(
    records: Annotated[
        list[Path],
        typer.Argument(
            help="records.jsonl, or the folder that `nianbao extract --output` wrote. Several are one batch."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for audit.html and checks.jsonl.")
    ] = None,
) -> None:
    """Check a batch of records: what is missing, what does not add up, what changed abnormally over the years.

    Exit status 0 if every rule that applies holds, 1 if one is broken in a report or across years, 2 if the
    records cannot be used. Missing years, several versions and abnormal changes are for a person to judge and
    leave it at 0.
    """
    try:
        with _uncollected():
            audit = build(_reports(records), list(_failures(records)))
        if output:
            from inference.audit.page import render  # a tenth of a second that the list does not need

            page = render(audit, _Links(output))
            output.mkdir(parents=True, exist_ok=True)
            with (output / "checks.jsonl").open("w", encoding="utf-8") as lines:
                for agency in audit.agencies:
                    lines.writelines(f"{c.model_dump_json()}\n" for c in year_checks(agency))
            (output / "audit.html").write_text(page, "utf-8")
    except (DataError, OSError) as error:
        fail(str(error))
    _print(audit, Console(highlight=False))
    if output:
        typer.echo(f"{output / 'audit.html'}")
    raise typer.Exit(1 if audit.is_broken else 0)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: records have none, and it goes through all that is held again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines that are not blank, each with its file and number; a file may be larger than memory."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    where = f"{path}, line {number}"
                    try:
                        yield where, line.decode("utf-8")
                    except UnicodeDecodeError as error:
                        raise DataError(f"{where}: no text in UTF-8: {error}") from error
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error


def _reports(paths: Sequence[Path]) -> Iterator[Report]:
    for path in paths:
        for where, line in _lines(path / "records.jsonl" if path.is_dir() else path):
            record = parse(Record, line, where)
            try:
                yield reduce(record)
            except ValueError as error:
                raise DataError(f"{where}: {error}") from error


def _failures(paths: Sequence[Path]) -> Iterator[Failure]:
    """What `extract` could not read; a folder that was put together by hand may not say."""
    for path in paths:
        if path.is_dir() and (path / "errors.jsonl").exists():
            for where, line in _lines(path / "errors.jsonl"):
                yield parse(Failure, line, where)


class _Links:
    """Links from a page in a folder to documents: to files that are there, and to the web, to nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._known: dict[str, str | None] = {}

    def __call__(self, source: str) -> str | None:
        if source not in self._known:
            self._known[source] = self._link(source)
        return self._known[source]

    def _link(self, source: str) -> str | None:
        if source.startswith(_WEB):
            return source
        try:
            path = Path(source)
            if not path.is_file():
                return None
            return quote(os.path.relpath(path.resolve(), self._folder).replace(os.sep, "/"))
        except (OSError, ValueError):  # no path of this machine: too long, another drive, a NUL
            return None


def _print(audit: Audit, console: Console) -> None:
    """The audit as a list."""
    years = f"{audit.years[0]}–{audit.years[-1]}" if audit.years else "—"
    forms = "  ".join(f"{form}: {number}" for form, number in audit.forms.items())
    _line(
        console,
        f"{audit.documents} 份报告  {len(audit.timelines)} 个机构  {years}  表式 {forms}  无法读取 {audit.failures}",
    )
    for title, groups in (
        ("缺失 What is missing", audit.missing),
        ("不符 What does not add up", audit.broken),
        ("异常 What changed abnormally", audit.changed),
    ):
        if groups:
            console.print()
            _line(console, title, style="bold")
        for group in groups:
            _print_group(group, console)
    rules = audit.rules
    console.print()
    _line(
        console,
        f"勾稽关系:报告内 {rules.get('report pass', 0)} 条相符,{rules.get('report fail', 0)} 条不符;"
        f"跨年度 {rules.get('years pass', 0)} 条相符,{rules.get('years fail', 0)} 条不符,"
        f"{rules.get('years not_applicable', 0)} 条不适用",
    )


def _print_group(group: Group, console: Console) -> None:
    _line(console, f"{group.title} ({len(group.findings)})", style="yellow")
    shown = group.findings if group.id.startswith("years.") else group.findings[:_SHOWN]
    for finding in shown:
        _print_finding(finding, console)
    if more := len(group.findings) - len(shown):
        _line(console, f"  … {more} more; --output DIR shows them 其余见 --output DIR")


def _print_finding(finding: Finding, console: Console) -> None:
    head = [finding.agency or "—", finding.years, finding.rule, finding.message, finding.told]
    lines = [f"  {'  '.join(part for part in head if part)}"]
    for m in finding.mentions:
        place = "" if m.start is None else f":{m.start}-{m.end}  {m.label} “{m.text}”"
        lines.append(f"      {m.year or ''} {m.source}{place}")
    _line(console, *lines)


def _line(console: Console, *lines: str, style: str = "") -> None:
    # What documents and file names say is no markup, and a control character in it no command to the terminal.
    clean = [
        line if line.isprintable() else "".join(c if c.isprintable() else " " for c in line) for line in lines
    ]
    console.print(Text("\n".join(clean), style=style), soft_wrap=True)
