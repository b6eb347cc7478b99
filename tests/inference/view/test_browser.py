"""The page of a report in a browser, opened as a file: values lead to their places and back, and all can use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inference.extract import to_record
from inference.reading import read
from inference.tagging import load_tagger
from inference.view.pages import report_page
from tests.inference.view.records import fact, figure, record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow

COUNTY = Path(__file__).parents[3] / "examples" / "2021-county.html"
LOOKS = [("zh", 1280, "light"), ("en", 1280, "dark"), ("zh", 375, "dark"), ("en", 375, "light")]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report as a file, in each language."""
    folder = tmp_path_factory.mktemp("pages")
    source = read(COUNTY)
    made = to_record(source, load_tagger())
    files = {language: folder / f"{language}.html" for language in ("zh", "en")}
    for language, file in files.items():
        file.write_bytes(report_page(made, source.text, language, alone=True).encode())
    return files


@contextmanager
def opened(
    browser: "Browser", file: Path, width: int = 1280, scheme: str = "light", **more: object
) -> Iterator["Page"]:
    """A page from disk; fails on any error of its script, anything its policy refuses, and any request."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
        offline=True,
        **more,
    )
    page = context.new_page()
    problems: list[object] = []
    page.on("pageerror", lambda error: problems.append(error))
    page.on("console", lambda said: problems.append(said.text))
    page.on("request", lambda request: request.url.startswith("file:") or problems.append(request.url))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert problems == []


def in_view(page: "Page", selector: str) -> bool:
    return page.eval_on_selector(
        selector, "n => { const b = n.getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight }"
    )


@pytest.mark.parametrize("has_script", [True, False])
@pytest.mark.parametrize("width", [1280, 375])
def test_values_lead_to_their_places_and_back(
    browser: "Browser", pages: dict[str, Path], width: int, has_script: bool
) -> None:
    with opened(browser, pages["zh"], width, java_script_enabled=has_script) as page:
        values = page.locator(".value[id]")
        for number in (0, values.count() // 2, values.count() - 1):
            value = values.nth(number)
            own = value.get_attribute("id")
            place = value.get_attribute("href")
            value.click()
            assert page.url.endswith(place)
            assert in_view(page, place)
            page.click(place)
            assert page.url.endswith(f"#{own}")
            assert in_view(page, f"#{own}")
            # Whoever uses the keyboard goes along.
            assert page.evaluate("document.activeElement.id") == own


def test_the_filter_leaves_what_is_less_sure(browser: "Browser", pages: dict[str, Path]) -> None:
    with opened(browser, pages["zh"]) as page:
        figures = page.locator(".figures li:visible")
        before = figures.count()
        page.select_option(".bar select", "0.9")
        shown = [float(li.get_attribute("data-confidence")) for li in figures.all()]
        assert shown
        assert max(shown) < 0.9
        assert page.locator(".family:visible").count() <= len(shown)
        assert page.text_content(".bar output") == f"{len(shown) + 1} 项"  # and one cell
        assert page.locator(".sheet td:not(.aside) .value").count() == 1
        page.select_option(".bar select", "1.1")
        assert figures.count() == before
        assert page.locator(".aside").count() == 0


def test_doubtful_values_are_gone_through_by_keyboard(browser: "Browser", pages: dict[str, Path]) -> None:
    with opened(browser, pages["zh"]) as page:
        doubtful = [
            value.get_attribute("id")
            for value in page.locator(".value[id]").all()
            if float(value.get_attribute("data-confidence")) < 0.9
        ]
        assert len(doubtful) > 1
        for key, wanted in [("n", doubtful), ("n", doubtful[:1]), ("p", doubtful[:0:-1])]:
            for own in wanted:
                page.keyboard.press(key)
                assert page.evaluate("document.activeElement.id") == own
                assert in_view(page, f"#{own}")
                assert in_view(page, f"#e-{own[2:]}")


def test_without_script_there_is_no_bar(browser: "Browser", pages: dict[str, Path]) -> None:
    with opened(browser, pages["zh"], java_script_enabled=False) as page:
        assert page.locator(".bar").is_hidden()


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
def test_everyone_can_use_it(
    browser: "Browser", pages: dict[str, Path], language: str, width: int, scheme: str
) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="no axe-playwright-python"
    ).Axe()
    # The policy of the page refuses the script of the check, too.
    with opened(browser, pages[language], width, scheme, bypass_csp=True) as page:
        assert [(v["id"], v["nodes"][0]["html"]) for v in axe.run(page).response["violations"]] == []


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
def test_it_fits_the_screen(
    browser: "Browser", pages: dict[str, Path], language: str, width: int, scheme: str
) -> None:
    with opened(browser, pages[language], width, scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 26)"
        assert dark == (scheme == "dark")


@pytest.mark.parametrize(
    "text", ["a\r\nb\rc\n", "\n\n首行", "<script>1</script>&amp;&#13;\x01\x7f\x85😀", "\ufeff一"]
)
def test_the_text_is_exact_in_a_browser(browser: "Browser", tmp_path: Path, text: str) -> None:
    marks = [fact(figure(0, 2)), fact(figure(1, len(text))), fact(figure(1, 1))]
    file = tmp_path / "page.html"
    file.write_bytes(report_page(record(marks), text, "zh", alone=True).encode())
    with opened(browser, file) as page:
        assert page.eval_on_selector(".text", "n => n.textContent") == text
