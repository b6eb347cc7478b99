"""Normalising with a map back: half width, no pinyin glosses, simplified script.

Everything that reads a report works on the normalised text; everything that is reported
points into the source through `NormalText.span`.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import opencc

from models.record import Script

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
_ACCENTED = "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿê\u0300\u0301\u0304\u0308\u030c"
# One Han character and the glosses a page converter left behind it: 據(jù), 政(zheng)(zheng).
_GLOSSED = re.compile(rf"(?<=[{HAN}])(?:\( *[a-z{_ACCENTED}]{{1,9}} *\))+")
_GLOSS = re.compile(rf"[a-z{_ACCENTED}]+")
_HAN = re.compile(rf"[{HAN}]")
# Below these a page is taken for what it mostly is: a few odd characters do not make a script.
_HANT_SHARE = 0.03
_GLOSSES = 3


def _width_table() -> dict[int, str | None]:
    """Characters that have one plain form (full width, radicals, odd spaces); None drops the character."""
    table: dict[int, str | None] = {}
    blocks = [(0xFF01, 0xFFE6), (0xFE30, 0xFE6F), (0x2E80, 0x2FDF), (0xF900, 0xFAFF)]
    for first, last in blocks:
        for code in range(first, last + 1):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain != chr(code):
                table[code] = plain
    table.update(dict.fromkeys([0xA0, 0x3000, *range(0x2000, 0x200B)], " "))
    table[0x2212] = "-"
    table.update(dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010)], None))
    return table


_WIDTH = _width_table()
_DROPPED = re.compile("[" + "".join(chr(c) for c, plain in _WIDTH.items() if plain is None) + "]")


def half_width(text: str) -> str:
    """`text` in half width, nothing else changed but invisible characters dropped."""
    return text.translate(_WIDTH)


@dataclass(frozen=True)
class NormalText:
    """Normalised text whose every character knows where it came from.

    Attributes:
        text: Half width, simplified, without glosses.
        offsets: Source offset (characters, 0-based) of each character of `text`, strictly rising.
        script: `hans`, `hant`, `hans-glossed` or `hant-glossed`, as the source was printed.
    """

    text: str
    offsets: Sequence[int]
    script: Script

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Source offsets, half open, of `text[start:end]`.

        The end is that of the last character, so a gloss after it stays outside. An empty span
        stands where its next character does.
        """
        if start < end:
            return self.offsets[start], self.offsets[end - 1] + 1
        at = (
            self.offsets[start]
            if start < len(self.offsets)
            else (self.offsets[-1] + 1 if self.offsets else 0)
        )
        return at, at


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _readings(character: str) -> frozenset[str]:
    """Readings of a Han character without tone marks, in the spellings that damaged pages use for ü."""
    # Loaded only for pages that have something like a gloss: the table is large.
    from pypinyin.constants import PINYIN_DICT

    plain = {_toneless(reading) for reading in PINYIN_DICT.get(ord(character), "").split(",")}
    return frozenset(plain | {r.replace("ü", "v") for r in plain} | {r.replace("ü", "u") for r in plain})


def _toneless(reading: str) -> str:
    marks = {"\u0304", "\u0301", "\u030c", "\u0300", "\u0302"}
    return unicodedata.normalize(
        "NFC", "".join(c for c in unicodedata.normalize("NFD", reading) if c not in marks)
    )


def _gloss_length(text: str, match: re.Match[str]) -> int:
    """How many characters at `match` are glosses of the character in front; 0 if it is a real bracket."""
    readings = _readings(text[match.start() - 1])
    end = match.start()
    for gloss in _GLOSS.finditer(match.group()):
        if _toneless(gloss.group()) not in readings:
            break
        end = match.start() + match.group().index(")", gloss.end()) + 1
    return end - match.start()


def to_simplified(text: str) -> str:
    """Traditional to simplified script, one character for one."""
    simplified: str = _simplifier().convert(text)
    if len(simplified) == len(text):
        return simplified
    singles = (_simplifier().convert(c) for c in text)
    return "".join(s if len(s) == 1 else c for s, c in zip(singles, text, strict=True))


def normalize(source: str) -> NormalText:
    """Normalise `source`; see `NormalText`."""
    offsets: Sequence[int] = range(len(source))
    text = half_width(source)
    if len(text) != len(source):
        offsets = [i for i, c in enumerate(source) if not _DROPPED.match(c)]

    kept: list[tuple[int, int]] = []
    at = glosses = 0
    for match in _GLOSSED.finditer(text):
        length = _gloss_length(text, match)
        if length:
            kept.append((at, match.start()))
            at = match.start() + length
            glosses += 1
    if glosses:
        kept.append((at, len(text)))
        text = "".join(text[a:b] for a, b in kept)
        offsets = [o for a, b in kept for o in offsets[a:b]]

    simplified = to_simplified(text)
    changed = sum(a != b for a, b in zip(text, simplified, strict=True)) if simplified != text else 0
    is_glossed = glosses >= _GLOSSES
    script: Script = "hans-glossed" if is_glossed else "hans"
    if changed > _HANT_SHARE * max(1, len(_HAN.findall(text))):
        script = "hant-glossed" if is_glossed else "hant"
    return NormalText(simplified, offsets, script)
