"""Documents read by processes of this machine."""

import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait

from inference.engines.job import Done, Job, Limits
from inference.engines.worker import Start, Worker

_AHEAD = 64  # results that may wait for one before them


def run(jobs: Sequence[Job], start: Start, workers: int | None, limits: Limits) -> Iterator[Done]:
    """One result for each job, in order.

    Args:
        jobs: What to read.
        start: Makes the reader, in each worker.
        workers: How many processes; one for each core if None.
        limits: Of each document; one that exceeds them is a failure and costs its worker.

    Raises:
        Whatever `start` raises.
    """
    count = max(1, min(workers or os.cpu_count() or 1, len(jobs)))
    threads = threading.active_count() > 1  # as file systems behind URLs have
    pool = [Worker(start, limits, threads=threads) for _ in range(count)]
    try:
        for worker in pool:
            worker.ready()
        yield from _in_order(jobs, pool)
    finally:
        for worker in pool:
            worker.kill()


def _in_order(jobs: Sequence[Job], pool: Sequence[Worker]) -> Iterator[Done]:
    waiting = deque(enumerate(jobs))
    done: dict[int, Done] = {}
    busy: dict[Worker, int] = {}
    at = 0
    while at < len(jobs):
        for worker in pool:
            if worker not in busy and waiting and waiting[0][0] < at + _AHEAD:
                busy[worker], job = waiting.popleft()
                worker.give(job)
        nearest = min(worker.deadline for worker in busy)
        wait([worker.pipe for worker in busy], max(0.0, nearest - time.monotonic()))
        for worker in list(busy):
            result = worker.take()
            if result is not None:
                done[busy.pop(worker)] = result
        while at in done:
            yield done.pop(at)
            at += 1
