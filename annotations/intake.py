"""What comes into a store beside the queue: labelled text, and places that somebody holds for wrong."""

import hashlib
from collections.abc import Iterable, Sequence

from annotations.items import Item
from annotations.store import Store
from annotations.task import Answer, Document, NewTask


def import_items(store: Store, items: Iterable[Item], name: str, annotator: str) -> int:
    """Add items as tasks with what an annotator says of them.

    Args:
        store: Where to.
        items: Those without text are left out.
        name: Of the file that they are from.
        annotator: Whose labels they are.

    Returns:
        How many this annotator had not answered before.
    """
    before = store.progress(annotator).mine
    for item in items:
        if item.text.strip():
            import_item(store, item, name, annotator)
    return store.progress(annotator).mine - before


def import_item(store: Store, item: Item, name: str, annotator: str) -> int:
    """Add one item as `import_items` does.

    Returns:
        The id of the document that it now is.
    """
    sha256 = hashlib.sha256(item.text.encode()).hexdigest()
    source = f"{name}:{sha256[:12]}"
    id = store.add_document(Document(0, sha256, source, item.text, None, None, "training"))
    whole = NewTask(id, 0, len(item.text), "import")
    store.add_tasks([whole])
    task = next(t.id for t in store.tasks(id) if (t.start, t.end, t.cell) == (0, whole.end, None))
    key = hashlib.sha256(repr((annotator, item)).encode()).hexdigest()
    store.annotate(task, annotator, Answer("accept", item.figures), key)
    return id


def ask_again(store: Store, document_id: int, doubts: Sequence[tuple[int, str]]) -> int:
    """Ask one more annotator about the passages of a document in which labels look wrong.

    Args:
        store: Which holds the tasks of these passages.
        document_id: Of the document.
        doubts: Offset into its text, and what to say of the number that begins there.

    Returns:
        How many tasks came into the queue.
    """
    reasons: dict[tuple[int, int], list[str]] = {}
    passages = [(t.start, t.end) for t in store.tasks(document_id) if t.cell is None]
    for offset, reason in doubts:
        place = next((start, end) for start, end in passages if start <= offset < end)
        reasons.setdefault(place, []).append(reason)
    tasks = [NewTask(document_id, a, b, "audit", "; ".join(said)) for (a, b), said in reasons.items()]
    return store.add_tasks(tasks, again=True)
