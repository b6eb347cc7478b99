"""PDF: paragraphs made whole, and tables as grids of bars."""

import json
from pathlib import Path

import pytest

from inference.cells import split_cells
from inference.extract import to_record
from inference.normalize import normalize
from inference.reading import pdf
from inference.reading.source import SourceText
from models.record import TableEvidence
from tests.inference.reading.pdf_files import Sheet, make

ROOT = Path(__file__).parents[3]
SAMPLES = sorted((ROOT / "tests" / "data" / "pdf").glob("*.pdf"))
_LINE = "本机关严格按照条例规定不断加强政务公开工作全年主动公开各类政府信息并及时办"  # 37 characters


def _read(data: bytes) -> SourceText:
    return pdf.read_pdf(data, "年报.pdf", "0" * 64)


def _lines(*sheets: Sheet) -> list[str]:
    return _read(make(*sheets)).text.split("\n")


def _prose(lines: list[str], y: float = 100, step: float = 18, sheet: Sheet | None = None) -> Sheet:
    """A page of lines of 10 points; two spaces in front set a line in."""
    sheet = sheet or Sheet()
    for i, line in enumerate(lines):
        text = line.lstrip(" ")
        sheet.text(60 + 10 * (len(line) - len(text)), y + step * i, text)
    return sheet


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_printed_sample_reports_read_as_their_gold_says(path: Path) -> None:
    gold = json.loads(
        next((ROOT / "examples" / "gold").glob(f"{path.name.split('.')[0]}.*.json")).read_text("utf-8")
    )
    source = _read(path.read_bytes())
    record = to_record(source, None)
    evidence = [(f, e) for f in record.facts for e in f.evidence if isinstance(e, TableEvidence)]
    assert {f.id: f.value for f, _ in evidence} == gold["cells"]
    assert all(source.text[e.start : e.end] == e.text for _, e in evidence)
    document = record.document
    assert (document.form, document.report_year, document.organization) == (
        gold["form"], gold["report_year"], gold["organization"],
    )  # fmt: skip
    assert not any(line.strip("— ").isdigit() for line in source.text.split("\n"))
    assert all(
        line.endswith(("。", "；")) for line in source.text.split("\n") if len(line) > 45 and "|" not in line
    )


def test_what_the_source_says_of_itself() -> None:
    source = _read(make(_prose(["收到申请87件。"]), title="青石县2024年年报"))
    assert (source.text, source.media_type, source.encoding, source.title) == (
        "收到申请87件。", "application/pdf", None, "青石县2024年年报",
    )  # fmt: skip
    assert (source.source, source.sha256, source.replaced) == ("年报.pdf", "0" * 64, 0)


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Microsoft Word - 水利局年报.docx", "水利局年报"),
        ("untitled", None),
        ("about:blank", None),
        (None, None),
    ],
)
def test_only_a_sensible_title_is_kept(title: str | None, kept: str | None) -> None:
    assert _read(make(_prose(["收到申请87件。"]), title=title)).title == kept


def test_the_same_bytes_give_the_same_text() -> None:
    data = SAMPLES[0].read_bytes()
    assert _read(data) == _read(data)


_TABLE = ["信息内容|制发件数|废止件数|现行有效", "规章|3||12", "行政许可|845|<|<", "行政强制||<|<"]
_GRID = [
    "| 信息内容 | 制发件数 | 废止件数 | 现行有效 |",
    "| 规章 | 3 |  | 12 |",
    "| 行政许可 | 845 |  |  |",
    "| 行政强制 |  |  |  |",
]


def test_a_ruled_table_becomes_one_line_a_row_with_blanks_and_spans_kept() -> None:
    sheet = Sheet()
    sheet.table(_TABLE)
    assert _lines(sheet) == _GRID


def test_rules_may_be_thin_boxes_dashes_or_double() -> None:
    boxes, dashes, double = Sheet(), Sheet(), Sheet()
    for place in range(5):
        x = (60, 210, 270, 330, 390)[place]
        boxes.bar(60, 100 + 20 * place, 330, 0.5)
        boxes.bar(x, 100, 0.5, 80)
        for i in range(110):
            dashes.bar(60 + 3 * i, 100 + 20 * place, 1.5, 0.7)
        for i in range(27):
            dashes.bar(x, 100 + 3 * i, 0.7, 1.5)
        for shift in (0, 1.5):
            double.line(60, 100 + 20 * place + shift, 390, 100 + 20 * place + shift)
            double.line(x + shift, 100, x + shift, 180)
    for sheet in (boxes, dashes, double):
        sheet.table(["项目|甲|乙|丙", "规章|3||12", "许可|8|9|", "强制|||1"], ruled=False)
        assert _lines(sheet) == ["| 项目 | 甲 | 乙 | 丙 |", "| 规章 | 3 |  | 12 |", "| 许可 | 8 | 9 |  |", "| 强制 |  |  | 1 |"]  # fmt: skip


def test_a_merged_cell_stands_where_it_begins() -> None:
    sheet = Sheet()
    sheet.table(["三、办理/结果|公开|3", "^|部分公开|1", "^|不公开|0"], widths=(80, 100, 60))
    assert _lines(sheet) == ["| 三、办理结果 | 公开 | 3 |", "|  | 部分公开 | 1 |", "|  | 不公开 | 0 |"]


def test_outer_borders_may_be_missing() -> None:
    sheet = Sheet()
    for y in (100, 120, 140):
        sheet.line(60, y, 300, y)
    for x in (160, 230):
        sheet.line(x, 100, x, 140)
    for y, row in ((114, "甲乙丙"), (134, "123")):
        for x, text in zip((70, 170, 240), row, strict=True):
            sheet.text(x, y, text)
    assert _lines(sheet) == ["| 甲 | 乙 | 丙 |", "| 1 | 2 | 3 |"]


def _cell(*pieces: tuple[float, float, str], width: float = 100) -> str:
    """What a cell says in which texts are put at places."""
    sheet = Sheet()
    sheet.table(["甲|乙|丙", "规章|<|", "许可|3|"], widths=(60, 60, width), height=40)
    for x, y, text in pieces:
        sheet.text(180 + x, 140 + y, text, 8)
    return _lines(sheet)[1].split("|")[3].strip()


@pytest.mark.parametrize(
    ("pieces", "width", "printed"),
    [
        pytest.param([(5, 15, "2"), (13, 15, "9"), (25, 15, "3 1 0")], 100, "29310", id="digits set apart"),
        pytest.param([(5, 15, "29"), (17, 15, "310")], 100, "29310", id="two runs"),
        pytest.param([(5, 15, "293"), (5, 25, "10")], 20, "29310", id="digits on two lines of a full cell"),
        pytest.param([(5, 15, "3"), (5, 25, "10")], 100, "3 10", id="two numbers below each other"),
        pytest.param([(5, 15, "社会公"), (5, 25, "益组织")], 40, "社会公益组织", id="wrapped head"),
        pytest.param([(5, 25, "益组织"), (5, 15, "社会公")], 40, "社会公益组织", id="drawn in another order"),
        pytest.param([(5, 15, "12"), (5.3, 15, "12")], 40, "12", id="drawn twice to look bold"),
        pytest.param([(5, 15, "11"), (13, 15, "11")], 40, "1111", id="the same digit again is no double"),
        pytest.param([(5, 15, "合  计")], 100, "合计", id="stretched label"),
        pytest.param([(5, 10 + 9 * i, c) for i, c in enumerate("办理")], 30, "办理", id="written downwards"),
        pytest.param(
            [(20 - 15 * (i // 3), 10 + 9 * (i % 3), c) for i, c in enumerate("本年度办理结")], 40, "本年度办理结",
            id="in two columns",
        ),
        pytest.param([(5, 15, "有|无")], 100, "有/无", id="bar"),
    ],
)  # fmt: skip
def test_what_stands_in_a_cell_is_joined(
    pieces: list[tuple[float, float, str]], width: float, printed: str
) -> None:
    assert _cell(*pieces, width=width) == printed


@pytest.mark.parametrize("turns", [1, 3])
def test_text_turned_in_a_cell_is_read(turns: int) -> None:
    sheet = Sheet()
    sheet.table(["|甲|3", "^|乙|4", "^|丙|5"], widths=(30, 60, 60))
    sheet.text(78, 155 if turns == 1 else 105, "办理结果", 8, turns)
    assert _lines(sheet)[0] == "| 办理结果 | 甲 | 3 |"


def test_a_table_over_pages_is_one_without_the_repeated_head() -> None:
    first, second = Sheet(), Sheet()
    first.table(["项目|甲|乙|丙", "规章|1|2|3"], y=780)
    second.table(["项目|甲|乙|丙", "许可|4|5|6"], y=40)
    assert _lines(first, second) == [
        "| 项目 | 甲 | 乙 | 丙 |",
        "| 规章 | 1 | 2 | 3 |",
        "| 许可 | 4 | 5 | 6 |",
    ]


def test_a_part_overleaf_with_fewer_columns_is_put_on_the_columns_of_the_table() -> None:
    first, second = Sheet(), Sheet()
    first.table(["项目|甲|乙|丙", "规章|1|2|3"], y=780)
    second.table(["许可|400", "处罚|7"], y=40, widths=(150, 180))
    assert _lines(first, second)[2:] == ["| 许可 | 400 |  |  |", "| 处罚 | 7 |  |  |"]


def test_a_row_cut_by_the_end_of_the_page_is_made_whole() -> None:
    first, second = Sheet(), Sheet()
    first.table(["项目|甲|乙|丙", "1.申请人逾期不补正、|1|0|1"], y=780)
    second.table(["行政机关不再处理|||", "2.其他|0|0|0"], y=40)
    assert _lines(first, second)[1:] == [
        "| 1.申请人逾期不补正、行政机关不再处理 | 1 | 0 | 1 |",
        "| 2.其他 | 0 | 0 | 0 |",
    ]


def test_blank_rows_on_both_sides_of_a_page_break_stay_two() -> None:
    first, second = Sheet(), Sheet()
    first.table(["项目|甲|乙|丙", "规章|||"], y=780)
    second.table(["行政规范性文件|||", "许可|0|0|0"], y=40)
    assert len(_lines(first, second)) == 4


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_laid_sideways_is_read_upright(rotate: int) -> None:
    """Text turned in the page, with or without the page being turned back."""
    turns = rotate // 90
    sheet = Sheet(rotate=rotate)
    for i, line in enumerate([_LINE[:20], "收到申请87件。"]):
        place = ((60, 100 + 18 * i), (100 + 18 * i, 700), (535, 700 - 18 * i), (500 - 18 * i, 100))[turns]
        sheet.text(*place, line, 10, turns)
    assert _lines(sheet) == [_LINE[:20], "收到申请87件。"]
    sheet.rotate = 0
    assert _lines(sheet) == [_LINE[:20], "收到申请87件。"]


def test_tables_without_rules_are_told_by_their_columns() -> None:
    sheet = Sheet()
    rows = [
        "信息内容|制发件数|废止件数|现行有效",
        "规章|3||12",
        "规范性文件|6|2|31",
        "行政强制|||7",
        "行政收费|1|1|1",
    ]
    sheet.table(rows, ruled=False)
    assert _lines(sheet) == [
        "| 信息内容 | 制发件数 | 废止件数 | 现行有效 |", "| 规章 | 3 |  | 12 |", "| 规范性文件 | 6 | 2 | 31 |",
        "| 行政强制 |  |  | 7 |", "| 行政收费 | 1 | 1 | 1 |",
    ]  # fmt: skip


def test_wrapped_labels_of_a_table_without_rules_are_joined() -> None:
    sheet = Sheet()
    for i, label in enumerate(["规范性文件", "申请人逾期不补正、/行政机关不再处理", "其他处理"]):
        for n, part in enumerate(label.split("/")):
            sheet.text(60, 100 + 40 * i + 12 * n, part)
        for x in (250, 320, 390):
            sheet.text(x, 100 + 40 * i + 6 * label.count("/"), f"{i}")
    assert _lines(sheet)[1] == "| 申请人逾期不补正、行政机关不再处理 | 1 | 1 | 1 |"


def test_wrapped_lines_are_joined_and_no_number_is_cut() -> None:
    sheet = _prose(["  " + _LINE[:35], _LINE[:34] + "收到申12", "34件。", "  二是公开不够及时。"])
    assert _lines(sheet) == [f"{_LINE[:35]}{_LINE[:34]}收到申1234件。", "二是公开不够及时。"]


def test_paragraphs_that_fill_their_last_line_are_told_by_the_indent() -> None:
    full = ["  " + _LINE[:35], _LINE]
    assert _lines(_prose(full * 2)) == [_LINE[:35] + _LINE] * 2


def test_paragraphs_without_indent_are_told_by_the_gap() -> None:
    sheet = _prose([_LINE] * 3)
    _prose([_LINE] * 2, y=100 + 18 * 3 + 14, sheet=sheet)
    assert _lines(sheet) == [_LINE * 3, _LINE * 2]


def test_a_heading_behind_a_full_line_begins_a_paragraph() -> None:
    lines = [_LINE, _LINE[:36] + "。", "五、存在的主要问题及改进情况的说明", _LINE]
    assert _lines(_prose(lines))[:2] == [_LINE + _LINE[:36] + "。", lines[2]]


def test_a_paragraph_goes_on_overleaf() -> None:
    first = _prose(["  " + _LINE[:35], _LINE, _LINE, _LINE], y=700)
    second = _prose(["收到申请87件。", "  二是公开不够及时。"], y=60)
    assert _lines(first, second) == [_LINE[:35] + _LINE * 3 + "收到申请87件。", "二是公开不够及时。"]


def test_a_line_ends_early_when_what_follows_cannot_be_broken() -> None:
    lines = ["  " + _LINE[:35], _LINE, _LINE[:33], "1,234.5％，" + _LINE[:20], _LINE[:5]]
    assert _lines(_prose(lines))[0].endswith(f"{_LINE[:33]}1,234.5％，{_LINE[:20]}")


def test_prose_stands_around_the_table_where_the_page_has_it() -> None:
    sheet = Sheet()
    bottom = sheet.table(_TABLE, y=200)
    _prose(["五、存在问题", "  收到申请87件。"], y=bottom + 30, sheet=sheet)
    _prose(["二、主动公开"], y=180, sheet=sheet)
    assert _lines(sheet) == ["二、主动公开", *_GRID, "五、存在问题", "收到申请87件。"]


def test_a_title_on_two_lines_is_one() -> None:
    sheet = _prose([_LINE] * 4, y=200)
    sheet.text(105, 100, "岚川县人民政府二〇二三年政府", 20)
    sheet.text(125, 130, "信息公开工作年度报告全文", 20)
    assert _lines(sheet)[0] == "岚川县人民政府二〇二三年政府信息公开工作年度报告全文"


@pytest.mark.parametrize("foot", ["{}", "— {} —", "- {} -", "第 {} 页 共 4 页", "{}/4", "第{}页"])
def test_page_numbers_and_running_heads_are_left_out(foot: str) -> None:
    sheets = []
    for number in range(1, 5):
        sheet = _prose([f"第{number}部分收到申请{number}件。"], y=120)
        sheet.text(200, 40, "青石县水利局年度报告")
        sheet.text(280, 810, foot.format(number))
        sheets.append(sheet)
    assert _lines(*sheets) == [f"第{n}部分收到申请{n}件。" for n in range(1, 5)]


def test_a_number_in_the_text_is_no_page_number() -> None:
    sheet = _prose(["收到申请", "87", "件。"], y=300)
    assert "87" in _lines(sheet)


def test_radicals_and_slanted_watermarks() -> None:
    sheet = _prose(["⻚面⻅附件。"])
    sheet.content.append(
        f"BT /F 40 Tf 0.7 0.7 -0.7 0.7 100 300 Tm <{'内部资料'.encode('utf-16-be').hex()}> Tj ET"
    )
    assert _lines(sheet) == ["页面见附件。"]


def test_a_frame_around_the_page_is_no_table() -> None:
    sheet = _prose(["一、总体情况", "收到申请87件。"])
    for x0, y0, x1, y1 in ((40, 40, 555, 40), (40, 800, 555, 800), (40, 40, 40, 800), (555, 40, 555, 800)):
        sheet.line(x0, y0, x1, y1)
    bottom = sheet.table(_TABLE, y=200)
    assert bottom == 280
    assert _lines(sheet) == ["一、总体情况", "收到申请87件。", *_GRID]


def test_values_of_cells_are_cut_out_by_their_offsets() -> None:
    sheet = Sheet()
    sheet.table(_TABLE)
    source = _read(make(sheet))
    normal = normalize(source.text)
    values = [
        source.text[slice(*normal.span(c.start, c.end))]
        for c in split_cells(normal.text)
        if c.kind == "value"
    ]
    assert values == ["3", "12", "845"]


def test_a_scan_with_recognised_text_is_read() -> None:
    sheet = _prose(["收到申请87件。"])
    sheet.image()
    assert _lines(sheet) == ["收到申请87件。"]
