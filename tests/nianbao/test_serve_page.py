"""The pages of the service as people go through them, in a browser: hand in, look at the evidence, correct."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.slow
IN_VIEW = """selector => {
    const box = document.querySelector(selector).getBoundingClientRect();
    return location.hash === selector && box.top >= 0 && box.bottom <= innerHeight;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = tmp_path_factory.mktemp("serve") / "s.db"
    with Server("serve", "--store", store, "--workers", 1, "--max-size", 1, ready="/readyz") as server:
        yield server


@contextmanager
def opened(browser: Any, server: Server, path: str = "/", **context: Any) -> Iterator["Page"]:
    """A page that fails on any error of its scripts, and on any request to somewhere else."""
    made = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context})
    made.add_init_script("localStorage.setItem('annotator', 'li')")
    page = made.new_page()
    problems: list[object] = []
    page.on("pageerror", lambda error: problems.append(error))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("request", lambda r: r.url.startswith((server.address, "data:")) or problems.append(r.url))
    page.goto(server.address + path)
    yield page
    made.close()
    assert problems == []


def dropped(page: "Page", *files: Path) -> None:
    """Files dropped on the page, as from a file manager."""
    contents = [(file.name, file.read_text("utf-8")) for file in files]
    transfer = page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, text] of files) transfer.items.add(new File([text], name));
            return transfer;
        }""",
        contents,
    )
    page.dispatch_event("#files", "drop", {"dataTransfer": transfer})


def test_a_report_is_dropped_looked_at_and_corrected(browser: Any, server: Server) -> None:
    with opened(browser, server) as page:
        dropped(page, EXAMPLES / "2021-county.html")
        page.click("#results")
        assert "岚川县人民政府" in page.inner_text("h1")
        values = page.locator(".record .value[id]")
        for number in (3, 60, values.count() - 1):
            value = values.nth(number)
            value.click()
            place, back = value.get_attribute("href"), f"#{value.get_attribute('id')}"
            page.wait_for_function(IN_VIEW, arg=place)
            page.click(place or "")
            page.wait_for_function(IN_VIEW, arg=back)
        text = page.locator(page.locator(".family .value[id]").first.get_attribute("href") or "").inner_text()
        page.locator(".family .value[id]").first.click()
        page.click(".bar .wrong")
        page.wait_for_selector("#task:visible .mark")
        assert "/annotate/?task=" in page.url
        assert text in page.inner_text("#task")
        page.click("[data-command=accept]")
        page.wait_for_selector("[data-fact=mine] dd:text-is('1')")


def test_pasted_text_is_a_report_and_a_file_that_cannot_be_read_says_why(
    browser: Any, server: Server
) -> None:
    with opened(browser, server) as page:
        page.fill("#pasted", "清河县水利局2023年政府信息公开工作年度报告\n全年收到政府信息公开申请12件。")
        page.click("#paste button")
        page.wait_for_selector("#documents li.done a")
        page.set_input_files(
            "#chosen", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
        )
        page.wait_for_selector("#documents li.failed")
        assert "a.pdf is cut short or damaged" in page.inner_text("#documents li.failed")
        assert page.evaluate("document.documentElement.lang").startswith("zh")
        page.set_input_files("#chosen", {"name": "b.txt", "mimeType": "text/plain", "buffer": b"1" * 2**21})
        page.wait_for_selector("#alert:has-text('b.txt')")
        page.click("text=English")
        assert page.evaluate("document.documentElement.lang") == "en"


def test_a_job_is_cancelled_and_reports_are_sorted(browser: Any, server: Server) -> None:
    long = "清河县水利局{}年政府信息公开工作年度报告\n" + "全年收到政府信息公开申请12件。\n" * 400
    files = [
        {"name": f"{year}.txt", "mimeType": "text/plain", "buffer": long.format(year).encode()}
        for year in (*range(2020, 2024), *range(2008, 2020))
    ]
    with opened(browser, server) as page:
        page.set_input_files("#chosen", files)
        page.wait_for_selector("#documents li.done")
        page.click("#cancel")
        page.wait_for_selector("#documents li.cancelled")
        page.wait_for_selector("#results:visible")
        page.goto(f"{server.address}/records")
        page.click("thead th:has-text('年度') button")
        shown = page.locator("tbody td:nth-child(3)").all_text_contents()
        assert len(shown) > 1 and shown == sorted(shown)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_every_page_is_accessible_and_fits(browser: Any, server: Server, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with opened(browser, server, **context) as page:
        page.set_input_files("#chosen", [EXAMPLES / name for name in ("2021-county.html", "2019-bureau.txt")])
        page.wait_for_selector("#results:visible")
        addresses = [page.url]
        page.click("#results")
        addresses.append(page.url)
        for link in ('a[href^="/records/"]', 'a[href^="/agencies/"]'):
            page.goto(addresses[1])
            page.locator(link).last.click()
            addresses.append(page.url)
        for address in addresses:
            page.goto(address)
            found = axe.run(page).response["violations"]
            serious = [
                (v["id"], [n["html"] for n in v["nodes"]][:3])
                for v in found
                if v["impact"] in ("serious", "critical")
            ]
            assert serious == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
