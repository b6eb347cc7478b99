"""What counts as right, and what went wrong where it is not."""

from decimal import Decimal

import pytest

from models.record import Period
from tests.training.evaluation.cases import figure
from training.evaluation.gold import Figure
from training.evaluation.matching import Cell, match, match_cells


def kinds(gold: list[Figure], predicted: list[Figure]) -> list[str]:
    return [error.kind for error in match(gold, predicted).errors()]


def test_label_and_number_at_one_place_are_right_whatever_the_attributes() -> None:
    period: Period = "prior"
    matching = match([figure()], [figure(period=period)])
    assert len(matching.right) == 1 and not matching.missed and not matching.wrong


def test_what_went_wrong_is_told_once_for_each_place() -> None:
    assert kinds([figure(number=3)], [figure(number=4)]) == ["number"]
    assert kinds([figure("applications.received")], [figure("applications.granted")]) == ["label"]
    assert kinds([figure()], []) == ["missed"]
    assert kinds([], [figure()]) == ["invented"]
    assert kinds([figure(start=0)], [figure(start=2)]) == [
        "missed",
        "invented",
    ]  # they touch, and share nothing


def test_a_prediction_matches_one_gold_figure_only() -> None:
    matching = match([figure(), figure()], [figure()])
    assert (len(matching.right), len(matching.missed)) == (1, 1)


def test_without_offsets_label_and_number_decide() -> None:
    matching = match([figure(start=None)], [figure(start=40)])
    assert len(matching.right) == 1
    assert kinds([figure(start=None)], [figure(number=4, start=40)]) == ["missed", "invented"]


def test_optional_gold_counts_for_nothing() -> None:
    matching = match([figure(optional=True)], [figure("capacity.staff")])
    assert not matching.right and not matching.missed and not matching.wrong
    assert not match([figure(optional=True)], []).missed


def test_money_may_be_told_in_ten_thousands() -> None:
    gold = Figure("capacity.budget", (Decimal(250000), Decimal(25)), None, 0, 2, "万元", "exact", "year")
    assert match([gold], [figure("capacity.budget", 25)]).right
    assert match([gold], [figure("capacity.budget", 250000)]).right
    assert not match([gold], [figure("capacity.budget", 2500)]).right


@pytest.mark.parametrize(
    ("gold", "read", "kind"),
    [
        ("3", ("3",), "right"), ("3", ("4",), "wrong"), ("3", (), "missing"), ("3", None, "missing"),
        (None, None, "right"), (None, (), "right"), (None, ("3",), "wrong"), (None, ("0",), "blank_as_zero"),
        ("0", (), "zero_as_blank"), ("0", None, "missing"), ("3.0", ("3",), "right"),
    ],
)  # fmt: skip
def test_blank_zero_and_missing_cells_are_told_apart(
    gold: str | None, read: tuple[str, ...] | None, kind: str
) -> None:
    cells = {} if read is None else {"x": Cell(tuple(map(Decimal, read)), 1.0)}
    (outcome,) = match_cells({"x": None if gold is None else Decimal(gold)}, cells)
    assert outcome.kind == kind


def test_a_filled_cell_that_the_gold_does_not_know_is_spurious_and_a_blank_one_is_not() -> None:
    read = {"x": Cell((Decimal(1),), 1.0), "y": Cell((), 1.0)}
    assert [outcome.kind for outcome in match_cells({}, read)] == ["spurious"]
