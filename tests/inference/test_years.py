"""Agencies over the years: who is who, the rules from one year to the next, and what changed abnormally."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.audit.agencies import identify, is_identity, written
from inference.audit.build import build
from inference.audit.finding import Finding
from inference.years import follow, reduce, year_checks
from models.record import Check, Record
from tests.inference.reports import record

IN_FORCE = "disclosure.normative_documents.in_force"
CARRIED_IN = "applications.carried_in.total"
FEES = "disclosure.fees.amount"


def checks_of(*records: Record):
    agencies, _ = follow(map(reduce, records))
    return {c.id: c for agency in agencies for c in year_checks(agency)}


def findings(*records: Record) -> list[Finding]:
    audit = build(map(reduce, records))
    return [
        f
        for groups in (audit.missing, audit.broken, audit.changed)
        for group in groups
        for f in group.findings
    ]


def changes(*records: Record) -> list[tuple[str, str]]:
    return [(f.group, f.rule) for f in findings(*records) if f.group in ("jump", "unit", "peers", "copied")]


def bodies(*names: str) -> list[str | None]:
    """The body of each name, were each the only report of its year."""
    found = identify((written(name), 2010 + i) for i, name in enumerate(names))
    return [found.get(written(name)) for name in names]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("岚川县人民政府", "岚川县政府"),
        ("岚川县人民政府", "岚川县人民政府办公室"),
        ("岚川县人民政府", "岚川县政府办"),
        ("岚川县人民政府", "江南省岚川县人民政府"),
        ("岚川县人民政府", "江南省云岫市岚川县政府办公室"),
        ("岚川县水利局", "云岫市岚川县水利局"),
        ("岚川县人民政府", "关于岚川县人民政府2023年度政府信息公开工作年度报告"),
        ("岚川县人民政府", "　岚川县 人民 政府"),
        ("岚川县人民政府(本级)", "岚川县人民政府（本级）"),
        ("江南省人民政府", "江南省人民政府办公厅"),
        ("岚川县经济开发区管委会", "岚川县经济开发区管理委员会"),
        ("岚川县城关街道办", "岚川县城关街道办事处"),
    ],
)
def test_names_of_one_body(a, b):
    assert len(set(bodies(a, b))) == 1
    assert None not in bodies(a, b)
    assert bodies(a, b) == bodies(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("岚川县水利局", "岚川县水务局"),
        ("岚川县水利局", "岚山县水利局"),
        ("云岫市人民政府", "云岫市岚川县人民政府"),
        ("云岫市水利局", "云岫市岚川县水利局"),
        ("岚川县人民政府", "岚川县人民政府办公室信息中心"),
        ("岚川县城关镇人民政府", "岚川县人民政府"),
        ("老岚川县人民政府", "岚川县人民政府"),
        ("国家税务总局岚川县税务局", "岚川县税务局"),
    ],
)
def test_names_of_two_bodies(a, b):
    one, other = bodies(a, b)
    assert one != other


@pytest.mark.parametrize(
    "name",
    ["水利局", "人民政府", "城市管理局", "市场监督管理局", "社区卫生服务中心", "高新技术产业开发区管理委员会", "城关镇人民政府",
     "朝阳区人民政府", "国家税务总局开发区税务局", "岚川县"],
)  # fmt: skip
def test_names_that_could_be_several_bodies_are_followed_nowhere(name):
    assert not is_identity(name)
    assert bodies(name, name) == [None, None]


def test_a_district_that_two_cities_have_is_neither():
    assert bodies("云岫市岚区人民政府", "鹭洲市岚区人民政府", "岚区人民政府")[2] is None


def test_a_government_and_its_office_that_both_report_on_a_year_are_two_bodies():
    office = "岚川县人民政府办公室"
    agencies, _ = follow(map(reduce, [record(2021), record(2022), record(2022, organization=office)]))
    assert [a.name for a in agencies] == ["岚川县人民政府", office]


@given(
    st.permutations(
        [
            "岚川县人民政府",
            "江南省岚川县政府",
            "岚川县人民政府办公室",
            "岚川县水利局",
            "水利局",
            "朝阳区水利局",
        ]
    )
)
def test_who_is_who_does_not_hang_on_the_order(names):
    years = {name: 2000 + len(name) for name in names}
    assert identify((written(n), years[n]) for n in names) == identify(
        (written(n), years[n]) for n in sorted(names)
    )


def test_what_is_carried_over_agrees():
    checks = checks_of(record(2021), record(2022))
    assert {c.status for c in checks.values()} == {"pass"}
    assert set(checks) == {
        *(f"years.carried.{c}" for c in ("natural_person", "business", "research", "nonprofit", "law_firm", "other_org", "total")),
        "years.in_force.regulations", "years.in_force.normative_documents",
    }  # fmt: skip


def test_a_break_says_both_sides_and_both_places():
    check = checks_of(record(2022, {CARRIED_IN: "5"}), record(2021))["years.carried.total"]
    assert (check.status, check.left, check.right) == ("fail", "2", "5")
    assert [(d.year, d.source) for d in check.documents] == [
        (2021, "岚川县人民政府-2021.html"), (2022, "岚川县人民政府-2022.html")
    ]  # fmt: skip
    forward, carried = check.evidence
    assert (forward.side, forward.fact, forward.text) == ("left", "applications.carried_forward.total", "2")
    assert (carried.side, carried.fact, carried.text) == ("right", CARRIED_IN, "5")
    assert carried.document == "sha-岚川县人民政府-2022.html"
    assert carried.end == carried.start + 1
    Check.model_validate(check.model_dump(include=set(Check.model_fields)))


def test_what_is_in_force_rolls_forward():
    rows = {"disclosure.normative_documents.issued": "6", "disclosure.normative_documents.repealed": "2"}
    good = checks_of(record(2021), record(2022, {**rows, IN_FORCE: "35"}))[
        "years.in_force.normative_documents"
    ]
    assert (good.status, good.left, good.right) == ("pass", "35", "35")
    records = record(2021), record(2022, {**rows, IN_FORCE: "34"})
    bad = checks_of(*records)["years.in_force.normative_documents"]
    assert (bad.status, bad.left, bad.right) == ("fail", "35", "34")
    assert [(t.side, t.sign, t.text) for t in bad.evidence] == [
        ("left", "+", "31"), ("left", "+", "6"), ("left", "-", "2"), ("right", "+", "34")
    ]  # fmt: skip
    (told,) = [f.told for f in findings(*records) if f.rule == bad.id]
    assert told == "31 + 6 - 2 = 35 ≠ 34"


@pytest.mark.parametrize("blank", [CARRIED_IN, "applications.carried_forward.total"])
def test_a_blank_is_not_applicable(blank):
    check = checks_of(record(2021, {blank: None}), record(2022, {blank: None}))["years.carried.total"]
    assert check.status == "not_applicable"
    assert None in (check.left, check.right)


def test_a_missing_term_is_not_applicable_and_a_missing_side_no_rule():
    partly = checks_of(record(2021), record(2022, dropped="disclosure.normative_documents.repealed"))
    assert partly["years.in_force.normative_documents"].status == "not_applicable"
    other_form = checks_of(record(2021, dropped="disclosure", form="2019"), record(2022))
    assert not any(id.startswith("years.in_force") for id in other_form)
    assert "years.carried.total" in other_form


def test_years_must_follow_one_another():
    assert checks_of(record(2021), record(2023)) == {}
    (gap,) = [f for f in findings(record(2021), record(2023)) if f.group == "gap"]
    assert gap.year == 2022
    assert [m.year for m in gap.mentions] == [2021, 2023]


def test_several_versions_of_a_year_are_told_and_not_compared():
    records = [
        record(2021),
        record(2022),
        record(2022, {CARRIED_IN: "9"}, version="-corrected"),
        record(2023),
    ]
    assert checks_of(*records) == {}
    (versions,) = [f for f in findings(*records) if f.group == "versions"]
    assert (versions.year, len(versions.mentions)) == (2022, 2)


def test_the_same_file_twice_is_told_and_compared():
    again = record(2022)
    again = again.model_copy(update={"document": again.document.model_copy(update={"source": "x/copy.html"})})
    records = [record(2021), record(2022), again]
    assert checks_of(*records)["years.carried.total"].status == "pass"
    (copy,) = [f for f in findings(*records) if f.group == "versions"]
    assert copy.rule == "copy"


@pytest.mark.parametrize("report", [record(None), record(2021, organization=None), record(10**9)])
def test_a_report_without_body_or_possible_year_is_compared_with_none(report):
    agencies, lost = follow([reduce(report)])
    assert (agencies, len(lost)) == ([], 1)


def test_missing_header_tables_and_cells_are_told():
    blank = record(2021, {CARRIED_IN: None}, dropped="review_litigation", title=None)
    found = {(f.group, f.rule): f for f in findings(blank, record(2022, dropped="", form="none"))}
    assert "title 标题" in found["header", "header"].message
    assert found["cells", "applications"].told == "1 blank 空白, 0 not found 缺失, of 175 cells"
    assert found["cells", "review_litigation"].told == "0 blank 空白, 15 not found 缺失, of 15 cells"
    assert ("tables", "table.none") in found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("1432.65", "14326500", [("unit", FEES)]),  # 元 in a column of 万元
        ("14326500", "1500", [("unit", FEES)]),
        ("1432.65", "16000", [("jump", FEES)]),
        ("1432.65", "0", [("jump", FEES)]),
        ("1432.65", "9000", []),
        ("0.5", "6", []),  # twelve times, but 55,000 元
        ("1432.65", None, []),
    ],
)
def test_jumps_and_mixed_up_units(before, after, found):
    records = record(2021, {FEES: before}), record(2022, {FEES: after})
    assert [c for c in changes(*records) if c[0] != "copied"] == found


def test_a_small_body_may_go_from_two_applications_to_thirty():
    cell = "applications.new_received.total"
    assert ("jump", cell) not in changes(record(2021, {cell: "2"}), record(2022, {cell: "90"}))
    assert ("jump", cell) in changes(record(2021, {cell: "2"}), record(2022, {cell: "150"}))


def test_figures_of_the_running_text_are_followed():
    def said(value: str) -> dict[str, str]:
        return {"disclosure.website": value}

    assert ("jump", "disclosure.website") in changes(
        record(2021, figures=said("6482")), record(2022, figures=said("64"))
    )
    assert ("jump", "disclosure.website") not in changes(
        record(2021, figures=said("6482")), record(2022, figures=said("649"))
    )


def test_a_copied_table_is_told_by_table():
    cells = {"applications.granted.total": "30", "disclosure.permits.decisions": "18000"}
    assert ("copied", "applications") in changes(record(2021), record(2022))
    assert changes(record(2021), record(2022, {"applications.granted.total": "30"})) == [
        ("copied", "disclosure")
    ]
    assert changes(record(2021), record(2022, cells)) == []


def test_few_small_numbers_are_no_copy():
    # The review table of the example is equal in both years, but has no number of ten or more.
    assert not any(rule == "review_litigation" for _, rule in changes(record(2021), record(2022)))


def test_a_number_far_above_all_peers():
    cell = "disclosure.permits.decisions"
    others = [
        record(2022, {cell: str(100 + i)}, organization=f"{c}川县人民政府")
        for i, c in enumerate("甲乙丙丁戊己庚辛壬")
    ]
    assert changes(*others, record(2022, {cell: "20000"})) == [("peers", cell)]
    assert changes(*others, record(2022, {cell: "900"})) == []
    assert changes(*others[1:], record(2022, {cell: "20000"})) == []  # too few


def test_a_value_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="is no number"):
        reduce(record(2021, {CARRIED_IN: "many"}))


BATCH = [
    record(2021), record(2022, {CARRIED_IN: "7"}), record(2024), record(2024, version="b"),
    record(2022, organization="江南省岚川县人民政府办公室"), record(2023, {FEES: "14326500"}), record(None),
    record(2021, organization="水利局"),
]  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(rng: random.Random):
    shuffled = rng.sample(BATCH, len(BATCH))
    audit, again = build(map(reduce, BATCH)), build(map(reduce, shuffled))
    for part in ("missing", "broken", "changed", "rules", "tables"):
        assert getattr(audit, part) == getattr(again, part)
    assert [a.name for a in audit.agencies] == [a.name for a in again.agencies]
