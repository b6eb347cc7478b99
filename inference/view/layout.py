"""The tables of a report laid out as its form prints them, with what was read in each cell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from inference.view.readings import Reading
from models.forms import Column, Row, Table, load_forms
from models.record import Form, TableEvidence

_Places = Mapping[tuple[str, str], Reading]


@dataclass(frozen=True)
class Cell:
    """A cell of the form. `reading` is None where the report has no such cell; `span` counts columns of the sheet."""

    reading: Reading | None
    span: int


@dataclass(frozen=True)
class Line:
    """A row of the form.

    Attributes:
        unit: Printed for the whole row; None where the columns give it.
        depth: How many heads it stands under, or of how many sums it is a part.
    """

    row: Row
    unit: str | None
    depth: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Section:
    """Rows that stand together.

    Attributes:
        heads: What is printed above them and not above the section in front, each with its depth.
        columns: The columns of all its rows, each with its span.
    """

    heads: tuple[tuple[int, str], ...]
    columns: tuple[tuple[Column, int], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """A table of a form.

    Attributes:
        is_even: Whether all rows have all columns, so that one head is enough.
        has_units: Whether the rows print their own units.
        width: Number of columns of values.
        beyond: What was read of cells that the form does not have.
    """

    table: Table
    is_even: bool
    has_units: bool
    width: int
    sections: tuple[Section, ...]
    beyond: tuple[Reading, ...]

    @property
    def heads(self) -> list[tuple[str, list[Column]]]:
        """The columns under their wider heads; a column without one has an empty head to itself."""
        groups = groupby(self.table.columns, key=lambda c: c.under or c.id)
        return [(columns[0].under, columns) for columns in (list(group) for _, group in groups)]


def sheets(form: Form, readings: Iterable[Reading]) -> list[Sheet]:
    """The tables of a form with the cells of a report: each reading of a cell on one sheet, once.

    Args:
        form: Of the report; `none` has no tables.
        readings: All of the report.
    """
    read: dict[str, list[tuple[TableEvidence, Reading]]] = defaultdict(list)
    for reading in readings:
        if isinstance(reading.evidence, TableEvidence):
            read[reading.evidence.table].append((reading.evidence, reading))
    tables = load_forms()[form].tables if form in load_forms() else ()
    # A record made elsewhere may have tables of which nothing is known.
    strange = tuple(Table(id, id, (), ()) for id in read if id not in {table.id for table in tables})
    return [_sheet(table, read[table.id], form) for table in (*tables, *strange)]


def _sheet(table: Table, read: Sequence[tuple[TableEvidence, Reading]], form: Form) -> Sheet:
    known = {row.id: {column.id for column in row.columns} for row in table.rows}
    columns = {column.id for column in table.columns}
    places: dict[tuple[str, str], Reading] = {}
    beyond = []
    for e, reading in read:
        if e.column in known.get(e.row, columns) and (e.row, e.column) not in places:
            places[e.row, e.column] = reading
        else:
            beyond.append(reading)
    rows = _rows(table, places, form)
    width = max((len(row.columns) for row in rows), default=0)
    return Sheet(
        table=table,
        is_even=all(row.columns == table.columns for row in rows),
        has_units=any(row.unit for row in table.rows),
        width=width,
        sections=tuple(_sections(rows, places, width)),
        beyond=tuple(beyond),
    )


def _rows(table: Table, places: _Places, form: Form) -> list[Row]:
    """The rows of the form, and what the report has beside them: rows of another form, or of the office's own."""
    found = {row: reading for (row, _), reading in places.items()}
    known = {row.id: row for row in table.rows}
    own = {id: _row(id, reading, table) for id, reading in found.items() if id not in known}
    if form == "provincial":  # offices print the rows they like
        return [known.get(id) or own[id] for id in found]
    rows = list(table.rows)
    like = [i for i, row in enumerate(rows) if row.id.startswith("other.")]
    if like and "other" in own:  # one row of 2019 in place of the three of 2021
        first = like[0]
        rows.insert(first, replace(own.pop("other"), under=rows[first].under[:-1]))
        rows = [row for row in rows if row.id in found or not row.id.startswith("other.")]
    return [*rows, *own.values()]


def _row(id: str, reading: Reading, table: Table) -> Row:
    return Row(id, reading.label.partition(" · ")[0], (), table.columns, reading.evidence.unit, ())


def _sections(rows: Sequence[Row], places: _Places, width: int) -> Iterator[Section]:
    sums = {part: row.id for row in rows for part in row.parts}
    above: tuple[str, ...] = ()
    for (under, columns, _), group in groupby(rows, key=_standing):
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(above, under, strict=False)))
        spans = [1] * (len(columns) - 1) + [width - len(columns) + 1]
        lines = tuple(
            Line(row, _unit(row, places), len(under) + _depth(row.id, sums), _cells(row, places, spans))
            for row in group
        )
        heads = tuple((depth, head) for depth, head in enumerate(under) if depth >= shared)
        yield Section(heads, tuple(zip(columns, spans, strict=True)), lines)
        above = under


def _standing(row: Row) -> tuple[tuple[str, ...], tuple[Column, ...], str]:
    """Rows that stand together have the same."""
    return row.under, row.columns, "" if row.under else row.id.rpartition(".")[0].partition(".")[0]


def _depth(id: str, sums: Mapping[str, str]) -> int:
    """Of how many sums within sums a row is a part."""
    depth = 0
    while id in sums:
        id, depth = sums[id], depth + 1
    return depth


def _unit(row: Row, places: _Places) -> str | None:
    """The unit of a row, as the report prints it if it does."""
    if row.unit is None:
        return None
    printed = (places[row.id, c.id].evidence.unit for c in row.columns if (row.id, c.id) in places)
    return next((unit for unit in printed if unit), row.unit)


def _cells(row: Row, places: _Places, spans: Sequence[int]) -> tuple[Cell, ...]:
    return tuple(Cell(places.get((row.id, c.id)), span) for c, span in zip(row.columns, spans, strict=True))
