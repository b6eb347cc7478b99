"""Cells of tables, whatever a file used to keep them apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.cells import LONGEST, VALUE, Cell, Kind, split_cells
from inference.normalize import normalize


def _texts(text: str) -> list[str]:
    return [c.text for c in split_cells(text)]


def _one(text: str) -> Cell:
    (cell,) = split_cells(text)
    return cell


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("84", "value"),
        ("0", "value"),
        ("+14", "value"),
        ("-3", "value"),
        ("1,234", "value"),
        ("160.5964", "value"),
        ("160.5964万元", "value"),
        ("160.5964 万元", "value"),
        ("251000元", "value"),
        ("785万元", "value"),
        ("12件", "value"),
        ("22(其中修订16件)", "value"),
        ("12人次", "value"),
        ("１２", "value"),
        ("＋１４", "value"),
        ("−14", "value"),
        ("１，２３４", "value"),
        ("２２（其中修订１６件）", "value"),
        ("/", "mark"),
        ("-", "mark"),
        ("—", "mark"),
        ("——", "mark"),
        ("－", "mark"),
        ("\\", "mark"),
        ("无", "mark"),
        ("件", "unit"),
        ("(件)", "unit"),
        ("（万元）", "unit"),
        ("人次", "unit"),
        ("规章", "text"),
        ("商业企业", "text"),
        ("第二十条第(八)条", "text"),
        ("(一)予以公开", "text"),
        ("1.属于国家秘密", "text"),
        ("数据1", "text"),
        ("2024年", "text"),
        ("1.2.3", "text"),
    ],
)
def test_a_cell_is_told_by_what_is_printed_in_it(printed: str, kind: Kind) -> None:
    cell = _one(f"| {normalize(printed).text} |")
    assert (cell.text, cell.kind) == (normalize(printed).text, kind)


@pytest.mark.parametrize(
    ("text", "number", "unit", "note"),
    [
        ("251000元", "251000", "元", None),
        ("22(其中修订16件)", "22", None, "(其中修订16件)"),
        ("3件 (含上年)", "3", "件", " (含上年)"),
        ("+14", "+14", None, None),
        ("1,234.50万元", "1,234.50", "万元", None),
    ],
)
def test_a_value_keeps_number_unit_and_note_apart(
    text: str, number: str, unit: str | None, note: str | None
) -> None:
    match = VALUE.fullmatch(text)
    assert match is not None
    assert (match["number"], match["unit"], match["note"]) == (number, unit, note)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("规章 | 3 | 0 | 15\n许可 | 84 | 1 | 2", id="bars between"),
        pytest.param("| 规章 | 3 | 0 | 15 |\n| 许可 | 84 | 1 | 2 |", id="bars around"),
        pytest.param("规章\n|\n3\n|\n0\n|\n15\n|\n许可\n|\n84\n|\n1\n|\n2\n|", id="a line a cell, bar after"),
        pytest.param(
            "|\n规章\n|\n3\n|\n0\n|\n15\n|\n许可\n|\n84\n|\n1\n|\n2", id="a line a cell, bar before"
        ),
        pytest.param("规章|\n3|\n0|\n15|\n许可|\n84|\n1|\n2|", id="bar at the end of the line"),
        pytest.param("规章\t3\t0\t15\n许可\t84\t1\t2", id="tabs"),
        pytest.param("规章  3  0  15\n许可  84  1  2", id="spaces"),
        pytest.param("规章\n3\n0\n15\n许可\n84\n1\n2", id="line ends only"),
        pytest.param("规章|||3|||0|||15|||许可|||84|||1|||2", id="runs of bars"),
        pytest.param("规章 | 3 | 0 | 15\n|---|---|---|---|\n许可 | 84 | 1 | 2", id="Markdown rule"),
        pytest.param("规章 | 3 | 0 | 15\n- 12 -\n许可 | 84 | 1 | 2", id="page number"),
        pytest.param("规章 | 3 | 0 | 15\n第 3 页,共 9 页\n许可 | 84 | 1 | 2", id="page of pages"),
    ],
)
def test_the_same_cells_come_out_of_every_way_to_separate_them(text: str) -> None:
    assert _texts(text) == ["规章", "3", "0", "15", "许可", "84", "1", "2"]


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        pytest.param("规章|3|0", [0, 1, 1], id="full"),
        pytest.param("规章||0", [0, 2], id="one left blank"),
        pytest.param("规章| | |0", [0, 3], id="blanks with a space"),
        pytest.param("规章\n|\n|\n0", [0, 2], id="bars on lines of their own"),
        pytest.param("| 规章 | | 0 |\n| 许可 | 1 | |", [1, 2, 2, 1], id="over a line end"),
        pytest.param("规章\t\t0", [0, 2], id="tabs"),
        pytest.param("规章 3 0", [0, 0, 0], id="spaces are no bars"),
    ],
)
def test_a_blank_is_no_cell_but_its_bars_are_counted(text: str, bars: list[int]) -> None:
    assert [c.bars for c in split_cells(text)] == bars


def test_the_last_cell_of_a_line_knows_the_bars_behind_it() -> None:
    cells = split_cells("| 规章 | 3 | | |\n| 许可 | 84\n| 处罚 |\t|")
    assert [(c.text, c.tail) for c in cells] == [
        ("规章", 0),
        ("3", 3),
        ("许可", 0),
        ("84", 0),
        ("处罚", 3),
    ]


def test_a_line_break_inside_a_label_gives_two_cells_on_two_lines() -> None:
    cells = split_cells("| 商业\n企业 | 科研\n机构 |")
    assert [(c.text, c.line) for c in cells] == [("商业", 0), ("企业", 1), ("科研", 1), ("机构", 2)]


def test_zero_blank_and_marks_are_different_things() -> None:
    cells = split_cells("| 规章 | 0 | | / | 无 | — |")
    assert [(c.text, c.kind, c.bars) for c in cells[1:]] == [
        ("0", "value", 1),
        ("/", "mark", 2),
        ("无", "mark", 1),
        ("—", "mark", 1),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(一)予以公开 3 0 0 3", ["(一)予以公开", "3", "0", "0", "3"]),
        ("2.其他法律 行政法规 禁止公开 1 /", ["2.其他法律 行政法规 禁止公开", "1", "/"]),
        ("经费 12 万元 3 万元", ["经费", "12 万元", "3 万元"]),
        ("收到申请数 件 87 120", ["收到申请数", "件", "87", "120"]),
        ("本年 3 件增加", ["本年 3 件增加"]),
        ("3 4 5", ["3", "4", "5"]),
    ],
)
def test_numbers_in_spaced_columns_are_a_cell_each_and_a_label_is_one(text: str, expected: list[str]) -> None:
    assert _texts(text) == expected


def test_a_long_line_of_prose_is_one_cell() -> None:
    line = "本机关全年主动公开信息 12 条 " * LONGEST
    assert len(split_cells(line)) == 1


@pytest.mark.parametrize("text", ["", "\n\n", "|\n|\n|", " | | ", "\t"])
def test_without_anything_printed_there_are_no_cells(text: str) -> None:
    assert split_cells(text) == []


@given(
    st.lists(st.lists(st.sampled_from(["", "0", "84", "/", "规章", "1,234", "12件"]), min_size=1), max_size=8)
)
def test_a_grid_is_found_again_by_counting_bars(rows: list[list[str]]) -> None:
    """Cell by cell, the bars counted so far tell the column, whatever was left blank."""
    text = "\n".join("|" + "|".join(row) + "|" for row in rows)
    bars, found = 0, []
    for cell in split_cells(text):
        bars += cell.bars
        found.append((cell.line, bars - sum(len(row) + 1 for row in rows[: cell.line]) - 1, cell.text))
    assert found == [(r, c, field) for r, row in enumerate(rows) for c, field in enumerate(row) if field]


@given(st.text("规章商业结果0123456789,.+-/—无件万元()| \t\n", max_size=80))
def test_cells_stand_where_they_say_and_in_order(text: str) -> None:
    at = 0
    for cell in split_cells(text):
        assert cell.text and text[cell.start : cell.end] == cell.text == cell.text.strip()
        assert cell.start >= at
        assert cell.line == text.count("\n", 0, cell.start)
        assert not re.search(r"[|\t\n]", cell.text)
        at = cell.end
