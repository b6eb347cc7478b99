"""The fixed forms, as data: which tables, rows and columns each has, and what they are called."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import yaml

from models.record import Form as FormId


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        unit: What its head gives, None where each cell carries its own.
        under: The wider head above its own, empty if it has none.
    """

    id: str
    label: str
    unit: str | None
    under: str = ""


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        id: Row id of forms.md.
        label: What the form prints, without numbering.
        labels: Every wording met in files, the form's own first.
        columns: The columns this row has, in order.
        unit: Unit of all the cells of the row; None where the columns give it.
        parts: Rows whose sum this row promises to be.
        number: The numbering printed in front of the label, empty if there is none.
        under: The heads that the row stands under, the outer ones first.
    """

    id: str
    label: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    unit: str | None
    parts: tuple[str, ...]
    number: str = ""
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of a form; `id` is the first part of its cell ids, `title` is in Chinese and without numbering."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def row(self, id: str) -> Row:
        """The row of that id; KeyError if the table has none."""
        return _named(self.rows, id)


@dataclass(frozen=True)
class Form:
    """A form and the report years it was made for, both ends included."""

    id: FormId
    years: tuple[int, int]
    tables: tuple[Table, ...]

    def table(self, id: str) -> Table:
        """The table of that id; KeyError if the form has none."""
        return _named(self.tables, id)


_Part = TypeVar("_Part", Row, Table)


def _named(parts: tuple[_Part, ...], id: str) -> _Part:
    for part in parts:
        if part.id == id:
            return part
    raise KeyError(id)


def _row(id: str, data: dict[str, Any], columns: dict[str, Column]) -> Row:
    labels = (data["label"], *data.get("also", ()))
    own = tuple(columns[c] for c in data.get("columns", columns))
    heads = data.get("number", ""), tuple(data.get("under", ()))
    return Row(id, data["label"], labels, own, data.get("unit"), tuple(data.get("parts", ())), *heads)


def _table(id: str, data: dict[str, Any]) -> Table:
    columns = {
        c: Column(c, d["label"], d.get("unit"), d.get("under", "")) for c, d in data["columns"].items()
    }
    rows = tuple(_row(r, d, columns) for r, d in data["rows"].items())
    return Table(id, data["title"], tuple(columns.values()), rows)


@cache
def load_forms() -> dict[FormId, Form]:
    """Every form by its id, newest first, read from `models/data/forms`."""
    documents = (
        yaml.safe_load(file.read_text("utf-8"))
        for file in (files("models") / "data" / "forms").iterdir()
        if file.name.endswith(".yaml")
    )
    forms = [
        Form(d["form"], (d["years"][0], d["years"][1]), tuple(_table(t, x) for t, x in d["tables"].items()))
        for d in documents
    ]
    return {f.id: f for f in sorted(forms, key=lambda f: f.years, reverse=True)}


def table_title(id: str) -> str:
    """The title of a table, in Chinese; its id if no form has it."""
    return next((t.title for form in load_forms().values() for t in form.tables if t.id == id), id)


def cells(form: Form) -> Iterator[tuple[str, Row, Column]]:
    """Every cell of a form in printed order: its id, its row and its column.

    Tables of one value a row (`national`, `provincial`) have no column in their ids.
    """
    for table in form.tables:
        for row in table.rows:
            for column in row.columns:
                yield cell_id(table.id, row.id, column.id), row, column


def cell_id(table: str, row: str, column: str) -> str:
    """The id of a cell: `table.row.column`, or `table.row` where the table has one value a row."""
    return f"{table}.{row}" if table in ("national", "provincial") else f"{table}.{row}.{column}"
