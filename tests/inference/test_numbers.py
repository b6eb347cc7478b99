"""Numbers in running text: where they stand, what they are worth, and which are no figures."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.normalize import normalize
from inference.numbers import Number, find_numbers, plain


def _only(text: str) -> Number:
    found = list(find_numbers(text))
    assert len(found) == 1, [text[n.start : n.end] for n in found]
    return found[0]


def _values(text: str) -> list[tuple[str, str, str]]:
    return [(text[n.start : n.end], plain(n.value), n.unit) for n in find_numbers(text)]


def _numeral(number: int) -> str:
    """A whole number below 10**12 in Chinese numerals, as it is read aloud."""
    if not number:
        return "零"
    words, gap = "", False
    for power, name in [(8, "亿"), (4, "万"), (0, "")]:
        group = number // 10**power % 10**4
        if not group:
            gap = bool(words)
            continue
        for place, scale in [(3, "千"), (2, "百"), (1, "十"), (0, "")]:
            digit = group // 10**place % 10
            if digit:
                words += ("零" if gap else "") + "零一二三四五六七八九"[digit] + scale
                gap = False
            else:
                gap = bool(words)
        words += name
        gap = gap and group % 10 == 0 and power > 0
    return words.removeprefix("一") if words.startswith("一十") else words


@pytest.mark.parametrize(
    ("text", "printed", "value", "unit"),
    [
        ("公开信息29310条。", "29310条", "29310", "条"),
        ("公开信息1,234条。", "1,234条", "1234", "条"),
        ("公开信息1, 234条。", "1, 234条", "1234", "条"),
        ("公开信息12 345 条。", "12 345 条", "12345", "条"),
        ("阅读量1,234,567次。", "1,234,567次", "1234567", "次"),
        ("经费160.5964万元。", "160.5964万元", "1605964", "元"),
        ("经费25万元。", "25万元", "250000", "元"),
        ("经费251000元。", "251000元", "251000", "元"),
        ("访问1.2亿次。", "1.2亿次", "120000000", "次"),
        ("访问60万余次。", "60万余次", "600000", "次"),
        ("访问60万余,", "60万余", "600000", ""),
        ("访问100余万次。", "100余万次", "1000000", "次"),
        ("培训3.5万余人次。", "3.5万余人次", "35000", "人次"),
        ("按时办结率99.93%。", "99.93%", "99.93", "%"),
        ("收到申请0件。", "0件", "0", "件"),
        ("共2138980次", "2138980次", "2138980", "次"),
        ("开展培训2场次,", "2场次", "2", "场次"),
        ("发布信息700余条。", "700余条", "700", "条"),
        ("召开会议一次。", "一次", "1", "次"),
        ("召开会议两次。", "两次", "2", "次"),
        ("收到申请十二件。", "十二件", "12", "件"),
        ("收到申请三百零五件。", "三百零五件", "305", "件"),
        ("收到申请三百五件。", "三百五件", "350", "件"),
        ("公开信息两万三千条。", "两万三千条", "23000", "条"),
        ("公开信息一千零五十条。", "一千零五十条", "1050", "条"),
        ("公开信息二〇一八条。", "二〇一八条", "2018", "条"),
        ("公开信息七百余条。", "七百余条", "700", "条"),
        ("公开信息百余条。", "百余条", "100", "条"),
        ("经费五点五万元。", "五点五万元", "55000", "元"),
        ("办结率百分之九十九点九,", "百分之九十九点九", "99.9", "%"),
        ("答复率为百分之百。", "百分之百", "100", "%"),
        ("阅读量突破六十万。", "六十万", "600000", ""),
        ("行政诉讼为零。", "零", "0", ""),
        ("公开信息1万2千件。", "1万2千件", "12000", "件"),
        ("公开信息1万2千3百件。", "1万2千3百件", "12300", "件"),
        ("公开信息1万2345条。", "1万2345条", "12345", "条"),
        ("公开信息3千5百件。", "3千5百件", "3500", "件"),
        ("访问1亿2000万次。", "1亿2000万次", "120000000", "次"),
        ("访问12万3千余次。", "12万3千余次", "123000", "次"),
        ("办结率百分百。", "百分百", "100", "%"),
        ("收到申请二十三件。", "二十三件", "23", "件"),
    ],
)
def test_a_figure_has_its_value_its_unit_and_its_place(
    text: str, printed: str, value: str, unit: str
) -> None:
    number = _only(text)
    assert (text[number.start : number.end], plain(number.value), number.unit) == (printed, value, unit)


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("公开信息300条。", "exact"),
        ("公开信息达300条。", "exact"),
        ("公开信息300余条。", "at_least"),
        ("公开信息300多条。", "at_least"),
        ("公开信息300条余。", "at_least"),
        ("公开信息300条以上。", "at_least"),
        ("公开信息达300条以上。", "at_least"),
        ("公开信息超300条。", "at_least"),
        ("公开信息超过300条。", "at_least"),
        ("公开信息逾300条。", "at_least"),
        ("公开信息突破300条。", "at_least"),
        ("公开信息至少300条。", "at_least"),
        ("公开信息几十条。", "at_least"),
        ("公开信息12万3千余条。", "at_least"),
        ("公开信息约300条。", "about"),
        ("公开信息大约300条。", "about"),
        ("公开信息300条左右。", "about"),
        ("公开信息近300条。", "at_most"),
        ("公开信息将近300条。", "at_most"),
        ("公开信息不足300条。", "at_most"),
        ("公开信息不到300条。", "at_most"),
        ("公开信息300条以内。", "at_most"),
        ("最近300条。", "exact"),
        ("附近3家。", "exact"),
    ],
)
def test_words_of_approximation_set_the_qualifier(text: str, qualifier: str) -> None:
    assert _only(text).qualifier == qualifier


@pytest.mark.parametrize("front", ["近", "约", "超", "超过", "达", "逾", "突破", "不足", "至少"])
def test_words_of_approximation_in_front_stay_outside_the_span(front: str) -> None:
    text = f"公开信息{front}300条。"
    number = _only(text)
    assert text[number.start : number.end] == "300条"


@pytest.mark.parametrize("tail", ["以上", "左右", "以内"])
def test_words_of_approximation_glued_behind_belong_to_the_span(tail: str) -> None:
    text = f"公开信息300条{tail}。"
    number = _only(text)
    assert text[number.start : number.end] == f"300条{tail}"


@pytest.mark.parametrize(
    "text",
    [
        "2024年",
        "2024年1月20日",
        "12月31日",
        "第20条",
        "第二十条",
        "国办发〔2014〕32号",
        "二〇一八年",
        "20个工作日",
        "15天内",
        "24小时",
        "1、主动公开",
        "2.依申请公开",
        "(略)\n3、监督保障",
        "一是健全制度,二是加强培训",
        "一批文件",
        "一系列制度",
        "A4纸",
        "5万吨",
        "2000平方米",
        "3个月",
        "下午3点",
    ],
)
def test_dates_ordinals_names_and_list_numbers_are_no_figures(text: str) -> None:
    assert list(find_numbers(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "公开二三十件",
        "公开三五件",
        "公开三五十件",
        "公开三四百条",
        "访问数百条",
        "开展数十次",
        "访问数千万人次",
    ],
)
def test_a_vague_count_is_not_read_as_one_number(text: str) -> None:
    assert list(find_numbers(text)) == []


@pytest.mark.parametrize("mark", ["3、", "3)"])
@pytest.mark.parametrize("before", ["", "收到\n"])
def test_a_list_number_right_before_a_figure_is_no_part_of_it(before: str, mark: str) -> None:
    assert _values(f"{before}{mark}12条") == [("12条", "12", "条")]


@pytest.mark.parametrize(
    "text", ["经费(万元)1.5", "经费(万元):1.5", "经费(单位:万元)1.5", "经费(单位:万元):1.5"]
)
def test_a_multiplier_in_the_bracket_in_front_counts_and_is_no_number_itself(text: str) -> None:
    assert _values(text) == [("1.5", "15000", "元")]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("收到申请(件):37", "37", "件"),
        ("收到申请(单位:件)37", "37", "件"),
        ("培训(人次) 120", "120", "人次"),
        ("公开信息条数:351", "351", "条"),
        ("培训人次数:120", "120", "人次"),
    ],
)
def test_a_unit_printed_in_a_bracket_in_front_is_found_with_its_place(
    text: str, value: str, unit: str
) -> None:
    number = _only(text)
    assert (plain(number.value), number.unit) == (value, unit)
    assert text[number.unit_start : number.unit_end] == unit
    assert text[number.start : number.end] == value


def test_unit_offsets_are_empty_where_no_unit_stands() -> None:
    for text in ("收到37,", "办结率百分之百"):
        number = _only(text)
        assert number.unit_start == number.unit_end == number.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "微博、微信、网站分别发布12条、3,456条和7万条。",
            [("12条", "12", "条"), ("3,456条", "3456", "条"), ("7万条", "70000", "条")],
        ),
        ("由15件增至28件", [("15件", "15", "件"), ("28件", "28", "件")]),
        ("其中当面3件,网络9件,信函两件", [("3件", "3", "件"), ("9件", "9", "件"), ("两件", "2", "件")]),
        ("2024年收到申请87件", [("87件", "87", "件")]),
        ("办结率100%,满意率99.5%", [("100%", "100", "%"), ("99.5%", "99.5", "%")]),
    ],
)
def test_the_numbers_of_a_sentence_are_each_found(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert _values(text) == expected


@pytest.mark.parametrize("word", ["部分", "项目", "人民", "本机关", "家庭", "处理", "人员"])
def test_a_word_that_begins_like_a_unit_is_no_unit(word: str) -> None:
    assert _only(f"公开18{word}").unit == ""


def test_only_the_stretch_asked_for_is_searched_but_its_surroundings_count() -> None:
    text = "收到3件,第20条,答复4件"
    assert [text[n.start : n.end] for n in find_numbers(text, 5)] == ["4件"]
    assert [text[n.start : n.end] for n in find_numbers(text, 0, 5)] == ["3件"]
    assert list(find_numbers(text, text.index("20"), text.index("20") + 2)) == []


@given(st.integers(0, 10**12), st.sampled_from(["条", "件", "次", "人次", "元", ""]))
def test_a_number_with_separators_is_read_back(number: int, unit: str) -> None:
    printed = f"{number:,}{unit}"
    text = f"全年公开信息{printed},同比持平。"
    found = _only(text)
    assert (found.value, found.unit, text[found.start : found.end]) == (number, unit, printed)


@given(st.integers(0, 99999), st.integers(0, 9999), st.sampled_from([("万", 10**4), ("亿", 10**8)]))
def test_a_decimal_with_a_multiplier_is_read_back(whole: int, part: int, scale: tuple[str, int]) -> None:
    printed = f"{whole}.{part:04d}{scale[0]}元"
    text = f"经费{printed}。"
    found = _only(text)
    assert found.value == Decimal(f"{whole}.{part:04d}") * scale[1]
    assert (text[found.start : found.end], found.unit) == (printed, "元")


@given(
    st.integers(1, 999),
    st.sampled_from(["亿", "万"]),
    st.sampled_from([("{}千", 1, 9, 1000), ("{}千5百", 1, 9, 1000), ("{}", 1000, 9999, 1)]),
    st.data(),
)
def test_digits_mixed_with_multipliers_are_one_number(
    high: int, scale: str, low: tuple[str, int, int, int], data: st.DataObject
) -> None:
    form, least, most, worth = low
    rest = data.draw(st.integers(least, most))
    printed = f"{high}{scale}{form.format(rest)}条"
    text = f"全年公开信息{printed}。"
    found = _only(text)
    expected = high * {"万": 10**4, "亿": 10**8}[scale] + rest * worth + 500 * form.endswith("百")
    assert (found.value, text[found.start : found.end]) == (expected, printed)


@given(st.integers(0, 10**8 - 1))
def test_a_chinese_numeral_is_read_back(number: int) -> None:
    printed = f"{_numeral(number)}件"
    text = f"收到申请{printed}。"
    found = _only(text)
    assert (found.value, text[found.start : found.end]) == (number, printed)


@given(st.integers(0, 10**9))
def test_full_width_digits_are_read_and_point_to_what_was_printed(number: int) -> None:
    printed = f"{number:,}条".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789,"})
    source = f"公开（fu）信息(xi){printed}，"
    normal = normalize(source)
    found = _only(normal.text)
    first, last = normal.span(found.start, found.end)
    assert (found.value, source[first:last]) == (number, printed)


@given(st.text("0123456789,. 万亿余多几一二十百千零点条件次%年月日第约近为()、\n", max_size=40))
def test_numbers_come_in_order_without_overlap_and_never_fail(text: str) -> None:
    last = 0
    for number in find_numbers(text):
        assert last <= number.start < number.end <= len(text)
        assert number.value >= 0
        assert number.unit_start <= number.unit_end
        last = number.end


@given(st.decimals(0, 10**9, places=4))
def test_plain_prints_no_exponent_and_loses_nothing(value: Decimal) -> None:
    text = plain(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert not ("." in text and text.endswith("0"))
