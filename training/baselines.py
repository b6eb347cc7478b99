"""What a tagger has to beat: a linear model over characters, and spaCy's entity recogniser.

Both learn from the same items and tag through the same call as `inference.tagging.Tagger`, so that
one evaluation measures all. The patterns of `inference.patterns` are the third.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import spacy
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from spacy.cli.init_config import init_config
from spacy.cli.train import train
from spacy.tokens import DocBin

from annotations.items import Item, gold_of, placed
from inference.normalize import normalize
from inference.numbers import Number, find_numbers
from inference.tagging import Floats, Tagged
from models.tagger import NO_LABEL

_LEFT, _RIGHT = 30, 10  # characters that the linear model sees


class LinearTagger:
    """Logistic regression over the character n-grams before and behind a number; no period but the year.

    `classes` are `O` and the labels that it was trained on, in the order of its probabilities.
    """

    name, version = "linear", "1"

    def __init__(self, items: Iterable[Item], seed: int = 13) -> None:
        rows, labels = [], []
        for item in items:
            normal = normalize(item.text)
            spans = placed(item, normal)
            for number in find_numbers(normal.text):
                gold = gold_of(number, spans)
                rows.append(_row(normal.text, number))
                labels.append(gold.label if gold else NO_LABEL)
        # The alpha is the best of 1e-4, 1e-5 and 1e-6 on the dev split.
        self._model: Pipeline = make_pipeline(
            FeatureUnion([(str(i), _part(i)) for i in range(3)]),
            SGDClassifier(loss="log_loss", alpha=1e-5, random_state=seed),
        ).fit(rows, labels)
        self.classes = tuple(map(str, self._model.classes_))
        # In the order of memory that prediction wants; else every call copies all weights, ten times slower.
        self._model[-1].coef_ = np.asfortranarray(self._model[-1].coef_)

    def chances(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[tuple[Number, Floats]]:
        """Every number in the given stretches of a normalised text with the probabilities of `classes`; in order."""
        numbers = [n for start, end in stretches for n in find_numbers(text, start, end)]
        if not numbers:
            return []
        table = self._model.predict_proba([_row(text, n) for n in numbers]).astype(np.float32)
        return list(zip(numbers, table, strict=True))

    def tag(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[Tagged]:
        """The labelled numbers in the given stretches of a normalised text, in order."""
        tagged = []
        for number, row in self.chances(text, stretches):
            best = int(row.argmax())
            if self.classes[best] != NO_LABEL:
                tagged.append(Tagged(number, self.classes[best], "year", float(row[best])))
        return tagged


def _row(text: str, number: Number) -> tuple[str, str, str]:
    before = text[max(0, number.start - _LEFT) : number.start]
    return before[::-1], text[number.end : number.end + _RIGHT], number.unit


def _part(index: int) -> Pipeline:
    """N-grams of one part of a row; those at its beginning, next to the number, count apart."""
    pick = FunctionTransformer(lambda rows: ["^" + row[index] for row in rows])
    return make_pipeline(
        pick, CountVectorizer(analyzer="char", ngram_range=(1, 4), lowercase=False, min_df=2)
    )


class SpacyTagger:
    """spaCy's entity recogniser, as `spacy init config --lang zh --pipeline ner` sets it up."""

    name, version = "spacy-ner", spacy.__version__

    def __init__(self, folder: Path) -> None:
        """Load the pipeline that `train_spacy` left in a folder."""
        self.nlp = spacy.load(folder / "model-best")

    def tag(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[Tagged]:
        """The labelled numbers in the given stretches of a normalised text, in order."""
        return [tagged for start, end in stretches for tagged in self._stretch(text, start, end)]

    def _stretch(self, text: str, start: int, end: int) -> Iterator[Tagged]:
        numbers = list(find_numbers(text, start, end))
        for entity in self.nlp(text[start:end]).ents if numbers else ():
            first, last = start + entity.start_char, start + entity.end_char
            number = next((n for n in numbers if n.start < last and first < n.end), None)
            if number:
                numbers.remove(number)
                yield Tagged(number, entity.label_, "year", 1.0)


def train_spacy(items: Sequence[Item], dev: Sequence[Item], folder: Path, steps: int, seed: int = 13) -> None:
    """Train spaCy's entity recogniser on normalised items into a folder.

    Args:
        items, dev: For training, and for choosing the best step.
        folder: Gets the data, the configuration and `model-best`.
        steps: Most updates; it stops before when dev no longer improves.
        seed: Of spaCy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = init_config(lang="zh", pipeline=["ner"], optimize="efficiency")
    config["paths"] |= {"train": str(folder / "train.spacy"), "dev": str(folder / "dev.spacy")}
    config["system"]["seed"] = seed
    config["training"]["max_steps"] = steps
    nlp = spacy.blank("zh")
    for name, part in (("train", items), ("dev", dev)):
        docs = DocBin()
        for item in part:
            normal = normalize(item.text)
            doc = nlp.make_doc(normal.text)
            spans = [doc.char_span(a, b, label=f.label) for a, b, f in placed(item, normal)]
            doc.ents = [span for span in spans if span]
            docs.add(doc)
        docs.to_disk(folder / f"{name}.spacy")
    config.to_disk(folder / "config.cfg")
    train(folder / "config.cfg", folder)
