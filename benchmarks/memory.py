"""Peak memory of `nianbao extract` on many reports.

    python benchmarks/memory.py [--reports 1000]

The reports are the samples, each under many names. Prints the peak resident size of the whole process and its time.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1000)
    count = parser.parse_args().reports
    samples = sorted(path for path in EXAMPLES.iterdir() if path.is_file())
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder) / "reports"
        reports.mkdir()
        for i in range(count):
            sample = samples[i % len(samples)]
            shutil.copy(sample, reports / f"{i:05}{sample.suffix}")
        command = "from nianbao.cli import app; app()"
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", command, "extract", str(reports), "--output", f"{folder}/out"], check=True
        )
        spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{count:,} reports: {peak:,.0f} MiB at most, {spent:.0f} s, {count / spent:.1f} reports a second")


if __name__ == "__main__":
    main()
