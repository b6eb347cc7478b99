"""SQLite: one database with all tables."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from inference.extract import Failure
from inference.facts import TABLES, Kind, Row, Table, exact_number, tabulate
from inference.sinks.base import staged
from models.record import Record

NAME = "records.sqlite"

# A decimal column has no type, so SQLite keeps what it is given: a number, so that `value > 9` and
# `sum(value)` mean what they say, and a text where a number would be rounded. In a TEXT column '10' is
# less than '9', and a NUMERIC one rounds at 15 digits.
_TYPES: dict[Kind, str] = {"text": " TEXT", "integer": " INTEGER", "real": " REAL", "decimal": ""}
_INDEXES = """
CREATE INDEX facts_id ON facts (id, report_year);
CREATE INDEX facts_document ON facts (document_id);
CREATE INDEX documents_id ON documents (document_id);
CREATE INDEX checks_document ON checks (document_id);
CREATE INDEX warnings_document ON warnings (document_id);
"""


def write(records: Iterable[Record], failures: Iterable[Failure], folder: Path) -> list[Path]:
    """Write `records.sqlite`.

    Args:
        records: One at a time.
        failures: Read after the records.
        folder: Made if it is not there.

    Returns:
        The path of the database.
    """
    with staged(folder, [NAME]) as part, closing(sqlite3.connect(part / NAME)) as database:
        # Nothing to undo and nobody to share with: the file is thrown away if anything goes wrong.
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        for table in TABLES:
            database.execute(_definition(table))
        for table, rows in tabulate(records, failures):
            marks = ", ".join("?" * len(table.columns))
            database.executemany(f"INSERT INTO {table.name} VALUES ({marks})", _stored(table, rows))
        database.commit()
        database.executescript(_INDEXES)
        # The file must be whole before it moves.
        database.close()
    return [folder / NAME]


def _definition(table: Table) -> str:
    """The statement that makes a table; names are quoted, as `end`, `left` and `right` are words of SQL."""
    columns = (
        f'"{column.name}"{_TYPES[column.kind]}{"" if column.nullable else " NOT NULL"}'
        for column in table.columns
    )
    return f"CREATE TABLE {table.name} ({', '.join(columns)})"


def _stored(table: Table, rows: Iterable[Row]) -> Iterable[Row]:
    """Rows with their decimals as SQLite is to keep them."""
    decimals = table.places("decimal")
    if not decimals:
        return rows
    return (
        tuple(
            exact_number(value) if i in decimals and isinstance(value, str) else value
            for i, value in enumerate(row)
        )
        for row in rows
    )
