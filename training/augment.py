"""The compositional generator: labelled items told another way, for training only.

Numbers are redrawn or spelled out, lists are reordered and shortened, the level of government is
exchanged, clauses that say nothing are put between the deciding word and its number, and the text
is damaged as pages damage it. No edit changes what a number counts.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files

import opencc
from pypinyin import Style, pinyin

from annotations.items import GoldFigure, Item, placed
from inference.normalize import normalize
from inference.numbers import find_numbers, plain

_DIGITS = re.compile(r"\d{1,3}(?:[,，]\d{3})+|\d+")
_RATE = re.compile(r"[%％.．]|\d$")
_SEPARATORS = re.compile(r"([,，、;；。\n])")
_LEVELS = "省市县区镇乡"
_LEVEL = re.compile(rf"(?<=[全我本])[{_LEVELS}]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# A part of a list that leans on its neighbours must stay where it is.
_LEANING = re.compile(
    r"其[中余他]|另|分别|均|各|每|共|合计|剩|比|较|[去上前]年|同期|到|至|保留|维持|采纳|参加|修订|新增"
)
_LONGEST_PART = 24
_NUMERALS = "零一二三四五六七八九"


@dataclass(frozen=True)
class _Piece:
    """A stretch of an item: a number, a separator, or the words between."""

    text: str
    is_number: bool = False
    figure: GoldFigure | None = None


Edit = Callable[[list[_Piece], random.Random], list[_Piece]]


def augment(item: Item, draw: random.Random) -> Item:
    """The item with a random choice of edits; its figures keep label and period, spans and values are renewed."""
    pieces = list(_pieces(item))
    for edit, share in _EDITS:
        if draw.random() < share:
            pieces = edit(pieces, draw)
    text, figures = "", []
    for piece in pieces:
        if piece.figure:
            figures.append(replace(piece.figure, start=len(text), end=len(text) + len(piece.text)))
        text += piece.text
    return Item(text, tuple(figures))


def _pieces(item: Item) -> Iterator[_Piece]:
    normal = normalize(item.text)
    gold = placed(item, normal)
    bare = [
        normal.span(n.start, n.end)
        for n in find_numbers(normal.text)
        if not any(n.start < end and start < n.end for start, end, _ in gold)
    ]
    spans = sorted(
        [(f.start, f.end, f) for f in item.figures] + [(a, b, None) for a, b in bare], key=lambda s: s[0]
    )
    at = 0
    for start, end, figure in [*spans, (len(item.text), len(item.text), None)]:
        yield from (_Piece(text) for text in _SEPARATORS.split(item.text[at:start]) if text)
        if start < end:
            yield _Piece(item.text[start:end], True, figure)
        at = end


def _redraw(pieces: list[_Piece], draw: random.Random) -> list[_Piece]:
    """Other digits, at most one more or one less of them; rates, zeros and numbers without unit stay."""

    def drawn(piece: _Piece) -> _Piece:
        found = _DIGITS.findall(piece.text)
        if not piece.is_number or len(found) != 1 or _RATE.search(piece.text):
            return piece
        old = int(re.sub("[,，]", "", found[0]))
        size = max(1, len(str(old)) + draw.choice([-1, 0, 0, 1]))
        new = draw.randrange(10 ** (size - 1), 10**size)
        if not old or (piece.figure and Decimal(piece.figure.value) % old):
            return piece
        figure = piece.figure and replace(piece.figure, value=plain(Decimal(piece.figure.value) / old * new))
        printed = f"{new:,}" if draw.random() < 0.1 else str(new)
        return _Piece(piece.text.replace(found[0], printed), True, figure)

    return [drawn(p) for p in pieces]


def _spell(pieces: list[_Piece], draw: random.Random) -> list[_Piece]:
    """Some numbers below a hundred in Chinese numerals."""

    def spelled(piece: _Piece) -> _Piece:
        match = (
            re.match(r"(?!1[批类道系])([1-9]\d?)(?=[^\d.．,，%％\s])", piece.text)
            if piece.is_number
            else None
        )
        if not match or draw.random() < 0.5:
            return piece
        tens, ones = divmod(int(match[1]), 10)
        words = (
            (_NUMERALS[tens] if tens > 1 else "") + ("十" if tens else "") + (_NUMERALS[ones] if ones else "")
        )
        return replace(piece, text=("两" if words == "二" else words) + piece.text[match.end() :])

    return [spelled(p) for p in pieces]


def _relist(pieces: list[_Piece], draw: random.Random) -> list[_Piece]:
    """Parts of a list, told apart by 、 or ;, in another order or one fewer; its ends, which may lean on the rest, stay."""
    parts: list[list[_Piece]] = [[]]
    for piece in pieces:
        parts[-1].append(piece)
        if _SEPARATORS.fullmatch(piece.text):
            parts.append([])
    told: list[list[_Piece]] = []
    at = 0
    while at < len(parts):
        end = at
        while end < len(parts) and _is_list_part(parts[end]) and parts[end][-1].text == parts[at][-1].text:
            end += 1
        run = parts[at + 1 : end]
        if len(run) > 1:
            draw.shuffle(run)
            told += [parts[at], *run[draw.random() < 0.3 :]]
        else:
            end = max(end, at + 1)
            told += parts[at:end]
        at = end
    return [piece for part in told for piece in part]


def _is_list_part(part: list[_Piece]) -> bool:
    text = "".join(p.text for p in part)
    return (
        sum(p.is_number for p in part) == 1
        and len(text) <= _LONGEST_PART
        and text[-1] in "、;；"
        and not _LEANING.search(text)
    )  # fmt: skip


def _fill(pieces: list[_Piece], draw: random.Random) -> list[_Piece]:
    """Clauses that say nothing behind some commas."""
    filled = []
    for piece in pieces:
        filled.append(piece)
        if piece.text in {",", "，"} and draw.random() < 0.25:
            filled.append(_Piece(draw.choice(_fillers()) + piece.text))
    return filled


@cache
def _fillers() -> list[str]:
    return (files("training") / "fillers.txt").read_text("utf-8").splitlines()


def _relevel(pieces: list[_Piece], draw: random.Random) -> list[_Piece]:
    """Another level of government, the same throughout: 全县 becomes 全市."""
    level = draw.choice(_LEVELS)
    return [p if p.is_number else _Piece(_LEVEL.sub(level, p.text)) for p in pieces]


def _damage(pieces: list[_Piece], draw: random.Random) -> list[_Piece]:
    """Commas lost, lines broken, quotes dropped, spaces between characters; but no two numbers made one."""

    def damaged(piece: _Piece, following: _Piece) -> _Piece:
        if piece.text in {",", "，", "、"}:
            lost = "" if _HAN.match(following.text) else ";"
            return _Piece(draw.choices([lost, "\n", ";", piece.text], [2, 1, 1, 8])[0])
        text = re.sub('[“”"]', "", piece.text) if draw.random() < 0.5 else piece.text
        return _Piece("".join(c + " " if _HAN.match(c) and draw.random() < 0.02 else c for c in text))

    return [
        p if p.is_number else damaged(p, following)
        for p, following in zip(pieces, [*pieces[1:], _Piece("\n")], strict=True)
    ]


def _to_traditional(pieces: list[_Piece], _: random.Random) -> list[_Piece]:
    texts = [(_traditional().convert(p.text), p) for p in pieces]
    return [replace(p, text=text) if len(text) == len(p.text) else p for text, p in texts]


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _gloss(pieces: list[_Piece], draw: random.Random) -> list[_Piece]:
    """Pinyin in brackets behind some characters."""

    def glossed(character: str) -> str:
        if not _HAN.match(character) or draw.random() > 0.08:
            return character
        return f"{character}({pinyin(character, style=Style.TONE)[0][0]})"

    return [p if p.is_number else _Piece("".join(map(glossed, p.text))) for p in pieces]


# Each with the share of the items it is tried on.
_EDITS: list[tuple[Edit, float]] = [
    (_redraw, 0.7),
    (_spell, 0.1),
    (_relist, 0.5),
    (_fill, 0.4),
    (_relevel, 0.4),
    (_damage, 0.1),
    (_to_traditional, 0.05),
    (_gloss, 0.05),
]
