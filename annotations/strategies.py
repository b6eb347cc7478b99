"""Which items to label first: how doubtful, and how unlike each other, they are."""

import random
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Chances = npt.NDArray[np.floating]


def margin(chances: Chances) -> float:
    """How near the second-best class of the most doubtful number comes to its best: 0 is sure, 1 a tie.

    Args:
        chances: One row of class probabilities for each number; without rows nothing is doubtful.
    """
    if not len(chances):
        return 0.0
    best = np.sort(chances, axis=1)[:, -2:]
    return float((1 - (best[:, 1] - best[:, 0])).max())


def entropy(chances: Chances) -> float:
    """The entropy of the most doubtful number's classes, in nats; `chances` as for `margin`."""
    if not len(chances):
        return 0.0
    terms = chances * np.log(np.maximum(chances, 1e-12))
    return float((-terms.sum(axis=1)).max())


def spread(texts: Sequence[str], count: int, seed: int) -> list[int]:
    """Indices of texts that are unlike each other: of `count` clusters of character n-grams, the text next to the centre.

    Args:
        texts: To choose from.
        count: Most to choose.
        seed: Of the clustering.
    """
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    if count >= len(texts):
        return list(range(len(texts)))
    grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True).fit_transform(texts)
    points = make_pipeline(
        TruncatedSVD(min(64, grams.shape[1] - 1, len(texts) - 1), random_state=seed)
    ).fit_transform(grams)
    clusters = MiniBatchKMeans(count, random_state=seed, n_init=3).fit(points)
    distances = clusters.transform(points).min(axis=1)
    chosen: dict[int, int] = {}
    for i in np.argsort(distances, kind="stable"):
        chosen.setdefault(int(clusters.labels_[i]), int(i))
    return sorted(chosen.values())


def mixed(order: Sequence[int], pool: Sequence[int], share: float, seed: int) -> list[tuple[int, bool]]:
    """An order with a share of its places given to items drawn at random from a pool.

    Returns:
        Every index of the order once, and those drawn, each with whether it was drawn.
    """
    draw = random.Random(seed)
    left = dict.fromkeys(order)
    lots = list(pool)
    draw.shuffle(lots)
    result: list[tuple[int, bool]] = []
    taken: set[int] = set()
    while left:
        drawn = bool(lots) and draw.random() < share
        index = lots.pop() if drawn else next(iter(left))
        left.pop(index, None)
        if index not in taken:
            taken.add(index)
            result.append((index, drawn))
    return result
