"""The record as a contract: what it takes, what it refuses, what its JSON looks like."""

import json

import pytest
from pydantic import ValidationError

from models.record import Check, Document, Fact, ModelInfo, NarrativeEvidence, Record, Span, TableEvidence

DOCUMENT = Document(
    id="0" * 64, source="a.txt", media_type="text/plain", encoding="utf-8", script="hans", title=None,
    organization=None, report_year=None, form="2021", characters=5,
)  # fmt: skip
CELL = TableEvidence(
    table="applications", row="total", column="total", text="84", value="84", unit="件", start=2, end=4,
    confidence=0.998,
)  # fmt: skip
FIGURE = NarrativeEvidence(
    label="applications.received", text="87件", value="87", unit="件", qualifier="exact", period="year",
    start=10, end=13, sentence=Span(start=5, end=20), confidence=0.96,
)  # fmt: skip
FACT = Fact(
    id="applications.total.total", label="总计", value="84", unit="件", period="year", qualifier="exact",
    confidence=0.99, status="stated", evidence=[CELL, FIGURE],
)  # fmt: skip
RECORD = Record(
    document=DOCUMENT,
    facts=[FACT],
    checks=[Check(id="a", status="pass", left="1", right="1", facts=["x"], message="m")],
    warnings=[],
    model=ModelInfo(name=None, version=None, program_version="0"),
)


def test_round_trip_keeps_the_kind_of_evidence():
    again = Record.model_validate_json(RECORD.model_dump_json())
    assert again == RECORD
    assert [type(e) for e in again.facts[0].evidence] == [TableEvidence, NarrativeEvidence]


def test_json_has_the_fields_of_the_contract():
    data = json.loads(RECORD.model_dump_json())
    assert data["schema_version"] == "1.0"
    assert list(data) == ["schema_version", "document", "facts", "checks", "warnings", "model"]
    assert data["facts"][0]["value"] == "84"
    table, narrative = data["facts"][0]["evidence"]
    assert table["kind"] == "table" and narrative["kind"] == "narrative"
    assert {"text", "value", "unit", "period", "start", "end", "confidence"} <= set(table) & set(narrative)


def test_a_record_cannot_be_changed():
    with pytest.raises(ValidationError):
        RECORD.facts[0].value = "85"


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1}, {"confidence": 1.2}, {"confidence": -0.1}, {"start": -1}, {"value": 84},
        {"period": "month"}, {"kind": "guess"},
    ],
)  # fmt: skip
def test_what_is_no_evidence_is_refused(change):
    with pytest.raises(ValidationError):
        TableEvidence.model_validate({**CELL.model_dump(), **change})


@pytest.mark.parametrize("change", [{"form": "2020"}, {"script": "latin"}, {"id": None}])
def test_what_is_no_document_is_refused(change):
    with pytest.raises(ValidationError):
        Document.model_validate({**DOCUMENT.model_dump(), **change})


def test_a_figure_always_has_a_value_and_a_cell_may_be_blank():
    assert TableEvidence.model_validate({**CELL.model_dump(), "value": None, "text": ""}).value is None
    with pytest.raises(ValidationError):
        NarrativeEvidence.model_validate({**FIGURE.model_dump(), "value": None})


def test_the_schema_describes_every_part():
    schema = Record.model_json_schema()
    assert set(schema["required"]) == {"document", "facts", "checks", "warnings", "model"}
    assert {"Document", "Fact", "TableEvidence", "NarrativeEvidence", "Check", "Warning"} <= set(
        schema["$defs"]
    )
    assert all(part["additionalProperties"] is False for part in schema["$defs"].values())
