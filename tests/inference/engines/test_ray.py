"""On a Ray cluster of two nodes everything comes out as on this machine alone, to the byte."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inference.engines.job import Done, EngineError, Job, Limits, Reader
from inference.tagging import TaggerError
from nianbao.cli import app

ray = pytest.importorskip("ray", reason="needs pip install 'nianbao[ray]'")
pytestmark = pytest.mark.slow

from ray.cluster_utils import Cluster  # noqa: E402

from inference.engines.cluster import _Reading, run  # noqa: E402

PROGRAM = Path(sys.executable).with_name("nianbao")
ROOT = Path(__file__).parents[3]
LIMITS = Limits(seconds=3, memory=200 * 2**20)
REPORT = "清河县水利局2023年政府信息公开工作年度报告\n2023年公开信息{}条,收到申请3件。\n| 行政许可 | {} |\n| 行政处罚 | 4 |\n"


@pytest.fixture(scope="module", autouse=True)
def address() -> Iterator[str]:
    """Two nodes of one CPU each, so that two actors are on both; this process has joined them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_AUTH_MODE", "disabled")  # else Ray would leave a token in the home of who runs this
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        node = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
        cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
        cluster.add_node(**node)
        ray.init(cluster.address, log_to_driver=False)
        yield cluster.address
        ray.shutdown()
        cluster.shutdown()


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    for path in (ROOT / "examples").glob("*.*"):
        shutil.copy(path, folder)
    for i in range(12):
        (folder / f"{i:02}.txt").write_text(REPORT.format(i, i), "utf-8")
    (folder / "03.txt").write_bytes(b"")
    (folder / "05.html").write_bytes(b"\x89PNG\r\n\x1a\n")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for i in range(3):
            archive.writestr(f"区县/{i}.txt", REPORT.format(7, i))
    (folder / "none.zip").write_bytes(b"PK\x03\x04 and no more")
    return folder


def extract(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["extract", *map(str, arguments)])


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class Odd:
    """Reads jobs whose names say what becomes of their reader."""

    def __call__(self, job: Job) -> Done:
        kind = job.path.partition("-")[0]
        if kind == "slow":
            time.sleep(600)
        elif kind == "greedy":
            return Done(job.source, str(len(bytearray(2**30))))
        elif kind == "dead":
            os._exit(1)
        return Done(job.source, str(os.getpid()))


def test_results_come_in_order_whatever_happens_to_some() -> None:
    kinds = ["good", "slow", "good", "greedy", "good", "dead", "good", *["good"] * 20]
    jobs = [Job(f"{kind}-{i}") for i, kind in enumerate(kinds)]
    results = list(run(jobs, Odd, 2, LIMITS))
    assert [done.source for done in results] == [job.source for job in jobs]
    codes = [done.failure.code if done.failure else "good" for done in results]
    assert codes[:7] == ["good", "time_limit", "good", "memory_limit", "good", "memory_limit", "good"]
    assert set(codes[7:]) == {"good"}


class Patient:
    """Job 0 is done when job 1 is, which leaves a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, job: Job) -> Done:
        if job.path == "1":
            (self._folder / "1").touch()
        while not (self._folder / "1").exists():
            time.sleep(0.01)
        return Done(job.source, job.path)


def test_both_nodes_read(tmp_path: Path) -> None:
    results = list(run([Job("0"), Job("1")], functools.partial(Patient, tmp_path), None, Limits(seconds=120)))
    assert [done.sha256 for done in results] == ["0", "1"]


def test_more_actors_than_the_cluster_has_room_for_and_none_left_when_the_results_are_left() -> None:
    results = run([Job(f"good-{i}") for i in range(60)], Odd, 5, LIMITS)
    pid = int(next(results).sha256 or 0)
    os.kill(pid, 0)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        while True:
            os.kill(pid, 0)
            time.sleep(0.1)


def test_a_reader_that_cannot_begin_says_why(tmp_path: Path) -> None:
    with pytest.raises(TaggerError, match="holds no tagger"):
        list(run([Job("a")], functools.partial(Reader, tmp_path, "onnx", 1, LIMITS, False), 1, LIMITS))


def test_a_node_with_another_version_reads_nothing() -> None:
    problem = _Reading(Odd, LIMITS, ".", "another")._read(Job("good-1"))
    assert isinstance(problem, EngineError) and "another; they must agree" in str(problem)


def test_the_engine_does_not_show_and_one_goes_on_where_the_other_stopped(
    reports: Path, tmp_path: Path, tagger_folder: Path
) -> None:
    options = ["--model", tagger_folder, "--texts", "--output"]
    for engine in ("local", "ray"):
        result = extract(reports, "--engine", engine, *options, tmp_path / engine)
        assert result.exit_code == 1
        assert "19 records" in result.stderr and "damaged 1, empty 1, unsupported 1" in result.stderr
    expected = files(tmp_path / "local")
    assert files(tmp_path / "ray") == expected

    some = [reports / name for name in ("00.txt", "01.txt", "more.zip")]
    assert extract(*some, *options, tmp_path / "both").exit_code == 0
    result = extract(reports, "--engine", "ray", "--resume", *options, tmp_path / "both")
    assert "5 of an earlier run" in result.stderr
    assert files(tmp_path / "both") == expected


def test_relative_paths_and_urls_reach_the_nodes_and_nothing_but_records_is_said(
    reports: Path, tagger_folder: Path, address: str
) -> None:
    paths = ["reports/00.txt", f"file://{reports}/more.zip"]
    command = [PROGRAM, "extract", *paths, "--model", tagger_folder]
    said = [
        subprocess.run(
            [*command, *more], cwd=reports.parent, env={**os.environ, "RAY_ADDRESS": address}, capture_output=True
        )
        for more in ([], ["--engine", "ray"])
    ]  # fmt: skip
    assert said[0].stdout.count(b"\n") == 4
    assert [(s.returncode, s.stdout, s.stderr) for s in said] == [(0, said[0].stdout, b"")] * 2


def test_a_cluster_that_is_not_there(reports: Path) -> None:
    done = subprocess.run(
        [PROGRAM, "extract", reports, "--engine", "ray"],
        env={**os.environ, "RAY_ADDRESS": "127.0.0.1:1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.startswith("nianbao: there is no Ray cluster at 127.0.0.1:1: ")
    assert done.stderr.count("\n") == 1


def test_a_stop_by_the_user_ends_the_cluster_that_was_started_and_keeps_what_was_read(
    reports: Path, tmp_path: Path, tagger_folder: Path
) -> None:
    for i in range(20):
        (reports / f"w{i:02}.txt").write_text(REPORT.format(i, i), "utf-8")
    (reports / "z.txt").write_text(REPORT.format(1, 1) * 3000, "utf-8")  # takes longer than a signal
    options = ["--model", tagger_folder, "--max-seconds", "60", "--output"]
    command = [PROGRAM, "extract", reports, "--engine", "ray", "--workers", "1"]
    alone = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
    journal = tmp_path / "out" / "journal.jsonl"
    process = subprocess.Popen(
        [*command, *options, tmp_path / "out"], env=alone, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # fmt: skip
    while not journal.exists() or journal.read_bytes().count(b"\n") < 25:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to the whole group
    _, said = process.communicate()
    assert process.returncode == 130
    assert "--resume goes on from there" in said and "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        while True:
            os.killpg(process.pid, 0)
            time.sleep(0.1)

    result = extract(reports, *options, tmp_path / "out", "--resume")
    assert "of an earlier run" in result.stderr
    extract(reports, *options, tmp_path / "undisturbed")
    assert files(tmp_path / "out") == files(tmp_path / "undisturbed")
