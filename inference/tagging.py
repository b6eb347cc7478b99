"""Running a tagger over the numbers of a report with ONNX Runtime."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from inference.numbers import Number, find_numbers
from inference.passages import Window, windows
from models.labels import load_labels
from models.record import Period
from models.tagger import PERIODS, TaggerConfig, shipped

CONTEXT = 60  # characters of earlier text that a window sees
LEAST = 0.55  # confidence of a figure: of 0.5, 0.55 … 0.7 the one with the best F1 on dev
_BATCH = 16  # windows run at once; more only costs memory on a CPU
Floats = npt.NDArray[np.float32]
Backend = Literal["onnx", "torch", "rules"]


class TaggerError(Exception):
    """A folder that holds no tagger; the message says what is missing."""


@dataclass(frozen=True)
class Tagged:
    """A number of the running text that counts something.

    Attributes:
        number: Where it stands and what it is worth.
        label: What it counts.
        period: Which period it counts.
        confidence: Calibrated probability that label and number are right.
    """

    number: Number
    label: str
    period: Period
    confidence: float

    @property
    def is_sure(self) -> bool:
        """Whether it is sure enough for a figure; else it is only worth a warning."""
        return self.confidence >= LEAST


class NumberTagger(Protocol):
    """What says of the numbers of running text what they count; `name` and `version` go into the record."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    def tag(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[Tagged]:
        """The labelled numbers in the given stretches of a normalised text, in order."""
        ...


def softmax(scores: Floats) -> Floats:
    """Softmax over the last axis."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    share: Floats = exponents / exponents.sum(axis=-1, keepdims=True)
    return share


class Tagger:
    """A model loaded from a folder, run by ONNX Runtime."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Load a tagger.

        Args:
            folder: Holds `model.onnx`, `tokenizer.json` and `tagger.json` (`models.tagger`).
            threads: Of ONNX Runtime; 0 is one for each core.

        Raises:
            TaggerError: Something of it is missing or broken.
        """
        try:
            self.config = TaggerConfig.load(folder)
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._load(folder, threads)
        except TaggerError:
            raise
        except Exception as error:  # each library has errors of its own for a missing or broken file
            raise TaggerError(f"{folder} holds no tagger that can be loaded: {error}") from error
        self.name, self.version = self.config.name, self.config.version
        labels = load_labels()
        share = np.array(["%" in labels[x].units if x in labels else False for x in self.config.labels])
        # A rate carries %, and nothing else does.
        self._allowed = {True: share | (np.arange(len(share)) == 0), False: ~share}

    def _load(self, folder: Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def _run(self, inputs: dict[str, npt.NDArray[np.int64]]) -> Floats:
        scores: Floats = self._session.run(None, inputs)[0]
        return scores

    def tag(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[Tagged]:
        """The labelled numbers in the given stretches of a normalised text, in order."""
        return [
            tagged
            for number, scores in self.score(text, stretches)
            if (tagged := self._decide(number, scores))
        ]

    def score(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[tuple[Number, Floats]]:
        """Every number in the given stretches with its raw scores, `O` and labels first, then periods; in order."""
        jobs = sorted(self._jobs(text, stretches), key=lambda job: job[0].end - job[0].start)
        scored: list[tuple[Number, Floats]] = []
        for i in range(0, len(jobs), _BATCH):
            batch = jobs[i : i + _BATCH]
            scores, offsets = self._scores([text[w.start : w.end] for w, _ in batch])
            for (window, numbers), rows, places in zip(batch, scores, offsets, strict=True):
                for number in numbers:
                    first, last = number.start - window.start, number.end - window.start
                    inside = (places[:, 0] < last) & (first < places[:, 1])
                    if inside.any():
                        scored.append((number, rows[inside].mean(axis=0)))
        return sorted(scored, key=lambda pair: pair[0].start)

    def _jobs(self, text: str, stretches: Sequence[tuple[int, int]]) -> Iterator[tuple[Window, list[Number]]]:
        """The windows that hold numbers of their own, with those numbers."""
        size = self.config.max_tokens - 2
        for start, end in stretches:
            numbers = list(find_numbers(text, start, end))
            starts = [n.start for n in numbers]
            for window in windows(text, start, end, size, CONTEXT) if numbers else ():
                own = numbers[bisect_left(starts, window.first) : bisect_left(starts, window.end)]
                if own:
                    yield window, own

    def _scores(self, texts: Sequence[str]) -> tuple[Floats, list[npt.NDArray[np.int64]]]:
        """Scores of each token of each text, and the characters, from and to, that each token stands for."""
        self._tokenizer.enable_padding()
        encoded = self._tokenizer.encode_batch(list(texts))
        inputs = {
            "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
        }
        return self._run(inputs), [np.array(e.offsets) for e in encoded]

    def chances(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[tuple[Number, Floats]]:
        """Every number in the given stretches with the probabilities of `O` and of each label, in order."""
        return [(number, self._chances(number, scores)) for number, scores in self.score(text, stretches)]

    def _chances(self, number: Number, scores: Floats) -> Floats:
        labels = scores[: len(self.config.labels)] / self.config.temperature
        if number.unit:
            labels = np.where(self._allowed[number.unit == "%"], labels, -np.inf)
        return softmax(labels)

    def _decide(self, number: Number, scores: Floats) -> Tagged | None:
        """What a number counts, None if nothing."""
        chances = self._chances(number, scores)
        best = int(chances.argmax())
        if best == 0:
            return None
        period = PERIODS[int(scores[len(self.config.labels) :].argmax())]
        return Tagged(number, self.config.labels[best], period, float(chances[best]))


@cache
def load_tagger(folder: Path | None = None, threads: int = 0, backend: Backend = "onnx") -> NumberTagger:
    """A tagger, loaded once.

    Args:
        folder: Of the model, the shipped one if None; `rules` needs none.
        threads: Of the model; 0 is one for each core.
        backend: `onnx`; `torch`, the same weights before quantisation; `rules`, patterns in place of a model.

    Raises:
        TaggerError: As `Tagger`, or a library that the backend needs is not installed.
    """
    try:
        if backend == "rules":
            if folder:
                raise TaggerError("the backend rules takes no model")
            from inference.patterns import PatternTagger

            return PatternTagger()
        if backend == "torch":
            from inference.torch_tagging import TorchTagger

            return TorchTagger(folder or shipped(), threads)
    except ModuleNotFoundError as error:
        extra = "rules" if backend == "rules" else "train"
        raise TaggerError(
            f"the backend {backend} needs {error.name}; install it with: pip install 'nianbao[{extra}]'"
        ) from error
    return Tagger(folder or shipped(), threads)
