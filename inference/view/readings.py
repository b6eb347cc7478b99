"""The readings of a record: every piece of evidence with its number, which ties a value to its place in the text."""

import math
from dataclasses import dataclass

from models.labels import load_labels
from models.record import Evidence, Fact, Record

_LEVELS = (0.95, 0.9, 0.8)


def level(confidence: float) -> int:
    """How doubtful a confidence is: 0 from 0.95, 1 from 0.9, 2 from 0.8, 3 below."""
    return sum(confidence < least for least in _LEVELS)


def percent(confidence: float) -> str:
    """A confidence in whole percent, rounded down so that it never looks surer than it is, and never certain."""
    return f"{min(99, math.floor(round(confidence * 100, 6)))}%"


@dataclass(frozen=True)
class Reading:
    """One piece of evidence, and the fact that it supports.

    Attributes:
        number: Counts the evidence of a record from 0. The place in the text is `#e-0`, the value beside it `#f-0`.
    """

    number: int
    fact: Fact
    evidence: Evidence

    @property
    def label(self) -> str:
        """What was counted, in Chinese, as it was read at this place."""
        if self.evidence.kind == "table":
            return self.fact.label
        known = load_labels().get(self.evidence.label)
        return known.zh if known else self.evidence.label

    @property
    def level(self) -> int:
        """How doubtful the fact is, from 0 to 3."""
        return level(self.fact.confidence)


def readings(record: Record) -> list[Reading]:
    """Every piece of evidence, in the order of the facts."""
    evidence = ((fact, e) for fact in record.facts for e in fact.evidence)
    return [Reading(number, fact, e) for number, (fact, e) in enumerate(evidence)]
