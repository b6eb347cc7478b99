"""Where the time of a report goes, stage by stage, with our tagger, torch in its place, and spaCy's NER in its place.

    python benchmarks/stages.py [--reports 40] [--rounds 3]

All on one thread, in one run, taking turns by report; each figure is the median of the rounds. The floor is the time that
the matrix products of the model alone would take at the rate that the same 8-bit product reaches by itself. Workers,
memory and growth are in `benchmarks/bulk.py`.
"""

import argparse
import json
import logging
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper

from annotations.items import read_split
from benchmarks.bulk import make
from inference.extract import to_record
from inference.reading import read
from inference.tagging import NumberTagger, Tagged, Tagger
from inference.torch_tagging import TorchTagger
from models.tagger import shipped
from training.baselines import SpacyTagger, train_spacy

GOLD = Path("annotations/gold")
ROWS = 1024  # of the product that the rate is measured with


class Timed:
    """A tagger, and the seconds spent in it."""

    def __init__(self, tagger: NumberTagger) -> None:
        self._tagger = tagger
        self.name, self.version, self.seconds = tagger.name, tagger.version, 0.0

    def tag(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[Tagged]:
        """What the tagger says."""
        began = time.perf_counter()
        found = self._tagger.tag(text, stretches)
        self.seconds += time.perf_counter() - began
        return found


class Counting(Tagger):
    """Our tagger, and the multiplications and additions of its matrix products."""

    products = 0

    def _run(self, inputs: dict[str, Any]) -> Any:
        rows, tokens = inputs["input_ids"].shape
        scores = super()._run(inputs)
        config = _config()
        attention = 2 * tokens * config["hidden_size"] * config["num_hidden_layers"]
        self.products += 2 * rows * tokens * (_weights() + attention)
        return scores


@cache
def _config() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shipped() / "config.json").read_text("utf-8"))
    return found


@cache
def _weights() -> int:
    """Numbers in the matrices that every token is multiplied with."""
    model = onnx.load(shipped() / "model.onnx")
    used = {
        name
        for node in model.graph.node
        if node.op_type in ("MatMulInteger", "MatMul")
        for name in node.input
    }
    return sum(
        int(np.prod(tensor.dims))
        for tensor in model.graph.initializer
        if tensor.name in used and len(tensor.dims) == 2
    )


def rate() -> float:
    """Operations a second of one 8-bit product of the model's shape, on one thread."""
    hidden, inner = _config()["hidden_size"], _config()["intermediate_size"]
    weights = np.random.default_rng(1).integers(-100, 100, (hidden, inner), dtype=np.int8)
    graph = helper.make_graph(
        [
            helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
            helper.make_node("MatMulInteger", ["q", "w", "z"], ["y"]),
        ],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [ROWS, hidden])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [ROWS, inner])],
        [helper.make_tensor("w", TensorProto.INT8, weights.shape, weights.tobytes(), raw=True)],
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    inputs = {"x": np.random.default_rng(2).standard_normal((ROWS, hidden), dtype=np.float32)}
    taken = []
    for _ in range(50):
        began = time.perf_counter()
        session.run(None, inputs)
        taken.append(time.perf_counter() - began)
    return 2 * ROWS * hidden * inner / statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    logging.disable()
    torch.set_num_threads(1)
    items = read_split(GOLD, "train")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        make(folder / "in", given.reports)
        train_spacy(items[:800], items[800:850], folder / "spacy", steps=50)
        taggers = {
            "nianbao": Timed(Tagger(shipped(), threads=1)),
            "torch": Timed(TorchTagger(shipped(), 1)),
            "spaCy NER": Timed(SpacyTagger(folder / "spacy")),
        }
        rounds: list[Counter[tuple[str, str]]] = []
        paths = sorted((folder / "in").iterdir())
        for _ in range(given.rounds + 1):  # the first is to warm up
            taken: Counter[tuple[str, str]] = Counter()
            for path in paths:
                for kind, tagger in taggers.items():
                    tagger.seconds, began = 0.0, time.perf_counter()
                    source = read(path)
                    was_read = time.perf_counter()
                    record = to_record(source, tagger)
                    was_made = time.perf_counter()
                    record.model_dump_json()
                    taken[kind, "reading"] += was_read - began
                    taken[kind, "tagging"] += tagger.seconds
                    taken[kind, "tables, merging, checks"] += was_made - was_read - tagger.seconds
                    taken[kind, "writing"] += time.perf_counter() - was_made
            rounds.append(taken)
        counting = Counting(shipped(), threads=1)
        for path in paths:
            to_record(read(path), counting)
    stages = ("reading", "tables, merging, checks", "tagging", "writing")
    print(
        f"{'ms a report':14}" + "".join(f"{stage:>26}" for stage in stages) + f"{'all':>10}{'reports/s':>12}"
    )
    whole = {}
    for kind in taggers:
        found = [statistics.median(r[kind, s] for r in rounds[1:]) / given.reports * 1000 for s in stages]
        whole[kind] = sum(found)
        print(
            f"{kind:14}"
            + "".join(f"{ms:26.1f}" for ms in found)
            + f"{sum(found):10.1f}{1000 / sum(found):12.1f}"
        )
    for kind in list(taggers)[1:]:
        print(f"end to end ours is {whole[kind] / whole['nianbao']:.1f} times as fast as with {kind}")
    tagging = statistics.median(r["nianbao", "tagging"] for r in rounds[1:]) / given.reports
    reached = rate()
    floor = counting.products / given.reports / reached
    print(f"floor of tagging: {counting.products / given.reports / 1e9:.2f} G operations a report at {reached / 1e9:.0f} G a second ="
          f" {floor * 1000:.1f} ms; tagging takes {tagging / floor:.1f} times that")  # fmt: skip


if __name__ == "__main__":
    main()
