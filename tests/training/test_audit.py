"""The audit finds labels that were changed by hand, and says where they stand."""

from collections.abc import Iterable, Sequence

import pytest

pytest.importorskip("cleanlab")
pytest.importorskip("sklearn")
pytest.importorskip("spacy")

from annotations.items import GoldFigure, Item
from inference.normalize import normalize
from inference.numbers import Number
from inference.tagging import Floats
from training.audit import audit
from training.baselines import LinearTagger

PATTERNS = [
    ("全年收到政府信息公开申请{}件。", "applications.received"),
    # The first character is invisible and dropped by normalisation, so that offsets differ.
    ("\u200b全年举办政务公开培训班{}期。", "capacity.trainings"),
    ("全县共有行政村{}个。", "O"),
]


def item(number: int, label: str | None = None) -> Item:
    """A passage of one number; `label` is another label than the right one."""
    pattern, right = PATTERNS[number % 3]
    label = label or right
    text = pattern.format(number)
    start, end = pattern.index("{"), len(text) - 1
    figure = GoldFigure(label, start, end, str(number), text[end - 1], "exact", "year")
    return Item(text, () if label == "O" else (figure,))


PLANTED = {9: "O", 19: "applications.received", 29: "capacity.trainings", 40: "applications.received"}


@pytest.fixture(scope="module")
def items() -> list[Item]:
    """Ninety passages, four of them with a wrong label: dropped, changed and invented ones."""
    return [item(number, PLANTED.get(number)) for number in range(90)]


def test_planted_errors_are_the_worst_suspects(items: list[Item]) -> None:
    suspects = audit(items)[: len(PLANTED)]
    assert {s.item: s.given for s in suspects} == PLANTED
    for suspect in suspects:
        pattern, right = PATTERNS[suspect.item % 3]
        unit = pattern[-2]
        assert suspect.likely == right
        assert items[suspect.item].text[suspect.start : suspect.end] == f"{suspect.item}{unit}"
        assert suspect.quality < 0.5 < suspect.confidence


def test_the_worst_come_first_and_none_agrees_with_its_label(items: list[Item]) -> None:
    suspects = audit(items)
    assert [s.quality for s in suspects] == sorted(s.quality for s in suspects)
    assert all(s.given != s.likely for s in suspects)


def test_the_same_seed_finds_the_same(items: list[Item]) -> None:
    assert audit(items, seed=4) == audit(items, seed=4)


def test_a_label_that_no_other_fold_knows_is_not_judged(items: list[Item]) -> None:
    text = "本年答复政府信息公开申请7件。"
    start = text.index("7")
    rare = Item(text, (GoldFigure("applications.granted", start, start + 2, "7", "件", "exact", "year"),))
    suspects = audit([*items, rare])
    assert {s.item for s in suspects[: len(PLANTED)]} == set(PLANTED)
    assert len(items) not in {s.item for s in suspects}


def test_no_model_judges_an_item_that_it_saw(items: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    class Watched(LinearTagger):
        def __init__(self, items: Iterable[Item], seed: int) -> None:
            seen = list(items)
            self.texts = {normalize(one.text).text for one in seen}
            super().__init__(seen, seed)

        def chances(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[tuple[Number, Floats]]:
            assert text not in self.texts
            judged.append(text)
            return super().chances(text, stretches)

    monkeypatch.setattr("training.audit.LinearTagger", Watched)
    audit(items)
    assert sorted(judged) == sorted(normalize(one.text).text for one in items)


def test_one_label_alone_teaches_nothing(items: list[Item]) -> None:
    with pytest.raises(ValueError):
        audit([items[0]] * 5)
