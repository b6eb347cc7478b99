"""Which predictions are right: a document's gold against what was read out of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from inference.figures import figures
from inference.normalize import normalize
from inference.tagging import NumberTagger
from models.record import NarrativeEvidence, Record, TableEvidence
from training.evaluation.gold import SCALES, Figure, GoldDocument

ErrorKind = Literal["missed", "invented", "label", "number"]


@dataclass(frozen=True)
class Cell:
    """A cell of a table as it was read; `numbers` is empty if it was read as blank, else as in `Figure`."""

    numbers: tuple[Decimal, ...]
    confidence: float


@dataclass(frozen=True)
class Prediction:
    """What was read out of a document.

    Attributes:
        figures, cells, header, checks_failed: As in `GoldDocument`.
        media_type, script: Of the document; None for a passage.
        found: Whether there is a record of the document at all.
    """

    figures: tuple[Figure, ...]
    cells: dict[str, Cell] = field(default_factory=dict)
    header: dict[str, str | int | None] = field(default_factory=dict)
    checks_failed: frozenset[str] = frozenset()
    media_type: str | None = None
    script: str | None = None
    found: bool = True


def of_record(record: Record) -> Prediction:
    """What a record says, with one figure for each narrative evidence and one cell for each table evidence.

    Raises:
        ArithmeticError: A value is no number.
    """
    cells = {}
    for fact in record.facts:
        tables = [e for e in fact.evidence if isinstance(e, TableEvidence)]
        key = fact.id + ("@cumulative" if fact.period == "cumulative" else "")
        if tables:
            cells[key] = Cell(_numbers(tables[0].value, tables[0].unit or fact.unit), tables[0].confidence)
        elif fact.status == "blank":
            cells[key] = Cell((), fact.confidence)
    document = record.document
    return Prediction(
        tuple(_figure(e) for fact in record.facts for e in fact.evidence if isinstance(e, NarrativeEvidence)),
        cells,
        {"form": document.form, "report_year": document.report_year, "organization": document.organization},
        frozenset(check.id for check in record.checks if check.status == "fail"),
        document.media_type,
        document.script,
    )


def of_passage(text: str, tagger: NumberTagger) -> Prediction:
    """What a tagger finds in a stretch of running text."""
    normal = normalize(text)
    tagged = [t for t in tagger.tag(normal.text, [(0, len(normal.text))]) if t.is_sure]
    return Prediction(tuple(map(_figure, figures(text, normal, tagged))))


def _figure(e: NarrativeEvidence) -> Figure:
    return Figure(
        e.label, (_number(e.value),), e.text, e.start, e.end, e.unit, e.qualifier, e.period, e.confidence
    )


def _numbers(value: str | None, unit: str | None) -> tuple[Decimal, ...]:
    """What a cell is worth: as printed, and with the 万 or 亿 of its unit."""
    if value is None:
        return ()
    scale = SCALES.get((unit or "")[:1], 1)
    number = _number(value)
    return (number * scale, number)


def _number(value: str) -> Decimal:
    """A value of a record; ArithmeticError if it is no finite number."""
    number = Decimal(value)
    if not number.is_finite():
        raise ArithmeticError(f"{value!r} is no number")
    return number


@dataclass(frozen=True)
class FigureError:
    """A figure that is not right.

    Attributes:
        kind: `missed` and `invented` where there is nothing on the other side; `label` or `number` where the gold and
            the prediction at one place differ in that.
        gold, predicted: The two sides.
    """

    kind: ErrorKind
    gold: Figure | None
    predicted: Figure | None


@dataclass(frozen=True)
class Matching:
    """The figures of a document, paired.

    Attributes:
        right: Gold and prediction with the same label and number at one place.
        missed: Gold that no prediction matches.
        wrong: Predictions that match no gold, but for those on optional gold.
    """

    right: tuple[tuple[Figure, Figure], ...]
    missed: tuple[Figure, ...]
    wrong: tuple[Figure, ...]

    def errors(self) -> Iterator[FigureError]:
        """What went wrong, each place once, in the order of the text."""
        left = list(self.wrong)
        for gold in self.missed:
            beside = [p for p in left if gold.start is not None and gold.overlaps(p)]
            if not beside:
                yield FigureError("missed", gold, None)
                continue
            predicted = beside[0]
            left.remove(predicted)
            yield FigureError("number" if predicted.label == gold.label else "label", gold, predicted)
        for predicted in left:
            yield FigureError("invented", None, predicted)


def match(gold: Sequence[Figure], predicted: Sequence[Figure]) -> Matching:
    """Pair gold figures, in order, each with the first free prediction of its label and number that overlaps it."""
    free = list(predicted)
    right, missed = [], []
    has_offsets = all(g.start is not None for g in gold)
    for g in gold:
        if g.optional:
            continue
        same = (
            p
            for p in free
            if p.label == g.label and p.numbers[0] in g.numbers and (not has_offsets or g.overlaps(p))
        )
        if hit := next(same, None):
            free.remove(hit)
            right.append((g, hit))
        else:
            missed.append(g)
    optional = [g for g in gold if g.optional]
    wrong = [
        p
        for p in free
        if not any(g.overlaps(p) if has_offsets else p.numbers[0] == g.numbers[0] for g in optional)
    ]
    return Matching(tuple(right), tuple(missed), tuple(wrong))


CellKind = Literal["right", "wrong", "missing", "blank_as_zero", "zero_as_blank", "spurious"]


@dataclass(frozen=True)
class CellOutcome:
    """A cell of the gold, or one that only the prediction has.

    Attributes:
        id: Cell id, with `@cumulative` behind it for that period.
        kind: `missing` was not read; `spurious` is filled where the gold knows no cell; blanks and zeros that were
            confused are kinds of their own.
        filled: Whether the gold has a number there.
        gold: Its number, None if blank or spurious.
        predicted: What was read, None if nothing.
    """

    id: str
    kind: CellKind
    filled: bool
    gold: Decimal | None
    predicted: Cell | None

    @property
    def right(self) -> bool:
        """Whether the cell was read as it is."""
        return self.kind == "right"


def match_cells(gold: dict[str, Decimal | None], predicted: dict[str, Cell]) -> Iterator[CellOutcome]:
    """What became of each cell of the gold, then the spurious ones."""
    for id, value in gold.items():
        cell = predicted.get(id)
        numbers = cell.numbers if cell else ()
        kind: CellKind
        if (value is None and not numbers) or (value is not None and value in numbers):
            kind = "right"
        elif value is None:
            kind = "blank_as_zero" if numbers[0] == 0 else "wrong"
        elif not numbers:
            kind = "zero_as_blank" if value == 0 and cell else "missing"
        else:
            kind = "wrong"
        yield CellOutcome(id, kind, value is not None, value, cell)
    for id, cell in predicted.items():
        if id not in gold and cell.numbers:
            yield CellOutcome(id, "spurious", False, None, cell)


@dataclass(frozen=True)
class Case:
    """A document's gold and what was read out of it."""

    gold: GoldDocument
    predicted: Prediction

    @cached_property
    def figures(self) -> Matching:
        """Its figures, paired; none where the gold does not say."""
        gold = self.gold.figures
        return Matching((), (), ()) if gold is None else match(gold, self.predicted.figures)

    @cached_property
    def cells(self) -> tuple[CellOutcome, ...]:
        """What became of its cells."""
        cells = self.gold.cells
        return () if cells is None else tuple(match_cells(cells, self.predicted.cells))
