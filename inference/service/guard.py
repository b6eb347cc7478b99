"""What every request goes through before a page or an answer is made: who asks, from where, and how much comes."""

import secrets
from collections import Counter
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import URL, Headers, MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COOKIE: Final = "nianbao_token"
_OPEN = ("/healthz", "/readyz")  # they say nothing of what is here
_SAFE = ("GET", "HEAD", "OPTIONS")
_UPLOADS = ("multipart/form-data", "text/plain")
_OTHERS = 4 * 2**20  # bytes of any other request: JSON is parsed at once, and everyone waits for that
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def guard(app: FastAPI, token: str | None) -> None:
    """Let only those in who may.

    Args:
        app: What is guarded.
        token: Asked of everyone if given, as `Authorization: Bearer`, in the address (which sets a cookie) or as that
            cookie; without it only this machine's own names are answered to.
    """
    app.add_middleware(Guard, token=token)
    if token is None:
        # Else a web page elsewhere could reach the server under a name of its own (DNS rebinding).
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])


def problem(status: int, detail: str, **headers: str) -> Response:
    """An error as RFC 9457 has it; `detail` is a sentence for the person."""
    titles = {400: "Bad request", 401: "Token needed", 403: "Refused", 404: "Not found", 405: "Not allowed",
              413: "Too large", 415: "Not readable", 422: "Not usable", 429: "Too many requests",
              500: "Internal error", 501: "Not installed", 503: "Busy"}  # fmt: skip
    body = {"type": "about:blank", "title": titles.get(status, "Error"), "status": status, "detail": detail}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


class Guard:
    """Asks for the token, refuses what another site sends, and puts the security headers on all answers."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope)
        await (answer or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        given = QueryParams(scope["query_string"]).get("token")
        if self._token and scope["path"] not in _OPEN:
            bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
            said = (given, bearer, HTTPConnection(scope).cookies.get(_COOKIE))
            if not any(secrets.compare_digest((s or "").encode(), self._token.encode()) for s in said):
                return problem(
                    401, "open the page by the address that the program printed, token included; programs send "
                    "the header Authorization: Bearer TOKEN"
                )  # fmt: skip
            if given and scope["method"] == "GET" and not bearer:
                address = URL(scope=scope).remove_query_params("token")
                response = RedirectResponse(str(address), 303)
                response.set_cookie(_COOKIE, self._token, httponly=True, samesite="strict")
                return response
        origin = headers.get("origin")
        if scope["method"] not in _SAFE and origin and origin.partition("://")[2] != headers.get("host"):
            return problem(403, f"a page of {origin} may not do that")
        return None


class TooLargeError(HTTPException):
    """A request has more bytes than it may."""

    def __init__(self, largest: int) -> None:
        """Say how many it may have."""
        super().__init__(
            413, f"more than {largest >> 20} MiB in one request; send less at once", {"Connection": "close"}
        )


class Intake:
    """Holds requests to a number of bytes, and each client to a number of requests at a time."""

    def __init__(self, app: ASGIApp, largest: int, at_once: int) -> None:
        self._app, self._largest, self._at_once = app, largest, at_once
        self._asking: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is too much, or pass it on; raises `TooLargeError` where its body turns out too large."""
        if scope["type"] != "http" or scope["path"] in _OPEN:
            await self._app(scope, receive, send)
            return
        client = (scope.get("client") or ("",))[0]
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").lower().startswith(_UPLOADS)
        largest = self._largest if is_upload else min(_OTHERS, self._largest)
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > largest:
            error = TooLargeError(largest)
            await problem(error.status_code, error.detail, **error.headers or {})(scope, receive, send)
            return
        if self._asking[client] >= self._at_once:
            detail = f"{self._at_once} requests of yours are being answered; wait for one of them"
            await problem(429, detail, **{"Retry-After": "1"})(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:
                raise TooLargeError(largest)
            return message

        self._asking[client] += 1
        try:
            await self._app(scope, counted, send)
        finally:
            self._asking[client] -= 1
            if not self._asking[client]:
                del self._asking[client]
