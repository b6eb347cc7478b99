"""Excel: one workbook with a sheet for each table."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from inference.extract import Failure
from inference.facts import TABLES, Row, Table, Value, exact_number, tabulate
from inference.sinks.base import library, staged
from models.record import Record

NAME = "records.xlsx"
MAX_ROWS = 1_048_576  # of a sheet, with the head row

_CREATED = datetime(2000, 1, 1)  # any day, as long as it is the same: equal records make equal files
_WIDTHS = {
    "document_id": 14, "source": 40, "title": 44, "organization": 28, "id": 44, "label": 40, "message": 80,
    "text": 20, "media_type": 18, "code": 24,
}  # fmt: skip
_WIDTH = 14  # of any other column, in characters
_COLOURED = {"facts": "conflicting", "checks": "fail"}  # the status that colours a row of a table


class _Sheets:
    """A table in a workbook: a sheet, and further ones when it is full."""

    def __init__(self, workbook: Any, table: Table) -> None:
        self._workbook = workbook
        self._table = table
        self._bold = workbook.add_format({"bold": True})
        self._colour = workbook.add_format({"bg_color": "#FFC7CE"})
        self._decimals = table.places("decimal")
        self._status = next((i for i, c in enumerate(table.columns) if c.name == "status"), None)
        self._sheets = 0
        self._open()

    def add(self, row: Row) -> None:
        """Write a row."""
        if self._next == MAX_ROWS:
            self.close()
            self._open()
        coloured = self._status is not None and row[self._status] == _COLOURED.get(self._table.name)
        style = self._colour if coloured else None
        for i, value in enumerate(row):
            number = exact_number(value) if i in self._decimals and isinstance(value, str) else value
            self._write(i, number, style)
        self._next += 1

    def close(self) -> None:
        """Say how far the rows go that can be filtered."""
        self._sheet.autofilter(0, 0, self._next - 1, len(self._table.columns) - 1)

    def _open(self) -> None:
        self._sheets += 1
        suffix = f" ({self._sheets})" if self._sheets > 1 else ""
        self._sheet = self._workbook.add_worksheet(self._table.name + suffix)
        self._sheet.freeze_panes(1, 0)
        self._next = 0
        for i, column in enumerate(self._table.columns):
            self._sheet.set_column(i, i, _WIDTHS.get(column.name, _WIDTH))
            self._write(i, column.name, self._bold)
        self._next = 1

    def _write(self, column: int, value: Value, style: Any) -> None:
        """Write a cell of the next row; no text is ever a formula or a link, whatever it begins with."""
        if isinstance(value, str):
            self._sheet.write_string(self._next, column, _plain(value), style)
        elif value is not None:
            self._sheet.write_number(self._next, column, value, style)
        elif style:
            self._sheet.write_blank(self._next, column, None, style)


def _plain(text: str) -> str:
    """A text that XlsxWriter writes as it is, where it would take `<r>…</r>` for markup of its own."""
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text)}</t></r>'
    return text


def write(records: Iterable[Record], failures: Iterable[Failure], folder: Path) -> list[Path]:
    """Write `records.xlsx`.

    A text longer than Excel's 32,767 characters is cut there.

    Args:
        records: One at a time.
        failures: Read after the records.
        folder: Made if it is not there.

    Returns:
        The path of the workbook.

    Raises:
        SinkError: XlsxWriter is not installed.
    """
    xlsxwriter = library("xlsxwriter", "xlsx")
    with staged(folder, [NAME]) as part:
        # Rows go to temporary files as they come; a million of them are more than 2 GB before they are packed.
        options = {"constant_memory": True, "tmpdir": str(part), "use_zip64": True}
        workbook = xlsxwriter.Workbook(str(part / NAME), options)
        workbook.set_properties({"created": _CREATED})
        sheets = {table.name: _Sheets(workbook, table) for table in TABLES}
        for table, rows in tabulate(records, failures):
            for row in rows:
                sheets[table.name].add(row)
        for sheet in sheets.values():
            sheet.close()
        workbook.close()
    return [folder / NAME]
