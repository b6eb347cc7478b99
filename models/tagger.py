"""What a tagger is: an encoder that scores each number of a text for every label and every period.

A tagger is a folder: `model.onnx`, `tokenizer.json`, `tagger.json` (this configuration), its card, and
`model.safetensors` with `config.json`, the same weights for torch and for further fine-tuning.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from models.record import Period

PERIODS: tuple[Period, ...] = ("year", "cumulative", "prior", "part")
NO_LABEL = "O"
CONFIG = "tagger.json"


@dataclass(frozen=True)
class TaggerConfig:
    """Everything that running a tagger needs beside its weights.

    The model gives one row of scores for each token: first `O` and the labels, then the periods;
    each part has a softmax of its own.

    Attributes:
        name, version: Of the weights; they go into every record.
        labels: In the order of the scores, `O` first.
        max_tokens: Longest input, special tokens included.
        temperature: Divides the label scores before the softmax, so that confidences are calibrated.
    """

    name: str
    version: str
    labels: tuple[str, ...]
    max_tokens: int
    temperature: float = 1.0

    def save(self, folder: Path) -> None:
        """Write `tagger.json` into a folder."""
        (folder / CONFIG).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "TaggerConfig":
        """Read `tagger.json`; FileNotFoundError if the folder holds no tagger."""
        data = json.loads((folder / CONFIG).read_text("utf-8"))
        return cls(**{**data, "labels": tuple(data["labels"])})


def shipped() -> Path:
    """The folder of the tagger that comes with the package."""
    return Path(__file__).parent / "weights"
