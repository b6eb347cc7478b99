"""The evaluation report: everything that its pages show, as one JSON document of a stable schema."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    # Unknown fields are let through, so that reports of later versions can be read as a baseline.
    model_config = ConfigDict(frozen=True)


class Score(_Part):
    """A metric with its 95% bootstrap interval.

    The value is None where there was nothing to measure it on, the interval also where there were too few documents.
    """

    value: float | None
    low: float | None
    high: float | None


class LabelScore(_Part):
    """The figures of one label, or of a family of labels such as `applications`."""

    id: str
    zh: str | None
    gold: int
    predicted: int
    right: int
    precision: float | None
    recall: float | None
    f1: Score


class CellScore(_Part):
    """The cells of one table, row, column or form: right, or one of the kinds of `matching`; spurious ones come on top."""

    dimension: Literal["table", "row", "column", "form"]
    id: str
    cells: int
    right: int
    filled: int
    filled_right: int
    wrong: int
    missing: int
    spurious: int
    blank_as_zero: int
    zero_as_blank: int


class Bin(_Part):
    """The predictions of one bin of confidence: how many, their mean confidence, the share of them that is right."""

    count: int
    confidence: float
    right: float


class Selection(_Part):
    """What can be had by trusting only the more confident predictions.

    Attributes:
        curve: (share of the predictions that is trusted, share of those that is wrong), from the most confident on.
        threshold: The least confidence at and above which 99 in 100 are right, of at least 100 predictions; None if
            there is none.
        trusted, right: Predictions at and above it, and how many of them are right; the rest needs a person.
    """

    curve: list[tuple[float, float]]
    threshold: float | None
    trusted: int
    right: int


class Confidence(_Part):
    """Whether the confidences of evidence mean what they say, for figures or for cells."""

    bins: list[Bin]
    selection: Selection


class Slice(_Part):
    """The documents of one kind."""

    name: str
    value: str
    documents: int
    figures: int
    scores: dict[str, Score]


class Confusion(_Part):
    """How often a figure of one label was taken for another; None stands for no figure."""

    gold: str | None
    predicted: str | None
    count: int


class Mark(_Part):
    """One side of an error: a figure and its place in the context."""

    label: str
    value: str
    start: int | None = None
    end: int | None = None


class Error(_Part):
    """A figure, cell, header field or check that is not right.

    Attributes:
        document: Name of the document.
        kind: As in `matching`; `attribute` for a right figure with a wrong qualifier, period or unit; `header`,
            `missed check`, `invented check`, or `no record`.
        id: Label of the figure (of the gold, if there is one), cell, field or check.
        start: Where it stands in the document; None if unknown.
        confidence: Of the prediction; None if nothing was predicted.
        context: The text around a figure; empty for the others.
        gold, predicted: The two sides; offsets are into the context.
    """

    document: str
    kind: str
    id: str
    start: int | None = None
    confidence: float | None = None
    context: str = ""
    gold: Mark | None = None
    predicted: Mark | None = None


class DocumentCounts(_Part):
    """The counts of one document, from which every metric follows; `digest` is of its text and gold."""

    name: str
    digest: str
    counts: dict[str, float]


class Change(_Part):
    """How a metric changed: 95% interval of the change, and `p` that there is none, of a paired bootstrap.

    Interval and `p` are None where too few documents can be compared.
    """

    before: float
    after: float
    low: float | None
    high: float | None
    p: float | None


class Comparison(_Part):
    """This report against an earlier one, on the documents of which both have the same text and gold.

    Attributes:
        model: Of the baseline.
        documents, left_out: How many are compared; how many of either report are not.
        changes: Of every metric that both measured.
        labels: Of the F1 of each label and family that both measured.
        fixed, broken: Errors of the baseline alone, and of this report alone.
    """

    model: str
    documents: int
    left_out: int
    changes: dict[str, Change]
    labels: dict[str, Change]
    fixed: list[Error]
    broken: list[Error]


class Baseline(_Part):
    """What a later report compares itself with.

    Attributes:
        model: Name and version of what made the predictions; of several, all.
        documents: Their counts, by name.
        errors: All that is not right, the most confident first.
    """

    schema_version: Literal["1.0"] = "1.0"
    model: str
    documents: list[DocumentCounts]
    errors: list[Error]


class Report(Baseline):
    """An evaluation.

    Attributes:
        gold: Where the gold was read.
        seed: Of the bootstrap.
        scores: Every metric by name (`training.evaluation.scores`).
        families, labels: Figures by family of labels, and by label.
        cells: By table, row, column and form.
        confidence: Of `figures` and `cells`.
        comparison: None without a baseline.
    """

    gold: list[str]
    program_version: str
    seed: int
    scores: dict[str, Score]
    families: list[LabelScore]
    labels: list[LabelScore]
    cells: list[CellScore]
    confidence: dict[str, Confidence]
    slices: list[Slice]
    confusions: list[Confusion]
    comparison: Comparison | None = None
