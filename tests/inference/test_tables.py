"""Tables of every form, drawn in every shape that files give them, read back cell by cell."""

from random import Random

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from inference.normalize import normalize
from inference.reading.door import read_bytes
from inference.tables import read_tables
from models.forms import load_forms
from tests.inference.render import Page, Printed, broken, draw_form, rows_of, to_html
from tests.inference.shapes import BARE, SHAPES
from tests.inference.values import assert_read, fill, read_page

FORMS = ("2021", "2019", "2014", "provincial")
ALL = {**SHAPES, **BARE}
# Rows in these keep one bar a cell whatever spans, so that a blank anywhere can be told.
EXACT = ("after", "before", "alone", "lead", "row_tight", "tab")
_TRADITIONAL = opencc.OpenCC("s2t")
PROSE = (
    "全年收到政府信息公开申请31件,其中自然人20件,商业企业3件,总计31件;予以公开12件,部分公开3件,"
    "属于国家秘密1件,重复申请2件。行政复议1件,行政诉讼0件,结果维持1件。规章制度8项,规范性文件2件。\n"
)


def traditional(text: str) -> str:
    return str(_TRADITIONAL.convert(text))


def glossed(text: str) -> str:
    """Every fourth character or so with its pinyin behind it."""
    return "".join(f"{c}({lazy_pinyin(c)[0]})" if c >= "一" and ord(c) % 4 == 0 else c for c in text)


DAMAGES = {
    "traditional": traditional,
    "glossed": glossed,
    "traditional_glossed": lambda text: glossed(traditional(text)),
    "broken": broken,
    "full_width": lambda text: text.translate(str.maketrans("():,", "（）：，")),
}


def blank_zeros(printed: Printed, share: float, mark: str = "", seed: int = 1) -> Printed:
    rng = Random(seed)
    return {id: mark if text == "0" and rng.random() < share else text for id, text in printed.items()}


def blank_rows(printed: Printed, share: float, mark: str = "", seed: int = 1) -> Printed:
    rng = Random(seed)
    rows = dict.fromkeys(id[:2] for id in printed if id[0] != "review_litigation")
    gone = {row for row in rows if rng.random() < share}
    return {id: mark if id[:2] in gone else text for id, text in printed.items()}


def only_totals(printed: Printed) -> Printed:
    return {id: "" if id[0] == "applications" and id[2] != "total" else text for id, text in printed.items()}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", ALL)
def test_full_tables_in_every_shape(form, shape):
    printed = fill(form, 1)
    assert_read(draw_form(form, printed, ALL[shape]), printed, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", ALL)
def test_label_words_in_the_prose_around_are_not_taken_for_rows(form, shape):
    printed = fill(form, 2)
    assert_read(draw_form(form, printed, ALL[shape], before=PROSE, after=PROSE), printed, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("shape", ["after", "before", "alone", "both", "lead", "line"])
def test_damaged_labels(form, shape, damage):
    printed = fill(form, 3)
    assert_read(draw_form(form, printed, ALL[shape], damage=DAMAGES[damage]), printed, form)


@pytest.mark.parametrize("form", ["2021", "2019"])
@pytest.mark.parametrize("shape", ALL)
def test_review_head_cut_in_half(form, shape):
    printed = fill(form, 4)
    assert_read(draw_form(form, printed, ALL[shape], wrapped=True), printed, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHAPES)
def test_blank_zeros_keep_their_bars(form, shape):
    for seed in range(3):
        printed = blank_zeros(fill(form, seed), 0.7, seed=seed)
        assert_read(draw_form(form, printed, SHAPES[shape]), printed, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHAPES)
def test_whole_rows_blank(form, shape):
    for seed in range(3):
        printed = blank_rows(fill(form, seed), 0.4, seed=seed)
        assert_read(draw_form(form, printed, SHAPES[shape]), printed, form)


@pytest.mark.parametrize("form", ["2021", "2019"])
@pytest.mark.parametrize("shape", ALL)
def test_only_the_totals_filled_in(form, shape):
    # Without bars nothing but the arithmetic says that the one number of a row is its total.
    printed = only_totals(fill(form, 5))
    assert_read(draw_form(form, printed, ALL[shape]), printed, form)


@pytest.mark.parametrize("mark", ["/", "-", "—", "——", "无"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", ALL)
def test_printed_blanks_are_kept_as_printed(form, shape, mark):
    printed = blank_zeros(fill(form, 6), 0.6, mark)
    assert_read(draw_form(form, printed, ALL[shape]), printed, form)


@pytest.mark.parametrize("form", ["2014", "provincial"])
@pytest.mark.parametrize("shape", ALL)
def test_whole_rows_whose_blanks_vanished(form, shape):
    printed = blank_rows(fill(form, 7), 0.3)
    assert_read(draw_form(form, printed, ALL[shape], keeps_blanks=False), printed, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", ALL)
def test_a_guess_invents_no_number(form, shape):
    """Where blanks vanished a value may stand in the wrong column, but in its own row and as printed."""
    printed = blank_zeros(fill(form, 8), 0.7)
    page = draw_form(form, printed, ALL[shape], keeps_blanks=False)
    tables, readings = read_page(page)
    assert tables.form == form
    drawn = {place: id for id, place in page.places.items()}
    for id, reading in readings.items():
        if reading.text:
            source = drawn[reading.start, reading.end]
            assert source[0] == id[0]
            assert source[1] == id[1] or id[0] == "review_litigation"
            assert reading.text == printed[source]


@pytest.mark.parametrize("form", FORMS)
def test_html(form):
    printed = blank_zeros(fill(form, 9), 0.5)
    tables = {t.id: rows_of(t, printed) for t in load_forms()[form].tables}
    text = read_bytes(to_html(tables).encode(), "report.html").text
    normal = normalize(text)
    read = read_tables(normal.text)
    assert read.form == form
    assert {(r.table, r.row, r.column): r.text for r in read.readings} == printed
    starts = [r.start for r in read.readings if r.text]
    assert starts == sorted(set(starts))
    assert all(text[slice(*normal.span(r.start, r.end))] == r.text for r in read.readings)


@given(st.integers(0, 10**6), st.sampled_from(EXACT), st.sampled_from(["2021", "2019"]), st.floats(0, 0.5))
def test_random_grid_with_random_blanks_kept(seed, shape, form, share):
    rng = Random(seed)
    printed = {
        id: str(rng.randint(0, 10 ** rng.randint(1, 6))) for id in fill(form, 0) if id[0] == "applications"
    }
    printed = {id: "" if rng.random() < share else text for id, text in printed.items()}
    # One complete row shows how far apart cells are; otherwise the file tells nothing.
    printed |= {id: "7" for id in printed if id[1] == "new_received"}
    printed |= {id: text for id, text in fill(form, 1).items() if id[0] == "disclosure"}
    printed["applications", "total", "natural_person"] = ""
    page = draw_form(form, printed, SHAPES[shape])
    _, readings = read_page(page)
    assert {id: r.text for id, r in readings.items()} == printed


@given(
    st.integers(0, 10**6),
    st.sampled_from(list(SHAPES)),
    st.sampled_from(["2014", "provincial"]),
    st.floats(0, 0.6),
)
def test_random_column_with_random_blanks_kept(seed, shape, form, share):
    rng = Random(seed)
    printed = {id: str(rng.randint(0, 10 ** rng.randint(1, 6))) for id in fill(form, 0)}
    printed = {id: "" if rng.random() < share else text for id, text in printed.items()}
    assert_read(draw_form(form, printed, SHAPES[shape]), printed, form)


@given(st.text(alphabet="|\t\n 0123456789件-/规章总计行政复议单位指标累计结果维持,.()", max_size=400))
def test_any_text_is_read_without_a_fault(text):
    normal = normalize(text)
    tables = read_tables(normal.text)
    for item in (*tables.readings, *tables.strays):
        assert 0 <= item.start <= item.end <= len(normal.text)
    assert tables.form != "none" or not tables.readings


# --- single oddities -----------------------------------------------------------------------


@pytest.mark.parametrize("shape", ALL)
def test_mistyped_labels(shape):
    printed = fill("2021", 2)
    typed = {
        "其他法律行政法规禁止公开": "其他法律行政止公开", "危及“三安全": "危害“三安全", "行政执法案卷": "行政执法案件",
        "第(八)项": "第(八)条", "结转下年度继续": "结转下年度续",
    }  # fmt: skip

    def damage(text: str) -> str:
        for right, wrong in typed.items():
            text = text.replace(right, wrong)
        return text

    assert_read(draw_form("2021", printed, ALL[shape], damage=damage), printed, "2021")


@pytest.mark.parametrize("shape", SHAPES)
def test_a_label_cut_short(shape):
    printed = fill("2021", 2)
    page = draw_form("2021", printed, ALL[shape], damage=lambda text: text.replace("投诉类申请", "投诉类"))
    assert_read(page, printed, "2021")


@pytest.mark.parametrize("shape", ALL)
def test_disclosure_of_2021_with_the_single_other_row_of_2019(shape):
    first = {id: text for id, text in fill("2021", 3).items() if id[0] == "disclosure"}
    second = {id: text for id, text in fill("2019", 4).items() if id[0] != "disclosure"}
    top, bottom = draw_form("2021", first, ALL[shape]), draw_form("2019", second, ALL[shape])
    cut, begin = top.text.index("五、"), bottom.text.index("三、收到")
    places = {id: (a + cut - begin, b + cut - begin) for id, (a, b) in bottom.places.items()}
    page = Page(str, top.text[:cut] + bottom.text[begin:], {**top.places, **places})
    assert_read(page, first | second, "2021")


@pytest.mark.parametrize("shape", ["row", "after", "tab", "markdown", "line", "alone"])
@pytest.mark.parametrize(
    ("printed", "text", "value", "unit"),
    [
        ("22(其中修订16件)", "22", "22", "件"),
        ("22（其中修订16件）", "22", "22", "件"),
        ("251000元", "251000元", "251000", "元"),
        ("160.5964万元", "160.5964万元", "160.5964", "万元"),
        ("1,234", "1,234", "1234", "件"),
        ("１，２３４", "１，２３４", "1234", "件"),
        ("１２", "１２", "12", "件"),
        ("5 件", "5 件", "5", "件"),
        ("+14", "+14", "14", "件"),
        ("-3", "-3", "-3", "件"),
        ("－３", "－３", "-3", "件"),
        ("0.00", "0.00", "0.00", "件"),
        ("7。", "7", "7", "件"),
    ],
)
def test_what_a_cell_may_hold(shape, printed, text, value, unit):
    cells = fill("2021", 1)
    cells["applications", "granted", "business"] = printed
    page = draw_form("2021", cells, ALL[shape])
    _, readings = read_page(page)
    reading = readings["applications", "granted", "business"]
    assert (reading.value, reading.unit) == (value, unit)
    assert page.text[reading.start : reading.end] == text
    assert reading.start == page.places["applications", "granted", "business"][0]


def test_units_come_from_the_cell_or_else_from_the_head():
    _, readings = read_page(draw_form("2019", fill("2019", 1), SHAPES["row"]))
    assert readings["disclosure", "procurement", "amount"].unit == "万元"
    assert readings["disclosure", "procurement", "amount"].value == "160.5964"
    assert readings["disclosure", "permits", "change"].unit == "项"
    assert readings["disclosure", "permits", "change"].value == "14"
    _, readings = read_page(draw_form("2014", fill("2014", 1), SHAPES["row"]))
    assert readings["national", "capacity.trainees", "value"].unit == "人次"


@pytest.mark.parametrize("shape", ["row", "after", "both", "line", "markdown", "tab"])
def test_head_repeated_in_the_middle(shape):
    printed = fill("2021", 2)
    text = draw_form("2021", printed, ALL[shape]).text
    on_lines = shape in ("row", "markdown", "tab", "both")

    def line_start(word: str) -> int:
        at = text.index(word)
        return text.rindex("\n", 0, at) + 1 if on_lines else at

    head = text[line_start("(本列数据") : line_start("一、本年新收")]
    head = "".join(line for line in head.splitlines(keepends=True) if "---" not in line)
    cut = line_start("1.本机关不掌握")
    page = Page(str, text[:cut] + "— 3 —\n" + head + text[cut:])
    tables, readings = read_page(page)
    assert {id: r.text for id, r in readings.items()} == printed
    assert tables.strays == ()


@pytest.mark.parametrize(("shape", "extra"), [("row", " 777 |"), ("after", "777 |\n"), ("line", "777\n")])
def test_a_displaced_number_is_a_warning_and_moves_nothing(shape, extra):
    printed = fill("2021", 2)
    text = draw_form("2021", printed, ALL[shape]).text
    at = text.index("四、结转下年度")
    at = text.rindex("\n", 0, at) if shape == "row" else at
    page = Page(str, text[:at] + extra + text[at:])
    tables, readings = read_page(page)
    assert {id: r.text for id, r in readings.items()} == printed
    (stray,) = tables.strays
    assert stray.code == "table.value_unplaced"
    assert page.text[stray.start : stray.end] == "777"


def test_provincial_rows_that_the_form_does_not_know_keep_their_label():
    text = (
        "附表\n|指标名称|单位|2016年|历年累计|\n|主动公开文件数|条|12|340|\n|其中:1.政府网站公开数|条|11|300|\n"
        "|广播电视播发信息数|条|5|6|\n|信函、传真申请数|条|1|2|\n|查阅点接待群众数|人次||7|\n"
    )
    tables = read_tables(normalize(text).text)
    assert tables.form == "provincial"
    assert [(r.row, r.column, r.label, r.value, r.unit, r.period) for r in tables.readings] == [
        ("disclosure.total", "year", "主动公开文件数", "12", "条", "year"),
        ("disclosure.total", "cumulative", "主动公开文件数", "340", "条", "cumulative"),
        ("disclosure.website", "year", "政府网站公开数", "11", "条", "year"),
        ("disclosure.website", "cumulative", "政府网站公开数", "300", "条", "cumulative"),
        ("other:广播电视播发信息数", "year", "广播电视播发信息数", "5", "条", "year"),
        ("other:广播电视播发信息数", "cumulative", "广播电视播发信息数", "6", "条", "cumulative"),
        ("applications.mail", "year", "信函、传真申请数", "1", "条", "year"),
        ("applications.mail", "cumulative", "信函、传真申请数", "2", "条", "cumulative"),
        ("other:查阅点接待群众数", "year", "查阅点接待群众数", None, "人次", "year"),
        ("other:查阅点接待群众数", "cumulative", "查阅点接待群众数", "7", "人次", "cumulative"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "|",
        "|\n|\n|",
        "12\n13\n14\n",
        "规章\n",
        PROSE,
        "主动公开文件数 12\n",
        "| 项目 | 数量 |\n| 会议 | 3 |\n",
        "|---|---|",
    ],
)
def test_no_table(text):
    tables = read_tables(text)
    assert tables.form == "none"
    assert tables.readings == tables.strays == tables.zones == ()


@pytest.mark.parametrize("form", ["2021", "2019", "2014"])
@pytest.mark.parametrize("shape", ALL)
def test_zones_hold_every_cell_and_none_of_the_prose(form, shape):
    page = draw_form(form, fill(form, 1), ALL[shape], before=PROSE, after=PROSE)
    zones = read_tables(page.text).zones
    assert list(zones) == sorted(zones)
    for start, end in page.places.values():
        assert any(a <= start and end <= b for a, b in zones)
    for start in (page.text.index(PROSE), page.text.rindex(PROSE)):
        assert not any(a < start + len(PROSE) - 1 and start < b for a, b in zones)


def test_numbers_that_add_up_are_surer_than_numbers_that_do_not():
    printed = fill("2021", 1)
    printed["applications", "granted", "total"] = "1"
    _, readings = read_page(draw_form("2021", printed, SHAPES["row"]))
    wrong = readings["applications", "granted", "total"]
    right = readings["applications", "carried_in", "total"]
    assert wrong.value == "1"
    assert wrong.confidence < right.confidence


@pytest.mark.parametrize("shape", ["row", "after", "line"])
@pytest.mark.parametrize("form", ["2014", "provincial"])
def test_words_of_the_newer_forms_in_the_prose_do_not_hide_an_older_table(form, shape):
    printed = fill(form, 4)
    before = PROSE + "\n予以公开 12 件\n部分公开 3 件\n属于国家秘密 1 件\n"
    tables, readings = read_page(draw_form(form, printed, ALL[shape], before=before))
    assert tables.form == form
    assert {id: r.text for id, r in readings.items()} == printed


@pytest.mark.parametrize("shape", ["row", "after", "lead", "markdown", "tab"])
def test_numbers_of_a_row_that_no_form_knows_are_strays_with_their_places(shape):
    printed = fill("2021", 2)
    page = draw_form(
        "2021", printed, ALL[shape], damage=lambda text: text.replace("重复申请", "别的什么事情")
    )
    tables, _ = read_page(page)
    lost = [text for id, text in printed.items() if id[:2] == ("applications", "not_processed.repeated")]
    assert [page.text[s.start : s.end] for s in tables.strays] == lost
    assert {s.code for s in tables.strays} == {"table.value_unplaced"}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_total_column_left_blank_stays_blank(shape):
    printed = {
        id: "" if id[0] == "applications" and id[2] == "total" else text
        for id, text in fill("2021", 3).items()
    }
    assert_read(draw_form("2021", printed, SHAPES[shape]), printed, "2021")


@pytest.mark.parametrize("shape", ["line", "after", "row"])
def test_blank_last_rows_take_no_number_of_the_next_table(shape):
    last = ("total", "carried_forward")
    printed = {id: "" if id[1] in last else text for id, text in fill("2021", 2).items()}
    assert_read(draw_form("2021", printed, ALL[shape]), printed, "2021")


def test_a_table_that_stands_there_twice_is_read_once_and_said_so():
    text = draw_form("2021", fill("2021", 1), SHAPES["row"]).text
    tables = read_tables(text + "\n附:下属单位情况\n" + text)
    assert "table.repeated" in {s.code for s in tables.strays}
    assert len({(r.table, r.row, r.column) for r in tables.readings}) == len(tables.readings) == 200
