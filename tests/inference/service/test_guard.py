"""Who is answered, and how much is taken."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from inference.service.app import _tell_errors
from inference.service.guard import Intake, guard


def small(token: str | None = None) -> TestClient:
    """An application that takes ten bytes a request."""
    app = FastAPI()

    @app.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    @app.get("/healthz")
    async def healthz() -> str:
        return "ok"

    app.add_middleware(Intake, largest=10, at_once=2)
    guard(app, token)
    _tell_errors(app)
    return TestClient(app, base_url="http://localhost")


def test_without_a_token_only_names_of_this_machine_are_answered() -> None:
    client = small()
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz", headers={"host": "reports.example"}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, "", 401),
        ({}, "?token=wrong", 401),
        ({"authorization": "Bearer wrong"}, "", 401),
        ({"authorization": "Bearer sesame-1"}, "", 200),
        ({"cookie": "nianbao_token=x"}, "", 401),
    ],
)
def test_with_a_token_it_is_asked_of_everyone(headers: dict[str, str], query: str, status: int) -> None:
    client = small("sesame-1")
    sent = {name: value.encode() for name, value in headers.items()}
    response = client.post(f"/size{query}", content=b"12", headers=sent)
    assert response.status_code == status
    if status == 401:
        assert response.json()["title"] == "Token needed"
    assert client.get("/healthz").status_code == 200, "says nothing of what is here"


def test_the_token_of_the_address_becomes_a_cookie_and_leaves_the_address() -> None:
    client = small("sesame")
    response = client.get("/healthz", params={"token": "sesame", "a": "1"})
    assert response.status_code == 200
    asked = client.get("/size?token=sesame&a=1", follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, "http://localhost/size?a=1")
    assert (
        "HttpOnly" in asked.headers["set-cookie"] and "samesite=strict" in asked.headers["set-cookie"].lower()
    )
    assert client.post("/size", content=b"12").status_code == 200


def test_the_cookies_of_others_on_the_same_machine_do_not_hide_the_token() -> None:
    sent = {"cookie": 'settings={"a": 1}; x[y]=2; nianbao_token=sesame'}
    assert small("sesame").post("/size", content=b"12", headers=sent).status_code == 200


def test_another_site_may_not_send_anything() -> None:
    client = small()
    origins = {"http://localhost": 200, "http://evil.example": 403, "null": 403, "http://[": 403}
    for origin, status in origins.items():
        assert client.post("/size", content=b"1", headers={"origin": origin}).status_code == status


@pytest.mark.parametrize("declared", [True, False])
def test_a_request_that_is_too_large_is_told_so(declared: bool) -> None:
    body = b"x" * 11
    response = small().post("/size", content=body if declared else iter([body[:6], body[6:]]))
    assert (response.status_code, response.headers["content-type"]) == (413, "application/problem+json")
    assert small().post("/size", content=body[:10]).json() == 10


@pytest.mark.parametrize("declared", [True, False])
def test_what_is_no_upload_may_be_less(monkeypatch: pytest.MonkeyPatch, declared: bool) -> None:
    monkeypatch.setattr("inference.service.guard._OTHERS", 5)
    client, body = small(), b'{"a": 1}'
    for kind, status in (("text/plain", 200), ("application/json", 413), ("", 413)):
        content = body if declared else iter([body[:3], body[3:]])
        assert client.post("/size", content=content, headers={"content-type": kind}).status_code == status


def test_a_client_has_only_so_many_requests_at_a_time() -> None:
    app = FastAPI()
    go, came = asyncio.Event(), asyncio.Semaphore(0)

    @app.get("/wait")
    async def wait() -> str:
        came.release()
        await go.wait()
        return "ok"

    app.add_middleware(Intake, largest=10, at_once=2)

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            waiting = [asyncio.create_task(client.get("/wait")) for _ in range(2)]
            for _ in waiting:
                await came.acquire()
            refused = await client.get("/wait")
            go.set()
            answered = [(await task).status_code for task in waiting]
            assert refused.headers["retry-after"] == "1"
            return [*answered, refused.status_code, (await client.get("/wait")).status_code]

    assert asyncio.run(ask()) == [200, 200, 429, 200]


def test_every_answer_carries_the_policy() -> None:
    client = small("sesame")
    for response in (client.get("/healthz"), client.get("/nothing"), client.post("/size", content=b"x" * 99)):
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
