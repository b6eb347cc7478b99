"""The arithmetic that the forms promise."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.checks import check
from inference.merge import merge
from models.forms import load_forms
from tests.inference.evidence import cell, figure
from tests.inference.values import fill, value_of

COLUMNS = ["natural_person", "business", "research", "nonprofit", "law_firm", "other_org", "total"]
SUMMED = ("applications", "review_litigation", "national", "provincial")


def cells_of(form, printed):
    found = []
    for (table, row, column), text in printed.items():
        unit = load_forms()[form].table(table).row(row).unit
        period = "cumulative" if column == "cumulative" else "year"
        found.append(cell(row, column, value_of(text), table=table, unit=unit, period=period))
    return found


def checks_of(form, printed, figures=()):
    return {c.id: c for c in check(merge(cells_of(form, printed), list(figures)), form)}


def expected_ids(form):
    tables = {t.id: t for t in load_forms()[form].tables}
    if "national" in tables:
        return {f"national.sum.{r.id}" for r in tables["national"].rows if r.parts}
    if "provincial" in tables:
        return {f"provincial.sum.{r.id}" for r in tables["provincial"].rows if r.parts}
    rows = [r.id for r in tables["applications"].rows]
    return {
        *(f"applications.balance.{c}" for c in COLUMNS),
        *(f"applications.column_total.{c}" for c in COLUMNS),
        *(f"applications.row_sum.{r}" for r in rows),
        *(f"review_litigation.sum.{r.id}" for r in tables["review_litigation"].rows),
    }


@pytest.mark.parametrize("form", ["2021", "2019", "2014", "provincial"])
def test_every_rule_of_the_form_passes_on_balanced_numbers(form):
    checks = checks_of(form, fill(form, 1))
    assert set(checks) == expected_ids(form)
    assert {c.status for c in checks.values()} == {"pass"}
    assert all(c.left == c.right and c.left is not None for c in checks.values())


def touched(form, id):
    """The rules that one cell takes part in."""
    table, row, column = id
    if table == "applications":
        ends = ("new_received", "carried_in", "total", "carried_forward")
        rules = {f"applications.row_sum.{row}"}
        rules |= {f"applications.balance.{column}"} if row in ends else set()
        return rules | (
            {f"applications.column_total.{column}"} if row == "total" or row not in ends else set()
        )
    if table == "review_litigation":
        return {f"review_litigation.sum.{row}"}
    if column == "cumulative" or table == "disclosure":
        return set()
    rows = load_forms()[form].table(table).rows
    return {f"{table}.sum.{r.id}" for r in rows if r.parts and (r.id == row or row in r.parts)}


@given(st.sampled_from(["2021", "2019", "2014", "provincial"]), st.integers(0, 50), st.data())
def test_one_changed_number_fails_exactly_its_rules(form, seed, data):
    printed = fill(form, seed)
    id = data.draw(st.sampled_from(sorted(printed)))
    number = Decimal(value_of(printed[id])) + data.draw(st.integers(1, 9))
    checks = checks_of(form, {**printed, id: str(number)})
    assert {name for name, c in checks.items() if c.status == "fail"} == touched(form, id)
    assert {c.status for c in checks.values()} <= {"pass", "fail"}


@given(st.sampled_from(["2021", "2019", "2014", "provincial"]), st.integers(0, 50), st.data())
def test_a_blank_makes_its_rules_not_applicable_and_fails_none(form, seed, data):
    printed = fill(form, seed)
    id = data.draw(st.sampled_from(sorted(printed)))
    checks = checks_of(form, {**printed, id: ""})
    assert {name for name, c in checks.items() if c.status == "not_applicable"} == touched(form, id)
    assert not any(c.status == "fail" for c in checks.values())
    assert all((c.left is None) or (c.right is None) for c in checks.values() if c.status == "not_applicable")


def test_a_failed_rule_shows_both_sides_and_its_cells():
    printed = fill("2021", 1)
    old = int(printed["review_litigation", "reconsideration", "total"])
    printed["review_litigation", "reconsideration", "total"] = str(old + 1)
    failed = checks_of("2021", printed)["review_litigation.sum.reconsideration"]
    assert (failed.status, failed.left, failed.right) == ("fail", str(old), str(old + 1))
    assert failed.facts == [
        f"review_litigation.reconsideration.{c}" for c in ("upheld", "corrected", "other", "pending", "total")
    ]
    assert failed.message


def test_the_single_other_row_on_the_form_of_2021():
    older = {id: text for id, text in fill("2019", 2).items() if id[0] != "disclosure"}
    checks = {c.id: c for c in check(merge(cells_of("2019", older), []), "2021")}
    assert {c.status for c in checks.values()} == {"pass"}
    assert "applications.row_sum.other" in checks
    assert not any("other.fee_unpaid" in name for name in checks)


def test_tables_that_are_not_there_have_no_rules():
    assert check([], "2021") == []
    assert check([], "none") == []
    printed = {id: text for id, text in fill("2021", 1).items() if id[0] == "review_litigation"}
    assert len(checks_of("2021", printed)) == 3


def test_money_balances_whatever_its_unit():
    # Not a rule of a form, but the cells of a rule are compared in base units.
    facts = merge([cell("fees", "amount", "25", table="disclosure", unit="万元")], [])
    assert check(facts, "2021") == []


def test_text_against_table():
    printed = fill("2021", 1)
    total = printed["applications", "new_received", "total"]
    right = checks_of("2021", printed, [figure("applications.received", total)])[
        "narrative.applications.received"
    ]
    assert (right.status, right.left, right.right) == ("pass", total, total)
    wrong = checks_of("2021", printed, [figure("applications.received", "3")])[
        "narrative.applications.received"
    ]
    assert (wrong.status, wrong.left, wrong.right) == ("fail", "3", total)
    assert wrong.facts == ["applications.received", "applications.new_received.total"]


def test_text_against_a_sum_of_cells():
    printed = fill("2021", 1)
    rows = ("litigation_direct", "litigation_after_review")
    total = sum(int(printed["review_litigation", row, "total"]) for row in rows)
    checks = checks_of("2021", printed, [figure("review.litigations", str(total))])
    assert checks["narrative.review.litigations"].status == "pass"
    printed["review_litigation", "litigation_direct", "total"] = ""
    checks = checks_of("2021", printed, [figure("review.litigations", str(total))])
    assert checks["narrative.review.litigations"].status == "not_applicable"


@pytest.mark.parametrize(
    "other", [{"period": "prior"}, {"period": "part"}, {"period": "cumulative"}, {"qualifier": "at_least"}]
)
def test_only_exact_figures_of_the_year_are_compared(other):
    checks = checks_of("2021", fill("2021", 1), [figure("applications.received", "3", **other)])
    assert "narrative.applications.received" not in checks


def test_figures_without_a_table_have_nothing_to_be_compared_with():
    assert check(merge([], [figure("applications.received", "3")]), "none") == []
