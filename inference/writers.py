"""Writing results as they come: to standard output, or to a folder."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Self

from inference.extract import Extracted, Failure


class StreamWriter:
    """Records as JSON Lines on standard output; failures are for whoever asked to report."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()

    def write(self, result: Extracted | Failure) -> None:
        """Print a record."""
        if isinstance(result, Extracted):
            # Chinese whatever the locale says: a record is UTF-8.
            sys.stdout.buffer.write(result.record.model_dump_json().encode("utf-8") + b"\n")


class FolderWriter:
    """`records.jsonl`, `errors.jsonl` and, if asked, `texts/<document id>.txt` in a folder.

    The two files take their names only when all is written, so a run that was stopped leaves
    `*.part` files and never half a result under a whole result's name.
    """

    def __init__(self, folder: Path, texts: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._names = [folder / "records.jsonl", folder / "errors.jsonl"]
        self._texts = folder / "texts" if texts else None
        if self._texts:
            self._texts.mkdir(exist_ok=True)

    def __enter__(self) -> Self:
        self._records, self._errors = (_part(name).open("w", encoding="utf-8") for name in self._names)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._records.close()
        self._errors.close()
        if kind is None:
            for name in self._names:
                _part(name).replace(name)

    def write(self, result: Extracted | Failure) -> None:
        """Write a record, and its text if asked, or a failure."""
        if isinstance(result, Failure):
            self._errors.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")
            return
        self._records.write(result.record.model_dump_json() + "\n")
        if self._texts:
            # newline="" keeps line ends as they are, as offsets must.
            path = self._texts / f"{result.record.document.id}.txt"
            path.write_text(result.text, encoding="utf-8", newline="")


def _part(name: Path) -> Path:
    return name.with_name(name.name + ".part")
