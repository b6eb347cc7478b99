"""The store of the annotation loop: one SQLite file in which nothing that anyone said is ever overwritten."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from annotations.items import GoldFigure
from annotations.task import Answer, Cell, Document, NewTask, Progress, Purpose, Said, Suggestion, Task
from inference.database import Database, StoreError

_CLAIM = timedelta(minutes=10)  # that a task stays with whom it was shown to
_PACE = 50  # answers that the pace is measured over
_TASK = 'id, document_id, start, "end", strategy, reason, detail, wanted'
_SAID = "id, task_id, annotator, created_at, answer, figures, value, note, flagged, seconds"


class Store(Database):
    """A store, opened; any number of processes may have it open.

    A stop at any moment, `kill -9` included, loses nothing that a call had returned from.
    """

    PACKAGE = "annotations"
    MARK = b"nian"
    KIND = "store of nianbao annotate"
    MAKER = "nianbao annotate add"

    # --- what is to be done

    def add_document(self, document: Document) -> int:
        """Add a document, or find it again by its hash.

        Returns:
            Its id.

        Raises:
            StoreError: The same file was added before, and has changed since.
        """
        with self._writing():
            if found := self._one("SELECT id FROM documents WHERE sha256 = ?", [document.sha256]):
                return int(found[0])
            if old := self._one("SELECT added_at FROM documents WHERE source = ?", [document.source]):
                raise StoreError(
                    f"{document.source}: has changed since it was added on {old[0][:10]}; its tasks keep the text of then. "
                    "To add it as it is now, give it another name"
                )
            d = document
            values = [d.sha256, d.source, d.text, d.organization, d.year, d.purpose, _now()]
            return self._insert(
                "documents", "sha256, source, text, organization, year, purpose, added_at", values
            )

    def add_tasks(self, tasks: Iterable[NewTask], *, again: bool = False) -> int:
        """Put tasks at the end of the queue, all or none.

        Args:
            tasks: One that is in the store already only gets its suggestion, if it is of another model.
            again: Ask one more annotator where such a task was answered before.

        Returns:
            How many came into the queue.
        """
        with self._writing():
            at = self._one("SELECT coalesce(max(position), 0) FROM tasks")[0]
            return sum(self._add_task(task, at + i, again) for i, task in enumerate(tasks, 1))

    def _add_task(self, new: NewTask, position: int, again: bool) -> bool:
        cell = new.cell.key if new.cell else ""
        place = [new.document_id, new.start, new.end, cell]
        known = self._one(
            'SELECT id, open FROM tasks WHERE document_id = ? AND start = ? AND "end" = ? AND cell = ?', place
        )
        if known:
            id = known[0]
            if queued := again and not known[1]:
                self._db.execute(
                    "UPDATE tasks SET wanted = wanted + 1, position = ?, strategy = ?, reason = ? WHERE id = ?",
                    [position, new.strategy, new.reason, id],
                )
        else:
            detail = new.cell.model_dump_json() if new.cell else None
            id = self._insert(
                "tasks", 'document_id, start, "end", cell, detail, position, strategy, reason, wanted',
                [*place, detail, position, new.strategy, new.reason, new.wanted],
            )  # fmt: skip
            queued = True
        if (s := new.suggestion) and not self._one(
            "SELECT 1 FROM suggestions WHERE task_id = ? AND model = ?", [id, s.model]
        ):
            said = [{**asdict(f), "confidence": c} for f, c in zip(s.figures, s.confidences, strict=True)]
            self._insert(
                "suggestions", "task_id, figures, model, created_at", [id, _json(said), s.model, _now()]
            )
        return queued

    def next_task(self, annotator: str) -> Task | None:
        """The first task that waits for this annotator, claimed for some minutes; None if there is none."""
        with self._writing():
            now = datetime.now(UTC)
            found = self._one(
                """SELECT id FROM tasks WHERE open
                AND NOT EXISTS (SELECT 1 FROM answers WHERE task_id = tasks.id AND annotator = :me AND answer IS NOT NULL)
                AND wanted > (SELECT count(*) FROM answers WHERE task_id = tasks.id AND answer IN ('accept', 'reject'))
                           + (SELECT count(*) FROM claims WHERE task_id = tasks.id AND annotator <> :me AND until > :now)
                ORDER BY position LIMIT 1""",
                {"me": annotator, "now": _stamp(now)},
            )  # fmt: skip
            if found:
                self._db.execute(
                    "INSERT INTO claims VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET task_id = excluded.task_id, until = excluded.until",
                    [annotator, found[0], _stamp(now + _CLAIM)],
                )
        return self.task(found[0]) if found else None

    def task(self, id: int) -> Task:
        """A task by its id; raises `StoreError` if there is none."""
        row = self._one(f"SELECT {_TASK} FROM tasks WHERE id = ?", [id])
        if row is None:
            raise StoreError(f"there is no task {id}")
        return self._task(row)

    def _task(self, row: Sequence[Any]) -> Task:
        id, document_id, start, end, strategy, reason, detail, wanted = row
        cell = Cell.model_validate_json(detail) if detail else None
        return Task(id, document_id, start, end, strategy, reason, cell, self._suggestion(id), wanted)

    def _suggestion(self, task_id: int) -> Suggestion | None:
        row = self._one(
            "SELECT id, figures, model FROM suggestions WHERE task_id = ? ORDER BY id DESC LIMIT 1", [task_id]
        )
        if row is None:
            return None
        said = json.loads(row[1])
        return Suggestion(_figures(said), tuple(f["confidence"] for f in said), row[2], row[0])

    def tasks(self, document_id: int | None = None) -> list[Task]:
        """All tasks, or those of a document, in the order of the text."""
        where, values = ("", []) if document_id is None else ("WHERE document_id = ?", [document_id])
        rows = self._db.execute(
            f'SELECT {_TASK} FROM tasks {where} ORDER BY document_id, start, "end"', values
        )
        return [self._task(row) for row in rows.fetchall()]

    def places(self) -> set[tuple[int, int, int, str]]:
        """Document, start, end and cell key (empty for a passage) of every task."""
        return set(self._db.execute('SELECT document_id, start, "end", cell FROM tasks').fetchall())

    def unsettled(self) -> list[tuple[int, str]]:
        """Tasks on which annotators differ or that one has flagged, and which of the two."""
        rows = self._db.execute(
            "SELECT id, CASE WHEN disputed THEN 'disputed' ELSE 'flagged' END FROM tasks WHERE disputed OR flagged ORDER BY position"
        )
        return [(id, why) for id, why in rows]

    def document(self, id: int) -> Document:
        """A document by its id; raises `StoreError` if there is none."""
        row = self._one(
            "SELECT id, sha256, source, text, organization, year, purpose FROM documents WHERE id = ?", [id]
        )
        if row is None:
            raise StoreError(f"there is no document {id}")
        return Document(*row)

    def purposes(self) -> dict[str, Purpose]:
        """Hash of every document's source, and what the document is for."""
        return dict(self._db.execute("SELECT sha256, purpose FROM documents").fetchall())

    # --- what was said

    def annotate(
        self, task_id: int, annotator: str, answer: Answer, key: str, shown: int | None = None
    ) -> int:
        """Add what an annotator says of a task.

        Args:
            key: Names this answer; given again, it adds nothing.
            shown: Id of the suggestion the annotator saw; None if none.

        Returns:
            The id of the row.
        """
        with self._writing():
            self.task(task_id)
            id = self._say(task_id, annotator, answer, key, "answer", None, shown)
            self._db.execute("DELETE FROM claims WHERE annotator = ?", [annotator])
        return id

    def _say(
        self, task_id: int, annotator: str, answer: Answer | None, key: str, action: str, target: int | None, shown: int | None
    ) -> int:  # fmt: skip
        if known := self._one("SELECT id FROM annotations WHERE key = ?", [key]):
            return int(known[0])
        a = answer or Answer("ignore")
        return self._insert(
            "annotations",
            "key, task_id, annotator, action, target, answer, figures, value, note, flagged, seconds, suggestion_id, created_at",
            [key, task_id, annotator, action, target, a.verdict if answer else None, _json([asdict(f) for f in a.figures]),
             a.value, a.note, int(a.flagged), a.seconds, shown, _now()],
        )  # fmt: skip

    def undo(self, annotator: str, key: str) -> int | None:
        """Take back the annotator's last answer: a new row says what the one before it said.

        Returns:
            The task, None if there is nothing to take back.
        """
        return self._again(annotator, key, "undo")

    def redo(self, annotator: str, key: str) -> int | None:
        """Give again what was last taken back, unless the annotator has answered since; as `undo`."""
        return self._again(annotator, key, "redo")

    def _again(self, annotator: str, key: str, action: str) -> int | None:
        with self._writing():
            if known := self._one("SELECT task_id FROM annotations WHERE key = ?", [key]):
                return int(known[0])
            target = self._undoable(annotator) if action == "undo" else self._redoable(annotator)
            if target is None:
                return None
            source = target
            if action == "undo":
                before = self._one(
                    """SELECT max(old.id) FROM annotations old JOIN annotations new ON new.id = ?
                    WHERE old.task_id = new.task_id AND old.annotator = new.annotator AND old.id < new.id""",
                    [target],
                )
                source = before[0]
            (task_id,) = self._one("SELECT task_id FROM annotations WHERE id = ?", [target])
            row = (
                self._one(f"SELECT {_SAID}, suggestion_id FROM annotations WHERE id = ?", [source])
                if source
                else None
            )
            answer = _said(row[:-1]).answer if row and row[4] else None
            self._say(task_id, annotator, answer, key, action, target, row[-1] if row else None)
        return int(task_id)

    def _actions(self, annotator: str) -> Iterator[tuple[int, str, int | None]]:
        """What an annotator did, the last first: row, action, target."""
        yield from self._db.execute(
            "SELECT id, action, target FROM annotations WHERE annotator = ? ORDER BY id DESC", [annotator]
        )

    def _undoable(self, annotator: str) -> int | None:
        undone = 0
        for id, action, _ in self._actions(annotator):
            if action == "undo":
                undone += 1
            elif undone:
                undone -= 1
            else:
                return id
        return None

    def _redoable(self, annotator: str) -> int | None:
        redone = 0
        for _, action, target in self._actions(annotator):
            if action == "answer":
                return None
            if action == "redo":
                redone += 1
            elif redone:
                redone -= 1
            else:
                return target
        return None

    def answers(self, task_id: int | None = None) -> list[Said]:
        """The standing answers of all annotators, about one task or all; ignored ones included."""
        where, values = ("", []) if task_id is None else ("AND task_id = ?", [task_id])
        rows = self._db.execute(
            f"""SELECT {_SAID} FROM annotations WHERE id IN
            (SELECT annotation_id FROM answers WHERE answer IS NOT NULL {where}) ORDER BY task_id, annotator""",
            values,
        )
        return [_said(row) for row in rows]

    def history(self, annotator: str, limit: int) -> list[Said]:
        """The annotator's standing answers, the last first."""
        rows = self._db.execute(
            f"""SELECT {_SAID} FROM annotations WHERE annotator = ? AND answer IS NOT NULL AND id IN
            (SELECT annotation_id FROM answers WHERE annotator = annotations.annotator) ORDER BY id DESC LIMIT ?""",
            [annotator, limit],
        )
        return [_said(row) for row in rows]

    def adjudicate(self, task_id: int, annotator: str, answer: Answer, key: str) -> int:
        """Settle a task; the last adjudication counts. `key` and the result as in `annotate`."""
        with self._writing():
            self.task(task_id)
            if known := self._one("SELECT id FROM adjudications WHERE key = ?", [key]):
                return int(known[0])
            figures = _json([asdict(f) for f in answer.figures])
            return self._insert(
                "adjudications", "key, task_id, annotator, answer, figures, value, note, created_at",
                [key, task_id, annotator, answer.verdict, figures, answer.value, answer.note, _now()],
            )  # fmt: skip

    def adjudications(self, task_id: int | None = None) -> dict[int, Said]:
        """The last adjudication of each task, or of one, by task."""
        where, values = ("", []) if task_id is None else ("WHERE task_id = ?", [task_id])
        rows = self._db.execute(
            f"""SELECT id, task_id, annotator, created_at, answer, figures, value, note, 0, NULL
            FROM adjudications {where} ORDER BY id""",
            values,
        )
        return {said.task_id: said for said in map(_said, rows)}

    def progress(self, annotator: str) -> Progress:
        """How far all are, and this annotator."""
        count = "SELECT count(*) FROM tasks"
        tasks, open, disputed, flagged = (
            self._one(f"{count} {where}")[0]
            for where in ("", "WHERE open", "WHERE disputed", "WHERE flagged")
        )
        (mine,) = self._one(
            "SELECT count(*) FROM answers WHERE annotator = ? AND answer IS NOT NULL", [annotator]
        )
        times = self._db.execute(
            "SELECT created_at FROM annotations WHERE annotator = ? AND action = 'answer' ORDER BY id DESC LIMIT ?",
            [annotator, _PACE],
        ).fetchall()
        spent = _seconds(times[-1][0], times[0][0]) if len(times) > 1 else 0
        pace = round((len(times) - 1) * 3600 / spent, 1) if spent else None
        return Progress(tasks, tasks - open, open, mine, disputed, flagged, pace)


def _now() -> str:
    return _stamp(datetime.now(UTC))


def _stamp(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds")


def _seconds(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _figures(said: Iterable[dict[str, Any]]) -> tuple[GoldFigure, ...]:
    names = [field.name for field in fields(GoldFigure)]
    return tuple(GoldFigure(**{name: f[name] for name in names}) for f in said)


def _said(row: Sequence[Any]) -> Said:
    id, task_id, annotator, at, verdict, figures, value, note, flagged, seconds = row
    answer = Answer(verdict, _figures(json.loads(figures)), value, note, bool(flagged), seconds)
    return Said(id, task_id, annotator, at, answer)
