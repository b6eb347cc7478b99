"""Normalising: what changes, what stays, and that every character knows where it came from."""

import unicodedata
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, pinyin

from inference.normalize import half_width, normalize, to_simplified

# What damaged pages are made of, close enough together that the pieces meet.
_DAMAGED = st.text("政府信息公开據條辦里干女0１２９（）()，。 \u3000\u200b\ufeff\n|%zhengfulāǎǜ", max_size=60)
_ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
_SIMPLIFIED = st.text(
    "县乡镇市局委办厅院站所年度报告主动公开政府信息申请答复受理收到件条次期篇人培训会议行政复议诉讼许可处罚强制费规章文件"
    "网站微博微信新媒体公报查阅场解读访谈热点舆情部门单位工作制度内容更新管理服务群众监督检查女绿律旅虑",
    max_size=40,
)


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("１２３４件", "1234件"),
        ("１，２３４．５６万元", "1,234.56万元"),
        ("＋１４", "+14"),
        ("－３", "-3"),
        ("−14", "-14"),
        ("９９．９％", "99.9%"),
        ("２２（其中修订１６件）", "22(其中修订16件)"),
        ("规章｜３｜", "规章|3|"),
        ("ＡＰＰ：２个", "APP:2个"),
        ("总体情况﹕收到﹐", "总体情况:收到,"),
        ("收到\u3000申请\xa03\u2003件", "收到 申请 3 件"),
    ],
)
def test_full_width_forms_become_half_width_in_place(printed: str, plain: str) -> None:
    assert half_width(printed) == plain
    assert normalize(printed).text == plain
    assert list(normalize(printed).offsets) == list(range(len(printed)))


@pytest.mark.parametrize(
    "kept", ["。", "、", "《", "》", "“", "”", "〔", "〕", "—", "①", "㎡", "Ⅲ", "〇", "\n", "\t"]
)
def test_marks_without_one_plain_form_stay(kept: str) -> None:
    assert half_width(f"规{kept}章") == f"规{kept}章"


@pytest.mark.parametrize("invisible", ["\u200b", "\u200c", "\u200d", "\u200e", "\ufeff", "\xad"])
def test_invisible_characters_are_dropped_and_offsets_step_over_them(invisible: str) -> None:
    normal = normalize(f"{invisible}收到8{invisible}4件{invisible}")
    assert normal.text == "收到84件"
    assert list(normal.offsets) == [1, 2, 3, 5, 6]


@pytest.mark.parametrize(("printed", "plain"), [("⽂件", "文件"), ("⾯谈", "面谈"), ("行\uf9a8", "行令")])
def test_radicals_and_compatibility_ideographs_become_plain_characters(printed: str, plain: str) -> None:
    assert normalize(printed).text == plain


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        pytest.param("據(jù)統計", "据统计", id="tone mark"),
        pytest.param("辦(ban)公(gong)室", "办公室", id="no tone mark"),
        pytest.param("政(zheng)(zheng)府(fu)(fu)", "政府", id="twice"),
        pytest.param("政（zhèng）府（fǔ）", "政府", id="full-width brackets"),
        pytest.param("信( xìn )息(xi )", "信息", id="space inside"),
        pytest.param("信（ｘｉｎ）息（ｘｉ）", "信息", id="full-width letters"),
        pytest.param("行(háng)(xíng)政", "行政", id="two readings"),
        pytest.param("女(nü)绿(lv)旅(lu)律(lǜ)", "女绿旅律", id="spellings of ü"),
        pytest.param("上(shàng)\n年(nián)", "上\n年", id="line ends stay"),
        pytest.param("收(shou)到(dao)84件(jian)", "收到84件", id="numbers stay"),
        pytest.param("二〇(líng)一", "二〇一", id="zero"),
        pytest.param("府(fu\u030c)绿(lu\u0308\u0300)", "府绿", id="combining tone mark"),
    ],
)
def test_pinyin_glosses_are_removed(printed: str, plain: str) -> None:
    assert normalize(printed).text == plain


@pytest.mark.parametrize(
    "printed",
    [
        "处(室)",
        "规范性文件(以下简称文件)",
        "微信(app)",
        "网站(www)",
        "处(fu)",
        "类(a)",
        "收到84(件)",
        "abc(de)",
        "政(ZHENG)府",
    ],
)
def test_brackets_that_are_no_reading_of_the_character_in_front_stay(printed: str) -> None:
    assert normalize(printed).text == printed


def test_only_the_glosses_of_a_run_of_brackets_are_removed() -> None:
    normal = normalize("办(ban)(app)公开")
    assert normal.text == "办(app)公开"
    assert list(normal.offsets) == [0, *range(6, 13)]


def test_glossed_text_maps_back_to_the_source() -> None:
    source = "政(zheng)(zheng)府(fu)(fu)收到１２件"
    normal = normalize(source)
    assert normal.text == "政府收到12件"
    start = normal.text.index("12件")
    first, last = normal.span(start, start + 3)
    assert source[first:last] == "１２件"


def test_a_gloss_behind_the_last_character_of_a_span_stays_outside() -> None:
    source = "共84件(jiàn)，"
    normal = normalize(source)
    first, last = normal.span(1, 4)
    assert source[first:last] == "84件"


@pytest.mark.parametrize(
    ("source", "at", "expected"),
    [("政(zheng)府", 1, 8), ("政(zheng)府", 2, 9), ("府(fu)", 1, 1), ("\u200b政", 0, 1), ("", 0, 0)],
)
def test_an_empty_span_stands_where_its_next_character_does(source: str, at: int, expected: int) -> None:
    assert normalize(source).span(at, at) == (expected, expected)


@pytest.mark.parametrize(
    ("source", "script"),
    [
        ("本机关全年主动公开政府信息12条", "hans"),
        ("本機關全年主動公開政府資訊12條", "hant"),
        ("本(běn)机(jī)关(guān)主动公开信息", "hans-glossed"),
        ("本(ben)機(ji)關(guan)主動公開資訊", "hant-glossed"),
        ("", "hans"),
        ("2024 | 84 | /", "hans"),
    ],
)
def test_script_is_told_from_the_text(source: str, script: str) -> None:
    assert normalize(source).script == script


def test_a_few_odd_characters_do_not_make_a_script() -> None:
    page = "本机关按照条例规定主动公开政府信息，及时办理群众申请，不断完善制度。" * 4
    assert normalize(page + "東").script == "hans"
    assert normalize(page + "府(fu)").script == "hans"


def test_traditional_script_becomes_simplified_with_the_same_offsets() -> None:
    source = "本機關收到申請八十七件，辦結率達百分之百，行政復議三件。"
    normal = normalize(source)
    assert normal.text == "本机关收到申请八十七件,办结率达百分之百,行政复议三件。"
    assert list(normal.offsets) == list(range(len(source)))


@given(_ANY)
def test_simplifying_keeps_one_character_for_one(text: str) -> None:
    assert len(to_simplified(text)) == len(text)


@given(_DAMAGED | _ANY)
def test_offsets_rise_strictly_and_lead_to_the_same_character(source: str) -> None:
    normal = normalize(source)
    offsets = list(normal.offsets)
    assert len(offsets) == len(normal.text)
    assert all(a < b for a, b in pairwise(offsets))
    assert all(0 <= o < len(source) for o in offsets)
    for character, offset in zip(normal.text, offsets, strict=True):
        assert to_simplified(half_width(source[offset])) == to_simplified(character)


@given(_DAMAGED, st.data())
def test_a_span_begins_and_ends_with_the_source_of_its_characters(source: str, data: st.DataObject) -> None:
    normal = normalize(source)
    start = data.draw(st.integers(0, len(normal.text)))
    end = data.draw(st.integers(start, len(normal.text)))
    first, last = normal.span(start, end)
    assert 0 <= first <= last <= len(source)
    if start < end:
        assert (first, last - 1) == (normal.offsets[start], normal.offsets[end - 1])


@given(_SIMPLIFIED, st.sampled_from([Style.TONE, Style.NORMAL]), st.integers(1, 2), st.data())
def test_glossed_text_comes_back_without_its_glosses(
    text: str, style: Style, times: int, data: st.DataObject
) -> None:
    """Any choice of characters carries its own reading in brackets, once or twice, as damaged pages do;
    tone marks may be characters of their own."""
    opening, closing = data.draw(st.sampled_from([("(", ")"), ("（", "）")]))
    pieces = []
    for character, readings in zip(text, pinyin(list(text), style=style, heteronym=True), strict=True):
        form: Literal["NFC", "NFD"] = data.draw(st.sampled_from(["NFC", "NFD"]))
        gloss = opening + unicodedata.normalize(form, data.draw(st.sampled_from(readings))) + closing
        pieces.append(character + gloss * times * data.draw(st.integers(0, 1)))
    source = "".join(pieces)
    normal = normalize(source)
    assert normal.text == text
    assert [source[o] for o in normal.offsets] == list(text)


@given(_DAMAGED)
def test_normalising_simplified_half_width_text_changes_nothing(source: str) -> None:
    text = "".join(c for c in normalize(source).text if c not in "()")
    assert normalize(text).text == text
