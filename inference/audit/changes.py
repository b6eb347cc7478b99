"""Abnormal changes: from one year to the next, and against the other bodies of a year.

A few reports of a body carry no statistics, so every criterion is one that a person can check by eye, and each
finding says in a sentence why it was made:

- jump: a number is ten times the last or a tenth of it, and the difference is large (100, for money 100,000 元).
- unit: money is about ten thousand times the last, or a ten-thousandth: 元 and 万元 were probably mixed up.
- copied: a table has the numbers of last year in every cell that is not zero.
- peers: a number is ten times the next largest of its year and a hundred times the median of ten bodies or more.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from inference.audit.finding import Finding, mention
from inference.years import Agency, Cell, Report
from models.forms import table_title

_FACTOR = 10
_FLOOR = Decimal(100)  # of a difference; small bodies go from 2 applications to 30 and back
_MONEY_FLOOR = Decimal(100_000)  # 元
_SLIP = (Decimal(5_000), Decimal(20_000))  # around the 10,000 of 万元, as the number itself changes, too
_MONEY = ("元", "万元", "亿元")
# Numbers that stay as they are for good reasons say nothing of copying.
_STOCKS = ("in_force", "total_disclosed", "prior_items")
_DIFFERENT, _TELLING = (
    3,
    Decimal(10),
)  # equal small numbers are chance: at least three, one of them ten or more
_PEERS, _PEERS_MEDIAN, _PEERS_FLOOR = 10, 100, 1_000


def changes(agencies: Sequence[Agency]) -> Iterator[Finding]:
    """Every abnormal change of a batch; the message is what changed, what is told is why it was noticed."""
    for agency in agencies:
        yield from _over_years(agency)
    yield from _against_peers(agencies)


def _over_years(agency: Agency) -> Iterator[Finding]:
    for before, after in agency.pairs():
        for earlier, later in ((before.cells, after.cells), (before.figures, after.figures)):
            for id, cell in later.items():
                last = earlier.get(id)
                if last and last.value != cell.value and (told := _jump(last, cell)):
                    kind, reason = told
                    places = (mention(before, last), mention(after, cell))
                    yield Finding(kind, id, agency.name, after.year, cell.label, reason, places)
        yield from _copied(agency, before, after)


def _jump(last: Cell, cell: Cell) -> tuple[str, str] | None:
    """Kind and reason of a jump from one year to the next."""
    before, after = last.amount, cell.amount
    money = cell.unit in _MONEY
    if before is None or after is None or money != (last.unit in _MONEY):
        return None
    small, large = sorted((abs(before), abs(after)))
    if large - small < (_MONEY_FLOOR if money else _FLOOR) or large < _FACTOR * small:
        return None
    told = f"from {_said(last)} to {_said(cell)}"
    if money and small and _SLIP[0] <= large / small <= _SLIP[1]:
        return (
            "unit",
            f"{told}: about ten thousand times, as if 元 and 万元 were mixed up 疑似单位误用(万元/元)",
        )
    if not small:
        return "jump", f"{told} {'从无到有' if after else '从有到无'}"
    return "jump", f"{told}: {_times(large / small)} {'as much 激增' if after > before else 'as little 锐减'}"


def _said(cell: Cell) -> str:
    return f"{cell.value}{cell.unit or ''}"


def _times(factor: Decimal) -> str:
    return f"{factor:,.0f} times"


def _telling(cells: Mapping[str, Cell]) -> dict[str, dict[str, Decimal]]:
    """By table, the numbers that are not zero."""
    tables: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for id, cell in cells.items():
        if amount := cell.amount:
            tables[id.partition(".")[0]][id] = amount
    return tables


def _copied(agency: Agency, before: Report, after: Report) -> Iterator[Finding]:
    earlier = _telling(before.cells)
    for table, numbers in _telling(after.cells).items():
        flows = {n for id, n in numbers.items() if not id.endswith(_STOCKS)}
        if numbers == earlier.get(table) and len(flows) >= _DIFFERENT and max(flows) >= _TELLING:
            reason = (
                f"all {len(numbers)} numbers of the table that are not zero are those of {before.year}; "
                f"it was probably copied 与上年完全相同,疑似照抄"
            )
            # One number is enough to find the table.
            id = max(numbers, key=lambda id: numbers[id])
            places = tuple(mention(report, report.cells[id]) for report in (before, after))
            yield Finding("copied", table, agency.name, after.year, table_title(table), reason, places)


def _against_peers(agencies: Iterable[Agency]) -> Iterator[Finding]:
    """Numbers far above those of every other body in the same year; two passes, so that little is held."""
    reports = [
        (agency.name, year, versions[0])
        for agency in agencies
        for year, versions in agency.reports.items()
        if len(versions) == 1
    ]
    spread: dict[tuple[int, str], array[float]] = defaultdict(lambda: array("d"))
    for _, year, report in reports:
        for id, cell in _all(report):
            if cell.amount:
                spread[year, id].append(float(cell.amount))
    limits = {key: limit for key, values in spread.items() if (limit := _limit(values))}
    for name, year, report in reports:
        for id, cell in _all(report):
            limit = limits.get((year, id))
            if limit and cell.amount is not None and float(cell.amount) >= limit[0]:
                _, median, second, bodies = limit
                reason = (
                    f"{_said(cell)} is {cell.amount / Decimal(second):,.0f} times the next largest of {bodies} bodies and "
                    f"{cell.amount / Decimal(median):,.0f} times their median 远高于同年其他机构"
                )
                if cell.unit in _MONEY and cell.amount <= Decimal(second) * _SLIP[1]:
                    reason += ", as if 元 stood for 万元 疑似单位误用(万元/元)"
                yield Finding("peers", id, name, year, cell.label, reason, (mention(report, cell),))


def _all(report: Report) -> Iterator[tuple[str, Cell]]:
    yield from report.cells.items()
    yield from report.figures.items()


def _limit(values: Sequence[float]) -> tuple[float, float, float, int] | None:
    """The value from which a number is far above the rest, their median, the second largest and how many there are."""
    if len(values) < _PEERS:
        return None
    ordered = sorted(values)
    median, second, largest = ordered[len(ordered) // 2], ordered[-2], ordered[-1]
    limit = max(_FACTOR * second, _PEERS_MEDIAN * median, _PEERS_FLOOR)
    return (limit, median, second, len(ordered)) if largest >= limit else None
