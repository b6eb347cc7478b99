"""SQLite: what SQL makes of the values."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from inference.sinks.sqlite import write
from tests.inference.sinks.samples import examples, record


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    values = ["9", "10", "318.60", None, "12345678901234567890"]
    [path] = write([*examples(), *(record("甲", value) for value in values)], [], tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def test_values_compare_and_add_as_numbers(database: sqlite3.Connection) -> None:
    mine = "FROM facts WHERE source = '甲' AND status = 'stated' AND typeof(value) != 'text'"
    assert database.execute(f"SELECT value {mine} AND value > 9 ORDER BY value").fetchall() == [
        (10,),
        (318.6,),
    ]
    assert database.execute(f"SELECT sum(value), count(*) {mine}").fetchone() == (337.6, 4)


def test_what_a_number_would_round_is_text(database: sqlite3.Connection) -> None:
    rows = database.execute("SELECT DISTINCT value FROM facts WHERE typeof(value) = 'text'").fetchall()
    assert rows == [("12345678901234567890",)]


def test_tables_join(database: sqlite3.Connection) -> None:
    query = """SELECT count(*) FROM facts JOIN documents USING (document_id)
               WHERE documents.organization = '岚川县人民政府'"""
    assert database.execute(query).fetchone() == (200,)
    plan = database.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
    assert any("facts_document" in row[3] for row in plan)
