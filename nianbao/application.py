"""The service as a whole: reading, pages of records, and the annotation loop behind "this is wrong"."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from annotations import ml_backend
from annotations import service as annotation
from annotations.corrections import correct
from annotations.store import Store
from inference.service.api import Opened
from inference.service.app import Settings
from inference.service.app import create_app as create_service
from models.record import Record

_ANNOTATE = "/annotate"


class Place(BaseModel):
    """The evidence that is wrong, in characters of the record's text, half open."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"start": 410, "end": 413}})
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class Task(BaseModel):
    """A task of the annotation loop, and where it can be answered."""

    task: int
    url: str


def create_app(settings: Settings, store: Path) -> FastAPI:
    """The application.

    Args:
        settings: Of the service.
        store: The annotation store, made if it is not there.

    Raises:
        StoreError: It, or the archive, is none.
    """
    with Store(store, create=True):
        pass
    app = create_service(settings)
    app.include_router(_corrections(store))
    app.include_router(ml_backend.router(store))
    app.mount(_ANNOTATE, annotation.create_app(store))
    return app


def _corrections(store: Path) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["records"])

    @router.post(
        "/records/{id}/corrections", status_code=201, responses={404: {"description": "There is none"}}
    )
    def add_correction(id: str, place: Place, archive: Opened) -> Task:
        """Say that a value is wrong: its passage or cell becomes a task of the annotation loop."""
        record, text = archive.record(id)
        with Store(store) as opened:
            try:
                task = correct(opened, Record.model_validate_json(record), text, place.start, place.end)
            except LookupError as error:
                raise HTTPException(422, str(error)) from error
        return Task(task=task, url=f"{_ANNOTATE}/?task={task}")

    return router
