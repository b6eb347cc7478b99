"""The figures of the running text, by family of their labels."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inference.view.readings import Reading
from models.labels import load_labels
from models.record import Fact, Record


@dataclass(frozen=True)
class Figure:
    """A fact as the running text states it.

    Attributes:
        label: Id of the label; that of the fact may be a cell.
        readings: Where it is stated, in order; empty for a fact without evidence.
    """

    label: str
    fact: Fact
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Family:
    """Figures whose labels begin alike, such as `disclosure`."""

    id: str
    figures: tuple[Figure, ...]


def families(record: Record, readings: Iterable[Reading]) -> list[Family]:
    """The figures of a record by family, in the order of the labels, figures of one label in the order of the text."""
    stated: dict[int, list[Reading]] = defaultdict(list)
    for reading in readings:
        stated[id(reading.fact)].append(reading)
    figures = [figure for fact in record.facts for figure in _figures(fact, stated[id(fact)])]
    order = {label: place for place, label in enumerate(load_labels())}
    grouped: dict[str, list[Figure]] = defaultdict(list)
    for figure in sorted(figures, key=lambda f: order.get(f.label, len(order))):
        grouped[figure.label.partition(".")[0]].append(figure)
    return [Family(id, tuple(members)) for id, members in grouped.items()]


def _figures(fact: Fact, readings: Sequence[Reading]) -> list[Figure]:
    if not readings:
        return [Figure(fact.id, fact, ())]
    by_label: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.evidence.kind == "narrative":
            by_label[reading.evidence.label].append(reading)
    return [Figure(label, fact, tuple(stated)) for label, stated in by_label.items()]
