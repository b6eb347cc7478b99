"""Documents read by actors of a Ray cluster."""

import logging
import math
import os
import pickle
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import ray
import ray.data

from inference.engines.job import Done, EngineError, Job, Limits
from inference.engines.worker import Start, Worker
from inference.extract import program_version

_SHARE = 0.9  # of a CPU for an actor; actors that hold every CPU of a cluster can make Ray Data wait forever
_TOGETHER = 8  # documents that travel together; fewer cost more messages, more are lost by a stop
_PATIENCE = 10  # seconds for a cluster to answer
_STORE = 512 * 2**20  # bytes of shared memory of a cluster started here, for results on their way


def run(jobs: Sequence[Job], start: Start, workers: int | None, limits: Limits) -> Iterator[Done]:
    """One result for each job, in order.

    The cluster is the one that this process has joined already, else the one that `RAY_ADDRESS` names, else one of this
    machine alone, which ends with the results. Its nodes need this program, and the files under the same paths.

    Args:
        jobs: What to read.
        start: Makes the reader, in each worker.
        workers: How many actors, each with a process for one document at a time; one for each CPU of the cluster if
            None. Where the cluster has room for fewer, these read, and others begin as room comes.
        limits: Of each document; one that exceeds them is a failure and costs its process.

    Raises:
        EngineError: There is no such cluster, or it failed.
        Whatever `start` raises.
    """
    with _joined(workers) as actors:
        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = context.print_on_execution_start = False
        together = min(_TOGETHER, math.ceil(len(jobs) / actors))
        rows = ray.data.from_items(
            [{"job": pickle.dumps(job)} for job in jobs], override_num_blocks=math.ceil(len(jobs) / together)
        ).map(
            _Reading,
            fn_constructor_args=(start, limits, str(Path.cwd()), program_version()),
            # No document waits behind another while an actor that has not begun yet could read it.
            compute=ray.data.ActorPoolStrategy(size=actors, max_tasks_in_flight_per_actor=1),
            num_cpus=_SHARE,
        )
        for row in rows.iter_rows():
            result = pickle.loads(row["result"])
            if isinstance(result, Exception):
                raise result
            yield result


class _Reading:
    """An actor: hands one job after another to a process of its own, so that no document can cost the actor."""

    def __init__(self, start: Start, limits: Limits, folder: str, version: str) -> None:
        # Relative paths mean what they mean to the one who asks; a node without that folder reads absolute ones.
        with suppress(OSError):
            os.chdir(folder)
        self._problem: Exception | None = None
        try:
            if program_version() != version:
                raise EngineError(
                    f"node {socket.gethostname()} has nianbao {program_version()}, this machine {version}; they must agree"
                )
            self._worker = Worker(start, limits, threads=True)
            self._worker.ready()
        except Exception as error:
            self._problem = error

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"result": pickle.dumps(self._read(pickle.loads(row["job"])))}

    def _read(self, job: Job) -> Done | Exception:
        """What it gave. Errors are results, for those that an actor raises reach nobody as they were."""
        if self._problem is None:
            try:
                return self._worker(job)
            except Exception as error:
                self._problem = error
        return self._problem


@contextmanager
def _joined(workers: int | None) -> Iterator[int]:
    """A cluster, and how many actors to start there; left at the end, and ended if it was started here."""
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # What happens in the cluster is printed to standard output, where records may go, and no option prevents it.
    ray._private.worker._worker_logs_enabled = False
    mine = not ray.is_initialized()
    try:
        if mine:
            _join(os.environ.get("RAY_ADDRESS") or "local", workers or os.cpu_count() or 1)
        cpus = int(ray.cluster_resources().get("CPU", 0))
        if not cpus:
            raise EngineError("the Ray cluster has no CPU to read with; add a node to it")
        yield workers or cpus
    except ray.exceptions.RayError as error:
        raise EngineError(f"the Ray cluster failed: {_sentence(error)}") from error
    finally:
        if mine:
            ray.shutdown()


def _join(address: str, workers: int) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    new = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": _STORE}
    host, _, port = address.rpartition(":")
    try:
        if port.isdigit() and "://" not in address:
            # Ray itself would ask for minutes.
            socket.create_connection((host.strip("[]"), int(port)), _PATIENCE).close()
        with _silence():
            ray.init(
                address,
                log_to_driver=False,
                logging_level=logging.CRITICAL,
                **(new if address == "local" else {}),
            )
    except Exception as error:
        raise EngineError(f"there is no Ray cluster at {address}: {_sentence(error)}") from error


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing on standard error: what the C++ part of Ray says as it begins heeds no setting."""
    kept = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _sentence(error: Exception) -> str:
    return str(error).strip().rpartition("\n")[2]
