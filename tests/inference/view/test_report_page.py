"""The page of one report: everything of the record is there, tied to its place, and nothing else can run."""

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest

from inference.extract import to_record
from inference.reading import read
from inference.view.pages import report_page
from inference.view.words import Words
from models.record import Check, Record, Span, Warning
from tests.inference.view.parsed import Node, parsed
from tests.inference.view.records import cell, fact, figure, record

EXAMPLES = Path(__file__).parents[3] / "examples"
TEXT = "全年培训3次,收到84件。\n新收|84|\n上年结转|3|\n总计|88|\n结转下年度||"


def shown(record: Record, text: str = TEXT, **how: bool) -> Node:
    return parsed(report_page(record, text, "zh", **{"alone": True} | how))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.*")), ids=lambda p: p.name)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_of_a_real_record_is_on_its_page(path, language):
    source = read(path)
    made = to_record(source, None)
    page = parsed(report_page(made, source.text, language, alone=True))
    assert page.one("div", class_="text").text == source.text
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    readings = [(fact, e) for fact in made.facts for e in fact.evidence]
    for number, (_, evidence) in enumerate(readings):
        value, place = page.one("a", id=f"f-{number}"), page.one("a", id=f"e-{number}")
        assert value.attributes["href"] == f"#e-{number}"
        assert place.attributes["href"] == f"#f-{number}"
        assert place.text == evidence.text
        assert (evidence.value or evidence.text) in value.text
    links = [a.attributes["href"] for a in page.all("a")]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    levels = [int(node.tag[1]) for node in page.all() if re.fullmatch("h[1-6]", node.tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_reading_of_a_fact_is_shown_and_leads_back():
    conflicting = fact(
        cell("new_received", "total", 18, 20, "84"), figure(9, 12, "85", label="applications.received", unit="件"),
        status="conflicting", confidence=0.5,
    )  # fmt: skip
    twice = fact(figure(4, 6, "3"), figure(0, 0, "3"))
    page = shown(record([conflicting, twice]))
    for number, value in enumerate(("84", "85", "3", "3")):
        assert page.one("a", id=f"f-{number}").text.startswith(value)
        assert page.one("a", id=f"e-{number}").attributes["href"] == f"#f-{number}"
    (conflict,) = page.one("ul", class_="conflicts").all("li")
    assert [a.text for a in conflict.all("a")] == ["84件", "85件"]
    assert [a.attributes["href"] for a in conflict.all("a")] == ["#e-0", "#e-1"]
    assert "50%" in conflict.text


def test_a_figure_is_shown_with_all_that_was_read_of_it():
    e = figure(
        4,
        6,
        "3",
        qualifier="at_least",
        period="cumulative",
        sentence=Span(start=0, end=13),
        confidence=0.8712,
    )
    page = shown(record([fact(e)], form="none"))
    family = page.one("section", class_="family")
    assert family.attributes["data-family"] == "capacity"
    assert "≥3次" in family.text
    assert "历年累计" in family.text
    assert "87%" in family.text
    assert family.one("q").text == "全年培训3次,收到84件。"
    assert family.one("q").one("b").text == "3次"
    assert page.one("a", id="e-0").attributes["data-family"] == "capacity"
    assert not page.all("table")


def test_a_fact_without_evidence_is_shown_all_the_same():
    lone = fact(figure(4, 6, "3")).model_copy(update={"evidence": []})
    assert "没有原文位置" in shown(record([lone])).one("section", class_="family").text


def test_blank_and_missing_cells_are_told_apart():
    page = shown(
        record(
            [
                fact(cell("granted", "total", 18, 20, "84")),
                fact(cell("granted", "business", 20, 20, None)),
                fact(cell("granted", "law_firm", 21, 22, None, text="/")),
            ]
        )
    )
    row = next(tr for tr in page.all("tr") if "予以公开" in tr.text)
    assert [td.text for td in row.all("td")] == ["缺", "空", "缺", "缺", "/", "缺", "84"]
    assert [td.attributes.get("class") for td in row.all("td")] == [
        *["missing", None] * 1,
        "missing",
        "missing",
        None,
        "missing",
        None,
    ]
    blank = page.one("a", id="e-1")
    assert (blank.text, "data-blank" in blank.attributes) == ("", True)


@pytest.mark.parametrize(
    ("confidence", "level", "said"),
    [
        (1.0, "0", ""),
        (0.95, "0", ""),
        (0.9499, "1", "94%"),
        (0.9, "1", "90%"),
        (0.8, "2", "80%"),
        (0.1, "3", "10%"),
    ],
)
def test_a_cell_is_shaded_by_confidence_and_says_it_in_words(confidence, level, said):
    page = shown(record([fact(cell("granted", "total", 0, 1, "84", confidence=confidence))]))
    td = page.one("a", id="f-0").parent
    assert (td.attributes["data-level"], td.text) == (level, f"84{said}")


def test_a_failed_check_is_an_equation_with_the_values_linked():
    rows = {"new_received": "84", "carried_in": "3", "total": "88", "carried_forward": "0"}
    facts = [
        fact(cell(row, "total", n, n + 1, value), label=f"{row} · 总计")
        for n, (row, value) in enumerate(rows.items())
    ]
    failed = Check(
        id="applications.balance.total", status="fail", left="87", right="88", facts=[f.id for f in facts],
        message="总计:新收+上年结转=总计+结转下年度",
    )  # fmt: skip
    passed = failed.model_copy(update={"id": "applications.balance.business", "status": "pass"})
    page = shown(record(facts, [failed, passed]))
    (equation,) = page.one("ul", class_="equations").all("li")
    said = re.sub(r"\s+", " ", equation.one("p").text).strip()
    assert said == "new_received 84件 + carried_in 3件 = 87 ≠ 88 = total 88件 + carried_forward 0件"
    assert [a.attributes["href"] for a in equation.all("a")] == ["#e-0", "#e-1", "#e-2", "#e-3"]
    assert "1 条相符，1 条不符" in page.text
    assert all("✗" in page.one("a", id=f"f-{n}").parent.text for n in range(4))


def test_zeros_of_a_long_sum_are_counted_and_not_shown():
    columns = ("natural_person", "business", "research", "nonprofit", "law_firm", "other_org", "total")
    facts = [
        fact(cell("granted", c, n, n + 1, v), label=f"予以公开 · {c}")
        for n, (c, v) in enumerate(zip(columns, "1200009", strict=True))
    ]
    check = Check(
        id="applications.row_sum.granted", status="fail", left="3", right="9", facts=[f.id for f in facts],
        message="各类申请人之和=总计",
    )  # fmt: skip
    (equation,) = shown(record(facts, [check])).one("ul", class_="equations").all("li")
    said = re.sub(r"\s+", " ", equation.text).strip()
    assert (
        said
        == "予以公开:各类申请人之和=总计 natural_person 1件 + business 2件 （另有 4 项为 0） = 3 ≠ total 9件"
    )


def test_figures_of_the_text_stand_in_equations():
    facts = [
        fact(cell("new_received", "total", 18, 20, "84")),
        fact(figure(9, 12, "85", label="applications.received", unit="件")),
    ]
    check = Check(
        id="narrative.applications.received", status="fail", left="85", right="84", message="正文与表格",
        facts=["applications.received", facts[0].id],
    )  # fmt: skip
    (equation,) = shown(record(facts, [check])).one("ul", class_="equations").all("li")
    assert [a.text for a in equation.all("a")] == ["85件", "84件"]


@pytest.mark.parametrize("form", ["2021", "2019", "2014", "provincial", "none"])
def test_cells_that_the_form_does_not_have_are_shown_beside_it(form):
    facts = [
        fact(cell("granted", "total", 18, 20, "84")),
        fact(cell("granted", "total", 18, 20, "84")),
        fact(cell("granted", "unheard", 18, 20, "85")),
        fact(cell("other", "total", 18, 20, "86"), label="其他处理 · 总计"),
        fact(cell("total", "value", 18, 20, "87", table="unheard")),
        fact(cell("other:查询数", "cumulative", 18, 20, "88", table="provincial", period="cumulative")),
        fact(cell("regulations", "decisions", 18, 20, "89", table="disclosure")),
    ]
    page = shown(record(facts, form=form))
    for number in range(len(facts)):
        assert page.one("a", id=f"f-{number}")


def test_one_row_of_2019_takes_the_place_of_three():
    page = shown(record([fact(cell("other", "total", 18, 20, "86"), label="其他处理 · 总计")]))
    heads = [
        th.text
        for tr in page.one("table", **{"data-table": "applications"}).all("tr")
        for th in tr.all("th")[:1]
    ]
    assert "3.其他" not in heads
    assert heads.index("其他处理") == heads.index("(七)总计") - 1


def test_tables_are_laid_out_as_the_form_prints_them():
    page = shown(record([fact(cell("granted", "total", 18, 20, "84"))]))
    applications = [
        tr.all("th")[0].text for tr in page.one("table", **{"data-table": "applications"}).all("tr")
    ]
    at = applications.index("三、本年度办理结果")
    assert applications[at : at + 4] == [
        "三、本年度办理结果", "(一)予以公开", "(二)部分公开(区分处理的,只计这一情形,不计其他情形)", "(三)不予公开",
    ]  # fmt: skip
    assert applications.count("三、本年度办理结果") == 1
    disclosure = page.one("table", **{"data-table": "disclosure"})
    assert [tr.text.split()[0] for tr in disclosure.all("tr")][:5] == [
        "第二十条第(一)项", "项目本年制发件数本年废止件数现行有效件数", "规章", "行政规范性文件", "第二十条第(五)项",
    ]  # fmt: skip
    for table in page.all("table"):
        widths = {
            sum(int(c.attributes.get("colspan") or 1) for c in tr.children if c.tag in ("th", "td"))
            for body in table.all("tbody")
            for tr in body.all("tr")
        }
        assert len(widths) == 1


def test_a_warning_leads_to_its_place_and_back():
    warnings = [
        Warning(code="narrative.uncertain", message="3次 may be …", start=4, end=6),
        Warning(code="of.tomorrow", message="<i>new</i>"),
    ]
    page = shown(record([], warnings=warnings))
    first, second = page.one("ul", class_="warnings").all("li")
    assert first.one("a").attributes["href"] == "#w-0"
    assert first.one("a").text == "3次"
    assert page.one("a", id="w-0").attributes["href"] == "#warning-0"
    assert (first.attributes["id"], "拿不准的数字" in first.text) == ("warning-0", True)
    assert not second.all("a")
    assert "of.tomorrow" in second.text
    assert "<i>new</i>" in second.text


@pytest.mark.parametrize("alone", [True, False])
def test_what_a_document_says_is_only_text(alone):
    hostile = "\"><script>alert(1)</script>' onclick=x {{ t }}"
    e = figure(0, len(hostile), "3", label=hostile, unit=hostile, text=hostile)
    facts = [fact(e, label=hostile), fact(cell("granted", hostile, 0, 1), label=hostile)]
    made = record(facts, title=hostile, organization=hostile, source=hostile, id=hostile)
    page = parsed(report_page(made, hostile, "zh", alone=alone))
    assert page.one("h1").text == hostile
    assert page.one("div", class_="text").text == hostile
    assert len(page.all("script")) == 1
    allowed = {"onclick", "style", "onerror"}
    assert not [node for node in page.all() if allowed & set(node.attributes)]


def test_a_page_alone_needs_nothing_and_may_run_only_what_is_its_own():
    page = report_page(record([fact(figure(4, 6, "3"))]), TEXT, "zh", alone=True)
    assert not re.findall(r'\b(?:src|action)="|https?://|@import|url\(', page)
    assert not re.search(r'href="[^#]', page)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert Words("zh")("wrong") not in page


def test_a_served_page_has_downloads_corrections_and_no_code_of_its_own():
    page = shown(record([fact(figure(4, 6, "3"))]), alone=False)
    assert [s.attributes["src"] for s in page.all("script")] == ["/static/report.js"]
    assert not page.all("style")
    links = {a.attributes["href"] for a in page.all("a")}
    assert {f"/v1/records/sha?format={f}" for f in ("json", "csv", "xlsx")} <= links
    assert "/agencies/%E7%94%B2%E5%8E%BF" in links
    assert "?lang=en" in links
    assert page.one("form").attributes["data-corrections"] == "/v1/records/sha/corrections"
    assert page.one("button", class_="wrong")


@pytest.mark.parametrize(("script", "lang"), [("hans-glossed", "zh-Hans"), ("hant", "zh-Hant")])
def test_languages_are_named(script, lang):
    made = record([], script=script)
    for language, own in (("zh", "zh-CN"), ("en", "en")):
        page = parsed(report_page(made, TEXT, language, alone=True))
        assert page.one("html").attributes["lang"] == own
        assert page.one("div", class_="text").attributes["lang"] == lang
