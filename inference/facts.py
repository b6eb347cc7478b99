"""Records as flat tables: their columns and rows, whatever file they end up in."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args

from inference.extract import Failure
from models.record import (
    Check,
    Document,
    Evidence,
    Fact,
    Model,
    ModelInfo,
    Outcome,
    Record,
    Status,
    Warning,
)

Kind = Literal["text", "integer", "real", "decimal"]
Value = str | int | float | None
Row = tuple[Value, ...]

_KINDS: dict[str, Kind] = {"string": "text", "integer": "integer", "number": "real"}
_PLAIN_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SAFE_DIGITS = 15  # a double holds every decimal of 15 digits, and Excel keeps no more


@dataclass(frozen=True)
class Column:
    """One column of a flat table.

    Attributes:
        name: As in the file.
        kind: What its values are; a decimal is a decimal string of any length.
        meaning: One phrase of Markdown for the data dictionary.
        values: The only values it has; empty if they are open.
        nullable: Whether a row may have none.
    """

    name: str
    kind: Kind
    meaning: str
    values: tuple[str, ...] = ()
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One flat table: its name, what a row of it is, and its columns in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    def places(self, kind: Kind) -> tuple[int, ...]:
        """The positions of the columns of a kind."""
        return tuple(i for i, column in enumerate(self.columns) if column.kind == kind)


@cache
def _schema(model: type[Model]) -> Any:
    """The JSON Schema of each field of a model."""
    return model.model_json_schema()["properties"]


def _column(
    model: type[Model], field: str, meaning: str = "", *, name: str = "", kind: Kind | None = None
) -> Column:
    """The column that holds a field of the record.

    Args:
        meaning: Needed if the field has no description, or one that does not fit a table.
        name: Of the column, if not that of the field.
        kind: Of the column, if not that of the field.
    """
    schema = _schema(model)[field]
    options = schema.get("anyOf", [schema])
    main = next(option for option in options if option["type"] != "null")
    return Column(
        name=name or field,
        kind=kind or _KINDS[main["type"]],
        meaning=meaning or schema["description"],
        values=tuple(main.get("enum", ())),
        nullable={"type": "null"} in options,
    )


_DOCUMENT_ID = _column(Document, "id", name="document_id")
_SOURCE = _column(Document, "source")
_ORGANIZATION = _column(Document, "organization")
_REPORT_YEAR = _column(Document, "report_year")
_FORM = _column(
    Document, "form", "the form of the report's tables, decided from the tables and not from the year"
)

FACTS = Table(
    "facts",
    "One quantity of one report, of one id and period.",
    (
        _DOCUMENT_ID,
        _SOURCE,
        _ORGANIZATION,
        _REPORT_YEAR,
        _FORM,
        _column(Fact, "id"),
        _column(Fact, "label", "what the id means, in Chinese"),
        _column(
            Fact,
            "value",
            "the number; null where the form has the cell and it was left blank",
            kind="decimal",
        ),
        _column(
            Fact,
            "unit",
            "the unit that `value` is in: a cell's as printed, a figure's without its multiplier",
        ),
        _column(
            Fact,
            "period",
            "the year reported on, all years so far (历年累计), a year before, or a part of the year",
        ),
        _column(Fact, "qualifier", "how the words around the number limit it (约, 余, 近)"),
        _column(Fact, "confidence", "from 0 to 1, calibrated: of the facts given 0.9, nine in ten are right"),
        _column(
            Fact,
            "status",
            "said, left blank, said alike by table and text, or said differently in several places",
        ),
        # A fact without evidence is possible in the schema, so these three may be null.
        Column(
            "start",
            "integer",
            "where the best evidence begins, in characters of the text as it was read",
            nullable=True,
        ),
        Column(
            "end", "integer", "where it ends; the character at `end` is no longer part of it", nullable=True
        ),
        Column(
            "text",
            "text",
            "the best evidence as printed; empty for a blank cell without a mark. Of the evidence that reads "
            "exactly `value`, it is the piece of highest confidence, of equals the first",
            nullable=True,
        ),
    ),
)
DOCUMENTS = Table(
    "documents",
    "One report that was read, and how much was found in it.",
    (
        _DOCUMENT_ID,
        _SOURCE,
        _column(Document, "media_type", "media type of the input"),
        _column(
            Document,
            "encoding",
            "utf-8, gb18030, big5, utf-16-le or utf-16-be; null where the format has its own",
        ),
        _column(Document, "script", "how the source was printed; `glossed`: with pinyin in brackets"),
        _column(Document, "title", "title of the report, in simplified script"),
        _ORGANIZATION,
        _REPORT_YEAR,
        _FORM,
        _column(Document, "characters", "length of the text as it was read"),
        Column("facts", "integer", "how many facts"),
        *(Column(f"facts_{s}", "integer", f"how many facts of status `{s}`") for s in get_args(Status)),
        Column("checks", "integer", "how many checks"),
        *(Column(f"checks_{o}", "integer", f"how many checks of status `{o}`") for o in get_args(Outcome)),
        Column("warnings", "integer", "how many warnings"),
        _column(
            ModelInfo,
            "name",
            "the model that tagged the running text, null if none did",
            name="model_name",
        ),
        _column(ModelInfo, "version", "version of that model", name="model_version"),
        _column(ModelInfo, "program_version", "version of nianbao"),
        _column(Record, "schema_version", "version of the record's schema"),
    ),
)
CHECKS = Table(
    "checks",
    "One rule of arithmetic of one report.",
    (
        _DOCUMENT_ID,
        _column(Check, "id", "the rule"),
        _column(
            Check,
            "status",
            "`fail` is a finding about the report; `not_applicable`: a term is blank or missing",
        ),
        _column(Check, "left", "left side; null where a term of it is blank or missing", kind="decimal"),
        _column(Check, "right", "right side; null where a term of it is blank or missing", kind="decimal"),
        _column(Check, "message", "the rule in Chinese"),
    ),
)
WARNINGS = Table(
    "warnings",
    "One thing in a report that was seen and could not be used.",
    (
        _DOCUMENT_ID,
        _column(Warning, "code", "which warning"),
        _column(Warning, "message", "what was seen"),
        _column(Warning, "start", "where it begins in the text as it was read; 0 to 0 for the whole report"),
        _column(Warning, "end", "where it ends"),
    ),
)
ERRORS = Table(
    "errors",
    "One input that could not be read.",
    (
        Column("source", "text", "path or URL as given; bytes that are no UTF-8 are written `\\udcff`"),
        Column("code", "text", "which error"),
        Column("message", "text", "what is wrong and what to do"),
    ),
)
TABLES = (FACTS, DOCUMENTS, CHECKS, WARNINGS, ERRORS)


def best_evidence(fact: Fact) -> Evidence | None:
    """The evidence that a flat row shows; None if the fact has none.

    It reads exactly what the fact says wherever one does, so that text and value of a row agree: a
    figure of 250000 元 is not shown for a cell of 25 万元, though it supports it.
    """
    return max(fact.evidence, key=lambda e: (e.value == fact.value, e.confidence), default=None)


def tabulate(records: Iterable[Record], failures: Iterable[Failure]) -> Iterator[tuple[Table, list[Row]]]:
    """The rows of all tables, record by record, never more than one record's at a time.

    Failures come last: they are read when the records are at their end, so they may be a list that
    fills while the records are read.
    """
    for record in records:
        yield FACTS, _fact_rows(record)
        yield DOCUMENTS, [_document_row(record)]
        id = record.document.id
        yield CHECKS, [(id, c.id, c.status, c.left, c.right, c.message) for c in record.checks]
        yield WARNINGS, [(id, w.code, w.message, w.start, w.end) for w in record.warnings]
    for failure in failures:
        yield ERRORS, [(_unicode(failure.source), failure.code, _unicode(failure.message))]


def _fact_rows(record: Record) -> list[Row]:
    document = record.document
    head = (document.id, document.source, document.organization, document.report_year, document.form)
    rows: list[Row] = []
    for fact in record.facts:
        best = best_evidence(fact)
        place = (best.start, best.end, best.text) if best else (None, None, None)
        said = (fact.id, fact.label, fact.value, fact.unit, fact.period, fact.qualifier)
        rows.append((*head, *said, fact.confidence, fact.status, *place))
    return rows


def _document_row(record: Record) -> Row:
    document, model = record.document, record.model
    statuses = Counter(fact.status for fact in record.facts)
    outcomes = Counter(check.status for check in record.checks)
    return (
        document.id,
        document.source,
        document.media_type,
        document.encoding,
        document.script,
        document.title,
        document.organization,
        document.report_year,
        document.form,
        document.characters,
        len(record.facts),
        *(statuses[status] for status in get_args(Status)),
        len(record.checks),
        *(outcomes[outcome] for outcome in get_args(Outcome)),
        len(record.warnings),
        model.name,
        model.version,
        model.program_version,
        record.schema_version,
    )


def _unicode(text: str) -> str:
    """A text that may hold a file name, with bytes that are no UTF-8 as escapes, as no format can hold them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def exact_number(value: str) -> int | float | str:
    """A decimal string as a number if that loses nothing of its quantity, else as it is.

    A zero at the end of a fraction is no loss: 318.60 is 318.6.
    """
    if not _PLAIN_DECIMAL.fullmatch(value) or len(value.lstrip("-0.").replace(".", "")) > _SAFE_DIGITS:
        return value
    if "." not in value:
        return int(value)
    number = float(value)
    # A fraction of hundreds of places has few digits and is yet too small for a double.
    return number if Decimal(repr(number)) == Decimal(value) else value


_HEAD = """\
# Data dictionary

<!-- Made by `python -m inference.facts > docs/data-dictionary.md`; do not edit. -->

The flat tables that `nianbao extract --format csv|parquet|sqlite|xlsx` writes; how to work with them is in
[tables.md](tables.md), what the fields mean at length in [record.md](record.md).

| type | CSV | Parquet | SQLite | Excel |
|---|---|---|---|---|
| text | text, with an apostrophe where a spreadsheet would see a formula | string | text | text |
| integer | digits | 64-bit integer | integer | number |
| real | decimal point | double | real | number |
| decimal | exactly the record's string | exactly the record's string | a number if it has at most 15 digits, else text | as in SQLite |

A null is an empty field in CSV and an empty cell in Excel; an empty text is, too.
"""


def dictionary() -> str:
    """The data dictionary: every table and column in Markdown."""
    return _HEAD + "".join(_section(table) for table in TABLES)


def _section(table: Table) -> str:
    lines = [
        "",
        f"## {table.name}",
        "",
        table.meaning,
        "",
        "| column | type | null | meaning |",
        "|---|---|---|---|",
    ]
    for column in table.columns:
        values = ": " + ", ".join(f"`{value}`" for value in column.values) if column.values else ""
        null = "yes" if column.nullable else ""
        lines.append(f"| `{column.name}` | {column.kind} | {null} | {column.meaning}{values} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    # UTF-8 whatever the locale says.
    sys.stdout.buffer.write(dictionary().encode("utf-8"))
