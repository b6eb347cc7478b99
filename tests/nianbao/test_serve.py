"""`nianbao serve` as it is run: over a restart, against its own description, and into the annotation loop."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from annotations.store import Store
from inference.reading import read
from models.record import NarrativeEvidence, Record, TableEvidence
from nianbao.cli import app
from tests.servers import Server

EXAMPLES = Path(__file__).parents[2] / "examples"
COUNTY = EXAMPLES / "2021-county.html"
TEXT = "清河县水利局2023年政府信息公开工作年度报告\n全年收到政府信息公开申请12件,举办培训3次。\n"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve") / "s.db"


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Server]:
    with Server("serve", "--store", store, "--workers", 1, ready="/readyz") as server:
        yield server


def handed_in(server: Server, *files: tuple[str, bytes]) -> str:
    """A job of files; its id."""
    return str(httpx.post(f"{server.address}/v1/jobs", files=[("files", f) for f in files]).json()["id"])


def finished(server: Server, id: str) -> dict[str, Any]:
    while (job := httpx.get(f"{server.address}/v1/jobs/{id}").json())["finished_at"] is None:
        time.sleep(0.1)
    return dict(job)


def test_a_restart_in_the_middle_of_a_batch_loses_nothing(server: Server) -> None:
    count = 30
    texts = {f"{i}.txt": (TEXT + f"发布信息{i}条。\n") * 30 for i in range(count)}
    id = handed_in(server, *((name, text.encode()) for name, text in texts.items()))
    for _ in range(2):
        while (job := httpx.get(f"{server.address}/v1/jobs/{id}").json())["done"] < 5:
            assert job["finished_at"] is None, "else nothing is left to be lost"
            time.sleep(0.05)
        server.kill()
        server.start()
    job = finished(server, id)
    assert (job["done"], job["failed"]) == (count, 0)
    assert [d["source"] for d in job["documents"]] == list(texts)
    for document in job["documents"]:
        kept = httpx.get(f"{server.address}/v1/records/{document['record']}/text").text
        assert kept == texts[document["source"]]


@pytest.fixture(scope="module")
def county(server: Server) -> Record:
    """The record of a report with tables and figures."""
    job = finished(server, handed_in(server, (COUNTY.name, COUNTY.read_bytes())))
    address = f"{server.address}/v1/records/{job['documents'][0]['record']}"
    return Record.model_validate_json(httpx.get(address).content)


def test_what_is_wrong_becomes_a_task_and_gold(
    server: Server, county: Record, store: Path, tmp_path: Path
) -> None:
    evidence = [e for fact in county.facts for e in fact.evidence]
    figure = next(e for e in evidence if isinstance(e, NarrativeEvidence))
    cell = next(
        e for e in evidence if isinstance(e, TableEvidence) and e.confidence > 0.9 and e.start < e.end
    )
    address = f"{server.address}/v1/records/{county.document.id}/corrections"
    tasks = []
    for e in (figure, cell, figure):
        response = httpx.post(address, json={"start": e.start, "end": e.end})
        assert response.status_code == 201
        tasks.append(response.json()["task"])
        assert httpx.get(server.address + response.json()["url"]).status_code == 200
    assert tasks[0] == tasks[2], "asking again is the same task"
    with Store(store) as opened:
        passage, asked = opened.task(tasks[0]), opened.task(tasks[1])
        assert passage.start <= figure.start < figure.end <= passage.end
        assert passage.suggestion and figure.start in {f.start for f in passage.suggestion.figures}
        assert asked.cell and asked.cell.value == cell.value and asked.strategy == "correction"
        text = read(COUNTY).text
        assert opened.document(passage.document_id).text == text
    assert httpx.post(address, json={"start": 10**9, "end": 10**9}).status_code == 422

    body = {"key": "k" * 8, "task": tasks[0], "annotator": "li", "answer": "accept", "figures": []}
    assert httpx.post(f"{server.address}/annotate/api/answers", json=body).status_code == 200
    result = CliRunner().invoke(app, ["annotate", "export", str(store), "-o", str(tmp_path / "gold")])
    assert result.exit_code == 0
    (line,) = [
        line for f in (tmp_path / "gold").glob("*.jsonl") for line in f.read_text("utf-8").splitlines()
    ]
    assert text[passage.start : passage.end] in json.loads(line)["text"]


def test_label_studio_gets_suggestions_and_tells_what_was_said(server: Server, store: Path) -> None:
    ask = httpx.Client(base_url=server.address)
    assert ask.get("/health").json()["status"] == "UP"
    assert ask.post("/setup", json={"project": "1", "schema": "<View/>"}).json()["model_version"]
    text = "全年收到政府信息公开申请12件,举办培训3次。"
    tasks = {
        "tasks": [{"id": 1, "data": {"text": text}}, {"id": 2, "data": {"text": "无数字。"}}],
        "project": "1",
    }
    first, second = ask.post("/predict", json=tasks).json()["results"]
    labels = {tuple(r["value"]["labels"]): r["value"] for r in first["result"] if r["type"] == "labels"}
    found = labels[("applications.received",)]
    assert text[found["start"] : found["end"]] == found["text"] == "12件"
    assert second["result"] == [] and 0 <= first["score"] <= 1
    told = {
        "action": "ANNOTATION_CREATED",
        "task": tasks["tasks"][0],
        "annotation": {"id": 9, "completed_by": 7, "result": first["result"]},
    }
    assert ask.post("/webhook", json=told).json() == {"status": "ok", "added": 1}
    assert ask.post("/webhook", json=told).json() == {"status": "ok", "added": 0}
    half = json.dumps({**told, "task": {"data": {"text": "\ud800"}}})
    assert ask.post("/webhook", content=half, headers={"content-type": "application/json"}).status_code == 422
    assert ask.post("/webhook", json={"action": "PROJECT_UPDATED"}).json() == {"status": "ignored"}
    with Store(store) as opened:
        (said,) = opened.history("label-studio:7", 5)
        assert {f.label for f in said.answer.figures} == {label for (label,) in labels}


def test_what_it_describes_is_what_it_does(server: Server) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings

    schema = schemathesis.openapi.from_url(f"{server.address}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 15
    quick = settings(
        max_examples=15, phases=[Phase.explicit, Phase.generate], deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for operation in operations:

        @quick
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            response = case.call()
            assert response.status_code < 500, response.text
            case.validate_response(response, checks=[
                schemathesis.checks.not_a_server_error, schemathesis.specs.openapi.checks.response_schema_conformance,
            ])  # fmt: skip

        check()


def test_an_address_of_others_needs_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIANBAO_TOKEN", "sesame-open")
    arguments = ("serve", "--store", tmp_path / "s.db", "--host", "0.0.0.0", "--workers", 1)
    with Server(*arguments, "--log", tmp_path / "log.jsonl", ready="/readyz") as server:
        for path in ("/", "/v1/records", "/annotate/", "/metrics", "/static/view.css", "/predict"):
            assert httpx.get(server.address + path).status_code == 401
        allowed = {"authorization": "Bearer sesame-open"}
        sent = {"files": ("秘密.txt", TEXT.encode())}
        assert httpx.post(f"{server.address}/v1/extract", files=sent, headers=allowed).status_code == 200
        with httpx.Client(base_url=server.address, follow_redirects=True) as person:
            page = person.get("/annotate/?token=sesame-open&task=1")
            assert page.status_code == 200 and str(page.url).endswith("/annotate/?task=1")
            assert person.get("/").status_code == 200
    log = (tmp_path / "log.jsonl").read_text("utf-8")
    requests = [json.loads(line) for line in log.splitlines()]
    assert ("POST", "/v1/extract", 200) in {(r["method"], r["path"], r["status"]) for r in requests}
    assert "sesame" not in log and "秘密" not in log and "申请" not in log


@pytest.mark.parametrize(
    ("option", "path"),
    [("--store", "note.txt"), ("--store", "absent/s.db"), ("--model", "absent"), ("--log", "absent/log")],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, option: str, path: str) -> None:
    (tmp_path / "note.txt").write_text("x" * 5000)
    result = CliRunner().invoke(
        app, ["serve", "--store", str(tmp_path / "s.db"), option, str(tmp_path / path)]
    )
    assert result.exit_code == 2
    assert result.stderr.startswith("nianbao: ") and path in result.stderr.replace("\n", "")
