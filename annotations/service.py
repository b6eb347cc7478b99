"""The annotation page's server: a store behind a small HTTP API, and the files of the page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field
from pypinyin import Style, lazy_pinyin

from annotations.context import context, heading
from annotations.items import VALUE, GoldFigure, check_figures
from annotations.reading import read_number, read_numbers
from annotations.store import Store
from annotations.task import Answer, Document, Said, Suggestion, Task, Verdict
from inference.database import StoreError
from inference.view.pages import STATIC
from models.labels import load_labels
from models.record import Period, Qualifier
from models.tagger import PERIODS

PAGE = Path(__file__).parent / "page"
_EXCERPT = 40  # characters
_TOLD = 5  # faults of one request
_QUALIFIERS: tuple[Qualifier, ...] = ("exact", "at_least", "about", "at_most")

Id = Annotated[int, Field(ge=0, lt=2**63)]  # as SQLite has them
Annotator = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
Key = Annotated[str, Field(min_length=8, max_length=64)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    key: Key
    annotator: Annotator


class _FigureBody(BaseModel):
    """A figure; offsets into the text that the task was shown in."""

    label: str
    start: int
    end: int
    value: Annotated[str, Field(pattern=r"^-?\d{1,20}(\.\d{1,10})?$")]
    unit: Annotated[str, Field(max_length=10)]
    qualifier: Qualifier
    period: Period


class _AnswerBody(_Body):
    task: Id
    answer: Verdict
    figures: Annotated[list[_FigureBody], Field(max_length=500)] = []
    value: Annotated[str | None, Field(max_length=40)] = None
    note: Annotated[str, Field(max_length=2000)] = ""
    flagged: bool = False
    seconds: Annotated[float | None, Field(ge=0)] = None


def create_app(path: Path) -> FastAPI:
    """The application, with every request let in.

    Args:
        path: Of the store.
    """
    app = FastAPI(title="nianbao annotate", docs_url=None, redoc_url=None)

    @app.exception_handler(StoreError)
    async def missing(_: Request, error: StoreError) -> Response:
        return JSONResponse({"detail": str(error)}, 404)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        # What was sent is left out: it may be long, or hold what cannot be sent back.
        said = [{"loc": part["loc"], "msg": part["msg"]} for part in error.errors()[:_TOLD]]
        return JSONResponse({"detail": said}, 422)

    def store() -> Iterator[Store]:
        with Store(path) as opened:
            yield opened

    _add_routes(app, Annotated[Store, Depends(store)])
    for name in ("index", "adjudicate", "document"):
        app.add_api_route(
            f"/{'' if name == 'index' else name}", _file(f"{name}.html"), include_in_schema=False
        )
    app.mount("/static", StaticFiles(directory=PAGE))
    app.mount("/shared", StaticFiles(directory=STATIC))  # the colours of all pages
    return app


def _file(name: str) -> Any:
    def send() -> FileResponse:
        return FileResponse(PAGE / name)

    return send


def _add_routes(app: FastAPI, opened: Any) -> None:
    @app.get("/api/setup")
    def setup(store: opened) -> dict[str, Any]:
        return {
            "labels": _labels(),
            "qualifiers": _QUALIFIERS,
            "periods": PERIODS,
            "tasks": store.progress("").tasks,
        }

    @app.get("/api/next")
    def next_(annotator: Annotator, store: opened) -> dict[str, Any]:
        return _shown(store, store.next_task(annotator), annotator)

    @app.get("/api/tasks/{id}")
    def task(id: Id, annotator: Annotator, store: opened) -> dict[str, Any]:
        return _shown(store, store.task(id), annotator)

    @app.post("/api/answers")
    def answer(body: _AnswerBody, store: opened) -> dict[str, Any]:
        task = store.task(body.task)
        document = store.document(task.document_id)
        shown = task.suggestion.id if task.suggestion and document.purpose == "training" else None
        id = store.annotate(task.id, body.annotator, _answer(body, task, document), body.key, shown)
        return {"id": id, "progress": asdict(store.progress(body.annotator))}

    @app.post("/api/undo")
    def undo(body: _Body, store: opened) -> dict[str, Any]:
        id = store.undo(body.annotator, body.key)
        return _shown(store, None if id is None else store.task(id), body.annotator)

    @app.post("/api/redo")
    def redo(body: _Body, store: opened) -> dict[str, Any]:
        id = store.redo(body.annotator, body.key)
        return _shown(store, None if id is None else store.task(id), body.annotator)

    @app.get("/api/read")
    def read(task: Id, start: int, end: int, store: opened) -> dict[str, Any]:
        found = store.task(task)
        first, last = context(store.document(found.document_id).text, found.start, found.end)
        text = store.document(found.document_id).text[first:last]
        number = read_number(text, start, end) if 0 <= start < end <= len(text) else None
        if number is None:
            raise HTTPException(422, "there is no number in what was selected")
        return {**asdict(number), "text": text[number.start : number.end]}

    @app.get("/api/history")
    def history(
        annotator: Annotator, store: opened, limit: Annotated[int, Query(ge=1, le=500)] = 50
    ) -> list[dict[str, Any]]:
        return [
            {"task": said.task_id, "answer": said.answer.verdict, "figures": len(said.answer.figures),
             "text": _excerpt(store, said.task_id), "at": said.at}
            for said in store.history(annotator, limit)
        ]  # fmt: skip

    @app.get("/api/disputes")
    def disputes(store: opened) -> list[dict[str, Any]]:
        return [
            {
                "task": id,
                "why": why,
                "text": _excerpt(store, id),
                "annotators": [s.annotator for s in store.answers(id)],
            }
            for id, why in store.unsettled()
        ]

    @app.get("/api/disputes/{id}")
    def dispute(id: Id, store: opened) -> dict[str, Any]:
        task = store.task(id)
        first, _ = context(store.document(task.document_id).text, task.start, task.end)
        settled = store.adjudications(id).get(id)
        return {
            "task": _shown(store, task, "")["task"] | {"figures": []},
            "answers": [_told(said, first) for said in store.answers(id)],
            "settled": _told(settled, first) if settled else None,
        }

    @app.post("/api/adjudications")
    def adjudicate(body: _AnswerBody, store: opened) -> dict[str, Any]:
        task = store.task(body.task)
        answer = _answer(body, task, store.document(task.document_id))
        id = store.adjudicate(task.id, body.annotator, answer, body.key)
        return {"id": id, "disputed": len(store.unsettled())}

    @app.get("/api/documents/{id}")
    def document(id: Id, store: opened) -> dict[str, Any]:
        found = store.document(id)
        marks = [{"start": t.start, "end": t.end, "task": t.id} for t in store.tasks(id)]
        return {"id": id, "source": found.source, "organization": found.organization, "year": found.year,
                "text": found.text, "marks": marks}  # fmt: skip


def _labels() -> list[dict[str, Any]]:
    return [
        {
            "id": label.id, "family": label.id.partition(".")[0], "zh": label.zh,
            "en": label.id.partition(".")[2].replace("_", " "),
            "initials": "".join(lazy_pinyin(label.zh, style=Style.FIRST_LETTER)),
            "meaning": label.meaning, "units": label.units,
        }
        for label in load_labels().values()
    ]  # fmt: skip


def _shown(store: Store, task: Task | None, annotator: str) -> dict[str, Any]:
    """A task as the page shows it to an annotator; figures are their own last ones, or what is suggested."""
    progress = asdict(store.progress(annotator))
    if task is None:
        return {"task": None, "progress": progress}
    document = store.document(task.document_id)
    first, last = context(document.text, task.start, task.end)
    text = document.text[first:last]
    blind = document.purpose == "evaluation"
    suggested = [] if blind else _suggested(task.suggestion, first)
    own = next((said for said in store.answers(task.id) if said.annotator == annotator), None)
    cell = task.cell
    return {
        "task": {
            "id": task.id, "kind": "cell" if cell else "passage", "strategy": task.strategy, "reason": "" if blind else task.reason,
            "document": {"id": document.id, "source": document.source, "organization": document.organization, "year": document.year},
            "heading": heading(document.text, first), "text": text, "start": task.start - first, "end": task.end - first,
            "blind": blind,
            "numbers": [] if cell else [
                {**asdict(n), "text": text[n.start : n.end]} for n in read_numbers(text, task.start - first, task.end - first)
            ],
            "figures": _moved(own.answer.figures, -first) if own else suggested, "suggested": suggested,
            "model": None if blind or task.suggestion is None else task.suggestion.model,
            "answer": _told(own, first) if own else None,
            "cell": cell.model_dump(exclude={"rules"}) if cell else None,
            "checks": [rule.model_dump() for rule in cell.rules] if cell else [],
        },
        "progress": progress,
    }  # fmt: skip


def _moved(figures: Sequence[GoldFigure], by: int) -> list[dict[str, Any]]:
    return [{**asdict(f), "start": f.start + by, "end": f.end + by, "confidence": None} for f in figures]


def _suggested(suggestion: Suggestion | None, first: int) -> list[dict[str, Any]]:
    if suggestion is None:
        return []
    moved = _moved(suggestion.figures, -first)
    return [f | {"confidence": c} for f, c in zip(moved, suggestion.confidences, strict=True)]


def _told(said: Said, first: int) -> dict[str, Any]:
    a = said.answer
    return {"annotator": said.annotator, "answer": a.verdict, "figures": _moved(a.figures, -first), "value": a.value,
            "note": a.note, "flagged": a.flagged}  # fmt: skip


def _answer(body: _AnswerBody, task: Task, document: Document) -> Answer:
    first, _ = context(document.text, task.start, task.end)
    moved = (f.model_copy(update={"start": f.start + first, "end": f.end + first}) for f in body.figures)
    figures = tuple(sorted((GoldFigure(**f.model_dump()) for f in moved), key=lambda f: f.start))
    accepted = body.answer == "accept"
    if accepted and task.cell is None:
        try:
            check_figures(figures, task.start, task.end)
        except ValueError as error:
            raise HTTPException(422, f"not saved: {error}") from error
    if accepted and task.cell and body.value is not None:
        _check_value(body.value)
    return Answer(
        body.answer, figures if accepted and not task.cell else (), body.value if accepted and task.cell else None,
        body.note, body.flagged, body.seconds,
    )  # fmt: skip


def _check_value(value: str) -> None:
    if not re.fullmatch(VALUE, value):
        raise HTTPException(422, f"not saved: {value!r} is no number; leave the cell blank or write digits")


def _excerpt(store: Store, id: int) -> str:
    task = store.task(id)
    text = store.document(task.document_id).text[task.start : task.end]
    return task.cell.label if task.cell else text[:_EXCERPT]
