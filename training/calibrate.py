"""Making confidences mean what they say: one temperature, fitted on text the model was not trained on.

Guo et al. 2017, "On Calibration of Modern Neural Networks": dividing the scores by a constant
changes no decision and mends most of the overconfidence.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

from annotations.items import Item, gold_of, placed
from inference.normalize import normalize
from inference.tagging import Tagger, softmax
from training.data import class_names


def calibrate(folder: Path, items: Sequence[Item]) -> float:
    """Fit the temperature of a tagger and write it into its folder.

    Args:
        folder: Of the tagger.
        items: Labelled text that it was not trained on.

    Returns:
        The temperature; above 1 the tagger was too sure of itself.
    """
    tagger = Tagger(folder)
    classes = {name: i for i, name in enumerate(class_names())}
    scores, gold = [], []
    for item in items:
        normal = normalize(item.text)
        spans = placed(item, normal)
        for number, row in tagger.score(normal.text, [(0, len(normal.text))]):
            figure = gold_of(number, spans)
            scores.append(row[: len(classes)])
            gold.append(classes[figure.label] if figure else 0)
    table, truth = np.stack(scores), np.array(gold)

    def loss(temperature: float) -> float:
        chances = softmax((table / temperature).astype(np.float32))[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chances, 1e-9)).mean())

    temperature = float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)
    replace(tagger.config, temperature=round(temperature, 4)).save(folder)
    return temperature
