"""The flat table: which rows and columns a record makes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.facts import (
    CHECKS,
    DOCUMENTS,
    FACTS,
    TABLES,
    best_evidence,
    dictionary,
    exact_number,
    tabulate,
)
from tests.inference.sinks.samples import FAILURES, ROOT, examples, expected, record


def test_the_columns_are_those_of_the_contract() -> None:
    contract = """document_id, source, organization, report_year, form, id, label, value, unit, period, qualifier,
                  confidence, status, start, end, text"""
    assert [column.name for column in FACTS.columns] == contract.replace(",", "").split()
    assert [c.name for c in CHECKS.columns] == ["document_id", "id", "status", "left", "right", "message"]


def test_every_fact_is_a_row_with_its_evidence() -> None:
    for one in examples():
        rows = expected([one], [])["facts"]
        for fact, row in zip(one.facts, rows, strict=True):
            [evidence] = fact.evidence
            head, said = row[:5], row[5:]
            document = one.document
            assert head == (
                document.id, document.source, document.organization, document.report_year, document.form
            )  # fmt: skip
            assert said == (
                fact.id, fact.label, fact.value, fact.unit, fact.period, fact.qualifier, fact.confidence,
                fact.status, evidence.start, evidence.end, evidence.text,
            )  # fmt: skip


def test_every_row_has_a_value_for_every_column_that_is_never_null() -> None:
    rows = expected([*examples(), record(value=None)], FAILURES)
    for table in TABLES:
        assert rows[table.name]
        for row in rows[table.name]:
            for column, value in zip(table.columns, row, strict=True):
                assert column.nullable or value is not None
                assert not column.values or value in column.values


def test_a_document_counts_what_it_holds() -> None:
    for one in examples():
        [row] = expected([one], [])["documents"]
        counts = dict(zip((c.name for c in DOCUMENTS.columns), row, strict=True))
        assert counts["facts"] == len(one.facts)
        assert counts["facts_blank"] == sum(fact.value is None for fact in one.facts)
        assert counts["checks_pass"] == sum(check.status == "pass" for check in one.checks)
        assert counts["warnings"] == len(one.warnings)


def test_the_best_evidence_reads_the_value_of_the_fact() -> None:
    fact = record().facts[0]
    assert [e.confidence for e in fact.evidence] == [0.999, 0.998]
    assert best_evidence(fact) == fact.evidence[1]
    surer = fact.evidence[1].model_copy(update={"confidence": 0.9985, "start": 1})
    same = surer.model_copy(update={"start": 3})
    assert best_evidence(fact.model_copy(update={"evidence": [*fact.evidence, surer, same]})) is surer
    assert best_evidence(fact.model_copy(update={"evidence": []})) is None


def test_records_are_read_one_at_a_time() -> None:
    seen: list[int] = []

    def records():
        for i in range(3):
            seen.append(i)
            yield record()

    rows = tabulate(records(), [])
    assert seen == []
    next(rows)
    assert seen == [0]


def test_a_file_name_that_is_no_utf8_can_be_written() -> None:
    rows = expected([], FAILURES)["errors"]
    assert rows[1] == ("bad\\udcff.txt", "missing", "bad\\udcff.txt")
    "".join(str(value) for row in rows for value in row).encode("utf-8")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("84", 84),
        ("-3", -3),
        ("160.5964", 160.5964),
        ("318.60", 318.6),
        ("0.10", 0.1),
        ("100000000000000", 10**14),
    ],
)
def test_a_decimal_becomes_a_number(value: str, number: float) -> None:
    assert exact_number(value) == number
    assert type(exact_number(value)) is type(number)


@pytest.mark.parametrize(
    "value", ["1234567890123456", "0.1234567890123456", "1e3", "", "８４", "nan", "1_000", "1."]
)
def test_what_would_be_rounded_or_is_no_decimal_stays(value: str) -> None:
    assert exact_number(value) == value


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_no_number_is_rounded(value: Decimal) -> None:
    assert Decimal(str(exact_number(format(value, "f")))) == value


def test_the_data_dictionary_is_up_to_date() -> None:
    assert (ROOT / "docs" / "data-dictionary.md").read_text("utf-8") == dictionary(), (
        "run: python -m inference.facts > docs/data-dictionary.md"
    )


def test_the_data_dictionary_has_every_column() -> None:
    text = dictionary()
    for table in TABLES:
        section = text.partition(f"\n## {table.name}\n")[2].partition("\n## ")[0]
        assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == [
            column.name for column in table.columns
        ]
