"""Records made by hand, to be shown."""

from collections.abc import Sequence
from typing import Any

from models.record import (
    Check,
    Document,
    Evidence,
    Fact,
    ModelInfo,
    NarrativeEvidence,
    Record,
    Span,
    TableEvidence,
    Warning,
)


def cell(row: str, column: str, start: int, end: int, value: str | None = "1", **more: Any) -> TableEvidence:
    """A cell of the table of applications, if no other is given."""
    given = {"table": "applications", "text": value or "", "unit": "件", "confidence": 0.99} | more
    return TableEvidence(row=row, column=column, value=value, start=start, end=end, **given)


def figure(start: int, end: int, value: str = "1", **more: Any) -> NarrativeEvidence:
    """A number of trainings, if no other label is given."""
    given = {
        "label": "capacity.trainings", "text": f"{value}次", "unit": "次", "qualifier": "exact", "period": "year",
        "sentence": Span(start=start, end=end), "confidence": 0.99,
    }  # fmt: skip
    return NarrativeEvidence(value=value, start=start, end=end, **given | more)


def fact(*evidence: Evidence, **more: Any) -> Fact:
    """The fact that evidence supports, in the words of the first piece."""
    first = evidence[0]
    id = f"{first.table}.{first.row}.{first.column}" if first.kind == "table" else first.label
    status = "blank" if first.value is None else "stated"
    given = {
        "id": id, "label": id, "value": first.value, "unit": first.unit, "period": first.period,
        "qualifier": "exact", "confidence": first.confidence, "status": status, "evidence": list(evidence),
    }  # fmt: skip
    return Fact(**given | more)


def record(
    facts: Sequence[Fact], checks: Sequence[Check] = (), warnings: Sequence[Warning] = (), **document: Any
) -> Record:
    """A report on form 2021, if nothing else is said."""
    given = {
        "id": "sha", "source": "a.html", "media_type": "text/html", "encoding": None, "script": "hans",
        "title": "甲县2023年年报", "organization": "甲县", "report_year": 2023, "form": "2021", "characters": 0,
    }  # fmt: skip
    return Record(
        document=Document(**given | document),
        facts=list(facts),
        checks=list(checks),
        warnings=list(warnings),
        model=ModelInfo(name=None, version=None, program_version="1"),
    )
