"""Gold comes only from what people settled, with every figure at its place, and no document on two sides."""

import json
from pathlib import Path

import pytest

from annotations.export import passages, settled, split, write_gold
from annotations.items import DataError, GoldFigure, read_items, read_split
from annotations.store import Store
from annotations.task import Answer, Cell, NewTask
from tests.annotations.stores import (
    ANSWERED,
    PASSAGES,
    RECEIVED,
    TEXT,
    TOTAL,
    WEBSITE,
    accept,
    document,
    figure,
    make_store,
    span,
)
from training.evaluation.gold import read_gold


def said(item: object) -> list[tuple[str, str]]:
    return [(f.label, item.text[f.start : f.end]) for f in item.figures]  # type: ignore[attr-defined]


def test_neighbours_are_joined_and_what_nobody_labelled_stays_out(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        accept(store, 1, "li", TOTAL)
        accept(store, 2, "li", WEBSITE)
        accept(store, 4, "li")
        first, last = passages(store)
    assert said(first.item) == [("disclosure.total", "4316条"), ("disclosure.website", "3902条")]
    assert first.item.text.startswith("二、主动公开情况\n"), "the heading, which holds no number"
    assert "29件" not in first.item.text + last.item.text
    assert last.item.text == PASSAGES[3]
    assert TEXT[first.start :].startswith(first.item.text)


@pytest.mark.parametrize("answer", [None, Answer("reject"), Answer("ignore")])
def test_what_is_not_accepted_is_no_gold(tmp_path: Path, answer: Answer | None) -> None:
    with make_store(tmp_path / "s.db") as store:
        if answer:
            store.annotate(1, "li", answer, "key")
        assert settled(store) == []


def test_one_answer_is_annotated_two_that_agree_are_reviewed_two_that_differ_are_nothing(
    tmp_path: Path,
) -> None:
    with make_store(tmp_path / "s.db", wanted=2) as store:
        accept(store, 1, "li", TOTAL)
        assert settled(store) == [], "a second one is still asked"
        accept(store, 1, "wang", TOTAL)
        accept(store, 2, "li", WEBSITE)
        accept(store, 2, "wang")
        assert [(s.task.id, s.state, s.annotators) for s in settled(store)] == [
            (1, "reviewed", ("li", "wang"))
        ]
        store.adjudicate(2, "zhao", Answer("accept", (WEBSITE,)), "key")
        assert [(s.task.id, s.state, s.annotators) for s in settled(store)][1] == (2, "reviewed", ("zhao",))
        store.adjudicate(2, "zhao", Answer("ignore"), "key-2")
        assert [s.task.id for s in settled(store)] == [1]


def test_a_document_kept_for_evaluation_never_trains(tmp_path: Path) -> None:
    texts = [f"收到申请{n}件。" for n in range(10, 40)]
    with Store(tmp_path / "s.db", create=True) as store:
        for i, text in enumerate(texts):
            id = store.add_document(document(f"{i}.txt", text, "evaluation" if i % 2 else "training"))
            store.add_tasks([NewTask(id, 0, len(text), "random")])
            accept(store, id, "li", figure("applications.received", text[4:7], text))
        sides = {p.document.source: split(p) for p in passages(store)}
        counts = write_gold(store, tmp_path / "gold")
    assert {sides[f"{i}.txt"] for i in range(0, 30, 2)} == {"train"}
    assert {sides[f"{i}.txt"] for i in range(1, 30, 2)} == {"dev", "test"}
    assert sum(counts.values()) == 30
    for name, count in counts.items():
        items = read_split(tmp_path / "gold", name)
        assert len(items) == count
        assert all(said(item) == [("applications.received", item.text[4:7])] for item in items)
    assert len(read_gold([tmp_path / "gold" / "train.jsonl"])) == counts["train"]


def test_it_can_be_added_to_gold_that_is_there(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        accept(store, 1, "li", TOTAL)
        gold = Path(__file__).parents[2] / "annotations" / "gold"
        write_gold(store, tmp_path / "new" / "gold", gold)
        with pytest.raises(DataError, match=r"splits\.yaml"):
            write_gold(store, tmp_path / "x", tmp_path)
    assert len(read_split(tmp_path / "new" / "gold", "train")) == len(read_split(gold, "train")) + 1


def test_cells_are_written_with_what_they_were(tmp_path: Path) -> None:
    cell = Cell(id="applications.new_received.total", label="新收", period="year", value="63", confidence=0.5)
    with make_store(tmp_path / "s.db") as store:
        store.add_tasks([NewTask(1, 5, 7, "conflict", cell=cell)])
        store.annotate(5, "li", Answer("accept", value="64"), "key")
        write_gold(store, tmp_path / "gold")
    (line,) = (tmp_path / "gold" / "cells.jsonl").read_text("utf-8").splitlines()
    assert {k: json.loads(line)[k] for k in ("cell", "value", "was", "start", "end")} == {
        "cell": "applications.new_received.total", "value": "64", "was": "63", "start": 5, "end": 7
    }  # fmt: skip


def test_what_is_exported_is_read_back_as_it_was_said(tmp_path: Path) -> None:
    odd = GoldFigure(**{**ANSWERED.__dict__, "value": "270000", "qualifier": "about", "period": "part"})
    with make_store(tmp_path / "s.db") as store:
        accept(store, 3, "li", RECEIVED, odd)
        write_gold(store, tmp_path / "gold")
    (item,) = read_items(tmp_path / "gold" / "train.jsonl")
    start = span(PASSAGES[2])[0] - item.text.index(PASSAGES[2])
    assert [(f.value, f.qualifier, f.period, f.start + start) for f in item.figures] == [
        ("29", "exact", "year", RECEIVED.start), ("270000", "about", "part", ANSWERED.start)
    ]  # fmt: skip
