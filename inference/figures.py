"""From tagged numbers to figures: what a number in running text says, as printed and in context."""

from bisect import bisect_right
from collections.abc import Sequence

from inference.normalize import NormalText, half_width
from inference.numbers import plain
from inference.passages import sentences
from inference.tagging import Tagged
from models.record import NarrativeEvidence, Span


def figures(source: str, normal: NormalText, tagged: Sequence[Tagged]) -> list[NarrativeEvidence]:
    """The evidence that each tagged number gives, in order, with offsets into the source.

    Args:
        source: The text as it was read.
        normal: The same text normalised.
        tagged: Numbers with their labels, offsets into the normalised text.
    """
    spans = sentences(normal.text)
    starts = [start for start, _ in spans]
    found = []
    for t in tagged:
        number = t.number
        start, end = normal.span(number.start, number.end)
        first, last = spans[bisect_right(starts, number.start) - 1]
        lead = len(normal.text[first:last]) - len(normal.text[first:last].lstrip())
        sentence = normal.span(first + lead, max(number.end, first + len(normal.text[first:last].rstrip())))
        # The unit keeps the script of the source: 1855條 has 條.
        places = normal.offsets[number.unit_start : number.unit_end]
        found.append(
            NarrativeEvidence(
                label=t.label,
                text=source[start:end],
                value=plain(number.value),
                unit=half_width("".join(source[i] for i in places)) or number.unit,
                qualifier=number.qualifier,
                period=t.period,
                start=start,
                end=end,
                sentence=Span(start=sentence[0], end=sentence[1]),
                confidence=round(t.confidence, 4),
            )
        )
    return found
