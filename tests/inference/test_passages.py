"""Running text: its sentences, what of a page is prose, and windows that a tagger sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.numbers import find_numbers
from inference.passages import Window, prose, sentences, windows

_TEXT = st.text("公开信息件条二三百0123456789.,;:、。!?;\n |", max_size=80)


def _cut(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


def _own_parts(text: str, seen: list[Window]) -> list[str]:
    return [text[w.first : w.end] for w in seen]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到申请3件。答复3件。", ["收到申请3件。", "答复3件。"]),
        ("一、总体情况\n收到申请3件", ["一、总体情况\n", "收到申请3件"]),
        ("公开99.5%;访问1.2万次。", ["公开99.5%;", "访问1.2万次。"]),
        ("如何申请?请看指南!", ["如何申请?", "请看指南!"]),
        ("收到1,234件,答复1,200件。", ["收到1,234件,答复1,200件。"]),
        ("收到3件。\n\n答复3件。\n", ["收到3件。", "\n", "\n", "答复3件。", "\n"]),
        ("", []),
    ],
)
def test_sentences_end_at_full_stops_and_line_ends_not_at_decimal_points(
    text: str, expected: list[str]
) -> None:
    assert _cut(text) == expected


@given(_TEXT)
def test_sentences_cover_the_text_without_gap_or_overlap(text: str) -> None:
    spans = sentences(text)
    assert "".join(text[a:b] for a, b in spans) == text
    at = 0
    for start, end in spans:
        assert start == at < end
        at = end
    assert at == len(text)


@given(_TEXT)
def test_every_sentence_but_the_last_ends_with_its_mark_and_has_no_other(text: str) -> None:
    marks = set("。!?;\n")
    cut = _cut(text)
    assert all(s[-1] in marks for s in cut[:-1])
    assert all(not marks & set(s[:-1]) for s in cut)


def test_prose_leaves_out_tables_and_joins_neighbouring_lines() -> None:
    text = "一、总体情况\n收到申请3件。\n| 规章 | 3 |\n| 许可 | 4 |\n二、其他\n无。\n"
    assert [text[a:b] for a, b in prose(text, [])] == ["一、总体情况\n收到申请3件。\n", "二、其他\n无。\n"]


def test_prose_leaves_out_the_zones_of_tables_that_have_no_bars() -> None:
    text = "总体情况。\n规章\n3\n许可\n4\n存在问题。\n"
    start, end = text.index("规章"), text.index("存在")
    assert [text[a:b] for a, b in prose(text, [(start, end)])] == ["总体情况。\n", "存在问题。\n"]


def test_zones_that_touch_or_overlap_leave_nothing_between() -> None:
    text = "前言。\n甲\n乙\n丙\n后记。\n"
    zones = [(4, 8), (6, 8), (8, 10)]
    assert [text[a:b] for a, b in prose(text, zones)] == ["前言。\n", "后记。\n"]


@pytest.mark.parametrize(
    "line",
    [
        "扫一扫在手机打开当前页",
        "【打印本页】【关闭窗口】",
        "浏览次数:1024次",
        "发布日期:2025-01-20 字号:大 中 小",
        "青ICP备12345678号",
        "版权所有:青石县人民政府办公室",
        "当前位置:首页>政务公开>年报",
        "上一篇:2023年报",
        "技术支持:某某公司",
        "索引号:00123-2025-0007",
    ],
)
def test_furniture_of_the_page_is_no_prose(line: str) -> None:
    text = f"收到申请3件。\n{line}\n答复3件。"
    assert line not in "".join(text[a:b] for a, b in prose(text, []))
    assert len(prose(text, [])) == 2


def test_blank_lines_are_no_prose_but_spaces_in_a_line_stay() -> None:
    text = "  收到申请3件。\n   \n\n  答复3件。"
    assert [text[a:b] for a, b in prose(text, [])] == ["  收到申请3件。\n", "  答复3件。"]


@given(_TEXT, st.lists(st.integers(0, 80), max_size=6))
def test_prose_is_in_order_and_never_inside_a_zone_or_a_row_of_bars(text: str, cuts: list[int]) -> None:
    bounds = sorted(min(c, len(text)) for c in cuts)
    zones = list(zip(bounds[::2], bounds[1::2], strict=False))
    at = 0
    for start, end in prose(text, zones):
        assert at <= start < end <= len(text)
        assert "|" not in text[start:end]
        assert all(end <= a or b <= start or a == b for a, b in zones)
        at = end


def test_windows_are_cut_between_sentences_and_see_whole_sentences_before() -> None:
    text = "收到申请三十件。答复三十件。行政复议两件。行政诉讼一件。"
    seen = list(windows(text, 0, len(text), 24, 6))
    assert _own_parts(text, seen) == ["收到申请三十件。答复三十件。", "行政复议两件。行政诉讼一件。"]
    assert [text[w.start : w.first] for w in seen] == ["", "答复三十件。"]


@pytest.mark.parametrize("context", [6, 20, 200])
def test_context_takes_no_more_than_a_quarter_of_a_window(context: int) -> None:
    text = "收到申请三十件。答复三十件。行政复议两件。行政诉讼一件。"
    seen = list(windows(text, 0, len(text), 20, context))
    assert _own_parts(text, seen) == ["收到申请三十件。答复三十件。", "行政复议两件。行政诉讼一件。"]
    assert [text[w.start : w.first] for w in seen] == ["", ""]


def test_a_text_that_fits_is_one_window() -> None:
    text = "收到申请3件。答复3件。"
    assert list(windows(text, 0, len(text), 200, 50)) == [Window(0, len(text), 0)]


def test_only_the_stretch_is_covered() -> None:
    text = "前文。收到申请3件。后文。"
    start, end = text.index("收"), text.index("后")
    assert list(windows(text, start, end, 200, 50)) == [Window(start, end, start)]


def test_an_empty_stretch_has_no_window() -> None:
    assert list(windows("收到3件。", 2, 2, 20, 5)) == []


def test_a_sentence_longer_than_a_window_is_cut_between_clauses() -> None:
    text = "本机关收到申请三件,答复申请两件,结转下年一件,办结率稳定"
    seen = list(windows(text, 0, len(text), 12, 0))
    assert _own_parts(text, seen) == ["本机关收到申请三件,", "答复申请两件,", "结转下年一件,办结率稳定"]


@given(_TEXT, st.integers(2, 60), st.integers(0, 80))
def test_windows_cover_the_text_and_keep_to_their_size(text: str, size: int, context: int) -> None:
    """However much context is asked for, more than the window holds included."""
    seen = list(windows(text, 0, len(text), size, context))
    assert "".join(_own_parts(text, seen)) == text
    assert all(w.end - w.start <= size and w.first - w.start <= min(context, size // 4) for w in seen)
    assert all(w.start <= w.first < w.end for w in seen)


@given(
    st.lists(
        st.builds(
            "{}{}{}{}".format,
            st.sampled_from(["收到申请", "全年公开信息", "经费", "访问"]),
            st.sampled_from(
                [
                    "3",
                    "1,234",
                    "60万余",
                    "160.5964万",
                    "一千零五十",
                    "12 345",
                    "99.93",
                    "三百二十八",
                    "1万2千",
                ]
            ),
            st.sampled_from(["件", "条", "元", "次", "%"]),
            st.sampled_from(["。", "!", "\n", ",", "、", ""]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(26, 80),
    st.integers(0, 40),
)
def test_a_number_is_whole_in_the_window_that_owns_it(parts: list[str], size: int, context: int) -> None:
    text = "".join(parts)
    seen = list(windows(text, 0, len(text), size, context))
    for number in find_numbers(text):
        assert sum(w.first <= number.start and number.end <= w.end for w in seen) == 1


@pytest.mark.parametrize(
    ("text", "size", "parts"),
    [
        (
            "我局本年度共主动公开各类政府信息12,345条",
            20,
            ["我局本年度共主动公开各类政府信息", "12,345条"],
        ),
        (
            "全年主动公开政府信息共计1.5万条受理数据",
            14,
            ["全年主动公开政府信息共计", "1.5万条受理数据"],
        ),
        (
            "全年主动公开政府信息12 345条受理数据情况",
            14,
            ["全年主动公开政府信息", "12 345条受理数据情况"],
        ),
        (
            "我局本年度主动公开政府信息三百二十八条占比",
            16,
            ["我局本年度主动公开政府信息", "三百二十八条占比"],
        ),
        ("全年主动公开信息3万条受理数据情况", 10, ["全年主动公开信息", "3万条受理数据情况"]),
    ],
)
def test_a_cut_falls_in_front_of_a_number_and_its_unit(text: str, size: int, parts: list[str]) -> None:
    assert _own_parts(text, list(windows(text, 0, len(text), size, 0))) == parts


@given(
    st.integers(10**4, 10**6),
    st.sampled_from(["{}条", "{:,}条", "{}.25元", "{}万余次", "{} 条"]),
    st.integers(0, 30),
    st.integers(22, 40),
)
def test_text_without_any_stop_is_cut_but_not_inside_its_numbers(
    number: int, form: str, before: int, size: int
) -> None:
    printed = form.format(number)
    text = "公" * before + printed + "开" * 40
    seen = list(windows(text, 0, len(text), size, 0))
    assert "".join(_own_parts(text, seen)) == text
    assert any(printed in part for part in _own_parts(text, seen))
