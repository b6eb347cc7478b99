"""The patterns as they are shipped, and what the pattern tagger makes of plain sentences."""

from importlib.resources import files
from typing import Any

import pytest

pytest.importorskip("spacy")

import yaml

from inference.numbers import find_numbers, plain
from inference.patterns import GAP, NUMBER, OTHER, PatternTagger
from inference.tagging import Tagged
from models.labels import load_labels
from models.tagger import NO_LABEL, PERIODS

DATA: dict[str, Any] = yaml.safe_load((files("models") / "data" / "patterns.yaml").read_text("utf-8"))
PATTERNS = [p for part in ("labels", "others", "periods") for ps in DATA[part].values() for p in ps]
TEXT = (
    "全年收到政府信息公开申请192件,其中当面申请8件;举办政务公开培训班3期,参训210人次。"
    "热线办结率99.5%,行政复议0件、行政诉讼2件。"
)


def tag(text: str) -> list[Tagged]:
    return PatternTagger().tag(text, [(0, len(text))])


def test_every_label_has_patterns_in_the_order_of_the_labels() -> None:
    assert list(DATA["labels"]) == list(load_labels())
    assert all(DATA["labels"].values())


def test_what_is_no_label_is_known_and_what_is_said_of_units_is_of_a_label() -> None:
    assert set(DATA["periods"]) == set(PERIODS) - {"year"}
    assert set(DATA["others"]) == {"same", NO_LABEL}
    assert set(DATA["units"]) <= set(load_labels())


def test_a_pattern_has_one_number_and_some_words() -> None:
    for pattern in PATTERNS:
        assert pattern.count(NUMBER) == 1, pattern
        assert pattern.replace(NUMBER, "").strip(GAP + OTHER), pattern
        assert not pattern.startswith(GAP) and not pattern.endswith(GAP), pattern


def test_no_pattern_of_a_label_stands_twice() -> None:
    for part in ("labels", "others", "periods"):
        for says, patterns in DATA[part].items():
            assert len(patterns) == len(set(patterns)), says


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("主动公开政府信息1630条。", [("disclosure.total", "1630", "year")]),
        (
            "政府网站公开信息1.2万条,微信公众号推送300余条、微博88条。",
            [
                ("disclosure.website", "12000", "year"),
                ("disclosure.wechat", "300", "year"),
                ("disclosure.weibo", "88", "year"),
            ],
        ),
        ("受理政府信息公开申请三十件。", [("applications.received", "30", "year")]),
        (
            "予以公开12件,部分公开3件,不予公开2件,无法提供5件。",
            [
                ("applications.granted", "12", "year"),
                ("applications.partially_granted", "3", "year"),
                ("applications.refused", "2", "year"),
                ("applications.unavailable", "5", "year"),
            ],
        ),
        (
            "行政复议6件,行政诉讼(件):0",
            [("review.reconsiderations", "6", "year"), ("review.litigations", "0", "year")],
        ),
        (
            "举办培训班3期,参训210人次。",
            [("capacity.trainings", "3", "year"), ("capacity.trainees", "210", "year")],
        ),
        (
            "按时办结率99.5%,群众满意率98%。",
            [("rate.completion", "99.5", "year"), ("rate.satisfaction", "98", "year")],
        ),
        (
            "收到申请30件,去年为15件。",
            [("applications.received", "30", "year"), ("applications.received", "15", "prior")],
        ),
        ("历年累计主动公开20080条。", [("disclosure.total", "20080", "cumulative")]),
        ("上半年收到申请18件。", [("applications.received", "18", "part")]),
        (
            "行政复议由20件减少到12件。",
            [("review.reconsiderations", "20", "prior"), ("review.reconsiderations", "12", "year")],
        ),
    ],
)
def test_a_plain_sentence_is_understood(text: str, figures: list[tuple[str, str, str]]) -> None:
    assert [(t.label, plain(t.number.value), t.period) for t in tag(text)] == figures


@pytest.mark.parametrize(
    "text",
    [
        "全县有行政村86个。",
        "同比增长12.3%,占33.9%。",
        "收到申请后在20个工作日内答复。",
        "采纳意见15条,较上年减少8条。",
        "绿地面积达2000平方米。",
        "政务公开工作稳步推进。",
        "",
    ],
)
def test_a_number_that_counts_nothing_of_disclosure_stays_bare(text: str) -> None:
    assert tag(text) == []


def test_the_words_that_stand_nearest_decide() -> None:
    assert [t.label for t in tag("公开申请中,网络申请7件。")] == ["applications.online"]
    assert [t.label for t in tag("微信公众号发布政策解读7篇。")] == ["response.interpretations"]


def test_words_do_not_reach_over_the_end_of_a_sentence() -> None:
    assert tag("收到政府信息公开申请。共9件。") == []
    assert tag("收到政府信息公开申请\n9件") == []


def test_a_unit_that_the_label_does_not_know_is_not_taken() -> None:
    assert [t.label for t in tag("满意率98%。")] == ["rate.satisfaction"]
    assert tag("满意率98元。") == []


def test_tags_are_numbers_of_the_text_with_their_offsets_in_order() -> None:
    text = "x。" * 5 + TEXT
    tagged = PatternTagger().tag(text, [(10, len(text))])
    assert [text[t.number.start : t.number.end] for t in tagged] == [
        *("192件", "8件", "3期", "210人次", "99.5%", "0件", "2件")
    ]
    assert [t.number for t in tagged] == [n for n in find_numbers(text) if n.start >= 10]


def test_only_the_given_stretches_are_tagged_in_their_order() -> None:
    text = TEXT + "\n" + TEXT
    half = len(TEXT) + 1
    tagged = PatternTagger().tag(text, [(0, len(TEXT)), (half, len(text))])
    assert [t.number.start for t in tagged] == sorted(t.number.start for t in tagged)
    assert [t.label for t in tagged] == 2 * [t.label for t in tag(TEXT)]
    assert PatternTagger().tag(text, []) == []
    assert all(t.number.start >= half for t in PatternTagger().tag(text, [(half, len(text))]))


def test_what_is_tagged_is_a_figure_and_the_name_says_by_what() -> None:
    assert all(t.is_sure for t in tag(TEXT))
    assert PatternTagger.name == "nianbao-patterns"
