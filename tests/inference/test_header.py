"""Title, reporting body and report year, as reports of many offices print them."""

import pytest

from inference.header import Header, read_header
from inference.normalize import normalize
from inference.passages import prose


def _header(source: str, outside: str | None = None, form: str = "none") -> Header:
    text = normalize(source).text
    return read_header(text, outside, form, prose(text, []))


@pytest.mark.parametrize(
    ("title", "organization", "year"),
    [
        ("青石县水利局2024年政府信息公开工作年度报告", "青石县水利局", 2024),
        ("青石县白云镇人民政府政府信息公开工作2023年度报告", "青石县白云镇人民政府", 2023),
        ("2023年青石县文化和旅游局政府信息公开工作年度报告", "青石县文化和旅游局", 2023),
        ("2022年度青石县财政局政府信息公开工作年度报告", "青石县财政局", 2022),
        ("青石县档案馆关于2021年政府信息公开工作的报告", "青石县档案馆", 2021),
        ("青石县水利局政府信息公开工作报告（2018年度）", "青石县水利局", 2018),
        ("青石县（开发区）管委会2024年政府信息公开工作年度报告", "青石县(开发区)管委会", 2024),
        ("青石县司法局2016年政府信息公开年报", "青石县司法局", 2016),
        ("青石县卫健委２０２０年政府信息公开工作年度报告", "青石县卫健委", 2020),
        ("青石縣教育局2020年政府信息公開工作年度報告", "青石县教育局", 2020),
        ("青(qing)石(shi)县(xian)公安局2021年政(zheng)府(fu)信息公开工作年度报告", "青石县公安局", 2021),
    ],
)
def test_the_title_line_gives_body_and_year(title: str, organization: str, year: int) -> None:
    header = _header(f"{title}\n一、总体情况\n本机关认真做好各项工作。\n")
    assert header == Header(normalize(title).text, organization, year)


@pytest.mark.parametrize("zero", "〇零○")
def test_a_year_in_chinese_numerals_is_read(zero: str) -> None:
    header = _header(f"青石县财政局二{zero}二三年政府信息公开工作年度报告\n一、总体情况\n")
    title = f"青石县财政局二{zero}二三年政府信息公开工作年度报告"
    assert header == Header(title, "青石县财政局", 2023)


@pytest.mark.parametrize(
    "title",
    [
        "青石县水利局 2023 年政府信息公开工作年度报告",
        "青石县水利局 2023年度政府信息公开工作年度报告",
        "青石县水利局2 0 2 3年政府信息公开工作年度报告",
        "青 石 县 水 利 局 2023 年 度 政 府 信 息 公 开 工 作 年 度 报 告",
    ],
)
def test_spaces_in_a_title_hide_neither_body_nor_year(title: str) -> None:
    assert _header(f"{title}\n一、总体情况\n") == Header(title, "青石县水利局", 2023)


def test_a_title_broken_after_the_year_is_joined() -> None:
    header = _header("青石县水利局2024年度\n政府信息公开工作年度报告\n一、总体情况\n")
    assert header == Header("青石县水利局2024年度政府信息公开工作年度报告", "青石县水利局", 2024)


def test_a_title_broken_after_the_body_is_joined() -> None:
    header = _header("青石县水利局\n政府信息公开工作年度报告\n（2024年度）\n一、总体情况\n")
    assert header.title == "青石县水利局政府信息公开工作年度报告"
    assert header.organization == "青石县水利局"


@pytest.mark.parametrize("year", ["2024年", "2024年度", "二〇二四年"])
def test_a_title_broken_after_the_body_is_joined_where_the_second_line_begins_with_the_year(
    year: str,
) -> None:
    header = _header(f"青石县水利局\n{year}政府信息公开工作年度报告\n一、总体情况\n")
    assert header == Header(f"青石县水利局{year}政府信息公开工作年度报告", "青石县水利局", 2024)


def test_the_title_is_preferred_to_a_menu_with_the_bare_name_of_the_thing() -> None:
    header = _header(
        "政府信息公开年报\n政府信息公开指南\n青石县水利局2024年政府信息公开工作年度报告\n一、总体情况"
    )
    assert header.title == "青石县水利局2024年政府信息公开工作年度报告"


def test_a_breadcrumb_is_no_title() -> None:
    header = _header("首页 > 青石县水利局 > 政府信息公开年报\n一、总体情况\n")
    assert header.title is None


@pytest.mark.parametrize("tail", ["", "_青石县人民政府", "-青石县政务网"])
def test_a_title_outside_the_text_is_taken_without_the_name_of_the_site(tail: str) -> None:
    header = _header("一、总体情况\n做好工作。\n", f"青石县公安局2021年政府信息公开工作年度报告{tail}")
    assert header == Header("青石县公安局2021年政府信息公开工作年度报告", "青石县公安局", 2021)


def test_an_outside_title_that_names_only_the_site_is_not_taken() -> None:
    assert _header("一、总体情况\n", "青石县人民政府门户网站").title is None


@pytest.mark.parametrize(
    "sentence",
    [
        "现将青石县财政局2022年度政府信息公开工作情况公布如下。",
        "根据有关规定，编制青石县财政局2022年政府信息公开工作年度报告。",
    ],
)
def test_the_body_and_the_year_are_read_off_the_announcement(sentence: str) -> None:
    header = _header(f"政府信息公开年报\n{sentence}\n")
    assert (header.organization, header.report_year) == ("青石县财政局", 2022)


def test_the_body_is_read_off_who_compiled_the_report() -> None:
    header = _header("本年度报告由青石县档案馆编制，统计期限为2023年1月1日至2023年12月31日。\n")
    assert (header.organization, header.report_year) == ("青石县档案馆", 2023)


@pytest.mark.parametrize("spoken", ["我局", "本单位", "全县", "各部门"])
def test_a_body_that_is_only_spoken_of_is_not_the_reporting_body(spoken: str) -> None:
    assert _header(f"现将{spoken}2022年政府信息公开工作情况报告如下。\n").organization is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "一、总体情况\n本机关认真做好各项工作。\n",
        "根据《中华人民共和国政府信息公开条例》（2019年修订）要求做好工作。\n",
        "按照国办发〔2014〕32号文件要求做好工作。\n",
        "发布日期：2025-01-20\n一、总体情况\n做好工作。\n",
    ],
)
def test_without_evidence_there_is_no_year(text: str) -> None:
    assert _header(text).report_year is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        pytest.param(
            "发布时间：2025年1月20日\n2024年，我局公开信息12条。\n", 2024, id="not the day of publication"
        ),
        pytest.param(
            "2024年，我局公开信息12条。\n2025年，我局将继续努力，计划开展培训。\n",
            2024,
            id="not the year to come",
        ),
        pytest.param(
            "统计期限自2024年1月1日起至2024年12月31日止。\n2023年，全市共有12家单位。\n",
            2024,
            id="reporting period",
        ),
        pytest.param(
            "《条例》自2008年5月1日起施行。\n2017年，我局公开信息12条。\n", 2017, id="not the year of the law"
        ),
        pytest.param(
            "依据《2020年政务公开工作要点》做好工作。\n2021年，我局公开信息12条。\n",
            2021,
            id="not a document's year",
        ),
    ],
)
def test_the_year_reported_on_is_told_from_other_years(text: str, year: int) -> None:
    assert _header(text).report_year == year


@pytest.mark.parametrize(("form", "year"), [("2019", 2020), ("2021", 2024)])
def test_between_two_equal_years_the_form_decides(form: str, year: int) -> None:
    assert _header("2024年，我局公开信息12条。\n2020年，我局公开信息12条。\n", form=form).report_year == year


def test_a_title_outweighs_the_form() -> None:
    header = _header("青石县水利局2024年政府信息公开工作年度报告\n", form="2019")
    assert header.report_year == 2024
