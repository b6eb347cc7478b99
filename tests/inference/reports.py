"""Records of one body over the years, made from a real one by changing what it says."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from inference.extract import to_record
from inference.reading import read
from models.record import Fact, NarrativeEvidence, Record, Span

COUNTY = Path(__file__).parents[2] / "examples" / "2021-county.html"
# The roll-forward and what is carried over hold from any of these reports to the next, until a test changes one.
LASTING = {
    "disclosure.normative_documents.issued": "2",
    "applications.carried_in.natural_person": "2",
    "applications.carried_in.total": "2",
}


@cache
def _county() -> Record:
    return to_record(read(COUNTY), None)


def _changed(fact: Fact, cells: Mapping[str, str | None]) -> Fact:
    if fact.id not in cells:
        return fact
    value = cells[fact.id]
    evidence = fact.evidence[0].model_copy(update={"value": value, "text": value or ""})
    return fact.model_copy(update={"value": value, "evidence": [evidence]})


def record(
    year: int | None, cells: Mapping[str, str | None] | None = None, *, organization: str | None = "岚川县人民政府",
    version: str = "", dropped: str = "-", figures: Mapping[str, str] | None = None, **document: object,
) -> Record:  # fmt: skip
    """The report of a county for a year.

    Args:
        year, organization: As read off the report.
        cells: Printed instead of what the example has; None for a blank.
        version: What tells several reports of a year apart.
        dropped: Cells whose ids begin so are not in the report.
        figures: Single-kind figures of the running text.
        document: Other fields of the document.
    """
    source = f"{organization}-{year}{version}.html"
    header = {"organization": organization, "report_year": year, "id": f"sha-{source}", "source": source}
    base = _county()
    facts = [_changed(f, LASTING | dict(cells or {})) for f in base.facts if not f.id.startswith(dropped)]
    facts += [_figure(label, value) for label, value in (figures or {}).items()]
    return base.model_copy(
        update={"document": base.document.model_copy(update=header | document), "facts": facts, "checks": []}
    )


def _figure(label: str, value: str) -> Fact:
    evidence = NarrativeEvidence(
        label=label, text=f"{value}条", value=value, unit="条", qualifier="exact", period="year", start=10,
        end=11 + len(value), sentence=Span(start=5, end=40), confidence=0.97,
    )  # fmt: skip
    return Fact(
        id=label, label=label, value=value, unit="条", period="year", qualifier="exact", confidence=0.97,
        status="stated", evidence=[evidence],
    )  # fmt: skip
