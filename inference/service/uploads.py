"""What comes in: files of a form, or a text, written where no name of a client's ever shows."""

import shutil
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from inference.service.archive import Archive

_MOST = 1000  # files of one request
_NAME = 200  # characters of a name

# For the OpenAPI document.
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}},
                }
            },
            "text/plain": {
                "schema": {"type": "string", "minLength": 1},
                "example": "清河县水利局2023年政府信息公开工作年度报告\n全年收到政府信息公开申请12件。",
            },
        },
    }
}  # fmt: skip


async def received(request: Request, archive: Archive, name: str) -> list[tuple[str, Path]]:
    """The files of a request: what each is called, and where it lies now.

    Args:
        request: With a form or a text.
        archive: Which says where files lie.
        name: Of a text.

    Raises:
        HTTPException: There is none, or it is neither.
        TooLargeError: As `Intake`.
        ClientDisconnect: The client went before all of it came.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=_MOST, max_fields=_MOST) as form:
            files = [(_called(f.filename), f) for f in form.getlist("files") if isinstance(f, UploadFile)]
            if not files:
                raise HTTPException(400, "no file came; send one or more as the field `files`")
            paths = await run_in_threadpool(_kept, archive, [file.file for _, file in files])
            return [(called, path) for (called, _), path in zip(files, paths, strict=True)]
    if kind != "text/plain":
        raise HTTPException(415, "send files as multipart/form-data, or a report as text/plain")
    body = await request.body()
    if not body:
        raise HTTPException(400, "the text is empty")
    (path,) = await run_in_threadpool(_kept, archive, [BytesIO(body)])
    return [(_called(name), path)]


def _called(name: str | None) -> str:
    """What a file is called, its folders left out; a name is only ever shown."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[-_NAME:] or "report"


def _kept(archive: Archive, files: Sequence[BinaryIO]) -> list[Path]:
    """Where files lie now; if one of them cannot be written none stays."""
    paths: list[Path] = []
    try:
        for file in files:
            paths.append(archive.upload())
            with paths[-1].open("wb") as kept:
                shutil.copyfileobj(file, kept)
    except OSError:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    return paths
