"""What those who run the service ask it: whether it lives, whether it can read, what it has done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import PlainTextResponse

from inference.service.api import opened
from inference.service.archive import Archive
from inference.service.guard import problem

router = APIRouter(tags=["operation"])


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> str:
    """Whether the process answers."""
    return "ok"


@router.get("/readyz", response_class=PlainTextResponse, responses={503: {"description": "not ready"}})
def readyz(request: Request, _: Annotated[Archive, Depends(opened)]) -> Response:
    """Whether documents can be read: the workers are up and the archive can be opened."""
    if not hasattr(request.app.state, "runner"):
        return problem(503, "the workers are still loading")
    return PlainTextResponse("ready")


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request, archive: Annotated[Archive, Depends(opened)]) -> Response:
    """Figures in the text format of Prometheus."""
    found = request.app.state.metrics
    found.waiting.set(archive.waiting())
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)
