"""Merging cells and figures into facts: one fact for each quantity of one id and period."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from models.labels import load_label_cells, load_labels
from models.record import Fact, NarrativeEvidence, Status, TableEvidence

_MONEY = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000), "万": Decimal(10_000)}


def base(value: str, unit: str | None) -> Decimal:
    """A value in base units: 785 万元 is 7850000."""
    return Decimal(value) * _MONEY.get(unit or "", Decimal(1))


def _either(confidences: Iterable[float]) -> float:
    """How sure a fact is that several independent readings state: wrong only if all of them are."""
    wrong = 1.0
    for confidence in confidences:
        wrong *= 1 - confidence
    return round(min(1 - wrong, 0.9999), 4)


def _cell_of(label: str, cells: Iterable[str]) -> str | None:
    """The cell of this report that means the same as a label; None if it has none, or a sum of cells."""
    known = set(cells)
    sums = load_label_cells().get(label, ())
    return next((s[0] for s in sums if len(s) == 1 and s[0] in known), None)


def merge(
    cells: Sequence[tuple[str, str, TableEvidence]], figures: Sequence[NarrativeEvidence]
) -> list[Fact]:
    """One fact for each cell and for each other quantity in the text, cells first, in order of appearance.

    Figures of a label that means a cell join that cell's fact. Equal figures of one label and period are
    one fact; different ones are one conflicting fact if the label is of kind `single`, else separate.

    Args:
        cells: For each cell of the tables its id, its Chinese label and its evidence.
        figures: The figures of the running text.
    """
    by_quantity: dict[tuple[str, str], list[NarrativeEvidence]] = defaultdict(list)
    ids = [id for id, _, _ in cells]
    periods = {(id, e.period) for id, _, e in cells}
    for figure in figures:
        cell = _cell_of(figure.label, ids)
        joins = cell is not None and (cell, figure.period) in periods
        by_quantity[(cell if joins and cell else figure.label, figure.period)].append(figure)
    facts = [_cell_fact(id, label, e, by_quantity.pop((id, e.period), [])) for id, label, e in cells]
    for (label, _), group in by_quantity.items():
        facts += _figure_facts(label, group)
    return facts


def _cell_fact(id: str, label: str, cell: TableEvidence, figures: Sequence[NarrativeEvidence]) -> Fact:
    agreeing = [
        f for f in figures if cell.value is not None and base(f.value, f.unit) == base(cell.value, cell.unit)
    ]
    differing = [f for f in figures if f not in agreeing]
    confidence = _either([cell.confidence, *(f.confidence for f in agreeing)])
    value, unit = cell.value, cell.unit
    status: Status = "blank" if value is None else "stated"
    if differing and value is None:
        # The cell is blank and the text is not: the text is all there is.
        best = max(differing, key=lambda f: f.confidence)
        value, unit, confidence, status = best.value, best.unit or cell.unit, best.confidence, "stated"
        if len({base(f.value, f.unit) for f in differing}) > 1:
            status = "conflicting"
    elif differing:
        status = "conflicting"
        confidence = round(confidence * (1 - max(f.confidence for f in differing) / 2), 4)
    elif agreeing:
        status = "corroborated"
    return Fact(
        id=id,
        label=label,
        value=value,
        unit=unit,
        period=cell.period,
        qualifier="exact" if cell.value is not None or not figures else figures[0].qualifier,
        confidence=confidence,
        status=status,
        evidence=[cell, *figures],
    )


def _figure_facts(label: str, figures: Sequence[NarrativeEvidence]) -> list[Fact]:
    """The facts that figures of one label and period make."""
    by_value: dict[Decimal, list[NarrativeEvidence]] = defaultdict(list)
    for figure in figures:
        by_value[base(figure.value, figure.unit)].append(figure)
    kind = load_labels().get(label)
    # Months and quarters are parts side by side, not statements against one another.
    if kind and kind.single and len(by_value) > 1 and figures[0].period != "part":
        ranked = sorted(by_value.values(), key=lambda group: -_either(f.confidence for f in group))
        return [_figure_fact(label, ranked, "conflicting")]
    return [_figure_fact(label, [group], "stated") for group in by_value.values()]


def _figure_fact(label: str, groups: Sequence[Sequence[NarrativeEvidence]], status: Status) -> Fact:
    """One fact whose value is that of the first group."""
    best = groups[0][0]
    confidence = _either(f.confidence for f in groups[0])
    if status == "conflicting":
        confidence = round(confidence / len(groups), 4)
    kind = load_labels().get(label)
    return Fact(
        id=label,
        label=kind.zh if kind else label,
        value=best.value,
        unit=best.unit,
        period=best.period,
        qualifier=best.qualifier,
        confidence=confidence,
        status=status,
        evidence=sorted((f for group in groups for f in group), key=lambda f: f.start),
    )
