"""Excel: what a person sees in the workbook."""

import zipfile
from pathlib import Path

import pytest

from inference.facts import CHECKS, FACTS
from inference.sinks import excel
from tests.inference.sinks.readers import read_xlsx, sheets
from tests.inference.sinks.samples import examples, expected, record

pytest.importorskip("xlsxwriter")


def test_rows_go_on_in_further_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MAX_ROWS", 300)
    records = list(examples())
    [path] = excel.write(records, [], tmp_path)
    names = list(sheets(path))
    assert names == ["facts", "documents", "checks", "warnings", "errors", "facts (2)", "facts (3)"]
    rows = read_xlsx(tmp_path, FACTS)
    assert [row[5] for row in rows] == [row[5] for row in expected(records, [])["facts"]]


def test_every_sheet_has_a_frozen_head_and_a_filter(tmp_path: Path) -> None:
    [path] = excel.write([record()], [], tmp_path)
    for sheet in sheets(path).values():
        pane = sheet.find(".//{*}pane")
        assert pane is not None and (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
        assert sheet.find("{*}cols") is not None
    filters = {name: sheet.find("{*}autoFilter").get("ref") for name, sheet in sheets(path).items()}  # type: ignore[union-attr]
    assert filters == {
        "facts": "A1:P3", "documents": "A1:X2", "checks": "A1:F3", "warnings": "A1:E2", "errors": "A1:C1"
    }  # fmt: skip


def test_another_reader_opens_it_and_sees_heads_and_colours(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    [path] = excel.write([record("=1+1")], [], tmp_path)
    book = openpyxl.load_workbook(path)
    for table, coloured in ((FACTS, [True, False]), (CHECKS, [True, False])):
        head, *rows = book[table.name].iter_rows()
        assert all(cell.font.bold for cell in head)
        for row, colour in zip(rows, coloured, strict=True):
            assert {cell.fill.fgColor.rgb == "FFFFC7CE" for cell in row} == {colour}
    source = book["documents"]["B2"]
    assert (source.value, source.data_type) == ("=1+1", "s")
    assert (book["checks"]["E2"].value, book["checks"]["E2"].data_type) == (-3.5, "n")


def test_it_holds_no_time_of_writing(tmp_path: Path) -> None:
    [path] = excel.write([record()], [], tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2
