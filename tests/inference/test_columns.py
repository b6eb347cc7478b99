"""Placing values on columns, by separators and else by arithmetic."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inference.cells import Cell, split_cells
from inference.columns import (
    Spacing,
    Strip,
    adds_up,
    best_run,
    by_separators,
    measure,
    number,
    plausibility,
    possible,
    settle,
    spread,
    strip_after,
    sums_held,
)  # fmt: skip


def values(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text, 0, len(text), "value" if text[0].isdigit() else "mark", 1, 0) for text in texts)


def decimals(*numbers: int | None) -> list[Decimal | None]:
    return [None if n is None else Decimal(n) for n in numbers]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("1,234", 1234),
        ("+14", 14),
        ("-3", -3),
        ("22(其中修订16件)", 22),
        ("251000元", 251000),
        ("/", None),
        ("无", None),
    ],
)
def test_number(text, value):
    cell = split_cells(text)[0]
    assert number(cell) == value
    assert number(None) is None


def test_strip_after_on_one_line():
    cells = split_cells("| 规章 | 1 | | 3 |\n| 行政许可 | 2 |")
    strip = strip_after(cells, 1)
    assert [c.text for c in strip.cells] == ["1", "3"]
    assert strip == Strip(strip.cells, (1, 2), 1, 2, 5)


def test_strip_after_one_cell_a_line():
    strip = strip_after(split_cells("规章\n|\n1\n|\n\n|\n3\n|\n行政许可\n|"), 1)
    assert [c.text for c in strip.cells] == ["1", "3"]
    assert (strip.bars, strip.after, strip.line_bars) == ((1, 2), 1, None)


def test_strip_without_values_and_with_units_left_out():
    assert strip_after(split_cells("规章\n|\n行政许可"), 1).cells == ()
    strip = strip_after(split_cells("主动公开文件数 | 条 | 12 | 340 |"), 1)
    assert [c.text for c in strip.cells] == ["12", "340"]
    assert strip.bars == (1, 1)


def test_measure_learns_the_step_and_the_leads():
    cells = split_cells("规章 ||| 1 ||| 2 |||\n文件 ||| 3 ||| 4 |||\n")
    rows = [(strip_after(cells, 1), 2), (strip_after(cells, 4), 2)]
    spacing = measure(rows, rows)
    assert (spacing.step, spacing.leads, spacing.after) == (3, (3,), 3)


def test_measure_of_nothing():
    assert measure([], []).leads == (1,)


SPACING = Spacing(step=1, leads=(1,), after=1, usual_after=1, keeps_blanks=True, from_right=False)


@pytest.mark.parametrize(
    ("bars", "after", "ways"),
    [
        ((1, 1), 2, [(0, 1)]), ((2, 1), 1, [(1, 2)]), ((1, 2), 1, [(0, 2)]), ((1,), 3, [(0,)]), ((3,), 1, [(2,)]),
        ((1, 3), 1, []), ((9,), 1, []),
    ],
)  # fmt: skip
def test_by_separators(bars, after, ways):
    strip = Strip(values(*"7" * len(bars)), bars, after, None)
    assert by_separators(strip, 3, SPACING) == ways


def test_separators_that_are_no_multiple_of_the_step_tell_nothing():
    spacing = Spacing(step=2, leads=(2,), after=2, usual_after=2, keeps_blanks=True, from_right=False)
    assert by_separators(Strip(values("1", "2"), (2, 3), 2, None), 3, spacing) == []


def test_a_file_that_drops_blanks_tells_nothing():
    spacing = Spacing(step=1, leads=(1,), after=1, usual_after=1, keeps_blanks=False, from_right=False)
    assert by_separators(Strip(values("1"), (2,), 1, None), 3, spacing) == []


def test_possible_placements():
    assert possible(1, 3) == [(0,), (1,), (2,)]
    assert len(possible(3, 7)) == 35
    assert possible(2, 15) == [(0, 1), (13, 14)]
    assert possible(0, 3) == [()]


def test_spread():
    assert spread(values("1", "/", "3"), (0, 2, 3), 5) == decimals(1, None, None, 3, None)


@pytest.mark.parametrize(
    ("row", "result"),
    [
        ((1, 2, 3), True),
        ((1, 2, 4), False),
        ((None, 3, 3), True),
        ((1, 2, None), None),
        ((None, None, 3), None),
        ((0, 0, 0), True),
    ],
)
def test_adds_up(row, result):
    assert adds_up(decimals(*row)) is result


def test_sums_held_counts_groups():
    assert sums_held(decimals(1, 2, 3, 1, 1, 5, None, None, None), 3) == 0
    assert sums_held(decimals(1, 2, 3, 1, 1, 2), 3) == 2


def test_best_run_prefers_neighbours_that_add_up():
    assert [c.text for c in best_run(values("9", "1", "2", "3"), 3)] == ["1", "2", "3"]
    assert [c.text for c in best_run(values("9", "1", "2", "5"), 3)] == ["9", "1", "2"]


def test_plausibility_likes_sums_and_the_total_column():
    assert plausibility(decimals(1, 2, 3), frozenset()) > plausibility(decimals(1, 2, 4), frozenset())
    assert plausibility(decimals(None, None, 3), frozenset()) > plausibility(
        decimals(3, None, None), frozenset()
    )
    assert plausibility(decimals(3, None, 3), frozenset({0})) > plausibility(
        decimals(None, 3, 3), frozenset({0})
    )


def test_settle_follows_the_column_rules():
    rows = [(values("5", "5"), [(0, 2), (1, 2)]), (values("0", "5", "5"), [(0, 1, 2)])]

    def agreement(grid):
        return 10.0 if grid[0][1] == 5 else 0.0

    assert settle(rows, 3, agreement) == [(1, 2), (0, 1, 2)]


def test_settle_leaves_what_the_text_decides():
    assert settle([(values("5"), [(1,)])], 3, lambda grid: -100.0) == [(1,)]
    assert settle([], 3, lambda grid: 0.0) == []


@given(
    st.integers(2, 7).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.booleans(), min_size=n, max_size=n))
    )
)
def test_separators_give_back_any_pattern_of_blanks(case):
    columns, filled = case
    assume(any(filled))
    places = tuple(i for i, is_filled in enumerate(filled) if is_filled)
    bars = tuple(b - a for a, b in zip((-1, *places), places, strict=False))
    strip = Strip(values(*"7" * len(places)), bars, columns - places[-1], None)
    assert by_separators(strip, columns, SPACING) == [places]


@given(st.integers(1, 7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_possible_placements_are_in_order_and_on_the_table(case):
    count, columns = case
    ways = possible(count, columns)
    assert len(set(ways)) == len(ways)
    for way in ways:
        assert len(way) == count
        assert list(way) == sorted(set(way))
        assert all(0 <= c < columns for c in way)
