"""What stands around a stretch of text: its neighbours and its heading. Offsets are characters, half open."""

import re

_NEIGHBOUR = 150  # characters of a neighbouring sentence at most
_LONGEST_HEADING = 40
# Of the text as it was read, so with full-width marks (\uff01 \uff1f \uff1b) and half-width ones.
_END = re.compile("[。!?;\uff01\uff1f\uff1b\n]")
_BETWEEN = re.compile("[。!?;\uff01\uff1f\uff1b\\s]*")
_HEADING = re.compile(
    r"^[\s|]*((?:[一二三四五六七八九十]{1,3}、|[(\uff08][一二三四五六七八九十]{1,3}[)\uff09]|第[一二三四五六七八九十]{1,3}部分)[^\n。,\uff0c:\uff1a|]*)",
    re.MULTILINE,
)


def context(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch with the sentence before and the sentence behind it."""
    floor = max(0, start - _NEIGHBOUR)
    ends = [m.end() for m in _END.finditer(text, floor, start)]
    # The last end is that of the sentence before, if nothing but space is between.
    before = [at for at in ends if text[at:start].strip()]
    first = before[-1] if before else floor
    begin = _BETWEEN.match(text, end)
    found = _END.search(text, begin.end() if begin else end, end + _NEIGHBOUR)
    return first, found.end() if found else min(len(text), end + _NEIGHBOUR)


def heading(text: str, before: int) -> str:
    """The last heading above a place, such as 三、…, without what follows it on its line; empty if there is none."""
    last = ""
    for match in _HEADING.finditer(text, 0, before):
        last = match.group(1)
    return last.strip()[:_LONGEST_HEADING]
