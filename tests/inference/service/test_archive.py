"""The archive keeps what it was given: jobs over restarts, records by their documents, uploads only as long as they wait."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from inference.database import StoreError
from inference.engines.job import Done
from inference.extract import Failure, to_record
from inference.reading.door import read_bytes
from inference.service.archive import Archive, Claim, hold
from inference.service.pool import Runner

TEXT = "清河县水利局{}年政府信息公开工作年度报告\n全年收到政府信息公开申请12件。\n"


def done(year: int, name: str = "a.txt") -> Done:
    """What reading a small report gives."""
    text = read_bytes(TEXT.format(year).encode(), name)
    return Done(name, text.sha256, record=to_record(text, None).model_dump_json(), text=text.text)


def added(archive: Archive, *names: str) -> str:
    """A job of files with these names."""
    files = [(name, archive.upload()) for name in names]
    for _, path in files:
        path.write_bytes(b"x")
    return archive.add_job(files)


def claimed(archive: Archive) -> Claim:
    claim = archive.claim()
    assert claim is not None
    return claim


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Archive(tmp_path / "a.db", create=True).__exit__()
    return tmp_path / "a.db"


def uploads(path: Path) -> int:
    return len(list(path.with_name("a.db-uploads").iterdir()))


def test_a_job_goes_from_waiting_to_done_and_its_uploads_go(path: Path) -> None:
    with Archive(path) as archive:
        id = added(archive, "a.txt", "b.txt", "c.txt")
        assert (archive.job(id).state, archive.job(id).total, archive.waiting(), uploads(path)) == (
            "waiting",
            3,
            3,
            3,
        )
        first = claimed(archive)
        assert (first.job.source, Path(first.job.path).read_bytes()) == ("a.txt", b"x")
        assert archive.job(id).state == "running"
        archive.finish(first, done(2023))
        archive.finish(
            claimed(archive), Done("b.txt", None, failure=Failure("b.txt", "empty", "b.txt holds no text"))
        )
        assert archive.job(id).finished_at is None
        archive.finish(claimed(archive), done(2024))
        job = archive.job(id)
        assert (job.state, job.done, job.failed, uploads(path), archive.claim()) == ("done", 2, 1, 0, None)
        assert job.finished_at
        assert [d.source for d in job.documents] == ["a.txt", "b.txt", "c.txt"]
        assert job.documents[1].failure and job.documents[1].failure.code == "empty"
        record, text = archive.record(job.documents[2].record or "")
        assert '"report_year":2024' in record and text == TEXT.format(2024)
        assert [j.id for j in archive.jobs(5)] == [id]


def test_an_archive_becomes_its_members_in_their_place(path: Path) -> None:
    with Archive(path) as archive:
        id = added(archive, "a.zip", "z.txt")
        archive.finish(claimed(archive), Done("a.zip", None, names=["x/1.txt", "2.txt"]))
        assert [d.source for d in archive.job(id).documents] == ["a.zip!/x/1.txt", "a.zip!/2.txt", "z.txt"]
        seen = []
        while claim := archive.claim():
            seen.append((claim.job.member, uploads(path)))
            archive.finish(claim, done(2020 + len(seen)))
        assert seen == [(None, 2), ("x/1.txt", 1), ("2.txt", 1)]
        assert uploads(path) == 0


def test_a_restart_takes_up_what_was_being_read_and_removes_what_nobody_asks_for(path: Path) -> None:
    with Archive(path) as archive:
        id = added(archive, "a.txt", "b.txt")
        archive.finish(claimed(archive), done(2023))
        claimed(archive)
        archive.upload().write_bytes(b"of a request that never ended")
    with Archive(path) as archive:
        archive.recover()
        assert [d.state for d in archive.job(id).documents] == ["done", "waiting"]
        assert uploads(path) == 1
        assert claimed(archive).job.source == "b.txt"


def test_a_cancelled_job_lets_what_waits_be_and_keeps_what_is_done(path: Path) -> None:
    with Archive(path) as archive:
        id, other = added(archive, "a.txt", "b.txt", "c.txt"), added(archive, "d.txt")
        archive.finish(claimed(archive), done(2023))
        running = claimed(archive)
        archive.cancel(id)
        assert [d.state for d in archive.job(id).documents] == ["done", "running", "cancelled"]
        archive.finish(running, done(2022))
        job = archive.job(id)
        assert (job.state, job.done, bool(job.finished_at)) == ("cancelled", 2, True)
        assert claimed(archive).job.source == "d.txt" and archive.job(other).state == "running"
        assert uploads(path) == 1


def test_records_are_listed_the_newest_first_and_by_what_they_are_of(path: Path) -> None:
    with Archive(path) as archive:
        jobs = []
        for year in (2021, 2022, 2023):
            jobs.append(added(archive, "a.txt"))
            archive.finish(claimed(archive), done(year))
        kept = list(archive.records())
        assert [k.record.document.report_year for k in kept] == [2023, 2022, 2021]
        assert [k.number for k in archive.records(before=kept[0].number, limit=1)] == [kept[1].number]
        assert [k.number for k in archive.records(job=jobs[0])] == [kept[2].number]
        assert [k.number for k in archive.records(organization="清河县水利局", year=2022)] == [kept[1].number]
        assert not list(archive.records(organization="清河县"))


def test_a_document_read_again_replaces_its_record(path: Path) -> None:
    with Archive(path) as archive:
        for _ in range(2):
            added(archive, "a.txt")
            archive.finish(claimed(archive), done(2023))
        (kept,) = archive.records()
        archive.remove(kept.record.document.id)
        assert not list(archive.records())
        with pytest.raises(StoreError, match="there is no record"):
            archive.remove(kept.record.document.id)


def test_what_is_not_there_and_what_is_no_archive_is_said(path: Path, tmp_path: Path) -> None:
    with Archive(path) as archive:
        for ask in (archive.job, archive.cancel, archive.record):
            with pytest.raises(StoreError, match="there is no"):
                ask("nothing")
    (tmp_path / "note.txt").write_text("x" * 5000)
    with pytest.raises(StoreError, match="no archive of nianbao serve"):
        Archive(tmp_path / "note.txt")


def test_text_that_utf8_cannot_hold_keeps_its_offsets(path: Path) -> None:
    with Archive(path) as archive:
        added(archive, "a.zip")
        archive.finish(claimed(archive), Done("a.zip", None, names=["bad\udcff.txt"]))
        made = done(2023)
        archive.finish(claimed(archive), Done(made.source, made.sha256, record=made.record, text="\ud800件"))
        (kept,) = archive.records()
        assert archive.record(kept.record.document.id)[1] == "?件"


def test_a_transaction_that_cannot_be_kept_is_undone_and_the_next_one_goes_on(path: Path) -> None:
    with Archive(path) as archive:
        with pytest.raises(sqlite3.IntegrityError), archive._writing():
            archive._db.execute("PRAGMA defer_foreign_keys = ON")  # so that the end of the transaction fails
            archive._insert("documents", "job_id, position, name, upload, source", ["x", 0, "a", "a", "a"])
        assert archive.waiting() == 0
        added(archive, "a.txt")
        assert archive.waiting() == 1


def test_files_of_a_job_that_cannot_be_kept_go(path: Path) -> None:
    with Archive(path) as archive:
        full = archive._one("PRAGMA page_count")[0]
        archive._db.execute(f"PRAGMA max_page_count = {full}")
        with pytest.raises(sqlite3.OperationalError, match="full"):
            added(archive, *(f"{'x' * 200}{i}.txt" for i in range(99)))
        assert uploads(path) == 0 and archive.jobs(5) == []


def test_while_nothing_can_be_written_documents_wait(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished, failures = threading.Event(), {"claim": 2, "finish": 2}

    class Full(Archive):
        def __getattribute__(self, name: str) -> Any:
            if failures.get(name):
                failures[name] -= 1
                raise sqlite3.OperationalError("database or disk is full")
            return super().__getattribute__(name)

        def finish(self, claim: Claim, done: Done) -> None:
            super().finish(claim, done)
            finished.set()

    class Pool:
        workers = 1

        def read(self, _: object) -> Done:
            return done(2023)

    monkeypatch.setattr("inference.service.pool.Archive", Full)
    monkeypatch.setattr("inference.service.pool._PAUSE", 0.01)
    with Archive(path) as archive:
        id = added(archive, "a.txt")
        pool: Any = Pool()
        runner = Runner(path, pool)
        assert finished.wait(60)
        runner.stop()
        assert (archive.job(id).state, failures) == ("done", {"claim": 0, "finish": 0})


def test_an_archive_has_one_service(path: Path) -> None:
    held = hold(path)
    with pytest.raises(StoreError, match="another `nianbao serve`"):
        hold(path)
    held.close()
    hold(path).close()
