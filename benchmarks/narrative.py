"""How fast running text is tagged: ours beside spaCy's NER and transformers' pipeline, in one run on one text.

    python benchmarks/narrative.py [--model models/weights] [--rounds 5]

spaCy's recogniser has the same labels and is trained for a few steps only: its speed does not depend on how good it
is. It and the pipeline (same weights, torch) get only the sentences or windows that hold a number, as ours does;
finding the numbers counts for all. Prints characters a second, the median of the rounds, and how many times as fast ours is.
"""

import argparse
import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

from annotations.items import read_split
from inference.normalize import normalize
from inference.numbers import find_numbers
from inference.passages import sentences, windows
from inference.tagging import CONTEXT, Tagger
from models.tagger import shipped
from training.baselines import SpacyTagger, train_spacy

GOLD = Path("annotations/gold")
BATCH = 16
SIZE = 100_000  # characters


def speeds(runs: dict[str, Callable[[str], object]], text: str, rounds: int) -> dict[str, float]:
    """Characters a second of each, median; they take turns, so that what else the machine does strikes all alike."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run(text[:5_000])
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run(text)
            times[name].append(time.perf_counter() - start)
    return {name: len(text) / statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=shipped())
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    logging.disable()
    items = read_split(GOLD, "train")
    text = normalize("\n".join(item.text for item in items if len(item.text) > 300)).text[:SIZE]

    tagger = Tagger(given.model)
    model = AutoModelForTokenClassification.from_pretrained(given.model).float()
    torch_pipeline = pipeline(
        "token-classification",
        device="cpu",
        model=model,
        tokenizer=AutoTokenizer.from_pretrained(given.model),
    )

    def by_pipeline(text: str) -> object:
        cut = windows(text, 0, len(text), tagger.config.max_tokens - 2, CONTEXT)
        held = [text[w.start : w.end] for w in cut if any(find_numbers(text, w.first, w.end))]
        return list(torch_pipeline(held, batch_size=BATCH))

    with tempfile.TemporaryDirectory() as folder:
        train_spacy(items[:800], items[800:850], Path(folder), steps=50)
        spacy = SpacyTagger(Path(folder))

        def by_spacy(text: str) -> object:
            held = [text[a:b] for a, b in sentences(text) if any(find_numbers(text, a, b))]
            return list(spacy.nlp.pipe(held))

        runs = {
            "nianbao": lambda text: tagger.tag(text, [(0, len(text))]),
            "spaCy NER": by_spacy,
            "transformers pipeline": by_pipeline,
        }
        measured = speeds(runs, text, given.rounds)
    print(f"{len(text):,} characters")
    for name, rate in measured.items():
        print(f"{name:24}{rate:10,.0f} characters/s  ours is {measured['nianbao'] / rate:5.2f} times as fast")


if __name__ == "__main__":
    main()
