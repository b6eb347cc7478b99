"""Labelled text becomes what a token classifier learns from, with every label on its own number."""

import json
import random
from pathlib import Path

import pytest

from inference.normalize import normalize
from models.labels import load_labels
from models.tagger import PERIODS
from training.data import (
    IGNORED,
    DataError,
    GoldFigure,
    Item,
    class_names,
    features,
    join,
    placed,
    read_items,
)
from training.vocabulary import build_tokenizer

TEXT = "全年收到申請(qing)192件,去年为15件;共有5个科室。"
ITEM = Item(
    TEXT,
    (
        GoldFigure("applications.received", 12, 16, "192", "件", "exact", "year"),
        GoldFigure("applications.received", 20, 23, "15", "件", "exact", "prior"),
    ),
)


def write(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), "utf-8")
    return path


def figure(**changes: object) -> dict[str, object]:
    return {"label": "applications.received", "start": 2, "end": 4, "value": "3", "unit": "件", "qualifier": "exact",
            "period": "year", **changes}  # fmt: skip


def test_reading_gives_back_what_was_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"text": "收到3件", "figures": [figure()]})
    assert read_items(path) == [Item("收到3件", (GoldFigure(**figure()),))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not an item"),
        ({"figures": []}, "not an item"),
        ({"text": "收到3件", "figures": [figure(label="applications.wrong")]}, "applications.wrong"),
        ({"text": "收到3件", "figures": [figure(end=40)]}, "outside the text"),
        ({"text": "收到3件", "figures": [figure(), figure(start=3)]}, "overlaps"),
    ],
)
def test_bad_data_names_file_and_line(tmp_path: Path, line: object, says: str) -> None:
    path = write(tmp_path / "bad.jsonl", {"text": "无", "figures": []}, line)
    with pytest.raises(DataError, match=r"bad\.jsonl, line 2") as caught:
        read_items(path)
    assert says in str(caught.value)


def test_spans_are_found_again_in_the_normalised_text() -> None:
    normal = normalize(ITEM.text)
    assert [normal.text[start:end] for start, end, _ in placed(ITEM, normal)] == ["192件", "15件"]


def test_numbers_get_their_label_or_none_and_words_are_ignored() -> None:
    tokenizer = build_tokenizer([normalize(TEXT).text], least=1)
    (feature,) = features([ITEM], tokenizer, 256)
    tokens = [tokenizer.id_to_token(i) for i in feature["input_ids"]]
    classes = [c if c == IGNORED else class_names()[c] for c in feature["labels"]]
    labelled = [(t, c) for t, c in zip(tokens, classes, strict=True) if c != IGNORED]
    assert labelled == [
        ("000", "applications.received"), ("件", "applications.received"),
        ("00", "applications.received"), ("件", "applications.received"),
        ("0", "O"), ("个", "O"),
    ]  # fmt: skip
    periods = [PERIODS[p] for p in feature["periods"] if p != IGNORED]
    assert periods == ["year", "year", "prior", "prior"]


def test_joining_keeps_every_figure_at_its_place() -> None:
    items = [
        ITEM,
        Item("举办培训3期。", (GoldFigure("capacity.trainings", 4, 6, "3", "期", "exact", "year"),)),
    ] * 5
    joined = join(items, random.Random(4))
    spans = [i.text[f.start : f.end] for i in joined for f in i.figures]
    assert sorted(spans) == sorted(i.text[f.start : f.end] for i in items for f in i.figures)
    assert len(joined) < len(items)


def test_classes_are_none_and_all_labels() -> None:
    assert class_names() == ("O", *load_labels())
