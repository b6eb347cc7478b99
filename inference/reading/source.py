"""What reading a file gives, or why it gave nothing."""

from dataclasses import dataclass


class ReadError(Exception):
    """A file that cannot be read as a report.

    Attributes:
        code: Short and stable, for counting: `not_found`, `empty`, `not_text`, `unsupported`, `too_large`, `damaged`,
            `encrypted`, `unsafe`, `no_text_layer`, `needs_libreoffice`, `conversion_failed`.
        message: What is wrong and what to do about it.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class SourceText:
    """The text of a document as it was read; every offset in a record points into `text`.

    Attributes:
        text: For plain text the decoded file, no character changed, a byte order mark included. For
            other formats the extracted text.
        source: Path or URL as given.
        sha256: Of the input bytes, hex.
        media_type: For example `text/html`.
        encoding: `utf-8`, `gb18030`, `big5`, `utf-16-le` or `utf-16-be`; None where the format has its own.
        title: A title the format keeps outside the text (an HTML head), None if there is none.
        replaced: Characters that could not be decoded and stand as U+FFFD.
    """

    text: str
    source: str
    sha256: str
    media_type: str
    encoding: str | None
    title: str | None = None
    replaced: int = 0
