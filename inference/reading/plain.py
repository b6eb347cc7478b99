"""Plain text: which encoding it is in, and nothing changed."""

import codecs
import re

from charset_normalizer import from_bytes

from inference.reading.source import ReadError, SourceText

_BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd]")  # what wrong decoding makes of common characters
_SAMPLE = 20_000  # bytes looked at to tell GB18030 from Big5
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_STRAY = 0.002  # share of control characters that only a binary file has
_SPOILT = 0.02  # share of characters that may be undecodable before a file is taken for no text


def decode(data: bytes, source: str, declared: str | None = None) -> tuple[str, str, int]:
    """The text of some bytes, its encoding, and how many characters had to be replaced by U+FFFD.

    A byte order mark stays in the text, so that decoding the file with the encoding named gives the
    same offsets.

    Args:
        data: The bytes.
        source: For messages.
        declared: What the document says of itself, tried before guessing.

    Raises:
        ReadError: The bytes are not Chinese text in an encoding known here.
    """
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return text, encoding, text.count("\ufffd")
    # Other encodings read as UTF-8 are spoilt all over; a cut or damaged UTF-8 file only here and there.
    text = data.decode("utf-8", "replace")
    replaced = text.count("\ufffd")
    if replaced <= _SPOILT * len(text):
        return text, "utf-8", replaced
    guess = declared or _guess(data)
    encodings = dict.fromkeys([guess, "gb18030", "big5"])
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding, 0
        except UnicodeDecodeError:
            continue
    decoded = {encoding: data.decode(encoding, "replace") for encoding in encodings}
    encoding = min(decoded, key=lambda e: decoded[e].count("\ufffd"))
    replaced = decoded[encoding].count("\ufffd")
    if replaced > _SPOILT * len(decoded[encoding]):
        raise ReadError(
            "not_text", f"{source} is not text in UTF-8, GB18030 or Big5; check what kind of file it is"
        )
    return decoded[encoding], encoding, replaced


def _guess(data: bytes) -> str:
    """GB18030 or Big5: bytes of the one often decode as the other, into characters nobody uses."""
    # A line end is never half of a character, in either.
    head = data[: data.rfind(b"\n", 0, _SAMPLE) + 1] or data
    private = {e: len(_PRIVATE.findall(head.decode(e, "replace"))) for e in ("gb18030", "big5")}
    if private["gb18030"] != private["big5"]:
        return min(private, key=lambda e: private[e])
    best = from_bytes(head, cp_isolation=["gb18030", "big5"]).best()
    return best.encoding if best else "gb18030"


def read_plain(data: bytes, source: str, sha256: str) -> SourceText:
    """The text of a plain-text or Markdown file."""
    text, encoding, replaced = decode(data, source)
    if len(_CONTROL.findall(text)) > _STRAY * len(text):
        raise ReadError("not_text", f"{source} is a binary file, not text")
    return SourceText(text, source, sha256, "text/plain", encoding, replaced=replaced)
