"""From text to a stream of table cells, whatever the file used to separate them.

A cell is a field between bars, tabs or line ends; numbers separated by spaces are one cell each.
Empty fields are not cells: each cell counts the separators in front of it, so that whoever places
values on columns can tell where something was left blank.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["text", "value", "mark", "unit"]

_UNITS = "人次|万元|亿元|条|件|次|篇|个|人|元|期|份|家|项|宗|部|场|名|处|万"
# One cell that holds a number, possibly with its unit and a note: 251000元, 22(其中修订16件), +14.
VALUE = re.compile(
    rf"(?P<number>[+-]?\d(?:[\d,]*\d)?(?:\.\d+)?) ?(?P<unit>{_UNITS})?(?P<note> ?\([^()]*\))?[。;,]?"
)
_MARK = re.compile(r"[-/\\—–―]{1,4}|无")
_UNIT = re.compile(rf"\(?(?:{_UNITS})\)?")
_FIELD = re.compile(r"[^|\t]+")
_TOKEN = re.compile(r"\S+")
# The |---|---| line of a Markdown table, and the number of a page.
_FURNITURE = re.compile(
    r"\s*\|[\s|:+=-]*-{2}[\s|:+=-]*|\s*[-—–]+ *\d+ *[-—–]+\s*|\s*第 *\d+ *页(?: *,?共 *\d+ *页)?\s*"
)
LONGEST = 120  # characters; a longer field is prose, not a cell of a form


@dataclass(frozen=True)
class Cell:
    """A non-empty field.

    Attributes:
        text: Without surrounding space.
        start, end: Offsets into the normalised text.
        kind: `value` a number, `mark` a printed blank such as / or 无, `unit` a bare unit, else `text`.
        bars: Bars or tabs since the cell in front; 0 if only space or line ends stand between.
        line: Number of the line it stands on, from 0.
        tail: Bars or tabs from here to the end of the line; 0 unless it is the last cell of the line.
    """

    text: str
    start: int
    end: int
    kind: Kind
    bars: int
    line: int
    tail: int = 0


def _kind(text: str) -> Kind:
    if VALUE.fullmatch(text):
        return "value"
    if _MARK.fullmatch(text):
        return "mark"
    return "unit" if _UNIT.fullmatch(text) else "text"


def _columns(field: str) -> Iterator[tuple[int, int]]:
    """The cells inside one field: a label and the numbers in spaced columns after it, or the whole field."""
    tokens = [(m.start(), m.end()) for m in _TOKEN.finditer(field)]
    first = len(tokens)
    while first and _kind(field[slice(*tokens[first - 1])]) != "text":
        first -= 1
    if first:
        yield tokens[0][0], tokens[first - 1][1]
    at = first
    while at < len(tokens):
        start, end = tokens[at]
        at += 1
        # A unit behind its number belongs to it; in front of a number it is a cell of its own.
        if (
            at < len(tokens)
            and _kind(field[start:end]) == "value"
            and _kind(field[slice(*tokens[at])]) == "unit"
        ):
            end = tokens[at][1]
            at += 1
        yield start, end


def split_cells(text: str) -> list[Cell]:
    """Every cell of a normalised text, in order. Time and space are linear in the length of the text."""
    cells: list[Cell] = []
    bars = at = 0
    for number, line in enumerate(text.split("\n")):
        if len(line) > LONGEST * 4 or not _FURNITURE.fullmatch(line):
            last, on_line = 0, len(cells)
            for field in _FIELD.finditer(line):
                bars += field.start() - last
                last = field.end()
                for start, end in (
                    _columns(field.group())
                    if len(field.group()) < 4 * LONGEST
                    else [(0, last - field.start())]
                ):
                    piece = field.group()[start:end]
                    begin = at + field.start() + start
                    cells.append(Cell(piece, begin, begin + len(piece), _kind(piece), bars, number))
                    bars = 0
            if len(cells) > on_line:
                tail = len(re.findall(r"[|\t]", text[cells[-1].end : at + len(line)]))
                cells[-1] = replace(cells[-1], tail=tail)
            bars += len(line) - last
        at += len(line) + 1
    return cells
