"""The application: what it is made of, how its errors are told, how it begins and ends."""

import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from inference.database import StoreError
from inference.engines.job import Limits
from inference.engines.worker import Start
from inference.extract import program_version
from inference.service import api, pages, probes
from inference.service.archive import Archive, hold
from inference.service.guard import Intake, guard, problem
from inference.service.observe import Metrics, Observer
from inference.service.pool import BusyError, Pool, Runner
from inference.view.pages import STATIC

_ABOUT = """Reads Chinese government-information-disclosure annual reports (政府信息公开工作年度报告) into records: every number
with its place, its confidence, and the arithmetic of the forms checked. Offsets are characters (Unicode code points),
0-based, half open, into the text of the record. Errors are problem details (RFC 9457)."""


@dataclass(frozen=True)
class Settings:
    """What a service is to be.

    Attributes:
        archive: The file that keeps jobs and records; made if it is not there.
        start: Makes the reader of documents, in each worker; it gives texts.
        workers: Processes that read.
        limits: Of each document; a request has no more bytes than one of them.
        waiting: Documents of `/v1/extract` that may wait.
        at_once: Requests of one client at a time.
        token: Asked of everyone; None where only this machine can ask.
    """

    archive: Path
    start: Start
    workers: int = 2
    limits: Limits = field(default_factory=Limits)
    waiting: int = 64
    at_once: int = 32
    token: str | None = None


def create_app(settings: Settings) -> FastAPI:
    """The application; its workers start when it is served, and it keeps what it needs in `app.state`."""

    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = Pool(
            settings.start, settings.workers, settings.limits, settings.waiting, metrics.read
        )
        app.state.runner = Runner(settings.archive, app.state.pool)
        yield
        app.state.runner.stop()
        app.state.pool.close()
        app.state.lock.close()

    app = FastAPI(
        title="nianbao", version=program_version(), description=_ABOUT, lifespan=lifespan, redoc_url=None, docs_url=None
    )  # fmt: skip
    app.state.settings = settings
    app.state.metrics = metrics
    with Archive(settings.archive, create=True):
        pass  # what cannot be opened is said before anything is served
    app.state.lock = hold(settings.archive)
    app.add_middleware(Intake, largest=settings.limits.size, at_once=settings.at_once)
    guard(app, settings.token)
    app.add_middleware(Observer, metrics=metrics)
    _tell_errors(app)
    app.include_router(api.router)
    app.include_router(pages.router)
    app.include_router(probes.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def _tell_errors(app: FastAPI) -> None:
    """Every error as a problem with a sentence."""

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail), **dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return problem(422, f"{where}: {first['msg']}" if where else str(first["msg"]))

    @app.exception_handler(StoreError)
    async def missing(_: Request, error: StoreError) -> Response:
        return problem(404, str(error))

    @app.exception_handler(sqlite3.OperationalError)
    @app.exception_handler(OSError)
    async def full(request: Request, error: Exception) -> Response:
        logging.getLogger("nianbao").error("%s %s: %s", request.method, request.url.path, error)
        detail = "nothing can be kept now, the disk may be full; the log of the server says more"
        return problem(503, detail, **{"Retry-After": "60"})

    @app.exception_handler(BusyError)
    async def busy(_: Request, __: BusyError) -> Response:
        detail = "as many documents wait as may; try again in a few seconds, or hand them in as a job"
        return problem(503, detail, **{"Retry-After": "5"})

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> Response:
        return problem(400, "the request ended before all of it came")

    @app.exception_handler(UnicodeError)
    async def unwritable(_: Request, __: UnicodeError) -> Response:
        return problem(422, "something that came is no text in Unicode, such as half of a surrogate pair")

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        logging.getLogger("nianbao").error("%s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "a fault of nianbao; please report it with what you sent")
