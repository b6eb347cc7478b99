"""Gold data: what documents and labelled passages truly say, read and checked against their text.

Three shapes are read. A document has `NAME.gold.json` beside its source, in a folder below it, or with the
source in a folder that is named. Labelled passages are JSON Lines of `{"text", "figures"}`, as in
`annotations/gold`; an export of the annotation loop is the same with more fields.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, model_validator

from annotations.items import DataError, parse, read_lines, read_text
from inference.reading import ReadError, read
from models.forms import cell_id, load_forms
from models.labels import load_labels
from models.record import Form, Period, Qualifier

SCALES = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CHECKS = (
    "applications.balance.", "applications.column_total.", "applications.row_sum.", "review_litigation.sum.",
    "national.sum.", "provincial.sum.", "narrative.", "years.carried.", "years.in_force.",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A figure of running text, gold or predicted.

    Attributes:
        label, qualifier, period: As in the record.
        numbers: What the value is worth, and, where a gold unit begins with 万 or 亿, also without that.
        text, unit: As printed; None where the gold does not say.
        start, end: Characters into the document's text, half open; None where the gold has no offsets.
        confidence: Of a prediction; None for gold.
        optional: Gold that counts neither when found nor when missed.
    """

    label: str
    numbers: tuple[Decimal, ...]
    text: str | None
    start: int | None
    end: int | None
    unit: str | None
    qualifier: Qualifier
    period: Period
    confidence: float | None = None
    optional: bool = False

    def overlaps(self, other: "Figure") -> bool:
        """Whether the two share a character; True if either has no offsets."""
        if self.start is None or self.end is None or other.start is None or other.end is None:
            return True
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class GoldDocument:
    """What a document truly says.

    Attributes:
        name: File name of the source, or file and line of a passage.
        text: As it was read, None where the source is not at hand.
        source: The file, None where it is not at hand or the document is a passage.
        figures: Of the running text; None where the gold does not say.
        cells: Value of each cell of the tables by id, with `@cumulative` behind those of that period, None for a
            blank; None where the gold does not say.
        header: Those of form, report_year and organization that the gold gives.
        checks_failed: Ids of the broken rules; None where the gold does not say.
        sha256: Of the source's bytes; None where that is not known.
        slices: Further kinds that it belongs to, such as its region, by name.
    """

    name: str
    text: str | None
    source: Path | None
    figures: tuple[Figure, ...] | None
    cells: dict[str, Decimal | None] | None = None
    header: dict[str, str | int] = field(default_factory=dict)
    checks_failed: frozenset[str] | None = None
    sha256: str | None = None
    slices: dict[str, str] = field(default_factory=dict)

    @property
    def is_passage(self) -> bool:
        """Whether it is a stretch of running text and no document of its own."""
        return self.source is None and self.text is not None

    @property
    def digest(self) -> str:
        """What makes it the same gold of the same text in another evaluation; a passage may move to another line."""
        name = "" if self.is_passage else self.name
        said = (
            name,
            self.text,
            self.figures,
            self.cells,
            sorted(self.header.items()),
            sorted(self.checks_failed or ()),
        )
        return hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()[:16]


def _known_label(label: str) -> str:
    if label not in load_labels():
        raise ValueError(f"{label!r} is no label")
    return label


def _known_cell(id: str) -> str:
    cell_parts(id)
    return id


def _known_check(id: str) -> str:
    if not id.startswith(_CHECKS):
        raise ValueError(f"{id!r} is no check")
    return id


def cell_parts(id: str) -> tuple[str, str, str]:
    """Table, row and column of a cell id, `@cumulative` or not.

    Raises:
        ValueError: No form has such a cell.
    """
    id = id.removesuffix("@cumulative")
    table, _, row = id.partition(".")
    # A province may print rows of its own, `provincial.other:NAME`.
    if table == "provincial" and row.startswith("other:"):
        return table, row, "value"
    if id not in _cells():
        raise ValueError(f"{id!r} is no cell of a form")
    return _cells()[id]


@cache
def _cells() -> dict[str, tuple[str, str, str]]:
    return {
        cell_id(table.id, row.id, column.id): (table.id, row.id, column.id)
        for form in load_forms().values()
        for table in form.tables
        for row in table.rows
        for column in row.columns
    }


_Value = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=30)]


class _FigureLine(BaseModel):
    label: Annotated[str, AfterValidator(_known_label)]
    value: _Value
    unit: str | None = None
    qualifier: Qualifier = "exact"
    period: Period = "year"
    start: Annotated[int | None, Field(ge=0)] = None
    end: int | None = None
    text: str | None = None
    optional: bool = False

    @model_validator(mode="after")
    def _is_stretch(self) -> "_FigureLine":
        if (self.start is None) != (self.end is None) or (self.start or 0) >= (self.end or 1):
            raise ValueError(f"{self.start} to {self.end} is no stretch of text")
        return self


class _DocumentFile(BaseModel):
    document: str
    form: Form | None = None
    report_year: int | None = None
    organization: str | None = None
    cells: dict[Annotated[str, AfterValidator(_known_cell)], _Value | None] | None = None
    checks_failed: frozenset[Annotated[str, AfterValidator(_known_check)]] | None = None
    figures: list[_FigureLine] | None = None
    sha256: str | None = None
    region: str | None = None
    damage: str | None = None


class _PassageLine(BaseModel):
    text: str
    figures: list[_FigureLine]
    sha256: str | None = None


def read_gold(paths: Iterable[Path], sources: Path | None = None) -> list[GoldDocument]:
    """The gold of some files and of all gold files of some folders, in the order of their names.

    Args:
        paths: `.gold.json` or `.jsonl` files, or folders of them. In a folder with `.gold.json` files, at any depth,
            only those are gold.
        sources: Where the documents lie; if None, beside their gold or in the folder above it.

    Raises:
        DataError: There is none, or it is no gold, knows no such label or cell, or does not fit its text, or holds
            a document twice.
    """
    documents: dict[str, GoldDocument] = {}
    for path in paths:
        if not path.exists():
            raise DataError(f"{path}: there is no such file or folder")
        files = (
            [path] if path.is_file() else sorted(path.rglob("*.gold.json")) or sorted(path.rglob("*.jsonl"))
        )
        found = [document for file in files for document in _read_file(file, sources)]
        if not found:
            raise DataError(f"{path}: it holds no gold (*.gold.json, *.jsonl)")
        for document in found:
            if document.name in documents:
                raise DataError(f"{path}: the gold holds {document.name} twice")
            documents[document.name] = document
    return list(documents.values())


def _read_file(file: Path, sources: Path | None) -> Iterator[GoldDocument]:
    if file.name.endswith(".jsonl"):
        yield from _passages(file)
    elif file.name.endswith(".gold.json"):
        yield _document(file, sources)
    else:
        raise DataError(f"{file}: gold is a .gold.json or .jsonl file")


def _document(file: Path, sources: Path | None) -> GoldDocument:
    data = parse(_DocumentFile, read_text(file), str(file))
    places = [sources] if sources else [file.parent, file.parent.parent]
    source = next((p / data.document for p in places if (p / data.document).is_file()), None)
    if sources and source is None:
        raise DataError(f"{file}, document: {data.document} is not in {sources}")
    text, sha256 = None, data.sha256
    if source:
        try:
            document = read(source)
        except ReadError as error:
            raise DataError(f"{file}, document: {error.message}") from error
        if data.sha256 and data.sha256 != document.sha256:
            raise DataError(f"{file}, sha256: {source} has changed since; its hash is {document.sha256}")
        text, sha256 = document.text, document.sha256
    header = {name: getattr(data, name) for name in ("form", "report_year", "organization")}
    slices = {name: getattr(data, name) for name in ("region", "damage")}
    return GoldDocument(
        Path(data.document).name,
        text,
        source,
        None if data.figures is None else tuple(_figures(data.figures, text, str(file))),
        data.cells,
        {name: value for name, value in header.items() if value is not None},
        data.checks_failed,
        sha256,
        {name: value for name, value in slices.items() if value},
    )


def _passages(file: Path) -> Iterator[GoldDocument]:
    for where, line in read_lines(file):
        data = parse(_PassageLine, line, where)
        if data.sha256 and data.sha256 != hashlib.sha256(data.text.encode()).hexdigest():
            raise DataError(f"{where}, sha256: the text has changed since")
        name = where.replace(", line ", ":")
        figures = tuple(_figures(data.figures, data.text, where))
        yield GoldDocument(name, data.text, None, figures, slices={"file": file.stem})


def _figures(lines: Sequence[_FigureLine], text: str | None, where: str) -> Iterator[Figure]:
    for i, line in enumerate(lines):
        printed = line.text
        if text is not None and line.start is not None and line.end is not None:
            if line.end > len(text):
                raise DataError(
                    f"{where}, figures[{i}]: {line.start} to {line.end} is no stretch of the text"
                )
            printed = text[line.start : line.end]
        if text is not None and line.text is not None and line.text != printed:
            raise DataError(
                f"{where}, figures[{i}].text: the text has {printed!r} at {line.start}, not {line.text!r}"
            )
        if text is not None and line.text is not None and line.text not in text:
            raise DataError(f"{where}, figures[{i}].text: {line.text!r} is nowhere in the text")
        scale = SCALES.get((line.unit or "")[:1], 1)
        numbers = (line.value * scale, line.value)[: 1 + (scale > 1)]
        yield Figure(
            line.label, numbers, printed, line.start, line.end, line.unit, line.qualifier, line.period,
            optional=line.optional,
        )  # fmt: skip
