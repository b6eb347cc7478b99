"""Labelled passages: what they are, and reading and writing them as JSON Lines."""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from inference.normalize import NormalText
from inference.numbers import Number
from models.labels import load_labels
from models.record import Period, Qualifier

T = TypeVar("T")
_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
VALUE = r"^-?[0-9]{1,30}(\.[0-9]{1,10})?$"
Value = Annotated[str, Field(pattern=VALUE)]


class DataError(Exception):
    """Labelled text that cannot be used; the message names file, line and field."""


@dataclass(frozen=True)
class GoldFigure:
    """A labelled figure; offsets are characters into the item's text, half open.

    `value` is a decimal string with multipliers applied, `unit` is as printed, without them.
    """

    label: str
    start: int
    end: int
    value: Value
    unit: str
    qualifier: Qualifier
    period: Period


@dataclass(frozen=True)
class Item:
    """A labelled passage; figures in order."""

    text: str
    figures: tuple[GoldFigure, ...]


def read_text(path: Path) -> str:
    """The text of a file, its line ends as they are.

    Raises:
        DataError: It cannot be read, or is no text in UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: no text in UTF-8: {error}") from error


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a JSON Lines file that are not blank, each with its file and number; raises as `read_text`."""
    # Not splitlines(): text of the web holds other separators, raw.
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            yield f"{path}, line {number}", line


def parse(kind: type[T], data: object, where: str) -> T:
    """A JSON text, or what another kind of file held, as a type.

    Raises:
        DataError: It does not fit; the message begins with `where` and names the field.
    """
    adapter: TypeAdapter[T] = _adapter(kind)
    try:
        return adapter.validate_json(data) if isinstance(data, str) else adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        parts = [
            f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"] if part != "[key]"
        ]
        place = "".join(parts).lstrip(".")
        raise DataError(
            f"{where}{', ' if place else ''}{place}: {first['msg'].removeprefix('Value error, ')}"
        ) from error


def read_items(path: Path) -> list[Item]:
    """The items of a JSON Lines file.

    Raises:
        DataError: There is no such file, a line is no item, a label is unknown, or a span lies outside the text
            or overlaps another.
    """
    items = []
    for where, line in read_lines(path):
        item = parse(Item, line, where)
        try:
            check_figures(item.figures, 0, len(item.text))
        except ValueError as error:
            raise DataError(f"{where}: {error}") from error
        items.append(item)
    return items


def check_figures(figures: Iterable[GoldFigure], start: int, end: int) -> None:
    """Raise ValueError unless figures have known labels and stand in order, apart, between `start` and `end`."""
    last = start
    for figure in figures:
        if figure.label not in load_labels():
            raise ValueError(f"unknown label {figure.label!r}")
        if not last <= figure.start < figure.end <= end:
            raise ValueError(
                f"span {figure.start}-{figure.end} is empty, outside the text or overlaps another"
            )
        last = figure.end


def write_items(path: Path, items: Iterable[Item]) -> None:
    """Write items as JSON Lines, as `read_items` reads them."""
    lines = (json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in items)
    path.write_text("".join(lines), "utf-8", newline="")


def split_files(folder: Path, split: str) -> list[Path]:
    """The files of `train`, `dev` or `test`, as `splits.yaml` of the folder says.

    Raises:
        DataError: The folder or the split is not there or not usable.
    """
    where = folder / "splits.yaml"
    try:
        names = yaml.safe_load(where.read_text("utf-8"))[split]
        return [folder / f"{name}.jsonl" for name in names]
    except OSError as error:
        raise DataError(f"{where}: {error.strerror}") from error
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise DataError(f"{where}: it lists no files for the split {split!r}") from error


def read_split(folder: Path, split: str) -> list[Item]:
    """The items of a split, at least one; raises `DataError` as `split_files` and `read_items`."""
    items = [item for file in split_files(folder, split) for item in read_items(file)]
    if not items:
        raise DataError(f"{folder}: the split {split!r} holds no labelled items")
    return items


def placed(item: Item, normal: NormalText) -> list[tuple[int, int, GoldFigure]]:
    """The figures of an item with their spans in its normalised text."""
    offsets = normal.offsets
    return [(bisect_left(offsets, f.start), bisect_left(offsets, f.end), f) for f in item.figures]


def gold_of(number: Number, spans: Sequence[tuple[int, int, GoldFigure]]) -> GoldFigure | None:
    """The gold figure that a number overlaps, None if it counts nothing."""
    return next((g for start, end, g in spans if number.start < end and start < number.end), None)
