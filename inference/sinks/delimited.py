"""CSV: one file a table."""

import csv
import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from inference.extract import Failure
from inference.facts import TABLES, Value, tabulate
from inference.sinks.base import staged
from models.record import Record

# Spreadsheets take a field that begins like this for a formula, some the full-width signs, too. With
# apostrophes in front it is no formula; that it matches nevertheless is what makes `guard` reversible.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
# No more than a number, or the dash of a blank: it stays, as nothing can be called or fetched by it.
_HARMLESS = re.compile(r"[-+－＋]*[0-9.,]*%?")


def write(
    records: Iterable[Record], failures: Iterable[Failure], folder: Path, bom: bool = False
) -> list[Path]:
    """Write `facts.csv`, `documents.csv` and so on, in UTF-8 with CRLF, as RFC 4180 has it.

    Args:
        records: One at a time.
        failures: Read after the records.
        folder: Made if it is not there.
        bom: Begin each file with a byte order mark, without which Excel takes Chinese for Latin-1.

    Returns:
        The paths of the files.
    """
    names = [f"{table.name}.csv" for table in TABLES]
    with staged(folder, names) as part, ExitStack() as files:
        writers = {}
        for table, name in zip(TABLES, names, strict=True):
            encoding = "utf-8-sig" if bom else "utf-8"
            file = files.enter_context((part / name).open("w", encoding=encoding, newline=""))
            writers[table.name] = csv.writer(file)
            writers[table.name].writerow(column.name for column in table.columns)
        for table, rows in tabulate(records, failures):
            writers[table.name].writerows(map(guard, row) for row in rows)
        # The files must be whole before they move.
        files.close()
    return [folder / name for name in names]


def guard(value: Value) -> Value:
    """A value that no spreadsheet takes for a formula.

    A text that begins with `= + - @`, a tab, a line end or a full-width sign gets an apostrophe in front,
    unless it is no more than a number or a dash. So does a text that begins with apostrophes and such a
    sign: then taking one apostrophe from every text that begins like that gives back all texts.
    """
    if isinstance(value, str) and _FORMULA.match(value) and not _HARMLESS.fullmatch(value):
        return "'" + value
    return value
