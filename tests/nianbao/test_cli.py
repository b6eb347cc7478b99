"""The command line: exit status, what goes to standard output, and that no input ends a batch."""

import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from models.record import Record
from nianbao.cli import app

REPORT = (
    "清河县水利局2023年政府信息公开工作年度报告\n一、总体情况\n2023年公开信息120条,收到申请3件。\n"
    "二、主动公开政府信息情况\n| 信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |\n| 规章 | 0 | 0 | 0 |\n"
    "| 行政规范性文件 | 5 | 1 | 9 |\n| 信息内容 | 本年处理决定数量 |\n| 行政许可 | 12 |\n| 行政处罚 | 4 |\n| 行政强制 | 0 |\n"
)
BAD = {
    "empty.txt": b"",
    "bars.txt": b"|\n|||\n|\n" * 50,
    "program.txt": b"\x7fELF" + bytes(range(256)) + bytes(2000) + bytes(range(255, -1, -1)),
    "zeros.txt": b"\x00" * 4000,
    "image.txt": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "report.pdf": b"%PDF-1.7\n",
    "empty.html": b"",
    "tags.html": b"<html><body></body></html>",
}
ODD = {
    "page.html": "<html><body><p>通知公告</p><a href='#'>首页</a></body></html>".encode(),
    "bar.md": "|---|---|\n会议".encode(),
    "half.html": b"<html><table><tr><td>1<td>" * 300,
    "gb.txt": REPORT.encode("gb18030"),
    "big.txt": ("行政許可決定數量為十二件," * 50).encode("big5"),
    "utf16.txt": REPORT.encode("utf-16"),
    "long.txt": ("一" * 200_000).encode(),
    "digits.txt": ("9" * 5000 + "件\n").encode(),
    "deep.html": b"<div>" * 150 + "规章 3 件".encode(),
}  # fmt: skip


@pytest.fixture
def reports(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(REPORT.replace("120", "12" + str(ord(name[0]))), "utf-8")
    return folder


@pytest.fixture
def run(tagger_folder):
    """Run the program; whatever it is given, it must not end in a traceback."""

    def invoke(*arguments, model=tagger_folder):
        result = CliRunner().invoke(app, [*map(str, arguments), *(["--model", str(model)] if model else [])])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return invoke


def records(text):
    return [Record.model_validate_json(line) for line in text.splitlines()]


def test_records_on_standard_output_and_only_they(run, reports):
    result = run("extract", reports / "a.txt", reports / "b.txt")
    assert result.exit_code == 0
    found = records(result.stdout)
    assert [r.document.source for r in found] == [str(reports / "a.txt"), str(reports / "b.txt")]
    assert found[0].document.form == "2021"
    assert found[0].model.name == "tiny"


def test_a_folder_and_a_pattern_give_the_same(run, reports):
    by_folder = run("extract", reports)
    assert by_folder.exit_code == 0
    assert len(records(by_folder.stdout)) == 2
    assert run("extract", reports / "*.txt").stdout == by_folder.stdout
    assert run("extract", reports, reports / "a.txt").stdout == by_folder.stdout


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_fails_and_the_rest_goes_on(run, reports, name):
    (reports / name).write_bytes(BAD[name])
    result = run("extract", reports / "a.txt", reports / name, reports / "b.txt")
    assert result.exit_code == 1
    assert len(records(result.stdout)) == 2
    assert name in result.stderr
    assert "internal" not in result.stderr


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_without_a_fault(run, reports, name):
    (reports / name).write_bytes(ODD[name])
    result = run("extract", reports / name, reports / "a.txt")
    assert result.exit_code == 0, result.stderr
    assert len(records(result.stdout)) == 2


def test_errors_file(run, reports, tmp_path):
    for name, data in BAD.items():
        (reports / name).write_bytes(data)
    output = tmp_path / "out"
    result = run(
        "extract", reports / "a.txt", *(reports / name for name in BAD), tmp_path / "no.txt", "-o", output
    )
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(records((output / "records.jsonl").read_text("utf-8"))) == 1
    errors = [json.loads(line) for line in (output / "errors.jsonl").read_text("utf-8").splitlines()]
    assert [e["source"] for e in errors] == [*(str(reports / name) for name in BAD), str(tmp_path / "no.txt")]
    codes = {e["source"].rsplit("/", 1)[1]: e["code"] for e in errors}
    assert codes["empty.txt"] == codes["bars.txt"] == codes["tags.html"] == codes["empty.html"] == "empty"
    assert (codes["report.pdf"], codes["image.txt"]) == ("damaged", "unsupported")
    assert codes["zeros.txt"] == codes["program.txt"] == "not_text"
    assert codes["no.txt"] == "not_found"
    assert all(e["message"] for e in errors)
    said = " ".join(result.stderr.split())
    assert "1 records in" in said and "9 failed" in said
    assert "failures: damaged 1, empty 4" in said


def test_texts(run, reports, tmp_path):
    output = tmp_path / "out"
    assert run("extract", reports, "--output", output, "--texts").exit_code == 0
    for record in records((output / "records.jsonl").read_text("utf-8")):
        text = (output / "texts" / f"{record.document.id}.txt").read_bytes().decode()
        for fact in record.facts:
            for evidence in fact.evidence:
                assert text[evidence.start : evidence.end] == evidence.text


def test_a_missing_path(run, tmp_path):
    result = run("extract", tmp_path / "nothing.txt")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "nothing.txt" in result.stderr


def test_a_pattern_that_matches_nothing(run, tmp_path):
    result = run("extract", tmp_path / "*.txt")
    assert result.exit_code == 1
    assert "*.txt" in result.stderr


def test_a_folder_without_reports(run, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"x")
    result = run("extract", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["extract"], ["extract", "a.txt", "--texts"], ["nothing"], ["extract", "a.txt", "--no"], ["show"]],
)
def test_bad_usage(run, arguments):
    result = run(*arguments, model=None)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


@pytest.mark.parametrize("command", ["extract", "show"])
def test_a_model_that_is_no_tagger_is_bad_usage(run, reports, tmp_path, command):
    (tmp_path / "tagger.json").write_text("{", "utf-8")
    for model in (tmp_path, tmp_path / "nowhere"):
        result = run(command, reports / "a.txt", model=model)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "tagger" in result.stderr


def test_show(run, reports):
    result = run("show", reports / "a.txt")
    assert result.exit_code == 0
    assert "清河县水利局" in result.stdout
    assert "行政许可" in result.stdout


def test_show_a_page(run, reports, tmp_path):
    told = run("show", reports / "a.txt", "--html")
    assert (told.exit_code, told.stdout[:15]) == (0, "<!doctype html>")
    assert '<html lang="zh-CN">' in told.stdout
    file = tmp_path / "page.html"
    kept = run("show", reports / "a.txt", "--output", file, "--lang", "en")
    assert (kept.exit_code, kept.stdout) == (0, "")
    assert '<html lang="en">' in file.read_text("utf-8")
    assert run("show", reports / "a.txt", "--output", tmp_path / "none" / "page.html").exit_code == 2
    assert run("show", reports / "a.txt", "--html", "--lang", "fr").exit_code == 2


def test_templates_are_loaded_for_pages_only():
    loaded = "import sys, nianbao.cli; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


@pytest.mark.parametrize("name", [*BAD, "nothing.txt", "."])
def test_show_says_what_is_wrong(run, reports, name):
    if name in BAD:
        (reports / name).write_bytes(BAD[name])
    result = run("show", reports / name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("nianbao: ")


@pytest.mark.parametrize("arguments", [["--help"], ["extract", "--help"], ["show", "--help"]])
def test_help(run, arguments):
    result = run(*arguments, model=None)
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_every_command_and_option_has_help():
    for command in app.registered_commands:
        assert command.callback and command.callback.__doc__
    text = re.sub(
        r"\x1b\[[0-9;]*m", "", CliRunner().invoke(app, ["extract", "--help"], env={"COLUMNS": "200"}).stdout
    )
    for option in ("--output", "--texts", "--model"):
        assert re.search(rf"{option}.*\w", text)
