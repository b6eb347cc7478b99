"""`nianbao evaluate` as a user runs it."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

pytest.importorskip("nervaluate")
pytest.importorskip("spacy")

from nianbao.cli import app

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXT = "全年收到政府信息公开申请192件。"
FIGURE = {"label": "applications.received", "value": "192", "unit": "件", "start": 12, "end": 16}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"text": TEXT, "figures": [FIGURE]}), "utf-8")
    return path


def test_documents_are_read_and_measured(tmp_path: Path) -> None:
    result = run("--gold", EXAMPLES / "gold", "--output", tmp_path, "--backend", "rules")
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["scores"]["cells.accuracy"]["value"] == 1
    assert report["scores"]["cells.exact_documents"]["value"] == 1
    assert 0.3 < report["scores"]["figures.f1"]["value"] < 1
    assert len(report["documents"]) == 5
    assert {s["value"] for s in report["slices"] if s["name"] == "form"} == {
        "2014",
        "2019",
        "2021",
        "provincial",
    }
    assert "report.html" in result.output
    assert "nianbao-patterns" in (tmp_path / "report.html").read_text("utf-8")


def test_records_of_before_give_the_same_as_reading_now(tmp_path: Path) -> None:
    records = tmp_path / "records"
    assert (
        CliRunner()
        .invoke(app, ["extract", str(EXAMPLES), "-o", str(records), "--backend", "rules"])
        .exit_code
        == 0
    )
    run("--gold", EXAMPLES / "gold", "--output", tmp_path / "now", "--backend", "rules")
    result = run(
        "--gold", EXAMPLES / "gold", "--output", tmp_path / "then", "--records", records / "records.jsonl"
    )
    assert result.exit_code == 0, result.output
    for suffix in ("json", "md", "html"):
        now, then = (
            (tmp_path / folder / f"report.{suffix}").read_text("utf-8") for folder in ("now", "then")
        )
        assert now == then


def test_a_metric_under_its_limit_fails_and_says_which(gold: Path, tmp_path: Path) -> None:
    arguments = ["--gold", gold, "--output", tmp_path, "--backend", "rules"]
    good = run(*arguments, "--fail-under", "figures.f1=0.99", "--fail-under", "figures.calibration.brier=0.5")
    assert good.exit_code == 0, good.output
    bad = run(
        *arguments, "--fail-under", "figures.calibration.brier=0.01", "--fail-under", "cells.accuracy=0.5"
    )
    assert bad.exit_code == 1
    assert "figures.calibration.brier is 0.0225, over 0.01" in bad.output
    assert "cells.accuracy was not measured" in bad.output
    assert (tmp_path / "report.html").exists()


def test_a_baseline_is_compared(gold: Path, tmp_path: Path) -> None:
    run("--gold", gold, "--output", tmp_path / "a", "--backend", "rules")
    result = run(
        "--gold",
        gold,
        "--output",
        tmp_path / "b",
        "--backend",
        "rules",
        "--baseline",
        tmp_path / "a" / "report.json",
    )
    assert result.exit_code == 0, result.output
    comparison = json.loads((tmp_path / "b" / "report.json").read_text("utf-8"))["comparison"]
    assert comparison["changes"]["figures.f1"]["after"] == 1
    assert comparison["broken"] == comparison["fixed"] == []


def test_what_cannot_be_used_is_told_in_one_sentence(gold: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"document": 1}\n', "utf-8")
    broken = tmp_path / "broken.jsonl"
    broken.write_text(json.dumps({"text": TEXT, "figures": [FIGURE | {"end": 99}]}), "utf-8")
    lone = tmp_path / "lone.gold.json"
    lone.write_text(json.dumps({"document": "nowhere.txt"}), "utf-8")
    base = ["--output", tmp_path / "out", "--backend", "rules"]
    for arguments, message in [
        (["--gold", tmp_path / "none"], "no such file"),
        (["--gold", broken], "broken.jsonl, line 1, figures[0]: 12 to 99 is no stretch"),
        (["--gold", EXAMPLES / "gold", "--output", broken], "File exists"),
        (["--gold", gold, "--seed", "-1"], "--seed"),
        (["--gold", gold, "--fail-under", "figures.f1=nan"], "METRIC=VALUE"),
        (["--gold", lone], "nowhere.txt: not found"),
        (["--gold", gold, "--baseline", broken], "no report of nianbao evaluate"),
        (["--gold", gold, "--model", tmp_path], "takes no model"),
        (["--gold", gold, "--fail-under", "f1=0.9"], "is no metric"),
        (["--gold", gold, "--fail-under", "figures.f1=high"], "METRIC=VALUE"),
    ]:
        result = run(*base, *arguments)
        assert result.exit_code == 2, arguments
        assert message in " ".join(result.output.split()), result.output
        assert not list((tmp_path / "out").glob("*")), arguments


def test_records_that_cannot_be_used_are_told_in_one_sentence(gold: Path, tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    extracted = CliRunner().invoke(app, ["extract", str(EXAMPLES / "2021-county.html"), "--backend", "rules"])
    good = json.loads(extracted.stdout)
    documents = ["--gold", EXAMPLES / "gold"]
    other = good | {"document": good["document"] | {"id": "0" * 64}}
    elsewhere = good | {"document": good["document"] | {"source": "elsewhere.html"}}
    fact = next(f for f in good["facts"] if f["evidence"][0]["kind"] == "table")
    fact = fact | {"evidence": [fact["evidence"][0] | {"value": "many"}]}
    for arguments, lines, message in [
        (["--gold", gold], [good], "a labelled passage has no record"),
        (documents, ["{"], "records.jsonl, line 1: Invalid JSON"),
        (documents, [{"document": 1}], "records.jsonl, line 1, document"),
        (documents, [good, good], "line 2: a second record of 2021-county.html"),
        (documents, [other], "2021-county.html was another file"),
        (documents, [elsewhere], "no record of a document of the gold"),
        (documents, [good | {"facts": [fact]}], "line 1: a value is no number"),
        ([*documents, "--backend", "rules"], [good], "takes no --model"),
    ]:
        text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        records.write_text(text, "utf-8")
        result = run(*arguments, "--records", records, "--output", tmp_path / "out")
        assert result.exit_code == 2, (message, result.output)
        assert message in " ".join(result.output.split()), result.output
    records.write_text(json.dumps(good), "utf-8")
    result = run(*documents, "--records", records, "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert sum(error["kind"] == "no record" for error in report["errors"]) == 4
