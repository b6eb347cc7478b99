"""Records and failures for the tests of the sinks."""

from functools import cache
from pathlib import Path

from inference.extract import Failure, find_inputs, to_record
from inference.facts import TABLES, Row, tabulate
from inference.reading import read
from models.record import (
    Check,
    Document,
    Fact,
    ModelInfo,
    NarrativeEvidence,
    Record,
    Span,
    TableEvidence,
    Warning,
)

ROOT = Path(__file__).parents[3]
FAILURES = [
    Failure("乙.txt", "empty", "乙.txt holds no text"),
    Failure("bad\udcff.txt", "missing", "bad\udcff.txt"),
]


@cache
def examples() -> tuple[Record, ...]:
    """The records of the examples, without a tagger."""
    return tuple(to_record(read(path), None) for path in find_inputs([str(ROOT / "examples")]))


def record(text: str = "84", value: str | None = "84") -> Record:
    """A record of two facts, one of them conflicting and with two pieces of evidence, that holds a text all over."""
    cell = TableEvidence(
        table="applications", row="total", column="total", text=text, value=value, unit="件", start=2, end=4,
        confidence=0.998,
    )  # fmt: skip
    figure = NarrativeEvidence(
        label="applications.received", text="87件", value="87", unit="件", qualifier="exact", period="year",
        start=10, end=13, sentence=Span(start=5, end=20), confidence=0.999,
    )  # fmt: skip
    fact = Fact(
        id="applications.total.total", label=text, value=value, unit="件", period="year", qualifier="exact",
        confidence=0.5, status="conflicting", evidence=[figure, cell],
    )  # fmt: skip
    bare = fact.model_copy(update={"status": "stated", "unit": None, "evidence": []})
    document = Document(
        id="0" * 64, source=text, media_type="text/plain", encoding=None, script="hans", title=text,
        organization=text, report_year=None, form="none", characters=5,
    )  # fmt: skip
    return Record(
        document=document,
        facts=[fact, bare],
        checks=[
            Check(id="a", status="fail", left=value, right="-3.50", facts=[], message=text),
            Check(id="b", status="pass", left="1", right="1", facts=[], message="m"),
        ],
        warnings=[Warning(code="c", message=text, start=1, end=2)],
        model=ModelInfo(name=None, version=None, program_version="0"),
    )


def expected(records: list[Record], failures: list[Failure]) -> dict[str, list[Row]]:
    """The rows of every table."""
    rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}
    for table, some in tabulate(records, failures):
        rows[table.name] += some
    return rows
