"""What goes out as a file: records as JSON Lines or as flat tables."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from fastapi import HTTPException
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from inference.sinks import SINKS, SinkError, delimited
from models.record import Record

Format = Literal["jsonl", "csv", "xlsx", "parquet", "sqlite"]
_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(records: Iterable[Record], format: Format, name: str) -> Response:
    """Records as a file; of a format that is a file for each table, the facts.

    Args:
        records: One at a time.
        format: Of the file.
        name: Of the file, without suffix.

    Raises:
        HTTPException: The format needs a library that is not installed.
    """
    folder = TemporaryDirectory(prefix="nianbao-")
    try:
        path = _write(records, format, Path(folder.name))
    except SinkError as error:
        folder.cleanup()
        raise HTTPException(501, str(error)) from error
    kind = _TYPES.get(format, "application/octet-stream")
    return FileResponse(
        path, media_type=kind, filename=f"{name}{path.suffix}", background=BackgroundTask(folder.cleanup)
    )


def _write(records: Iterable[Record], format: Format, folder: Path) -> Path:
    if format == "jsonl":
        path = folder / "records.jsonl"
        with path.open("w", encoding="utf-8") as lines:
            lines.writelines(f"{record.model_dump_json()}\n" for record in records)
        return path
    if format == "csv":
        paths = delimited.write(records, (), folder, bom=True)  # it is most likely opened in Excel
    else:
        paths = SINKS[format].write(records, (), folder)
    return next((path for path in paths if path.stem == "facts"), paths[0])
