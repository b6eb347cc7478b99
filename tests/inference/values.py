"""Cell values to draw, and what reading them should give."""

import re
from dataclasses import replace
from random import Random

from inference.normalize import normalize
from inference.tables import Reading, Tables, read_tables
from models.forms import load_forms
from models.record import Form
from tests.inference.render import Page, Printed


def fill(form: Form, seed: int) -> Printed:
    """Numbers for every cell of a form; those of tables with sums are balanced."""
    rng = Random(seed)
    printed: Printed = {}
    for table in load_forms()[form].tables:
        cells = {(row.id, c.id): rng.choice([0, 0, 1, 2, rng.randint(3, 90), rng.randint(100, 9999)])
                 for row in table.rows for c in row.columns}  # fmt: skip
        if table.id == "applications":
            ends = ("new_received", "carried_in", "total", "carried_forward")
            for c in table.columns[:-1]:
                cells["total", c.id] = sum(cells[r.id, c.id] for r in table.rows if r.id not in ends)
                out = cells["total", c.id] + cells["carried_forward", c.id]
                cells["carried_in", c.id] = min(cells["carried_in", c.id], out)
                cells["new_received", c.id] = out - cells["carried_in", c.id]
        if table.id in ("applications", "review_litigation"):
            for r in table.rows:
                cells[r.id, "total"] = sum(cells[r.id, c.id] for c in table.columns[:-1])
        for r in reversed(table.rows):  # parts stand below their sums
            for c in r.columns if r.parts else ():
                cells[r.id, c.id] = sum(cells[part, c.id] for part in r.parts)
        printed |= {(table.id, *key): str(value) for key, value in cells.items()}
    if form == "2019":
        printed["disclosure", "permits", "change"] = "+14"
        printed["disclosure", "coercion", "change"] = "-3"
        printed["disclosure", "procurement", "amount"] = "160.5964万元"
    return printed


def read_page(page: Page) -> tuple[Tables, dict[tuple[str, str, str], Reading]]:
    """The tables of a page, and their readings by cell, offsets moved to the text of the page."""
    normal = normalize(page.text)
    tables = read_tables(normal.text)
    readings = {}
    for r in tables.readings:
        start, end = normal.span(r.start, r.end)
        readings[r.table, r.row, r.column] = replace(r, start=start, end=end)
    assert len(readings) == len(tables.readings)
    return tables, readings


def value_of(text: str) -> str | None:
    """The decimal string of a printed number without unit or note; None for a blank or a mark."""
    number = re.match(r"[+-]?[\d.]+", text)
    return number.group().lstrip("+") if number else None


def assert_read(page: Page, printed: Printed, form: Form) -> Tables:
    """Every cell is read as printed, with value and place, none is invented and nothing is left over."""
    tables, readings = read_page(page)
    assert tables.form == form
    assert {id: r.text for id, r in readings.items()} == printed
    for id, r in readings.items():
        assert page.text[r.start : r.end] == r.text
        if r.text:
            assert (r.start, r.end) == page.places[id], id
            assert r.value == value_of(r.text)
        else:
            assert r.value is None
            assert r.start == r.end
        assert 0 < r.confidence <= 1
        assert r.period == ("cumulative" if r.column == "cumulative" else "year")
    assert tables.strays == ()
    return tables
