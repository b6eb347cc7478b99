"""The page where reports are handed in, the list of reports, and an agency over the years."""

import json

import pytest

from inference.view.pages import STATIC, agency_page, home_page, records_page
from inference.view.summary import Point, Series, Summary
from tests.inference.view.parsed import parsed

HOSTILE = "\"><script>alert(1)</script>'/{{ t }}"


def summary(**more):
    given = {
        "id": "sha", "source": "a/b.html", "title": "甲县年报", "organization": "甲县", "year": 2023, "form": "2021",
        "facts": 200, "doubtful": 3, "tables": {"disclosure": (7, 10)}, "checks": {"narrative": (8, 1)}, "conflicts": 1,
    }  # fmt: skip
    return Summary(**given | more)


def listed(*summaries, language="zh", job=None, more=None):
    return parsed(records_page(summaries, language, job=job, more=more))


def test_a_report_is_a_line_with_what_is_amiss():
    page = listed(summary())
    row = page.one("tbody").one("tr")
    assert [a.attributes["href"] for a in row.all("a")] == ["/records/sha", "/agencies/%E7%94%B2%E5%8E%BF"]
    assert [td.text for td in row.all("td")] == ["甲县", "2023", "2021年式", "200", "3", "1", "1/9", "3/10"]
    assert [td.attributes.get("data-heat") for td in row.all("td")[-2:]] == ["2", "2"]
    heads = [th.text for th in page.one("thead").all("th") if "data-sort" in th.attributes]
    assert heads[-2:] == ["正文与表格", "主动公开政府信息情况"]


def test_forms_of_all_kinds_stand_in_one_list():
    other = summary(form="none", tables={}, checks={}, year=None, organization=None, title=None)
    page = listed(
        other, summary(), summary(form="2014", tables={"national": (58, 58)}, checks={"national.sum": (7, 0)})
    )
    rows = page.one("tbody").all("tr")
    assert len({len(row.all("td")) for row in rows}) == 1
    assert rows[0].one("a").text == "a/b.html"
    assert rows[0].all("td")[1].text == "未见"


def test_downloads_and_the_language_keep_to_the_job():
    page = listed(summary(), job="j&1", more="/records?job=j&after=x")
    links = [a.attributes["href"] for a in page.all("a")]
    assert "/v1/records?job=j%261&format=xlsx" in links
    assert "?job=j%261&lang=en" in links
    assert page.one("a", rel="next").attributes["href"] == "/records?job=j&after=x"
    assert not any("/v1/" in a.attributes["href"] for a in listed(summary()).all("a"))


def test_nothing_to_list():
    page = listed()
    assert not page.all("table")
    assert "还没有报告" in page.text


def lines():
    points = [
        Point(2021, "3", "a", False),
        Point(2022, "5", "b", True),
        Point(2023, None, "c", False),
        Point(2024, "4", "d", False),
    ]
    return [
        Series("x", "行政许可", "件", tuple(points)),
        Series("y", "规章", "件", tuple(Point(p.year, "0", p.record, False) for p in points)),
        Series("z", "培训", None, tuple(points[:1])),
    ]


def test_an_agency_has_a_chart_for_each_series_of_two_values():
    page = parsed(agency_page("甲县", lines(), [summary()], "zh"))
    moving, flat = page.all("figure")
    assert (moving.one("figcaption").text.split(), flat.parent.parent.tag) == (["行政许可", "件"], "details")
    assert [a.attributes["href"] for a in moving.all("a")] == ["/records/a", "/records/b", "/records/d"]
    assert len(moving.all("path", class_="broken")) == 1
    assert "✗" in moving.all("a")[1].attributes["aria-label"]
    # The line stops at the year without a value.
    assert [len(line.attributes["points"].split()) for line in moving.all("polyline")] == [2]
    assert not [node for node in page.all() if "style" in node.attributes]


def test_an_agency_has_all_numbers_in_a_table():
    page = parsed(agency_page("甲县", lines(), [summary()], "zh"))
    first = page.one("tbody").all("tr")[0]
    assert [td.text.split() for td in first.all("td")] == [["件"], ["3"], ["5", "✗"], ["空"], ["4"]]
    assert len(page.one("tbody").all("tr")) == 3


def test_an_agency_of_one_year_says_that_there_is_nothing_to_compare():
    assert "还没有两年可比的数据" in agency_page("甲县", [], [summary()], "zh")


def test_the_page_to_hand_in_tells_its_limits_and_words_to_the_script():
    page = parsed(home_page("en", 20 * 2**20, [".pdf", ".html"]))
    assert page.one("input").attributes["accept"] == ".pdf,.html"
    assert "20.0 MiB" in page.text
    assert page.one("form", id="files").attributes["data-largest"] == str(20 * 2**20)
    assert json.loads(page.one("main").attributes["data-messages"])["failed"] == "not readable"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_served_pages_escape_all_and_load_only_what_is_there(language):
    told = summary(id=HOSTILE, source=HOSTILE, title=HOSTILE, organization=HOSTILE)
    hostile = [Series(HOSTILE, HOSTILE, HOSTILE, tuple(Point(y, "1", HOSTILE, True) for y in (2022, 2023)))]
    for page in (
        home_page(language, 1, [HOSTILE]),
        records_page([told], language, job=HOSTILE, more=HOSTILE),
        agency_page(HOSTILE, hostile, [told], language),
    ):
        assert "<script>alert" not in page
        root = parsed(page)
        for script in root.all("script"):
            assert not script.text
        for node in (*root.all("script"), *root.all("link")):
            address = node.attributes.get("src") or node.attributes["href"]
            assert (STATIC / address.removeprefix("/static/")).is_file()
        assert not [node for node in root.all() if {"style", "onclick"} & set(node.attributes)]
