"""Time to answer of `nianbao serve` for one client and for many at once, and the memory of all its processes.

    python benchmarks/service.py [--clients 8] [--seconds 60] [--workers 2] [--reports FILE ...]

Every client posts one report after another (the examples, each client from another one on) to `/v1/extract`. One client alone is measured first, for a third
of the time. Memory is the sum of the proportional set sizes, read at a tenth of the time and at the end.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import httpx

from benchmarks.bulk import EXAMPLES, memory
from tests.servers import Server


async def client(
    address: str, reports: Sequence[Path], until: float, spent: list[float], failed: list[int]
) -> None:
    """Ask until a time; seconds of each answer, and the status of those that are none."""
    async with httpx.AsyncClient(base_url=address, timeout=60) as http:
        for path in cycle(reports):
            if time.perf_counter() > until:
                return
            began = time.perf_counter()
            response = await http.post("/v1/extract", files={"files": (path.name, path.read_bytes())})
            spent.append(time.perf_counter() - began)
            if response.status_code != 200:
                failed.append(response.status_code)


async def load(
    server: Server, reports: Sequence[Path], clients: int, seconds: float
) -> tuple[list[float], list[int], list[int]]:
    """Seconds of each answer, errors, and memory early and late."""
    spent: list[float] = []
    failed: list[int] = []
    until = time.perf_counter() + seconds
    asking = [
        asyncio.create_task(
            client(
                server.address,
                [*reports[i % len(reports) :], *reports[: i % len(reports)]],
                until,
                spent,
                failed,
            )
        )
        for i in range(clients)
    ]
    await asyncio.sleep(seconds / 10)
    held = [memory(server.process.pid)]
    await asyncio.gather(*asking)
    return spent, failed, [*held, memory(server.process.pid)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--reports", type=Path, nargs="+", default=EXAMPLES)
    given = parser.parse_args()
    reports = given.reports
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "s.db"
        with Server("serve", "--store", store, "--workers", given.workers, ready="/readyz") as server:
            asyncio.run(load(server, reports, given.clients, 2))  # every worker has read something
            alone, _, _ = asyncio.run(load(server, reports, 1, given.seconds / 3))
            many, failed, held = asyncio.run(load(server, reports, given.clients, given.seconds))
    median = statistics.median(alone)
    p95 = statistics.quantiles(many, n=20)[-1]
    print(f"1 client: median {median * 1000:.0f} ms, {len(alone) / given.seconds * 3:.1f} a second")
    print(f"{given.clients} clients: median {statistics.median(many) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms = {p95 / median:.1f} times"
          f" the single median, {len(many) / given.seconds:.1f} a second, {len(failed)} errors")  # fmt: skip
    print(f"memory: {held[0] >> 20} MiB early, {held[1] >> 20} MiB at the end")


if __name__ == "__main__":
    main()
