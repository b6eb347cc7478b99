"""From cases to a report: scores, tables, slices, confusions, errors, and the comparison with a baseline."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from models.labels import load_labels
from training.evaluation.gold import Figure, GoldDocument, cell_parts
from training.evaluation.matching import Case
from training.evaluation.report import (
    Baseline,
    Bin,
    CellScore,
    Change,
    Comparison,
    Confidence,
    Confusion,
    DocumentCounts,
    Error,
    LabelScore,
    Mark,
    Report,
    Score,
    Selection,
    Slice,
)
from training.evaluation.scores import Counts, bin_of, changes, count, intervals, score

_AROUND = 60  # characters of context on either side of an error
_SURE = 0.99  # the precision at which predictions may go straight through
_ENOUGH = 100  # predictions that show such a precision
_POINTS = 200  # of a risk-coverage curve
_LENGTHS = (200, 1_000, 5_000, 10_000)
_MATCHES = ("gold", "predicted", "right")
_SLICE_METRICS = ("figures.precision", "figures.recall", "figures.f1", "cells.accuracy")


def build(
    cases: Sequence[Case],
    gold: Sequence[str],
    model: str,
    program_version: str,
    seed: int,
    baseline: Baseline | None = None,
) -> Report:
    """Measure some documents, at least one; their order changes nothing."""
    cases = sorted(cases, key=lambda case: case.gold.name)
    documents = [count(case) for case in cases]
    report = Report(
        gold=list(gold),
        model=model,
        program_version=program_version,
        seed=seed,
        documents=[
            DocumentCounts(
                name=case.gold.name,
                digest=case.gold.digest,
                counts={name: n for name, n in sorted(counts.items()) if n},
            )
            for case, counts in zip(cases, documents, strict=True)
        ],
        scores=_scores(documents, seed),
        families=_label_scores(documents, seed, families=True),
        labels=_label_scores(documents, seed, families=False),
        cells=_cell_scores(cases),
        confidence={name: _confidence(said) for name, said in _said(cases).items()},
        slices=list(_slices(cases, documents, seed)),
        confusions=_confusions(cases),
        errors=sorted(
            (error for case in cases for error in _errors(case)),
            key=lambda e: (-(e.confidence or 0), e.document, e.start or 0, e.id),
        ),
    )
    return report.model_copy(update={"comparison": _compare(baseline, report, seed)}) if baseline else report


def _scores(documents: Sequence[Counts], seed: int, names: Sequence[str] | None = None) -> dict[str, Score]:
    around = intervals(documents, seed, names)
    return {
        name: Score(value=value, low=low, high=high)
        for name, value in score(documents, names).items()
        for low, high in [around[name] or (None, None)]
    }


def _groups(families: bool) -> dict[str, list[str]]:
    """The labels of each family, or each label by itself."""
    groups: dict[str, list[str]] = {}
    for id in load_labels():
        groups.setdefault(id.partition(".")[0] if families else id, []).append(id)
    return groups


def _only(documents: Iterable[Counts], labels: Sequence[str]) -> list[Counts]:
    """The counts of documents as if the figures of these labels were all there are."""
    return [
        {f"figures.{what}": sum(counts.get(f"label.{id}.{what}", 0) for id in labels) for what in _MATCHES}
        for counts in documents
    ]


def _label_scores(documents: Sequence[Counts], seed: int, families: bool) -> list[LabelScore]:
    """One row for each label or family that occurs, the most frequent first."""
    rows = []
    for group, labels in _groups(families).items():
        own = [counts for counts in _only(documents, labels) if any(counts.values())]
        if not own:
            continue
        scores = _scores(own, seed, _SLICE_METRICS[:3])
        rows.append(
            LabelScore(
                id=group,
                zh=None if families else load_labels()[group].zh,
                gold=int(sum(counts["figures.gold"] for counts in own)),
                predicted=int(sum(counts["figures.predicted"] for counts in own)),
                right=int(sum(counts["figures.right"] for counts in own)),
                precision=scores["figures.precision"].value,
                recall=scores["figures.recall"].value,
                f1=scores["figures.f1"],
            )
        )
    return sorted(rows, key=lambda row: (-row.gold, row.id))


def _cell_scores(cases: Sequence[Case]) -> list[CellScore]:
    tallies: dict[tuple[str, str], Counter[str]] = {}
    for case in cases:
        form = str(case.gold.header.get("form", "unknown"))
        for outcome in case.cells:
            table, row, column = cell_parts(outcome.id)
            places = {"table": table, "row": f"{table}.{row}", "column": f"{table}.{column}", "form": form}
            for key in places.items():
                tally = tallies.setdefault(key, Counter())
                tally[outcome.kind] += 1
                tally["cells"] += outcome.kind != "spurious"
                tally["filled"] += outcome.filled
                tally["filled_right"] += outcome.filled and outcome.right
    fields = CellScore.model_fields.keys() - {"dimension", "id"}
    return [
        CellScore.model_validate({"dimension": dimension, "id": id} | {name: tally[name] for name in fields})
        for (dimension, id), tally in sorted(tallies.items())
    ]


def _said(cases: Sequence[Case]) -> dict[str, list[tuple[float, bool]]]:
    """Every confidence that was given, and whether the prediction was right."""
    figures = [(p.confidence, True) for case in cases for _, p in case.figures.right]
    figures += [(p.confidence, False) for case in cases for p in case.figures.wrong]
    return {
        "figures": [(confidence, right) for confidence, right in figures if confidence is not None],
        "cells": [(o.predicted.confidence, o.right) for case in cases for o in case.cells if o.predicted],
    }


def _confidence(said: Sequence[tuple[float, bool]]) -> Confidence:
    members: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in said:
        members.setdefault(bin_of(confidence), []).append((confidence, right))
    bins = [
        Bin(
            count=len(own),
            confidence=sum(c for c, _ in own) / len(own),
            right=sum(r for _, r in own) / len(own),
        )
        for _, own in sorted(members.items())
    ]
    return Confidence(bins=bins, selection=_selection(said))


def _selection(said: Sequence[tuple[float, bool]]) -> Selection:
    if not said:
        return Selection(curve=[], threshold=None, trusted=0, right=0)
    order = sorted(said, reverse=True)
    confidence = np.array([c for c, _ in order])
    taken = np.arange(1, len(order) + 1)
    right = np.cumsum([right for _, right in order])
    # Predictions of one confidence are trusted together or not at all.
    ends = np.flatnonzero(np.append(confidence[1:] != confidence[:-1], True))
    good = ends[(right[ends] >= _SURE * taken[ends]) & (taken[ends] >= _ENOUGH)]
    shown = ends[np.unique(np.linspace(0, len(ends) - 1, _POINTS).astype(int))]
    return Selection(
        curve=[(float(taken[i] / len(order)), float(1 - right[i] / taken[i])) for i in shown],
        threshold=float(confidence[good[-1]]) if len(good) else None,
        trusted=int(taken[good[-1]]) if len(good) else 0,
        right=int(right[good[-1]]) if len(good) else 0,
    )


def _kinds(case: Case) -> Iterator[tuple[str, str]]:
    """The slices that a document belongs to."""
    gold, predicted = case.gold, case.predicted
    for name, field in (("form", "form"), ("year", "report_year")):
        if field in gold.header:
            yield name, str(gold.header[field])
    if not gold.is_passage:
        yield "kind of file", predicted.media_type or "no record"
        yield "script", predicted.script or "no record"
    if gold.text is not None:
        low = max((n for n in _LENGTHS if n <= len(gold.text)), default=0)
        high = min((n for n in _LENGTHS if n > len(gold.text)), default=None)
        yield "characters", f"{low:,} to {high:,}" if high else f"{low:,} and more"
    yield from gold.slices.items()


def _slices(cases: Sequence[Case], documents: Sequence[Counts], seed: int) -> Iterator[Slice]:
    members: dict[tuple[str, str], list[Counts]] = {}
    for case, counts in zip(cases, documents, strict=True):
        for kind in _kinds(case):
            members.setdefault(kind, []).append(counts)
    for (name, value), own in sorted(members.items()):
        figures = int(sum(counts.get("figures.gold", 0) for counts in own))
        scores = _scores(own, seed, _SLICE_METRICS)
        yield Slice(name=name, value=value, documents=len(own), figures=figures, scores=scores)


def _confusions(cases: Iterable[Case]) -> list[Confusion]:
    pairs: Counter[tuple[str | None, str | None]] = Counter()
    for case in cases:
        pairs.update((g.label, p.label) for g, p in case.figures.right)
        for error in case.figures.errors():
            gold, predicted = error.gold, error.predicted
            pairs[gold.label if gold else None, predicted.label if predicted else None] += 1
    order = sorted(pairs.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return [Confusion(gold=g, predicted=p, count=number) for (g, p), number in order]


def _errors(case: Case) -> Iterator[Error]:
    gold, predicted = case.gold, case.predicted
    if not predicted.found:
        yield Error(document=gold.name, kind="no record", id="document")
    for error in case.figures.errors():
        yield _figure_error(gold, error.kind, error.gold, error.predicted)
    for g, p in case.figures.right:
        if any(getattr(g, name) != getattr(p, name) for name in ("qualifier", "period")):
            yield _figure_error(gold, "attribute", g, p)
    for cell in case.cells:
        if not cell.right:
            said = cell.predicted
            spurious = cell.kind == "spurious"
            yield Error(
                document=gold.name,
                kind=cell.kind,
                id=cell.id,
                confidence=said.confidence if said else None,
                gold=None
                if spurious
                else Mark(label=cell.id, value="" if cell.gold is None else str(cell.gold)),
                predicted=Mark(label=cell.id, value=str(said.numbers[-1]) if said.numbers else "")
                if said
                else None,
            )
    for name, value in gold.header.items():
        found = predicted.header.get(name)
        if found != value:
            yield Error(
                document=gold.name,
                kind="header",
                id=name,
                gold=Mark(label=name, value=str(value)),
                predicted=Mark(label=name, value=str(found or "")),
            )
    if gold.checks_failed is not None:
        for check in sorted(gold.checks_failed ^ predicted.checks_failed):
            kind = "missed check" if check in gold.checks_failed else "invented check"
            yield Error(document=gold.name, kind=kind, id=check)


def _figure_error(document: GoldDocument, kind: str, gold: Figure | None, predicted: Figure | None) -> Error:
    sides = [f for f in (gold, predicted) if f]
    places = [(f.start, f.end) for f in sides if f.start is not None and f.end is not None]
    context, first = "", 0
    if document.text is not None and places:
        first = max(0, min(start for start, _ in places) - _AROUND)
        context = document.text[first : max(end for _, end in places) + _AROUND]

    def mark(figure: Figure | None) -> Mark | None:
        if figure is None:
            return None
        start, end = (at - first if context and at is not None else None for at in (figure.start, figure.end))
        value = str(figure.numbers[0])
        if kind == "attribute":
            value += f" {figure.qualifier}, {figure.period}"
        return Mark(label=figure.label, value=value, start=start, end=end)

    return Error(
        document=document.name,
        kind=kind,
        id=sides[0].label,
        start=sides[0].start,
        confidence=predicted.confidence if predicted else None,
        context=context,
        gold=mark(gold),
        predicted=mark(predicted),
    )


def _compare(before: Baseline, after: Baseline, seed: int) -> Comparison:
    old, new = ({d.digest: d for d in report.documents} for report in (before, after))
    both = sorted(old.keys() & new.keys())
    was, now = (
        _keyed(report.errors, {documents[digest].name: digest for digest in both})
        for report, documents in ((before, old), (after, new))
    )
    counts = [old[digest].counts for digest in both], [new[digest].counts for digest in both]
    labels: dict[str, Change] = {}
    for group, ids in (_groups(families=True) | _groups(families=False)).items():
        change = _changes(_only(counts[0], ids), _only(counts[1], ids), seed, ("figures.f1",))
        labels |= {group: change["figures.f1"]} if change else {}
    return Comparison(
        model=before.model,
        documents=len(both),
        left_out=len(before.documents) + len(after.documents) - 2 * len(both),
        changes=_changes(*counts, seed),
        labels=labels,
        fixed=[error for key, error in was.items() if key not in now],
        broken=[error for key, error in now.items() if key not in was],
    )


def _keyed(errors: Iterable[Error], digests: Mapping[str, str]) -> dict[tuple[object, ...], Error]:
    """Errors of some documents by what makes each the same error in another report."""
    keyed: dict[tuple[object, ...], Error] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    for error in errors:
        if error.document not in digests:
            continue
        # A missed figure that is now found with a wrong label is still the same error.
        side = "gold" if error.gold else "predicted"
        value = error.gold.value if error.gold else ""
        kind = error.kind if error.kind in ("attribute", "header") else ""
        key = (digests[error.document], side, kind, error.id, error.start, value)
        keyed[(*key, seen[key])] = error
        seen[key] += 1
    return keyed


def _changes(
    old: Sequence[Counts], new: Sequence[Counts], seed: int, names: Sequence[str] | None = None
) -> dict[str, Change]:
    if not old:
        return {}
    before, after = score(old, names), score(new, names)
    found = {}
    for name, change in changes(old, new, seed, names).items():
        was, now = before[name], after[name]
        if was is not None and now is not None:
            low, high, p = change or (None, None, None)
            found[name] = Change(before=was, after=now, low=low, high=high, p=p)
    return found
