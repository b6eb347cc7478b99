"""The store loses nothing, doubles nothing, overwrites nothing, and takes no other file for its own."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.store import Store
from annotations.task import Answer, NewTask
from inference.database import StoreError
from tests.annotations.stores import PASSAGES, RECEIVED, TOTAL, WEBSITE, accept, document, make_store

ROOT = Path(__file__).parents[2]


def test_what_was_said_is_still_there_after_opening_again(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        accept(store, 1, "li", TOTAL)
    with Store(tmp_path / "s.db") as store:
        (said,) = store.answers()
        assert (said.task_id, said.annotator, said.answer.figures) == (1, "li", (TOTAL,))
        assert store.task(1).suggestion is not None
        assert store.progress("li").done == 1


def test_tasks_come_in_order_and_none_to_two_people_at_once(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        first, second = store.next_task("li"), store.next_task("wang")
        assert first and second
        assert (first.id, second.id) == (1, 2)
        assert store.next_task("li") == first
        accept(store, 1, "li")
        assert [t.id for t in (store.next_task("li"), store.next_task("wang")) if t] == [3, 2]


def test_a_task_for_two_goes_to_two_and_never_twice_to_one(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db", wanted=2) as store:
        for id in range(1, 5):
            accept(store, id, "li")
        assert store.next_task("li") is None
        for id in range(1, 5):
            accept(store, id, "wang")
        assert store.next_task("zhao") is None
        assert store.progress("li").open == 0


def test_what_one_ignores_is_left_for_another(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        store.annotate(1, "li", Answer("ignore"), "key-ignore")
        left = [t.id for t in (store.next_task("li"), store.next_task("wang")) if t]
        assert left == [2, 1]


def test_the_same_key_is_counted_once(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        assert accept(store, 1, "li", TOTAL, key="key-1") == accept(store, 1, "li", TOTAL, key="key-1")
        assert len(store.answers()) == 1


def test_undo_goes_back_step_by_step_and_redo_forward_until_something_new_is_said(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        accept(store, 1, "li", TOTAL)
        accept(store, 2, "li", WEBSITE)
        accept(store, 1, "li")  # came back to it and took the figure out

        def now() -> dict[int, tuple[object, ...]]:
            return {said.task_id: said.answer.figures for said in store.answers()}

        assert now() == {1: (), 2: (WEBSITE,)}
        assert store.undo("li", "u1") == 1
        assert now() == {1: (TOTAL,), 2: (WEBSITE,)}
        assert store.undo("li", "u2") == 2
        assert store.undo("li", "u2") == 2, "sent again, it does nothing more"
        assert now() == {1: (TOTAL,)}
        assert store.redo("li", "r1") == 2
        assert store.redo("li", "r2") == 1
        assert store.redo("li", "r3") is None
        assert now() == {1: (), 2: (WEBSITE,)}
        assert [store.undo("li", f"v{i}") for i in range(4)] == [1, 2, 1, None]
        assert now() == {}
        accept(store, 3, "li", RECEIVED)
        assert store.redo("li", "r4") is None
        assert store.undo("wang", "w1") is None


@given(
    actions=st.lists(st.sampled_from(["answer", "undo", "redo"]), max_size=30),
    draw=st.randoms(use_true_random=False),
)
def test_undo_and_redo_do_as_an_editor_does(
    actions: list[str], draw: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done: list[tuple[int, int]] = []
    undone: list[tuple[int, int]] = []
    with make_store(tmp_path_factory.mktemp("undo") / "s.db") as store:
        for i, action in enumerate(actions):
            if action == "answer":
                said = (draw.randint(1, 4), i)
                store.annotate(said[0], "li", Answer("accept", note=str(i)), f"key-{i}")
                done.append(said)
                undone.clear()
            else:
                here, there = (done, undone) if action == "undo" else (undone, done)
                expected = here.pop() if here else None
                if expected:
                    there.append(expected)
                task = (store.undo if action == "undo" else store.redo)("li", f"key-{i}")
                assert task == (expected[0] if expected else None)
        assert {s.task_id: s.answer.note for s in store.answers()} == {task: str(i) for task, i in done}


def test_nothing_said_can_be_changed_or_deleted(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        accept(store, 1, "li", TOTAL)
        store.adjudicate(1, "zhao", Answer("accept"), "key-adjudication")
    with sqlite3.connect(tmp_path / "s.db") as db:
        for table in ("annotations", "adjudications", "suggestions"):
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET created_at = ''"):
                with pytest.raises(sqlite3.IntegrityError, match="never"):
                    db.execute(statement)
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            db.execute("UPDATE documents SET text = ''")


def test_what_two_say_otherwise_is_disputed_until_it_is_settled(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db", wanted=2) as store:
        accept(store, 1, "li", TOTAL)
        accept(store, 1, "wang")
        accept(store, 2, "li", WEBSITE)
        accept(store, 2, "wang", WEBSITE)
        accept(store, 3, "li", RECEIVED, flagged=True)
        assert store.unsettled() == [(1, "disputed"), (3, "flagged")]
        for id in (1, 3):
            store.adjudicate(id, "zhao", Answer("accept", (TOTAL,) if id == 1 else (RECEIVED,)), f"key-{id}")
        assert store.unsettled() == []
        assert store.adjudications()[1].answer.figures == (TOTAL,)


def test_a_task_that_is_there_gets_the_new_suggestion_and_is_asked_again_only_if_wished(
    tmp_path: Path,
) -> None:
    with make_store(tmp_path / "s.db") as store:
        accept(store, 1, "li", TOTAL)
        again = NewTask(1, store.task(1).start, store.task(1).end, "audit", "doubtful")
        assert store.add_tasks([again]) == 0
        assert store.next_task("wang").id == 2  # type: ignore[union-attr]
        assert store.add_tasks([again], again=True) == 1
        assert store.add_tasks([again], again=True) == 0, "it is waiting already"
        for id in (2, 3, 4):
            accept(store, id, "wang")
        found = store.next_task("wang")
        assert found and (found.id, found.strategy, found.reason) == (1, "audit", "doubtful")


def test_a_document_is_added_once_and_a_changed_file_is_refused(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        assert store.add_document(document("other-name.txt")) == 1
        with pytest.raises(StoreError, match=r"a\.txt: has changed since it was added"):
            store.add_document(document(text="收到申请30件。"))
        assert len(store.purposes()) == 1


def test_a_file_that_is_no_store_says_so_and_stays_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE accounts (id INTEGER)")
    text = tmp_path / "notes.txt"
    text.write_text("no database, " * 200, "utf-8")
    for path in (other, text):
        before = path.read_bytes()
        for create in (True, False):
            with pytest.raises(StoreError, match="no store"):
                Store(path, create=create)
        assert path.read_bytes() == before
    with pytest.raises(StoreError, match="there is no such store"):
        Store(tmp_path / "absent.db")


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    make_store(tmp_path / "s.db").__exit__()
    with sqlite3.connect(tmp_path / "s.db") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer nianbao"):
        Store(tmp_path / "s.db")


def test_an_older_store_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_store(tmp_path / "s.db") as store:
        accept(store, 1, "li", TOTAL)
    package = tmp_path / "annotations"
    (package / "migrations").mkdir(parents=True)
    (package / "migrations" / "001.sql").write_text("CREATE TABLE never_again (id INTEGER);", "utf-8")
    (package / "migrations" / "002.sql").write_text(
        "ALTER TABLE tasks ADD COLUMN more TEXT;\nCREATE TABLE later (id INTEGER);", "utf-8"
    )
    monkeypatch.setattr("inference.database.files", lambda _: package)
    for _ in range(2):
        with Store(tmp_path / "s.db") as store:
            assert len(store.answers()) == 1
    with sqlite3.connect(tmp_path / "s.db") as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    assert "later" in tables
    assert "never_again" not in tables


WRITER = """
import sys
from pathlib import Path
from annotations.store import Store
from annotations.task import Answer
with Store(Path(sys.argv[1])) as store:
    for i in range(100_000):
        store.annotate(1 + i % 4, sys.argv[2], Answer("accept", note=str(i)), f"{sys.argv[2]}-{i}")
        print(i, flush=True)
"""


def test_killed_at_any_moment_it_keeps_all_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    make_store(path).__exit__()
    for run, lines in enumerate((1, 7, 40)):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(path), f"{name}-{run}"],
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            for name in ("li", "wang")
        ]
        told = []
        for writer in writers:
            assert writer.stdout
            seen = [writer.stdout.readline() for _ in range(lines)]
            os.kill(writer.pid, signal.SIGKILL)
            seen += writer.stdout.readlines()
            told.append(sum(line.endswith("\n") for line in seen))
            writer.wait()
            writer.stdout.close()
        with sqlite3.connect(path) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            for name, count in zip(("li", "wang"), told, strict=True):
                keys = [
                    k
                    for (k,) in db.execute(
                        "SELECT key FROM annotations WHERE annotator = ?", [f"{name}-{run}"]
                    )
                ]
                assert set(keys) >= {f"{name}-{run}-{i}" for i in range(count)}
                assert len(keys) <= count + 1, "at most the one that was being written"


def test_progress_counts_each_on_its_own(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        assert store.progress("li").per_hour is None
        for id in (1, 2):
            accept(store, id, "li")
        progress = store.progress("li")
        assert (progress.tasks, progress.done, progress.open, progress.mine) == (len(PASSAGES), 2, 2, 2)
        assert store.progress("wang").mine == 0
        assert [said.task_id for said in store.history("li", 1)] == [2]


def test_a_bad_name_or_task_is_refused(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        with pytest.raises(StoreError, match="no task 9"):
            store.annotate(9, "li", Answer("accept"), str(uuid.uuid4()))
        with pytest.raises(sqlite3.IntegrityError):
            store.annotate(1, "", Answer("accept"), str(uuid.uuid4()))
        assert store.answers() == []
