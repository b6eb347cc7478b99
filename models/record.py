"""The record: what comes out for one report, and the JSON contract with everyone downstream.

Offsets are 0-based, half open, in characters (Unicode code points) of the text as it was read:
`text[start:end]` is the evidence's `text`. Numbers are decimal strings, so that nothing is rounded.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Script = Literal["hans", "hant", "hans-glossed", "hant-glossed"]
Form = Literal["2021", "2019", "2014", "provincial", "none"]
Period = Literal["year", "cumulative", "prior", "part"]
Qualifier = Literal["exact", "at_least", "about", "at_most"]
Status = Literal["stated", "blank", "corroborated", "conflicting"]
Outcome = Literal["pass", "fail", "not_applicable"]
Confidence = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[int, Field(ge=0)]


class Model(BaseModel):
    """Base of every part of a record: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(Model):
    """Where the record comes from and what the report says of itself.

    None means that the report gives no evidence, never a guess.
    """

    id: str = Field(description="sha256 of the input bytes, hex")
    source: str = Field(description="path or URL as given")
    media_type: str
    encoding: str | None = Field(
        description="utf-8, gb18030, big5, utf-16-le or utf-16-be; None where the format has its own"
    )
    script: Script
    title: str | None
    organization: str | None = Field(description="the reporting body as printed, in simplified script")
    report_year: int | None = Field(description="the year reported on, not the year of publication")
    form: Form
    characters: int


class Span(Model):
    """A stretch of the text as it was read."""

    start: Offset
    end: Offset


class TableEvidence(Span):
    """A cell of a statistical table. `value` is None for a blank; its `text` is then empty or the mark printed."""

    kind: Literal["table"] = "table"
    table: str
    row: str
    column: str
    text: str
    value: str | None
    unit: str | None
    period: Period = "year"
    confidence: Confidence


class NarrativeEvidence(Span):
    """A figure in running text. The multiplier is in `value` (25万元 is 250000), not in `unit`."""

    kind: Literal["narrative"] = "narrative"
    label: str
    text: str
    value: str
    unit: str
    qualifier: Qualifier
    period: Period
    sentence: Span
    confidence: Confidence


Evidence = Annotated[TableEvidence | NarrativeEvidence, Field(discriminator="kind")]


class Fact(Model):
    """One quantity of one id and period, with everything in the text that states it."""

    id: str = Field(description="a cell id of the forms, or a narrative label")
    label: str
    value: str | None = Field(
        description="decimal string; None where the form has the cell and it was left blank"
    )
    unit: str | None
    period: Period
    qualifier: Qualifier
    confidence: Confidence
    status: Status
    evidence: list[Evidence]


class Check(Model):
    """One rule of arithmetic. `left` and `right` are None where a term is blank or missing."""

    id: str
    status: Outcome
    left: str | None
    right: str | None
    facts: list[str]
    message: str


class Warning(Model):
    """Something the program saw and could not use, with its place."""

    code: str
    message: str
    start: Offset = 0
    end: Offset = 0


class ModelInfo(Model):
    """What made the record. `name` is None when no model tagged the running text."""

    name: str | None
    version: str | None
    program_version: str


class Record(Model):
    """One report."""

    schema_version: Literal["1.0"] = "1.0"
    document: Document
    facts: list[Fact]
    checks: list[Check]
    warnings: list[Warning]
    model: ModelInfo
