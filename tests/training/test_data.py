"""Labelled text becomes what a token classifier learns from, with every label on its own number."""

import random

from annotations.items import GoldFigure, Item
from inference.normalize import normalize
from models.labels import load_labels
from models.tagger import PERIODS
from training.data import IGNORED, class_names, features, join
from training.vocabulary import build_tokenizer

TEXT = "全年收到申請(qing)192件,去年为15件;共有5个科室。"
ITEM = Item(
    TEXT,
    (
        GoldFigure("applications.received", 12, 16, "192", "件", "exact", "year"),
        GoldFigure("applications.received", 20, 23, "15", "件", "exact", "prior"),
    ),
)


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
