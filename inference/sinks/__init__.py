"""Sinks: records as files of flat tables, one module for each format."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from inference.extract import Failure
from inference.sinks import delimited, excel, parquet, sqlite
from inference.sinks.base import SinkError, library
from models.record import Record

__all__ = ["SINKS", "Sink", "SinkError"]


@dataclass(frozen=True)
class Sink:
    """A format of flat tables.

    Attributes:
        name: As in `--format`.
        needs: The library that it needs beside the base install; None if none.
        write: Writes all records, then all failures, to files in a folder, and gives their paths. The
            records are read one at a time and the failures when the records are at their end. The same
            input gives the same bytes. Raises SinkError if a library is missing.
    """

    name: str
    needs: str | None
    write: Callable[[Iterable[Record], Iterable[Failure], Path], list[Path]]

    def check(self) -> None:
        """Raise SinkError if the library is missing."""
        if self.needs:
            library(self.needs, self.name)


SINKS = {
    sink.name: sink
    for sink in (
        Sink("csv", None, delimited.write),
        Sink("parquet", "pyarrow", parquet.write),
        Sink("sqlite", None, sqlite.write),
        Sink("xlsx", "xlsxwriter", excel.write),
    )
}
