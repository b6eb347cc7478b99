"""The JSON interface: documents in, records out, at once or as jobs."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from inference.database import StoreError
from inference.engines.job import Done, Job
from inference.service import uploads
from inference.service.archive import Archive, JobDetail, JobState, Problem
from inference.service.downloads import Format, download
from inference.service.guard import problem
from inference.view.summary import Summary, summarise
from models.forms import load_forms
from models.labels import load_labels
from models.record import Record

_AT_ONCE = 100  # documents of one request to `/v1/extract`; more are a job
# What a client can do about a document that gave no record, as a status; 422 for the rest.
_STATUS = {
    "too_large": 413,
    "unsupported": 415,
    "not_text": 415,
    "no_text_layer": 415,
    "needs_libreoffice": 501,
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": what,
        "content": {
            "application/problem+json": {"example": {"type": "about:blank", "title": title, "status": status, "detail": detail}}
        },
    }
    for status, what, title, detail in (
        (400, "The request cannot be read", "Bad request", "no file came; send one or more as the field `files`"),
        (401, "The token is missing or wrong", "Token needed", "programs send the header Authorization: Bearer TOKEN"),
        (413, "Too large", "Too large", "more than 64 MiB in one request; send fewer files at once"),
        (415, "Not a kind of file that is read", "Not readable", "a.html is an image; save it as text or HTML first"),
        (422, "Nothing can be made of it", "Not usable", "a.pdf is cut short or damaged; fetch it again"),
        (429, "Too many requests of one client", "Too many requests", "32 requests of yours are being answered"),
        (503, "Too much waits", "Busy", "as many documents wait as may; try again in a few seconds"),
    )
}  # fmt: skip
_MISSING: dict[int | str, dict[str, Any]] = {404: {"description": "There is none"}}

router = APIRouter(prefix="/v1", responses={k: _ERRORS[k] for k in (400, 401, 422, 429)})


class Result(BaseModel):
    """What one document gave: a record with the text that its offsets point into, or a failure."""

    source: str
    record: Record | None
    text: str | None
    failure: Problem | None


class Results(BaseModel):
    """What the documents of a request gave, in their order."""

    results: list[Result]


class Listed(BaseModel):
    """Records in short, the newest first; `next` is the address of those before, None at the end."""

    records: list[Summary]
    next: str | None


def opened(request: Request) -> Iterator[Archive]:
    """The archive, for as long as a request takes."""
    try:
        archive = Archive(request.app.state.settings.archive)
    except StoreError as error:  # it was there when the service began
        raise HTTPException(
            503, "the archive of the service cannot be opened now; is its disk there?"
        ) from error
    with archive:
        yield archive


Opened = Annotated[Archive, Depends(opened)]
Wanted = Annotated[Literal["json"] | Format, Query(description="csv and parquet: the facts")]


@router.post(
    "/extract",
    tags=["reports"],
    response_model=Results,
    responses={k: _ERRORS[k] for k in (413, 415, 503)},
    openapi_extra=uploads.BODY,
)
async def extract(
    request: Request,
    archive: Opened,
    name: Annotated[str, Query(description="what a text in the body is called", max_length=200)] = "text.txt",
) -> Response:
    """Read reports and wait for their records; nothing is kept.

    A single file that cannot be read, or an archive of which nothing can, is an error, told by its first document;
    among several it is a result with a `failure`.
    """
    files = await uploads.received(request, archive, name)
    try:
        results = await _read(request, [Job(str(path), name=called) for called, path in files])
    finally:
        for _, path in files:
            path.unlink(missing_ok=True)
    if len(files) == 1 and all(done.failure for done in results) and (failure := results[0].failure):
        return problem(_STATUS.get(failure.code, 422), failure.message)
    return Response('{"results":[' + ",".join(map(_told, results)) + "]}", media_type="application/json")


async def _read(request: Request, jobs: Sequence[Job]) -> list[Done]:
    """What some files give, archives taken apart."""
    results: list[Done] = []
    for job, done in zip(jobs, await read_all(request, jobs), strict=True):
        if done.failure or not job.is_archive:
            results.append(done)
            continue
        if len(done.names) > _AT_ONCE:
            detail = (
                f"{job.source} holds {len(done.names)} reports, more than {_AT_ONCE}; hand it in as a job"
            )
            raise HTTPException(413, detail)
        results += await read_all(request, [Job(job.path, member, name=job.name) for member in done.names])
    return results


async def read_all(request: Request, jobs: Sequence[Job]) -> list[Done]:
    """What documents give, in their order, as long as someone waits for it.

    Raises:
        BusyError: The queue is full.
        ClientDisconnect: Whoever asked is gone.
    """
    pool = request.app.state.pool
    places = asyncio.Semaphore(pool.workers)  # so that one request does not fill the queue

    async def one(job: Job) -> Done:
        async with places:
            done: Done = await asyncio.wrap_future(pool.submit(job))
        return done

    gone = asyncio.create_task(_gone(request))
    tasks = [asyncio.create_task(one(job)) for job in jobs]
    waiting = set(tasks)
    try:
        while waiting:
            done, _ = await asyncio.wait({gone, *waiting}, return_when=asyncio.FIRST_COMPLETED)
            if gone in done:
                raise ClientDisconnect
            for task in waiting & done:
                task.result()
            waiting -= done
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()  # those that wait give their places back
        gone.cancel()
        await asyncio.gather(gone, *tasks, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _told(done: Done) -> str:
    """A result as JSON; its record is JSON already."""
    failure = {"code": done.failure.code, "message": done.failure.message} if done.failure else None
    rest = json.dumps({"source": done.source, "text": done.text, "failure": failure})
    return f'{{"record":{done.record or "null"},{rest[1:]}'


@router.post(
    "/jobs",
    tags=["jobs"],
    status_code=202,
    response_model=JobState,
    responses={413: _ERRORS[413]},
    openapi_extra=uploads.BODY,
)
async def add_job(
    request: Request,
    response: Response,
    archive: Opened,
    name: Annotated[str, Query(description="what a text in the body is called", max_length=200)] = "text.txt",
) -> JobDetail:
    """Hand reports in to be read one after another; their records are kept, and a restart loses none."""
    files = await uploads.received(request, archive, name)
    id = await run_in_threadpool(archive.add_job, files)
    request.app.state.runner.wake()
    response.headers["Location"] = f"/v1/jobs/{id}"
    return await run_in_threadpool(archive.job, id)


@router.get("/jobs", tags=["jobs"], response_model=list[JobState])
def jobs(archive: Opened, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> list[JobDetail]:
    """The newest jobs."""
    return archive.jobs(limit)


@router.get("/jobs/{id}", tags=["jobs"], responses=_MISSING)
def job(id: str, archive: Opened) -> JobDetail:
    """How far a job is, document by document."""
    return archive.job(id)


@router.post("/jobs/{id}/cancel", tags=["jobs"], responses=_MISSING)
def cancel(id: str, archive: Opened) -> JobDetail:
    """Let the documents of a job that still wait be."""
    archive.cancel(id)
    return archive.job(id)


@router.get(
    "/records",
    tags=["records"],
    response_model=Listed,
    responses={501: {"description": "The format needs an extra"}},
)
def records(
    archive: Opened,
    job: Annotated[str | None, Query(description="only those of a job")] = None,
    organization: Annotated[str | None, Query(description="only those of a body")] = None,
    year: Annotated[int | None, Query(description="only those of a year", ge=1900, le=2200)] = None,
    before: Annotated[int | None, Query(description="as in `next`", ge=0, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    format: Annotated[
        Literal["json"] | Format,
        Query(description="json: a list in short; the others: all of them, whole"),
    ] = "json",
) -> Response | Listed:
    """The records of jobs, the newest first."""
    if format != "json":
        found = (kept.record for kept in archive.records(job, organization, year))
        return download(found, format, job or "records")
    summaries, more = listed(archive, job, organization, year, before, limit)
    asked = {"job": job, "organization": organization, "year": year, "before": more, "limit": limit}
    given = urlencode({name: value for name, value in asked.items() if value is not None})
    return Listed(records=summaries, next=f"/v1/records?{given}" if more else None)


def listed(
    archive: Archive, job: str | None, organization: str | None, year: int | None, before: int | None, limit: int
) -> tuple[list[Summary], int | None]:  # fmt: skip
    """A page of the list: records in short, and the number that the next page begins before, None at the end."""
    kept = list(archive.records(job, organization, year, before, limit + 1))
    more = kept[limit - 1].number if len(kept) > limit else None
    return [summarise(k.record) for k in kept[:limit]], more


@router.get("/records/{id}", tags=["records"], response_model=Record, responses=_MISSING)
def record(id: str, archive: Opened, format: Wanted = "json") -> Response:
    """A record, whole."""
    found, _ = archive.record(id)
    if format != "json":
        return download([Record.model_validate_json(found)], format, id[:16])
    return Response(found, media_type="application/json")


@router.get("/records/{id}/text", tags=["records"], responses=_MISSING)
def text(id: str, archive: Opened) -> Response:
    """The text that the offsets of a record point into."""
    return Response(archive.record(id)[1], media_type="text/plain; charset=utf-8")


@router.delete("/records/{id}", tags=["records"], status_code=204, responses=_MISSING)
def remove(id: str, archive: Opened) -> None:
    """Remove a record and its text."""
    archive.remove(id)


@router.get("/schema", tags=["reference"])
def schema() -> dict[str, Any]:
    """What records are made of: their JSON Schema, the forms with their tables, the labels of the running text."""
    return {"record": Record.model_json_schema(), "forms": load_forms(), "labels": load_labels()}
