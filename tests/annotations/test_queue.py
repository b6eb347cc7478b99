"""What is queued first is what the strategy promises, the same every time, with a random and a blind share."""

import itertools
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.queue import Candidate, Plan, candidates, purpose, queue
from annotations.strategies import entropy, margin, mixed, spread
from annotations.task import Cell, Document
from inference.extract import to_record
from inference.patterns import PatternTagger
from inference.reading import read
from inference.tagging import Tagger, load_tagger

ROOT = Path(__file__).parents[2]


def found(name: str, doubting: bool = False, other: bool = False) -> list[Candidate]:
    source = read(ROOT / "examples" / name)
    tagger = load_tagger()
    assert isinstance(tagger, Tagger)
    document = Document(1, source.sha256, source.source, source.text, None, None, "training")
    record = to_record(source, tagger)
    return list(
        candidates(document, record, tagger if doubting else None, PatternTagger() if other else None)
    )


@pytest.fixture(scope="module")
def county() -> list[Candidate]:
    return found("2021-county.html", doubting=True, other=True)


def test_a_candidate_is_a_sentence_with_its_numbers_and_what_the_record_says(county: list[Candidate]) -> None:
    text = read(ROOT / "examples" / "2021-county.html").text
    (received,) = [c for c in county if c.suggestion and "64件" in c.text]
    assert text[received.start : received.end] == received.text
    assert not received.text[0].isspace() and not received.text[-1].isspace()
    assert received.suggestion
    labels = {text[f.start : f.end]: f.label for f in received.suggestion.figures}
    assert labels["64件"] == "applications.received"
    assert received.suggestion.model.startswith("nianbao-tagger ")
    assert any("narrative.applications.received" in id for id in received.conflicts)


def test_every_number_of_the_prose_is_in_exactly_one_candidate(county: list[Candidate]) -> None:
    passages = [c for c in county if c.cell is None]
    assert all(a.end <= b.start for a, b in itertools.pairwise(passages))
    record = to_record(read(ROOT / "examples" / "2021-county.html"), load_tagger())
    for fact in record.facts:
        for e in fact.evidence:
            if e.kind == "narrative":
                assert sum(c.start <= e.start and e.end <= c.end for c in passages) == 1


def test_doubt_lies_between_nothing_and_a_tie(county: list[Candidate]) -> None:
    assert {c.doubt for c in county if c.cell is None} != {0.0}
    assert all(0 <= c.doubt <= 1 for c in county)


def test_a_cell_in_a_broken_rule_comes_with_the_rule_and_its_terms(county: list[Candidate]) -> None:
    cells = {c.cell.id: c for c in county if c.cell}
    total = cells["applications.new_received.total"]
    assert total.cell and total.cell.value == "63"
    assert total.conflicts
    assert any(
        term.id == "applications.new_received.total" for rule in total.cell.rules for term in rule.terms
    )


def passage(i: int, **changes: object) -> Candidate:
    return Candidate(1, 10 * i, 10 * i + 5, f"收到申请{i}件", **changes)  # type: ignore[arg-type]


POOL = [passage(i, doubt=i / 100, differing=("a",) * (i % 3)) for i in range(100)]
CELL = Candidate(
    1, 2000, 2002, "63", Cell(id="x", label="x", period="year", value="63", confidence=0.5), conflicts=("r",)
)
SURE = Plan(limit=20, random=0, evaluation=0, double=0)


def test_uncertainty_takes_the_most_doubtful_first() -> None:
    tasks = queue(POOL, [], SURE)
    assert [t.start for t in tasks] == [10 * i for i in range(99, 79, -1)]
    assert tasks[0].reason == "0.99"


def test_disagreement_and_conflict_take_nothing_else() -> None:
    differ = queue(POOL, [], Plan("disagreement", 1000, 0, 0, 0))
    assert len(differ) == sum(bool(c.differing) for c in POOL)
    assert [t.cell for t in queue([*POOL, CELL], [], Plan("conflict", 1000, 0, 0, 0))] == [CELL.cell]


def test_shares_are_random_blind_and_double_as_planned() -> None:
    plan = Plan("uncertainty", limit=60, random=0.3, evaluation=0.25, double=0.5)
    others = [Candidate(2, 10 * i, 10 * i + 5, "x", suggestion=None) for i in range(50)]
    tasks = queue(POOL, [*others, CELL], plan)
    blind = [t for t in tasks if t.document_id == 2]
    assert (len(tasks), len(blind)) == (60, 15)
    assert all(t.suggestion is None and t.cell is None and not t.reason for t in blind)
    drawn = [t for t in tasks if t.document_id == 1 and t.strategy == "random"]
    assert 4 <= len(drawn) <= 25
    assert 15 <= sum(t.wanted == 2 for t in tasks) <= 45
    assert queue(POOL, others, plan) == queue(POOL, others, plan)


def test_what_a_document_is_for_depends_on_itself_alone() -> None:
    purposes = [purpose(f"{i:064x}", Plan(evaluation=0.2)) for i in range(1000)]
    assert 150 <= purposes.count("evaluation") <= 250
    assert {purpose("ab", Plan(evaluation=0)), purpose("ab", Plan(evaluation=0, seed=2))} == {"training"}


def test_margin_and_entropy_order_by_the_most_doubtful_number() -> None:
    sure, torn = np.array([[0.98, 0.01, 0.01]]), np.array([[0.98, 0.01, 0.01], [0.5, 0.5, 0.0]])
    assert margin(torn) == pytest.approx(1)
    assert margin(sure) == pytest.approx(0.03)
    assert entropy(torn) == pytest.approx(np.log(2))
    assert entropy(sure) < entropy(torn)
    assert margin(sure[:0]) == entropy(sure[:0]) == 0


def test_spread_takes_one_of_each_kind() -> None:
    kinds = ["举办政务公开培训班{}期", "收到政府信息公开申请{}件", "发布微博{}条", "接听热线电话{}次"]
    texts = [kinds[i % 4].format(i) for i in range(80)]
    assert {i % 4 for i in spread(texts, 4, seed=1)} == {0, 1, 2, 3}
    assert spread(texts, 100, seed=1) == list(range(80))


@given(st.sets(st.integers(0, 30)), st.floats(0, 1), st.integers(0, 5))
def test_mixing_keeps_the_order_and_loses_nothing(chosen: set[int], share: float, seed: int) -> None:
    order = list(chosen)
    random.Random(seed).shuffle(order)
    result = mixed(order, range(31), share, seed)
    indices = [i for i, _ in result]
    assert len(set(indices)) == len(indices)
    assert set(order) <= set(indices)
    kept = [i for i, drawn in result if not drawn]
    assert kept == [i for i in order if i in set(kept)]
    assert share > 0 or indices == order
