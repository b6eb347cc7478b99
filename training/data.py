"""Labelled text: reading it, and turning it into what a token classifier learns from."""

import json
import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tokenizers import Tokenizer

from inference.normalize import NormalText, normalize
from inference.numbers import Number, find_numbers
from inference.passages import windows
from inference.tagging import CONTEXT
from models.labels import load_labels
from models.record import Period, Qualifier
from models.tagger import NO_LABEL, PERIODS

IGNORED = -100  # the class of tokens that are no number; the loss skips them


class DataError(Exception):
    """Labelled text that cannot be used; the message names file, line and field."""


@dataclass(frozen=True)
class GoldFigure:
    """A labelled figure; offsets are characters into the item's text, half open."""

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


def class_names() -> tuple[str, ...]:
    """`O` and the labels, in the order of a tagger's scores."""
    return (NO_LABEL, *load_labels())


def gold_of(number: Number, spans: Sequence[tuple[int, int, GoldFigure]]) -> GoldFigure | None:
    """The gold figure that a number overlaps, None if it counts nothing."""
    return next((g for start, end, g in spans if number.start < end and start < number.end), None)


def placed(item: Item, normal: NormalText) -> list[tuple[int, int, GoldFigure]]:
    """The figures of an item with their spans in its normalised text."""
    offsets = normal.offsets
    return [(bisect_left(offsets, f.start), bisect_left(offsets, f.end), f) for f in item.figures]


def join(items: Sequence[Item], draw: random.Random) -> list[Item]:
    """Items joined at random into passages of one to four, as sentences stand in a report, each used once."""
    order = list(items)
    draw.shuffle(order)
    joined = []
    while order:
        group = [order.pop() for _ in range(min(draw.randint(1, 4), len(order)))]
        text, figures = "", []
        for item in group:
            text += "\n" if text else ""
            by = len(text)
            figures += [
                GoldFigure(**{**f.__dict__, "start": f.start + by, "end": f.end + by}) for f in item.figures
            ]
            text += item.text
        joined.append(Item(text, tuple(figures)))
    return joined


def features(items: Sequence[Item], tokenizer: Tokenizer, max_tokens: int) -> Iterator[dict[str, Any]]:
    """Input ids, label classes and period classes of every window of some items that holds a number."""
    classes = {name: i for i, name in enumerate(class_names())}
    for item in items:
        normal = normalize(item.text)
        numbers = list(find_numbers(normal.text))
        spans = placed(item, normal)
        for window in windows(normal.text, 0, len(normal.text), max_tokens - 2, CONTEXT):
            encoded = tokenizer.encode(normal.text[window.start : window.end])
            labels, periods = [IGNORED] * len(encoded.ids), [IGNORED] * len(encoded.ids)
            for number in numbers:
                if not window.first <= number.start < window.end:
                    continue
                gold = gold_of(number, spans)
                for i, (a, b) in enumerate(encoded.offsets):
                    if a + window.start < number.end and number.start < b + window.start:
                        labels[i] = classes[gold.label] if gold else 0
                        periods[i] = PERIODS.index(gold.period) if gold else IGNORED
            if any(label != IGNORED for label in labels):
                yield {"input_ids": encoded.ids, "labels": labels, "periods": periods}
