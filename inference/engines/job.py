"""One document of a batch: what is asked of a worker, and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from inference.extract import Extracted, Failure, extract_one
from inference.reading import ReadError, remote
from inference.reading.archive import SUFFIX, member, members
from inference.reading.door import SUFFIXES
from inference.reading.files import LARGEST, load
from inference.reading.pdf import PAGES
from inference.tagging import Backend, load_tagger


class EngineError(Exception):
    """An engine that cannot begin or go on; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What one document may take.

    Attributes:
        seconds: Of wall-clock time; what LibreOffice converts has a minute more.
        memory: Bytes, beyond what a worker has when it begins; not held where the system cannot (Windows, macOS).
        size: Bytes of the file, and of a document in an archive.
        pages: Of a PDF.
    """

    seconds: float = 7.0
    memory: int = 700 * 2**20
    size: int = LARGEST
    pages: int = PAGES


@dataclass(frozen=True)
class Job:
    """A document to be read.

    Attributes:
        path: Of the file, or a URL.
        member: Its name in the archive that the file is; None for a file that is the document.
        known: Hash of the bytes it had when it was read before; None if it was not.
        name: What the file is called, where it does not lie under its own name; None where it does.
    """

    path: str
    member: str | None = None
    known: str | None = None
    name: str | None = None

    @property
    def source(self) -> str:
        """What records and failures say it came from."""
        name = self.name or self.path
        return name if self.member is None else f"{name}!/{self.member}"

    @property
    def is_archive(self) -> bool:
        """Whether it is to be taken apart and not to be read."""
        return self.member is None and self.source.lower().endswith(SUFFIX)


@dataclass(frozen=True)
class Done:
    """What a document gave: a record or a failure, unless it is unchanged.

    Attributes:
        source: Of the job.
        sha256: Of its bytes; None if they could not be had.
        unchanged: The hash is the one that was known; nothing else was done.
        record: As JSON.
        text: What the offsets of the record point into; None unless asked for.
        names: Of the reports in an archive, where that was asked.
    """

    source: str
    sha256: str | None
    unchanged: bool = False
    record: str | None = None
    failure: Failure | None = None
    text: str | None = None
    names: Sequence[str] = field(default=())


class Reader:
    """Reads one document after another, with a tagger that is loaded once for all of them; lists archives."""

    def __init__(
        self, model: Path | None, backend: Backend, threads: int, limits: Limits, texts: bool
    ) -> None:
        """Load the tagger.

        Args:
            model, threads, backend: As in `load_tagger`.
            limits: Of each document; its time and memory are for others to hold.
            texts: Whether to give the texts of records.
        """
        self._tagger = load_tagger(model, threads, backend)
        self._limits, self._texts = limits, texts
        self._list = Lister(limits)

    def __call__(self, job: Job) -> Done:
        """Read a document, whatever it is; list an archive of which no member is named."""
        if job.is_archive:
            return self._list(job)
        sha256, result = extract_one(
            job.source, lambda: _bytes(job, self._limits.size), self._tagger, job.known, self._limits.pages
        )
        if isinstance(result, Extracted):
            text = result.text if self._texts else None
            return Done(job.source, sha256, record=result.record.model_dump_json(), text=text)
        return Done(job.source, sha256, unchanged=result is None, failure=result)


class Lister:
    """Says what reports an archive holds."""

    def __init__(self, limits: Limits) -> None:
        """Take the limits of an archive, of which its size counts."""
        self._largest = limits.size

    def __call__(self, job: Job) -> Done:
        """List an archive."""
        try:
            names = members(_file(job.path, self._largest), job.source, SUFFIXES)
            return Done(job.source, None, names=names)
        except ReadError as error:
            return Done(job.source, None, failure=Failure(job.source, error.code, error.message))


def _bytes(job: Job, largest: int) -> bytes:
    if job.member is None:
        return _file(job.path, largest)
    file = _fetched if remote.is_url(job.path) else _file
    return member(file(job.path, largest), job.name or job.path, job.member, largest)


def _file(path: str, largest: int) -> bytes:
    return remote.load(path, largest) if remote.is_url(path) else load(Path(path), largest)


# An archive is fetched once for all the documents of it that follow each other.
_fetched = lru_cache(maxsize=1)(_file)
