"""Rules that fail, as equations with the values put in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inference.checks import sides
from inference.merge import base
from inference.numbers import plain
from inference.view.readings import Reading
from models.record import Check, Record

_SHORT = 3  # terms of a sum that are all shown; of a longer one, those that are not zero


@dataclass(frozen=True)
class Term:
    """A value in an equation; `label` is what tells it from the others."""

    label: str
    reading: Reading


@dataclass(frozen=True)
class Side:
    """One side of an equation: the terms shown, how many that are zero are not, and the sum in base units."""

    terms: tuple[Term, ...]
    zeros: int
    total: str


@dataclass(frozen=True)
class Equation:
    """A rule that fails: two sides that should be equal; `about` is the row or column of all terms, if it is one."""

    check: Check
    about: str
    left: Side
    right: Side

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.left.terms + self.right.terms


def equations(record: Record, readings: Iterable[Reading]) -> list[Equation]:
    """The rules that fail, in the order of the record.

    Args:
        record: Made by nianbao.
        readings: Of that record.
    """
    found = list(readings)
    cells = {r.fact.id: r for r in found if r.evidence.kind == "table" and r.evidence.period == "year"}
    return [_equation(check, cells, found) for check in record.checks if check.status == "fail"]


def _equation(check: Check, cells: Mapping[str, Reading], readings: Sequence[Reading]) -> Equation:
    terms = [
        [t for id in ids if (t := cells.get(id) or _figure(check, id, readings))] for ids in sides(check)
    ]
    about, labels = _labels([reading.label for side in terms for reading in side])
    names = iter(labels)
    shown = [[Term(next(names), reading) for reading in side] for side in terms]
    left, right = (
        _side(side, total or "?") for side, total in zip(shown, (check.left, check.right), strict=True)
    )
    return Equation(check, about, left, right)


def _figure(check: Check, id: str, readings: Iterable[Reading]) -> Reading | None:
    """The figure of the running text that a check compared; None if the record does not have it."""
    same = [
        r
        for r in readings
        if r.evidence.kind == "narrative"
        and r.evidence.label == id
        and plain(base(r.evidence.value, r.evidence.unit)) == check.left
    ]
    return max(same, key=lambda r: r.evidence.confidence, default=None)


def _labels(labels: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The row or column that all cells share, empty if there is none, and the rest of their labels."""
    parts = [label.split(" · ") for label in labels]
    if len(parts) > 1 and all(len(p) == 2 for p in parts):
        for shared, own in ((0, 1), (1, 0)):
            if len({p[shared] for p in parts}) == 1:
                return parts[0][shared], [p[own] for p in parts]
    return "", labels


def _side(terms: Sequence[Term], total: str) -> Side:
    shown = [t for t in terms if len(terms) <= _SHORT or base(t.reading.evidence.value or "0", None)]
    return Side(tuple(shown), len(terms) - len(shown), total)
