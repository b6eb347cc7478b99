"""Worker processes that read for many who ask at once, and for the jobs that wait in an archive."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from inference.engines.job import Done, Job, Limits
from inference.engines.worker import Start, Worker
from inference.extract import Failure
from inference.service.archive import Archive, Claim

_PAUSE = 2.0  # seconds until an archive that could not be written is tried again


class BusyError(Exception):
    """As many documents wait as may."""


class Pool:
    """Workers, and a queue before them that is only so long."""

    def __init__(
        self, start: Start, workers: int, limits: Limits, waiting: int, told: Callable[[Done], None]
    ) -> None:
        """Start the workers.

        Args:
            start, limits: As in `Worker`.
            workers: How many.
            waiting: Documents that may wait for one.
            told: Is given every result.

        Raises:
            Whatever `start` raises.
        """
        self._all = [Worker(start, limits, threads=True) for _ in range(workers)]
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in self._all:
            worker.ready()
            self._idle.put(worker)
        self.workers, self._told = workers, told
        self._threads = ThreadPoolExecutor(workers, "reader")
        self._places = threading.Semaphore(workers + waiting)

    def submit(self, job: Job) -> Future[Done]:
        """Have a document read.

        Raises:
            BusyError: The queue is full.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError
        future = self._threads.submit(self._read, job)
        future.add_done_callback(lambda _: self._places.release())
        return future

    def read(self, job: Job) -> Done:
        """Have a document read, however many wait, and wait for it; raises RuntimeError when the pool is closed."""
        return self._threads.submit(self._read, job).result()

    def _read(self, job: Job) -> Done:
        worker = self._idle.get()
        try:
            done = worker(job)
        except Exception as error:  # the worker cannot be started again; the next one to ask tries anew
            done = Done(job.source, None, failure=Failure(job.source, "internal", f"{job.source}: {error}"))
        finally:
            self._idle.put(worker)
        self._told(done)
        return done

    def close(self) -> None:
        """End the workers; what they read is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._all:
            worker.kill()


class Runner:
    """Threads that take the documents of jobs out of an archive, have them read, and put back what came of them."""

    def __init__(self, archive: Path, pool: Pool) -> None:
        """Take up what an earlier run left, and begin."""
        with Archive(archive, create=True) as opened:
            opened.recover()
        self._archive, self._pool = archive, pool
        self._changed = threading.Condition()
        self._stopped = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(pool.workers)]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that something waits."""
        with self._changed:
            self._changed.notify_all()

    def stop(self) -> None:
        """Take no more; what is being read waits for the next run."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _work(self) -> None:
        with Archive(self._archive) as archive:
            while claim := self._next(archive):
                try:
                    done = self._pool.read(claim.job)
                except RuntimeError:  # the pool is closed
                    return
                self._finish(archive, claim, done)

    def _next(self, archive: Archive) -> Claim | None:
        """What waits longest, as soon as something waits; None when it is over."""
        with self._changed:
            while not self._stopped:
                try:
                    if claim := archive.claim():
                        return claim
                    self._changed.wait()
                except sqlite3.OperationalError as error:
                    self._pause(error)
        return None

    def _finish(self, archive: Archive, claim: Claim, done: Done) -> None:
        """Put back what came of a document, as soon as the archive can be written."""
        while not self._stopped:
            try:
                archive.finish(claim, done)
            except sqlite3.OperationalError as error:
                self._pause(error)
            else:
                self.wake()  # what was an archive is many documents now
                return

    def _pause(self, error: sqlite3.OperationalError) -> None:
        logging.getLogger("nianbao").error("the archive cannot be written now: %s", error)
        with self._changed:
            self._changed.wait(_PAUSE)
