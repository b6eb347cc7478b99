"""Automatic numbers of Word lists, as they are printed."""

import pytest

from inference.reading import read_bytes
from inference.reading.numbering import spell
from tests.inference.reading.word_files import (
    levels,
    make_docx,
    numbered,
    numbering,
    paragraph,
    styles,
    table,
)

_HEADINGS = levels(("japaneseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))


def _lines(body: str, numbers: str, **parts: str) -> list[str]:
    return read_bytes(make_docx(body, numbering=numbers, **parts), "年报.docx").text.split("\n")


@pytest.mark.parametrize(
    ("form", "number", "printed"),
    [
        ("decimal", 12, "12"),
        ("decimalZero", 3, "03"),
        ("decimalFullWidth", 12, "１２"),
        ("chineseCounting", 3, "三"),
        ("chineseCountingThousand", 10, "十"),
        ("chineseCountingThousand", 11, "十一"),
        ("japaneseCounting", 20, "二十"),
        ("chineseCountingThousand", 101, "一百零一"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCountingThousand", 1001, "一千零一"),
        ("chineseCountingThousand", 10000, "10000"),
        ("chineseCounting", 0, "零"),
        ("ideographDigital", 12, "一二"),
        ("taiwaneseDigital", 10, "一〇"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographTraditional", 2, "乙"),
        ("ideographTraditional", 11, "11"),
        ("decimalEnclosedCircle", 5, "⑤"),
        ("decimalEnclosedParen", 20, "⒇"),
        ("decimalEnclosedFullstop", 1, "⒈"),
        ("upperLetter", 28, "BB"),
        ("lowerLetter", 2, "b"),
        ("upperRoman", 14, "XIV"),
        ("lowerRoman", 9, "ix"),
        ("none", 9, ""),
        ("somethingNew", 9, "9"),
    ],
)
def test_a_number_is_spelt_as_its_format_says(form: str, number: int, printed: str) -> None:
    assert spell(number, form) == printed


def test_headings_are_numbered_and_deeper_levels_begin_again() -> None:
    body = "".join(
        [
            numbered("总体情况"), numbered("主动公开", 1), numbered("依申请公开", 1), numbered("当面", 2),
            paragraph("不在列表中"), numbered("网络", 2), numbered("办理情况"), numbered("予以公开", 1),
        ]
    )  # fmt: skip
    assert _lines(body, numbering(_HEADINGS)) == [
        "一、总体情况", "（一）主动公开", "（二）依申请公开", "1.当面",
        "不在列表中", "2.网络", "二、办理情况", "（一）予以公开",
    ]  # fmt: skip


def test_row_labels_are_numbered_and_an_empty_item_prints_its_number() -> None:
    bars = table([["信息", "件数"], ["甲", "3"], ["乙", "4"], ["", "5"]])
    for text in ("甲", "乙"):
        bars = bars.replace(paragraph(text), numbered(text))
    bars = bars.replace(paragraph(""), numbered(""))
    numbers = numbering(levels(("decimal", "%1.")))
    assert _lines(bars, numbers) == ["| 信息 | 件数 |", "| 1.甲 | 3 |", "| 2.乙 | 4 |", "| 3. | 5 |"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [("%1.", "1. 23件"), ("（%1）", "（1） 23件"), ("%1", "1 23件"), ("第%1项", "第1项 23件")],
)
def test_a_number_never_runs_into_a_figure(text: str, printed: str) -> None:
    assert _lines(numbered("23件"), numbering(levels(("decimal", text)))) == [printed]


def test_bullets_are_left_out_but_parents_and_starts_count() -> None:
    numbers = numbering(levels(("bullet", "\uf06c"), ("decimal", "%1.%2"), start=4))
    assert _lines(numbered("甲") + numbered("乙", 1), numbers) == ["甲", "4.4 乙"]


def test_a_list_that_starts_anew_and_one_that_goes_on() -> None:
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        '</w:lvlOverride></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    )
    body = "".join(
        numbered(text, 0, which) for text, which in [("甲", 1), ("乙", 1), ("丙", 2), ("丁", 2), ("戊", 3)]
    )
    assert _lines(body, numbering(levels(("decimal", "%1.")), again)) == [
        "1.甲", "2.乙", "1.丙", "2.丁", "3.戊",
    ]  # fmt: skip


def test_a_list_given_by_the_style_of_a_heading_and_taken_back_by_one_paragraph() -> None:
    said = styles(
        '<w:style w:type="paragraph" w:styleId="a"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="round"><w:basedOn w:val="round"/></w:style>'
    )
    numbers = numbering(_HEADINGS.replace("<w:start ", '<w:pStyle w:val="a"/><w:start ', 1))
    body = (
        paragraph("甲", '<w:pStyle w:val="a"/>')
        + paragraph("乙", '<w:pStyle w:val="b"/>')
        + paragraph("丙", '<w:pStyle w:val="b"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + paragraph("丁", '<w:pStyle w:val="b"/><w:numPr><w:ilvl w:val="1"/></w:numPr>')
        + paragraph("戊", '<w:pStyle w:val="round"/>')
    )
    assert _lines(body, numbers, styles=said) == ["一、甲", "二、乙", "丙", "（一）丁", "戊"]


def test_a_list_defined_by_a_list_style() -> None:
    said = styles(
        '<w:style w:type="numbering" w:styleId="s"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    linked = '<w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="s"/></w:abstractNum>'
    again = '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    assert _lines(numbered("甲", 0, 2), numbering(_HEADINGS + linked, again), styles=said) == ["一、甲"]


def test_all_numbers_of_a_legal_level_are_decimal() -> None:
    legal = levels(("chineseCounting", "%1、"), ("decimal", "%1.%2"))
    legal = legal.replace('w:val="%1.%2"/>', 'w:val="%1.%2"/><w:isLgl/>')
    assert _lines(numbered("甲") + numbered("乙", 1), numbering(legal)) == ["一、甲", "1.1 乙"]


@pytest.mark.parametrize("broken", ["99999999999999999999", "-1", "x", "²"])
def test_numbers_that_are_none_are_taken_for_the_usual(broken: str) -> None:
    numbers = numbering(levels(("decimal", "%1."))).replace(
        '<w:start w:val="1"/>', f'<w:start w:val="{broken}"/>'
    )
    assert _lines(numbered("甲"), numbers) == ["0.甲"]
    properties = f'<w:numPr><w:ilvl w:val="{broken}"/><w:numId w:val="{broken}"/></w:numPr>'
    assert _lines(paragraph("甲", properties), numbers) == ["甲"]
