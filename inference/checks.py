"""The arithmetic that the forms promise (勾稽关系), checked within one report.

A broken rule is a finding with both sides shown, never a reason to change a number.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from inference.merge import base
from inference.numbers import plain
from models.forms import Table, load_forms
from models.labels import load_label_cells, load_labels
from models.record import Check, Fact, Outcome, TableEvidence

_SURE = 0.9  # confidence that a figure must have before it may put a table in doubt
_ENDS = ("new_received", "carried_in", "total", "carried_forward")


def rule_group(id: str) -> str:
    """The kind of rule that a check is of: `applications.balance`, `narrative` …"""
    return "narrative" if id.startswith("narrative.") else ".".join(id.split(".")[:2])


def sides(check: Check) -> tuple[list[str], list[str]]:
    """The ids of the facts on the left and on the right of a check.

    They stand in a row in it: received and carried against handled and forwarded, one figure of the text against
    cells, or parts against their total.
    """
    group = rule_group(check.id)
    cut = {"applications.balance": len(check.facts) // 2, "narrative": 1}.get(group, len(check.facts) - 1)
    return check.facts[:cut], check.facts[cut:]


def _sum(ids: Sequence[str], cells: Mapping[str, Decimal | None]) -> Decimal | None:
    """The sum of cells; None if one is blank or missing."""
    values = [cells.get(id) for id in ids]
    known = [v for v in values if v is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _check(
    id: str, left: Sequence[str], right: Sequence[str], cells: Mapping[str, Decimal | None], message: str
) -> Check:
    """The rule that two sums of cells are equal."""
    return _compare(id, _sum(left, cells), _sum(right, cells), [*left, *right], message)


def _compare(id: str, left: Decimal | None, right: Decimal | None, facts: list[str], message: str) -> Check:
    status: Outcome = "not_applicable"
    if left is not None and right is not None:
        status = "pass" if left == right else "fail"
    sides = [None if side is None else plain(side) for side in (left, right)]
    return Check(id=id, status=status, left=sides[0], right=sides[1], facts=facts, message=message)


def _applications(table: Table, cells: Mapping[str, Decimal | None]) -> Iterator[Check]:
    rows = [row.id for row in table.rows]
    if "applications.other.total" in cells:  # one row of 2019 in place of the three of 2021, on either form
        rows = [row for row in rows if not row.startswith("other.")]
        rows[-2:-2] = ["other"] if "other" not in rows else []
    outcomes = [row for row in rows if row not in _ENDS]
    for column in table.columns:
        received, carried, total, forward = (f"applications.{row}.{column.id}" for row in _ENDS)
        yield _check(
            f"applications.balance.{column.id}", [received, carried], [total, forward], cells,
            f"{column.label}:新收+上年结转=总计+结转下年度",
        )  # fmt: skip
        parts = [f"applications.{row}.{column.id}" for row in outcomes]
        yield _check(
            f"applications.column_total.{column.id}", parts, [total], cells, f"{column.label}:各结果之和=总计"
        )
    *applicants, total = [c.id for c in table.columns]
    for row in rows:
        left = [f"applications.{row}.{column}" for column in applicants]
        yield _check(
            f"applications.row_sum.{row}", left, [f"applications.{row}.{total}"], cells, "各类申请人之和=总计"
        )


def _review(table: Table, cells: Mapping[str, Decimal | None]) -> Iterator[Check]:
    *parts, total = [c.id for c in table.columns]
    for row in table.rows:
        left = [f"review_litigation.{row.id}.{column}" for column in parts]
        right = [f"review_litigation.{row.id}.{total}"]
        yield _check(
            f"review_litigation.sum.{row.id}", left, right, cells, f"{row.label}:维持+纠正+其他+尚未审结=总计"
        )


def _parts(table: Table, cells: Mapping[str, Decimal | None]) -> Iterator[Check]:
    for row in table.rows:
        # Provincial offices print different parts; the national form has all of them.
        printed = [f"{table.id}.{part}" for part in row.parts]
        left = printed if table.id == "national" else [id for id in printed if id in cells]
        if left:
            yield _check(
                f"{table.id}.sum.{row.id}", left, [f"{table.id}.{row.id}"], cells, f"各分项之和={row.label}"
            )


def _narrative(facts: Sequence[Fact], cells: Mapping[str, Decimal | None]) -> Iterator[Check]:
    """Text against table: the figure that is surest against the cells that mean the same."""
    for label, sums in load_label_cells().items():
        figures = [
            e for fact in facts for e in fact.evidence
            if e.kind == "narrative" and (e.label, e.period, e.qualifier) == (label, "year", "exact")
            and e.confidence >= _SURE
        ]  # fmt: skip
        ids = next((list(s) for s in sums if any(id in cells for id in s)), None)
        if figures and ids:
            # If one of several figures agrees, the others are other quantities under the same label.
            total = _sum(ids, cells)
            best = max(figures, key=lambda e: (base(e.value, e.unit) == total, e.confidence))
            yield _compare(
                f"narrative.{label}", base(best.value, best.unit), total, [label, *ids],
                f"正文与表格:{load_labels()[label].zh}",
            )  # fmt: skip


def check(facts: Sequence[Fact], form: str) -> list[Check]:
    """Every rule of a report's form, in the order of the form, with both sides.

    Args:
        facts: Of one record.
        form: Form id; a report without tables has no rules.
    """
    cells = {
        fact.id: None if e.value is None else base(e.value, e.unit)
        for fact in facts
        for e in fact.evidence
        if isinstance(e, TableEvidence) and e.period == "year"
    }
    checks: list[Check] = []
    for table in load_forms()[form].tables if form in load_forms() else ():
        if any(id.startswith(f"{table.id}.") for id in cells):
            checks += _RULES.get(table.id, _parts)(table, cells)
    return [*checks, *_narrative(facts, cells)]


_RULES = {"applications": _applications, "review_litigation": _review}
