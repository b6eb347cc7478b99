"""How good a tagger is on labelled text, counted on the whole path that a report takes.

A figure is right when label and number are right and the spans overlap. Intervals are bootstrapped
over items, since the figures of one item are not independent.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from inference.normalize import normalize
from inference.numbers import plain
from inference.tagging import Tagger
from training.data import Item


@dataclass
class Tally:
    """Counts over some figures."""

    gold: int = 0
    predicted: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Share of the predicted figures that are right; 0 if there are none."""
        return self.right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold figures that were found; 0 if there are none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.predicted + self.gold) if self.predicted + self.gold else 0.0

    def add(self, other: "Tally") -> None:
        """Add the counts of another."""
        self.gold += other.gold
        self.predicted += other.predicted
        self.right += other.right


@dataclass
class Evaluation:
    """What an evaluation found.

    Attributes:
        total: Counts over all figures.
        labels: Counts by label.
        attributes: Right figures, and those whose qualifier and period are right, too.
        confidences: (confidence, right) of each predicted figure.
        items: Counts of each item, for the bootstrap.
        errors: (kind, label, span as printed, context) of each error; kinds `missed` and `wrong`.
    """

    total: Tally = field(default_factory=Tally)
    labels: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    attributes: tuple[int, int] = (0, 0)
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    items: list[Tally] = field(default_factory=list)
    errors: list[tuple[str, str, str, str]] = field(default_factory=list)

    def interval(self, seed: int = 0, rounds: int = 1000) -> tuple[float, float]:
        """95% bootstrap interval of F1, over items."""
        counts = np.array([(t.gold, t.predicted, t.right) for t in self.items], dtype=float)
        draws = np.random.default_rng(seed).integers(0, len(counts), (rounds, len(counts)))
        gold, predicted, right = np.moveaxis(counts[draws].sum(axis=1), 1, 0)
        low, high = np.quantile(2 * right / np.maximum(gold + predicted, 1), [0.025, 0.975])
        return float(low), float(high)

    def calibration_error(self, bins: int = 10) -> float:
        """Expected calibration error: mean gap of confidence and precision over bins of equal width."""
        if not self.confidences:
            return 0.0
        confidence, right = (np.array(x, dtype=float) for x in zip(*self.confidences, strict=True))
        which = np.minimum((confidence * bins).astype(int), bins - 1)
        gaps = [
            abs(confidence[which == b].mean() - right[which == b].mean()) * (which == b).mean()
            for b in range(bins)
            if (which == b).any()
        ]
        return float(sum(gaps))


def evaluate(tagger: Tagger, items: Sequence[Item]) -> Evaluation:
    """Run a tagger over labelled items and count."""
    result = Evaluation()
    found = same = 0
    for item in items:
        normal = normalize(item.text)
        tally = Tally(gold=len(item.figures))
        taken: set[int] = set()
        for t in tagger.tag(normal.text, [(0, len(normal.text))]):
            if not t.is_sure:
                continue
            start, end = normal.span(t.number.start, t.number.end)
            tally.predicted += 1
            result.labels[t.label].predicted += 1
            hit = next(
                (
                    i
                    for i, g in enumerate(item.figures)
                    if i not in taken
                    and g.label == t.label
                    and g.start < end
                    and start < g.end
                    and Decimal(g.value) == t.number.value
                ),
                None,
            )
            result.confidences.append((t.confidence, hit is not None))
            context = item.text[max(0, start - 25) : end + 12]
            if hit is None:
                result.errors.append(
                    ("wrong", t.label, f"{item.text[start:end]} = {plain(t.number.value)}", context)
                )
                continue
            taken.add(hit)
            gold = item.figures[hit]
            tally.right += 1
            result.labels[t.label].right += 1
            found += 1
            same += gold.qualifier == t.number.qualifier and gold.period == t.period
        for i, g in enumerate(item.figures):
            result.labels[g.label].gold += 1
            if i not in taken:
                context = item.text[max(0, g.start - 25) : g.end + 12]
                result.errors.append(("missed", g.label, item.text[g.start : g.end], context))
        result.items.append(tally)
        result.total.add(tally)
    result.attributes = (found, same)
    return result
