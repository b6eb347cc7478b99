"""Many documents into one folder, restartable: what was done is kept, and the result depends on the input alone.

While a batch runs, every finished input is a line of `journal.jsonl`. When all are done, `records.jsonl`,
`errors.jsonl` and `manifest.json` are made of it in the order of the inputs, so that neither the number of workers
nor a stop at any moment shows in them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from inference.engines.job import Done
from inference.extract import Failure

_SURE = 0.9
RECORDS, ERRORS, MANIFEST, JOURNAL, TEXTS = (
    "records.jsonl",
    "errors.jsonl",
    "manifest.json",
    "journal.jsonl",
    "texts",
)


@dataclass(frozen=True)
class _Place:
    """Where the result of a document stands: a line of the journal, or of a file of an earlier batch."""

    sha256: str | None
    file: str
    start: int


@dataclass
class Summary:
    """What a batch came to.

    Attributes:
        inputs: Documents.
        forms: Records by form.
        failures: By code.
        checks_failed: Broken rules, in all records.
        doubtful, facts: Facts that a person should look at, of a confidence under 0.9, and all.
    """

    inputs: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    checks_failed: int = 0
    doubtful: int = 0
    facts: int = 0

    def add(self, done: Done) -> None:
        """Count what a document gave."""
        self.inputs += 1
        if done.failure:
            self.failures[done.failure.code] += 1
        if done.record:
            record = json.loads(done.record)
            self.forms[record["document"]["form"]] += 1
            self.checks_failed += sum(check["status"] == "fail" for check in record["checks"])
            self.facts += len(record["facts"])
            self.doubtful += sum(fact["confidence"] < _SURE for fact in record["facts"])


class Batch:
    """A folder that a batch is written into.

    Use it as a context; `add` takes results as they come, in any order, and `finish` makes the files.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], *, resume: bool = False) -> None:
        """Open a folder, made if need be.

        Args:
            folder: Where to write.
            settings: Everything beside the inputs that the results depend on: versions, model, limits.
            resume: Keep what was done under the same settings; else it is done anew.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._settings = dict(settings)
        self._places: dict[str, _Place] = {}
        if resume:
            self._places |= self._finished()
            self._places |= self._journalled()
        keep = resume and self._journal_begins_well()
        self._journal = (folder / JOURNAL).open("ab" if keep else "wb")
        if not keep:
            self._write_line({"settings": self._settings})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()

    def known(self, source: str) -> str | None:
        """The hash of a document that was read before; None if it was not, or could not be."""
        return place.sha256 if (place := self._places.get(source)) else None

    def add(self, done: Done) -> None:
        """Keep what a document gave. When this returns, a stop no longer loses it."""
        if done.unchanged:
            return
        if done.text is not None:
            _write_whole(self._folder / TEXTS / f"{done.sha256}.txt", _encoded(done.text))
        start = self._journal.tell()
        failure = asdict(done.failure) if done.failure else None
        self._write_line(
            {"source": done.source, "sha256": done.sha256, "record": done.record, "failure": failure}
        )
        self._places[done.source] = _Place(done.sha256, JOURNAL, start)

    def _write_line(self, data: object) -> None:
        self._journal.write(_line(data))
        self._journal.flush()

    def results(self, sources: Iterable[str]) -> Iterator[Done]:
        """What documents gave, in order."""
        with ExitStack() as stack:
            files = {
                name: stack.enter_context((self._folder / name).open("rb"))
                for name in (RECORDS, ERRORS, JOURNAL)
                if (self._folder / name).exists()
            }
            for source in sources:
                place = self._places[source]
                files[place.file].seek(place.start)
                yield _done(source, place, files[place.file].readline().decode("utf-8", "surrogatepass"))

    def finish(self, sources: Sequence[str]) -> Summary:
        """Write the files of the batch; whatever they were before is there until all of them are written."""
        summary = Summary()
        inputs = []
        parts = {name: self._folder / f"{name}.part" for name in (RECORDS, ERRORS, MANIFEST)}
        with parts[RECORDS].open("wb") as records, parts[ERRORS].open("wb") as errors:
            for done in self.results(sources):
                summary.add(done)
                if done.record is not None:
                    records.write(_encoded(done.record + "\n"))
                if done.failure:
                    errors.write(_line(asdict(done.failure)))
                inputs.append({"source": done.source, "sha256": done.sha256, "read": done.record is not None})
        manifest = {"settings": self._settings, "inputs": inputs}
        parts[MANIFEST].write_bytes(_encoded(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"))
        # Without a manifest the other two belong to nothing: a stop between these lines costs time, never truth.
        (self._folder / MANIFEST).unlink(missing_ok=True)
        for name, part in parts.items():
            part.replace(self._folder / name)
        self._journal.close()
        (self._folder / JOURNAL).unlink()
        return summary

    def _finished(self) -> dict[str, _Place]:
        """The results of a batch that came to its end, by source."""
        try:
            manifest = json.loads((self._folder / MANIFEST).read_bytes())
            if manifest["settings"] != self._settings:
                return {}
            records, errors = (_line_starts(self._folder / name) for name in (RECORDS, ERRORS))
            places = {}
            for entry in manifest["inputs"]:
                name, starts = (RECORDS, records) if entry["read"] else (ERRORS, errors)
                places[entry["source"]] = _Place(entry["sha256"], name, next(starts))
            return places
        except (OSError, ValueError, KeyError, TypeError, StopIteration, RuntimeError):
            return {}  # none, or not as this program left it: everything is done anew

    def _journal_begins_well(self) -> bool:
        try:
            with (self._folder / JOURNAL).open("rb") as file:
                return bool(json.loads(file.readline())["settings"] == self._settings)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _journalled(self) -> dict[str, _Place]:
        """The results of a batch that was stopped, by source; a line cut off by the stop is taken away."""
        places: dict[str, _Place] = {}
        if not self._journal_begins_well():
            return places
        path = self._folder / JOURNAL
        with path.open("r+b") as file:
            end = len(file.readline())
            for line in file:
                if not line.endswith(b"\n"):
                    break
                entry = json.loads(line)
                places[entry["source"]] = _Place(entry["sha256"], JOURNAL, end)
                end += len(line)
            file.truncate(end)
        return places


def _done(source: str, place: _Place, line: str) -> Done:
    if place.file == RECORDS:
        return Done(source, place.sha256, record=line.rstrip("\n"))
    said = json.loads(line)
    if place.file == ERRORS:
        return Done(source, place.sha256, failure=Failure(**said))
    failure = Failure(**said["failure"]) if said["failure"] else None
    return Done(source, place.sha256, record=said["record"], failure=failure)


def _encoded(text: str) -> bytes:
    """UTF-8; half a surrogate pair, as a file name may hold, included."""
    return text.encode("utf-8", "surrogatepass")


def _line(data: object) -> bytes:
    return _encoded(json.dumps(data, ensure_ascii=False) + "\n")


def _line_starts(path: Path) -> Iterator[int]:
    at = 0
    with path.open("rb") as file:
        for line in file:
            yield at
            at += len(line)


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def model_hash(folder: Path) -> str:
    """What tells one tagger from another of the same name: the hash of its files that inference reads."""
    found = hashlib.sha256()
    for name in ("model.onnx", "tokenizer.json", "tagger.json"):
        found.update((folder / name).read_bytes())
    return found.hexdigest()
