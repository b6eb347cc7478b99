"""The grammar of numbers in running text: where one stands, what it is worth, what unit it carries.

It finds every number that could be a figure and decides nothing about meaning: dates, ordinals and
list numbers are left out, all else is for the tagger.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

import yaml

from models.record import Qualifier

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_NUMERAL = "".join(_DIGITS) + "".join(_SCALES)
_LOOSE = "余多来几"  # 七百余条, 十多次, 几十场
_TAILS: dict[str, Qualifier] = {"以上": "at_least", "左右": "about", "以内": "at_most"}
_FRONTS: list[tuple[Qualifier, re.Pattern[str]]] = [
    ("at_most", re.compile(r"(?:接近|将近|不足|不到|(?<![最附临])近) ?$")),
    ("about", re.compile(r"(?:大约|约为|约有|约) ?$")),
    ("at_least", re.compile(r"(?:超过|突破|至少|超|逾) ?$")),
]
# A number that is a date, an ordinal, a name or a list number, by what stands around it.
_FRONT_OF_NAME = re.compile(r"[第〔\[]$")
_CLOCK = re.compile(r"\d(?::|点)$")
_LETTER = re.compile(r"[A-Za-z]")
_BEHIND_NAME = re.compile(
    r" ?(?:年(?!均)|月|日|号|时(?!效)|点(?!击|赞|播|评)|[:：]\d\d(?!\d)|[〕\]]|小时|分钟|个?工作日|个月|周年|周岁|天(?!次)|平方米|公里|万吨|吨|亩|多?度)"
)
_SPOKEN = re.compile(r"[一二三四五六七八九]{2,3}(?:[十百千万]|$)")
_HUNDREDS_OF = ("数", "几")  # in front of 百条
_IDIOM = re.compile(r"一(?:次性|体化|类|道|批|系列)|[一二三四五六七八九十](?:是|方面)")
_LIST_NUMBER = re.compile(r"[.．](?!\d)|[、)]")
# 收到申请(件):37 and 申请件数:37 print the unit in front.
_UNIT_IN_FRONT = re.compile(
    r"(?:\((?:单位:?)?(?P<scale>[万亿]?)(?P<unit>[^()\d]{1,2})\)|(?P<counted>[人家户场批]次|[条件份次期])数)[:,]? *$"
)


@dataclass(frozen=True)
class Number:
    """A number with its unit, found in a normalised text.

    Attributes:
        start, end: Offsets into the normalised text, unit and glued words of approximation included.
        value: What it is worth, multipliers applied: 60万余 is 600000, 99.93% is 99.93.
        unit: Without its multiplier; empty if none is printed at the number or in a bracket before it.
        unit_start, unit_end: Where the unit stands; equal if it does not stand as such in the text.
        qualifier: What the words glued to it or right in front of it say.
    """

    start: int
    end: int
    value: Decimal
    unit: str
    unit_start: int
    unit_end: int
    qualifier: Qualifier


@cache
def _units() -> str:
    """A pattern of every measure word."""
    words: list[str] = yaml.safe_load((files("models") / "data" / "units.yaml").read_text("utf-8"))
    return "|".join(words)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    unit = rf" ?(?P<unit>{_units()})"
    tail = rf"(?P<tail>{'|'.join(_TAILS)})?"
    arabic = re.compile(
        rf"(?<![\d.])(?P<mixed>(?:\d{{1,4}}[亿万千])+(?=\d))?(?P<digits>\d{{1,3}}(?:, ?\d{{3}})+(?!\d)|\d+(?: \d+){{0,6}}(?= ?[{_LOOSE}]? ?(?:[万亿]|{_units()}))|\d+)"
        rf"(?P<decimals>\.\d+)?(?P<scale>(?: ?[{_LOOSE}]? ?(?:百(?!分)|[十千万亿]))*)(?P<loose> ?[{_LOOSE}+]+)?"
        rf"(?:{unit})?(?P<behind>余)?{tail}"
    )
    # No number has more than some twenty numerals; without a limit a page of them takes forever.
    body = (
        rf"(?<![{_NUMERAL}])[{_NUMERAL[:-2]}几](?: ?[{_NUMERAL}{_LOOSE}]){{0,20}}(?:点[{_NUMERAL}]{{1,8}})?"
    )
    chinese = re.compile(
        rf"(?:百分(?:之)?(?P<percent>[{_NUMERAL}]{{1,8}}(?:点[{_NUMERAL}]{{1,8}})?|百)|(?P<digits>{body}){unit}(?P<behind>余)?"
        # Without a measure word a numeral is a number only where the words around it say so.
        rf"|(?P<bare>(?:(?<=突破)|(?<=超过)|(?<=[达超逾近约有]))[{_NUMERAL}]{{1,20}}[万亿]|(?<![{_NUMERAL}])[{_NUMERAL}]{{1,20}}(?:[余多][万亿]|万[余多])|(?<=[为是:])零(?=[。,;、)\s]|$))){tail}"
    )
    return arabic, chinese


def _chinese(text: str) -> Decimal:
    """What a Chinese numeral is worth; numerals without a scale (二〇一八) are read digit by digit."""
    if "点" in text:
        whole, _, part = text.partition("点")
        scale = _SCALES.get(part[-1], 1)
        return (
            _chinese(whole) + Decimal("0." + "".join(str(_DIGITS[c]) for c in part if c in _DIGITS))
        ) * scale
    for mark in reversed(_SCALES):
        if mark in text:
            left, _, right = text.partition(mark)
            rest = right.lstrip("零〇")
            below = _chinese(rest) if rest else Decimal(0)
            if right in _DIGITS and mark != "十":  # 三百五 is 350, but 三百零五 is 305
                below *= _SCALES[mark] // 10
            return (_chinese(left) if left else Decimal(1)) * _SCALES[mark] + below
    return Decimal("".join(str(_DIGITS[c]) for c in text))


def plain(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _value(groups: dict[str, str | None]) -> Decimal:
    """The value of a match of either pattern; ValueError or KeyError if it is no number after all."""
    if "scale" in groups:
        value = Decimal(re.sub(r"[, ]", "", groups["digits"] or "") + (groups["decimals"] or ""))
        for mark in groups["scale"] or "":
            value *= _SCALES.get(mark, 1)
        # 1万2千: each part has a scale of its own.
        parts = re.findall(r"(\d+)(\D)", groups["mixed"] or "")
        return value + sum(int(digits) * _SCALES[mark] for digits, mark in parts)
    printed = re.sub(rf"[ {_LOOSE}]", "", groups["percent"] or groups["digits"] or groups["bare"] or "")
    if not printed or (_SPOKEN.search(printed) and not set(printed) & set("零〇")):
        raise ValueError("no single number: 二三十, 三五, or only words of approximation")
    return Decimal(100) if printed == "百" and groups["percent"] else _chinese(printed)


def _qualifier(text: str, start: int, groups: dict[str, str | None]) -> Qualifier:
    if groups["tail"]:
        return _TAILS[groups["tail"]]
    glued = "".join(groups.get(name) or "" for name in ("digits", "bare", "scale", "loose", "behind"))
    if "scale" not in groups:
        glued += "余" * (text[max(0, start - 1) : start] == "上")  # 上百件
    if any(c in _LOOSE + "+" for c in glued):
        return "at_least"
    return next((q for q, pattern in _FRONTS if pattern.search(text[max(0, start - 4) : start])), "exact")


def _counts_nothing(text: str, start: int, end: int, groups: dict[str, str | None], unit_start: int) -> bool:
    """Whether `text[start:end]` is a date, an ordinal, a time, an idiom, part of a name or a list number."""
    if _FRONT_OF_NAME.search(text, max(0, start - 2), start) or _IDIOM.match(text, start):
        return True
    if _BEHIND_NAME.match(text, unit_start):
        return True
    if "scale" not in groups:
        return text[max(0, start - 1) : start] in _HUNDREDS_OF
    if groups["unit"]:
        return False
    line_start = text.rfind("\n", 0, start) + 1
    is_list_number = not text[line_start:start].strip() and _LIST_NUMBER.match(text, end)
    is_name = start > 0 and _LETTER.match(text, start - 1)
    return bool(is_list_number or is_name or _CLOCK.search(text, max(0, start - 2), start))


def _number(text: str, match: re.Match[str]) -> Number | None:
    """The number a match stands for; None if it counts nothing or is no single number."""
    start, end = match.span()
    groups = match.groupdict()
    unit, unit_span = groups["unit"] or "", match.span("unit") if groups["unit"] else (end, end)
    if _counts_nothing(text, start, end, groups, unit_span[0]):
        return None
    try:
        value = _value(groups)
    except (ValueError, KeyError):
        return None
    front = None if unit else _UNIT_IN_FRONT.search(text, max(0, start - 12), start)
    if groups.get("percent"):
        unit = "%"
    elif front and re.fullmatch(_units(), front["unit"] or front["counted"]):
        group = "unit" if front["unit"] else "counted"
        unit, unit_span = front[group], front.span(group)
        value *= _SCALES.get(front["scale"], 1)
    return Number(start, end, value, unit, *unit_span, _qualifier(text, start, groups))


def find_numbers(text: str, start: int = 0, end: int | None = None) -> Iterator[Number]:
    """Every number in `text[start:end]` that could be a figure, in order and without overlap.

    Args:
        text: Normalised text; what stands around the stretch is looked at, too.
        start, end: The stretch; the whole text if not given.
    """
    last = start
    stretch = (start, len(text) if end is None else end)
    matches = [m for pattern in _patterns() for m in pattern.finditer(text, *stretch)]
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        if match.start() >= last and (number := _number(text, match)):
            last = number.end
            yield number
