"""What the number grammar reads where a person marked text."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from annotations.items import GoldFigure
from inference.normalize import NormalText, half_width, normalize
from inference.numbers import Number, find_numbers, plain
from models.record import Qualifier


@dataclass(frozen=True)
class Reading:
    """A number as the grammar reads it.

    Attributes:
        start, end: Characters into the text as it was given, half open; unit and glued words of approximation included.
        value: A decimal string with multipliers applied.
        unit: As printed, without its multiplier; empty if none is printed.
        qualifier: What the words glued to it or right in front of it say.
    """

    start: int
    end: int
    value: str
    unit: str
    qualifier: Qualifier


def read_number(text: str, start: int, end: int) -> Reading | None:
    """The number that shares most characters with `text[start:end]`, the first of equals; None if none shares any.

    Args:
        text: As printed, not normalised; what stands around the stretch is read, too.
        start, end: Characters into it, half open.
    """
    normal, numbers = _numbers(text)
    first, last = bisect_left(normal.offsets, start), bisect_left(normal.offsets, end)

    def shared(number: Number) -> int:
        return min(last, number.end) - max(first, number.start)

    number = max(numbers, key=shared, default=None)
    return _reading(text, normal, number) if number and shared(number) > 0 else None


def read_numbers(text: str, start: int, end: int) -> list[Reading]:
    """Every number that begins in `text[start:end]`, in order; arguments as for `read_number`."""
    normal, numbers = _numbers(text)
    readings = (_reading(text, normal, number) for number in numbers)
    return [reading for reading in readings if start <= reading.start < end]


def read_figure(text: str, label: str, start: int, end: int) -> GoldFigure | None:
    """`text[start:end]` as a figure of the year, with the span as it is given; None as for `read_number`."""
    number = read_number(text, start, end)
    if number is None:
        return None
    return GoldFigure(label, start, end, number.value, number.unit, number.qualifier, "year")


@lru_cache(maxsize=1)  # the figures of a text are read one after another
def _numbers(text: str) -> tuple[NormalText, Sequence[Number]]:
    normal = normalize(text)
    return normal, tuple(find_numbers(normal.text))


def _reading(text: str, normal: NormalText, number: Number) -> Reading:
    # The unit keeps the script of the text: 1855條 has 條.
    printed = "".join(text[i] for i in normal.offsets[number.unit_start : number.unit_end])
    return Reading(
        *normal.span(number.start, number.end),
        plain(number.value),
        half_width(printed) or number.unit,
        number.qualifier,
    )
