"""Cells and figures become facts; every case of record.md."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.merge import base, merge
from models.labels import load_label_cells, load_labels
from tests.inference.evidence import cell, figure

NEW = cell("new_received", "total", "87", start=50)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("785", "万元", "7850000"), ("251000", "元", "251000"), ("160.5964", "万元", "1605964"), ("2", "亿元", "200000000"),
     ("3", "万", "30000"), ("5", "件", "5"), ("5", None, "5"), ("5", "", "5"), ("-3", "项", "-3")],
)  # fmt: skip
def test_base_units(value, unit, expected):
    assert base(value, unit) == Decimal(expected)


def test_a_cell_alone_is_stated():
    (fact,) = merge([NEW], [])
    assert (fact.id, fact.value, fact.unit, fact.status) == (
        "applications.new_received.total",
        "87",
        "件",
        "stated",
    )
    assert fact.confidence == pytest.approx(0.99)
    assert fact.evidence == [NEW[2]]


def test_a_blank_cell_is_a_blank_fact():
    (fact,) = merge([cell("granted", "total", None)], [])
    assert (fact.value, fact.status, fact.unit) == (None, "blank", "件")


def test_text_that_agrees_corroborates():
    said = figure("applications.received", "87")
    (fact,) = merge([NEW], [said])
    assert (fact.id, fact.value, fact.status) == ("applications.new_received.total", "87", "corroborated")
    assert fact.evidence == [NEW[2], said]
    assert fact.confidence > 0.99


def test_text_that_disagrees_conflicts_and_the_table_stays():
    said = figure("applications.received", "78")
    (fact,) = merge([NEW], [said])
    assert (fact.value, fact.status) == ("87", "conflicting")
    assert fact.evidence == [NEW[2], said]
    assert fact.confidence < 0.99


def test_one_that_agrees_and_one_that_does_not():
    (fact,) = merge(
        [NEW], [figure("applications.received", "87"), figure("applications.received", "78", start=2000)]
    )
    assert fact.status == "conflicting"
    assert fact.value == "87"
    assert len(fact.evidence) == 3


def test_text_fills_a_blank_cell():
    blank = cell("new_received", "total", None)
    (fact,) = merge([blank], [figure("applications.received", "87", qualifier="at_least")])
    assert (fact.value, fact.status, fact.qualifier) == ("87", "stated", "at_least")
    (fact,) = merge([blank], [figure("applications.received", "87"), figure("applications.received", "78")])
    assert fact.status == "conflicting"


def test_another_period_stays_apart():
    facts = merge([NEW], [figure("applications.received", "940", period="cumulative")])
    assert [(f.id, f.period, f.value) for f in facts] == [
        ("applications.new_received.total", "year", "87"),
        ("applications.received", "cumulative", "940"),
    ]


def test_cumulative_cells_are_facts_of_their_own():
    cells = [
        cell("disclosure.total", "year", "12", table="provincial", unit="条"),
        cell("disclosure.total", "cumulative", "340", table="provincial", unit="条", period="cumulative"),
    ]
    facts = merge(
        cells,
        [
            figure("disclosure.total", "340", "条", period="cumulative"),
            figure("disclosure.total", "12", "条"),
        ],
    )
    assert [(f.id, f.period, f.value, f.status) for f in facts] == [
        ("provincial.disclosure.total", "year", "12", "corroborated"),
        ("provincial.disclosure.total", "cumulative", "340", "corroborated"),
    ]


def test_a_label_that_means_a_sum_of_cells_keeps_its_own_fact():
    cells = [
        cell(row, "total", "1", table="review_litigation")
        for row in ("litigation_direct", "litigation_after_review")
    ]
    facts = merge(cells, [figure("review.litigations", "2")])
    assert [f.id for f in facts] == [*(id for id, _, _ in cells), "review.litigations"]


def test_mentions_of_one_value_are_one_fact():
    said = [figure("capacity.trainings", "3", "次", start=at) for at in (10, 90)]
    (fact,) = merge([], said)
    assert fact.status == "stated"
    assert fact.label == load_labels()["capacity.trainings"].zh
    assert fact.evidence == said
    assert fact.confidence == pytest.approx(0.99)


def test_different_values_under_a_many_label_are_facts_of_their_own():
    facts = merge([], [figure("capacity.trainings", "3", "次"), figure("capacity.trainings", "5", "次")])
    assert [(f.value, f.status) for f in facts] == [("3", "stated"), ("5", "stated")]


def test_different_values_under_a_single_label_are_one_conflict():
    said = [
        figure("applications.answered", "30", confidence=0.95, start=10),
        figure("applications.answered", "31", confidence=0.8, start=20),
        figure("applications.answered", "31", confidence=0.8, start=30),
    ]
    (fact,) = merge([], said)
    assert (fact.value, fact.status) == ("31", "conflicting")  # two readings of 0.8 outweigh one of 0.95
    assert [e.start for e in fact.evidence] == [10, 20, 30]
    assert fact.confidence < 0.8


def test_periods_of_a_single_label_do_not_conflict():
    facts = merge(
        [], [figure("applications.answered", "30"), figure("applications.answered", "31", period="prior")]
    )
    assert [(f.period, f.status) for f in facts] == [("year", "stated"), ("prior", "stated")]


def test_money_is_compared_in_base_units():
    facts = merge([], [figure("capacity.budget", "250000", "元"), figure("capacity.budget", "25", "万元")])
    assert len(facts) == 1
    assert (facts[0].value, facts[0].unit) == ("250000", "元")


def test_the_same_number_written_another_way_is_the_same():
    (fact,) = merge([cell("new_received", "total", "87.0")], [figure("applications.received", "87")])
    assert fact.status == "corroborated"
    assert fact.value == "87.0"


def test_a_zero_is_not_a_blank():
    (fact,) = merge([cell("new_received", "total", "0")], [figure("applications.received", "0")])
    assert (fact.value, fact.status) == ("0", "corroborated")
    (fact,) = merge([cell("new_received", "total", "0")], [figure("applications.received", "3")])
    assert (fact.value, fact.status) == ("0", "conflicting")


def test_nothing_gives_nothing():
    assert merge([], []) == []


LABELS = [
    "applications.received",
    "applications.answered",
    "capacity.trainings",
    "review.reconsiderations",
    "capacity.budget",
]
FIGURES = st.lists(
    st.builds(
        figure, st.sampled_from(LABELS), st.integers(0, 4).map(str), st.sampled_from(["件", "元", "万元"]),
        period=st.sampled_from(["year", "prior", "cumulative", "part"]), confidence=st.floats(0, 1),
        start=st.integers(0, 5000),
    ),
    max_size=12,
)  # fmt: skip
CELLS = st.dictionaries(
    st.tuples(
        st.sampled_from(["new_received", "granted", "carried_in"]), st.sampled_from(["total", "business"])
    ),
    st.none() | st.integers(0, 4).map(str),
).map(lambda d: [cell(row, column, value) for (row, column), value in d.items()])


@given(CELLS, FIGURES)
def test_no_evidence_is_lost_or_doubled(cells, figures):
    facts = merge(cells, figures)
    given_ = Counter(e.model_dump_json() for e in [*(e for _, _, e in cells), *figures])
    assert Counter(e.model_dump_json() for f in facts for e in f.evidence) == given_
    assert [f.id for f in facts[: len(cells)]] == [id for id, _, _ in cells]


@given(CELLS, FIGURES)
def test_a_fact_says_what_its_evidence_says(cells, figures):
    pairs = {sums[0][0]: label for label, sums in load_label_cells().items() if len(sums[0]) == 1}
    for fact in merge(cells, figures):
        assert 0 <= fact.confidence <= 1
        assert (fact.value is None) == (fact.status == "blank")
        for evidence in fact.evidence:
            assert evidence.period == fact.period
            if evidence.kind == "narrative":
                assert evidence.label in (fact.id, pairs.get(fact.id))
        values = {base(e.value, e.unit) for e in fact.evidence if e.value is not None}
        assert fact.value is None or base(fact.value, fact.unit) in values
        assert (fact.status == "conflicting") == (len(values) > 1)
