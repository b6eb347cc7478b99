"""Flat tables read back from every format, by other means than those that wrote them."""

import csv
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from lxml import etree

from inference.facts import Kind, Row, Table, Value

_NAMES = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}


def read_csv(folder: Path, table: Table) -> list[Row]:
    """Rows of a CSV file, without the apostrophes of the guard; empty fields are None."""
    with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == [column.name for column in table.columns]
    make: dict[Kind, Callable[[str], Value]] = {"integer": int, "real": float, "text": str, "decimal": str}
    return [
        tuple(make[c.kind](unguarded(v)) if v else None for c, v in zip(table.columns, row, strict=True))
        for row in rows
    ]


def unguarded(text: str) -> str:
    """A text as it was before `guard`, as the docs say."""
    return text[1:] if re.match(r"'+[=+\-@\t\r\n＝＋－＠]", text) else text


def read_parquet(folder: Path, table: Table) -> list[Row]:
    """Rows of a Parquet file."""
    from pyarrow import parquet

    rows = parquet.read_table(folder / f"{table.name}.parquet")
    assert rows.column_names == [column.name for column in table.columns]
    return [tuple(row.values()) for row in rows.to_pylist()]


def read_sqlite(folder: Path, table: Table) -> list[Row]:
    """Rows of a table of the database, in the order in which they were written."""
    with closing(sqlite3.connect(folder / "records.sqlite")) as database:
        rows = database.execute(f"SELECT * FROM {table.name} ORDER BY rowid")
        assert [column[0] for column in rows.description] == [column.name for column in table.columns]
        return rows.fetchall()


def read_xlsx(folder: Path, table: Table) -> list[Row]:
    """Rows of all sheets of a table; empty cells are None."""
    rows: list[Row] = []
    for name, sheet in sheets(folder / "records.xlsx").items():
        if re.fullmatch(rf"{table.name}( \(\d+\))?", name):
            head, *body = cells(sheet, len(table.columns))
            assert head == tuple(column.name for column in table.columns)
            rows += body
    return rows


def sheets(path: Path) -> dict[str, etree._Element]:
    """The sheets of a workbook by name, in order."""
    with zipfile.ZipFile(path) as archive:
        book = etree.fromstring(archive.read("xl/workbook.xml"))
        names = [str(sheet.get("name")) for sheet in book.iterfind("m:sheets/m:sheet", _NAMES)]
        return {
            name: etree.fromstring(archive.read(f"xl/worksheets/sheet{i}.xml"))
            for i, name in enumerate(names, start=1)
        }


def cells(sheet: etree._Element, width: int) -> list[Row]:
    """The values of a sheet; a formula is an error."""
    rows: list[Row] = []
    for row in sheet.iterfind("m:sheetData/m:row", _NAMES):
        values: list[Value] = [None] * width
        for cell in row:
            assert cell.find("m:f", _NAMES) is None
            values[ord(str(cell.get("r"))[0]) - ord("A")] = _cell(cell)
        rows.append(tuple(values))
    return rows


def _cell(cell: etree._Element) -> Value:
    if cell.get("t") == "inlineStr":
        text = "".join(str(part.text or "") for part in cell.iterfind(".//m:t", _NAMES))
        # Excel's way to hold what XML cannot.
        return re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), text) or None
    number = cell.findtext("m:v", None, _NAMES)
    if number is None:
        return None
    return float(number) if "." in number or "E" in number else int(number)


READERS: dict[str, Callable[[Path, Table], list[Row]]] = {
    "csv": read_csv,
    "parquet": read_parquet,
    "sqlite": read_sqlite,
    "xlsx": read_xlsx,
}
_NUMERIC = ("sqlite", "xlsx")  # formats that keep a decimal as a number
_NO_EMPTY = ("csv", "xlsx")  # formats that keep an empty text as a null


def comparable(table: Table, rows: list[Row], sink: str) -> list[tuple[object, ...]]:
    """Rows, expected or read back, with no other differences than what a format cannot hold."""
    decimals = table.places("decimal") if sink in _NUMERIC else ()
    return [
        tuple(
            Decimal(str(value))
            if i in decimals and value is not None
            else None
            if value == "" and sink in _NO_EMPTY
            else value
            for i, value in enumerate(row)
        )
        for row in rows
    ]
