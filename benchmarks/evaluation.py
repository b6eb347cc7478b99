"""How long `nianbao evaluate` takes on many documents that were read before.

    python benchmarks/evaluation.py [--documents 1000]

The documents are the samples, each under many names, read once by patterns. Prints the time and the peak memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from inference.extract import to_record
from inference.reading import read
from inference.tagging import load_tagger

EXAMPLES = Path(__file__).parent.parent / "examples"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    count = parser.parse_args().documents
    tagger = load_tagger(backend="rules")
    samples = [
        (
            json.loads((EXAMPLES / "gold" / f"{path.name}.gold.json").read_text("utf-8")),
            to_record(read(path), tagger).model_dump(mode="json"),
        )
        for path in sorted(EXAMPLES.iterdir())
        if path.is_file()
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "gold").mkdir()
        with (folder / "records.jsonl").open("w", encoding="utf-8") as records:
            for i in range(count):
                gold, record = samples[i % len(samples)]
                document = f"{i:05}-{gold['document']}"
                (folder / "gold" / f"{document}.gold.json").write_text(
                    json.dumps(gold | {"document": document})
                )
                record["document"]["source"] = document
                records.write(json.dumps(record) + "\n")
        command = [
            sys.executable,
            "-c",
            "from nianbao.cli import app; app()",
            "evaluate",
            "--gold",
            folder / "gold",
        ]
        start = time.perf_counter()
        subprocess.run(
            [*command, "--records", folder / "records.jsonl", "--output", folder / "out"], check=True
        )
        spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{count:,} documents: {spent:.0f} s, {peak:,.0f} MiB at most")


if __name__ == "__main__":
    main()
