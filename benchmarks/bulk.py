"""Reports a second in one batch with one worker and with two, and the memory of all its processes together.

    python benchmarks/bulk.py [--reports 10 100 1000] [--workers 1 2]

The reports are the examples with other numbers, so that no two are alike. Peak memory is the sum of the proportional
set sizes (Linux) of the program and its workers, read every 0.2 s.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLES = [p for p in sorted(Path("examples").iterdir()) if p.is_file()]


def make(folder: Path, count: int) -> None:
    """Write reports with numbers of their own in the running text; the tables stay as they are."""
    draw = random.Random(count)
    for i in range(count):
        source = EXAMPLES[i % len(EXAMPLES)]
        text = re.sub(
            r"(?<=[一-鿿])\d{2,4}(?=[条件次期])",
            lambda _: str(draw.randint(10, 9999)),
            source.read_text("utf-8"),
        )
        (folder / f"{i:05}{source.suffix}").write_text(text, "utf-8")


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in family(int(child)))]


def memory(pid: int) -> int:
    """Bytes that a family of processes holds, what they share counted once."""
    total = 0
    for each in family(pid):
        try:
            found = re.search(
                r"^Pss:\s+(\d+)", Path(f"/proc/{each}/smaps_rollup").read_text("ascii"), re.MULTILINE
            )
        except OSError:
            continue
        total += 1024 * int(found[1]) if found else 0
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args()
    program = Path(sys.executable).with_name("nianbao")
    first: dict[int, float] = {}
    for count in given.reports:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "in").mkdir()
            make(folder / "in", count)
            for workers in given.workers:
                command = [
                    program,
                    "extract",
                    folder / "in",
                    "--output",
                    folder / f"out{workers}",
                    "--workers",
                    str(workers),
                ]
                start, peak = time.perf_counter(), 0
                process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
                while process.poll() is None:
                    peak = max(peak, memory(process.pid))
                    time.sleep(0.2)
                rate = count / (time.perf_counter() - start)
                kept = rate / workers / first.setdefault(count, rate / workers)
                print(f"{count:6,} reports, {workers} workers: {rate:6.1f} a second, {kept:4.0%} of the first's for each worker,"
                      f" {peak >> 20:5,} MiB", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
