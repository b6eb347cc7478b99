"""What a batch does not have: files, tables, cells, header fields, years, and which of several reports counts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from inference.audit.finding import Finding, Mention, mention
from inference.extract import Failure
from inference.years import Agency, Cell, Report
from models.forms import cells, load_forms, table_title
from models.record import Form

_HEADER = {"organization": "机构", "year": "年度", "title": "标题"}


@dataclass(frozen=True, slots=True)
class Filled:
    """How the cells of a table are filled: how many the form has, and of these are blank or were not found."""

    table: str
    cells: int
    blank: int
    missing: int

    @property
    def is_whole(self) -> bool:
        """Whether every cell has a number."""
        return not self.blank and not self.missing


@cache
def _expected(form: Form) -> dict[str, tuple[str, ...]]:
    """The cell ids of a form by table."""
    ids = [id for id, _, _ in cells(load_forms()[form])]
    tables = dict.fromkeys(id.partition(".")[0] for id in ids)
    return {table: tuple(id for id in ids if id.startswith(f"{table}.")) for table in tables}


def filled(form: Form, found: Mapping[str, Cell]) -> list[Filled]:
    """How each table of a form is filled. Offices print the rows they like on the provincial one: all are there."""
    if form not in load_forms():
        return []
    tables = []
    for table, ids in _expected(form).items():
        if f"{table}.other.total" in found:  # one row of 2019 in place of the three of 2021
            ids = tuple(id for id in ids if not id.startswith(f"{table}.other."))
            ids += tuple(id for id in found if id.startswith(f"{table}.other."))
        if form == "provincial":
            ids = tuple(id for id in found if id.startswith(f"{table}."))
        blank = sum(id in found and found[id].value is None for id in ids)
        tables.append(Filled(table, len(ids), blank, sum(id not in found for id in ids)))
    return tables


def missing(
    agencies: Sequence[Agency], lost: Iterable[Report], failures: Iterable[Failure]
) -> Iterator[Finding]:
    """What a batch does not have.

    Args:
        agencies: As `follow` gives them.
        lost: Reports of which body or year are not known.
        failures: Inputs that gave no record.
    """
    for failure in failures:
        place = (Mention(failure.source),)
        yield Finding("failed", failure.code, "", None, failure.message, "", place)
    for agency in agencies:
        yield from _of_years(agency)
        for report in (r for versions in agency.reports.values() for r in versions):
            yield from _of_report(report, agency.name)
    for report in lost:
        if report.organization and report.year:
            message = "the name alone could be several bodies; the report is compared with no other"
            place = (mention(report),)
            yield Finding("unfollowed", "organization", report.organization, report.year, message, "", place)
        yield from _of_report(report, report.organization or "")


def _of_years(agency: Agency) -> Iterator[Finding]:
    for year in agency.missing:
        around = [max(y for y in agency.years if y < year), min(y for y in agency.years if y > year)]
        places = tuple(mention(agency.reports[y][0]) for y in around)
        message = f"no report for {year} 缺{year}年报告"
        yield Finding(
            "gap", "year", agency.name, year, message, "the years around it are not compared", places
        )
    for year, versions in agency.reports.items():
        if len(versions) > 1:
            message = f"{len(versions)} different reports for {year} 同一年度有{len(versions)}份不同的报告"
            told = "which one counts is not known; none is compared with another year"
            yield Finding(
                "versions", "version", agency.name, year, message, told, tuple(map(mention, versions))
            )
    for copy in agency.copies:
        first = next(r for r in agency.reports[copy.year or 0] if r.document == copy.document)
        told = "the first is compared"
        yield Finding(
            "versions",
            "copy",
            agency.name,
            copy.year,
            "the same file twice 同一文件重复",
            told,
            (mention(first), mention(copy)),
        )


def _of_report(report: Report, agency: str) -> Iterator[Finding]:
    place = (mention(report),)
    if absent := [f"{field} {zh}" for field, zh in _HEADER.items() if not getattr(report, field)]:
        yield Finding("header", "header", agency, report.year, f"not found: {', '.join(absent)}", "", place)
    if report.form == "none":
        told = next((message for code, message in report.warnings if code == "table.none"), "")
        yield Finding(
            "tables", "table.none", agency, report.year, "no statistical table 未见统计表", told, place
        )
    for table in filled(report.form, report.cells):
        if not table.is_whole:
            told = f"{table.blank} blank 空白, {table.missing} not found 缺失, of {table.cells} cells"
            yield Finding("cells", table.table, agency, report.year, table_title(table.table), told, place)
