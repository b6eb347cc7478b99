"""Records in short: one line for each report, and an agency's numbers over the years."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from inference.audit.missing import filled
from inference.checks import rule_group
from inference.merge import base
from inference.numbers import plain
from inference.years import follow, reduce, year_checks
from models.forms import cells, load_forms
from models.labels import load_labels
from models.record import Fact, Record

DOUBTFUL = 0.9  # confidence below which a person should look at the source


@dataclass(frozen=True)
class Summary:
    """One report.

    Attributes:
        id: Of the document.
        title, organization, year: None where the report gives no evidence.
        facts: How many it has.
        doubtful: How many of these have a confidence below 0.9.
        tables: For each table of its form how many cells have a value, and how many there are.
        checks: For each group of rules, such as `applications.balance`, how many hold and how many fail.
        conflicts: How many facts are stated in several ways.
    """

    id: str
    source: str
    title: str | None
    organization: str | None
    year: int | None
    form: str
    facts: int
    doubtful: int
    tables: Mapping[str, tuple[int, int]]
    checks: Mapping[str, tuple[int, int]]
    conflicts: int


def summarise(record: Record) -> Summary:
    """A record in short.

    Raises:
        ValueError: A value of the record is no number.
    """
    document, facts = record.document, record.facts
    outcomes = Counter((rule_group(c.id), c.status) for c in record.checks)
    groups = dict.fromkeys(rule_group(c.id) for c in record.checks)
    tables = filled(document.form, reduce(record).cells)
    return Summary(
        id=document.id,
        source=document.source,
        title=document.title,
        organization=document.organization,
        year=document.report_year,
        form=document.form,
        facts=len(facts),
        doubtful=sum(f.confidence < DOUBTFUL for f in facts),
        tables={t.table: (t.cells - t.blank - t.missing, t.cells) for t in tables},
        checks={group: (outcomes[group, "pass"], outcomes[group, "fail"]) for group in groups},
        conflicts=sum(f.status == "conflicting" for f in facts),
    )


@dataclass(frozen=True)
class Point:
    """A number of one year.

    Attributes:
        value: Decimal string in the unit of its series; None for a blank.
        record: Id of the document.
        is_broken: Whether it stands in a rule that fails, in its report or across years.
    """

    year: int
    value: str | None
    record: str
    is_broken: bool


@dataclass(frozen=True)
class Series:
    """One quantity of an agency over the years, the oldest first; a year with two reports has two points."""

    id: str
    label: str
    unit: str | None
    points: tuple[Point, ...]


def series(records: Sequence[Record]) -> list[Series]:
    """The numbers of one agency's reports: exact ones of a whole year, the oldest first, in the order of the forms.

    Left out are reports without a year, and figures of which a report has several under one label.

    Raises:
        ValueError: A value of a record is no number.
    """
    broken = _broken(records)
    stated: dict[str, list[tuple[Record, int, Fact]]] = defaultdict(list)
    for record in sorted(records, key=lambda r: (r.document.report_year or 0, r.document.id)):
        if (year := record.document.report_year) is None:
            continue
        facts = [f for f in record.facts if (f.period, f.qualifier) == ("year", "exact")]
        times = Counter(f.id for f in facts)
        for fact in facts:
            if times[fact.id] == 1:
                stated[fact.id].append((record, year, fact))
    order = _order()
    found = []
    for id in sorted(stated, key=lambda id: order.get(id, len(order))):
        units = {f.unit for _, _, f in stated[id] if f.value is not None}
        points = tuple(
            Point(year, _amount(f, is_base=len(units) > 1), r.document.id, (r.document.id, id) in broken)
            for r, year, f in stated[id]
        )
        fact = stated[id][-1][2]
        found.append(Series(id, fact.label, _unit(units), points))
    return found


def _amount(fact: Fact, is_base: bool) -> str | None:
    if fact.value is None or not is_base:
        return fact.value
    return plain(base(fact.value, fact.unit))


def _unit(units: Iterable[str | None]) -> str | None:
    """The unit of values: their own if it is one, 元 for money in several, None if they cannot be named by one."""
    own = set(units)
    if len(own) == 1:
        return own.pop()
    return "元" if own and all(unit and unit.endswith("元") for unit in own) else None


def _broken(records: Sequence[Record]) -> set[tuple[str, str]]:
    """Document and fact of all terms of rules that fail."""
    within = {(r.document.id, id) for r in records for c in r.checks if c.status == "fail" for id in c.facts}
    agencies, _ = follow(reduce(record) for record in records)
    failed = (c for agency in agencies for c in year_checks(agency) if c.status == "fail")
    return within | {(term.document, term.fact) for check in failed for term in check.evidence}


@cache
def _order() -> dict[str, int]:
    """The place of every cell and label: the cells of the newest form first, the labels last."""
    ids = [id for form in load_forms().values() for id, _, _ in cells(form)]
    return {id: place for place, id in enumerate(dict.fromkeys([*ids, *load_labels()]))}
