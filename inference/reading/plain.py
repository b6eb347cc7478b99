"""Plain text: which encoding it is in, and nothing changed."""

import codecs

from charset_normalizer import from_bytes

from inference.reading.source import ReadError, SourceText

_BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SAMPLE = 20_000  # bytes looked at to tell GB18030 from Big5
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
            return data.decode(encoding, "replace"), encoding, 0
    try:
        return data.decode("utf-8"), "utf-8", 0
    except UnicodeDecodeError:
        pass
    guess = declared or _guess(data)
    encodings = dict.fromkeys([guess, "gb18030", "big5", "utf-8"])
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
    head = data[:_SAMPLE]
    best = from_bytes(head, cp_isolation=["gb18030", "big5"]).best()
    return best.encoding if best else "gb18030"


def read_plain(data: bytes, source: str, sha256: str) -> SourceText:
    """The text of a plain-text or Markdown file."""
    text, encoding, replaced = decode(data, source)
    if text.count("\x00") > _SPOILT * len(text):
        raise ReadError("not_text", f"{source} is a binary file, not text")
    return SourceText(text, source, sha256, "text/plain", encoding, replaced=replaced)
