"""A process that reads documents, each under limits, so that a hostile file can stop nothing."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from inference.engines.job import Done, Job, Limits
from inference.extract import Failure
from inference.reading.office import LIMIT, STARTING

Start = Callable[[], Callable[[Job], Done]]  # makes, in a worker, what reads its jobs


class Worker:
    """A process that reads one job at a time; one that dies of a job is replaced by another.

    Attributes:
        pipe: Readable when there may be something to `take`.
        deadline: When the job in hand is given up, in seconds of `time.monotonic`.
    """

    def __init__(self, start: Start, limits: Limits, *, threads: bool = False) -> None:
        """Begin to load; `ready` waits for it.

        Args:
            start: Makes the reader.
            limits: Of each document.
            threads: Whether the process that asks has other threads.
        """
        self._start, self._limits = start, limits
        # Forking is a tenth of the cost of starting anew, but only Linux forks safely, and only without threads.
        method = "fork" if sys.platform == "linux" and not threads else "spawn"
        self._context: Any = multiprocessing.get_context(method)
        self._job = Job("")
        self.deadline = 0.0
        self._begin()

    def _begin(self) -> None:
        self.pipe: Connection
        self.pipe, theirs = self._context.Pipe()
        self._process: BaseProcess = self._context.Process(
            target=_work, args=(theirs, self.pipe, self._start, self._limits), daemon=True
        )
        self._process.start()
        theirs.close()

    def ready(self) -> None:
        """Wait until it has loaded what it needs.

        Raises:
            Whatever `start` raises.
        """
        try:
            problem = self.pipe.recv()
        except EOFError:
            raise RuntimeError(
                "a worker died while it loaded the tagger; is there too little memory?"
            ) from None
        if problem is not None:
            raise problem

    def give(self, job: Job) -> None:
        """Begin to read a document."""
        try:
            self.pipe.send(job)
        except OSError:  # it died while it had nothing to do
            self._again()
            self.pipe.send(job)
        self._job, self.deadline = job, time.monotonic() + self._limits.seconds

    def take(self) -> Done | None:
        """What the job in hand gave; None if it goes on."""
        source = self._job.source
        if self.pipe.poll():
            try:
                done: Done | None = self.pipe.recv()
            except (EOFError, OSError):
                why = f"{source} was given up: the process that read it died, most likely for want of memory"
                done = _failed(self._job, "memory_limit", why)
            if done is None:
                # LibreOffice begins; it has a limit of its own, within which it ends what it started.
                self.deadline += LIMIT
                return None
        elif time.monotonic() >= self.deadline:
            why = f"{source} was given up after {self._limits.seconds:g} s; --max-seconds gives it more"
            done = _failed(self._job, "time_limit", why)
        else:
            return None
        if done.failure and done.failure.code in ("memory_limit", "time_limit"):
            self._again()
        return done

    def _again(self) -> None:
        self.kill()
        self._begin()
        self.ready()

    def __call__(self, job: Job) -> Done:
        """Read a document and wait for it."""
        self.give(job)
        while (done := self.take()) is None:
            wait([self.pipe], max(0.0, self.deadline - time.monotonic()))
        return done

    def kill(self) -> None:
        """End it at once, with everything that it started."""
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform != "win32" and self._process.pid:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()
        self.pipe.close()


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
    STARTING.append(partial(pipe.send, None))
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(reader(job))
        except MemoryError:
            why = f"{job.source} was given up: it needs more than {limits.memory >> 20} MiB; --max-memory gives it more"
            pipe.send(_failed(job, "memory_limit", why))


def _limit_memory(more: int) -> None:
    if sys.platform != "linux":
        return
    import resource

    status = open("/proc/self/status", encoding="ascii").read()  # noqa: PTH123, SIM115
    now = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData"))
    resource.setrlimit(resource.RLIMIT_DATA, (now + more, now + more))
