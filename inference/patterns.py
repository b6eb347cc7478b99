"""Tagging by patterns instead of a model: the fallback where there are no weights, and the baseline they must beat.

The patterns (`models/data/patterns.yaml`) say which words around a number tell what it counts, that it counts
what the last labelled number before it counts (增至15件), or that it counts nothing (同比增长15件). They are run by spaCy's
Matcher over one token a character, with each number one token.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import yaml
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from inference.numbers import Number, find_numbers
from inference.passages import sentences
from inference.tagging import Tagged
from models.labels import load_labels
from models.record import Period
from models.tagger import NO_LABEL, PERIODS

NUMBER = "#"  # where the number stands in a pattern
OTHER = "*"  # another number
GAP = "…"  # up to REACH other characters, no number among them
REACH = 10
CONFIDENCE = 0.85  # precision on dev, 0.857 (`nianbao evaluate --backend rules`)
# Up to four of these may stand between the words of a pattern and a number.
_FILLERS = [*' :,("”的了为是有共约近达超过逾总计合累数量全年由从被仅']
_SAME = "same"  # what the last labelled number before it counts

# The tag of a token is the unit of a number, or one of these.
_CHARACTER, _NO_UNIT = "character", "none"
_ANY = {"NOT_IN": [_CHARACTER]}


@cache
def _patterns() -> dict[str, dict[str, list[str]]]:
    data: dict[str, dict[str, list[str]]] = yaml.safe_load(
        (files("models") / "data" / "patterns.yaml").read_text("utf-8")
    )
    return data


@cache
def _units() -> dict[str, list[str]]:
    """The units that the numbers of each label may carry, the most usual first."""
    more = _patterns()["units"]
    return {name: [*label.units, *more.get(name, [])] for name, label in load_labels().items()}


@cache
def _matcher() -> Matcher:
    """All patterns, compiled; the id of each is what it says of the number, a space, and the pattern."""
    matcher = Matcher(Vocab())
    for part in ("labels", "others", "periods"):
        for says, patterns in _patterns()[part].items():
            units = _units().get(says)
            tag = {"IN": [*units, _NO_UNIT]} if units else _ANY
            for pattern in patterns:
                matcher.add(f"{says} {pattern}", [_tokens(pattern, tag)])
    return matcher


def _tokens(pattern: str, tag: dict[str, list[str]]) -> list[dict[str, object]]:
    gap: dict[str, object] = {"ORTH": {"NOT_IN": [*"。;!?\n"]}, "TAG": _CHARACTER, "OP": f"{{0,{REACH}}}"}
    filler: dict[str, object] = {"ORTH": {"IN": _FILLERS}, "OP": "{0,4}"}
    special: dict[str, dict[str, object]] = {GAP: gap, NUMBER: {"TAG": tag}, OTHER: {"TAG": _ANY}}
    tokens: list[dict[str, object]] = []
    for character in pattern:
        if character in (NUMBER, OTHER) and tokens:
            tokens.append(filler)
        tokens.append(special.get(character, {"ORTH": character}))
    return tokens


class PatternTagger:
    """Tags numbers by patterns; the same call as `inference.tagging.Tagger`."""

    name, version = "nianbao-patterns", "1"

    def tag(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[Tagged]:
        """The labelled numbers in the given stretches of a normalised text, in order."""
        return [
            tagged
            for start, end in stretches
            for first, last in sentences(text[start:end])
            for tagged in self._sentence(text, start + first, start + last)
        ]

    def _sentence(self, text: str, start: int, end: int) -> Iterator[Tagged]:
        """Each number gets the label of the match that prints most and skips least."""
        matcher = _matcher()
        numbers = {n.start: n for n in find_numbers(text, start, end)}
        if not numbers:
            return
        words, found, at = list[str](), list[Number | None](), start
        while at < end:
            number = numbers.get(at)
            words.append(text[at : number.end if number else at + 1])
            found.append(number)
            at += len(words[-1])
        tags = [(n.unit or _NO_UNIT) if n else _CHARACTER for n in found]
        doc = Doc(matcher.vocab, words=words, spaces=[False] * len(words), tags=tags)
        # What is said of each number, best first: (characters skipped, less twice those printed; how unusual
        # the unit is for the label; what).
        said: dict[int, list[tuple[int, int, str]]] = {}
        for id, first, last in matcher(doc):
            says, _, pattern = matcher.vocab.strings[id].partition(" ")
            place = [i for i in range(first, last) if found[i]][pattern[: pattern.index(NUMBER)].count(OTHER)]
            printed = len(pattern.replace(GAP, ""))
            units = _units().get(says, [])
            unusual = units.index(tags[place]) if tags[place] in units else len(units)
            said.setdefault(place, []).append((last - first - 3 * printed, unusual, says))
        before: Tagged | None = None
        for place, matches in sorted(said.items()):
            number = found[place]
            alike = before and number and before.number.unit == number.unit
            ranked = [s for *_, s in sorted(matches) if s not in PERIODS and (s != _SAME or alike)]
            says = ranked[0] if ranked else NO_LABEL
            if number and says != NO_LABEL:
                periods = {s for *_, s in matches}
                period: Period = next((p for p in PERIODS if p in periods), "year")
                label = before.label if before and says == _SAME else says
                before = Tagged(number, label, period, CONFIDENCE)
                yield before
