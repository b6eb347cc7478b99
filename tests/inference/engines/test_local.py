"""Workers give what a loop would give, in order, and none takes more than it may or stops the others."""

import functools
import os
import time
from pathlib import Path

import pytest

from inference.engines.job import Done, Job, Limits, Lister, Reader
from inference.engines.local import run
from inference.reading.office import STARTING
from inference.tagging import TaggerError

LIMITS = Limits(seconds=1.5, memory=200 * 2**20)


class Odd:
    """Reads jobs whose names say what becomes of their reader."""

    def __call__(self, job: Job) -> Done:
        kind = job.path.partition("-")[0]
        if kind == "slow":
            time.sleep(60)
        elif kind == "office":
            for tell in STARTING:
                tell()
            time.sleep(2 * LIMITS.seconds)
        elif kind == "greedy":
            return Done(job.source, str(len(bytearray(2**30))))
        elif kind == "dead":
            os._exit(1)
        return Done(job.source, str(os.getpid()))


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order_whatever_happens_to_some(workers: int) -> None:
    kinds = ["good", "slow", "good", "greedy", "good", "dead", "good"]
    jobs = [Job(f"{kind}-{i}") for i, kind in enumerate(kinds * 2)]
    results = list(run(jobs, Odd, workers, LIMITS))
    assert [done.source for done in results] == [job.source for job in jobs]
    codes = [done.failure.code if done.failure else "good" for done in results]
    assert codes == ["good", "time_limit", "good", "memory_limit", "good", "memory_limit", "good"] * 2
    assert all(done.failure.message.startswith(done.source) for done in results if done.failure)


def test_only_what_libreoffice_really_converts_has_a_minute_more() -> None:
    jobs = [Job("slow-named.doc"), Job("office-a.txt"), Job("good-1")]
    codes = [done.failure and done.failure.code for done in run(jobs, Odd, 1, LIMITS)]
    assert codes == ["time_limit", None, None]


class Patient:
    """Job 0 is done when all the others are; they leave a file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, job: Job) -> Done:
        if job.path != "0":
            (self._folder / job.path).touch()
        while job.path == "0" and len(list(self._folder.iterdir())) < 5:
            time.sleep(0.01)
        return Done(job.source, job.path)


def test_a_worker_that_is_done_does_not_wait_for_the_others(tmp_path: Path) -> None:
    jobs = [Job(str(i)) for i in range(6)]
    results = list(run(jobs, functools.partial(Patient, tmp_path), 2, Limits(seconds=60)))
    assert [done.sha256 for done in results] == ["0", "1", "2", "3", "4", "5"]


def test_no_worker_is_left_when_the_reader_of_the_results_stops() -> None:
    results = run([Job(f"good-{i}") for i in range(50)], Odd, 2, LIMITS)
    pid = int(next(results).sha256 or 0)
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_reader_that_cannot_begin_says_why(tmp_path: Path) -> None:
    with pytest.raises(TaggerError, match="holds no tagger"):
        list(run([Job("a")], functools.partial(Reader, tmp_path, "onnx", 1, LIMITS, False), 2, LIMITS))


def test_an_archive_is_listed_or_says_why_not(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and no more")
    (done,) = run([Job(str(tmp_path / "a.zip"))], functools.partial(Lister, LIMITS), 1, LIMITS)
    assert done.failure and done.failure.code == "damaged"
