"""Turning labelled text into what a token classifier learns from."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from tokenizers import Tokenizer

from annotations.items import GoldFigure, Item, gold_of, placed
from inference.normalize import normalize
from inference.numbers import find_numbers
from inference.passages import windows
from inference.tagging import CONTEXT
from models.labels import load_labels
from models.tagger import NO_LABEL, PERIODS

IGNORED = -100  # the class of tokens that are no number; the loss skips them


def class_names() -> tuple[str, ...]:
    """`O` and the labels, in the order of a tagger's scores."""
    return (NO_LABEL, *load_labels())


def join(items: Sequence[Item], draw: random.Random) -> list[Item]:
    """Items joined at random into passages of one to four, as sentences stand in a report, each used once."""
    order = list(items)
    draw.shuffle(order)
    joined = []
    while order:
        group = [order.pop() for _ in range(min(draw.randint(1, 4), len(order)))]
        text, figures = "", []
        for item in group:
            text += "\n" if text else ""
            by = len(text)
            figures += [
                GoldFigure(**{**f.__dict__, "start": f.start + by, "end": f.end + by}) for f in item.figures
            ]
            text += item.text
        joined.append(Item(text, tuple(figures)))
    return joined


def features(items: Sequence[Item], tokenizer: Tokenizer, max_tokens: int) -> Iterator[dict[str, Any]]:
    """Input ids, label classes and period classes of every window of some items that holds a number."""
    classes = {name: i for i, name in enumerate(class_names())}
    for item in items:
        normal = normalize(item.text)
        numbers = list(find_numbers(normal.text))
        spans = placed(item, normal)
        for window in windows(normal.text, 0, len(normal.text), max_tokens - 2, CONTEXT):
            encoded = tokenizer.encode(normal.text[window.start : window.end])
            labels, periods = [IGNORED] * len(encoded.ids), [IGNORED] * len(encoded.ids)
            for number in numbers:
                if not window.first <= number.start < window.end:
                    continue
                gold = gold_of(number, spans)
                for i, (a, b) in enumerate(encoded.offsets):
                    if a + window.start < number.end and number.start < b + window.start:
                        labels[i] = classes[gold.label] if gold else 0
                        periods[i] = PERIODS.index(gold.period) if gold else IGNORED
            if any(label != IGNORED for label in labels):
                yield {"input_ids": encoded.ids, "labels": labels, "periods": periods}
