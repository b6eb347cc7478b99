"""Ruled tables of a PDF page: from rules to a grid, merged cells resolved."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from inference.reading.pdf_glyphs import Glyph, cell_text

_NEAR = 3.0  # points; rules nearer than this are one, or meet
_SHORT = 5.0  # points; a shorter rule is a dot, or part of a picture
_BEYOND = 6.0  # points; rules that reach further than those across them have lost their outer border
_MOST_PAIRS = 400_000  # of rules across each other on a page; more are a drawing
_LONGEST, _MIDDLING = 400, 40  # characters of the longest and the middling cell of a table that holds data

Segment = tuple[float, float, float]  # place across, start and end along, in points


@dataclass
class Table:
    """A table, or the part of one that stands on a page.

    Attributes:
        rows: What the cells say; a cell that spans others is followed by empty ones.
        columns: Where the columns begin and the last one ends, in points.
        top, bottom: Its edges, in points from the top of the page.
        page: Number of the page, from 0.
        is_open: Whether the rule below the last row is missing, so that the row may go on overleaf.
    """

    rows: list[list[str]]
    columns: list[float]
    top: float
    bottom: float
    page: int
    is_open: bool

    def lines(self) -> list[str]:
        """One line of bars a row, rows that say nothing left out."""
        return ["| " + " | ".join(c.replace("|", "/") for c in row) + " |" for row in self.rows if any(row)]


def _joined(segments: Iterable[Segment]) -> list[Segment]:
    """Segments on one line that touch made one; short ones left out."""
    whole: list[Segment] = []
    groups: list[list[Segment]] = []
    for segment in sorted(segments):
        if groups and segment[0] - groups[-1][0][0] < 1.0:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    for group in groups:
        across = group[len(group) // 2][0]
        group.sort(key=lambda s: s[1])
        _, start, end = group[0]
        for _, first, last in group[1:]:
            if first - end > _NEAR:
                whole.append((across, start, end))
                start = first
            end = max(end, last)
        whole.append((across, start, end))
    return [s for s in whole if s[2] - s[1] >= _SHORT]


def _meeting(
    level: Sequence[Segment], upright: Sequence[Segment]
) -> list[tuple[list[Segment], list[Segment]]]:
    """Groups of level and upright rules that hang together."""
    if not level or not upright or len(level) * len(upright) > _MOST_PAIRS:
        return []
    a, b = np.array(level)[:, None, :], np.array(upright)[None, :, :]
    meet = (
        (b[..., 0] > a[..., 1] - _NEAR)
        & (b[..., 0] < a[..., 2] + _NEAR)
        & (a[..., 0] > b[..., 1] - _NEAR)
        & (a[..., 0] < b[..., 2] + _NEAR)
    )
    group = np.full(len(level), -1)
    found = []
    for first in range(len(level)):
        if group[first] >= 0 or not meet[first].any():
            continue
        rows, more = np.zeros(len(level), bool), np.arange(len(level)) == first
        while (more != rows).any():
            rows = more
            columns = meet[rows].any(axis=0)
            more = meet[:, columns].any(axis=1)
        group[rows] = first
        found.append(
            ([level[i] for i in np.flatnonzero(rows)], [upright[i] for i in np.flatnonzero(columns)])
        )
    return found


def _edges(segments: Sequence[Segment], others: Sequence[Segment]) -> tuple[list[float], bool]:
    """The lines of a grid in one direction, and whether the last had to be taken from the ends of the others."""
    places: list[list[float]] = []
    for across, _, _ in sorted(segments):
        if places and across - places[-1][-1] < _NEAR:
            places[-1].append(across)
        else:
            places.append([across])
    edges = [sum(p) / len(p) for p in places]
    first, last = min(s[1] for s in others), max(s[2] for s in others)
    is_open = last > edges[-1] + _BEYOND
    return [first] * (first < edges[0] - _BEYOND) + edges + [last] * is_open, is_open


def _walls(segments: Sequence[Segment], edges: Sequence[float], steps: Sequence[float]) -> list[list[bool]]:
    """For each inner line of a grid, beside which of the steps along it a rule stands."""
    walls = [[False] * (len(steps) - 1) for _ in range(len(edges))]
    middles = [(a + b) / 2 for a, b in pairwise(steps)]
    for across, start, end in segments:
        at = min(range(len(edges)), key=lambda i: abs(edges[i] - across))
        for i in range(bisect_right(middles, start), bisect_right(middles, end)):
            walls[at][i] = True
    return walls


def _regions(
    level: Sequence[Segment], upright: Sequence[Segment], xs: list[float], ys: list[float]
) -> list[list[int]]:
    """For each field of the grid the number of its cell: that of the cell's first field, row by row."""
    beside, below = _walls(upright, xs, ys), _walls(level, ys, xs)
    height, width = len(ys) - 1, len(xs) - 1
    cells = [[-1] * width for _ in range(height)]
    for row in range(height):
        for column in range(width):
            if cells[row][column] >= 0:
                continue
            number = row * width + column
            waiting = [(row, column)]
            while waiting:
                r, c = waiting.pop()
                if cells[r][c] >= 0:
                    continue
                cells[r][c] = number
                if c + 1 < width and not beside[c + 1][r]:
                    waiting.append((r, c + 1))
                if c and not beside[c][r]:
                    waiting.append((r, c - 1))
                if r + 1 < height and not below[r + 1][c]:
                    waiting.append((r + 1, c))
                if r and not below[r][c]:
                    waiting.append((r - 1, c))
    return cells


def _table(
    level: list[Segment], upright: list[Segment], glyphs: Sequence[Glyph], page: int
) -> tuple[Table, set[int]] | None:
    """The table that some rules make and the glyphs in it, by number; None if they make none that holds data."""
    xs, _ = _edges(upright, level)
    ys, is_open = _edges(level, upright)
    width = len(xs) - 1
    if width < 2 or len(ys) < 2 or width * len(ys) > _MOST_PAIRS:
        return None
    cells = _regions(level, upright, xs, ys)
    held: dict[int, list[int]] = defaultdict(list)
    for number, glyph in enumerate(glyphs):
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        if xs[0] <= x < xs[-1] and ys[0] <= y < ys[-1]:
            held[cells[bisect_right(ys, y) - 1][bisect_right(xs, x) - 1]].append(number)
    right = {cells[r][c]: xs[c + 1] for r in range(len(cells)) for c in range(width)}
    texts = {
        n: cell_text([glyphs[i] for i in inside], right[n] - xs[n % width]) for n, inside in held.items()
    }
    lengths = sorted(map(len, texts.values()))
    if len({n for row in cells for n in row}) < 2 or not lengths:
        return None
    if lengths[-1] > _LONGEST or lengths[len(lengths) // 2] > _MIDDLING:
        return None
    rows = [
        [texts.get(n, "") if n == r * width + c else "" for c, n in enumerate(row)]
        for r, row in enumerate(cells)
    ]
    table = Table(rows, xs, ys[0], ys[-1], page, is_open)
    return table, {i for inside in held.values() for i in inside}


def find_tables(
    glyphs: Sequence[Glyph], rules: Iterable[tuple[float, float, float, float]], page: int
) -> tuple[list[Table], list[Glyph]]:
    """The ruled tables of a page, and the glyphs outside them.

    Args:
        glyphs: All of the page.
        rules: Boxes (x0, top, x1, bottom) of no height or no width.
        page: Number of the page, kept in the tables.
    """
    level: list[Segment] = []
    upright: list[Segment] = []
    for x0, top, x1, bottom in rules:
        if x1 - x0 > bottom - top:
            level.append(((top + bottom) / 2, x0, x1))
        else:
            upright.append(((x0 + x1) / 2, top, bottom))
    tables = []
    rest = list(glyphs)
    groups = _meeting(_joined(level), _joined(upright))
    # A table inside a frame is found before the frame.
    for level, upright in sorted(
        groups, key=lambda g: max(s[2] - s[1] for s in g[0]) * max(s[2] - s[1] for s in g[1])
    ):
        found = _table(level, upright, rest, page)
        if found:
            tables.append(found[0])
            rest = [g for i, g in enumerate(rest) if i not in found[1]]
    return sorted(tables, key=lambda t: t.top), rest
