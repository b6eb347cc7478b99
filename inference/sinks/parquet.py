"""Parquet: one file a table."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from inference.extract import Failure
from inference.facts import TABLES, Kind, Row, Table, tabulate
from inference.sinks.base import library, staged
from models.record import Record

ROWS = 50_000  # of a row group: what is held in memory of each table


class _File:
    """A Parquet file that grows by row groups.

    Args:
        path: Of the file.
        table: What it holds.
        arrow: The module pyarrow, which is not imported before it is needed.
    """

    def __init__(self, path: Path, table: Table, arrow: Any) -> None:
        types: dict[Kind, Any] = {
            "text": arrow.string(),
            "integer": arrow.int64(),
            "real": arrow.float64(),
            # A decimal type has one scale for all values; a string keeps each as it was printed.
            "decimal": arrow.string(),
        }
        self._arrow = arrow
        self._schema = arrow.schema(
            [arrow.field(c.name, types[c.kind], nullable=c.nullable) for c in table.columns]
        )
        self._writer = arrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, and write a row group if there are enough for one."""
        self._rows += rows
        if len(self._rows) >= ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        columns = zip(zip(*self._rows, strict=True), self._schema.types, strict=True)
        arrays = [self._arrow.array(values, type) for values, type in columns]
        self._writer.write_batch(self._arrow.record_batch(arrays, schema=self._schema))
        self._rows = []


def write(records: Iterable[Record], failures: Iterable[Failure], folder: Path) -> list[Path]:
    """Write `facts.parquet`, `documents.parquet` and so on.

    Args:
        records: One at a time.
        failures: Read after the records.
        folder: Made if it is not there.

    Returns:
        The paths of the files.

    Raises:
        SinkError: pyarrow is not installed.
    """
    arrow = library("pyarrow", "parquet")
    library("pyarrow.parquet", "parquet")
    names = [f"{table.name}.parquet" for table in TABLES]
    with staged(folder, names) as part, ExitStack() as ends:
        files = {}
        for table, name in zip(TABLES, names, strict=True):
            files[table.name] = _File(part / name, table, arrow)
            ends.callback(files[table.name].close)
        for table, rows in tabulate(records, failures):
            files[table.name].add(rows)
        # The files must be whole before they move.
        ends.close()
    return [folder / name for name in names]
