"""The sample reports read as their gold says: every cell, header and arithmetic check, whatever the tagger does."""

import json
from pathlib import Path

import pytest

from inference.extract import to_record
from inference.reading import read
from models.record import TableEvidence

EXAMPLES = Path(__file__).parents[1] / "examples"
REPORTS = sorted(p for p in EXAMPLES.iterdir() if p.is_file())


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_tables_header_and_checks(path: Path) -> None:
    gold = json.loads((EXAMPLES / "gold" / f"{path.name}.gold.json").read_text("utf-8"))
    record = to_record(read(path), None)
    cells = {
        fact.id + ("@cumulative" if fact.period == "cumulative" else ""): fact.value
        for fact in record.facts
        if any(isinstance(e, TableEvidence) for e in fact.evidence)
    }
    assert cells == gold["cells"]
    document = record.document
    assert (document.form, document.report_year, document.organization) == (
        gold["form"], gold["report_year"], gold["organization"],
    )  # fmt: skip
    failed = {c.id for c in record.checks if c.status == "fail"}
    assert failed == {c for c in gold["checks_failed"] if not c.startswith("narrative.")}
