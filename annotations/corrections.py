"""What a reader of a record holds for wrong, as a task of the annotation loop."""

from annotations.queue import Candidate, candidates
from annotations.store import Store
from annotations.task import Document, NewTask
from models.record import Record


def correct(store: Store, record: Record, text: str, start: int, end: int) -> int:
    """Ask for the passage or the table cell at a place to be looked at.

    Args:
        store: Where to.
        record: Of the document.
        text: That its offsets point into.
        start, end: Of the evidence, in characters, half open.

    Returns:
        The id of the task.

    Raises:
        LookupError: No passage with a number and no cell is there.
        StoreError: As `Store.add_document`.
    """
    d = record.document
    # Many a report is called index.html; with its hash it is told from the others.
    source = f"{d.source} ({d.id[:12]})"
    new = Document(0, d.id, source, text, d.organization, d.report_year, "training")
    document = store.document(store.add_document(new))
    found = _at(list(candidates(document, record, every_cell=True)), start, end)
    if found is None:
        raise LookupError(f"no number was read at {start}-{end}")
    suggestion = found.suggestion if document.purpose == "training" else None
    task = NewTask(document.id, found.start, found.end, "correction", "", found.cell, suggestion)
    store.add_tasks([task], again=True)
    place = (found.start, found.end, found.cell and found.cell.key)
    return next(t.id for t in store.tasks(document.id) if (t.start, t.end, t.cell and t.cell.key) == place)


def _at(found: list[Candidate], start: int, end: int) -> Candidate | None:
    """The cell whose evidence it is, else the passage that it lies in."""
    for candidate in found:
        if candidate.cell and (candidate.start, candidate.end) == (start, end):
            return candidate
    return next((c for c in found if c.cell is None and c.start <= start < c.end), None)
