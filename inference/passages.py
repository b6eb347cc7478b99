"""The running text of a report: its sentences, and the windows in which a tagger sees them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference.numbers import find_numbers

_SENTENCE = re.compile(r"[^。!?;\n]*[。!?;\n]?")
_CLAUSE = re.compile(r"(?:[^,、:\n]|(?<=\d),(?= ?\d))*[,、:\n]?")
_FURNITURE = re.compile(
    r".{0,20}(?:扫一扫|打印本页|关闭窗口|浏览次数|阅读次数|点击次数|访问量?[:：]|发布(?:日期|时间)|字号|字体|ICP备|网安备"
    r"|版权所有|技术支持|网站标识码|当前位置|责任编辑|主办单位|信息来源|来源[:：]|分享到|上一篇|下一篇|索引号|文号[:：]).{0,80}"
)


@dataclass(frozen=True)
class Window:
    """A stretch of text that a tagger sees at once; offsets are into the normalised text.

    Attributes:
        start, end: All that it sees.
        first: Where its own part begins; what stands before is context, tagged in an earlier window.
    """

    start: int
    end: int
    first: int


def _split(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text, start, end):
        if match.end() > match.start():
            yield match.span()


def sentences(text: str) -> list[tuple[int, int]]:
    """Half-open spans that cover a text, each ending with 。！？； or a line end; a decimal point ends none."""
    return list(_split(_SENTENCE, text, 0, len(text)))


def prose(text: str, zones: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of a normalised text that are running text: no tables, no furniture of the page.

    Args:
        text: The whole report.
        zones: Where its tables stand, in order.
    """
    stretches: list[tuple[int, int]] = []
    at = 0
    for start, end in [*zones, (len(text), len(text))]:
        for line_start, line_end in _split(re.compile(r"[^\n]*\n?"), text, at, max(at, start)):
            line = text[line_start:line_end]
            if "|" in line or not line.strip() or _FURNITURE.fullmatch(line.strip()):
                continue
            if stretches and stretches[-1][1] == line_start:
                stretches[-1] = (stretches[-1][0], line_end)
            else:
                stretches.append((line_start, line_end))
        at = max(at, end)
    return stretches


def windows(text: str, start: int, end: int, size: int, context: int) -> Iterator[Window]:
    """Windows that cover `text[start:end]`, cut between sentences where possible, each number whole in one.

    Args:
        text: The normalised text.
        start, end: The stretch of prose.
        size: Most characters a window may see.
        context: Characters of earlier text it sees besides, whole sentences of them; at most a quarter of `size`.
    """
    context = min(context, size // 4)
    room = size - context
    pieces: list[tuple[int, int]] = []
    for sentence in _split(_SENTENCE, text, start, end):
        parts = [sentence] if sentence[1] - sentence[0] <= room else list(_split(_CLAUSE, text, *sentence))
        for part_start, part_end in parts:
            # A clause longer than a window is no prose; cut it, but never inside a number.
            while part_end - part_start > room:
                cut = part_start + room
                whole = next(
                    (n for n in find_numbers(text, part_start, part_end) if n.start < cut < n.end), None
                )
                if whole and whole.start > part_start:
                    cut = whole.start
                pieces.append((part_start, cut))
                part_start = cut
            pieces.append((part_start, part_end))
    at = 0
    while at < len(pieces):
        first, last = pieces[at][0], at
        while last + 1 < len(pieces) and pieces[last + 1][1] - first <= room:
            last += 1
        before = at
        while before and first - pieces[before - 1][0] <= context:
            before -= 1
        yield Window(pieces[before][0], pieces[last][1], first)
        at = last + 1
