r"""CoNLL-2003 style: a character, a tab and a BIO tag a line, a blank line behind each item.

Spaces, other characters that do not print (line ends, tabs, controls) and the backslash are written as `\u` and their
code point in hexadecimal: `\u0020`, `\u000a`, `\u005c`. An item without text has no line and is not written.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from annotations.formats.marks import Mark, make_item
from annotations.items import DataError, Item, read_text

_ESCAPE = re.compile(r"\\u([0-9a-f]{4,6})")
_TAG = re.compile(r"O|([BI])-(.+)")
_Line = tuple[str, str]  # file and line number, and what the line holds


def read(path: Path) -> list[Item]:
    """The items of a file.

    Raises:
        DataError: The file cannot be used; the message names line and field.
    """
    lines = [(f"{path}, line {number}", line) for number, line in enumerate(read_text(path).split("\n"), 1)]
    blocks = groupby(lines, key=lambda line: bool(line[1].strip()))
    return [_item(list(block)) for is_text, block in blocks if is_text]


def _item(lines: Sequence[_Line]) -> Item:
    text = ""
    marks: list[Mark] = []
    for where, line in lines:
        printed, _, tag = line.partition("\t")
        parts = _TAG.fullmatch(tag)
        if parts is None:
            raise DataError(f"{where}, tag: {tag!r} is not O, B-LABEL or I-LABEL")
        begins, label = parts.groups()
        if begins == "B":
            marks.append(Mark(f"{where}, tag", label, len(text), len(text) + 1))
        elif begins == "I":
            marks.append(_longer(marks, label, len(text), where))
        text += _character(printed, where)
    return make_item(text, marks)


def _longer(marks: list[Mark], label: str, at: int, where: str) -> Mark:
    """The last mark with one more character, taken off `marks`."""
    if not marks or (marks[-1].label, marks[-1].end) != (label, at):
        raise DataError(f"{where}, tag: I-{label} continues no {label}")
    last = marks.pop()
    return Mark(last.where, label, last.start, at + 1)


def _character(printed: str, where: str) -> str:
    escape = _ESCAPE.fullmatch(printed)
    if escape and int(escape[1], 16) <= 0x10FFFF:
        return chr(int(escape[1], 16))
    if len(printed) != 1:
        raise DataError(f"{where}, character: {printed!r} is not one character")
    return printed


def write(path: Path, items: Iterable[Item]) -> None:
    """Write items, their spans and labels only."""
    path.write_text("".join(_block(item) for item in items if item.text), "utf-8", newline="")


def _block(item: Item) -> str:
    tags = ["O"] * len(item.text)
    for f in item.figures:
        tags[f.start : f.end] = [f"B-{f.label}"] + [f"I-{f.label}"] * (f.end - f.start - 1)
    return "".join(f"{_printed(c)}\t{tag}\n" for c, tag in zip(item.text, tags, strict=True)) + "\n"


def _printed(character: str) -> str:
    if character in " \\" or not character.isprintable():
        return f"\\u{ord(character):04x}"
    return character
