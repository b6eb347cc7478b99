"""Glyphs of a page, and how they make lines and words."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

_NUMERIC = re.compile(r"[+-]?[\d.,% ]+")
_STRETCHED = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_ASCII = re.compile(r"[!-~]")
_NUMBERING = re.compile(r"[\d(（]")
_LETTER = re.compile(r"[A-Za-z]")
_WIDE = 0.8  # of the size; a greater gap sets two words apart that do not belong together
_CLOSE = 0.35  # of the size; the same in a table
_FIGURES = 0.6  # of the size; the same between figures
_WORD = 0.25  # of the size; a gap between two words in Latin letters
_TWICE = 0.2  # of the size; the same character nearer than this was drawn twice, to look bold


class Glyph(NamedTuple):
    """A character and its box in points, y downwards; `turn` in quarter turns against the clock."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    turn: int = 0

    @property
    def size(self) -> float:
        """The height of its box."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Line:
    """Glyphs on one line, from left to right, none of them a space.

    Attributes:
        glyphs: At least one.
        spaces: Whether a printed space stands in front of each glyph.
    """

    glyphs: tuple[Glyph, ...]
    spaces: tuple[bool, ...]

    @property
    def x0(self) -> float:
        """Left end."""
        return self.glyphs[0].x0

    @property
    def x1(self) -> float:
        """Right end."""
        return max(g.x1 for g in self.glyphs[-3:])

    @property
    def top(self) -> float:
        """Upper edge of the glyphs as a whole."""
        return min(g.top for g in self.glyphs)

    @property
    def bottom(self) -> float:
        """Lower edge of the glyphs as a whole."""
        return max(g.bottom for g in self.glyphs)

    @property
    def middle(self) -> float:
        """Half way between the edges."""
        return (self.top + self.bottom) / 2

    @property
    def size(self) -> float:
        """Height of the middling glyph."""
        return sorted(g.size for g in self.glyphs)[len(self.glyphs) // 2]

    @property
    def text(self) -> str:
        """What it says, with a space where one is printed or seen beside Latin letters or figures."""
        pieces = [self.glyphs[0].text]
        for (left, right), spaced in zip(pairwise(self.glyphs), self.spaces[1:], strict=True):
            gap, size = right.x0 - left.x1, right.size
            seen = gap > _WIDE * size or (
                gap > _WORD * size and bool(_LETTER.match(left.text) and _LETTER.match(right.text))
            )
            # A space that takes no room, or stands in stretched Chinese text, is none.
            printed = (
                spaced and gap > 0.1 * size and bool(_ASCII.match(left.text) or _ASCII.match(right.text))
            )
            pieces += [" " if seen or printed else "", right.text]
        return "".join(pieces)

    def words(self, close: bool = False) -> list["Line"]:
        """The parts of the line that wide gaps set apart.

        Args:
            close: Whether cells may stand nearer to each other than words of running text do.
        """
        edges = [0]
        for i, (a, b) in enumerate(pairwise(self.glyphs), 1):
            share = _CLOSE if close else _WIDE
            if a.text.isdigit() and b.text.isdigit():
                share = _FIGURES
            elif close and _NUMBERING.match(b.text) and not _ASCII.match(a.text):
                share = _WORD
            if b.x0 - a.x1 > share * max(a.size, b.size):
                edges.append(i)
        edges.append(len(self.glyphs))
        return [Line(self.glyphs[a:b], self.spaces[a:b]) for a, b in pairwise(edges)]


def without_doubles(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs, those left out that repeat one at the same place."""
    places: dict[tuple[str, int, int], list[Glyph]] = defaultdict(list)
    kept = []
    for glyph in glyphs:
        step = max(_TWICE * glyph.size, 0.1)
        column, row = int(glyph.x0 / step), int(glyph.top / step)
        near = (
            other
            for c in (column - 1, column, column + 1)
            for r in (row - 1, row, row + 1)
            for other in places.get((glyph.text, c, r), ())
        )
        if not any(abs(o.x0 - glyph.x0) <= step and abs(o.top - glyph.top) <= step for o in near):
            places[glyph.text, column, row].append(glyph)
            kept.append(glyph)
    return kept


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines that glyphs make, from top to bottom."""
    groups: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (g.top + g.bottom, g.x0)):
        # Glyphs of other sizes on a line share more than half of their height with it.
        for group in groups[-3:]:
            shared = min(group[0].bottom, glyph.bottom) - max(group[0].top, glyph.top)
            if shared > 0.55 * min(group[0].size, glyph.size):
                group.append(glyph)
                break
        else:
            groups.append([glyph])
    made = [_line(group) for group in groups]
    return sorted((line for line in made if line), key=lambda line: line.middle)


def _line(group: list[Glyph]) -> Line | None:
    glyphs, spaces = [], []
    spaced = False
    for glyph in sorted(group, key=lambda g: g.x0):
        if glyph.text.isspace():
            spaced = True
            continue
        glyphs.append(glyph)
        spaces.append(spaced)
        spaced = False
    return Line(tuple(glyphs), tuple(spaces)) if glyphs else None


def join(before: str, after: str, is_full: bool = True) -> str:
    """Two lines of one paragraph or cell made one.

    Args:
        before, after: What the lines say.
        is_full: Whether the first goes as far as it can; if not, figures are set apart.
    """
    if not before or not after:
        return before + after
    last, first = before[-1], after[0]
    apart = bool(_LETTER.match(last) and _LETTER.match(first)) or (
        not is_full and last.isdigit() and first.isdigit()
    )
    return before + (" " if apart else "") + after


def cell_text(glyphs: Sequence[Glyph], width: float) -> str:
    """What a cell says, on one line.

    Args:
        glyphs: All that stands in it.
        width: From its left to its right edge, in points.
    """
    turned = [g for g in glyphs if g.turn]
    if 2 * len(turned) > len(glyphs):
        glyphs = [_upright(g) for g in turned]
    lines = lines_of(glyphs)
    if _runs_down(lines):
        ordered = sorted((g for line in lines for g in line.glyphs), key=lambda g: -g.x0)
        columns: list[list[Glyph]] = []
        for glyph in ordered:
            if columns and columns[-1][0].x0 - glyph.x0 < 0.6 * glyph.size:
                columns[-1].append(glyph)
            else:
                columns.append([glyph])
        return "".join(g.text for column in columns for g in sorted(column, key=lambda g: g.top))
    text, end = "", 0.0
    for line in lines:
        text = join(text, line.text, end > width - 1.5 * line.size)
        end = line.x1 - min(g.x0 for g in glyphs)
    # The figures of one number, or the characters of a label, set apart by the layout.
    return text.replace(" ", "") if _NUMERIC.fullmatch(text) and len(lines) == 1 else _STRETCHED.sub("", text)


def _upright(glyph: Glyph) -> Glyph:
    """A glyph as it lies when what is written in its direction is turned upright."""
    text, x0, top, x1, bottom, turn = glyph
    if turn == 1:
        return Glyph(text, -bottom, x0, -top, x1)
    if turn == 3:
        return Glyph(text, top, -x1, bottom, -x0)
    return Glyph(text, -x1, -bottom, -x0, -top)


def _runs_down(lines: Sequence[Line]) -> bool:
    """Whether text is written from top to bottom in columns: glyphs stand nearer below than beside each other."""
    across = [b.x0 - a.x1 for line in lines for a, b in pairwise(line.glyphs)]
    down = [b.top - a.bottom for a, b in pairwise(lines)]
    if len(lines) < 3 or not across:
        return False
    return (
        min(across) > 0.1 * lines[0].size and sorted(across)[len(across) // 2] > sorted(down)[len(down) // 2]
    )
