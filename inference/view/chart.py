"""Small charts of an agency's numbers: places of points and lines, for drawing as SVG."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inference.view.summary import Point, Series

WIDTH, HEIGHT = 200, 72
_LEFT, _RIGHT, _TOP, _BOTTOM = 10, 10, 12, 10


@dataclass(frozen=True)
class Dot:
    """A point that has a value, at its place in the drawing."""

    x: float
    y: float
    point: Point


@dataclass(frozen=True)
class Chart:
    """One series with at least two values.

    Attributes:
        dots: Its values.
        lines: For each run of years without a gap the dots that a line goes through.
        zero: Where 0 is.
        is_flat: Whether all values are the same, so that there is little to see.
    """

    series: Series
    dots: tuple[Dot, ...]
    lines: tuple[tuple[Dot, ...], ...]
    zero: float
    is_flat: bool


def charts(series: Iterable[Series]) -> list[Chart]:
    """A chart for each series that has at least two values, in the same years for all; 0 is always in it."""
    stated = [s for s in series if sum(p.value is not None for p in s.points) > 1]
    years = [p.year for s in stated for p in s.points]
    return [_chart(s, min(years), max(years)) for s in stated]


def _chart(series: Series, first: int, last: int) -> Chart:
    points = [p for p in series.points if p.value is not None]
    values = [Decimal(p.value or 0) for p in points]
    low, high = min(*values, Decimal(0)), max(*values, Decimal(0))
    step = (WIDTH - _LEFT - _RIGHT) / max(1, last - first)
    room = HEIGHT - _TOP - _BOTTOM

    def height(value: Decimal) -> float:
        share = float((value - low) / (high - low)) if high > low else 0.0
        return round(HEIGHT - _BOTTOM - share * room, 1)

    dots = tuple(
        Dot(round(_LEFT + (point.year - first) * step, 1), height(value), point)
        for point, value in zip(points, values, strict=True)
    )
    return Chart(series, dots, tuple(_runs(dots)), height(Decimal(0)), len(set(values)) == 1)


def _runs(dots: Sequence[Dot]) -> list[tuple[Dot, ...]]:
    """Dots of years that follow one another; those of two reports on one year are both in the run."""
    runs: list[list[Dot]] = []
    for dot in dots:
        if runs and dot.point.year - runs[-1][-1].point.year <= 1:
            runs[-1].append(dot)
        else:
            runs.append([dot])
    return [tuple(run) for run in runs if len(run) > 1]
