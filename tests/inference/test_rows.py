"""Finding rows by their labels."""

import pytest

from inference.cells import split_cells
from inference.rows import find_rows, plain_label
from models.forms import load_forms
from tests.inference.render import draw_form
from tests.inference.shapes import SHAPES
from tests.inference.values import fill

APPLICATIONS = load_forms()["2021"].table("applications")
DISCLOSURE = load_forms()["2021"].table("disclosure")


def found(text, table=APPLICATIONS):
    return [place.row.id for place in find_rows(split_cells(text), table)]


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("一、本年新收政府信息公开申请数量", "本年新收政府信息公开申请数量"),
        ("(一)予以公开", "予以公开"),
        ("1.属于国家秘密", "属于国家秘密"),
        ("2、重复申请", "重复申请"),
        ("①属于国家秘密", "属于国家秘密"),
        ("其中:1.政府网站公开数", "政府网站公开数"),
        ("危及“三安全一稳定”", "危及三安全一稳定"),
        ("指 标 名 称", "指标名称"),
        ("第二十条第(一)项规章", "规章"),
        ("", ""),
        ("|", ""),
    ],
)
def test_plain_label(printed, plain):
    assert plain_label(printed) == plain


def test_rows_in_order_with_their_labels():
    cells = split_cells(
        "一、本年新收政府信息公开申请数量 | 3 | 4 |\n二、上年结转政府信息公开申请数量 | 0 | 1 |\n"
    )
    places = find_rows(cells, APPLICATIONS)
    assert [(p.row.id, cells[p.first].text, p.fit) for p in places] == [
        ("new_received", "一、本年新收政府信息公开申请数量", 1.0),
        ("carried_in", "二、上年结转政府信息公开申请数量", 1.0),
    ]
    assert all(p.last == p.first + 1 for p in places)


@pytest.mark.parametrize("form", ["2021", "2019", "2014"])
def test_every_row_of_a_form_once(form):
    page = draw_form(form, fill(form, 1), SHAPES["both"])
    cells = split_cells(page.text)
    for table in load_forms()[form].tables:
        if table.id != "review_litigation":
            assert [p.row.id for p in find_rows(cells, table)] == [row.id for row in table.rows]


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("2.其他法律行政止公开", "refused.other_law"),
        ("3.危害“三安全一稳定”", "refused.security_stability"),
        ("7.属于行政执法案件", "refused.enforcement_file"),
        ("1.信访举报投诉类", "not_processed.petition"),
        ("四、结转下年度续办理", "carried_forward"),
    ],
)
def test_mistyped_label_in_front_of_numbers(typed, row):
    (place,) = find_rows(split_cells(f"{typed} | 3 | 0 | 3 |"), APPLICATIONS)
    assert place.row.id == row
    assert 0.8 <= place.fit < 1


def test_a_mistyped_label_without_numbers_is_prose():
    assert found("属于行政执法案件的不予公开") == []
    assert found("属于行政执法案件\n的不予公开") == []


def test_a_label_broken_over_lines():
    assert found("一、本年新收政府信息\n公开申请数量\n3\n4\n") == ["new_received"]
    assert found("1.申请人无正当理由逾期不补正、\n行政机关不再处理\n其政府信息公开申请\n3\n") == [
        "other.not_corrected"
    ]


def test_a_group_printed_in_the_same_cell():
    assert found("(三)不予公开1.属于国家秘密 | 3 | 0 | 3 |") == ["refused.state_secret"]
    assert found("三、本年度办理结果(一)予以公开 | 3 | 0 | 3 |") == ["granted"]


def test_other_and_total_by_their_place():
    text = "(六)其他处理 | 3.其他 | 1 | 2 |\n(七)总计 | 1 | 2 |\n四、结转下年度继续办理 | 0 | 0 |\n"
    assert found(text) == ["other.other", "total", "carried_forward"]


def test_the_chain_keeps_the_order_of_the_form():
    text = "(七)总计 | 9 | 9 |\n(一)予以公开 | 1 | 2 |\n(二)部分公开 | 1 | 2 |\n"
    assert found(text) == ["granted", "partially_granted"]


def test_words_of_the_prose_lose_against_the_table():
    prose = "严格落实行政许可\n行政处罚\n公示制度\n"
    table = "规章 | 1 | 2 | 3 |\n行政许可 | 12 |\n行政处罚 | 4 |\n行政强制 | 0 |\n"
    cells = split_cells(prose + table)
    places = find_rows(cells, DISCLOSURE)
    assert [p.row.id for p in places] == ["regulations", "permits", "penalties", "coercion"]
    assert all(cells[p.first].start >= len(prose) for p in places)


@pytest.mark.parametrize("text", ["", "|||", "1 | 2 | 3", "会议 | 3 |", "总 结", "\n\n"])
def test_no_rows(text):
    assert found(text) == []
