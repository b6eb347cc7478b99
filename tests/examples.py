"""The sample reports and what is known of them."""

import json
from pathlib import Path
from typing import Any

from models.record import Record, TableEvidence

EXAMPLES = Path(__file__).parents[1] / "examples"
REPORTS = sorted(p for p in EXAMPLES.iterdir() if p.is_file())


def gold_of(path: Path) -> Any:
    """The gold of a sample report."""
    return json.loads((EXAMPLES / "gold" / f"{path.name}.gold.json").read_text("utf-8"))


def assert_agrees(record: Record, gold: Any) -> None:
    """Every cell, the header and every rule of the form as in the gold, whatever the tagger does."""
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
