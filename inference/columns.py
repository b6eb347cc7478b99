"""Placing the values of a row on the columns of the form when some cells were left blank.

Separators that are still there tell the place. Where blanks vanished, every placement in order is
possible and the arithmetic of the form chooses among them; it never changes a number.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, combinations

from inference.cells import VALUE, Cell

Placement = tuple[int, ...]  # the column, from 0, of each value
Numbers = Sequence[Decimal | None]
Agreement = Callable[[Sequence[Numbers]], float]

# How sure a placement is, before label and arithmetic are looked at.
COMPLETE, SEPARATED, GUESSED = 0.998, 0.99, 0.8


@dataclass(frozen=True)
class Strip:
    """What stands behind a row's label.

    Attributes:
        cells: Values and marks in order, units left out.
        bars: Separators in front of each of them, from the label, unit or value before.
        after: Separators behind the last one that may still belong to the row; None if not known,
            for the last row of a table of one cell a line.
        front: Separators from the start of the line to the first value, if all values share a line.
        line_bars: All separators of that line; None if the values stand on several.
        headed: Whether the values stand under a head, not behind a label.
    """

    cells: tuple[Cell, ...]
    bars: tuple[int, ...]
    after: int | None
    front: int = 0
    line_bars: int | None = None
    headed: bool = False

    def columns(self) -> list[int]:
        """The column of each value, counted in separators from the start of the line."""
        return list(accumulate(self.bars[1:], initial=self.front))


@dataclass(frozen=True)
class Spacing:
    """How a table separates its cells, learnt from its rows and those of the whole file.

    Attributes:
        step: Separators from one cell to the next; 0 where only space or line ends stand between.
        leads: Separators from a label to its first value, most frequent first; more than one where
            labels span columns.
        after: Fewest separators seen behind the last value of a row.
        usual_after: Those seen most often in this table, taken for a row whose end is not known.
        keeps_blanks: Whether empty cells kept their separators anywhere in the file.
        from_right: Whether columns are counted from the end of the row, because labels span a
            changing number of columns and the ends do not.
    """

    step: int
    leads: tuple[int, ...]
    after: int
    usual_after: int
    keeps_blanks: bool
    from_right: bool


def number(cell: Cell | None) -> Decimal | None:
    """The number a cell holds, without unit and note; None for a blank or a mark."""
    match = VALUE.fullmatch(cell.text) if cell else None
    return Decimal(match["number"].replace(",", "")) if match else None


def strip_after(cells: Sequence[Cell], last: int) -> Strip:
    """The strip behind the label that ends in front of `cells[last]`."""
    values: list[Cell] = []
    bars: list[int] = []
    waiting, at = 0, last
    while at < len(cells) and cells[at].kind != "text":
        waiting += cells[at].bars
        if cells[at].kind != "unit":
            values.append(cells[at])
            bars.append(waiting)
        waiting = 0
        at += 1
    if not values:
        return Strip((), (), cells[at].bars if at < len(cells) else cells[at - 1].tail)
    label, end = cells[last - 1], cells[at - 1]
    # A row on one line ends with the line; a row of one cell a line, with the next label.
    on_one_line = values[0].line == end.line and (len(values) > 1 or end.line == label.line)
    after = cells[at].bars if at < len(cells) and end.line != label.line else end.tail
    if not on_one_line:
        return Strip(tuple(values), tuple(bars), waiting + after)
    first = last
    while first and cells[first - 1].line == end.line:
        first -= 1
    edge = cells[first].bars - (cells[first - 1].tail if first else 0)
    front = edge + sum(c.bars for c in cells[first + 1 : last + 1]) if first < last else edge
    inner = sum(c.bars for c in cells[first + 1 : at])
    return Strip(tuple(values), tuple(bars), waiting + after, front, edge + inner + end.tail)


def measure(own: Sequence[tuple[Strip, int]], file: Sequence[tuple[Strip, int]]) -> Spacing:
    """The spacing of a table.

    Args:
        own: (strip, number of columns) of its rows.
        file: The same of all labelled rows of the file.
    """
    complete = [(s, n) for s, n in file if len(s.cells) == n]
    steps = Counter(b for s, n in complete for b in s.bars[n > 1 :])
    step = steps.most_common(1)[0][0] if steps else 1

    width = max((n for _, n in own), default=0)
    wide = [s for s, n in own if n == width and s.cells]
    whole = [s for s in wide if len(s.cells) == width]
    after = min((s.after for s, _ in file if s.cells and s.after is not None), default=step)
    known = whole or [s for s, n in own if len(s.cells) == n] or [s for s, _ in complete]
    leads = Counter(s.bars[0] for s in known) or Counter([step])
    lines = {s.line_bars for s in wide}
    is_grid = width > 3 and len(lines) == 1 and None not in lines
    is_square = is_grid and len({c for s in wide for c in s.columns()}) <= width
    ends, whole_ends = ({s.after for s in some if s.after is not None} for some in (wide, whole))
    ends_alike = len(ends) == 1 or (len(leads) > 1 and len(whole_ends) == 1)

    partial = [(s, n) for s, n in file if 0 < len(s.cells) < n]
    behind = [
        s for s in wide
        if len(s.cells) < width and s.after is not None and len(s.cells) * step + s.after - after == width * step
    ]  # fmt: skip
    keeps = any(s.bars[0] > max(leads) or any(b > step for b in s.bars[1:]) for s, _ in partial)
    keeps = keeps or is_grid or len(behind) > 0.8 * len(wide)
    return Spacing(
        step,
        tuple(lead for lead, _ in leads.most_common()),
        after,
        Counter(s.after or after for s in wide).most_common(1)[0][0] if wide else after,
        step > 0 and keeps,
        width > 3 and len({s.bars[0] for s in wide}) > 1 and (is_square or ends_alike),
    )


def by_separators(strip: Strip, columns: int, spacing: Spacing) -> list[Placement]:
    """The placements that the separators allow, the likeliest first; empty if they tell nothing."""
    step = spacing.step
    if not spacing.keeps_blanks or any(b < step or b % step for b in strip.bars[1:]):
        return []
    places = [c // step for c in accumulate(strip.bars[1:], initial=0)]
    after = spacing.usual_after if strip.after is None else strip.after
    behind = max(0, after - spacing.after) // step
    from_right = columns - 1 - behind - places[-1]
    if strip.headed and strip.line_bars in (columns - 1, columns + 1):
        shifts = [
            strip.front - (strip.line_bars > columns)
        ]  # a line of its own, with bars at both ends or none
    elif strip.headed and from_right == (strip.bars[0] - spacing.leads[0]) // step:
        shifts = [from_right]  # counted from either end
    elif strip.headed:
        shifts = sorted(range(columns - places[-1]), key=lambda shift: abs(shift - from_right))
    elif spacing.from_right:
        shifts = [from_right]
    else:
        from_left = [(strip.bars[0] - lead) // step for lead in spacing.leads]
        shifts = [s for s in from_left if s == from_right] or from_left
    allowed = [s for s in dict.fromkeys(shifts) if s >= 0 and s + places[-1] < columns]
    return [tuple(p + shift for p in places) for shift in allowed]


def possible(count: int, columns: int) -> list[Placement]:
    """Every placement of `count` values in order; in long rows only flush left and flush right."""
    if columns <= 7:
        return list(combinations(range(columns), count))
    return [tuple(range(count)), tuple(range(columns - count, columns))]


def spread(values: Sequence[Cell], placement: Placement, columns: int) -> list[Decimal | None]:
    """The numbers of a row on its columns, None where nothing was placed."""
    numbers: list[Decimal | None] = [None] * columns
    for cell, column in zip(values, placement, strict=True):
        numbers[column] = number(cell)
    return numbers


def adds_up(numbers: Numbers) -> bool | None:
    """Whether the last number is the sum of the others; None if it, or all of them, are blank."""
    *parts, total = numbers
    known = [p for p in parts if p is not None]
    return None if total is None or not known else sum(known) == total


def sums_held(numbers: Numbers, width: int) -> int:
    """Of the groups of `width` numbers, each with its total last: those that add up less those that do not."""
    groups = [numbers[i : i + width] for i in range(0, len(numbers), width)]
    # A group with a blank part may fall short of its total.
    broken = sum(adds_up(group) is False and None not in group for group in groups)
    return sum(adds_up(group) is True for group in groups) - broken


def best_run(values: tuple[Cell, ...], columns: int) -> tuple[Cell, ...]:
    """Of too many values the neighbours whose last is the sum of the others, else the first ones."""
    runs = [values[i : i + columns] for i in range(len(values) - columns + 1)]
    return next((r for r in runs if columns > 2 and adds_up([number(c) for c in r])), runs[0])


def plausibility(numbers: Numbers, live: frozenset[int]) -> float:
    """How likely a row whose last column is the total stands like this, judged by the row alone.

    Args:
        numbers: One for each column.
        live: Columns that hold something other than zero in complete rows; empty if not known.
    """
    says_more = 2.0 if numbers[-1] else 0.3  # nothing but zeros adds up anywhere
    score = {True: says_more, False: -2.0, None: 0.0}[adds_up(numbers)]
    used = {i for i, n in enumerate(numbers) if n is not None}
    score += 0.5 * (numbers[-1] is not None)  # who fills in one number of a row, fills in the total
    return score + 0.6 * (len(used & live) - len(used - live)) * bool(live)


def settle(
    rows: Sequence[tuple[tuple[Cell, ...], Sequence[Placement]]],
    columns: int,
    agreement: Agreement,
) -> list[Placement]:
    """One placement for each row, so that rows and columns add up best; the first where nothing tells.

    Args:
        rows: For each row its values and the placements that the text allows.
        columns: How many columns the table has, the total last.
        agreement: What the column rules say of a whole grid, higher is better.
    """
    live = frozenset(
        i for values, _ in rows if len(values) == columns for i, cell in enumerate(values) if number(cell)
    )
    chosen = [
        max(ways, key=lambda way, values=values: plausibility(spread(values, way, columns), live))  # type: ignore[misc]
        for values, ways in rows
    ]
    grid = [spread(values, way, columns) for (values, _), way in zip(rows, chosen, strict=True)]
    open_rows = [i for i, (_, ways) in enumerate(rows) if len(ways) > 1]
    for _ in range(3):
        before = list(chosen)
        for i in open_rows:
            values, ways = rows[i]

            def merit(way: Placement, i: int = i, values: tuple[Cell, ...] = values) -> float:
                grid[i] = spread(values, way, columns)
                like_others = sum(0.5 if any(row[c] for row in grid) else -0.5 for c in way)
                return plausibility(grid[i], live) + 1.5 * agreement(grid) + like_others

            chosen[i] = max(ways, key=merit)
            grid[i] = spread(values, chosen[i], columns)
        if chosen == before:
            break
    return chosen
