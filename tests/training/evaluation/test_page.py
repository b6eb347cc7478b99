"""The page needs nothing from outside, escapes what documents say, and filters its errors in a browser."""

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")

from tests.training.evaluation.cases import figure
from training.evaluation.build import build
from training.evaluation.gold import GoldDocument
from training.evaluation.matching import Case, Prediction
from training.evaluation.page import render_html, render_markdown
from training.evaluation.report import Report

TEXT = "<script>alert(1)</script>收到申请192件,其中网上160件。" * 3


@pytest.fixture(scope="module")
def report() -> Report:
    gold = [
        figure("applications.received", 192, 29),
        figure("applications.online", 160, 37),
        figure(start=100),
    ]
    said = [figure("applications.received", 192, 29, 0.98), figure("applications.mail", 160, 37, 0.9)]
    document = GoldDocument("<b>a</b>", TEXT, None, tuple(gold))
    before = build([Case(document, Prediction(()))], ["g"], "old", "0", 0)
    return build([Case(document, Prediction(tuple(said)))], ["g"], "new", "0", 0, before)


def test_the_page_loads_nothing_and_escapes_everything(report: Report) -> None:
    page = render_html(report)
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"', page)
    assert not re.findall(r"@import|url\((?!#)", page)
    assert "alert(1)</script>" not in page
    assert "<b>a</b>" not in page
    assert page.count("<svg") == 3


def test_the_same_report_gives_the_same_page(report: Report) -> None:
    assert render_html(report) == render_html(report)


def test_ids_are_unique_on_the_page(report: Report) -> None:
    ids = re.findall(r'\bid="([^"]+)"', render_html(report))
    assert len(ids) == len(set(ids))


def test_the_markdown_has_the_scores_and_the_comparison(report: Report) -> None:
    text = render_markdown(report)
    assert "| figures.f1 | 0.000 | 0.400 |" in text
    assert "- label: 1" in text
    assert "- missed: 1" in text
    assert "\n\n\n" not in text


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_errors_are_filtered_by_kind_and_label(
    report: Report, tmp_path: Path, browser: Any, width: int
) -> None:
    (tmp_path / "report.html").write_text(render_html(report), "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900}, offline=True)
    problems: list[object] = []
    page.on("pageerror", lambda error: problems.append(error))
    page.on("request", lambda request: request.url.startswith("file:") or problems.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    shown = page.locator("#gallery article:visible")
    assert shown.count() == 2
    page.select_option("#kind", "label")
    assert shown.count() == 1
    assert page.text_content("#left") == "1 shown"
    page.select_option("#label", "applications.received")
    assert shown.count() == 0
    # Nothing but tables and charts, which scroll or shrink by themselves, may be wider than the screen.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
    assert not problems
