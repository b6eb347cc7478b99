"""Web pages: the main content as text, and tables as grids of bars."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.cells import split_cells
from inference.normalize import normalize
from inference.numbers import find_numbers
from inference.reading import SourceText, read_bytes

_PROSE = "本机关严格按照条例规定，不断加强政务公开工作，全年主动公开各类政府信息并及时办理群众申请。" * 3
_WORDS = st.text("规章许可申请结果维持自然人商业企业0123456789,.%（）", min_size=1, max_size=12)


def _page(body: str, head: str = "") -> SourceText:
    return read_bytes(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "年报.html")


def _rows(*rows: str) -> list[str]:
    """The lines that come out of a table with these rows."""
    page = _page(f"<p>{_PROSE}</p><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
    return page.text.split("\n")[1:]


def _cells(*fields: str) -> str:
    return "".join(f"<td>{field}</td>" for field in fields)


def test_a_table_becomes_one_line_a_row_with_blanks_kept() -> None:
    lines = _rows(
        _cells("信息内容", "本年制发件数", "现行有效件数"), _cells("规章", "3", ""), _cells("许可", "", "/")
    )
    assert lines == ["| 信息内容 | 本年制发件数 | 现行有效件数 |", "| 规章 | 3 |  |", "| 许可 |  | / |"]


def test_head_body_and_foot_of_a_table_are_rows_like_others() -> None:
    page = _page(
        f"<p>{_PROSE}</p><table><thead><tr><th>项目</th><th>数量</th></tr></thead>"
        "<tbody><tr><th>规章</th><td>1</td></tr></tbody><tfoot><tr><td>合计</td><td>1</td></tr></tfoot></table>"
    )
    assert page.text.split("\n")[1:] == ["| 项目 | 数量 |", "| 规章 | 1 |", "| 合计 | 1 |"]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        pytest.param(
            [
                "<td rowspan=3>三、办理结果</td>" + _cells("公开", "3"),
                _cells("部分公开", "1"),
                _cells("不公开", "0"),
            ],
            ["| 三、办理结果 | 公开 | 3 |", "|  | 部分公开 | 1 |", "|  | 不公开 | 0 |"],
            id="rowspan",
        ),
        pytest.param(
            [
                _cells("自然人") + "<td colspan=2>法人或其他组织</td>" + _cells("总计"),
                _cells("1", "2", "3", "6"),
            ],
            ["| 自然人 | 法人或其他组织 |  | 总计 |", "| 1 | 2 | 3 | 6 |"],
            id="colspan",
        ),
        pytest.param(
            [
                "<td rowspan=2 colspan=2></td>" + _cells("自然人", "企业"),
                _cells("甲", "乙"),
                _cells("一", "新收", "3", "4"),
            ],
            ["|  |  | 自然人 | 企业 |", "|  |  | 甲 | 乙 |", "| 一 | 新收 | 3 | 4 |"],
            id="rowspan and colspan",
        ),
        pytest.param(
            [_cells("甲") + "<td rowspan=2>乙</td>" + _cells("丙"), _cells("1", "3"), _cells("4", "5", "6")],
            ["| 甲 | 乙 | 丙 |", "| 1 |  | 3 |", "| 4 | 5 | 6 |"],
            id="rowspan in the middle",
        ),
        pytest.param(
            [_cells("甲", "乙") + "<td rowspan=2>丙</td>", _cells("1", "2"), _cells("4", "5", "6")],
            ["| 甲 | 乙 | 丙 |", "| 1 | 2 |  |", "| 4 | 5 | 6 |"],
            id="rowspan at the end",
        ),
        pytest.param(
            ["<td colspan=x rowspan=''>甲</td>" + _cells("乙"), _cells("1", "2")],
            ["| 甲 | 乙 |", "| 1 | 2 |"],
            id="spans that are no numbers",
        ),
        pytest.param(
            ["<td colspan=0 rowspan=-1>甲</td>" + _cells("乙"), _cells("1", "2")],
            ["| 甲 | 乙 |", "| 1 | 2 |"],
            id="spans of nothing",
        ),
        pytest.param(
            ["<td colspan='²' rowspan='③'>甲</td>" + _cells("乙"), _cells("1", "2")],
            ["| 甲 | 乙 |", "| 1 | 2 |"],
            id="spans that only look like numbers",
        ),
        pytest.param(
            [_cells("甲", "乙", "丙"), _cells("1"), _cells("2", "3"), _cells("4", "5", "6")],
            ["| 甲 | 乙 | 丙 |", "| 1 |  |  |", "| 2 | 3 |  |", "| 4 | 5 | 6 |"],
            id="rows too short",
        ),
    ],
)
def test_spans_are_resolved_on_one_grid(rows: list[str], lines: list[str]) -> None:
    assert _rows(*rows) == lines


def test_an_enormous_span_is_cut_down() -> None:
    lines = _rows(
        "<td colspan=99999999 rowspan=99999999>甲</td>", _cells("乙", "1"), _cells("丙", "2"), _cells("3")
    )
    assert all(line.count("|") < 200 for line in lines)


@pytest.mark.parametrize(
    ("cell", "printed"),
    [
        ("商业<br>企业", "商业 企业"),
        ("<p>商业</p><p>企业</p>", "商业 企业"),
        ("  1,234\n ", "1,234"),
        ("&nbsp;", ""),
        ("\u3000", ""),
        ("22（其中修订16件）", "22（其中修订16件）"),
        ("<span>160.5964</span>", "160.5964"),
        ("<span>1</span><span>2</span>", "12"),
        ("1<b>2</b>3<font>4</font>件<p>其中5件</p>", "1234件 其中5件"),
        ("有|无", "有/无"),
        ("&lt;5件&gt;", "<5件>"),
    ],
)
def test_what_a_cell_holds_stays_on_its_row(cell: str, printed: str) -> None:
    assert _rows(_cells("规章", "许可"), _cells("处罚", cell)) == ["| 规章 | 许可 |", f"| 处罚 | {printed} |"]


def test_a_table_inside_a_cell_of_a_layout_table_is_a_grid_of_its_own() -> None:
    page = _page(
        f"<table><tr><td><p>{_PROSE}</p><p>四、复议诉讼</p><table><tr>{_cells('维持', '纠正', '尚未')}</tr>"
        f"<tr>{_cells('1', '', '0')}</tr></table><p>五、存在问题</p></td></tr></table>"
    )
    assert page.text.split("\n") == [
        _PROSE,
        "四、复议诉讼",
        "| 维持 | 纠正 | 尚未 |",
        "| 1 |  | 0 |",
        "五、存在问题",
    ]


def test_a_table_that_only_lays_out_the_page_makes_no_bars() -> None:
    page = _page(
        f"<table><tr><td>{_PROSE}</td></tr><tr><td>二、存在的问题</td><td>{_PROSE}</td></tr></table>"
    )
    assert page.text.split("\n") == [_PROSE, "二、存在的问题", _PROSE]


def test_blocks_and_line_breaks_end_lines_and_inline_marks_do_not() -> None:
    page = _page(
        "<h2>一、总体情况</h2><p>收到申请<b>8</b><span>7</span>件，<font color=red>答复</font>87件。</p>"
        "复议3件<br/>诉讼0件<ul><li>甲</li><li>乙</li></ul>"
    )
    assert page.text.split("\n") == [
        "一、总体情况",
        "收到申请87件，答复87件。",
        "复议3件",
        "诉讼0件",
        "甲",
        "乙",
    ]


def test_space_is_folded_and_entities_are_resolved() -> None:
    page = _page("<p>\n  收到申请\n  87&nbsp;&nbsp;件&ensp;&#65292;&lt;其他&gt; &amp;\u3000无 </p>")
    assert page.text == "收到申请 87 件 ，<其他> & 无"


@pytest.mark.parametrize(
    "junk",
    [
        "<script>var total = '99件';</script>",
        "<style>.a:before { content: '99件' }</style>",
        "<!-- 99件 -->",
        "<nav>首页 99件</nav>",
        "<footer>版权所有 99件</footer>",
        "<noscript>99件</noscript>",
        "<iframe>99件</iframe>",
        "<select><option>99件</option></select>",
        "<button>99件</button>",
        "<?php 99件 ?>",
        "<div class='footer'>99件</div>",
        "<div id='nav'>99件</div>",
        "<div class='left-menu'>99件</div>",
        "<div class='share'>99件</div>",
        "<div class='breadcrumb'>99件</div>",
    ],
)
def test_what_is_not_content_is_left_out(junk: str) -> None:
    page = _page(f"<p>{_PROSE}</p>{junk}<p>收到申请87件。</p>")
    assert page.text == f"{_PROSE}\n收到申请87件。"


def test_the_text_behind_an_element_left_out_stays() -> None:
    page = _page(f"<p>{_PROSE}收到<script>1</script>87件<!-- x -->。</p>")
    assert page.text == f"{_PROSE}收到87件。"


def test_the_content_is_found_inside_a_page_of_menus() -> None:
    links = "".join(f"<li><a href='/{i}'>栏目链接{i}</a></li>" for i in range(60))
    page = _page(
        f"<div class='wrap'><div><ul>{links}</ul></div><div id='zoom'><h1>2024年年报</h1><p>{_PROSE}</p></div></div>"
    )
    assert page.text == f"2024年年报\n{_PROSE}"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title> 青石县水利局\n2024年年报 </title>", "青石县水利局 2024年年报"),
        ("<meta name='ArticleTitle' content='标题甲'><title>网站</title>", "标题甲"),
        ("<meta name='articletitle' content='标题乙'>", "标题乙"),
        ("<meta name='ArticleTitle' content=' '><title>网站</title>", "网站"),
        ("<title></title>", None),
        ("", None),
    ],
)
def test_the_title_of_a_page_is_kept_outside_its_text(head: str, title: str | None) -> None:
    page = _page(f"<p>{_PROSE}</p>", head)
    assert (page.title, page.text) == (title, _PROSE)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "gb18030"), ("GBK", "gb18030"), ("gb18030", "gb18030"), ("big5", "big5"), ("utf-8", "utf-8")],
)
@pytest.mark.parametrize(
    "head",
    [
        "<meta charset={}>",
        '<meta charset="{}">',
        '<meta http-equiv="Content-Type" content="text/html; charset={}">',
    ],
)
def test_the_declared_encoding_is_used(head: str, declared: str, encoding: str) -> None:
    prose = "收到申請八十七件，均已按時答覆，公開資訊一千二百條。"
    data = f"<html><head>{head.format(declared)}</head><body><p>{prose}</p></body></html>".encode(encoding)
    page = read_bytes(data, "年報.html")
    assert (page.text, page.encoding) == (prose, encoding)


def test_a_wrong_declaration_does_not_spoil_the_page() -> None:
    page = _page(f"<p>{_PROSE}</p>", "<meta charset=gb2312>")
    assert (page.text, page.encoding) == (_PROSE, "utf-8")


def test_an_xml_declaration_does_not_disturb() -> None:
    data = f"<?xml version='1.0' encoding='gb2312'?><html><body><p>{_PROSE}</p></body></html>".encode(
        "gb18030"
    )
    assert read_bytes(data, "年报.xhtml").text == _PROSE


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"<p>{_PROSE}<p>收到申请87件。", id="paragraphs left open"),
        pytest.param(f"<b><p>{_PROSE}</b></p><i>收到申请87件。", id="crossed"),
        pytest.param(f"</div></td><p>{_PROSE}</p><p>收到申请87件。</p></table>", id="closed without opening"),
    ],
)
def test_broken_markup_loses_no_text(body: str) -> None:
    assert _page(body).text == f"{_PROSE}\n收到申请87件。"


_TABLE = f"<table><tr>{_cells('信息内容', '件数')}</tr><tr>{_cells('规章', '3')}</tr></table>"
_GRID = "| 信息内容 | 件数 |\n| 规章 | 3 |"
_TITLE = "青石县水利局2024年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(
            f"<div class='t'><p>{_PROSE * 3}</p></div><div class='s'>{_TABLE}</div>",
            f"{_PROSE * 3}\n{_GRID}",
            id="short table beside long prose",
        ),
        pytest.param(
            f"<div><p>一、收到申请3件。</p><div>{_TABLE * 8}</div></div>",
            "\n".join(["一、收到申请3件。", *[_GRID] * 8]),
            id="short prose beside long tables",
        ),
        pytest.param(
            f"<h1>{_TITLE}</h1><div class='c'><p>{_PROSE * 3}</p></div>",
            f"{_TITLE}\n{_PROSE * 3}",
            id="title in front of the content",
        ),
        pytest.param(
            f"<div><p>{_PROSE}</p></div><b>收到申请87件。", f"{_PROSE}\n收到申请87件。", id="text behind it"
        ),
        pytest.param(
            f"<table><tr><td>一、总体情况</td></tr><tr><td>{_PROSE}</td></tr><tr><td>二、问题</td></tr></table>",
            f"一、总体情况\n{_PROSE}\n二、问题",
            id="cells of a layout table",
        ),
        pytest.param(
            f"<form id='aspnetForm' action='./x.aspx'><input value='99件'><p>{_PROSE}</p>{_TABLE}</form>",
            f"{_PROSE}\n{_GRID}",
            id="page inside a form",
        ),
        pytest.param(
            f"<header><h1>{_TITLE}</h1></header><p>{_PROSE}</p>", f"{_TITLE}\n{_PROSE}", id="header element"
        ),
        *(
            pytest.param(
                f"<div class='{name}'><h1>{_TITLE}</h1></div><p>{_PROSE}</p>", f"{_TITLE}\n{_PROSE}", id=name
            )
            for name in ("header", "article-head", "content-header")
        ),
        pytest.param(
            f"<div class='top-box'>{_TABLE}</div><p>{_PROSE}</p>",
            f"{_GRID}\n{_PROSE}",
            id="table in a block named like furniture",
        ),
    ],
)
def test_no_part_of_the_content_is_lost_however_small_it_is(body: str, text: str) -> None:
    assert _page(body).text == text


def test_deep_nesting_is_read() -> None:
    page = _page("<div>" * 180 + f"<p>{_PROSE}</p>" + "</div>" * 180)
    assert page.text == _PROSE


@given(
    st.integers(2, 6).flatmap(
        lambda width: st.lists(
            st.lists(st.just("") | _WORDS, min_size=width, max_size=width).filter(any), min_size=2, max_size=8
        )
    )
)
def test_a_table_of_any_fields_comes_out_as_the_same_grid(grid: list[list[str]]) -> None:
    lines = _rows(*(_cells(*map(html.escape, row)) for row in grid))
    assert [[field.strip() for field in line.split("|")[1:-1]] for line in lines] == grid
    assert len({line.count("|") for line in lines}) == 1


@given(st.lists(_WORDS, min_size=1, max_size=8))
def test_paragraphs_come_out_in_order_a_line_each(paragraphs: list[str]) -> None:
    page = _page("".join(f"<p>{html.escape(p)}</p>" for p in paragraphs))
    assert page.text.split("\n") == paragraphs


@given(st.lists(st.integers(0, 10**9), min_size=4, max_size=12))
def test_offsets_of_figures_and_cells_point_into_the_extracted_text(numbers: list[int]) -> None:
    """Whatever is found in the normalised text slices back to the digits as the page has them."""
    printed = [f"{n:,}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789,"}) for n in numbers]
    page = _page(
        "".join(f"<p>公开信息<b>{p}</b>条。</p>" for p in printed)
        + "".join(f"<table><tr>{_cells(*printed)}</tr></table>")
    )
    normal = normalize(page.text)
    sliced = [slice(*normal.span(n.start, n.end)) for n in find_numbers(normal.text) if n.unit]
    assert [page.text[s] for s in sliced] == [f"{p}条" for p in printed]
    cells = [slice(*normal.span(c.start, c.end)) for c in split_cells(normal.text) if c.kind == "value"]
    assert [page.text[s] for s in cells] == printed
