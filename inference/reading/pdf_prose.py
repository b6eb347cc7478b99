"""Running text of a PDF: furniture of the page left out, wrapped lines joined, tables without rules found."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from inference.reading.pdf_glyphs import Glyph, Line, join

_PAGE_NUMBER = re.compile(
    r"[-—–―_·•~\s]*(?:第|page)?\s*\d{1,4}\s*页?\s*(?:[/,，of]*\s*共?\s*\d{1,4}\s*页?)?[-—–―_·•~\s]*",
    re.IGNORECASE,
)
_MARGIN = 0.13  # share of the height of a page in which heads and feet stand
_SAME_PLACE = 4.0  # points
_ENDS = 3  # lines at either end of a page that may be furniture
_FEW_LINES = 4  # long lines on a page; fewer may all be headings
_LONG = 12  # glyphs; a longer line shows how wide the text is set
# What a line does not begin with, and what it does not end with; quotation marks keep to both neighbours.
_CLOSING = "，。、；：？！）》”’“‘」』】〉,.;:?!)%％"
_OPENING = "（《“‘”’「『【〈(["
_ALPHABETIC = "\u2e80"  # characters below can only be broken at spaces
_UNITS = "人次|万元|亿元|条|件|次|篇|个|人|元|期|份|家|项|宗|部|场|名|处"
_VALUE = re.compile(
    rf"[+-]?\d[\d,. ]*(?:{_UNITS})?(?:[（(][^()（）]*[)）])?|[-/\\—–―]{{1,4}}|无|[（(]?(?:{_UNITS})[)）]?"
)
_HEADING = re.compile(r"[一二三四五六七八九]、(?!本年|上年|结转)")
_ITEM = re.compile(r"[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]")
_SHORTEST = 3  # lines with values that a table without rules has at least, unless one line has many
_MANY = 5
_TALLEST, _WIDEST = 1000, 64  # lines, and values on one; more are no table of a report
_LEADING = 0.55  # of the size; lines of one cell do not stand further apart
_BACK = 40  # words in front of one among which the one above it is looked for; no row is longer


@dataclass(frozen=True)
class Placed:
    """A line of running text.

    Attributes:
        line: Placed below the lines of the pages in front.
        page: Number of the page, from 0.
        left, right: Where the text of the page begins and ends.
    """

    line: Line
    page: int
    left: float
    right: float


def without_furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The lines of each page less its number, and less what stands at the same place of most pages.

    Args:
        pages: Lines from top to bottom.
        heights: Of the pages, in points.
    """
    seen: dict[str, list[tuple[int, float]]] = defaultdict(list)
    ends: list[list[tuple[Line, str, float]]] = []
    for number, (lines, height) in enumerate(zip(pages, heights, strict=True)):
        ends.append([])
        for line in {id(line): line for line in [*lines[:_ENDS], *lines[-_ENDS:]]}.values():
            is_head = line.bottom < _MARGIN * height
            if not is_head and line.top < (1 - _MARGIN) * height:
                continue
            place = line.top if is_head else line.top - height
            ends[-1].append((line, re.sub(r"\d+", "#", line.text), place))
            seen[ends[-1][-1][1]].append((number, place))
    kept = []
    for lines, found in zip(pages, ends, strict=True):
        dropped = set()
        for line, key, place in found:
            alike = {page for page, other in seen[key] if abs(other - place) < _SAME_PLACE}
            repeated = len(alike) > 1 and 2 * len(alike) > len(pages)
            if repeated or (line in (lines[0], lines[-1]) and _PAGE_NUMBER.fullmatch(line.text)):
                dropped.add(id(line))
        kept.append([line for line in lines if id(line) not in dropped])
    return kept


def _is_long(line: Line) -> bool:
    return len(line.glyphs) > _LONG and len(line.words()) == 1


def margins(lines: Sequence[Line], known: tuple[float, float] | None) -> tuple[float, float] | None:
    """Where the text of a page begins and ends; None if it has no long lines.

    Args:
        lines: Of the page.
        known: The same of other pages, taken if this one has few long lines.
    """
    long = [line for line in lines if _is_long(line)]
    if len(long) < (_FEW_LINES if known else 2):
        return known
    starts = Counter(round(line.x0 / 2) for line in long)
    # The lines that go on from one before begin at the margin; first lines of paragraphs are set in.
    usual = min((x for x, n in starts.items() if 3 * n >= max(starts.values())), default=0)
    # Punctuation may hang over the margin.
    ends = (
        next((g for g in reversed(line.glyphs) if g.text not in _CLOSING), line.glyphs[-1]) for line in long
    )
    return usual * 2.0, max(glyph.x1 for glyph in ends)


def _token(line: Line) -> float:
    """How much room the first piece of a line takes that cannot be broken, in points."""
    end = 1
    while end < len(line.glyphs) and not line.spaces[end]:
        last, this = line.glyphs[end - 1].text, line.glyphs[end].text
        unbroken = max(last, this) < _ALPHABETIC
        if this not in _CLOSING and last not in _OPENING and not unbroken:
            break
        end += 1
    return line.glyphs[end - 1].x1 - line.x0


def _goes_on(before: Placed, after: Placed, is_first: bool, leading: float, body: float) -> bool:
    """Whether a line is the next of the same paragraph.

    Args:
        before, after: The lines.
        is_first: Whether the one before begins its paragraph.
        leading: Usual distance of lines, in points.
        body: Usual size of the text, in points.
    """
    a, b = before.line, after.line
    size = a.size
    if abs(a.size - b.size) > 0.15 * size:
        return False
    distance = b.middle - a.middle if before.page == after.page else 0.0
    centre = (before.left + before.right) / 2
    centred = all(abs((x.x0 + x.x1) / 2 - centre) < size for x in (a, b))
    if size > 1.2 * body and centred and distance < 2.2 * size:
        return True  # a title on two lines
    if distance > 1.4 * max(leading, 1.3 * size):
        return False
    is_next_item = a.glyphs[-1].text in "。；：" and _ITEM.match(b.text)
    if is_next_item or a.x1 + _token(b) < before.right - 0.5 * size:
        return False
    shift = b.x0 - after.left - (a.x0 - before.left)
    if is_first:
        return shift < 0.5 * size and not (abs(shift) < 0.5 * size and b.x0 > after.left + 1.2 * size)
    return shift < 1.2 * size


def paragraphs(placed: Sequence[Placed], leading: float, body: float) -> Iterator[str]:
    """The paragraphs of some lines that follow each other.

    Args:
        placed: From top to bottom.
        leading, body: Usual distance of lines and usual size of the text, in points.
    """
    text, is_first = "", True
    for before, after in pairwise([None, *placed]):
        assert after is not None
        goes_on = before is not None and _goes_on(before, after, is_first, leading, body)
        if not goes_on and text:
            yield text
        text = join(text, after.line.text) if goes_on else after.line.text
        is_first = not goes_on
    if text:
        yield text


def usual(pages: Sequence[Sequence[Line]]) -> tuple[float, float]:
    """Usual distance of lines and usual size of the running text of a document, in points."""
    sizes = Counter[float]()
    for line in (line for lines in pages for line in lines if _is_long(line)):
        sizes[round(line.size, 1)] += len(line.glyphs)
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    steps = sorted(
        b.middle - a.middle
        for lines in pages
        for a, b in pairwise(lines)
        if _is_long(a) and abs(a.size - body) < 1 and abs(b.size - body) < 1
    )
    return (steps[len(steps) // 3] if steps else 1.5 * body), body


def find_unruled(placed: Sequence[Placed]) -> list[tuple[int, int]]:
    """Which of some lines make tables without rules, as half-open ranges.

    Lines of several words set apart, with values among them, and what is short between them.
    """
    ranges: list[tuple[int, int]] = []
    start = end = count = most = 0
    for i, item in enumerate([*placed, None]):
        line = item.line if item else None
        words = line.words() if line else []
        narrow = bool(
            item and line and line.x1 - line.x0 < 0.7 * (item.right - item.left) and "。" not in line.text
        )
        is_heading = bool(line and len(words) == 1 and _HEADING.match(line.text))
        if line and len(words) > 1 and "。" not in line.text:
            values = sum(bool(_VALUE.fullmatch(word.text)) for word in words)
            count += values > 0
            most = max(most, values)
            end = i + 1
        elif not narrow or is_heading:
            if (count >= _SHORTEST or most >= _MANY) and end - start < _TALLEST and most < _WIDEST:
                ranges.append((start, end))
            start, end, count, most = i + 1, i + 1, 0, 0
    return ranges


def grid(lines: Sequence[Line]) -> list[list[str]]:
    """The rows of a table without rules, all of the same width: labels on the right of their columns, then values."""
    words = [(i, word) for i, line in enumerate(lines) for word in line.words(close=True)]
    values = [(i, w) for i, w in words if _VALUE.fullmatch(w.text)]
    columns: list[list[float]] = []
    for _, word in sorted(values, key=lambda v: v[1].x0):
        if columns and word.x0 < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], word.x1)
        else:
            columns.append([word.x0, word.x1])
    first: dict[int, float] = {}
    for i, word in values:
        first.setdefault(i, word.x0)
    labels = [(i, w) for i, w in words if not _VALUE.fullmatch(w.text)]
    beside = {i: w for i, w in labels if i in first and w.x0 < first[i]}
    cells = _cells([w for _, w in labels], list(beside.values()))
    rows = _rows(lines, cells, values)
    edge = columns[0][0]
    heads = [(min(w.x0 for w in cell), max(w.x1 for w in cell)) for cell in cells if _middle(cell) >= edge]
    # A column of blanks is known by its head; of the heads above each other the narrowest.
    for x0, x1 in sorted(heads, key=lambda head: head[1] - head[0]):
        if all(x1 <= left or right <= x0 for left, right in columns):
            columns.append([x0, x1])
    columns.sort()
    parted = [
        (
            sorted((c for c in row if _middle(c) < edge and not _is_value(c)), key=lambda c: c[0].x0),
            [c for c in row if _middle(c) >= edge or _is_value(c)],
        )
        for row in rows
    ]
    width = max(len(left) for left, _ in parted)
    made = []
    for left, others in parted:
        fields = [""] * len(columns)
        for cell in sorted(others, key=lambda c: c[0].x0):
            at = min(range(len(columns)), key=lambda i: abs(sum(columns[i]) / 2 - _middle(cell)))
            fields[at] = join(fields[at], _text(cell), is_full=False)
        made.append([""] * (width - len(left)) + [_text(c) for c in left] + fields)
    return made


def _middle(cell: Sequence[Line]) -> float:
    return (min(w.x0 for w in cell) + max(w.x1 for w in cell)) / 2


def _is_value(cell: Sequence[Line]) -> bool:
    return len(cell) == 1 and bool(_VALUE.fullmatch(cell[0].text))


def _text(cell: Sequence[Line]) -> str:
    text = ""
    for word in cell:
        text = join(text, word.text)
    return text


def _cells(words: Sequence[Line], valued: Sequence[Line]) -> list[list[Line]]:
    """Words below each other made one where they stand nearer than rows do.

    Args:
        words: Labels and heads, in order.
        valued: Those with values right behind them.
    """
    above: list[tuple[float, int, int]] = []  # gap, number of the word above, of the word
    for n, word in enumerate(words):
        over = [
            (word.top - other.bottom, m, n)
            for m, other in enumerate(words[max(0, n - _BACK) : n], max(0, n - _BACK))
            if other.x0 < word.x1 and word.x0 < other.x1 and other.bottom <= word.top
        ]
        above += [min(over)] if over else []
    least = min((gap for gap, _, _ in above), default=0.0)
    near = [
        (m, n)
        for gap, m, n in above
        if gap <= min(least + max(0.25 * words[n].size, 1.5), _LEADING * words[n].size)
    ]
    # Where neighbours with values of their own stand so near, the distance tells nothing.
    numbers = {id(word) for word in valued}
    if any(id(words[m]) in numbers and id(words[n]) in numbers for m, n in near):
        near = []
    cell_of: dict[int, list[Line]] = {}
    cells = []
    joins = {n: m for m, n in near}
    for n, word in enumerate(words):
        cell = cell_of[joins[n]] if n in joins else []
        if not cell:
            cells.append(cell)
        cell.append(word)
        cell_of[n] = cell
    return cells


def _rows(
    lines: Sequence[Line], cells: Sequence[list[Line]], values: Sequence[tuple[int, Line]]
) -> list[list[list[Line]]]:
    """Cells and values put on rows: those of a line with values, else those on one height."""
    rows: dict[float, list[list[Line]]] = {}
    for i, word in values:
        rows.setdefault(lines[i].middle, []).append([word])
    places = sorted(rows)
    for cell in cells:
        top, bottom = min(w.top for w in cell), max(w.bottom for w in cell)
        middle, size = (top + bottom) / 2, cell[0].size
        inside = places[bisect_left(places, top - 1) : bisect_right(places, bottom + 1)]
        # Rows without values come from top to bottom, so that only the last may be the same.
        inside = inside or [y for y in [next(reversed(rows))] if abs(y - middle) < 0.5 * size]
        at = min(inside, key=lambda y: abs(y - middle), default=middle)
        rows.setdefault(at, []).append(cell)
    return [rows[y] for y in sorted(rows)]


def moved(line: Line, down: float) -> Line:
    """A line moved down by some points."""
    glyphs = (Glyph(g.text, g.x0, g.top + down, g.x1, g.bottom + down, g.turn) for g in line.glyphs)
    return Line(tuple(glyphs), line.spaces)
