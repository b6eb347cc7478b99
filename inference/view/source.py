"""The text of a report with its evidence marked, character for character."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_LONE_RETURN = re.compile("\r(?!\n)")
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")  # what a page of HTML in UTF-8 cannot hold


@dataclass(frozen=True)
class Mark:
    """A stretch of the text that links to something beside it.

    Attributes:
        start, end: Offsets into the text, half open; equal for a place where nothing stands.
        anchor: Id of the stretch.
        back: Id of what it links to.
        title: What it is, for the pointer and for screen readers.
        kind: `cell`, `warning`, or the family of a figure.
        level: How doubtful it is, from 0 to 3.
    """

    start: int
    end: int
    anchor: str
    back: str
    title: str
    kind: str
    level: int


def marked(text: str, marks: Sequence[Mark]) -> Markup:
    """The text as HTML that has the same characters, with a link for each mark.

    Marks may nest, overlap or be empty. Links cannot stand in links, so each stretch links to where its shortest mark
    leads, and what begins there besides is a plain element with the anchor. A NUL, which HTML cannot hold, becomes
    U+FFFD.
    """
    return Markup("").join(_parts(text, marks))


def _parts(text: str, marks: Sequence[Mark]) -> Iterator[Markup]:
    opening: dict[int, list[Mark]] = defaultdict(list)
    bounds = {0, len(text)}
    for mark in marks:
        start, end = min(mark.start, len(text)), min(mark.end, len(text))
        opening[start].append(mark)
        bounds |= {start, max(start, end)}
    places = sorted(bounds)
    active: list[Mark] = []
    for i, place in enumerate(places):
        active = [m for m in active if m.end > place]
        for mark in opening[place]:
            if min(mark.end, len(text)) <= place:
                yield _link(mark, Markup(""), True)
        begun = [m for m in opening[place] if min(m.end, len(text)) > place]
        active += begun
        stretch = _escaped(text[place : places[i + 1]]) if i + 1 < len(places) else Markup("")
        if active:
            shortest = min(active, key=lambda m: m.end - m.start)
            stretch = _link(shortest, stretch, shortest in begun)
            for mark in begun:
                if mark is not shortest:
                    stretch = Markup('<span id="{}">{}</span>').format(mark.anchor, stretch)
        yield stretch


def _link(mark: Mark, content: Markup, is_first: bool) -> Markup:
    """A mark, or the part of it behind another one, which has no anchor and is no stop for the keyboard."""
    place = Markup(' id="{}"').format(mark.anchor) if is_first else Markup(' tabindex="-1"')
    blank = Markup(' data-blank aria-label="{}"').format(mark.title) if mark.start == mark.end else Markup("")
    return Markup('<a{}{} class="mark" href="#{}" data-family="{}" data-level="{}" title="{}">{}</a>').format(
        place, blank, mark.back, mark.kind, mark.level, mark.title, content
    )


def _escaped(text: str) -> Markup:
    """Text as HTML; a carriage return is written as a reference, since a parser makes a line end of it."""
    escaped = str(escape(_IMPOSSIBLE.sub("\N{REPLACEMENT CHARACTER}", text)))
    # Where a carriage return alone ends a line, it does so on the page.
    return Markup(_LONE_RETURN.sub("&#13;<br>", escaped).replace("\r", "&#13;"))
