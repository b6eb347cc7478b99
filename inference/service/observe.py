"""What the service did: figures for Prometheus, and a log of requests without a word of what was in them."""

import json
import logging
import time
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inference.engines.job import Done

LOG = logging.getLogger("nianbao.requests")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Metrics:
    """The figures of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "nianbao_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "nianbao_request_seconds", "Time to answer", ["method", "route"], registry=self.registry
        )
        self.documents = Counter(
            "nianbao_documents", "Documents read, by the code of the failure or `done`", ["outcome"], registry=self.registry
        )  # fmt: skip
        self.waiting = Gauge(
            "nianbao_documents_waiting", "Documents of jobs that wait", registry=self.registry
        )

    def read(self, done: Done) -> None:
        """Count a document."""
        self.documents.labels(done.failure.code if done.failure else "done").inc()


class Observer:
    """Counts and logs requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, sent = time.perf_counter(), 500, 0

        async def noted(message: Message) -> None:
            nonlocal status, sent
            status = message.get("status", status)
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            spent = time.perf_counter() - began
            # The path as it is declared: ids, and what strangers ask for, would make a figure each; so would their methods.
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if route != "other" and scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, status).inc()
            self._metrics.seconds.labels(method, route).observe(spent)
            LOG.info(
                json.dumps({
                    "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                    "client": (scope.get("client") or ("",))[0], "method": scope["method"], "path": scope["path"],
                    "status": status, "bytes": sent, "seconds": round(spent, 4),
                })
            )  # fmt: skip
