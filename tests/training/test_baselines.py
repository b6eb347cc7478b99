"""The baselines learn and tag through the same call as the tagger."""

from pathlib import Path

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("spacy")

from annotations.items import GoldFigure, Item
from training.baselines import LinearTagger, SpacyTagger, train_spacy

PATTERNS = [
    ("全年收到政府信息公开申请{}件。", "applications.received"),
    ("举办政务公开培训班{}期。", "capacity.trainings"),
    ("全县共有行政村{}个。", None),
]
TEXTS = ["全年收到政府信息公开申请47件。", "举办政务公开培训班5期。", "全县共有行政村86个。"]


def items() -> list[Item]:
    made = []
    for number in range(1, 91):
        pattern, label = PATTERNS[number % 3]
        start = pattern.index("{")
        end = start + len(str(number)) + 1
        figure = label and GoldFigure(label, start, end, str(number), pattern[start + 2], "exact", "year")
        made.append(Item(pattern.format(number), (figure,) if figure else ()))
    return made


def tags(tagger: LinearTagger | SpacyTagger) -> list[tuple[str, str]]:
    return [
        (text[t.number.start : t.number.end], t.label)
        for text in TEXTS
        for t in tagger.tag(text, [(0, len(text))])
    ]


def test_the_linear_model_learns_the_words_around_a_number() -> None:
    tagger = LinearTagger(items())
    assert tags(tagger) == [("47件", "applications.received"), ("5期", "capacity.trainings")]
    assert tagger.tag("没有数字", [(0, 4)]) == []


@pytest.mark.slow
def test_the_entity_recogniser_learns_spans_and_gives_whole_numbers(tmp_path: Path) -> None:
    train_spacy(items(), items()[:20], tmp_path, steps=200)
    assert tags(SpacyTagger(tmp_path)) == [("47件", "applications.received"), ("5期", "capacity.trainings")]
