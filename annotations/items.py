"""Labelled passages: what they are, and reading and writing them as JSON Lines."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from inference.normalize import NormalText
from inference.numbers import Number
from models.labels import load_labels
from models.record import Period, Qualifier


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
    value: str
    unit: str
    qualifier: Qualifier
    period: Period


@dataclass(frozen=True)
class Item:
    """A labelled passage; figures in order."""

    text: str
    figures: tuple[GoldFigure, ...]


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a JSON Lines file that are not blank, each with its file and number.

    Raises:
        DataError: It cannot be read, or is no text in UTF-8.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: no text in UTF-8: {error}") from error
    # Not splitlines(): text of the web holds other separators, raw.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"{path}, line {number}", line


def read_items(path: Path) -> list[Item]:
    """The items of a JSON Lines file.

    Raises:
        DataError: There is no such file, a line is no item, a label is unknown, or a span lies outside the text
            or overlaps another.
    """
    labels = load_labels()
    items = []
    for where, line in read_lines(path):
        try:
            data = json.loads(line)
            figures = tuple(GoldFigure(**f) for f in data["figures"])
            text = data["text"]
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{where}: not an item with text and figures: {error}") from error
        last = 0
        for figure in figures:
            if figure.label not in labels:
                raise DataError(f"{where}: unknown label {figure.label!r}")
            if not last <= figure.start < figure.end <= len(text):
                raise DataError(f"{where}: span {figure.start}-{figure.end} is outside the text or overlaps")
            last = figure.end
        items.append(Item(text, figures))
    return items


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
