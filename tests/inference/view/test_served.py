"""The pages as a service serves them, in a browser: handing in, sorting, correcting. The answers are made up here."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from inference.view.pages import STATIC, agency_page, home_page, records_page, report_page
from inference.view.summary import series, summarise
from tests.inference.reports import record as county
from tests.inference.view.records import fact, figure, record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow

SITE = "http://nianbao.test"
POLICY = {"content-security-policy": "default-src 'self'; frame-ancestors 'none'"}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
YEARS = [county(2022), county(2023, {"applications.carried_in.total": "7"}), county(2024)]
PAGES = {
    "/": lambda: home_page("zh", 1000, [".txt", ".pdf"]),
    "/records": lambda: records_page([summarise(r) for r in YEARS], "zh", job="1", more=None),
    "/records/sha": lambda: report_page(record([fact(figure(2, 4, "3"))]), "培训3次", "zh", alone=False),
    "/agencies/x": lambda: agency_page("甲县", series(YEARS), [summarise(r) for r in YEARS], "zh"),
    "/annotate/": lambda: "<title>annotate</title>",
}
Answer = tuple[int, object]


@contextmanager
def opened(
    browser: "Browser",
    path: str,
    answer: Callable[[str, str], Answer] = lambda path, sent: (404, {}),
    **look: object,
) -> Iterator["Page"]:
    """A page of the site; fails on errors of scripts and on what the policy refuses.

    Args:
        answer: From a path of the API and what was sent there to a status and a reply.
    """

    def serve(route: "Route") -> None:
        url = urlsplit(route.request.url)
        static = STATIC / Path(url.path).name
        if url.path in PAGES:
            route.fulfill(body=PAGES[url.path](), content_type="text/html", headers=POLICY)
        elif url.path.startswith("/static/"):
            route.fulfill(body=static.read_bytes(), content_type=TYPES[static.suffix])
        else:
            sent = (route.request.post_data_buffer or b"").decode("utf-8")
            status, reply = answer(url.path, sent)
            route.fulfill(status=status, body=json.dumps(reply), content_type="application/json")

    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce", **look)
    context.route("**/*", serve)
    page = context.new_page()
    problems: list[object] = []
    page.on("pageerror", lambda error: problems.append(error))
    # An answer of the API that is an error is told on the console, too; the page tells it to the person.
    page.on("console", lambda said: problems.append(said.text) if "status of 4" not in said.text else None)
    page.goto(SITE + path)
    yield page
    context.close()
    assert problems == []


def job(state: str, done: int, **more: object) -> dict[str, object]:
    return {"id": "7", "state": state, "total": 2, "done": done, "failed": 0, "documents": []} | more


def files(*names: str) -> list[dict[str, object]]:
    return [{"name": name, "mimeType": "text/plain", "buffer": b"2023"} for name in names]


def test_files_are_handed_in_and_lead_to_their_records(browser: "Browser") -> None:
    documents = [
        {"source": "a.txt", "state": "done", "record": "sha", "failure": None},
        {
            "source": "<b>.pdf",
            "state": "failed",
            "record": None,
            "failure": {"code": "x", "message": "是扫描件"},
        },
    ]
    states = iter([job("waiting", 0), job("running", 1), job("done", 2, failed=1, documents=documents)])
    sent = []

    def answer(path: str, body: str) -> Answer:
        sent.append((path, body))
        return (202, job("waiting", 0)) if path == "/v1/jobs" else (200, next(states))

    with opened(browser, "/", answer) as page:
        page.set_input_files("#chosen", files("a.txt", "b.pdf"))
        page.wait_for_selector("#results:visible")
        assert page.locator("progress").evaluate("n => n.value") == 2
        assert page.text_content("[role=status]") == "2 / 2，1 份无法读取"
        assert page.locator("#documents li").all_text_contents() == [
            "a.txt 已读取",
            "<b>.pdf 无法读取 是扫描件",
        ]
        assert page.get_attribute("#results", "href") == "/records/sha"
        assert page.is_hidden("#cancel")
    assert [path for path, _ in sent] == ["/v1/jobs", *["/v1/jobs/7"] * 3]
    assert sent[0][1].count('name="files"; filename=') == 2


def test_pasted_text_is_a_file(browser: "Browser") -> None:
    sent = []

    def answer(path: str, body: str) -> Answer:
        sent.append(body)
        record = {"source": "text.txt", "state": "done", "record": "sha", "failure": None}
        return 202, job("done", 2, documents=[record, record])

    with opened(browser, "/", answer) as page:
        page.fill("#pasted", "全年培训3次")
        page.click("#paste button")
        page.wait_for_selector("#results:visible")
        assert page.get_attribute("#results", "href") == "/records?job=7"
    assert 'filename="text.txt"' in sent[0]
    assert "全年培训3次" in sent[0]


def test_what_the_service_says_is_told(browser: "Browser") -> None:
    with opened(browser, "/", lambda path, body: (413, {"title": "x", "detail": "文件太多。"})) as page:
        page.set_input_files("#chosen", files("a.txt"))
        playwright.expect(page.locator("#alert")).to_have_text("文件太多。")
        assert page.is_hidden("#job")
        page.set_input_files(
            "#chosen", [{"name": "big.txt", "mimeType": "text/plain", "buffer": b"1" * 1001}]
        )
        playwright.expect(page.locator("#alert")).to_have_text("big.txt 超过大小上限。")


def test_a_job_can_be_cancelled(browser: "Browser") -> None:
    cancelled = []

    def answer(path: str, body: str) -> Answer:
        if path.endswith("/cancel"):
            cancelled.append(path)
        return 202, job("cancelled" if cancelled else "running", 0)

    with opened(browser, "/", answer) as page:
        page.set_input_files("#chosen", files("a.txt"))
        page.click("#cancel")
        playwright.expect(page.locator("#cancel")).to_be_hidden()
        playwright.expect(page.locator("#files")).not_to_have_attribute("inert", "")
        assert page.is_hidden("#results")
    assert cancelled == ["/v1/jobs/7/cancel"]


def test_the_list_is_sorted_by_a_click(browser: "Browser") -> None:
    with opened(browser, "/records") as page:
        years = page.locator("tbody td:nth-child(3)")
        head = page.locator("thead th", has_text="年度")
        head.get_by_role("button").click()
        assert years.all_text_contents() == ["2022", "2023", "2024"]
        head.get_by_role("button").click()
        assert years.all_text_contents() == ["2024", "2023", "2022"]
        assert head.get_attribute("aria-sort") == "descending"


def test_a_wrong_value_goes_to_be_corrected(browser: "Browser") -> None:
    sent = []

    def answer(path: str, body: str) -> Answer:
        sent.append((path, json.loads(body)))
        return (
            (409, {"detail": "已在更正中。"})
            if len(sent) == 1
            else (201, {"task": 1, "url": "/annotate/?task=1"})
        )

    with opened(browser, "/records/sha", answer) as page:
        assert page.is_hidden(".wrong")
        page.click("#f-0")
        page.click(".wrong")
        playwright.expect(page.locator(".bar [role=alert]")).to_have_text("已在更正中。")
        page.click(".wrong")
        page.wait_for_url("**/annotate/?task=1")
    assert sent == [("/v1/records/sha/corrections", {"start": 2, "end": 4})] * 2


@pytest.mark.parametrize("path", ["/", "/records", "/records/sha", "/agencies/x"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_the_pages(browser: "Browser", path: str, scheme: str) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="no axe-playwright-python"
    ).Axe()
    with opened(browser, path, color_scheme=scheme, bypass_csp=True) as page:
        assert [(v["id"], v["nodes"][0]["html"]) for v in axe.run(page).response["violations"]] == []
        page.set_viewport_size({"width": 375, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
