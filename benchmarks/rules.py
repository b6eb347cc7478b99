"""How fast the rule part is (everything but the tagger), and how it grows with the length of a report.

    python benchmarks/rules.py [--rounds 20]

Prints milliseconds for reports of growing length, made by repeating the narrative of a sample report, and the
ratio of time to length against the shortest: 1.0 is linear.
"""

import argparse
import statistics
import time
from pathlib import Path

from inference.extract import to_record
from inference.reading import read_bytes

SAMPLE = Path(__file__).parent.parent / "examples" / "2019-bureau.txt"


def lengthened(text: str, characters: int) -> str:
    """The report with its first paragraphs repeated until it has about so many characters."""
    head = text[: text.index("二、")]
    return head * max(1, (characters - len(text)) // len(head) + 1) + text[len(head) :]


def milliseconds(text: str, rounds: int) -> float:
    """Median time of reading, normalising, tables, header, merging and checks."""
    data = text.encode("utf-8")
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        to_record(read_bytes(data, "sample.txt"), None)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    text = SAMPLE.read_text("utf-8")
    milliseconds(text, 2)  # loads data files and patterns
    base = None
    for characters in (5_000, 10_000, 20_000, 40_000, 80_000, 160_000):
        report = lengthened(text, characters)
        spent = milliseconds(report, rounds)
        rate = spent / len(report)
        base = base or rate
        print(
            f"{len(report):8,} characters  {spent:8.1f} ms  {rate / base:5.2f} of the shortest's time per character"
        )


if __name__ == "__main__":
    main()
