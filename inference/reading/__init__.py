"""The one door for files: `read(path)` gives the text that everything else points into."""

from inference.reading.door import read, read_bytes, supported
from inference.reading.source import ReadError, SourceText

__all__ = ["ReadError", "SourceText", "read", "read_bytes", "supported"]
