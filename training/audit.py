"""Label errors in labelled text: numbers whose label models that never saw them confidently contradict.

Confident learning (Northcutt et al. 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels") by
cleanlab, over the class probabilities of a cross-validated linear model.
"""

import random
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from annotations.items import Item, gold_of, placed
from inference.normalize import normalize
from inference.tagging import Floats
from models.tagger import NO_LABEL
from training.baselines import LinearTagger
from training.data import class_names


@dataclass(frozen=True)
class Suspect:
    """A number that probably carries a wrong label.

    Attributes:
        item: Index of its item.
        start, end: Characters into the item's text, 0-based, half open.
        given, likely: The label it carries and the one it should, `O` for none.
        confidence: Probability of the likely label.
        quality: Cleanlab's score of the given label, from 0, surely wrong, to 1.
    """

    item: int
    start: int
    end: int
    given: str
    likely: str
    confidence: float
    quality: float


@dataclass(frozen=True)
class _Judged:
    """A number with the probabilities, in the order of `class_names()`, of a model that never saw its item."""

    item: int
    start: int
    end: int
    given: str
    chances: Floats


def audit(items: Sequence[Item], folds: int = 5, seed: int = 13) -> list[Suspect]:
    """The probable label errors among the numbers of some items, worst first.

    A number stays unjudged if no item outside its fold carries its label: a model that never saw a label
    would contradict it every time. So does a figure that `find_numbers` does not see.

    Args:
        items: At least one for each fold. All numbers of one are judged by the same model, which saw none of them.
        folds: Models to train, each on all folds but one.
        seed: Of the folds and the models.

    Raises:
        ModuleNotFoundError: Cleanlab is not installed.
        ValueError: There are too few items or labels to learn from.
    """
    # An extra that only this needs.
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

    judged = list(_judge(items, folds, seed))
    names = class_names()
    given = np.array([names.index(j.given) for j in judged])
    chances = np.stack([j.chances for j in judged])
    with warnings.catch_warnings():
        # It numbers the labels that have few examples, which says nothing to who reads it.
        warnings.filterwarnings("ignore", "May not flag all label issues", UserWarning)
        wrong = find_label_issues(given, chances, n_jobs=1)
    quality = get_label_quality_scores(given, chances)
    suspects = [
        Suspect(
            j.item,
            j.start,
            j.end,
            j.given,
            names[j.chances.argmax()],
            float(j.chances.max()),
            float(quality[i]),
        )
        for i, j in enumerate(judged)
        if wrong[i]
    ]
    return sorted(suspects, key=lambda s: (s.quality, s.item, s.start))


def _judge(items: Sequence[Item], folds: int, seed: int) -> Iterator[_Judged]:
    order = list(range(len(items)))
    random.Random(seed).shuffle(order)
    names = class_names()
    for fold in range(folds):
        held = order[fold::folds]
        model = LinearTagger([items[i] for i in sorted(set(order).difference(held))], seed)
        columns = [names.index(name) for name in model.classes]
        for index in held:
            normal = normalize(items[index].text)
            spans = placed(items[index], normal)
            for number, row in model.chances(normal.text, [(0, len(normal.text))]):
                gold = gold_of(number, spans)
                given = gold.label if gold else NO_LABEL
                if given in model.classes:
                    chances = np.zeros(len(names), dtype=np.float32)
                    chances[columns] = row
                    yield _Judged(index, *normal.span(number.start, number.end), given, chances)
