"""Do people agree? Over the tasks that several answered: spans, and what each number counts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from annotations.items import GoldFigure
from annotations.reading import read_numbers
from annotations.store import Store
from annotations.task import Said, Task
from models.tagger import NO_LABEL

Coded = tuple[str, str, str]  # annotator, number, label


@dataclass(frozen=True)
class PairAgreement:
    """How two annotators agree.

    Attributes:
        first, second: Who.
        tasks: That both accepted.
        f1: Of the figures of one against the other's, span and label alike; None if neither has any.
        kappa: Cohen's, over the label of each number; None if it is not defined (all numbers have one same label).
    """

    first: str
    second: str
    tasks: int
    f1: float | None
    kappa: float | None


@dataclass(frozen=True)
class LabelAgreement:
    """How all agree on one label: numbers that anyone gave it, and Krippendorff's alpha of having it or not."""

    label: str
    numbers: int
    alpha: float | None


@dataclass(frozen=True)
class Agreement:
    """Agreement over the passages that at least two annotators accepted.

    Attributes:
        tasks, numbers: What it is measured on.
        alpha: Krippendorff's, nominal, over the label of each number; None if it is not defined.
        pairs: Each two annotators with tasks in common.
        labels: Those that anyone gave, the least agreed first.
    """

    tasks: int
    numbers: int
    alpha: float | None
    pairs: tuple[PairAgreement, ...]
    labels: tuple[LabelAgreement, ...]


def agreement(store: Store) -> Agreement:
    """Measure the agreement in a store, before anything was settled."""
    answers: dict[int, list[Said]] = defaultdict(list)
    for said in store.answers():
        if said.answer.verdict == "accept":
            answers[said.task_id].append(said)
    both = [t for t in store.tasks() if t.cell is None and len(answers[t.id]) > 1]
    coded = [row for task in both for row in _coded(store, task, answers[task.id])]
    labels = sorted({label for _, _, label in coded} - {NO_LABEL})
    by_label = [
        LabelAgreement(
            label,
            len({number for _, number, given in coded if given == label}),
            _alpha([(who, number, str(given == label)) for who, number, given in coded]),
        )
        for label in labels
    ]
    return Agreement(
        len(both),
        len({number for _, number, _ in coded}),
        _alpha(coded),
        tuple(_pairs([answers[t.id] for t in both], coded)),
        tuple(sorted(by_label, key=lambda found: (found.alpha is not None, found.alpha or 0.0))),
    )


def _coded(store: Store, task: Task, answers: Sequence[Said]) -> Iterable[Coded]:
    """The label that each annotator gave each number, or each other stretch that anyone marked."""
    text = store.document(task.document_id).text[task.start : task.end]
    spans = {(n.start + task.start, n.end + task.start) for n in read_numbers(text, 0, len(text))}
    for said in answers:
        for f in said.answer.figures:
            if not any(f.start < end and start < f.end for start, end in spans):
                spans.add((f.start, f.end))
    for start, end in spans:
        for said in answers:
            found = next((f.label for f in said.answer.figures if f.start < end and start < f.end), NO_LABEL)
            yield said.annotator, f"{task.id}:{start}", found


def _pairs(answers: Sequence[Sequence[Said]], coded: Sequence[Coded]) -> Iterable[PairAgreement]:
    names = sorted({said.annotator for group in answers for said in group})
    for first, second in combinations(names, 2):
        shared = [
            {said.annotator: said.answer.figures for said in group}
            for group in answers
            if {first, second} <= {said.annotator for said in group}
        ]
        if not shared:
            continue
        numbers = {number for who, number, _ in coded if who == first} & {
            number for who, number, _ in coded if who == second
        }
        rows = [row for row in coded if row[0] in (first, second) and row[1] in numbers]
        yield PairAgreement(
            first, second, len(shared), _f1([(group[first], group[second]) for group in shared]), _kappa(rows)
        )


def _f1(pairs: Sequence[tuple[Sequence[GoldFigure], Sequence[GoldFigure]]]) -> float | None:
    same = total = 0
    for ours, theirs in pairs:
        left, right = ({(f.label, f.start, f.end) for f in side} for side in (ours, theirs))
        same += 2 * len(left & right)
        total += len(left) + len(right)
    return same / total if total else None


def _alpha(coded: Sequence[Coded]) -> float | None:
    from nltk.metrics.agreement import AnnotationTask

    return float(AnnotationTask(list(coded)).alpha()) if len({label for _, _, label in coded}) > 1 else None


def _kappa(coded: Sequence[Coded]) -> float | None:
    from nltk.metrics.agreement import AnnotationTask

    return float(AnnotationTask(list(coded)).kappa()) if len({label for _, _, label in coded}) > 1 else None
