"""Marked text as the files of other tools hold it, and the items it makes: what the formats have in common."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pydantic import BaseModel

from annotations.items import DataError, GoldFigure, Item, Value, check_figures
from annotations.reading import read_figure
from models.record import Period, Qualifier


class Said(BaseModel):
    """What a file says of a figure beside its label and span; None where it says nothing."""

    value: Value | None = None
    unit: str | None = None
    qualifier: Qualifier | None = None
    period: Period | None = None


@dataclass(frozen=True)
class Mark:
    """A labelled span of a file, not yet checked.

    Attributes:
        where: File and place in it, for messages.
        label: Its label id.
        start, end: Characters into the text, half open.
        said: What else the file says of it.
    """

    where: str
    label: str
    start: int
    end: int
    said: Said = field(default_factory=Said)


def make_item(text: str, marks: Iterable[Mark]) -> Item:
    """A passage from its marks, in any order; what the file does not say of a figure is read from the text.

    Raises:
        DataError: A label is unknown, a span is empty, outside the text or overlaps another, or no number is read
            in it and the file gives no value.
    """
    figures: list[GoldFigure] = []
    last = 0
    for mark in sorted(marks, key=lambda m: m.start):
        bare = GoldFigure(mark.label, mark.start, mark.end, "", "", "exact", "year")
        try:
            check_figures([bare], last, len(text))
        except ValueError as error:
            raise DataError(f"{mark.where}: {error}") from error
        read = read_figure(text, mark.label, mark.start, mark.end)
        if read is None and mark.said.value is None:
            raise DataError(f"{mark.where}: no number is read in {text[mark.start : mark.end]!r}")
        figures.append(replace(read or bare, **mark.said.model_dump(exclude_none=True)))
        last = mark.end
    return Item(text, tuple(figures))
