"""Records in short, and an agency's numbers over the years."""

from inference.view.summary import Point, series, summarise
from models.record import Check
from tests.inference.reports import record as county
from tests.inference.view.records import cell, fact, figure, record


def check(id: str, status: str, *facts: str) -> Check:
    return Check(id=id, status=status, left="1", right="2", facts=list(facts), message="")


def test_a_record_in_short():
    checks = [
        check("applications.balance.total", "pass"),
        check("applications.balance.business", "fail"),
        check("applications.row_sum.refused.state_secret", "not_applicable"),
        check("narrative.applications.received", "fail"),
    ]
    facts = [
        fact(cell("granted", "total", 0, 1, "84"), confidence=0.89, status="conflicting"),
        fact(cell("granted", "business", 0, 0, None)),
        fact(figure(0, 1), confidence=0.9),
    ]
    summary = summarise(record(facts, checks, organization=None))
    assert (summary.id, summary.organization, summary.year, summary.form) == ("sha", None, 2023, "2021")
    assert (summary.facts, summary.doubtful, summary.conflicts) == (3, 1, 1)
    assert summary.tables == {"disclosure": (0, 10), "applications": (1, 175), "review_litigation": (0, 15)}
    assert summary.checks == {
        "applications.balance": (1, 1),
        "applications.row_sum": (0, 0),
        "narrative": (0, 1),
    }


def test_a_report_without_tables_has_none():
    assert summarise(record([fact(figure(0, 1))], form="none")).tables == {}


def numbers(id, *records):
    return next((s for s in series(records) if s.id == id), None)


def test_numbers_over_the_years_oldest_first():
    reports = [
        record([fact(cell("granted", "total", 0, 1, value))], report_year=year, id=f"sha-{year}")
        for year, value in ((2023, "3"), (2021, "1"), (2022, None))
    ]
    assert numbers("applications.granted.total", *reports).points == (
        Point(2021, "1", "sha-2021", False),
        Point(2022, None, "sha-2022", False),
        Point(2023, "3", "sha-2023", False),
    )


def test_numbers_that_cannot_be_compared_are_left_out():
    facts = [
        fact(figure(0, 1, "1")), fact(figure(0, 1, "2")), fact(figure(0, 1, "3", label="capacity.staff", qualifier="about"), qualifier="about"),
        fact(figure(0, 1, "3", label="capacity.meetings", period="prior")),
    ]  # fmt: skip
    assert series([record(facts)]) == []
    assert series([record([fact(figure(0, 1))], report_year=None)]) == []


def test_money_in_several_units_is_told_in_yuan():
    one, two = (
        record(
            [fact(figure(0, 1, value, label="capacity.budget", unit=unit))], report_year=year, id=str(year)
        )
        for year, value, unit in ((2022, "25", "万元"), (2023, "180000", "元"))
    )
    budget = numbers("capacity.budget", one, two)
    assert (budget.unit, [p.value for p in budget.points]) == ("元", ["250000", "180000"])
    alone = numbers("capacity.budget", one)
    assert (alone.unit, [p.value for p in alone.points]) == ("万元", ["25"])


def test_a_point_is_broken_by_a_rule_within_its_report_and_across_years():
    good = county(2022)
    carried = "applications.carried_in.total"
    wrong = county(2023, {carried: "7"})
    assert [p.is_broken for p in numbers(carried, good, wrong).points] == [False, True]
    assert [p.is_broken for p in numbers("applications.carried_forward.total", good, wrong).points] == [
        True,
        False,
    ]
    assert [p.is_broken for p in numbers(carried, good, county(2023)).points] == [False, False]
    within = record(
        [fact(cell("granted", "total", 0, 1))], [check("x.y.z", "fail", "applications.granted.total")]
    )
    assert [p.is_broken for p in numbers("applications.granted.total", within).points] == [True]


def test_series_stand_in_the_order_of_the_forms():
    facts = [
        fact(figure(0, 1)),
        fact(cell("granted", "total", 0, 1)),
        fact(cell("regulations", "issued", 0, 1, table="disclosure")),
    ]
    ids = [s.id for s in series([record(facts)])]
    assert ids == ["disclosure.regulations.issued", "applications.granted.total", "capacity.trainings"]
