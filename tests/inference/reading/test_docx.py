"""Word documents: the text as printed, tables as grids of bars."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.cells import split_cells
from inference.normalize import normalize
from inference.reading import ReadError, SourceText, read_bytes
from tests.inference.reading.word_files import (
    Cell,
    document,
    make_docx,
    numbered,
    paragraph,
    relationships,
    run,
    table,
    zipped,
)

_PROSE = "本机关严格按照条例规定，不断加强政务公开工作，全年主动公开各类政府信息并及时办理群众申请。"
_WORDS = st.text("规章许可申请结果维持自然人商业企业0123456789,.%（）", min_size=1, max_size=12)
_GRID = [["信息内容", "本年制发件数"], ["规章", "3"]]
_BARS = ["| 信息内容 | 本年制发件数 |", "| 规章 | 3 |"]


def _read(body: str, **parts: str) -> SourceText:
    return read_bytes(make_docx(body, **parts), "年报.docx")


def _lines(body: str, **parts: str) -> list[str]:
    return _read(body, **parts).text.split("\n")


def test_paragraphs_and_tables_come_in_order() -> None:
    body = paragraph("一、总体情况") + table(_GRID) + paragraph() + paragraph("收到申请87件。")
    text = _read(body)
    assert text.text.split("\n") == ["一、总体情况", *_BARS, "收到申请87件。"]
    assert (text.media_type, text.encoding, text.title, text.replaced) == (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", None, None, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "read"),
    [("青石县水利局\n2024年年报", "青石县水利局 2024年年报"), ("  ", None), (None, None)],
)
def test_the_title_of_the_properties_is_kept_outside_the_text(title: str | None, read: str | None) -> None:
    text = read_bytes(make_docx(paragraph(_PROSE), title), "年报.docx")
    assert (text.title, text.text) == (read, _PROSE)


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        pytest.param(
            [
                [Cell("三、办理结果", merged="restart"), "公开", "3"],
                [Cell("隐藏", merged="continue"), "部分公开", "1"],
                [Cell(merged="continue"), "不公开", ""],
            ],
            ["| 三、办理结果 | 公开 | 3 |", "|  | 部分公开 | 1 |", "|  | 不公开 |  |"],
            id="merged downwards",
        ),
        pytest.param(
            [["自然人", Cell("法人或其他组织", 2), "总计"], ["1", "2", "3", "6"]],
            ["| 自然人 | 法人或其他组织 |  | 总计 |", "| 1 | 2 | 3 | 6 |"],
            id="merged across",
        ),
        pytest.param(
            [
                [Cell("", 2, "restart"), "自然人", "企业"],
                [Cell("", 2, "continue"), "甲", "乙"],
                ["一", "新收", "3", "4"],
            ],
            ["|  |  | 自然人 | 企业 |", "|  |  | 甲 | 乙 |", "| 一 | 新收 | 3 | 4 |"],
            id="merged both ways",
        ),
        pytest.param(
            [["甲", "乙", "丙"], ["1"], ["2", "3"]],
            ["| 甲 | 乙 | 丙 |", "| 1 |  |  |", "| 2 | 3 |  |"],
            id="rows too short",
        ),
        pytest.param(
            [["商业\n企业", "有|无"], [" 1,234 ", "\u3000"], ["规章", "3"]],
            ["| 商业 企业 | 有/无 |", "| 1,234 |  |", "| 规章 | 3 |"],
            id="what a cell holds",
        ),
        pytest.param(
            [[Cell("甲", 999999), "乙"], ["1", "2"], ["3", "4"]],
            ["| 甲 | 乙 |", "| 1 | 2 |", "| 3 | 4 |"],
            id="an enormous span",
        ),
    ],
)
def test_merged_cells_are_resolved_on_one_grid(rows: list[list[Cell | str]], lines: list[str]) -> None:
    assert _lines(table(rows)) == lines


_MISSED = [["甲", Cell("乙", 2), "丙"], [Cell("1", 2), "2", ""], ["3", Cell("", 2), "4"]]


@pytest.mark.parametrize(
    ("widths", "lines"),
    [
        ([900, 15, 900, 900], ["| 甲 | 乙 | 丙 |", "| 1 | 2 |  |", "| 3 |  | 4 |"]),
        ([900, 60, 900, 900, 900], ["| 甲 | 乙 | 丙 |", "| 1 | 2 |  |", "| 3 |  | 4 |"]),
        ([900, 400, 900, 900], ["| 甲 | 乙 |  | 丙 |", "| 1 |  | 2 |  |", "| 3 |  |  | 4 |"]),
        ([900, 15, 15, 900], ["| 甲 | 乙 |  | 丙 |", "| 1 |  | 2 |  |", "| 3 |  |  | 4 |"]),
        ([0, 0, 0, 0], ["| 甲 | 乙 |  | 丙 |", "| 1 |  | 2 |  |", "| 3 |  |  | 4 |"]),
        ([900, 15], ["| 甲 | 乙 |  | 丙 |", "| 1 |  | 2 |  |", "| 3 |  |  | 4 |"]),
        (["x", "-1", "", "²"], ["| 甲 | 乙 |  | 丙 |", "| 1 |  | 2 |  |", "| 3 |  |  | 4 |"]),
    ],
)
def test_columns_a_hair_wide_are_none_unless_a_cell_would_be_lost(
    widths: list[int | str], lines: list[str]
) -> None:
    assert _lines(table(_MISSED, widths=widths)) == lines


def test_columns_left_out_before_and_after_a_row_are_empty() -> None:
    first = table([["甲", "乙"]]).replace("<w:trPr>", '<w:trPr><w:gridBefore w:val="1"/>')
    rest = table([["规章", "1", "2"], ["许可", "3", "4"]])
    rows = first[: -len("</w:tbl>")] + rest.partition("</w:tblGrid>")[2]
    assert _lines(rows) == ["|  | 甲 | 乙 |", "| 规章 | 1 | 2 |", "| 许可 | 3 | 4 |"]


def test_a_table_inside_a_cell_of_a_layout_table_is_a_grid_of_its_own() -> None:
    inner = paragraph("四、复议诉讼") + table(_GRID) + paragraph("五、存在问题")
    assert _lines(table([[Cell(markup=inner)]])) == ["四、复议诉讼", *_BARS, "五、存在问题"]


def test_a_table_that_only_lays_out_the_page_makes_no_bars() -> None:
    rows = [[_PROSE], ["二、存在的问题", _PROSE]]
    assert _lines(table(rows)) == [_PROSE, "二、存在的问题", _PROSE]


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        pytest.param(run("公开") + run("8") + run("7条"), "公开87条", id="digits in two runs"),
        pytest.param(run("指标\t单位\t本年"), "指标\t单位\t本年", id="tabs"),
        pytest.param(run("复议3件\n诉讼0件"), "复议3件\n诉讼0件", id="line break"),
        pytest.param("<w:r><w:t>公</w:t><w:softHyphen/><w:t>开</w:t></w:r>", "公开", id="soft hyphen"),
        pytest.param("<w:r><w:t>增减</w:t><w:noBreakHyphen/><w:t>1</w:t></w:r>", "增减-1", id="fixed hyphen"),
        pytest.param(
            run("增加") + '<w:del w:id="1"><w:r><w:delText>12</w:delText><w:t>12</w:t></w:r></w:del>'
            + f'<w:ins w:id="2">{run("21")}</w:ins>' + run("件"),
            "增加21件", id="tracked changes",
        ),
        pytest.param(
            f"<w:moveFrom>{run('旧处')}</w:moveFrom>{run('文')}<w:moveTo>{run('新处')}</w:moveTo>", "文新处",
            id="moved text",
        ),
        pytest.param(run("可见") + run("藏", "<w:vanish/>") + run("见", '<w:vanish w:val="0"/>'), "可见见", id="hidden"),
        pytest.param(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> =SUM(ABOVE) </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("87") +
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>' + run("件"),
            "87件", id="result of a field",
        ),
        pytest.param(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText>'
            '<w:fldChar w:fldCharType="separate"/><w:t>99</w:t><w:fldChar w:fldCharType="end"/></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("甲") +
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "甲", id="field inside the code of a field",
        ),
        pytest.param(f'<w:fldSimple w:instr=" DATE ">{run("2024年")}</w:fldSimple>', "2024年", id="simple field"),
        pytest.param(f'<w:hyperlink r:id="rId9">{run("公开指南")}</w:hyperlink>', "公开指南", id="link"),
        pytest.param(
            f"<w:sdt><w:sdtPr/><w:sdtContent>{run('87件')}</w:sdtContent></w:sdt>", "87件", id="content control"
        ),
        pytest.param(
            run("共") + f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击此处输入文字')}"
            "</w:sdtContent></w:sdt>", "共", id="content control not filled in",
        ),
        pytest.param(
            '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/><w:sym w:font="Symbol" w:char="F0B7"/>'
            '<w:sym w:font="宋体" w:char="2460"/><w:sym w:char="x"/></w:r>', "✓①", id="symbols",
        ),
        pytest.param(
            f"<w:r><w:ruby><w:rt>{run('zheng')}</w:rt><w:rubyBase>{run('政')}</w:rubyBase></w:ruby></w:r>", "政",
            id="reading aid",
        ),
        pytest.param("<m:oMath><m:r><m:t>50%</m:t></m:r></m:oMath>", "50%", id="formula"),
        pytest.param(
            run("收到") + '<w:r><w:footnoteReference w:id="2"/><w:commentReference w:id="1"/></w:r>' + run("3件"),
            "收到3件", id="notes and comments",
        ),
    ],
)  # fmt: skip
def test_what_a_paragraph_prints(runs: str, text: str) -> None:
    assert _read(paragraph(runs=runs) + paragraph("完")).text == f"{text}\n完"


def test_a_field_that_is_never_ended_loses_no_other_paragraph() -> None:
    body = paragraph(runs='<w:r><w:fldChar w:fldCharType="begin"/></w:r>') + paragraph(_PROSE)
    assert _read(body).text == _PROSE


def test_a_paragraph_whose_mark_is_deleted_goes_on_with_the_next() -> None:
    body = paragraph("收到", '<w:rPr><w:del w:id="1"/></w:rPr>') + paragraph("申请3件。") + paragraph("完")
    assert _lines(body) == ["收到申请3件。", "完"]


@pytest.mark.parametrize("change", ["del", "hidden"])
def test_a_deleted_or_hidden_row_is_left_out(change: str) -> None:
    rows = table([["规章", "1"], ["许可", "2"]])
    gone = table([["处罚", "99"]], f"<w:{change}/>").partition("</w:tblGrid>")[2]
    assert _lines(rows[: -len("</w:tbl>")] + gone) == ["| 规章 | 1 |", "| 许可 | 2 |"]


def test_text_hidden_by_its_style_is_left_out() -> None:
    styles = (
        '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:style w:type="character" w:styleId="h"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="p"><w:basedOn w:val="h"/></w:style></w:styles>'
    )
    body = paragraph(runs=run("见") + run("藏", '<w:rStyle w:val="h"/>')) + paragraph(
        "藏", '<w:pStyle w:val="p"/>'
    )
    assert _read(body, styles=styles).text == "见"


@pytest.mark.parametrize("in_a_cell", [False, True])
def test_a_text_box_is_read_once_behind_its_paragraph(in_a_cell: bool) -> None:
    box = f"<w:txbxContent>{paragraph('附件')}</w:txbxContent>"
    shape = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    anchor = paragraph(runs=shape + run("二〇二四年"))
    if in_a_cell:
        assert _lines(table([[Cell(markup=anchor), "1"], ["规章", "3"]])) == [
            "| 二〇二四年 附件 | 1 |",
            "| 规章 | 3 |",
        ]
    else:
        assert _lines(anchor + paragraph("完")) == ["二〇二四年", "附件", "完"]


def test_a_text_box_of_older_word_is_read() -> None:
    old = f"<w:pict><v:shape><v:textbox><w:txbxContent>{table(_GRID)}</w:txbxContent></v:textbox></v:shape></w:pict>"
    assert _lines(paragraph(runs=f"<w:r>{old}</w:r>")) == _BARS


def test_content_controls_around_blocks_rows_and_cells_are_seen_through() -> None:
    def wrapped(markup: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{markup}</w:sdtContent></w:sdt>"

    rows = [["规章", "3"], ["许可", "4"]]
    plain = table(rows)
    row = plain.partition("</w:tblGrid>")[2].partition("</w:tr>")[0] + "</w:tr>"
    cell = row.partition("</w:trPr>")[2].partition("</w:tc>")[0] + "</w:tc>"
    inside = plain.replace(row, wrapped(row.replace(cell, wrapped(cell))))
    assert _lines(wrapped(paragraph("二、")) + wrapped(inside)) == ["二、", "| 规章 | 3 |", "| 许可 | 4 |"]


def test_a_strict_document_is_read() -> None:
    main = document(paragraph(_PROSE)).replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    data = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": main})
    assert read_bytes(data, "年报.docx").text == _PROSE


def test_the_main_part_may_have_another_name() -> None:
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relationships(("rId1", "officeDocument", "/Word/Document2.xml")),
        "word/document2.xml": document(paragraph(_PROSE)),
    }
    assert read_bytes(zipped(parts), "年报.docx").text == _PROSE


@pytest.mark.parametrize(
    "chunk",
    [
        f"<html><body><p>{_PROSE}</p></body></html>",
        f"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><p>{_PROSE}</p></html>",
    ],
)
def test_a_page_put_into_a_document_whole_is_read(chunk: str) -> None:
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": document(paragraph("一、") + '<w:altChunk r:id="rId5"/>'),
        "word/_rels/document.xml.rels": relationships(("rId5", "aFChunk", "chunk.mht")),
        "word/chunk.mht": chunk.encode(),
    }
    assert read_bytes(zipped(parts), "年报.docx").text == f"一、\n{_PROSE}"


def test_a_document_put_into_a_document_whole_is_refused() -> None:
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": document('<w:altChunk r:id="rId5"/>'),
        "word/_rels/document.xml.rels": relationships(("rId5", "aFChunk", "chunk.docx")),
        "word/chunk.docx": b"PK\x03\x04",
    }
    with pytest.raises(ReadError) as error:
        read_bytes(zipped(parts), "年报.docx")
    assert error.value.code == "unsupported"


def test_headers_and_footers_are_left_out() -> None:
    data = make_docx(paragraph(_PROSE), header1=document(paragraph("第99页")))
    assert read_bytes(data, "年报.docx").text == _PROSE


def test_what_word_itself_is_told_to_write_is_read() -> None:
    """A file of another maker than this suite."""
    docx = pytest.importorskip("docx")
    from io import BytesIO

    word = docx.Document()
    word.core_properties.title = "标题"
    word.add_paragraph(_PROSE)
    grid = word.add_table(3, 3)
    for i, cell in enumerate(c for row in grid.rows for c in row.cells):
        cell.text = str(i)
    grid.cell(0, 0).merge(grid.cell(0, 1)).text = "横"
    grid.cell(1, 2).merge(grid.cell(2, 2)).text = "竖"
    file = BytesIO()
    word.save(file)
    text = read_bytes(file.getvalue(), "年报.docx")
    assert text.text.split("\n") == [_PROSE, "| 横 |  | 2 |", "| 3 | 4 | 竖 |", "| 6 | 7 |  |"]
    assert text.title == "标题"


@st.composite
def _spans(draw: st.DrawFn) -> tuple[list[list[Cell | str]], list[list[str]]]:
    """A table with merged cells, and the grid it should come out as."""
    width, height = draw(st.integers(2, 6)), draw(st.integers(2, 6))
    owner: dict[tuple[int, int], tuple[int, int, int, str]] = {}  # place → top, left, columns, text
    grid = [[""] * width for _ in range(height)]
    for top in range(height):
        for left in range(width):
            if (top, left) in owner:
                continue
            free = next((c for c in range(left, width) if (top, c) in owner), width) - left
            columns, rows = draw(st.integers(1, free)), draw(st.integers(1, height - top))
            text = grid[top][left] = draw(_WORDS)
            for y in range(top, top + rows):
                owner |= {(y, x): (top, left, columns, text) for x in range(left, left + columns)}
    made: list[list[Cell | str]] = []
    for y in range(height):
        cells: list[Cell | str] = []
        for x in range(width):
            top, left, columns, text = owner[y, x]
            if x == left:
                reaches = (y + 1, x) in owner and owner[y + 1, x][:2] == (top, left)
                merged = "continue" if top < y else "restart" if reaches else None
                cells.append(Cell("" if top < y else text, columns, merged))
        made.append(cells)
    return made, grid


@given(_spans())
def test_any_grid_of_merged_cells_comes_out_rectangular(
    spans: tuple[list[list[Cell | str]], list[list[str]]],
) -> None:
    rows, grid = spans
    lines = _lines(paragraph("表") + table(rows))[1:]
    if sum(isinstance(c, Cell) and c.merged != "continue" for row in rows for c in row) <= 3:
        assert lines == [field for row in grid for field in row if field]  # too few cells for data
    else:
        fields = [[field.strip() for field in line.split("|")[1:-1]] for line in lines]
        assert fields == [row for row in grid if any(row)]
        assert len({line.count("|") for line in lines}) == 1


@given(st.lists(_WORDS, min_size=1, max_size=8), st.integers(0, 8))
def test_text_comes_out_in_order_however_it_is_cut_into_runs(texts: list[str], cut: int) -> None:
    body = "".join(paragraph(runs=run(text[:cut]) + run(text[cut:])) for text in texts)
    assert _lines(body) == texts


@given(st.lists(st.integers(0, 10**9), min_size=4, max_size=12))
def test_offsets_of_cells_point_into_the_extracted_text(numbers: list[int]) -> None:
    printed = [f"{n:,}" for n in numbers]
    text = _read(table([printed]))
    normal = normalize(text.text)
    cells = [c for c in split_cells(normal.text) if c.kind == "value"]
    assert [text.text[slice(*normal.span(c.start, c.end))] for c in cells] == printed
    assert all(a.end < b.start for a, b in pairwise(cells))


def test_an_empty_document_says_so() -> None:
    with pytest.raises(ReadError) as error:
        _read(paragraph() + table([["", ""], ["", ""]]) + numbered(""))
    assert error.value.code == "empty"
