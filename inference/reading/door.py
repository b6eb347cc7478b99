"""Which reader a file goes to."""

import hashlib
import re
from pathlib import Path

from inference.reading.html import read_html
from inference.reading.plain import read_plain
from inference.reading.source import ReadError, SourceText

LARGEST = 64 * 2**20  # bytes; the largest real report seen is a twentieth of it
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|table|div|meta)\b", re.IGNORECASE)
_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a Word, Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "a gzip file",
    b"Rar!": "a rar archive",
}
_SUFFIXES = {".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".shtml"}


def supported(path: Path) -> bool:
    """Whether a file found in a folder is one to read, by its name."""
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith(".")


def read(path: str | Path) -> SourceText:
    """Read a report.

    Raises:
        ReadError: The file is not there, empty, too large or of a kind that cannot be read.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise ReadError(
                "not_found", f"{path} is a folder; name the files in it, or give it to `nianbao extract`"
            )
        if path.stat().st_size > LARGEST:
            raise ReadError("too_large", f"{path} has more than {LARGEST >> 20} MiB; a report is far smaller")
        data = path.read_bytes()
    except OSError as error:
        raise ReadError("not_found", f"{path} cannot be opened: {error.strerror or error}") from error
    return read_bytes(data, str(path))


def read_bytes(data: bytes, source: str) -> SourceText:
    """Read a report that is in memory; `source` is what the record will say it came from.

    Raises:
        ReadError: As `read`.
    """
    for magic, kind in _BINARY.items():
        if data.startswith(magic):
            raise ReadError("unsupported", f"{source} is {kind}; save it as text or HTML first")
    is_html = Path(source).suffix.lower() in {".html", ".htm", ".xhtml", ".shtml"} or _HTML.search(
        data[:2048]
    )
    reader = read_html if is_html else read_plain
    text = reader(data, source, hashlib.sha256(data).hexdigest())
    if not text.text.strip("\ufeff \t\r\n|"):
        reason = "; a web page may be nested too deeply to be read" if is_html else ""
        raise ReadError("empty", f"{source} holds no text{reason}")
    return text
