"""Short ways to make evidence."""

from models.record import NarrativeEvidence, Span, TableEvidence


def cell(
    row: str, column: str, value: str | None, *, table: str = "applications", unit: str | None = "件",
    period: str = "year", confidence: float = 0.99, start: int = 0,
) -> tuple[str, str, TableEvidence]:  # fmt: skip
    """A cell as `merge` takes it."""
    text = value or ""
    evidence = TableEvidence.model_validate(
        {"table": table, "row": row, "column": column, "text": text, "value": value, "unit": unit, "period": period,
         "start": start, "end": start + len(text), "confidence": confidence}
    )  # fmt: skip
    one_column = table in ("national", "provincial")
    return f"{table}.{row}" if one_column else f"{table}.{row}.{column}", row, evidence


def figure(
    label: str, value: str, unit: str = "件", *, period: str = "year", qualifier: str = "exact",
    confidence: float = 0.9, start: int = 1000,
) -> NarrativeEvidence:  # fmt: skip
    """A figure of the running text."""
    text = value + unit
    return NarrativeEvidence.model_validate(
        {"label": label, "text": text, "value": value, "unit": unit, "qualifier": qualifier, "period": period,
         "start": start, "end": start + len(text), "confidence": confidence,
         "sentence": Span(start=start, end=start + len(text) + 1)}
    )  # fmt: skip
