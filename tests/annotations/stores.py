"""A small store with real-looking text, as the tests of the loop use it."""

import hashlib
import uuid
from pathlib import Path

from annotations.items import GoldFigure
from annotations.store import Store
from annotations.task import Answer, Document, NewTask, Purpose, Suggestion

TEXT = "二、主动公开情况\n全年主动公开政府信息4316条。其中,网站公开3902条。\n收到申请29件,答复27件。\n全县共有乡镇14个。\n"
PASSAGES = (
    "全年主动公开政府信息4316条。",
    "其中,网站公开3902条。",
    "收到申请29件,答复27件。",
    "全县共有乡镇14个。",
)


def figure(label: str, text: str, within: str = TEXT) -> GoldFigure:
    """A figure of the year by its printed text, which ends with a unit of one character."""
    start = within.index(text)
    return GoldFigure(label, start, start + len(text), text[:-1], text[-1], "exact", "year")


TOTAL = figure("disclosure.total", "4316条")
WEBSITE = figure("disclosure.website", "3902条")
RECEIVED = figure("applications.received", "29件")
ANSWERED = figure("applications.answered", "27件")


def document(source: str = "a.txt", text: str = TEXT, purpose: Purpose = "training") -> Document:
    """A document that is in no store yet."""
    return Document(
        0, hashlib.sha256(text.encode()).hexdigest(), source, text, "云浦县人民政府", 2008, purpose
    )


def span(passage: str, text: str = TEXT) -> tuple[int, int]:
    """Where a passage stands."""
    return text.index(passage), text.index(passage) + len(passage)


def make_store(path: Path, wanted: int = 1) -> Store:
    """One document with four passages as tasks 1 to 4; the first has a suggestion."""
    store = Store(path, create=True)
    id = store.add_document(document())
    suggestion = Suggestion((TOTAL,), (0.93,), "tagger 1")
    store.add_tasks(
        NewTask(id, *span(p), "random", suggestion=suggestion if i == 0 else None, wanted=wanted)
        for i, p in enumerate(PASSAGES)
    )
    return store


def accept(
    store: Store, task: int, annotator: str, *figures: GoldFigure, key: str = "", flagged: bool = False
) -> int:
    """Accept some figures for a task."""
    answer = Answer("accept", tuple(figures), flagged=flagged)
    return store.annotate(task, annotator, answer, key or str(uuid.uuid4()))
