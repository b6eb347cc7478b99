"""What the annotation loop is about: documents, tasks, suggestions and answers. Offsets are characters, half open."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from annotations.items import GoldFigure
from models.record import Period

Purpose = Literal["training", "evaluation"]
Verdict = Literal["accept", "reject", "ignore"]
Strategy = Literal[
    "uncertainty", "conflict", "disagreement", "diversity", "random", "audit", "import", "correction"
]


@dataclass(frozen=True)
class Document:
    """A text with tasks in it.

    Attributes:
        id: In the store; 0 where it is in none yet.
        sha256: Of the source's bytes.
        source: The file, as given.
        text: As it was read.
        organization, year: What the report says of itself; None without evidence.
        purpose: Evaluation documents were drawn at random, are labelled blind, and never train.
    """

    id: int
    sha256: str
    source: str
    text: str
    organization: str | None
    year: int | None
    purpose: Purpose


class Term(BaseModel):
    """A cell in a sum; `value` is None for a blank."""

    model_config = ConfigDict(frozen=True)
    id: str
    label: str
    value: str | None


class BrokenRule(BaseModel):
    """A rule of arithmetic that fails, with both sides and all that is in them."""

    model_config = ConfigDict(frozen=True)
    id: str
    message: str
    left: str | None
    right: str | None
    terms: tuple[Term, ...]


class Cell(BaseModel):
    """A table cell to be looked at; `value` is None where it was read as blank."""

    model_config = ConfigDict(frozen=True)
    id: str
    label: str
    period: Period
    value: str | None
    confidence: float
    rules: tuple[BrokenRule, ...] = ()

    @property
    def key(self) -> str:
        """Id and period in one."""
        return self.id if self.period == "year" else f"{self.id}@{self.period}"


@dataclass(frozen=True)
class Suggestion:
    """What a model says of a passage.

    Attributes:
        figures: Offsets into the document's text.
        confidences: One for each figure.
        model: Name and version.
        id: In the store; 0 where it is in none yet.
    """

    figures: tuple[GoldFigure, ...]
    confidences: tuple[float, ...]
    model: str
    id: int = 0


@dataclass(frozen=True)
class NewTask:
    """A task to be added; attributes as in `Task`."""

    document_id: int
    start: int
    end: int
    strategy: Strategy
    reason: str = ""
    cell: Cell | None = None
    suggestion: Suggestion | None = None
    wanted: int = 1


@dataclass(frozen=True)
class Task:
    """A stretch of a document that a person is asked about: a passage, or the evidence of a table cell.

    Attributes:
        start, end: Into the document's text.
        strategy, reason: Why it is in the queue.
        cell: None for a passage.
        suggestion: The latest; None for a cell, and where nothing was suggested.
        wanted: How many annotators are asked.
    """

    id: int
    document_id: int
    start: int
    end: int
    strategy: Strategy
    reason: str
    cell: Cell | None
    suggestion: Suggestion | None
    wanted: int


@dataclass(frozen=True)
class Answer:
    """What a person says of a task, all of it.

    Attributes:
        verdict: `accept`: the figures, or the value of the cell, are right and complete; `reject`: what was suggested
            is wrong, and no better is given; `ignore`: not for me.
        figures: Offsets into the document's text.
        value: Of a cell, None for a blank; None for a passage.
        seconds: Spent on it; None if not known.
    """

    verdict: Verdict
    figures: tuple[GoldFigure, ...] = ()
    value: str | None = None
    note: str = ""
    flagged: bool = False
    seconds: float | None = None


@dataclass(frozen=True)
class Said:
    """An answer in the store: who gave it, when (UTC, ISO 8601), and about what."""

    id: int
    task_id: int
    annotator: str
    at: str
    answer: Answer


@dataclass(frozen=True)
class Progress:
    """How far a store is.

    Attributes:
        tasks, done, open: Of all annotators.
        mine: Answered by the one who asks.
        disputed, flagged: Waiting to be settled.
        per_hour: Pace of the one who asks over the last answers; None before there are two.
    """

    tasks: int
    done: int
    open: int
    mine: int
    disputed: int
    flagged: int
    per_hour: float | None
