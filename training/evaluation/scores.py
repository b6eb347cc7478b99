"""Scores with honest uncertainty: counts by document, and metrics as functions of their sums.

Every metric is computed from sums of counts over documents, so that the same function gives the score of all
documents, of a slice of them, and of each draw of a bootstrap (Efron 1979). Documents are drawn, not figures,
since the figures of one document are not independent.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from nervaluate.entities import Entity
from nervaluate.strategies import EntityTypeEvaluation, ExactEvaluation, PartialEvaluation, StrictEvaluation

from models.labels import load_labels
from training.evaluation.gold import SCALES, Figure
from training.evaluation.matching import Case

Floats = npt.NDArray[np.float64]
Counts = Mapping[str, float]
Tally = defaultdict[str, float]
Metric = Callable[["Sums"], Floats]
BINS = 10
ROUNDS = 1000
HEADER = ("form", "report_year", "organization")
ATTRIBUTES = ("qualifier", "period", "qualifier_and_period")
FEWEST = 6  # documents on which an interval or a p-value says something
# The senses of SemEval-2013 task 9: span and label, span alone, overlap alone, overlap and label.
SENSES = {
    "strict": StrictEvaluation(),
    "exact": ExactEvaluation(),
    "partial": PartialEvaluation(),
    "type": EntityTypeEvaluation(),
}


def count(case: Case) -> Tally:
    """Everything that is counted in one document, by name."""
    gold, predicted = case.gold, case.predicted
    counts: Tally = defaultdict(float)
    _count_figures(counts, case)
    _count_cells(counts, case)
    for name, value in gold.header.items():
        counts[f"header.{name}.gold"] += 1
        counts[f"header.{name}.right"] += predicted.header.get(name) == value
    if gold.checks_failed is not None:
        for kind, is_kind in (("conflicts", True), ("rules", False)):
            broken, said = (
                {c for c in ids if c.startswith("narrative.") is is_kind}
                for ids in (gold.checks_failed, predicted.checks_failed)
            )
            _count_matches(counts, kind, len(broken), len(said), len(broken & said))
    return counts


def _count_matches(counts: Tally, name: str, gold: int, predicted: int, right: float) -> None:
    for what, number in (("gold", gold), ("predicted", predicted), ("right", right)):
        counts[f"{name}.{what}"] += number


def _count_figures(counts: Tally, case: Case) -> None:
    matching = case.figures
    required = [g for g in case.gold.figures or () if not g.optional]
    given = [*(p for _, p in matching.right), *matching.wrong]
    _count_matches(counts, "figures", len(required), len(given), len(matching.right))
    for figures, what in (
        (required, "gold"),
        (given, "predicted"),
        ([g for g, _ in matching.right], "right"),
    ):
        for f in figures:
            counts[f"label.{f.label}.{what}"] += 1
    for g, p in matching.right:
        qualifier, period = g.qualifier == p.qualifier, g.period == p.period
        counts["attributes.qualifier"] += qualifier
        counts["attributes.period"] += period
        counts["attributes.qualifier_and_period"] += qualifier and period
        if g.unit is not None:
            counts["attributes.unit.gold"] += 1
            counts["attributes.unit"] += _unit(g) == _unit(p)
    if all(g.start is not None for g in required):  # the senses are about spans
        _count_senses(counts, required, given)
    for p in matching.wrong:
        _count_confidence(counts, "figures", p.confidence, False)
    for _, p in matching.right:
        _count_confidence(counts, "figures", p.confidence, True)


def _unit(figure: Figure) -> str:
    return (figure.unit or "").lstrip("".join(SCALES))


def _count_senses(counts: Tally, gold: Sequence[Figure], predicted: Sequence[Figure]) -> None:
    # nervaluate takes the end as the last character, not the one behind it, and pairs greedily in the order it is
    # given: those that fit best come first, so that no other takes their place.
    places = {(f.label, f.start, f.end) for f in gold} | {(None, f.start, f.end) for f in gold}

    def misfit(f: Figure) -> tuple[int, int]:
        return sum((label, f.start, f.end) not in places for label in (f.label, None)), f.start or 0

    true, given = (
        [Entity(label=f.label, start=f.start or 0, end=(f.end or 0) - 1) for f in sorted(figures, key=misfit)]
        for figures in (gold, predicted)
    )
    for name, strategy in SENSES.items():
        result, _ = strategy.evaluate(true, given, list(load_labels()))
        _count_matches(counts, f"senses.{name}", len(true), len(given), result.correct + 0.5 * result.partial)


def bin_of(confidence: float) -> int:
    """The bin of equal width that a confidence falls into."""
    return min(int(confidence * BINS), BINS - 1)


def _count_confidence(counts: Tally, name: str, confidence: float | None, right: bool) -> None:
    if confidence is None:
        return
    at = f"{name}.bin{bin_of(confidence)}"
    counts[f"{at}.count"] += 1
    counts[f"{at}.right"] += right
    counts[f"{at}.confidence"] += confidence
    counts[f"{name}.brier"] += (confidence - right) ** 2


def _count_cells(counts: Tally, case: Case) -> None:
    for outcome in case.cells:
        if outcome.kind != "spurious":
            counts["cells.gold"] += 1
            counts["cells.right"] += outcome.right
            counts["cells.filled"] += outcome.filled
            counts["cells.filled_right"] += outcome.filled and outcome.right
        if outcome.predicted:
            counts["cells.read"] += bool(outcome.predicted.numbers)
            _count_confidence(counts, "cells", outcome.predicted.confidence, outcome.right)
    if case.gold.cells:
        counts["tables"] += 1
        counts["tables.right"] += all(outcome.right for outcome in case.cells)


class Sums:
    """Sums of counts over documents, one value for each draw; what was never counted is 0."""

    def __init__(self, documents: Sequence[Counts], draws: Floats) -> None:
        """Sum.

        Args:
            documents: Counts by document.
            draws: How often each document is taken, a row for each draw.
        """
        names = {name: i for i, name in enumerate(sorted(set().union(*documents)))}
        table = np.zeros((len(documents), len(names)))
        for row, counts in enumerate(documents):
            for name, number in counts.items():
                table[row, names[name]] = number
        self._names, self._sums = names, draws @ table

    def __getitem__(self, name: str) -> Floats:
        place = self._names.get(name)
        return self._sums[:, place] if place is not None else np.zeros(len(self._sums))


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _ratio(part: str, whole: str) -> Metric:
    return lambda sums: _share(sums[part], sums[whole])


def _f1(name: str) -> Metric:
    return lambda sums: _share(2 * sums[f"{name}.right"], sums[f"{name}.gold"] + sums[f"{name}.predicted"])


def _matches(name: str) -> dict[str, Metric]:
    return {
        f"{name}.precision": _ratio(f"{name}.right", f"{name}.predicted"),
        f"{name}.recall": _ratio(f"{name}.right", f"{name}.gold"),
        f"{name}.f1": _f1(name),
    }


def _macro(part: str) -> Metric:
    """Mean over the labels that the gold has."""

    def mean(sums: Sums) -> Floats:
        names = [f"label.{id}" for id in load_labels()]
        known = np.array([sums[f"{name}.gold"] > 0 for name in names])
        # A label that is never predicted has precision 0, not none.
        scores = np.nan_to_num([_matches(name)[f"{name}.{part}"](sums) for name in names])
        return _share((scores * known).sum(axis=0), known.sum(axis=0).astype(float))

    return mean


def _bins(name: str, sums: Sums) -> tuple[Floats, Floats]:
    """Share of the predictions in each bin of confidence, and the gap of confidence and precision there."""
    count, right, confidence = (
        np.array([sums[f"{name}.bin{b}.{what}"] for b in range(BINS)])
        for what in ("count", "right", "confidence")
    )
    whole = np.broadcast_to(count.sum(axis=0), count.shape)
    return _share(count, whole), np.abs(_share(confidence - right, count))


def _expected_error(name: str) -> Metric:
    def error(sums: Sums) -> Floats:
        share, gap = _bins(name, sums)
        total: Floats = np.where(np.isnan(share[0]), np.nan, np.nansum(share * gap, axis=0))
        return total

    return error


def _largest_error(name: str) -> Metric:
    def error(sums: Sums) -> Floats:
        share, gap = _bins(name, sums)
        largest: Floats = np.where(np.isnan(share[0]), np.nan, np.nan_to_num(gap).max(axis=0))
        return largest

    return error


def _calibration(name: str) -> dict[str, Metric]:
    def brier(sums: Sums) -> Floats:
        return _share(
            sums[f"{name}.brier"], np.sum([sums[f"{name}.bin{b}.count"] for b in range(BINS)], axis=0)
        )

    return {
        f"{name}.calibration.expected_error": _expected_error(name),
        f"{name}.calibration.largest_error": _largest_error(name),
        f"{name}.calibration.brier": brier,
    }


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by its name in the report; NaN where there is nothing to measure it on."""
    return {
        **_matches("figures"),
        **{f"figures.macro_{part}": _macro(part) for part in ("precision", "recall", "f1")},
        **{
            name.replace("senses", "figures"): metric
            for sense in SENSES
            for name, metric in _matches(f"senses.{sense}").items()
        },
        **{f"attributes.{name}": _ratio(f"attributes.{name}", "figures.right") for name in ATTRIBUTES},
        "attributes.unit": _ratio("attributes.unit", "attributes.unit.gold"),
        **{f"header.{name}": _ratio(f"header.{name}.right", f"header.{name}.gold") for name in HEADER},
        "cells.accuracy": _ratio("cells.right", "cells.gold"),
        "cells.precision": _ratio("cells.filled_right", "cells.read"),
        "cells.filled_accuracy": _ratio("cells.filled_right", "cells.filled"),
        "cells.exact_documents": _ratio("tables.right", "tables"),
        **_matches("rules"),
        **_matches("conflicts"),
        **_calibration("figures"),
        **_calibration("cells"),
    }


def lower_is_better(metric: str) -> bool:
    """Whether a small value of a metric is the good one."""
    return ".calibration." in metric


def score(documents: Sequence[Counts], names: Sequence[str] | None = None) -> dict[str, float | None]:
    """Metrics over some documents; None where there is nothing to measure them on."""
    sums = Sums(documents, np.ones((1, len(documents))))
    chosen = metrics() if names is None else {name: metrics()[name] for name in names}
    return {name: _number(metric(sums)[0]) for name, metric in chosen.items()}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


@lru_cache(maxsize=8)
def _draws(count: int, seed: int, rounds: int) -> Floats:
    return np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), rounds).astype(float)


def intervals(
    documents: Sequence[Counts], seed: int = 0, names: Sequence[str] | None = None, rounds: int = ROUNDS
) -> dict[str, tuple[float, float] | None]:
    """95% bootstrap intervals of metrics, None where there is nothing to measure or there are too few documents."""
    sums = Sums(documents, _draws(len(documents), seed, rounds))
    found: dict[str, tuple[float, float] | None] = {}
    for name in names or metrics():
        values = metrics()[name](sums)
        values = values[~np.isnan(values)]
        enough = len(values) and len(documents) >= FEWEST
        low, high = np.quantile(values, [0.025, 0.975]) if enough else (0, 0)
        found[name] = (float(low), float(high)) if enough else None
    return found


def changes(
    before: Sequence[Counts],
    after: Sequence[Counts],
    seed: int = 0,
    names: Sequence[str] | None = None,
    rounds: int = ROUNDS,
) -> dict[str, tuple[float, float, float] | None]:
    """How much metrics changed: 95% interval and two-sided p-value of a paired bootstrap.

    Both sides count the same documents in the same order. None as in `intervals`.
    """
    draws = _draws(len(before), seed, rounds)
    old, new = Sums(before, draws), Sums(after, draws)
    found: dict[str, tuple[float, float, float] | None] = {}
    for name in names or metrics():
        change = metrics()[name](new) - metrics()[name](old)
        change = change[~np.isnan(change)]
        if not len(change) or len(before) < FEWEST:
            found[name] = None
            continue
        low, high = np.quantile(change, [0.025, 0.975])
        side = min((change <= 0).sum(), (change >= 0).sum())
        found[name] = float(low), float(high), min(1.0, 2 * (int(side) + 1) / (len(change) + 1))
    return found
