"""`nianbao check` as a user runs it, and its page in a browser."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from models.record import Record
from nianbao.check import check
from tests.inference.reports import COUNTY, record

CARRIED = "applications.carried_in.total"
app = typer.Typer()
app.command()(check)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def written(path: Path, *records: Record) -> Path:
    path.write_text("".join(f"{r.model_dump_json()}\n" for r in records), "utf-8")
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A folder as `nianbao extract` writes it, with a break, a gap and a file that could not be read."""
    folder = tmp_path / "out"
    folder.mkdir()
    name = "<script>alert(1)</script>[b]岚川县人民政府"
    records = [
        record(2020), record(2021, source=str(COUNTY)), record(2022, {CARRIED: "9"}, source="javascript:alert(1)"),
        record(2024, organization="江南省岚川县人民政府", source="https://example.org/2024.html"),
        record(2024, organization=name, title="<b>x</b>"),
    ]  # fmt: skip
    written(folder / "records.jsonl", *records)
    failure = {"source": "a<b>.pdf", "code": "unsupported", "message": "a<b>.pdf is a PDF"}
    (folder / "errors.jsonl").write_text(json.dumps(failure) + "\n", "utf-8")
    return folder


def test_a_batch_in_which_all_holds(tmp_path: Path) -> None:
    result = run(written(tmp_path / "r.jsonl", record(2021), record(2022)))
    assert result.exit_code == 0, result.output
    assert "跨年度 9 条相符,0 条不符,0 条不适用" in result.output


def test_missing_years_and_abnormal_changes_are_told_and_break_nothing(tmp_path: Path) -> None:
    cells = {"disclosure.fees.amount": "14326500"}
    result = run(written(tmp_path / "r.jsonl", record(2019), record(2021), record(2022, cells)))
    assert result.exit_code == 0, result.output
    assert "缺2020年报告" in result.output
    assert "疑似单位误用" in result.output


def test_a_break_is_told_with_both_documents(broken: Path) -> None:
    result = run(broken)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    at = next(i for i, line in enumerate(lines) if "years.carried.total" in line)
    assert "江南省岚川县人民政府  2021–2022" in lines[at]
    assert "2 ≠ 9" in lines[at]
    assert re.search(rf"2021 {re.escape(str(COUNTY))}:\d+-\d+ .*“2”", lines[at + 1])
    assert re.search(r"2022 javascript:alert\(1\):\d+-\d+ .*“9”", lines[at + 2])
    assert "a<b>.pdf is a PDF" in result.output


def test_a_broken_rule_within_a_report_is_told_with_its_numbers(tmp_path: Path) -> None:
    from inference.checks import check as rules

    report = record(2021, {"review_litigation.reconsideration.total": "9"})
    report = report.model_copy(update={"checks": rules(report.facts, "2021")})
    result = run(written(tmp_path / "r.jsonl", report))
    assert result.exit_code == 1
    told = next(
        line for line in result.output.splitlines() if "review_litigation.sum.reconsideration" in line
    )
    assert re.search(r"\d+( \+ \d+)* = \d+ ≠ 9|\d+ ≠ 9", told)


def test_checks_and_page_are_the_same_whatever_the_order(broken: Path, tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    lines = (broken / "records.jsonl").read_text("utf-8").splitlines(keepends=True)
    turned = tmp_path / "turned"
    shutil.copytree(broken, turned)
    (turned / "records.jsonl").write_text("".join(reversed(lines)), "utf-8")
    for folder in (broken, turned):
        assert run(folder, "--output", tmp_path / "audit" / folder.name).exit_code == 1
    for name in ("audit.html", "checks.jsonl"):
        one, other = (
            (tmp_path / "audit" / folder.name / name).read_text("utf-8") for folder in (broken, turned)
        )
        assert one == other
    checks = [json.loads(line) for line in one.splitlines()]
    assert len(checks) == 18
    (failed,) = [c for c in checks if c["status"] == "fail"]
    assert (failed["id"], failed["left"], failed["right"]) == ("years.carried.total", "2", "9")
    assert [d["year"] for d in failed["documents"]] == [2021, 2022]
    assert [e["text"] for e in failed["evidence"]] == ["2", "9"]


def test_what_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    good = record(2021).model_dump_json()
    bad = record(2022, {CARRIED: "many"}).model_dump_json()
    folder = tmp_path / "empty"
    folder.mkdir()
    for text, message in [
        (f"{good}\n{{", "r.jsonl, line 2: Invalid JSON"),
        (f'\n{good}\n{{"document": 1}}', "r.jsonl, line 3, document"),
        (bad, "r.jsonl, line 1: 'many' at"),
    ]:
        path = tmp_path / "r.jsonl"
        path.write_text(text, "utf-8")
        result = run(path, "--output", tmp_path / "audit")
        assert result.exit_code == 2, result.output
        assert message in result.output
        assert not (tmp_path / "audit").exists()
    (tmp_path / "r.jsonl").write_bytes(b"\xff\n")
    assert "line 1: no text in UTF-8" in run(tmp_path / "r.jsonl").output
    for missing in (tmp_path / "none", folder):
        result = run(missing)
        assert (result.exit_code, "No such file" in result.output) == (2, True)
    (folder / "records.jsonl").write_text(good, "utf-8")
    (folder / "errors.jsonl").write_text("{}\n", "utf-8")
    assert "errors.jsonl, line 1, source" in run(folder).output
    assert run().exit_code == 2


@pytest.fixture
def page(broken: Path, tmp_path: Path) -> Path:
    pytest.importorskip("jinja2")
    run(broken, "--output", tmp_path / "audit")
    return tmp_path / "audit" / "audit.html"


def test_the_page_escapes_all_and_links_to_files_and_the_web_alone(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "alert(1)</script>" not in text
    assert "<b>.pdf" not in text
    links = set(re.findall(r'href="([^#"][^"]*)"', text))
    assert links == {"https://example.org/2024.html", *(link for link in links if link.startswith("../"))}
    (local,) = [link for link in links if link.startswith("../")]
    assert (page.parent / local).resolve() == COUNTY
    assert not re.findall(r'\bsrc="|style="|\bon\w+="|@import|url\(', text)
    assert "default-src 'none'" in text


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_page_in_a_browser(page: Path, browser: Any, scheme: str, width: int) -> None:
    shown = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    problems: list[object] = []
    shown.on("pageerror", lambda error: problems.append(error))
    # A style or script that the policy of the page refuses is told on the console.
    shown.on("console", lambda message: problems.append(message.text))
    shown.on("request", lambda request: request.url.startswith("file:") or problems.append(request.url))
    shown.goto(page.as_uri())
    articles = shown.locator("#broken + .bad article:visible")
    before = articles.count()
    assert before
    shown.fill("#find", "岚川县")
    assert articles.count() == before
    shown.fill("#find", "水利局")
    assert articles.count() == 0
    assert shown.text_content("#left") == "0 of the findings listed here 所列中符合"
    shown.fill("#find", "")
    assert articles.count() == before
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    light = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(25, 25, 25)")
    shown.close()
    assert not problems
