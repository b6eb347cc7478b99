"""Web archives (.mht, .mhtml, and .doc files that Word saved as one): the page inside them (RFC 2557)."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.message import Message

from inference.reading.html import read_html
from inference.reading.source import ReadError, SourceText

MEDIA_TYPE = "multipart/related"
_PAGES = ("text/html", "application/xhtml+xml")
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?\s*[A-Za-z][A-Za-z-]*:")
_MARK = re.compile(rb"^(?:mime-version:|content-type:\s*multipart/)", re.IGNORECASE | re.MULTILINE)
_FRAMES = re.compile(rb"<i?frame", re.IGNORECASE)
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_MOST_BOUNDARIES = (
    20  # parts within parts; a saved page has one or two, and each slows the reading of all lines
)
_MOST_PARTS = 20_000  # lines that may begin one
_UNICODE = {"utf-8", "utf8", "unicode", "utf-16", "utf-16le", "utf-16be"}
_CODECS = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "unicode": "utf-16"}


def is_mhtml(data: bytes) -> bool:
    """Whether a file begins like a web archive: with mail headers."""
    return bool(_HEADER.match(data) and _MARK.search(data[:4096]))


def read_mhtml(data: bytes, source: str, sha256: str) -> SourceText:
    """The main page of a web archive, or the frame with most text if the page only holds frames.

    Raises:
        ReadError: `unsupported` if it holds no page, `damaged` if its parts cannot be told apart, and as
            `read_html`.
    """
    pages = _pages(data, source)
    main = read_html(pages[0], source, sha256)
    if len(pages) > 1 and _FRAMES.search(pages[0]):
        framed = read_html(max(pages[1:], key=len), source, sha256)
        if len(framed.text) > len(main.text):
            main = replace(framed, title=framed.title or main.title)
    return replace(main, media_type=MEDIA_TYPE, encoding=None)


def _pages(data: bytes, source: str) -> list[bytes]:
    """The HTML parts, the one that the archive calls its start first; at least one."""
    if len(_BOUNDARY.findall(data)) > _MOST_BOUNDARIES or data.count(b"\n--") > _MOST_PARTS:
        raise ReadError("damaged", f"{source} has parts within parts like no web page; save the page again")
    try:
        message = message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip())
        parts = [p for p in message.walk() if p.get_content_type() in _PAGES]
    except RecursionError as error:  # letters within letters
        raise ReadError(
            "damaged", f"{source} has parts within parts like no web page; save it again"
        ) from error
    start = message.get_param("start")
    parts.sort(key=lambda part: part.get("Content-ID") != start if start else False)
    if not parts:
        raise ReadError("unsupported", f"{source} is a web archive without a page in it; save it as HTML")
    return [_decoded(part) for part in parts]


def _decoded(part: Message) -> bytes:
    """A page in UTF-8 if the encoding its part declares fits, else as it is: the page may know better."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = (part.get_content_charset() or "").lower()
    codec = _CODECS.get(charset, charset if charset in _UNICODE else None)
    try:
        return data.decode(codec).encode("utf-8") if codec else data
    except UnicodeError:
        return data
