"""A record as a page in the terminal."""

from io import StringIO

import pytest
from rich.console import Console

from inference.extract import to_record
from inference.reading.door import read_bytes
from models.record import Check, Fact, NarrativeEvidence, Record, Span, TableEvidence
from nianbao.page import print_record

TABLE = (
    "清河县水利局2023年政府信息公开工作年度报告\n| 信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |\n"
    "| 规章 | 0 | / |  |\n| 行政规范性文件 | 5 | 1 | 9 |\n| 信息内容 | 本年处理决定数量 |\n| 行政许可 | 1,234 |\n"
    "| 行政处罚 | 4 |\n| 行政强制 | 0 |\n"
)


def record(text: str = TABLE) -> Record:
    return to_record(read_bytes(text.encode(), "a[b].txt"), None)


def page(shown: Record, **options) -> str:
    out = StringIO()
    print_record(shown, Console(file=out, width=160, **options))
    return out.getvalue()


def figure(label: str, value: str, **other) -> NarrativeEvidence:
    return NarrativeEvidence.model_validate(
        {"label": label, "text": f"{value}件", "value": value, "unit": "件", "qualifier": "exact", "period": "year",
         "start": 10, "end": 13, "sentence": Span(start=5, end=20), "confidence": 0.7, **other}
    )  # fmt: skip


def fact(*evidence, **other) -> Fact:
    return Fact.model_validate(
        {"id": "applications.received", "label": "收到申请数", "value": "87", "unit": "件", "period": "year",
         "qualifier": "exact", "confidence": 0.7, "status": "stated", "evidence": list(evidence), **other}
    )  # fmt: skip


def test_header():
    text = page(record())
    assert text.startswith("清河县水利局2023年政府信息公开工作年度报告")
    assert "机构 清河县水利局" in text
    assert "报告年度 2023" in text
    assert "表式 2021" in text
    assert "a[b].txt" in text


def test_table_shows_values_marks_and_blanks():
    lines = page(record()).splitlines()
    (regulations,) = [line for line in lines if "规章" in line]
    assert [c.strip() for c in regulations.split("│")[2:5]] == ["0", "/", "·"]
    (permits,) = [line for line in lines if "行政许可" in line]
    assert "1234" in permits
    assert any("主动公开政府信息情况" in line for line in lines)


def test_figures_with_qualifier_period_conflict_and_place():
    said = [
        figure("applications.received", "87", qualifier="at_least"),
        figure("applications.received", "9", period="prior"),
    ]
    shown = record().model_copy(
        update={"facts": [fact(said[0], status="conflicting"), fact(said[1], period="prior", value="9")]}
    )
    text = page(shown)
    assert "≥87件" in text
    assert "收到申请数 (矛盾)" in text
    assert "收到申请数 (上年)" in text
    assert "10-13" in text
    assert "70%" in text


def test_rules_that_fail_are_shown_with_both_sides():
    checks = [
        Check(
            id="applications.balance.total",
            status="fail",
            left="90",
            right="87",
            facts=[],
            message="新收+结转",
        ),
        Check(id="applications.row_sum.total", status="pass", left="1", right="1", facts=[], message="总计"),
        Check(
            id="applications.row_sum.other",
            status="not_applicable",
            left=None,
            right="1",
            facts=[],
            message="总计",
        ),
    ]
    text = page(record().model_copy(update={"checks": checks}))
    assert "1 条相符,1 条不符" in text
    assert "applications.balance.total" in text and "90" in text and "87" in text
    assert "applications.row_sum.total" not in text
    assert "applications.row_sum.other" not in text


def test_warnings_are_shown():
    assert "! narrative.no_tagger: " in page(record())


def test_a_report_without_anything():
    text = page(record("通知公告\n关于召开会议的通知\n"))
    assert "(无标题)" in text
    assert "机构 —" in text
    assert "报告年度 —" in text
    assert "表式 none" in text


def test_brackets_in_a_report_are_no_markup():
    shown = record()
    cell = TableEvidence(
        table="provincial", row="other:[bold]数", column="year", text="[red]", value=None, unit=None, start=0, end=5,
        confidence=0.5,
    )  # fmt: skip
    odd = fact(cell, id="provincial.other:x", label="[/bold]某数[link]", value=None, status="blank")
    said = figure("applications.received", "87", text="[/]87")
    document = shown.document.model_copy(update={"title": "[/red]报告", "organization": "[b]局"})
    text = page(shown.model_copy(update={"facts": [odd, fact(said, label="[x]数")], "document": document}))
    for printed in ("[/red]报告", "[b]局", "[/bold]某数[link]", "[red]", "[/]87", "[x]数"):
        assert printed in text


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.8, 0.95, 1.0])
def test_colours_do_not_change_the_text(confidence):
    shown = record()
    facts = [f.model_copy(update={"confidence": confidence}) for f in shown.facts]
    shown = shown.model_copy(
        update={"facts": [*facts, fact(figure("applications.received", "8", confidence=confidence))]}
    )
    assert "行政许可" in page(shown, force_terminal=True, color_system="truecolor")
