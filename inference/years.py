"""Agencies over the years: which reports are of one body, and the rules that hold from one year to the next.

A record has some thousand objects; what is kept of each is a `Report`, small enough for whole provinces in memory.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from inference.audit.agencies import identify, written
from inference.merge import base
from inference.numbers import plain
from models.forms import load_forms
from models.labels import load_labels
from models.record import Check, Evidence, Fact, Form, Model, Outcome, Record

SURE = 0.9  # confidence that a figure of the running text must have to be compared, as in `inference.checks`
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,10})?")
_POSSIBLE = range(1990, 2100)  # report years; a record made elsewhere may claim any number
_TEXT = "正文 · "  # before the label of a figure of the running text
_IN_FORCE = ("regulations", "normative_documents")


_amount = lru_cache(2**16)(base)  # most cells of most reports are among a few thousand numbers


class Cell(NamedTuple):
    """A number, or a blank, at its place in a document; `text` starts at offset `start` of the text as read."""

    label: str
    text: str
    value: str | None
    unit: str | None
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def amount(self) -> Decimal | None:
        """In base units: money in 元."""
        return None if self.value is None else _amount(self.value, self.unit)


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule within a report that fails, with the cells and figures in it that have a place."""

    check: Check
    terms: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What comparing needs of a record.

    Attributes:
        document: Id of the document.
        organization: As printed, None if no body was found.
        cells: Every cell for the year, by id.
        figures: The figures under labels that have one figure a year: exact, sure and not contradicted.
        passed: How many rules within the report hold.
        conflicts: Id and statements of facts that the report states in several ways.
        warnings: Codes and messages.
    """

    document: str
    source: str
    title: str | None
    organization: str | None
    year: int | None
    form: Form
    cells: Mapping[str, Cell]
    figures: Mapping[str, Cell]
    passed: int
    broken: tuple[Broken, ...]
    conflicts: tuple[tuple[str, tuple[Cell, ...]], ...]
    warnings: tuple[tuple[str, str], ...]


def _cell(label: str, evidence: Evidence) -> Cell:
    value = evidence.value
    if value is not None and not _NUMBER.fullmatch(value):
        raise ValueError(f"{value[:40]!r} at {evidence.start} is no number")
    # The same few hundred labels, units and small numbers come in every record.
    value = None if value is None else sys.intern(value)
    unit = None if evidence.unit is None else sys.intern(evidence.unit)
    return Cell(sys.intern(label), sys.intern(evidence.text), value, unit, evidence.start)


def _figures(facts: Iterable[Fact]) -> dict[str, Cell]:
    """The surest figure of each label that has one figure a year, if no other one contradicts it."""
    stated: dict[str, list[tuple[float, Cell]]] = defaultdict(list)
    for e in (e for fact in facts for e in fact.evidence):
        if e.kind == "table" or (e.period, e.qualifier) != ("year", "exact") or e.confidence < SURE:
            continue
        if (label := load_labels().get(e.label)) and label.single:
            stated[sys.intern(e.label)].append((e.confidence, _cell(label.zh, e)))
    return {
        id: max(cells, key=lambda c: (c[0], -c[1].start))[1]
        for id, cells in stated.items()
        if len({cell.amount for _, cell in cells}) == 1
    }


def _terms(check: Check, facts: Iterable[Fact], cells: Mapping[str, Cell]) -> Iterator[tuple[str, Cell]]:
    """The cells of a rule, and the figure of the running text that it compared with them."""
    for id in check.facts:
        if id in cells:
            yield id, cells[id]
        elif check.id == f"narrative.{id}":
            label = f"{_TEXT}{check.message.rpartition(':')[2]}"
            told = [
                (e.confidence, _cell(label, e))
                for fact in facts
                for e in fact.evidence
                if e.kind == "narrative" and e.label == id
            ]
            same = [t for t in told if t[1].amount is not None and plain(t[1].amount) == check.left]
            if same:
                yield id, max(same, key=lambda t: t[0])[1]


def reduce(record: Record) -> Report:
    """What is kept of a record.

    Raises:
        ValueError: A value is no number; the message says where.
    """
    facts, document = record.facts, record.document
    cells = {
        sys.intern(fact.id): _cell(fact.label, e)
        for fact in facts
        for e in fact.evidence
        if e.kind == "table" and e.period == "year"
    }
    return Report(
        document=document.id,
        source=document.source,
        title=document.title,
        organization=document.organization,
        year=document.report_year,
        form=document.form,
        cells=cells,
        figures=_figures(facts),
        passed=sum(check.status == "pass" for check in record.checks),
        broken=tuple(
            Broken(check, tuple(_terms(check, facts, cells)))
            for check in record.checks
            if check.status == "fail"
        ),
        conflicts=tuple(
            (fact.id, tuple(_cell(_TEXT * (e.kind != "table") + fact.label, e) for e in fact.evidence))
            for fact in facts
            if fact.status == "conflicting"
        ),
        warnings=tuple((sys.intern(w.code), w.message) for w in record.warnings),
    )


@dataclass(frozen=True)
class Agency:
    """A reporting body and its reports.

    Attributes:
        name: The fullest of its names.
        names: All its names, in one way of writing.
        reports: By year, in order; the reports of one year are different documents.
        copies: Reports that are, byte for byte, one of `reports`.
    """

    name: str
    names: tuple[str, ...]
    reports: Mapping[int, Sequence[Report]]
    copies: Sequence[Report]

    @property
    def years(self) -> Sequence[int]:
        return list(self.reports)

    @property
    def missing(self) -> list[int]:
        """Years without a report between the first and the last."""
        return sorted(set(range(min(self.reports), max(self.reports))) - set(self.reports))

    def pairs(self) -> Iterator[tuple[Report, Report]]:
        """Reports on two years in a row. A year with several versions is in no pair: which one counts is not known."""
        for first, second in pairwise(self.reports):
            before, after = self.reports[first], self.reports[second]
            if second == first + 1 and len(before) == len(after) == 1:
                yield before[0], after[0]


def follow(reports: Iterable[Report]) -> tuple[list[Agency], list[Report]]:
    """The agencies of a batch by name, and the reports of which body or year are not known.

    The order of the reports makes no difference.
    """
    everything = sorted(reports, key=lambda r: (r.year or 0, r.source, r.document))
    names = {o: written(o) for o in {r.organization for r in everything} if o}
    found = identify((names[r.organization], r.year) for r in everything if r.organization)
    groups: dict[str, list[Report]] = defaultdict(list)
    lost = []
    for report in everything:
        body = found.get(names[report.organization]) if report.organization else None
        if body and report.year in _POSSIBLE:
            groups[body].append(report)
        else:
            lost.append(report)
    return [_agency(name, groups[name], names) for name in sorted(groups)], lost


def _agency(name: str, reports: Sequence[Report], names: Mapping[str, str]) -> Agency:
    by_year: dict[int, dict[str, Report]] = defaultdict(dict)
    copies = []
    for report in reports:
        if report.document in by_year[report.year or 0]:
            copies.append(report)
        else:
            by_year[report.year or 0][report.document] = report
    printed = {names[r.organization] for r in reports if r.organization}
    return Agency(
        name, tuple(sorted(printed)), {y: list(by_year[y].values()) for y in sorted(by_year)}, copies
    )


class DocumentOf(Model):
    """A document of a rule across years."""

    id: str
    source: str
    year: int


class Term(Model):
    """A cell in a rule, at its place in one of the two documents; `text` is empty where nothing is printed."""

    document: str
    side: Literal["left", "right"]
    sign: Literal["+", "-"]
    fact: str
    label: str
    text: str
    value: str | None
    unit: str | None
    start: int
    end: int


class YearCheck(Check):
    """A rule from one year to the next; `documents` are the earlier and the later report."""

    agency: str
    documents: tuple[DocumentOf, DocumentOf]
    evidence: list[Term]


class _Side(NamedTuple):
    side: Literal["left", "right"]
    sign: Literal["+", "-"]
    report: Report
    fact: str


def year_checks(agency: Agency) -> Iterator[YearCheck]:
    """The rules across years for each two reports in a row, in the order of the years and of the form.

    A rule stands where both reports have cells of it. With a blank or missing one it is not applicable.
    """
    for before, after in agency.pairs():
        for column in load_forms()["2021"].table("applications").columns:
            terms = [
                _Side("left", "+", before, f"applications.carried_forward.{column.id}"),
                _Side("right", "+", after, f"applications.carried_in.{column.id}"),
            ]
            yield from _rule(
                f"years.carried.{column.id}",
                agency,
                terms,
                f"{column.label}:上年报告的结转下年度=本年报告的上年结转",
            )
        for row in _IN_FORCE:
            cell = f"disclosure.{row}"
            terms = [
                _Side("left", "+", before, f"{cell}.in_force"),
                _Side("left", "+", after, f"{cell}.issued"),
                _Side("left", "-", after, f"{cell}.repealed"),
                _Side("right", "+", after, f"{cell}.in_force"),
            ]
            label = load_forms()["2021"].table("disclosure").row(row).label
            yield from _rule(
                f"years.in_force.{row}", agency, terms, f"{label}:上年现行有效+本年制发-本年废止=本年现行有效"
            )


def _rule(id: str, agency: Agency, sides: Sequence[_Side], message: str) -> Iterator[YearCheck]:
    before, after = sides[0].report, sides[-1].report
    for report in (before, after):
        if not any(s.fact in report.cells for s in sides if s.report is report):
            return
    left, right = (_sum([s for s in sides if s.side == side]) for side in ("left", "right"))
    status: Outcome = "not_applicable"
    if left is not None and right is not None:
        status = "pass" if left == right else "fail"
    yield YearCheck(
        id=id,
        status=status,
        left=None if left is None else plain(left),
        right=None if right is None else plain(right),
        facts=[s.fact for s in sides],
        message=message,
        agency=agency.name,
        documents=(_document(before), _document(after)),
        evidence=[_term(s, cell) for s in sides if (cell := s.report.cells.get(s.fact))],
    )


def _sum(sides: Sequence[_Side]) -> Decimal | None:
    """The sum of one side; None if a cell is blank or missing."""
    total = Decimal(0)
    for side in sides:
        cell = side.report.cells.get(side.fact)
        if cell is None or cell.amount is None:
            return None
        total += cell.amount if side.sign == "+" else -cell.amount
    return total


def _document(report: Report) -> DocumentOf:
    return DocumentOf(id=report.document, source=report.source, year=report.year or 0)


def _term(side: _Side, cell: Cell) -> Term:
    return Term(
        document=side.report.document,
        side=side.side,
        sign=side.sign,
        fact=side.fact,
        label=cell.label,
        text=cell.text,
        value=cell.value,
        unit=cell.unit,
        start=cell.start,
        end=cell.end,
    )
