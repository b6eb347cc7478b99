"""Documents read by processes of this machine, each under limits, so that a hostile file can stop nothing."""

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from inference.engines.job import Done, Job
from inference.extract import Failure
from inference.reading.office import LIMIT

# Forking is a tenth of the cost of starting anew, but only Linux forks safely, and only without other threads.
_CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
Start = Callable[[], Callable[[Job], Done]]  # makes, in a worker, what reads its jobs
CONVERTED = frozenset({".doc", ".wps", ".rtf", ".odt", ".xls", ".xlsx", ".et", ".ods"})  # by LibreOffice
_AHEAD = 64  # results that may wait for one before them


@dataclass(frozen=True)
class Limits:
    """What one document may take.

    Attributes:
        seconds: Of wall-clock time; what LibreOffice converts has a minute more.
        memory: Bytes, beyond what a worker has when it begins; not held where the system cannot (Windows, macOS).
    """

    seconds: float = 7.0
    memory: int = 700 * 2**20


class _Worker:
    """A process that reads one job at a time."""

    def __init__(self, start: Start, limits: Limits) -> None:
        self.pipe: Connection
        self.pipe, theirs = _CONTEXT.Pipe()
        self._process: BaseProcess = _CONTEXT.Process(
            target=_work, args=(theirs, self.pipe, start, limits), daemon=True
        )
        self._process.start()
        theirs.close()
        self.index: int | None = None
        self.job = Job("")
        self.deadline = 0.0

    def give(self, index: int, job: Job, seconds: float) -> None:
        # LibreOffice has a limit of its own, within which it ends what it started.
        seconds += LIMIT if Path(job.member or job.path).suffix.lower() in CONVERTED else 0
        self.index, self.job, self.deadline = index, job, time.monotonic() + seconds
        self.pipe.send(job)

    def kill(self) -> None:
        # The whole group: a converter that it started dies with it.
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform != "win32" and self._process.pid:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()
        self.pipe.close()


def run(jobs: Sequence[Job], start: Start, workers: int, limits: Limits) -> Iterator[Done]:
    """One result for each job, in order.

    Args:
        jobs: What to read.
        start: Makes the reader, in each worker.
        workers: How many processes.
        limits: Of each document; one that exceeds them is a failure and costs its worker.

    Raises:
        Whatever `start` raises.
    """
    pool = [_Worker(start, limits) for _ in range(max(1, min(workers, len(jobs))))]
    try:
        for worker in pool:
            _ready(worker)
        yield from _in_order(jobs, pool, start, limits)
    finally:
        for worker in pool:
            worker.kill()


def _ready(worker: _Worker) -> None:
    """Wait until a worker has loaded what it needs."""
    try:
        problem = worker.pipe.recv()
    except EOFError:
        raise RuntimeError("a worker died while it loaded the tagger; is there too little memory?") from None
    if problem is not None:
        raise problem


def _in_order(jobs: Sequence[Job], pool: list[_Worker], start: Start, limits: Limits) -> Iterator[Done]:
    waiting = deque(enumerate(jobs))
    done: dict[int, Done] = {}
    at = 0
    while at < len(jobs):
        for worker in pool:
            if worker.index is None and waiting and waiting[0][0] < at + _AHEAD:
                worker.give(*waiting.popleft(), limits.seconds)
        busy = [worker for worker in pool if worker.index is not None]
        nearest = min(worker.deadline for worker in busy)
        wait([worker.pipe for worker in busy], max(0.0, nearest - time.monotonic()))
        for worker in busy:
            result, alive = _result(worker, limits)
            if result is None or worker.index is None:
                continue
            done[worker.index] = result
            worker.index = None
            if not alive:
                worker.kill()
                pool[pool.index(worker)] = fresh = _Worker(start, limits)
                _ready(fresh)
        while at in done:
            yield done.pop(at)
            at += 1


def _result(worker: _Worker, limits: Limits) -> tuple[Done | None, bool]:
    """What a busy worker has to give, None if nothing yet, and whether it goes on."""
    job = worker.job
    if worker.pipe.poll():
        try:
            result: Done = worker.pipe.recv()
        except (EOFError, OSError):
            message = (
                f"{job.source} was given up: the process that read it died, most likely for want of memory"
            )
            return _failed(job, "memory_limit", message), False
        return result, result.failure is None or result.failure.code != "memory_limit"
    if time.monotonic() >= worker.deadline:
        message = f"{job.source} was given up after {limits.seconds:g} s; --max-seconds gives it more"
        return _failed(job, "time_limit", message), False
    return None, True


def _failed(job: Job, code: str, message: str) -> Done:
    return Done(job.source, None, failure=Failure(job.source, code, message))


def _work(pipe: Connection, theirs: Connection, start: Start, limits: Limits) -> None:
    """The life of a worker: load, say so, then read what it is given until nobody asks any more."""
    theirs.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started it decides when it ends
    if sys.platform != "win32":
        os.setsid()
    try:
        reader = start()
        _limit_memory(limits.memory)
    except Exception as error:
        pipe.send(error)
        return
    pipe.send(None)
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(reader(job))
        except MemoryError:
            message = f"{job.source} was given up: it needs more than {limits.memory >> 20} MiB; --max-memory gives it more"
            pipe.send(_failed(job, "memory_limit", message))


def _limit_memory(more: int) -> None:
    if sys.platform != "linux":
        return
    import resource

    status = open("/proc/self/status", encoding="ascii").read()  # noqa: PTH123, SIM115
    now = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData"))
    resource.setrlimit(resource.RLIMIT_DATA, (now + more, now + more))
