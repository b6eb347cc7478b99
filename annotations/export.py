"""From answers to gold: which tasks are settled, and the passages that the settled ones make together."""

import hashlib
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from os.path import relpath
from pathlib import Path
from typing import Any, Literal

import yaml

from annotations.items import GoldFigure, Item, split_files
from annotations.store import Store
from annotations.task import Answer, Document, Said, Suggestion, Task
from inference.normalize import normalize
from inference.numbers import find_numbers
from inference.tagging import CONTEXT

State = Literal["suggested", "annotated", "reviewed"]


@dataclass(frozen=True)
class Settled:
    """The answer that counts for a task.

    Attributes:
        task: What was asked.
        answer: Accepted figures, or the value of a cell.
        state: `annotated` by one person; `reviewed` where two agree or a dispute was settled.
        annotators: Who says so.
    """

    task: Task
    answer: Answer
    state: State
    annotators: tuple[str, ...]


@dataclass(frozen=True)
class Passage:
    """Labelled text made of settled tasks; `start` is its first character in the document's text."""

    item: Item
    document: Document
    start: int
    state: State
    annotators: tuple[str, ...]
    strategies: tuple[str, ...]


def settle(task: Task, answers: Sequence[Said], adjudication: Said | None) -> Settled | None:
    """The answer that counts; None where none was accepted, people differ, or more are asked than have answered."""
    if adjudication:
        if adjudication.answer.verdict != "accept":
            return None
        return Settled(task, adjudication.answer, "reviewed", (adjudication.annotator,))
    given = [said for said in answers if said.answer.verdict != "ignore"]
    said = {(s.answer.verdict, s.answer.figures, s.answer.value) for s in given}
    if len(given) < task.wanted or len(said) != 1 or given[0].answer.verdict != "accept":
        return None
    return Settled(
        task,
        given[0].answer,
        "reviewed" if len(given) > 1 else "annotated",
        tuple(s.annotator for s in given),
    )


def settled(store: Store) -> list[Settled]:
    """The settled tasks of a store, in the order of documents and text."""
    answers: dict[int, list[Said]] = defaultdict(list)
    for said in store.answers():
        answers[said.task_id].append(said)
    adjudications = store.adjudications()
    found = (settle(task, answers[task.id], adjudications.get(task.id)) for task in store.tasks())
    return [s for s in found if s]


def passages(store: Store) -> Iterator[Passage]:
    """Settled passages, joined wherever no number that nobody labelled stands between them."""
    by_document: dict[int, list[Settled]] = defaultdict(list)
    for s in settled(store):
        if s.task.cell is None:
            by_document[s.task.document_id].append(s)
    for id, parts in by_document.items():
        yield from _joined(store.document(id), parts)


def suggested(store: Store) -> list[tuple[Item, Suggestion]]:
    """What a model says of the passages for training that are not settled, each as an item of its own."""
    done = {s.task.id for s in settled(store)}
    found = []
    for task in store.tasks():
        document = store.document(task.document_id)
        if task.suggestion is None or task.id in done or document.purpose == "evaluation":
            continue
        figures = _moved(task.suggestion.figures, task.start)
        found.append((Item(document.text[task.start : task.end], figures), task.suggestion))
    return found


def _moved(figures: Iterable[GoldFigure], start: int) -> tuple[GoldFigure, ...]:
    """Figures with their offsets counted from a place in the document."""
    return tuple(replace(f, start=f.start - start, end=f.end - start) for f in figures)


def _joined(document: Document, parts: Sequence[Settled]) -> Iterator[Passage]:
    normal = normalize(document.text)
    spans = [normal.span(n.start, n.end) for n in find_numbers(normal.text)]
    unread = sorted(start for start, _ in spans if not any(p.task.start <= start < p.task.end for p in parts))
    group: list[Settled] = []
    for part in parts:
        if group and bisect_left(unread, group[-1].task.end) != bisect_left(unread, part.task.start):
            yield _passage(document, group, unread)
            group = []
        group.append(part)
    yield _passage(document, group, unread)


def _passage(document: Document, group: Sequence[Settled], unread: Sequence[int]) -> Passage:
    start, end = group[0].task.start, max(p.task.end for p in group)
    # The lines above, as far as a tagger looks back, unless a number is in them that nobody labelled.
    floor = max(start - CONTEXT, max((u for u in unread if u < start), default=-1) + 1, 0)
    line = document.text.find("\n", floor - 1, start) if floor else -1
    if floor == 0 or line >= 0:
        start = line + 1
    figures = _moved((f for p in group for f in p.answer.figures), start)
    return Passage(
        Item(document.text[start:end], figures),
        document,
        start,
        "reviewed" if all(p.state == "reviewed" for p in group) else "annotated",
        tuple(sorted({name for p in group for name in p.annotators})),
        tuple(sorted({p.task.strategy for p in group})),
    )


def split(passage: Passage) -> str:
    """`train`, or for a document kept for evaluation `dev` or `test`; the same for all of a document."""
    if passage.document.purpose == "training":
        return "train"
    return "dev" if int(hashlib.sha256(passage.document.sha256.encode()).hexdigest(), 16) % 2 else "test"


def write_gold(store: Store, folder: Path, gold: Path | None = None) -> dict[str, int]:
    """Write what is settled as labelled data that training and evaluation read.

    Args:
        store: Where it was said.
        folder: Gets `train.jsonl`, `dev.jsonl`, `test.jsonl`, `splits.yaml`, and `cells.jsonl` for table cells.
        gold: A folder of labelled data whose splits are listed beside the new ones; None for none.

    Returns:
        How many passages went into each split.

    Raises:
        DataError: `gold` is no such folder.
    """
    lines: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    for passage in passages(store):
        lines[split(passage)].append(_line(passage))
    older = {name: split_files(gold, name) for name in lines} if gold else {}
    folder.mkdir(parents=True, exist_ok=True)
    for name, found in lines.items():
        (folder / f"{name}.jsonl").write_text("".join(found), "utf-8", newline="")
    splits = {name: [*_beside(older.get(name, []), folder), name] for name in lines}
    (folder / "splits.yaml").write_text(yaml.safe_dump(splits, sort_keys=False), "utf-8")
    cells = (_cell_line(s, store.document(s.task.document_id)) for s in settled(store) if s.task.cell)
    (folder / "cells.jsonl").write_text("".join(cells), "utf-8", newline="")
    return {name: len(found) for name, found in lines.items()}


def _beside(paths: Sequence[Path], folder: Path) -> list[str]:
    """Names of gold files as `splits.yaml` of another folder has them."""
    return [Path(relpath(p.with_suffix(""), folder)).as_posix() for p in paths]


def _line(passage: Passage) -> str:
    text = passage.item.text
    return _json(
        {
            "text": text,
            "figures": [asdict(f) for f in passage.item.figures],
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "source": passage.document.source,
            "document": passage.document.sha256,
            "offset": passage.start,
            "state": passage.state,
            "annotators": passage.annotators,
            "strategies": passage.strategies,
        }
    )


def _cell_line(s: Settled, document: Document) -> str:
    cell = s.task.cell
    assert cell is not None
    return _json(
        {
            "source": document.source,
            "document": document.sha256,
            "cell": cell.key,
            "value": s.answer.value,
            "was": cell.value,
            "start": s.task.start,
            "end": s.task.end,
            "state": s.state,
            "annotators": s.annotators,
        }
    )


def _json(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False) + "\n"
