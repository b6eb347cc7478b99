"""The archive of the service: jobs that survive a restart, and the records that came of them."""

import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from inference.database import Database, StoreError
from inference.engines.job import Done, Job
from models.record import Record

State = Literal["waiting", "running", "done", "failed", "cancelled"]
JobPhase = Literal["waiting", "running", "done", "cancelled"]


class Problem(BaseModel):
    """Why a document gave no record; codes as in `errors.jsonl`."""

    code: str
    message: str


class DocumentState(BaseModel):
    """A document of a job. `record` is the id of its record, None until it is done."""

    source: str
    state: State
    record: str | None
    failure: Problem | None


class JobState(BaseModel):
    """A job and how far it is; an archive counts as one document until it is taken apart."""

    id: str
    state: JobPhase
    total: int
    done: Annotated[int, Field(description="documents that gave a record")]
    failed: int
    created_at: str
    finished_at: str | None


class JobDetail(JobState):
    """A job with its documents in order."""

    documents: list[DocumentState]


@dataclass(frozen=True)
class Claim:
    """A document that is being read, and how to read it."""

    id: int
    upload: str
    job: Job


@dataclass(frozen=True)
class Kept:
    """A record in the archive; `number` grows with each one that comes in."""

    number: int
    record: Record


def hold(path: Path) -> sqlite3.Connection:
    """Keep an archive for one service, until the connection is closed or the process ends in whatever way.

    Raises:
        StoreError: Another service has it.
    """
    lock = sqlite3.connect(path.with_name(path.name + "-lock"), timeout=0, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise StoreError(
            f"{path}: another `nianbao serve` has it open; end that one, or give another --store"
        ) from error
    return lock


class Archive(Database):
    """An archive, opened; the files that wait to be read lie in a folder beside it."""

    PACKAGE = "inference.service"
    MARK = b"nira"
    KIND = "archive of nianbao serve"
    MAKER = "nianbao serve"

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open it, or make one; raises as `Database`."""
        super().__init__(path, create=create)
        self._uploads = path.with_name(path.name + "-uploads")
        self._uploads.mkdir(exist_ok=True)

    def recover(self) -> None:
        """Take up what an earlier run left: its documents wait again, and files that nobody asks for go."""
        with self._writing():
            self._db.execute("UPDATE documents SET state = 'waiting' WHERE state = 'running'")
            waiting = {u for (u,) in self._db.execute("SELECT upload FROM documents WHERE state = 'waiting'")}
        for file in self._uploads.iterdir():
            if file.name not in waiting:
                file.unlink()

    # --- jobs

    def upload(self) -> Path:
        """Where to write a file that is to be read."""
        return self._uploads / secrets.token_hex(16)

    def add_job(self, files: Sequence[tuple[str, Path]]) -> str:
        """Add a job.

        Args:
            files: What each is called, and where it lies (`upload`); they are removed if the job cannot be kept.

        Returns:
            Its id.
        """
        id = secrets.token_urlsafe(12)
        try:
            with self._writing():
                self._insert("jobs", "id, created_at", [id, _now()])
                for position, (name, file) in enumerate(files):
                    self._insert(
                        "documents",
                        "job_id, position, name, upload, source",
                        [id, position, name, file.name, name],
                    )
        except sqlite3.Error:
            for _, file in files:
                file.unlink(missing_ok=True)
            raise
        return id

    def claim(self) -> Claim | None:
        """The document that has waited longest, which is then being read; None if none waits."""
        with self._writing():
            row = self._one(
                """UPDATE documents SET state = 'running'
                WHERE id = (SELECT min(id) FROM documents WHERE state = 'waiting') RETURNING id, upload, name, member"""
            )
        if row is None:
            return None
        id, upload, name, member = row
        return Claim(id, upload, Job(str(self._uploads / upload), member, name=name))

    def finish(self, claim: Claim, done: Done) -> None:
        """Take in what a document gave: a record, a failure, or the names of the documents in an archive."""
        with self._writing():
            job_id, position, name = self._one(
                "SELECT job_id, position, name FROM documents WHERE id = ?", [claim.id]
            )
            (cancelled,) = self._one("SELECT cancelled FROM jobs WHERE id = ?", [job_id])
            if done.failure:
                self._db.execute(
                    "UPDATE documents SET state = 'failed', code = ?, message = ? WHERE id = ?",
                    [done.failure.code, _storable(done.failure.message), claim.id],
                )
            elif done.record is not None:
                id = self._keep(Record.model_validate_json(done.record), done.record, done.text or "")
                self._db.execute(
                    "UPDATE documents SET state = 'done', record_id = ? WHERE id = ?", [id, claim.id]
                )
            else:
                self._db.execute("DELETE FROM documents WHERE id = ?", [claim.id])
                state = "cancelled" if cancelled else "waiting"
                for member in done.names:
                    source = _storable(f"{name}!/{member}")
                    self._insert(
                        "documents", "job_id, position, name, upload, member, source, state",
                        [job_id, position, name, claim.upload, _storable(member), source, state],
                    )  # fmt: skip
            self._close(job_id)
        self._remove(claim.upload)

    def _keep(self, record: Record, json: str, text: str) -> str:
        d = record.document
        self._db.execute(
            """INSERT INTO records (id, organization, year, form, record, text, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET organization = excluded.organization, year = excluded.year, form = excluded.form,
            record = excluded.record, text = excluded.text, created_at = excluded.created_at""",
            [d.id, d.organization, d.report_year, d.form, _storable(json), _storable(text), _now()],
        )
        return d.id

    def _close(self, job_id: str) -> None:
        self._db.execute(
            """UPDATE jobs SET finished_at = ? WHERE id = ? AND finished_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM documents WHERE job_id = jobs.id AND state IN ('waiting', 'running'))""",
            [_now(), job_id],
        )

    def _remove(self, upload: str) -> None:
        """Remove an upload that nobody waits for any more."""
        if not self._one(
            "SELECT 1 FROM documents WHERE upload = ? AND state IN ('waiting', 'running')", [upload]
        ):
            (self._uploads / upload).unlink(missing_ok=True)

    def cancel(self, id: str) -> None:
        """Let the documents of a job that still wait be; raises `StoreError` if there is no such job."""
        self.job(id)
        with self._writing():
            uploads = self._db.execute(
                """UPDATE documents SET state = 'cancelled' WHERE job_id = ? AND state = 'waiting' RETURNING upload""",
                [id],
            ).fetchall()
            self._db.execute("UPDATE jobs SET cancelled = 1 WHERE id = ? AND finished_at IS NULL", [id])
            self._close(id)
        for (upload,) in set(uploads):
            self._remove(upload)

    def job(self, id: str) -> JobDetail:
        """A job with its documents; raises `StoreError` if there is none."""
        job = self._one("SELECT id, created_at, finished_at, cancelled FROM jobs WHERE id = ?", [id])
        if job is None:
            raise StoreError(f"there is no job {id}")
        rows = self._db.execute(
            "SELECT source, state, record_id, code, message FROM documents WHERE job_id = ? ORDER BY position, id",
            [id],
        ).fetchall()
        documents = [
            DocumentState(source=source, state=state, record=record,
                          failure=Problem(code=code, message=message) if code else None)
            for source, state, record, code, message in rows
        ]  # fmt: skip
        counts = Counter(d.state for d in documents)
        state: JobPhase = "waiting" if counts["waiting"] == len(rows) else "running"
        if job[2]:
            state = "done"
        if job[3]:
            state = "cancelled"
        return JobDetail(
            id=id, state=state, total=len(rows), done=counts["done"], failed=counts["failed"], created_at=job[1],
            finished_at=job[2], documents=documents,
        )  # fmt: skip

    def jobs(self, limit: int) -> list[JobDetail]:
        """The newest jobs."""
        ids = self._db.execute(
            "SELECT id FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT ?", [limit]
        ).fetchall()
        return [self.job(id) for (id,) in ids]

    def waiting(self) -> int:
        """How many documents wait."""
        return int(self._one("SELECT count(*) FROM documents WHERE state = 'waiting'")[0])

    # --- records

    def record(self, id: str) -> tuple[str, str]:
        """A record, as JSON, and its text; raises `StoreError` if there is none."""
        row = self._one("SELECT record, text FROM records WHERE id = ?", [id])
        if row is None:
            raise StoreError(f"there is no record {id}")
        return row[0], row[1]

    def records(
        self, job: str | None = None, organization: str | None = None, year: int | None = None,
        before: int | None = None, limit: int | None = None,
    ) -> Iterator[Kept]:  # fmt: skip
        """Records, the newest first; one at a time, however many.

        Args:
            job, organization, year: Only those of it; None for all.
            before: Only those that came in before this number.
            limit: Most; None for all.
        """
        given = {
            "id IN (SELECT record_id FROM documents WHERE job_id = ?)": job,
            "organization = ?": organization,
            "year = ?": year,
            "number < ?": before,
        }
        wanted = {condition: value for condition, value in given.items() if value is not None}
        where = f"WHERE {' AND '.join(wanted)}" if wanted else ""
        query = f"SELECT number, record FROM records {where} ORDER BY number DESC LIMIT ?"
        for number, record in self._db.execute(query, [*wanted.values(), -1 if limit is None else limit]):
            yield Kept(number, Record.model_validate_json(record))

    def remove(self, id: str) -> None:
        """Remove a record and its text; raises `StoreError` if there is none."""
        self.record(id)
        with self._writing():
            self._db.execute("DELETE FROM records WHERE id = ?", [id])
            self._db.execute("UPDATE documents SET record_id = NULL WHERE record_id = ?", [id])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _storable(text: str) -> str:
    """Text without what UTF-8 cannot hold: names in archives may be anything."""
    return text.encode("utf-8", "replace").decode("utf-8")
