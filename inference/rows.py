"""Finding a form's rows in a stream of cells.

Labels are mistyped, cut, joined and numbered in every way, and the same word stands in the prose
around the table. So each possible place of each row gets a score, and the best chain of places in
the form's own order wins.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from inference.cells import Cell
from models.forms import Row, Table

_NUMBERING = re.compile(
    r"第二十条第?[(（]?.[)）]?[项条]|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]+、|\d+ ?[.、．)]|[①-⑳]|其中:?"
)
_PLAIN = re.compile(r"[^\w]|_")
# Printed in front of a row, sometimes in the same cell.
_GROUPS = ("本年度办理结果", "不予公开", "无法提供", "不予处理", "其他处理")
_SHORT = 4  # a label of fewer characters is also a word of the prose, or a column head
_ALIKE = 80  # rapidfuzz ratio from which a mistyped label is taken for the form's
_JOINED = 4  # cells that one broken label may fill


@dataclass(frozen=True)
class Place:
    """A row found in the cells.

    Attributes:
        row: The row of the form.
        first, last: Its label is `cells[first:last]`.
        fit: How well the label fits, 0 to 1.
        weight: What the place adds to its chain; greater with values behind it.
    """

    row: Row
    first: int
    last: int
    fit: float
    weight: float = 1.0


@lru_cache(maxsize=8192)
def plain_label(text: str) -> str:
    """A label without numbering, spaces and punctuation, for comparing."""
    return _PLAIN.sub("", _NUMBERING.sub("", text.replace(" ", "")))


@cache
def _vocabulary(table: Table) -> dict[str, tuple[int, ...]]:
    """Plain label to the positions of the rows that may print it."""
    found: dict[str, tuple[int, ...]] = {}
    for position, row in enumerate(table.rows):
        for label in dict.fromkeys(plain_label(x) for x in row.labels):
            found[label] = (*found.get(label, ()), position)
    return found


def _match(key: str, vocabulary: dict[str, tuple[int, ...]], fuzzy: bool) -> tuple[tuple[int, ...], float]:
    """Positions of the rows that `key` may be, and how well it fits."""
    if key in vocabulary:
        return vocabulary[key], 1.0
    group = next((g for g in _GROUPS if key.startswith(g) and key != g), "")
    if key[len(group) :] in vocabulary:
        return vocabulary[key[len(group) :]], 1.0
    if fuzzy:
        for part in dict.fromkeys([key, key[len(group) :]]):
            best = process.extractOne(part, vocabulary.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
            if best and len(part) >= _SHORT:
                return vocabulary[best[0]], best[1] / 100
    return (), 0.0


def _candidates(cells: Sequence[Cell], table: Table) -> list[tuple[int, int, int, float, float]]:
    """(position of the row, first, last, fit, weight) of every place where a row's label may stand."""
    vocabulary = _vocabulary(table)
    longest = max(map(len, vocabulary)) + 12
    found = []
    for first, cell in enumerate(cells):
        if cell.kind != "text" or len(cell.text) > longest:
            continue
        joined = ""
        for last in range(first, min(first + _JOINED, len(cells))):
            if cells[last].kind != "text" or len(joined) > longest:
                break
            joined += cells[last].text
            key = plain_label(joined)
            following = cells[last + 1] if last + 1 < len(cells) else None
            has_values = following is not None and following.kind != "text"
            # A cut label is only looked for where it can matter: in front of numbers or blanks.
            fuzzy = has_values or (following is not None and following.bars > 3)
            positions, fit = _match(key, vocabulary, fuzzy)
            alone = vocabulary.get(plain_label(cells[last].text), ()) if last > first else ()
            if alone and (fit < 1 or alone == positions):
                continue  # the last cell alone says as much
            # A short label without its number may as well be a word of the prose or a column head.
            is_clear = len(key) >= _SHORT or _NUMBERING.match(joined)
            weight = fit * (1.0 if is_clear else 0.5) + (0.3 if has_values else -0.25)
            if not is_clear and following is not None and following.kind == "text" and following.bars <= 1:
                weight -= 0.2
            # One that fits badly must not win over leaving it out.
            found += [(position, first, last + 1, fit, weight) for position in positions if weight > 0.2]
    return found


def find_rows(cells: Sequence[Cell], table: Table) -> list[Place]:
    """The rows of `table` in `cells`, in order; empty if there are none.

    The chain of the greatest total weight among those that keep the form's order.
    """
    candidates = _candidates(cells, table)
    chains: list[
        tuple[float, int]
    ] = []  # of the best chain that ends at a candidate: its weight, the one before
    best = [(0.0, -1)] * (len(table.rows) + 1)  # of the chains so far that end at or before a row: the same
    waiting: deque[int] = deque()  # candidates that may still overlap the next one
    for i, (position, first, _, _, weight) in enumerate(candidates):
        while waiting and candidates[waiting[0]][2] <= first:
            done = waiting.popleft()
            for row in range(candidates[done][0] + 1, len(best)):
                if best[row][0] < chains[done][0]:
                    best[row] = chains[done][0], done
        total, before = best[position]
        chains.append((total + weight, before))
        waiting.append(i)
    chain: list[Place] = []
    at = max(range(len(chains)), key=lambda i: chains[i][0], default=-1)
    while at >= 0:
        position, first, last, fit, weight = candidates[at]
        chain.append(Place(table.rows[position], first, last, fit, weight))
        at = chains[at][1]
    return chain[::-1]
