"""The pages for people: one report, a folder of reports, an agency over the years, and where reports are handed in."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment

from inference.templates import environment, inline
from inference.view.chart import HEIGHT, WIDTH, charts
from inference.view.equations import equations
from inference.view.figures import families
from inference.view.layout import sheets
from inference.view.readings import Reading, percent, readings
from inference.view.source import Mark, marked
from inference.view.summary import Series, Summary
from inference.view.words import Language, Words
from models.forms import load_forms, table_title
from models.labels import load_labels
from models.record import Record, Warning

STATIC: Path = Path(__file__).parent / "static"


def report_page(record: Record, text: str, language: Language, *, alone: bool) -> str:
    """One report: its record beside its text, each value tied to its place.

    Args:
        record: Of the report.
        text: As it was read; the record's offsets point into it.
        language: Of the page; the report's words and the forms' stay Chinese.
        alone: Whether the page is a file of its own, that needs nothing else and may do nothing but show itself. If
            not, the service serves it, and it leads to other pages, downloads and corrections.
    """
    t = Words(language)
    found = readings(record)
    failed = equations(record, found)
    return _render(
        "report.html.j2",
        t,
        alone=alone,
        record=record,
        sheets=sheets(record.document.form, found),
        families=families(record, found),
        equations=failed,
        broken={term.reading.number for equation in failed for term in equation.terms},
        passed=sum(check.status == "pass" for check in record.checks),
        skipped=sum(check.status == "not_applicable" for check in record.checks),
        conflicts=[
            [reading for reading in found if reading.fact is fact]
            for fact in record.facts
            if fact.status == "conflicting" and fact.evidence
        ],
        text=text,
        source=marked(text, [*(_mark(r, t) for r in found), *_warnings(record.warnings, t)]),
    )


def home_page(language: Language, largest: int, formats: Sequence[str]) -> str:
    """Where reports are handed in.

    Args:
        language: Of the page.
        largest: The largest upload in bytes.
        formats: The suffixes of files that are read, such as `.pdf`.
    """
    t = Words(language)
    return _render("home.html.j2", t, largest=largest, formats=formats, said=t.starting("home.script."))


def records_page(
    summaries: Sequence[Summary], language: Language, *, job: str | None, more: str | None
) -> str:
    """A list of reports with what is missing and broken in each.

    Args:
        summaries: The reports.
        language: Of the page.
        job: Whose reports they are; None for all.
        more: URL of the next part of the list; None at its end.
    """
    groups = sorted(dict.fromkeys(group for s in summaries for group in s.checks), key=_rank)
    tables = sorted(dict.fromkeys(table for s in summaries for table in s.tables), key=_rank)
    return _render(
        "records.html.j2", Words(language), summaries=summaries, job=job, more=more, groups=groups, tables=tables,
    )  # fmt: skip


def agency_page(
    organization: str, series: Sequence[Series], reports: Sequence[Summary], language: Language
) -> str:
    """An agency over the years: its reports, its numbers as small charts, and as a table.

    Args:
        organization: Its name.
        series: Its numbers, as `inference.view.summary.series` gives them.
        reports: Its reports.
        language: Of the page.
    """
    years = sorted({point.year for line in series for point in line.points})
    return _render(
        "agency.html.j2", Words(language), organization=organization, series=series, reports=reports,
        years=years, charts=charts(series), width=WIDTH, height=HEIGHT,
    )  # fmt: skip


@cache
def _templates() -> Environment:
    templates = environment("inference.view")
    templates.filters |= {
        "english": _english,
        "heat": _heat,
        "label_name": lambda id: load_labels()[id].zh if id in load_labels() else id,
        "meaning": lambda id: load_labels()[id].meaning if id in load_labels() else "",
        "path": lambda part: quote(part, safe=""),
        "percent": percent,
        "table_title": table_title,
    }
    return templates


def _render(template: str, t: Words, *, alone: bool = False, **values: object) -> str:
    if alone:
        values["style"] = inline("inference.view", "static/palette.css", "static/view.css")
        values["script"] = inline("inference.view", "static/report.js")
    return _templates().get_template(template).render(t=t, alone=alone, **values)


def _mark(reading: Reading, t: Words) -> Mark:
    e = reading.evidence
    said = t("blank") if e.value is None else f"{e.value}{e.unit or ''}"
    return Mark(
        start=e.start,
        end=e.end,
        anchor=f"e-{reading.number}",
        back=f"f-{reading.number}",
        title=f"{reading.label} {said}",
        kind="cell" if e.kind == "table" else e.label.partition(".")[0],
        level=reading.level,
    )


def _warnings(warnings: Sequence[Warning], t: Words) -> list[Mark]:
    """The places that warnings speak of."""
    return [
        Mark(w.start, w.end, f"w-{n}", f"warning-{n}", t.name("warning", w.code), "warning", 3)
        for n, w in enumerate(warnings)
        if w.end > w.start
    ]


def _rank(id: str) -> int:
    """The place of a table among those of all forms, also for what begins with its id; the rest comes last."""
    order = [table.id for form in load_forms().values() for table in form.tables]
    table = id.partition(".")[0]
    return order.index(table) if table in order else len(order)


def _english(id: str) -> str:
    """The last part of an id as words: `refused.state_secret` is state secret."""
    return "" if id.startswith("other:") else id.rpartition(".")[2].replace("_", " ")


def _heat(count: int, of: int) -> int:
    """How much of a whole a count is: 0 none, 1 up to a tenth, 2 up to a third, 3 more."""
    return 0 if not count else 1 + sum(count > of * share for share in (0.1, 1 / 3))
