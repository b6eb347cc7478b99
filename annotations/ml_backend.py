"""Label Studio's ML backend: our suggestions in its editor, and what is said there in our store.

The interface is that of label-studio-ml-backend (`label_studio_ml/api.py`): `/health`, `/setup`, `/predict`, `/webhook`.
"""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from annotations.formats import label_studio
from annotations.intake import import_items
from annotations.items import DataError, GoldFigure, Item
from annotations.store import Store
from inference.engines.job import Done, Job
from inference.service.api import read_all
from inference.service.archive import Archive
from models.record import NarrativeEvidence, Record

_MOST = 100  # tasks of one request
_NAME = "nianbao"


class _Loose(BaseModel):
    """What Label Studio sends holds much that is not asked for."""

    model_config = ConfigDict(extra="ignore")


class Data(_Loose):
    """What is to be labelled, as in our exports."""

    text: Annotated[str, Field(min_length=1)]


class Task(_Loose):
    """A task."""

    data: Data


class Predict(_Loose):
    """Tasks to suggest labels for."""

    tasks: Annotated[list[Task], Field(max_length=_MOST)]


class Webhook(_Loose):
    """Something happened in a project; of interest are annotations."""

    action: str
    task: dict[str, Any] | None = None
    annotation: dict[str, Any] | None = None


def router(store: Path) -> APIRouter:
    """The endpoints; they use the pool and the archive of the service that they are in.

    Args:
        store: Where annotations go that the webhook tells of.
    """
    routes = APIRouter(tags=["Label Studio"])

    @routes.get("/health")
    async def health() -> dict[str, str]:
        """That there is a model."""
        return {"status": "UP", "model_class": _NAME}

    @routes.post("/setup")
    async def setup() -> dict[str, str]:
        """Which model it is; it needs no set-up."""
        return {"model_version": _NAME}

    @routes.post("/predict")
    async def predict(body: Predict, request: Request) -> dict[str, Any]:
        """Suggestions for tasks."""
        texts = [task.data.text for task in body.tasks]
        with Archive(request.app.state.settings.archive) as archive:
            paths = [archive.upload() for _ in texts]
        try:
            for path, text in zip(paths, texts, strict=True):
                await run_in_threadpool(path.write_bytes, text.encode("utf-8", "replace"))
            done = await read_all(request, [Job(str(path), name="text.txt") for path in paths])
        finally:
            for path in paths:
                path.unlink(missing_ok=True)
        return {"results": list(map(_suggested, texts, done))}

    @routes.post("/webhook", status_code=200)
    def webhook(body: Webhook) -> dict[str, Any]:
        """Take in an annotation that was made or changed there."""
        if body.annotation is None or body.task is None or not body.action.startswith("ANNOTATION"):
            return {"status": "ignored"}
        told = {**body.task, "annotations": [body.annotation]}
        try:
            items = label_studio.items_of([told], "webhook")
        except DataError as error:
            raise HTTPException(422, str(error)) from error
        who = f"label-studio:{body.annotation.get('completed_by', '?')}"[:60]
        with Store(store, create=True) as opened:
            return {"status": "ok", "added": import_items(opened, items, "label-studio", who)}

    return routes


def _suggested(text: str, done: Done) -> dict[str, object]:
    """What the tagger says of a text; nothing where the text was not read as it stands."""
    record = Record.model_validate_json(done.record) if done.record and done.text == text else None
    evidence = sorted(
        (e for fact in record.facts for e in fact.evidence if isinstance(e, NarrativeEvidence)), key=lambda e: e.start
    ) if record else []  # fmt: skip
    figures = (GoldFigure(e.label, e.start, e.end, e.value, e.unit, e.qualifier, e.period) for e in evidence)
    version = f"{record.model.name} {record.model.version}" if record else _NAME
    return label_studio.prediction(Item(text, tuple(figures)), [e.confidence for e in evidence], version)
