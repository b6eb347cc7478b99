"""Automatic numbers of Word lists: 一、 (一) 1. are printed, but stand nowhere in the text.

ECMA-376-1, 17.9 (numbering) and 17.18.59 (number formats).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_COUNTING = {
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting",
    "taiwaneseCountingThousand", "koreanCounting",
}  # fmt: skip
_CYCLES = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
}
_ROMAN = {
    1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc",
    50: "l", 40: "xl", 10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i",
}  # fmt: skip
_LARGEST = 9999  # no list is longer; a larger start is a mistake
_LONGEST = 60  # characters around a number
_DEEPEST = 20  # styles that one is based on
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True)
class Level:
    """How one level of a list is numbered.

    Attributes:
        start: The first number.
        format: ST_NumberFormat.
        text: For example `（%1）`; %1 is the number of the first level.
        restart: Levels with an index below this start the count again; 0 for never.
        legal: Whether all numbers are printed as decimals.
        style: The paragraph style tied to it.
    """

    start: int
    format: str
    text: str
    restart: int
    legal: bool
    style: str | None


def value(element: etree._Element | None, path: str) -> str | None:
    """The w:val of a descendant, None if there is none."""
    found = element.find(path) if element is not None else None
    return found.get(W + "val", "") if found is not None else None


def whole(text: str | None, otherwise: int, most: int = _LARGEST) -> int:
    """A number in an attribute; `otherwise` where it is missing or no number from 0 to `most`."""
    return (
        int(text)
        if text and text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most
        else otherwise
    )


class Styles:
    """What styles say of numbers and of hidden text, each with what it inherits."""

    def __init__(self, root: etree._Element | None) -> None:
        styles = root.findall(W + "style") if root is not None else []
        self._styles = {s.get(W + "styleId", ""): s for s in styles}
        self._hidden: dict[str, bool] = {}
        self._numbers: dict[str, tuple[str, int | None, str] | None] = {}
        standard = (s for s in styles if s.get(W + "default") in ("1", "true"))
        self.paragraph = next(
            (s.get(W + "styleId", "") for s in standard if s.get(W + "type") == "paragraph"), ""
        )

    def _line(self, style: str) -> Iterator[tuple[str, etree._Element]]:
        """A style and those it is based on, nearest first; a circle ends it."""
        seen: set[str] = set()
        while style in self._styles and style not in seen and len(seen) < _DEEPEST:
            seen.add(style)
            yield style, self._styles[style]
            style = value(self._styles[style], W + "basedOn") or ""

    def is_hidden(self, style: str) -> bool:
        """Whether text of this style is hidden (17.3.2.41)."""
        if style not in self._hidden:
            said = (hidden(element) for _, element in self._line(style))
            self._hidden[style] = next((h for h in said if h is not None), False)
        return self._hidden[style]

    def number(self, style: str) -> tuple[str, int | None, str] | None:
        """List and level of a style and the style that says so; the level None where it says none."""
        if style not in self._numbers:
            self._numbers[style] = self._number(style)
        return self._numbers[style]

    def _number(self, style: str) -> tuple[str, int | None, str] | None:
        for name, element in self._line(style):
            number = element.find(f"{W}pPr/{W}numPr")
            if number is not None and (list_id := value(number, W + "numId")):
                level = value(number, W + "ilvl")
                return list_id, None if level is None else whole(level, 0, 8), name
        return None


def hidden(element: etree._Element) -> bool | None:
    """What the run properties of an element say of hiding it; None if nothing."""
    said = value(element.find(W + "rPr"), W + "vanish")
    return None if said is None else said not in ("0", "false", "off")


class Numbering:
    """The lists of a document; counts on with every paragraph asked for."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str, str] = {}  # list → its definition
        self._levels: dict[str, dict[int, Level]] = {}
        self._starts: dict[str, dict[int, int]] = {}  # of lists that start anew
        self._counts: dict[str, dict[int, int]] = {}  # lists of one definition count together
        if root is None:
            return
        definitions = {d.get(W + "abstractNumId", ""): d for d in root.findall(W + "abstractNum")}
        lists = {n.get(W + "numId", ""): n for n in root.findall(W + "num")}
        levels = {name: _levels(definition) for name, definition in definitions.items()}
        for list_id, item in lists.items():
            name = value(item, W + "abstractNumId") or ""
            link = value(definitions.get(name), W + "numStyleLink")  # defined where a list style is
            if link and (said := styles.number(link)):
                name = value(lists.get(said[0]), W + "abstractNumId") or name
            self._abstract[list_id] = name
            self._levels[list_id] = self._overridden(list_id, item, levels.get(name, {}))

    def _overridden(self, list_id: str, item: etree._Element, levels: dict[int, Level]) -> dict[int, Level]:
        """The levels of a list, some its own; and where it starts anew."""
        levels = dict(levels)
        for override in item.findall(W + "lvlOverride"):
            levels |= _levels(override)
            if (start := value(override, W + "startOverride")) is not None:
                level = whole(override.get(W + "ilvl"), 0, 8)
                self._starts.setdefault(list_id, {})[level] = whole(start, 1)
        return levels

    def of(self, properties: etree._Element | None) -> str:
        """The number of the next paragraph, from its properties; "" for none. Bullets are left out."""
        style = value(properties, W + "pStyle") or self._styles.paragraph
        number = properties.find(W + "numPr") if properties is not None else None
        direct = value(number, W + "numId")
        inherited = self._styles.number(style)
        list_id = direct or (inherited[0] if inherited else "")
        levels = self._levels.get(list_id, {})
        said = value(number, W + "ilvl")
        level = whole(said, 0, 8)
        if said is None and inherited and not direct:
            tied = next((i for i, lv in levels.items() if lv.style == inherited[2]), 0)
            level = tied if inherited[1] is None else inherited[1]
        return self._next(list_id, levels, level) if level in levels else ""

    def _next(self, list_id: str, levels: dict[int, Level], level: int) -> str:
        counts = self._counts.setdefault(self._abstract[list_id], {})
        if (start := self._starts.get(list_id, {}).pop(level, None)) is not None:
            counts[level] = start - 1
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [i for i in counts if i > level and i in levels and level < levels[i].restart]:
            del counts[deeper]
        own = levels[level]
        if own.format == "bullet":
            return ""

        def printed(place: re.Match[str]) -> str:
            index = int(place[1]) - 1
            if index not in levels:
                return ""
            form = "decimal" if own.legal else levels[index].format
            return spell(counts.get(index, levels[index].start), form)

        return _PLACE.sub(printed, own.text)


def _levels(parent: etree._Element) -> dict[int, Level]:
    levels = {}
    for element in parent.findall(W + "lvl"):
        index = whole(element.get(W + "ilvl"), 0, 8)
        # A format of later versions comes with one for older readers behind it.
        formats = [f.get(W + "val", "") for f in element.iter(W + "numFmt")]
        legal = value(element, W + "isLgl")
        levels[index] = Level(
            start=whole(value(element, W + "start"), 0),
            format=formats[-1] if formats else "decimal",
            text=(value(element, W + "lvlText") or "")[:_LONGEST],
            restart=whole(value(element, W + "lvlRestart"), index, 9),
            legal=legal is not None and legal not in ("0", "false"),
            style=value(element, W + "pStyle"),
        )
    return levels


def spell(number: int, form: str) -> str:
    """A number in a format of 17.18.59; decimal where the format has none for it."""
    if form in _COUNTING:
        return _counted(number)
    if form in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"):
        return "".join(_DIGITS[int(d)] for d in str(number))
    if form in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"):
        return _counted(number, _LEGAL, "拾佰仟", all_ones=True)
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord(d) + 0xFEE0) for d in str(number))
    if form == "decimalZero":
        return f"{number:02}"
    if form == "none":
        return ""
    cycle = _CYCLES.get(form, "")
    if 0 < number <= len(cycle):
        return cycle[number - 1]
    if form in ("upperLetter", "lowerLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("upperRoman", "lowerRoman") and 0 < number < 4000:
        return _roman(number).upper() if form == "upperRoman" else _roman(number)
    return str(number)


def _counted(
    number: int, digits: str = "零一二三四五六七八九", places: str = "十百千", all_ones: bool = False
) -> str:
    """A number below ten thousand as it is counted in Chinese: 十, 十一, 二十, 一百零一."""
    if not 0 < number <= _LARGEST:
        return digits[0] if number == 0 else str(number)
    said, zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            said += (
                (digits[0] if zero and said else "")
                + digits[digit]
                + ("" if place == 0 else places[place - 1])
            )
        zero = not digit
    return said[1:] if not all_ones and 10 <= number < 20 else said


def _roman(number: int) -> str:
    said = ""
    for unit, letters in _ROMAN.items():
        said += letters * (number // unit)
        number %= unit
    return said
