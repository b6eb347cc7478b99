"""What is worth a person's time: the passages and cells of a report as candidates, and the most useful ones first."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from annotations.items import GoldFigure
from annotations.strategies import Chances, margin, mixed, spread
from annotations.task import BrokenRule, Cell, Document, NewTask, Purpose, Strategy, Suggestion, Term
from inference.normalize import NormalText, normalize
from inference.numbers import Number, find_numbers
from inference.passages import prose, sentences
from inference.tables import read_tables
from inference.tagging import NumberTagger
from models.record import Fact, NarrativeEvidence, Record, TableEvidence

Choice = Literal["uncertainty", "conflict", "disagreement", "diversity", "random"]
_DOUBTFUL_CELL = 0.9  # a cell that is read less surely than this is a candidate


class ChanceTagger(NumberTagger, Protocol):
    """A tagger that also gives the probability of each class."""

    def chances(self, text: str, stretches: Sequence[tuple[int, int]]) -> list[tuple[Number, Chances]]:
        """Every number in the given stretches with the probabilities of `O` and of each label, in order."""
        ...


@dataclass(frozen=True)
class Candidate:
    """A stretch of a document that could become a task; offsets into the document's text.

    Attributes:
        document_id, start, end, cell, suggestion: As in `Task`.
        text: Of the stretch.
        doubt: 0 is sure, 1 a tie.
        conflicts: Rules and tables that its figures contradict.
        differing: What another tagger says otherwise.
    """

    document_id: int
    start: int
    end: int
    text: str
    cell: Cell | None = None
    suggestion: Suggestion | None = None
    doubt: float = 0.0
    conflicts: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[int, int, int, str]:
        """What makes it the same task as one in a store."""
        return self.document_id, self.start, self.end, self.cell.key if self.cell else ""


@dataclass(frozen=True)
class Plan:
    """How a queue is made.

    Attributes:
        strategy: What comes first.
        limit: Most tasks.
        random: Share of the training tasks drawn at random, so that what the strategy never finds is seen too.
        evaluation: Share of the documents, and of the tasks, that are kept for evaluation: drawn at random, labelled blind.
        double: Share of the tasks that two annotators are asked.
        seed: Of all that is drawn.
    """

    strategy: Choice = "uncertainty"
    limit: int = 500
    random: float = 0.1
    evaluation: float = 0.2
    double: float = 0.1
    seed: int = 13


def purpose(sha256: str, plan: Plan) -> Purpose:
    """What a document is for: by its hash, so that it does not depend on what else is added."""
    drawn = int(hashlib.sha256(f"{plan.seed}:{sha256}".encode()).hexdigest()[:12], 16) / 16**12
    return "evaluation" if drawn < plan.evaluation else "training"


def candidates(
    document: Document,
    record: Record,
    tagger: ChanceTagger | None = None,
    other: NumberTagger | None = None,
    *,
    every_cell: bool = False,
) -> Iterator[Candidate]:
    """The passages of a document that hold numbers, and its cells that are doubtful or break a rule.

    Args:
        document: In the store.
        record: What was extracted from it; gives the suggestions.
        tagger: Measures doubt; if None, nothing is doubtful but cells.
        other: A tagger to disagree with the record; None for no such comparison.
        every_cell: Give the other cells, too.
    """
    normal = normalize(document.text)
    stretches = prose(normal.text, read_tables(normal.text).zones)
    broken = _broken(record)
    doubts = (
        {n.start: margin(c[None, :]) for n, c in tagger.chances(normal.text, stretches)} if tagger else {}
    )
    others = (
        {t.number.start: t.label for t in other.tag(normal.text, stretches) if t.is_sure} if other else {}
    )
    evidence = {e.start: (e, fact) for fact in record.facts for e in fact.evidence if e.kind == "narrative"}
    model = f"{record.model.name} {record.model.version}"
    for first, last, numbers in _passages(normal, stretches):
        start, end = normal.span(first, last)
        told = {n.start: evidence.get(normal.offsets[n.start]) for n in numbers}
        said = [(e, fact) for found in told.values() if found for e, fact in [found]]
        labels = {at: e.label for at, found in told.items() if found for e, _ in [found]}
        differing = [
            f"{labels.get(n.start, 'O')} ≠ {others.get(n.start, 'O')}"
            for n in numbers
            if other and labels.get(n.start) != others.get(n.start)
        ]
        yield Candidate(
            document.id, start, end, document.text[start:end],
            suggestion=_suggestion([e for e, _ in said], model) if record.model.name else None,
            doubt=max((doubts.get(n.start, 0.0) for n in numbers), default=0.0),
            conflicts=tuple(dict.fromkeys(id for _, fact in said for id in _conflicts(fact, broken))),
            differing=tuple(differing),
        )  # fmt: skip
    yield from _cells(document, record, broken, every_cell)


def passages(normal: NormalText) -> list[tuple[int, int]]:
    """The sentences of a text's prose that hold numbers; spans in the text as it was read."""
    stretches = prose(normal.text, read_tables(normal.text).zones)
    return [normal.span(first, last) for first, last, _ in _passages(normal, stretches)]


def _passages(
    normal: NormalText, stretches: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, list[Number]]]:
    for start, end in stretches:
        numbers = list(find_numbers(normal.text, start, end))
        for first, last in sentences(normal.text[start:end]):
            first, last = start + first, start + last
            held = [n for n in numbers if first <= n.start < last]
            if held:
                line = normal.text[first:last]
                yield (
                    first + len(line) - len(line.lstrip()),
                    max(first + len(line.rstrip()), held[-1].end),
                    held,
                )


def _suggestion(evidence: Sequence[NarrativeEvidence], model: str) -> Suggestion:
    figures = [GoldFigure(e.label, e.start, e.end, e.value, e.unit, e.qualifier, e.period) for e in evidence]
    return Suggestion(tuple(figures), tuple(e.confidence for e in evidence), model)


def _broken(record: Record) -> dict[str, list[BrokenRule]]:
    """The rules that fail, by the ids of the facts in them."""
    facts = {fact.id: fact for fact in record.facts if fact.period == "year"}
    rules: dict[str, list[BrokenRule]] = {}
    for check in record.checks:
        if check.status != "fail":
            continue
        terms = [Term(id=id, label=f.label, value=f.value) for id in check.facts if (f := facts.get(id))]
        rule = BrokenRule(
            id=check.id, message=check.message, left=check.left, right=check.right, terms=tuple(terms)
        )
        for id in check.facts:
            rules.setdefault(id, []).append(rule)
    return rules


def _conflicts(fact: Fact, broken: dict[str, list[BrokenRule]]) -> list[str]:
    rules = [rule.id for rule in broken.get(fact.id, ())]
    return [*rules, *(["conflicting"] if fact.status == "conflicting" else [])]


def _cells(
    document: Document, record: Record, broken: dict[str, list[BrokenRule]], every: bool
) -> Iterator[Candidate]:
    for fact in record.facts:
        evidence = next((e for e in fact.evidence if isinstance(e, TableEvidence)), None)
        conflicts = _conflicts(fact, broken) if fact.period == "year" else []
        if evidence is None or not (every or conflicts or evidence.confidence < _DOUBTFUL_CELL):
            continue
        cell = Cell(
            id=fact.id, label=fact.label, period=fact.period, value=evidence.value, confidence=evidence.confidence,
            rules=tuple(broken.get(fact.id, ())) if fact.period == "year" else (),
        )  # fmt: skip
        yield Candidate(
            document.id, evidence.start, evidence.end, evidence.text, cell,
            doubt=1 - evidence.confidence, conflicts=tuple(conflicts),
        )  # fmt: skip


def queue(training: Sequence[Candidate], evaluation: Sequence[Candidate], plan: Plan) -> list[NewTask]:
    """The tasks that a plan makes of candidates, in the order in which they are to be labelled.

    Args:
        training: Of the documents for training.
        evaluation: Of those for evaluation; their cells are not asked for.
        plan: How.
    """
    draw = random.Random(plan.seed)
    blind = [c for c in evaluation if c.cell is None]
    draw.shuffle(blind)
    blind = blind[: round(plan.limit * plan.evaluation)]
    order = _ordered(training, plan)
    anything = [i for i, c in enumerate(training) if c.cell is None]
    chosen = mixed(order, anything, plan.random, plan.seed)[: plan.limit - len(blind)]
    tasks = [_task(training[i], "random" if drawn else plan.strategy) for i, drawn in chosen]
    tests = [_task(candidate, None) for candidate in blind]
    slots = [True] * len(tests) + [False] * len(tasks)
    draw.shuffle(slots)
    left, right = iter(tests), iter(tasks)
    queued = (next(left if slot else right) for slot in slots)
    return [NewTask(**{**t.__dict__, "wanted": 2 if draw.random() < plan.double else 1}) for t in queued]


def suggest(known: Sequence[Candidate]) -> list[NewTask]:
    """The tasks that are in a store already, with what is now suggested for them."""
    return [_task(candidate, "random") for candidate in known if candidate.suggestion]


def _ordered(training: Sequence[Candidate], plan: Plan) -> list[int]:
    """Indices of the candidates that a strategy wants, the most useful first."""
    indices = list(range(len(training)))
    if plan.strategy == "uncertainty":
        return sorted(indices, key=lambda i: -training[i].doubt)
    if plan.strategy == "conflict":
        found = [i for i in indices if training[i].conflicts]
        return sorted(found, key=lambda i: -len(training[i].conflicts))
    if plan.strategy == "disagreement":
        found = [i for i in indices if training[i].differing]
        return sorted(found, key=lambda i: -len(training[i].differing))
    passages = [i for i in indices if training[i].cell is None]
    if plan.strategy == "diversity":
        return [passages[i] for i in spread([training[i].text for i in passages], plan.limit, plan.seed)]
    random.Random(plan.seed).shuffle(passages)
    return passages


def _task(candidate: Candidate, strategy: Strategy | None) -> NewTask:
    """A task for training, or, without a strategy, a blind one."""
    c = candidate
    if strategy is None:
        return NewTask(c.document_id, c.start, c.end, "random")
    reasons: dict[str, str] = {
        "uncertainty": f"{c.doubt:.2f}", "conflict": ", ".join(c.conflicts), "disagreement": "; ".join(c.differing)
    }  # fmt: skip
    return NewTask(c.document_id, c.start, c.end, strategy, reasons.get(strategy, ""), c.cell, c.suggestion)
