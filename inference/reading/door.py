"""Which reader a file goes to: by what it holds, not by its name, which is often wrong."""

import hashlib
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePath

from inference.reading.docx import read_docx
from inference.reading.files import load
from inference.reading.html import read_html
from inference.reading.mhtml import is_mhtml, read_mhtml
from inference.reading.office import CONVERTED, ole_suffix, read_office
from inference.reading.package import office_suffix
from inference.reading.pdf import PAGES, read_pdf
from inference.reading.plain import read_plain
from inference.reading.source import ReadError, SourceText

Reader = Callable[[bytes, str, str], SourceText]

# The names of files that a folder or an archive is searched for.
SUFFIXES = CONVERTED | {
    ".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml", ".pdf", ".docx", ".docm"
}  # fmt: skip
_PAGES = {".html", ".htm", ".xhtml", ".shtml"}
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|table|div|meta)\b", re.IGNORECASE)
_OFFICE_XML = re.compile(rb"<\?mso-application|schemas\.microsoft\.com/office/(?:word/2003|2006/xmlPackage)")
_BINARY = {
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x1f\x8b": "a gzip file",
    b"Rar!": "a rar archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
}
_WITHOUT_READER = {".pptx": "a PowerPoint file", ".odp": "a presentation"}


def supported(path: PurePath) -> bool:
    """Whether a file found in a folder is one to read, by its name."""
    # Word leaves ~$ files beside open documents.
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$"))


def read(path: str | Path) -> SourceText:
    """Read a report.

    Raises:
        ReadError: The file is not there, empty, too large or of a kind that cannot be read.
    """
    return read_bytes(load(Path(path)), str(path))


def read_bytes(data: bytes, source: str, pages: int = PAGES) -> SourceText:
    """Read a report that is in memory.

    Args:
        data: Its bytes.
        source: What the record will say it came from.
        pages: That a PDF may have.

    Raises:
        ReadError: As `read`.
    """
    reader = _reader(data, source, pages)
    text = reader(data, source, hashlib.sha256(data).hexdigest())
    if not text.text.strip("\ufeff \t\r\n|"):
        reason = (
            "; a web page may be nested too deeply, or hold too much on one line, to be read"
            if reader is read_html
            else ""
        )
        raise ReadError("empty", f"{source} holds no text{reason}")
    return text


def _reader(data: bytes, source: str, pages: int) -> Reader:
    """The reader for what the bytes are; only a page without any of the usual tags is known by its name.

    Raises:
        ReadError: `unsupported`, `encrypted`.
    """
    for magic, kind in _BINARY.items():
        if data.startswith(magic):
            raise ReadError("unsupported", f"{source} is {kind}; save it as text or HTML first")
    if b"%PDF-" in data[:1024]:
        return partial(read_pdf, pages=pages)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(data, source)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return partial(read_office, suffix=ole_suffix(data, source))
    if data.startswith(b"{\\rtf"):
        return partial(read_office, suffix=".rtf")
    head = _ascii(data[:4096])
    if head.startswith(b"<?xml") and (program := _OFFICE_XML.search(head)):
        return partial(read_office, suffix=".xls" if b"Excel.Sheet" in head[program.start() :] else ".xml")
    if is_mhtml(data):
        return read_mhtml
    is_page = Path(source).suffix.lower() in _PAGES or _HTML.search(head[:2048])
    return read_html if is_page else read_plain


def _in_zip(data: bytes, source: str) -> Reader:
    suffix = office_suffix(data)
    if suffix is None:
        raise ReadError("unsupported", f"{source} is a zip archive; unpack it and give the files in it")
    if suffix in _WITHOUT_READER:
        raise ReadError(
            "unsupported",
            f"{source} is {_WITHOUT_READER[suffix]}, not a report; save it as text or HTML first",
        )
    return read_docx if suffix == ".docx" else partial(read_office, suffix=suffix)


def _ascii(head: bytes) -> bytes:
    """The beginning of a file with its ASCII characters one byte each, and no byte order mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode("utf-8")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()
