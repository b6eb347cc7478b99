"""The loop as people go through it, in a browser: label, undo, settle, export, and train with what came out."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from annotations.items import read_items
from annotations.store import Store
from annotations.task import BrokenRule, Cell, NewTask, Term
from models.tagger import shipped
from nianbao.cli import app
from tests.annotations.stores import TEXT, document, figure, make_store
from tests.servers import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow

KINDS = (
    ("举办政务公开培训班{}期。", "pxcs", "capacity.trainings"),
    ("发布政务微博信息{}条。", "微博", "disclosure.weibo"),
)


@contextmanager
def opened(
    browser: "Browser", server: Server, annotator: str, path: str = "/", width: int = 1280
) -> Iterator["Page"]:
    """A page as an annotator has it, with a name and nothing else kept; fails on any error of its scripts."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(f"localStorage.setItem('annotator', '{annotator}')")
    page = context.new_page()
    problems: list[object] = []
    page.on("pageerror", lambda error: problems.append(error))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.goto(server.address + path)
    yield page
    context.close()
    assert problems == []


def answered(page: "Page", count: int) -> None:
    """Wait until so many answers are this annotator's."""
    playwright.expect(page.locator("[data-fact=mine] dd")).to_have_text(str(count))


def label(page: "Page", typed: str) -> None:
    """Give the next number a label by the keyboard alone."""
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".mark[aria-pressed=true]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=combobox]")
    page.keyboard.insert_text(typed)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")


def reports(path: Path) -> None:
    """Twelve sentences for training, two of them for two people, and some kept for evaluation."""
    with Store(path, create=True) as store:
        for i in range(20):
            text = "".join(
                pattern.format(10 + 2 * i + k) for k, (pattern, _, _) in enumerate(KINDS[i % 2 :][:1])
            )
            purpose = "training" if i < 12 else "evaluation"
            id = store.add_document(document(f"{i}.txt", text, purpose))
            store.add_tasks([NewTask(id, 0, len(text), "random", wanted=2 if i in (0, 1) else 1)])


def test_from_ten_labels_through_a_dispute_to_a_new_tagger(browser: "Browser", tmp_path: Path) -> None:
    reports(tmp_path / "s.db")
    with Server("annotate", "serve", tmp_path / "s.db", ready="/api/setup") as server:
        with opened(browser, server, "li") as page:
            for done in range(10):
                page.wait_for_selector(".mark")
                assert page.locator(".mark[data-label]").count() == 0
                label(page, KINDS[done % 2][1])
                assert page.locator(".mark").get_attribute("data-label") == KINDS[done % 2][2]
                page.keyboard.press("a")
                answered(page, done + 1)
            for done in (9, 8):
                page.keyboard.press("Backspace")
                answered(page, done)
            page.keyboard.press("r")
            answered(page, 9)
            page.keyboard.press("r")
            answered(page, 10)
            for done in range(10, 20):
                page.wait_for_selector(".mark")
                label(page, KINDS[done % 2][1])
                page.keyboard.press("a")
                answered(page, done + 1)
            page.wait_for_selector("#nothing:visible")
        with opened(browser, server, "wang") as page:
            page.wait_for_selector(".mark")
            label(page, KINDS[0][1])
            page.keyboard.press("a")
            answered(page, 1)
            page.wait_for_selector(".mark")
            page.click("[data-command=accept]")  # sees nothing to be counted
            answered(page, 2)
            playwright.expect(page.locator("[data-fact=disputed] dd")).to_have_text("1")
        with opened(browser, server, "zhao", "/adjudicate") as page:
            page.wait_for_selector("[data-answer='2']")
            page.keyboard.press("1")
            page.keyboard.press("a")
            page.wait_for_selector("#nothing:visible")

    gold = tmp_path / "gold"
    runner = CliRunner()
    assert (
        "12 train"
        in runner.invoke(app, ["annotate", "export", str(tmp_path / "s.db"), "-o", str(gold)]).output
    )
    items = read_items(gold / "train.jsonl")
    assert [f.label for item in items for f in item.figures] == [KINDS[i % 2][2] for i in range(12)]
    states = {json.loads(line)["state"] for line in (gold / "train.jsonl").read_text("utf-8").splitlines()}
    assert states == {"annotated", "reviewed"}

    tagger = tmp_path / "tagger"
    arguments = ["--base", shipped(), "--data", gold, "--output", tagger, "--epochs", 1]
    result = runner.invoke(app, ["train", "finetune", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    compare = ["evaluate", "--gold", str(gold / "test.jsonl")]
    assert runner.invoke(app, [*compare, "--output", str(tmp_path / "old")]).exit_code == 0
    compare += [
        "--model",
        str(tagger),
        "--output",
        str(tmp_path / "new"),
        "--baseline",
        str(tmp_path / "old/report.json"),
    ]
    result = runner.invoke(app, compare)
    assert result.exit_code == 0, result.output


def test_a_suggestion_is_confirmed_with_one_key_and_a_number_of_its_own_is_marked_with_the_mouse(
    browser: "Browser", tmp_path: Path
) -> None:
    make_store(tmp_path / "s.db").__exit__()
    with (
        Server("annotate", "serve", tmp_path / "s.db", ready="/api/setup") as server,
        opened(browser, server, "li") as page,
    ):
        mark = page.wait_for_selector(".mark[data-label='disclosure.total'][data-suggested]")
        assert mark and "93%" in (mark.get_attribute("aria-label") or "")
        page.keyboard.press("a")
        answered(page, 1)
        page.click(".mark")
        page.wait_for_selector(".mark[aria-pressed=true]")
        page.keyboard.press("z")
        page.keyboard.type("fwz")
        page.click("#palette-list [id='option-disclosure.website']")
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        answered(page, 2)
        page.keyboard.press(" ")
        answered(page, 3)
        page.keyboard.press("x")
        answered(page, 4)
    with Store(tmp_path / "s.db") as store:
        assert [(s.answer.verdict, s.answer.figures) for s in store.answers()] == [
            ("accept", (figure("disclosure.total", "4316条"),)),
            ("accept", (figure("disclosure.website", "3902条"),)),
            ("ignore", ()),
            ("reject", ()),
        ]


def test_a_cell_is_corrected_beside_the_sum_that_fails(browser: "Browser", tmp_path: Path) -> None:
    term = Term(id="applications.new_received.total", label="新收", value="29")
    rule = BrokenRule(
        id="applications.balance.total", message="新收=总计", left="29", right="27", terms=(term,)
    )
    cell = Cell(id=term.id, label="新收 · 总计", period="year", value="29", confidence=0.9, rules=(rule,))
    with Store(tmp_path / "s.db", create=True) as store:
        at = TEXT.index("29")
        store.add_tasks([NewTask(store.add_document(document()), at, at + 2, "conflict", cell=cell)])
    with (
        Server("annotate", "serve", tmp_path / "s.db", ready="/api/setup") as server,
        opened(browser, server, "li", width=375) as page,
    ):
        page.wait_for_selector(".check")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        page.fill("#cell-value", "27")
        page.keyboard.press("Control+Enter")
        answered(page, 1)
        page.wait_for_selector("#nothing:visible")
    with sqlite3.connect(tmp_path / "s.db") as db:
        assert db.execute("SELECT answer, value FROM annotations").fetchall() == [("accept", "27")]


def test_english_and_the_source_document_are_a_click_away(browser: "Browser", tmp_path: Path) -> None:
    make_store(tmp_path / "s.db").__exit__()
    with (
        Server("annotate", "serve", tmp_path / "s.db", ready="/api/setup") as server,
        opened(browser, server, "li") as page,
    ):
        page.wait_for_selector(".mark")
        page.click("#language")
        playwright.expect(page.locator("html")).to_have_attribute("lang", "en")
        assert "Accept" in page.inner_text("[data-command=accept]")
        with page.expect_popup() as popup:
            page.keyboard.press("d")
        popup.value.wait_for_selector("#text mark[aria-current]")
        assert popup.value.inner_text("#text mark[aria-current]") == "全年主动公开政府信息4316条。"
