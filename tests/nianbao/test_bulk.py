"""`nianbao extract` in bulk: archives, any number of workers, stopped and resumed, always the same bytes."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from models.record import Record
from nianbao.cli import app

PROGRAM = Path(sys.executable).with_name("nianbao")
EXAMPLES = Path(__file__).parents[2] / "examples"
REPORT = "清河县水利局2023年政府信息公开工作年度报告\n2023年公开信息{}条,收到申请3件。\n| 行政许可 | {} |\n| 行政处罚 | 4 |\n"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    for i in range(40):
        (folder / f"{i:02}.txt").write_text(REPORT.format(i, i) * (1 + i % 4), "utf-8")
    (folder / "13.txt").write_bytes(b"")
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["extract", *map(str, arguments)])


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_number_of_workers_does_not_show(reports: Path, tmp_path: Path, tagger_folder: Path) -> None:
    found = []
    for workers in (1, 3):
        output = tmp_path / str(workers)
        result = run(reports, "-o", output, "--workers", workers, "--texts", "--model", tagger_folder)
        assert result.exit_code == 1, "13.txt is empty"
        assert "39 records" in result.stderr and "failures: empty 1" in result.stderr
        found.append(files(output))
    assert found[0] == found[1]
    assert len(found[0]) == 3 + 39
    streamed = run(reports, "--workers", 3, "--model", tagger_folder)
    assert streamed.stdout.encode() == found[0]["records.jsonl"]


def test_killed_at_random_moments_and_resumed_it_ends_the_same(
    reports: Path, tmp_path: Path, tagger_folder: Path
) -> None:
    command = [PROGRAM, "extract", reports, "--workers", "2", "--model", tagger_folder, "--texts", "--output"]
    began = time.monotonic()
    subprocess.run([*command, tmp_path / "whole"], stderr=subprocess.DEVNULL, check=False)
    whole = time.monotonic() - began
    draw = random.Random(5)
    for _ in range(10):
        process = subprocess.Popen(
            [*command, tmp_path / "killed", "--resume"], stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(draw.uniform(0, whole))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        (reports / "20.txt").write_text(REPORT.format(999, 1) + " " * draw.randrange(9), "utf-8")
    subprocess.run([*command, tmp_path / "killed", "--resume"], stderr=subprocess.DEVNULL, check=False)
    subprocess.run([*command, tmp_path / "undisturbed"], stderr=subprocess.DEVNULL, check=False)
    expected, found = files(tmp_path / "undisturbed"), files(tmp_path / "killed")
    texts = {name for name in found if name.startswith("texts/")} - set(expected)
    assert {name: found[name] for name in found if name not in texts} == expected


def test_an_archive_is_as_many_documents_as_are_in_it(tmp_path: Path, tagger_folder: Path) -> None:
    archive = tmp_path / "reports.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for path in sorted(EXAMPLES.glob("2021-*")):
            z.write(path, f"区县/{path.name}")
        z.writestr("../../outside.txt", REPORT.format(1, 1))
        z.writestr("区县/empty.txt", "")
        z.writestr("__MACOSX/._a.txt", "x")
        z.writestr("picture.jpg", "x")
    before = sorted(tmp_path.rglob("*"))
    output = tmp_path / "out"
    result = run(archive, "-o", output, "--model", tagger_folder)
    assert result.exit_code == 1
    records = [
        Record.model_validate_json(line)
        for line in (output / "records.jsonl").read_text("utf-8").splitlines()
    ]
    assert [r.document.source for r in records] == [
        f"{archive}!/{name}"
        for name in ("区县/2021-county.html", "区县/2021-traditional-glossed.txt", "../../outside.txt")
    ]
    (error,) = (json.loads(line) for line in (output / "errors.jsonl").read_text("utf-8").splitlines())
    assert (error["source"], error["code"]) == (f"{archive}!/区县/empty.txt", "empty")
    assert [p for p in sorted(tmp_path.rglob("*")) if output not in p.parents and p != output] == before


def test_a_bomb_in_an_archive_is_not_unpacked(tmp_path: Path, tagger_folder: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("bomb.txt", bytes(200 * 2**20))
        z.writestr("good.txt", REPORT.format(1, 1))
    (tmp_path / "broken.zip").write_bytes((tmp_path / "bomb.zip").read_bytes()[:1000])
    result = run(tmp_path / "bomb.zip", tmp_path / "broken.zip", "--model", tagger_folder)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "too_large: " in result.stderr and "damaged: " in result.stderr


def test_limits_are_the_user_s(tmp_path: Path, tagger_folder: Path) -> None:
    (tmp_path / "large.txt").write_text("件" * 400_000, "utf-8")
    shutil.copy(EXAMPLES / "2021-county.html", tmp_path)
    result = run(tmp_path, "--max-size", 1, "--model", tagger_folder)
    assert "too_large" in result.stderr and len(result.stdout.splitlines()) == 1
    assert run(tmp_path, "--model", tagger_folder).exit_code == 0
    pdf = EXAMPLES.parent / "tests" / "data" / "pdf" / "2021-county.libreoffice.pdf"
    assert "too_large" in run(pdf, "--max-pages", 1, "--model", tagger_folder).stderr
    assert run(pdf, "--model", tagger_folder).exit_code == 0


def test_a_stop_by_the_user_keeps_what_was_read(reports: Path, tmp_path: Path, tagger_folder: Path) -> None:
    output = tmp_path / "out"
    (reports / "99.txt").write_text(REPORT.format(1, 1) * 3000, "utf-8")  # takes longer than a signal
    command = [PROGRAM, "extract", reports, "--workers", "1", "--model", tagger_folder, "--output", output]
    command += ["--max-seconds", "60"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    journal = output / "journal.jsonl"
    while not journal.exists() or journal.read_bytes().count(b"\n") < 40:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "--resume goes on from there" in said and "Traceback" not in said
    result = run(*command[2:], "--resume")
    assert "of an earlier run" in result.stderr


def test_an_engine_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(REPORT.format(1, 1), "utf-8")
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "inference.engines.cluster", raising=False)
    monkeypatch.delattr("inference.engines.cluster", raising=False)
    result = run(tmp_path, "--engine", "ray")
    assert result.exit_code == 2
    assert result.stderr == "nianbao: --engine ray needs ray; install it with: pip install 'nianbao[ray]'\n"


def test_tables_come_beside_the_records_and_excel_can_read_them(tmp_path: Path, tagger_folder: Path) -> None:
    county = EXAMPLES / "2021-county.html"
    for options, start in (((), b"document_id"), (("--bom",), b"\xef\xbb\xbfdocument_id")):
        result = run(county, "-o", tmp_path, "--format", "csv", "--model", tagger_folder, *options)
        assert result.exit_code == 0 and "facts.csv" in result.stderr
        assert (tmp_path / "facts.csv").read_bytes().startswith(start)
    assert run(county, "-o", tmp_path, "--bom").exit_code == 2
