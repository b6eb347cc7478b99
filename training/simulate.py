"""What active learning is worth: the loop of annotation replayed, with the gold as the annotator.

A few items drawn at random are labelled, a model learns from them, a strategy chooses what to label next, and so
on until all of the pool is labelled. Cost is counted in numbers, each of which an annotator has to look at and
decide on, so that no strategy wins by choosing long passages.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, ConfigDict
from scipy.stats import t as student

from annotations.items import Item
from annotations.queue import ChanceTagger
from annotations.strategies import Chances, entropy, margin, spread
from inference.normalize import normalize
from inference.numbers import find_numbers
from training.baselines import LinearTagger
from training.evaluation.gold import GoldDocument
from training.evaluation.matching import Case, of_passage
from training.evaluation.scores import count, score

Strategy = Literal["random", "margin", "entropy", "diversity"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
# Trains a tagger on some items with a seed; `LinearTagger` is one.
Learner = Callable[[Sequence[Item], int], ChanceTagger]
BELOW = (0.01, 0.02, 0.05, 0.1)  # F1 below that of the whole pool: the targets
# Marker and line by strategy, so that curves are told apart without colour.
_STYLES: dict[Strategy, tuple[str, Any]] = {
    "random": ("o", "-"),
    "margin": ("s", "--"),
    "entropy": ("D", "-."),
    "diversity": ("^", ":"),
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Point(_Part):
    """The F1 on the test after labelling so many items, with so many numbers in them."""

    items: int
    numbers: int
    f1: float


class Curve(_Part):
    """One replay of the loop; the last point is that of the whole pool."""

    strategy: Strategy
    seed: int
    points: tuple[Point, ...]


class Estimate(_Part):
    """A mean over seeds of an F1 or a share, with its 95% t interval, cut to 0 to 1.

    `low` and `high` are None for a single seed.
    """

    mean: float
    low: float | None
    high: float | None


class Round(_Part):
    """A point of a strategy's mean curve; `items` and `numbers` are means over seeds."""

    items: float
    numbers: float
    f1: Estimate


class Reach(_Part):
    """The share of the pool's numbers at which curves first come within `below` of the F1 of the whole pool.

    Between two points a curve is taken for straight. The share is None where a seed never gets there.
    """

    below: float
    share: Estimate | None


class Summary(_Part):
    """What became of a strategy over all seeds."""

    strategy: Strategy
    rounds: tuple[Round, ...]
    reach: tuple[Reach, ...]


class Simulation(_Part):
    """All replays and what they come to.

    Attributes:
        items, numbers: Of the pool.
        full: F1 with the whole pool.
        curves: The replays.
        summaries: One for each strategy, in the order of the curves.
    """

    items: int
    numbers: int
    full: Estimate
    curves: tuple[Curve, ...]
    summaries: tuple[Summary, ...]


@dataclass(frozen=True)
class Loop:
    """How the loop is replayed.

    Attributes:
        first: Share of the pool's numbers that is drawn at random and labelled to begin with.
        growth: By how much a round multiplies the numbers labelled; above 1.
        learner: Trains the model of each round.
    """

    first: float = 0.05
    growth: float = 1.5
    learner: Learner = LinearTagger

    def __post_init__(self) -> None:
        """Raise ValueError for a loop that never begins or never ends."""
        if not 0 < self.first < 1 < self.growth:
            raise ValueError(f"no loop begins with a share of {self.first} and grows by {self.growth}")


def encoder_learner(base: str, epochs: int = 8) -> Learner:
    """A learner that fine-tunes an encoder; slow without a GPU.

    Args:
        base: Folder or hub name of an encoder with a fast tokenizer.
        epochs: Passes over the labelled items in each round.
    """
    from inference.torch_tagging import TorchTagger
    from models.tagger import TaggerConfig
    from training.data import class_names
    from training.finetune import Finetuning, finetune

    def learn(items: Sequence[Item], seed: int) -> ChanceTagger:
        with TemporaryDirectory() as folder:
            run = Finetuning(base, Path(folder), epochs=epochs, seed=seed)
            finetune(run, list(items))
            TaggerConfig("simulated", "0", class_names(), run.max_tokens).save(run.output)
            return TorchTagger(run.output)

    return learn


def replay(
    pool: Sequence[Item],
    test: Sequence[GoldDocument],
    strategies: Sequence[Strategy] = STRATEGIES,
    seeds: Sequence[int] = (1, 2, 3),
    loop: Loop | None = None,
) -> Iterator[Curve]:
    """Replay the loop with every strategy and seed; strategies with the same seed begin with the same items.

    Args:
        pool: What can be labelled.
        test: Passages to measure F1 on, as in an evaluation; with a figure at least.
        strategies: How the next items are chosen: at `random`; those with the most doubtful number by `margin` or
            `entropy`; or for `diversity`.
        seeds: Of all that is drawn and of the learner.
        loop: How the loop is replayed, as usual if None.

    Raises:
        ValueError: The first items are too few or too much alike to learn from.
    """
    replaying = _Replay(pool, test, loop or Loop())
    for seed in seeds:
        yield from replaying.curves(strategies, seed)


class _Replay:
    def __init__(self, pool: Sequence[Item], test: Sequence[GoldDocument], loop: Loop) -> None:
        self._pool, self._test, self._loop = pool, test, loop
        self._texts = [normalize(item.text).text for item in pool]
        self._sizes = [len(list(find_numbers(text))) for text in self._texts]

    def curves(self, strategies: Sequence[Strategy], seed: int) -> Iterator[Curve]:
        everything = [int(i) for i in np.random.default_rng(seed).permutation(len(self._pool))]
        goals = self._goals()
        start = self._take(everything, goals[0])
        tagger, first = self._learn(start, seed)
        _, last = self._learn(everything, seed)
        for strategy in strategies:
            rounds = self._rounds(strategy, start, tagger, goals[1:], seed)
            yield Curve(strategy=strategy, seed=seed, points=(first, *rounds, last))

    def _goals(self) -> list[float]:
        """How many numbers are labelled after each round but the last, which labels all that is left."""
        total, first, growth = sum(self._sizes), self._loop.first, self._loop.growth
        # Less a little, so that rounding adds no round that leaves nothing for the last.
        rounds = math.ceil(-math.log(first) / math.log(growth) - 1e-6)
        return [total * first * growth**i for i in range(max(1, rounds))]

    def _take(self, order: Sequence[int], budget: float) -> list[int]:
        """The first items of an order that hold a number of numbers."""
        before = np.cumsum([0, *(self._sizes[i] for i in order)])[:-1]
        return [i for i, taken in zip(order, before, strict=True) if taken < budget]

    def _learn(self, labelled: Sequence[int], seed: int) -> tuple[ChanceTagger, Point]:
        # In the order of the pool, so that the same items make the same model however they were chosen.
        tagger = self._loop.learner([self._pool[i] for i in sorted(labelled)], seed)
        counts = [count(Case(d, of_passage(d.text or "", tagger))) for d in self._test]
        f1 = score(counts, ["figures.f1"])["figures.f1"]
        numbers = sum(self._sizes[i] for i in labelled)
        return tagger, Point(items=len(labelled), numbers=numbers, f1=f1 or 0.0)

    def _rounds(
        self,
        strategy: Strategy,
        start: Sequence[int],
        tagger: ChanceTagger,
        goals: Sequence[float],
        seed: int,
    ) -> Iterator[Point]:
        labelled = list(start)
        draw = np.random.default_rng(seed)
        for goal in goals:
            left = sorted(set(range(len(self._pool))).difference(labelled))
            draw.shuffle(left)
            budget = goal - sum(self._sizes[i] for i in labelled)
            labelled += self._take(self._order(strategy, left, tagger, budget, seed), budget)
            tagger, point = self._learn(labelled, seed)
            yield point

    def _order(
        self, strategy: Strategy, left: Sequence[int], tagger: ChanceTagger, budget: float, seed: int
    ) -> Sequence[int]:
        """Items in the order in which a strategy labels them; `left` is shuffled."""
        if strategy == "random":
            return left
        if strategy == "diversity":
            return self._apart(left, budget, seed)
        measure = entropy if strategy == "entropy" else margin
        doubts = {i: measure(self._chances(i, tagger)) for i in left}
        return sorted(left, key=lambda i: -doubts[i])

    def _chances(self, index: int, tagger: ChanceTagger) -> Chances:
        text = self._texts[index]
        return np.array([chances for _, chances in tagger.chances(text, [(0, len(text))])])

    def _apart(self, indices: Sequence[int], budget: float, seed: int) -> list[int]:
        """Items unlike each other that hold about as many numbers as the budget, then the others."""
        mean = sum(self._sizes[i] for i in indices) / max(1, len(indices))
        wanted = math.ceil(max(0.0, budget) / max(1.0, mean))
        chosen = set(spread([self._texts[i] for i in indices], max(1, wanted), seed))
        places = sorted(range(len(indices)), key=lambda place: place not in chosen)
        return [indices[place] for place in places]


def summarise(curves: Sequence[Curve]) -> Simulation:
    """What some curves, at least one, come to: they must be of one pool, with the same seeds for every strategy."""
    whole = curves[0].points[-1]
    full = _estimate([f1 for _, f1 in sorted({c.seed: c.points[-1].f1 for c in curves}.items())])
    strategies = dict.fromkeys(curve.strategy for curve in curves)
    return Simulation(
        items=whole.items,
        numbers=whole.numbers,
        full=full,
        curves=tuple(curves),
        summaries=tuple(_summary([c for c in curves if c.strategy == s], full.mean) for s in strategies),
    )


def _summary(curves: Sequence[Curve], full: float) -> Summary:
    rounds = tuple(
        Round(
            items=float(np.mean([p.items for p in points])),
            numbers=float(np.mean([p.numbers for p in points])),
            f1=_estimate([p.f1 for p in points]),
        )
        for points in zip(*(curve.points for curve in curves), strict=True)
    )
    reach = []
    for below in BELOW:
        shares = [share for c in curves if (share := _reached(c.points, full - below)) is not None]
        reach.append(Reach(below=below, share=_estimate(shares) if len(shares) == len(curves) else None))
    return Summary(strategy=curves[0].strategy, rounds=rounds, reach=tuple(reach))


def _reached(points: Sequence[Point], target: float) -> float | None:
    """The share of the numbers at which a curve first reaches a target, None if it never does."""
    total = points[-1].numbers
    if points[0].f1 >= target:
        return points[0].numbers / total
    for before, after in pairwise(points):
        if after.f1 >= target:
            way = (target - before.f1) / (after.f1 - before.f1)
            return (before.numbers + way * (after.numbers - before.numbers)) / total
    return None


def _estimate(values: Sequence[float]) -> Estimate:
    mean = float(np.mean(values))
    if len(values) == 1:
        return Estimate(mean=mean, low=None, high=None)
    half = float(student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values)))
    return Estimate(mean=mean, low=max(0.0, mean - half), high=min(1.0, mean + half))


def write(simulation: Simulation, folder: Path) -> None:
    """Write `simulation.json`, `simulation.svg` and `simulation.md` into a folder, made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "simulation.json").write_text(simulation.model_dump_json(indent=1) + "\n", "utf-8")
    (folder / "simulation.md").write_text(_table(simulation), "utf-8")
    _draw(simulation, folder / "simulation.svg")


def _table(simulation: Simulation) -> str:
    seeds = len({curve.seed for curve in simulation.curves})
    heads = [f"F1 less {below:.2f} ({simulation.full.mean - below:.3f})" for below in BELOW]
    lines = [
        "# Labels needed by strategy",
        "",
        f"Share of the {simulation.numbers:,} numbers of the pool ({simulation.items:,} passages) that have to be "
        f"labelled to come that near to the F1 of the whole pool, {_said(simulation.full, '.3f')}.",
        f"Means over {seeds} seeds, with 95% t intervals in brackets; – where a seed never gets there.",
        "",
        f"| strategy | {' | '.join(heads)} |",
        "|---" * (1 + len(heads)) + "|",
    ]
    for summary in simulation.summaries:
        cells = [_said(reach.share, ".0%") if reach.share else "–" for reach in summary.reach]
        lines.append(f"| {summary.strategy} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _said(estimate: Estimate, form: str) -> str:
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean:{form}}"
    return f"{estimate.mean:{form}} ({estimate.low:{form}} to {estimate.high:{form}})"


def _draw(simulation: Simulation, file: Path) -> None:
    """Mean curves with their intervals, and the line to reach."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "nianbao", "font.size": 10}):
        figure = Figure(figsize=(8, 5), layout="constrained")
        axes = figure.add_subplot()
        for summary in simulation.summaries:
            marker, line = _STYLES[summary.strategy]
            numbers = [r.numbers for r in summary.rounds]
            (drawn,) = axes.plot(
                numbers,
                [r.f1.mean for r in summary.rounds],
                marker=marker,
                linestyle=line,
                markersize=5,
                label=summary.strategy,
            )
            if all(r.f1.low is not None for r in summary.rounds):
                axes.fill_between(
                    numbers,
                    [r.f1.low or 0.0 for r in summary.rounds],
                    [r.f1.high or 0.0 for r in summary.rounds],
                    color=drawn.get_color(),
                    alpha=0.12,
                    linewidth=0,
                )
        full = simulation.full.mean
        axes.axhline(full, color="black", linewidth=1, label=f"whole pool: {full:.3f}")
        axes.axhline(full - BELOW[0], color="black", linewidth=1, linestyle=":", label=f"less {BELOW[0]:.2f}")
        axes.axvline(simulation.numbers / 2, color="grey", linewidth=1, linestyle="--")
        axes.annotate("half of the numbers", (simulation.numbers / 2, axes.get_ylim()[0]), (4, 4),
                      textcoords="offset points", fontsize=8)  # fmt: skip
        axes.set(
            title="F1 on the test by strategy (means and 95% t intervals over seeds)",
            xlabel="numbers labelled",
            ylabel="F1 of figures",
        )
        axes.grid(alpha=0.2)
        axes.legend()
        figure.savefig(file, metadata={"Date": None})
