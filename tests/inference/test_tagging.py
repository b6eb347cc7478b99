"""The tagger that comes with the package on plain sentences, and what holds for any tagger."""

from pathlib import Path

import pytest

from inference.extract import to_record
from inference.numbers import find_numbers
from inference.reading import read_bytes
from inference.tagging import LEAST, Tagger, TaggerError, load_tagger

PROSE = (
    "全年收到政府信息公开申请192件,举办政务公开培训班3期,培训210人次;12345热线办结率99.5%。全县有行政村86个。"
)


def tags(tagger: Tagger, text: str) -> list[tuple[str, str]]:
    return [(text[t.number.start : t.number.end], t.label) for t in tagger.tag(text, [(0, len(text))])]


def test_the_shipped_tagger_knows_what_is_counted_and_what_is_not() -> None:
    assert tags(load_tagger(), PROSE) == [
        ("192件", "applications.received"),
        ("3期", "capacity.trainings"),
        ("210人次", "capacity.trainees"),
        ("99.5%", "rate.completion"),
    ]


def test_a_figure_far_down_a_long_page_is_found_as_well() -> None:
    text = "持续推进政务公开工作,不断提升公开质效。" * 300 + PROSE
    assert tags(load_tagger(), text) == tags(load_tagger(), PROSE)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2018年主动公开政府信息1630条。", "year"),
        ("主动公开政府信息历年累计20080条。", "cumulative"),
        ("收到申请30件,去年为15件。", "prior"),
        ("一季度收到申请18件,二季度收到申请20件。", "part"),
    ],
)
def test_the_period_is_read_from_the_words_around(text: str, period: str) -> None:
    assert load_tagger().tag(text, [(0, len(text))])[-1].period == period


def test_every_number_is_scored_once_for_every_class(tagger: Tagger) -> None:
    text = (PROSE + "\n") * 30
    scored = tagger.score(text, [(0, len(text))])
    assert [n for n, _ in scored] == list(find_numbers(text))
    assert all(len(row) == len(tagger.config.labels) + 4 for _, row in scored)


def test_only_a_rate_carries_a_percent_sign(tagger: Tagger) -> None:
    for text, label in tags(tagger, PROSE * 3):
        assert label.startswith("rate.") == text.endswith("%")


def test_what_is_rather_wrong_than_right_is_a_warning_with_its_place(tagger: Tagger) -> None:
    # Random weights are sure of nothing, except that a share must be one of the two rates.
    text = PROSE.replace("%", "分")
    record = to_record(read_bytes(text.encode(), "a.txt"), tagger)
    doubts = [w for w in record.warnings if w.code == "narrative.uncertain"]
    tagged = tagger.tag(text, [(0, len(text))])
    assert tagged
    assert all(t.confidence < LEAST for t in tagged)
    assert [(w.start, w.end) for w in doubts] == [(t.number.start, t.number.end) for t in tagged]
    assert record.facts == []


@pytest.mark.parametrize("files", [[], ["model.onnx"], ["model.onnx", "tokenizer.json", "tagger.json"]])
def test_a_folder_that_holds_no_tagger_is_named(tmp_path: Path, files: list[str]) -> None:
    for name in files:
        (tmp_path / name).write_text("{}", "utf-8")
    with pytest.raises(TaggerError, match="holds no tagger"):
        Tagger(tmp_path)
