"""How fast the annotation page is answered with many tasks in the store, half of them done.

    python benchmarks/annotation.py [--tasks 100000]

Prints the median and the 95th percentile of each request in milliseconds, client and server in one process.
"""

import argparse
import hashlib
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient
from httpx import Response

from annotations.items import GoldFigure
from annotations.service import create_app
from annotations.store import Store
from annotations.task import Answer, Document, NewTask, Suggestion

SENTENCE = "全年收到政府信息公开申请{}件,均已按期答复。\n"
A_DOCUMENT = 50  # tasks
ROUNDS = 200


def suggestion(at: int) -> Suggestion:
    """The number of a sentence that begins at a place."""
    figure = GoldFigure("applications.received", at + 12, at + 19, "1", "件", "exact", "year")
    return Suggestion((figure,), (0.9,), "tagger 1")


def fill(path: Path, count: int) -> None:
    """A store of reports with 50 tasks each; every second task is done."""
    with Store(path, create=True) as store:
        for first in range(0, count, A_DOCUMENT):
            lines = [SENTENCE.format(100_000 + n) for n in range(first, first + A_DOCUMENT)]
            text = "".join(lines)
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            id = store.add_document(Document(0, sha256, f"{first}.txt", text, None, 2023, "training"))
            size = len(lines[0])
            store.add_tasks(
                NewTask(id, at, at + size - 1, "random", suggestion=suggestion(at))
                for at in range(0, len(text), size)
            )
        for task in range(1, count, 2):
            store.annotate(task, f"annotator-{task % 3}", Answer("accept"), f"done-{task}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        fill(path, given.tasks)
        with TestClient(create_app(path)) as client:
            times: dict[str, list[float]] = {}

            def timed(name: str, send: Callable[[], Response]) -> Response:
                start = time.perf_counter()
                response = send()
                times.setdefault(name, []).append(1000 * (time.perf_counter() - start))
                return response.raise_for_status()

            for _ in range(ROUNDS):
                task = timed("next", lambda: client.get("/api/next?annotator=annotator-1")).json()["task"]
                figures = [{k: v for k, v in f.items() if k != "confidence"} for f in task["figures"]]
                body = {
                    "key": str(uuid.uuid4()),
                    "task": task["id"],
                    "annotator": "annotator-1",
                    "answer": "accept",
                }
                timed("answer", lambda: client.post("/api/answers", json=body | {"figures": figures}))  # noqa: B023
            for _ in range(ROUNDS):
                again = {"key": str(uuid.uuid4()), "annotator": "annotator-1"}
                timed("undo", lambda: client.post("/api/undo", json=again))  # noqa: B023
                timed("history", lambda: client.get("/api/history?annotator=annotator-1"))
                timed("disputes", lambda: client.get("/api/disputes"))
    print(f"{given.tasks:,} tasks")
    for name, taken in times.items():
        print(f"{name:10}{statistics.median(taken):8.1f} ms{statistics.quantiles(taken, n=20)[-1]:8.1f} ms")


if __name__ == "__main__":
    main()
