"""The interface as programs use it, with real workers."""

import asyncio
import errno
import io
import json
import shutil
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect

from inference.engines.job import Done, Job, Limits, Reader
from inference.extract import to_record
from inference.reading import read
from inference.service.api import read_all
from inference.service.app import Settings, create_app
from inference.tagging import load_tagger
from models.record import Record

EXAMPLES = Path(__file__).parents[3] / "examples"
COUNTY = EXAMPLES / "2021-county.html"
TEXT = "清河县水利局2023年政府信息公开工作年度报告\n全年收到政府信息公开申请12件。\n"
MIB = 2**20


@pytest.fixture(scope="module")
def settings(tagger_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    limits = Limits(seconds=4, size=4 * MIB)
    start = partial(Reader, tagger_folder, "onnx", 1, limits, True)
    archive = tmp_path_factory.mktemp("service") / "a.db"
    return Settings(archive, start, workers=1, limits=limits, waiting=3)


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield client


def sent(*files: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", file) for file in files]


def zipped(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members.items():
            z.writestr(name, content)
    return data.getvalue()


def finished(client: TestClient, id: str) -> dict[str, Any]:
    while (job := client.get(f"/v1/jobs/{id}").json())["finished_at"] is None:
        time.sleep(0.05)
    return dict(job)


def uploads(settings: Settings) -> list[Path]:
    return list(settings.archive.with_name("a.db-uploads").iterdir())


def test_a_report_is_read_as_the_program_reads_it(
    client: TestClient, settings: Settings, tagger_folder: Path
) -> None:
    response = client.post("/v1/extract", files=sent((COUNTY.name, COUNTY.read_bytes())))
    (result,) = response.json()["results"]
    expected = to_record(read(COUNTY), load_tagger(tagger_folder))
    record = Record.model_validate(result["record"])
    assert record.document.source == COUNTY.name
    assert record.facts == expected.facts and record.checks == expected.checks
    for fact in record.facts:
        for e in fact.evidence:
            assert result["text"][e.start : e.end] == e.text
    assert result["failure"] is None
    assert not uploads(settings), "nothing is kept"


def test_a_text_is_a_report_too(client: TestClient) -> None:
    response = client.post(
        "/v1/extract?name=甲.txt", content=TEXT.encode(), headers={"content-type": "text/plain"}
    )
    (result,) = response.json()["results"]
    assert (result["source"], result["text"]) == ("甲.txt", TEXT)
    assert result["record"]["document"]["report_year"] == 2023


def test_among_several_a_failure_is_a_result_and_an_archive_is_many(client: TestClient) -> None:
    archive = zipped({"乙/1.txt": TEXT.encode(), "./2.txt": b"", "picture.png": b"x"})
    response = client.post(
        "/v1/extract", files=sent(("a.txt", TEXT.encode()), ("b.zip", archive), ("c.txt", b""))
    )
    assert response.status_code == 200
    told = [(r["source"], r["failure"] and r["failure"]["code"]) for r in response.json()["results"]]
    assert told == [
        ("a.txt", None),
        ("b.zip!/乙/1.txt", None),
        ("b.zip!/./2.txt", "empty"),
        ("c.txt", "empty"),
    ]


NESTED = "<html><body>" + "<div>" * 100_000 + "3" + "</div>" * 100_000
HOSTILE = {
    "zip bomb": ("a.zip", zipped({"a.txt": bytes(64 * MIB), "b.txt": bytes(64 * MIB)}), 413),
    "entities": ("a.docx", zipped({
        "[Content_Types].xml": b'<!DOCTYPE a [<!ENTITY b "c">]><Types>&b;</Types>', "word/document.xml": b"<a/>",
    }), 422),
    "word bomb": ("a.docx", zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": bytes(80 * MIB)}), 413),
    "nested": ("a.html", NESTED.encode(), 422),
    "one line": ("a.txt", b"1" * (3 * MIB), 422),
    "cut short": ("a.pdf", b"%PDF-1.7\n1 0 obj", 422),
    "another kind": ("a.html", b"\x89PNG\r\n\x1a\n" + bytes(100), 415),
    "not text": ("a.txt", bytes(range(256)) * 9, 415),
    "nothing": ("a.txt", b"", 422),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_a_problem_and_stops_nobody(
    client: TestClient, kind: str, settings: Settings
) -> None:
    name, data, status = HOSTILE[kind]
    response = client.post("/v1/extract", files=sent((name, data)))
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], response.status_code) == (status, status), problem
    assert name in problem["detail"] and "Traceback" not in problem["detail"]
    assert client.post("/v1/extract", files=sent(("a.txt", TEXT.encode()))).status_code == 200
    assert not uploads(settings)


@pytest.mark.parametrize(
    ("sent_as", "status"),
    [
        ({"content": b"x", "headers": {"content-type": "application/pdf"}}, 415),
        ({"content": b""}, 415),
        ({"content": b"", "headers": {"content-type": "text/plain"}}, 400),
        ({"data": {"files": "a text"}, "files": {"other": b"x"}}, 400),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 400),
        ({"files": {"files": ("a.txt", b"x" * 5 * MIB)}}, 413),
    ],
)
@pytest.mark.parametrize("path", ["/v1/extract", "/v1/jobs"])
def test_what_cannot_be_taken_is_refused_with_a_sentence(
    client: TestClient, settings: Settings, path: str, sent_as: dict[str, Any], status: int
) -> None:
    response = client.post(path, **sent_as)
    assert (response.status_code, response.json()["status"]) == (status, status)
    assert response.json()["detail"]
    assert not uploads(settings)


def test_more_than_may_wait_is_told_to_come_again(
    client: TestClient, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "long.txt").write_text("1" * 3 * MIB)  # is given up when its time is over
    places = settings.workers + settings.waiting
    held = [client.app.state.pool.submit(Job(str(tmp_path / "long.txt"))) for _ in range(places)]  # type: ignore[attr-defined]
    response = client.post("/v1/extract", files=sent(("a.txt", TEXT.encode())))
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    for future in reversed(held):
        future.cancel()
    many = sent(*((f"{i}.txt", TEXT.encode()) for i in range(3 * places)))
    response = client.post("/v1/extract", files=many)
    assert response.status_code == 200, "one request does not fill the queue by itself"
    assert len(response.json()["results"]) == 3 * places


@pytest.mark.parametrize("path", ["/v1/extract", "/v1/jobs"])
def test_what_cannot_be_kept_leaves_nothing(
    client: TestClient, settings: Settings, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Any, target: Any) -> None:
        target.write(source.read(1))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    response = client.post(path, files=sent(("a.txt", b"x"), ("b.txt", b"y")))
    assert (response.status_code, response.json()["title"]) == (503, "Busy")
    assert "disk" in response.json()["detail"] and not uploads(settings)


def test_an_archive_that_cannot_be_opened_is_not_told_as_a_job_that_is_not_there(
    settings: Settings, tmp_path: Path
) -> None:
    client = TestClient(create_app(Settings(tmp_path / "a.db", settings.start)), base_url="http://localhost")
    assert client.get("/v1/jobs/x").status_code == 404
    (tmp_path / "a.db").unlink()
    for path in ("/v1/jobs/x", "/readyz"):
        assert client.get(path).status_code == 503


def test_who_goes_away_gives_the_places_back() -> None:
    app, waiting = FastAPI(), [Future[Done](), Future[Done]()]

    left = iter(waiting)

    class Pool:
        workers = 2

        def submit(self, _: Job) -> Future[Done]:
            return next(left)

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    app.state.pool = Pool()
    with pytest.raises(ClientDisconnect):
        asyncio.run(read_all(Request({"type": "http", "app": app}, receive), [Job("a"), Job("b")]))
    assert all(future.cancelled() for future in waiting)


def test_an_upload_that_ends_halfway_is_no_fault(
    client: TestClient, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    messages = [{"type": "http.request", "body": b"--b\r\n", "more_body": True}, {"type": "http.disconnect"}]
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        statuses.append(message.get("status", 0))

    headers = [(b"host", b"localhost"), (b"content-type", b"multipart/form-data; boundary=b")]
    scope = {"type": "http", "method": "POST", "path": "/v1/extract", "query_string": b"", "headers": headers}
    app: Any = client.app
    asyncio.run(app(scope, receive, send))
    assert statuses[0] == 400 and not caplog.records and not uploads(settings)


def test_a_job_is_followed_listed_downloaded_and_removed(client: TestClient, settings: Settings) -> None:
    files = sent((COUNTY.name, COUNTY.read_bytes()), ("../../x/甲.txt", TEXT.encode()), ("empty.txt", b""))
    made = client.post("/v1/jobs", files=files)
    assert made.status_code == 202 and made.headers["location"] == f"/v1/jobs/{made.json()['id']}"
    job = finished(client, made.json()["id"])
    assert (job["state"], job["done"], job["failed"]) == ("done", 2, 1)
    assert [d["source"] for d in job["documents"]] == [COUNTY.name, "甲.txt", "empty.txt"]
    assert job["id"] in [j["id"] for j in client.get("/v1/jobs").json()]
    assert not uploads(settings)

    listed = client.get("/v1/records", params={"job": job["id"], "limit": 1}).json()
    rest = client.get(listed["next"]).json()
    assert [r["source"] for r in listed["records"] + rest["records"]] == ["甲.txt", COUNTY.name]
    assert rest["next"] is None

    id = job["documents"][0]["record"]
    record = Record.model_validate_json(client.get(f"/v1/records/{id}").content)
    text = client.get(f"/v1/records/{id}/text").text
    assert text == read(COUNTY).text and record.document.id == id
    table = client.get(f"/v1/records/{id}?format=csv")
    assert table.content.startswith(b"\xef\xbb\xbf") and "attachment" in table.headers["content-disposition"]
    assert len(table.content.decode("utf-8-sig").splitlines()) > len(record.facts)
    book = client.get("/v1/records", params={"job": job["id"], "format": "xlsx"})
    assert "facts" in openpyxl.load_workbook(io.BytesIO(book.content), read_only=True).sheetnames
    lines = client.get("/v1/records", params={"job": job["id"], "format": "jsonl"}).text.splitlines()
    assert [json.loads(line)["document"]["source"] for line in lines] == ["甲.txt", COUNTY.name]

    assert client.delete(f"/v1/records/{id}").status_code == 204
    for path in (
        f"/v1/records/{id}",
        f"/v1/records/{id}/text",
        f"/records/{id}",
        "/v1/jobs/x",
        "/agencies/x",
    ):
        gone = client.get(path)
        assert gone.status_code == 404 and gone.json()["detail"].startswith("there is no")


def test_a_cancelled_job_ends(client: TestClient) -> None:
    files = sent(*((f"{i}.txt", TEXT.encode() * 300) for i in range(20)))
    id = client.post("/v1/jobs", files=files).json()["id"]
    assert client.post(f"/v1/jobs/{id}/cancel").json()["state"] == "cancelled"
    job = finished(client, id)
    assert job["done"] < 20 and {d["state"] for d in job["documents"]} <= {"done", "cancelled"}


def test_the_schema_says_what_records_are_made_of(client: TestClient) -> None:
    schema = client.get("/v1/schema").json()
    assert schema["record"]["title"] == "Record"
    assert {t["id"] for t in schema["forms"]["2021"]["tables"]} == {
        "disclosure",
        "applications",
        "review_litigation",
    }
    assert schema["labels"]["capacity.trainings"]["zh"]


def test_it_says_how_it_is_and_what_it_did(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok"
    assert client.get("/readyz").text == "ready"
    client.get("/v1/records/nothing")
    client.request("BREW", "/healthz")
    figures = client.get("/metrics").text
    assert 'nianbao_documents_total{outcome="done"}' in figures
    assert 'route="/v1/records/{id}",status="404"' in figures
    assert "nothing" not in figures and "BREW" not in figures, "strangers could make figures without end"


def test_pages_speak_the_language_that_was_asked_for_last(client: TestClient) -> None:
    job = finished(
        client, client.post("/v1/jobs", files=sent((COUNTY.name, COUNTY.read_bytes()))).json()["id"]
    )
    id, organization = job["documents"][0]["record"], "岚川县人民政府"
    for path in ("/", "/records", f"/records?job={job['id']}", f"/records/{id}", f"/agencies/{organization}"):
        page = client.get(path)
        assert page.status_code == 200 and '<html lang="zh' in page.text
        assert "style=" not in page.text and "<script>" not in page.text, "the policy would refuse it"
    assert '<html lang="en' in client.get(f"/records/{id}?lang=en").text
    assert '<html lang="en' in client.get("/").text
    assert '<html lang="zh' in client.get("/?lang=zh").text
    assert client.get("/?lang=xx").status_code == 422
    assert client.get("/static/view.css").status_code == 200
    assert client.get("/static/../pages.py").status_code == 404
