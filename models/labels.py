"""The labels of narrative figures, and which of them mean the same as a table cell."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Label:
    """A narrative label.

    Attributes:
        id: For example `capacity.trainings`.
        zh: Its Chinese name.
        single: One figure a year is expected; two different values in one period are a conflict.
        units: Measure words that usually go with it.
        meaning: What is counted, in English.
    """

    id: str
    zh: str
    single: bool
    units: tuple[str, ...]
    meaning: str


def _load(name: str) -> Any:
    return yaml.safe_load((files("models") / "data" / name).read_text("utf-8"))


@cache
def load_labels() -> dict[str, Label]:
    """Every label by its id, in the order of `models/data/labels.yaml`."""
    return {
        id: Label(id, d["zh"], d.get("kind") == "single", tuple(d["units"]), d["is"])
        for id, d in _load("labels.yaml")["labels"].items()
    }


@cache
def load_label_cells() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Label id to the sums of cells that mean the same quantity, one alternative for each kind of form."""
    data: dict[str, list[str]] = _load("label_cells.yaml")
    return {label: tuple(tuple(s.split(" + ")) for s in sums) for label, sums in data.items()}
