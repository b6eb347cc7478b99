"""The server of the page: what it shows, what it takes, whom it answers, and what it survives."""

import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from annotations.context import context, heading
from annotations.service import create_app
from annotations.store import Store
from annotations.task import BrokenRule, Cell, NewTask, Term
from inference.service.guard import guard
from models.labels import load_labels
from tests.annotations.stores import PASSAGES, TEXT, TOTAL, WEBSITE, accept, document, make_store
from tests.servers import Server

LI = {"annotator": "li"}


def key() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    make_store(tmp_path / "s.db").__exit__()
    return tmp_path / "s.db"


@pytest.fixture
def client(path: Path) -> Iterator[TestClient]:
    app = create_app(path)
    guard(app, None)
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def answer(task: dict[str, Any], **changes: object) -> dict[str, Any]:
    """What the page sends when the annotator accepts what is shown."""
    figures = [{k: v for k, v in f.items() if k != "confidence"} for f in task["figures"]]
    return {
        "key": key(),
        "task": task["id"],
        "annotator": "li",
        "answer": "accept",
        "figures": figures,
        **changes,
    }


def test_a_task_is_shown_in_its_context_with_what_is_suggested(client: TestClient) -> None:
    task = client.get("/api/next", params=LI).json()["task"]
    assert task["text"][task["start"] : task["end"]] == PASSAGES[0]
    assert task["text"].endswith(PASSAGES[1])
    assert task["text"].startswith("二、主动公开情况") and task["heading"] == ""
    later = client.get("/api/tasks/3", params=LI).json()["task"]
    assert later["heading"] == "二、主动公开情况"
    (suggested,) = task["suggested"]
    assert task["text"][suggested["start"] : suggested["end"]] == "4316条"
    assert (suggested["label"], suggested["confidence"]) == ("disclosure.total", 0.93)
    (number,) = task["numbers"]
    assert (number["text"], number["value"], number["unit"]) == ("4316条", "4316", "条")


def test_labels_can_be_found_by_the_initials_of_their_pinyin(client: TestClient) -> None:
    setup = client.get("/api/setup").json()
    assert [label["id"] for label in setup["labels"]] == list(load_labels())
    initials = {label["id"]: label["initials"] for label in setup["labels"]}
    assert initials["capacity.trainings"] == "pxcs"


def test_an_answer_is_stored_at_its_place_in_the_document(client: TestClient, path: Path) -> None:
    task = client.get("/api/next", params=LI).json()["task"]
    assert client.post("/api/answers", json=answer(task)).json()["progress"]["done"] == 1
    with Store(path) as store:
        (said,) = store.answers()
        assert said.answer.figures == (TOTAL,)
    again = client.get("/api/tasks/1", params=LI).json()["task"]
    assert again["answer"]["answer"] == "accept"
    assert again["figures"][0]["confidence"] is None
    assert client.get("/api/history", params=LI).json()[0]["task"] == 1
    undone = client.post("/api/undo", json={"key": key(), **LI}).json()
    assert undone["task"]["answer"] is None
    assert undone["progress"]["done"] == 0
    assert client.post("/api/redo", json={"key": key(), **LI}).json()["progress"]["done"] == 1
    assert client.post("/api/undo", json={"key": key(), "annotator": "wang"}).json()["task"] is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"label": "capacity.none"}, "unknown label"),
        ({"start": 0, "end": 0}, "empty"),
        ({"start": 0, "end": 10_000}, "outside the text"),
        ({"value": "many"}, "pattern"),
        ({"period": "decade"}, "cumulative"),
    ],
)
def test_a_bad_figure_is_refused_and_nothing_is_stored(
    client: TestClient, path: Path, change: dict[str, object], says: str
) -> None:
    task = client.get("/api/next", params=LI).json()["task"]
    body = answer(task)
    body["figures"][0] |= change
    response = client.post("/api/answers", json=body)
    assert response.status_code == 422
    assert says in response.text
    body = answer(task)
    body["figures"] *= 2
    assert "overlaps" in client.post("/api/answers", json=body).json()["detail"]
    with Store(path) as store:
        assert store.answers() == []


def test_what_is_kept_for_evaluation_shows_no_suggestion(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        id = store.add_document(document("b.txt", TEXT + " ", "evaluation"))
        first = store.task(1)
        store.add_tasks([NewTask(id, first.start, first.end, "uncertainty", "0.9", None, first.suggestion)])
    with TestClient(create_app(tmp_path / "s.db"), base_url="http://localhost") as client:
        task = client.get("/api/tasks/5", params=LI).json()["task"]
        assert (task["blind"], task["suggested"], task["figures"], task["model"], task["reason"]) == (
            True,
            [],
            [],
            None,
            "",
        )
        client.post("/api/answers", json=answer(task))
    with sqlite3.connect(tmp_path / "s.db") as db:
        assert db.execute("SELECT suggestion_id FROM annotations").fetchall() == [(None,)]


def test_a_selection_is_read_by_the_grammar(client: TestClient) -> None:
    task = client.get("/api/next", params=LI).json()["task"]
    start = task["text"].index("4316")
    read = client.get("/api/read", params={"task": 1, "start": start, "end": start + 2}).json()
    assert (read["text"], read["value"], read["unit"]) == ("4316条", "4316", "条")
    for span in ((0, 2), (5, 5), (-3, 2), (0, 10**6)):
        response = client.get("/api/read", params={"task": 1, "start": span[0], "end": span[1]})
        assert response.status_code == 422
        assert "no number" in response.json()["detail"]


def test_a_cell_comes_with_the_arithmetic_that_fails(tmp_path: Path) -> None:
    term = Term(id="applications.new_received.total", label="新收", value="63")
    rule = BrokenRule(
        id="applications.balance.total", message="新收=总计", left="63", right="64", terms=(term,)
    )
    cell = Cell(id=term.id, label="新收 · 总计", period="year", value="63", confidence=0.9, rules=(rule,))
    with make_store(tmp_path / "s.db") as store:
        store.add_tasks([NewTask(1, 3, 5, "conflict", cell=cell)])
    with TestClient(create_app(tmp_path / "s.db"), base_url="http://localhost") as client:
        task = client.get("/api/tasks/5", params=LI).json()["task"]
        assert task["kind"] == "cell"
        assert task["checks"][0]["terms"][0]["value"] == "63"
        bad = client.post("/api/answers", json=answer(task, value="6o"))
        assert (bad.status_code, "no number" in bad.json()["detail"]) == (422, True)
        for value in ("64", None):
            assert client.post("/api/answers", json=answer(task, value=value)).status_code == 200
            assert client.get("/api/tasks/5", params=LI).json()["task"]["answer"]["value"] == value


def test_a_dispute_is_shown_side_by_side_and_settled(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db", wanted=2) as store:
        accept(store, 2, "li", WEBSITE)
        accept(store, 2, "wang")
    with TestClient(create_app(tmp_path / "s.db"), base_url="http://localhost") as client:
        (dispute,) = client.get("/api/disputes").json()
        assert (dispute["task"], dispute["why"], dispute["annotators"]) == (2, "disputed", ["li", "wang"])
        found = client.get("/api/disputes/2").json()
        assert [len(a["figures"]) for a in found["answers"]] == [1, 0]
        figures = [{k: v for k, v in f.items() if k != "confidence"} for f in found["answers"][0]["figures"]]
        body = {"key": key(), "task": 2, "annotator": "zhao", "answer": "accept", "figures": figures}
        for _ in range(2):
            assert client.post("/api/adjudications", json=body).json()["disputed"] == 0
        assert client.get("/api/disputes/2").json()["settled"]["figures"] == found["answers"][0]["figures"]


def test_the_source_document_is_one_request_away(client: TestClient) -> None:
    shown = client.get("/api/documents/1").json()
    assert shown["text"] == TEXT
    assert [TEXT[m["start"] : m["end"]] for m in shown["marks"]] == list(PASSAGES)
    for address in ("/api/documents/7", "/api/tasks/7?annotator=li", "/api/disputes/7"):
        response = client.get(address)
        assert (response.status_code, response.json()["detail"].startswith("there is no")) == (404, True)


def test_other_names_and_missing_tokens_are_not_answered(path: Path, client: TestClient) -> None:
    assert client.get("/api/setup", headers={"host": "evil.example"}).status_code == 400
    app = create_app(path)
    guard(app, "sesame-open")
    with TestClient(app, base_url="http://localhost") as guarded:
        for address in ("/", "/api/setup", "/static/common.js", "/api/setup?token=wrong"):
            assert guarded.get(address).status_code == 401
        opened = guarded.get("/?token=sesame-open")
        assert opened.status_code == 200
        assert "token" not in str(opened.url)
        assert guarded.get("/api/setup").status_code == 200


def test_pages_and_their_files_come_with_a_strict_policy(client: TestClient) -> None:
    for address in ("/", "/adjudicate", "/document", "/static/common.js"):
        response = client.get(address)
        assert response.status_code == 200
        assert "default-src 'self'" in response.headers["content-security-policy"]
    assert client.get("/static/../service.py").status_code == 404


def test_the_context_is_the_sentence_before_and_behind_and_the_heading_above() -> None:
    start = TEXT.index(PASSAGES[1])
    first, last = context(TEXT, start, start + len(PASSAGES[1]))
    assert TEXT[first:last] == PASSAGES[0] + PASSAGES[1] + "\n" + PASSAGES[2]
    assert heading(TEXT, start) == "二、主动公开情况"
    assert heading(TEXT, 0) == ""


@given(
    text=st.text(alphabet="收到3件。;\n 三、x", max_size=60),
    cut=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_the_context_holds_the_stretch(text: str, cut: tuple[int, int]) -> None:
    start, end = sorted(min(c, len(text)) for c in cut)
    first, last = context(text, start, end)
    assert 0 <= first <= start <= end <= last <= len(text)


@pytest.mark.slow
def test_of_a_thousand_answers_by_three_writers_none_is_lost_or_doubled_when_the_server_is_killed(
    tmp_path: Path,
) -> None:
    texts = [f"收到申请{n}件。" for n in range(1000)]
    with Store(tmp_path / "s.db", create=True) as store:
        ids = [store.add_document(document(f"{i}.txt", text)) for i, text in enumerate(texts)]
        store.add_tasks(NewTask(id, 0, len(text), "random") for id, text in zip(ids, texts, strict=True))
    server = Server("annotate", "serve", tmp_path / "s.db", ready="/api/setup")
    stored: dict[int, list[int]] = {}
    restart = threading.Event()

    def send(http: httpx.Client, body: dict[str, Any]) -> int:
        while True:  # as the page does: the same key until it is answered
            try:
                response = http.post("/api/answers", json=body)
                response.raise_for_status()
                return int(response.json()["id"])
            except httpx.TransportError:
                time.sleep(0.05)

    def write(writer: int) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as http:
            for task in range(writer + 1, 1001, 3):
                body = {"key": key(), "task": task, "annotator": f"writer-{writer}", "answer": "accept"}
                stored.setdefault(task, []).append(send(http, body))
                if len(stored) == 400:
                    restart.set()

    writers = [threading.Thread(target=write, args=(i,)) for i in range(3)]
    for thread in writers:
        thread.start()
    restart.wait()
    server.kill()
    server.start()
    for thread in writers:
        thread.join()
    server.kill()
    with Store(tmp_path / "s.db") as store:
        said = store.answers()
        assert sorted(s.task_id for s in said) == list(range(1, 1001))
        assert {s.task_id: [s.id] for s in said} == stored
    with sqlite3.connect(tmp_path / "s.db") as db:
        assert db.execute("SELECT count(*) FROM annotations").fetchone() == (1000,)


def test_what_the_store_cannot_hold_is_refused(client: TestClient) -> None:
    past = 2**63
    for path in (
        f"tasks/{past}?annotator=li",
        f"documents/{past}",
        f"disputes/-{past * 2}",
        f"read?task={past}&start=0&end=1",
    ):
        assert client.get(f"/api/{path}").status_code == 422
    body = '{"key": "12345678", "annotator": "\\ud800", "task": 1, "answer": "accept"}'
    refused = client.post("/api/answers", content=body, headers={"content-type": "application/json"})
    assert refused.status_code == 422 and "string" in refused.json()["detail"][0]["msg"]
