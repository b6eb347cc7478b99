"""A report in, a record out: every stage in order."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from inference.checks import check
from inference.figures import figures
from inference.header import read_header
from inference.merge import merge
from inference.normalize import NormalText, normalize
from inference.passages import prose
from inference.reading import ReadError, SourceText, read, read_bytes, supported
from inference.reading.archive import SUFFIX
from inference.reading.pdf import PAGES
from inference.tables import Reading, Tables, read_tables
from inference.tagging import NumberTagger, Tagged, load_tagger
from models.forms import cell_id, load_forms
from models.record import Document, ModelInfo, Record, TableEvidence, Warning

LONGEST = 300_000  # characters of a document that are read; many times the longest real report seen


@dataclass(frozen=True)
class Failure:
    """An input that gave no record.

    Attributes:
        source: The path as given.
        code: As in `ReadError`, or `internal` for a fault of this program.
        message: What is wrong and what to do.
    """

    source: str
    code: str
    message: str


@dataclass(frozen=True)
class Extracted:
    """A record and the text that its offsets point into."""

    record: Record
    text: str


@cache
def program_version() -> str:
    """The version of this program."""
    try:
        return version("nianbao")
    except PackageNotFoundError:
        return "0+unknown"


def extract(path: str | Path, model: str | Path | None = None) -> Record:
    """Read one report.

    Args:
        path: A text, Markdown or HTML file.
        model: Folder of a tagger; the shipped one if None.

    Raises:
        ReadError: The file cannot be read as a report.
        TaggerError: `model` names no tagger.
    """
    return to_record(read(path), load_tagger(Path(model) if model else None))


def to_record(source: SourceText, tagger: NumberTagger | None) -> Record:
    """The record of a text that was read; without a tagger the running text is left out, with a warning."""
    normal = normalize(source.text[:LONGEST])
    tables = read_tables(normal.text)
    stretches = prose(normal.text, tables.zones)
    outside_title = normalize(source.title).text if source.title else None
    header = read_header(normal.text, outside_title, tables.form, stretches)
    tagged = tagger.tag(normal.text, stretches) if tagger else []
    doubtful = [t for t in tagged if not t.is_sure]
    cells = [_cell(reading, source.text, normal) for reading in tables.readings]
    facts = merge(cells, figures(source.text, normal, [t for t in tagged if t.is_sure]))
    return Record(
        document=Document(
            id=source.sha256,
            source=source.source,
            media_type=source.media_type,
            encoding=source.encoding,
            script=normal.script,
            title=header.title,
            organization=header.organization,
            report_year=header.report_year,
            form=tables.form,
            characters=len(source.text),
        ),
        facts=facts,
        checks=check(facts, tables.form),
        warnings=[*_warnings(source, normal, tables), *_doubts(source, normal, tagger, doubtful)],
        model=ModelInfo(
            name=tagger.name if tagger else None,
            version=tagger.version if tagger else None,
            program_version=program_version(),
        ),
    )


def _cell(reading: Reading, source: str, normal: NormalText) -> tuple[str, str, TableEvidence]:
    """Id, Chinese label and evidence of a cell."""
    start, end = normal.span(reading.start, reading.end)
    evidence = TableEvidence(
        table=reading.table,
        row=reading.row,
        column=reading.column,
        text=source[start:end],
        value=reading.value,
        unit=reading.unit,
        period=reading.period,
        start=start,
        end=end,
        confidence=round(reading.confidence, 4),
    )
    return cell_id(reading.table, reading.row, reading.column), reading.label, evidence


def _warnings(source: SourceText, normal: NormalText, tables: Tables) -> Iterator[Warning]:
    """What was seen and could not be used."""
    if source.replaced:
        yield Warning(code="reading.replaced", message=f"{source.replaced} characters could not be decoded")
    if len(source.text) > LONGEST:
        message = f"only the first {LONGEST:,} characters were read; a report is far shorter"
        yield Warning(code="reading.too_long", message=message, start=LONGEST, end=len(source.text))
    if tables.form == "none":
        message = (
            "no statistical table was found; if the report has one, it is in a form or a shape not known here"
        )
        yield Warning(code="table.none", message=message)
    for stray in tables.strays:
        start, end = normal.span(stray.start, stray.end)
        yield Warning(code=stray.code, message=stray.message, start=start, end=end)
    yield from _missing(tables)


def _doubts(
    source: SourceText, normal: NormalText, tagger: NumberTagger | None, doubtful: Sequence[Tagged]
) -> Iterator[Warning]:
    """Numbers of the running text that may be figures, or that there was nothing to tag them with."""
    if tagger is None:
        message = "the running text was not tagged: no model is installed"
        yield Warning(code="narrative.no_tagger", message=message)
    for t in doubtful:
        start, end = normal.span(t.number.start, t.number.end)
        message = f"{source.text[start:end]} may be {t.label} ({t.confidence:.0%}); too doubtful for a fact"
        yield Warning(code="narrative.uncertain", message=message, start=start, end=end)


def _missing(tables: Tables) -> Iterator[Warning]:
    """Tables and rows of the form that were not found."""
    if tables.form in ("none", "provincial"):
        return
    found = {(r.table, r.row) for r in tables.readings}
    has_other = ("applications", "other") in found
    for table in load_forms()[tables.form].tables:
        rows = [row for row in table.rows if (table.id, row.id) not in found]
        if has_other:
            rows = [row for row in rows if not row.id.startswith("other.")]
        if rows:
            names = "、".join(row.label for row in rows[:5]) + ("…" if len(rows) > 5 else "")
            message = f"table {table.id}: {len(rows)} of {len(table.rows)} rows were not found ({names})"
            yield Warning(code="table.cells_missing", message=message)


def find_inputs(paths: Sequence[str]) -> list[Path]:
    """The files that some paths name: files as they are, folders searched, patterns expanded; each once, in order.

    A path that names nothing is kept, so that reading it says so.
    """
    found: dict[Path, None] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if p.is_file() and (supported(p) or p.suffix.lower() == SUFFIX)
            )
            found.update(dict.fromkeys(inside))
        elif any(c in given for c in "*?[") and not path.exists():
            root = Path(path.anchor) if path.is_absolute() else Path()
            pattern = str(path.relative_to(path.anchor)) if path.is_absolute() else given
            matches = sorted(p for p in root.glob(pattern) if p.is_file())
            found.update(dict.fromkeys(matches or [path]))
        else:
            found[path] = None
    return list(found)


def extract_one(
    source: str,
    opened: Callable[[], bytes],
    tagger: NumberTagger | None,
    known: str | None = None,
    pages: int = PAGES,
) -> tuple[str | None, Extracted | Failure | None]:
    """Read one document, whatever becomes of it.

    Args:
        source: What the record, or the failure, will say it came from.
        opened: Gives its bytes.
        tagger: As for `to_record`.
        known: The hash of bytes that need not be read again.
        pages: That a PDF may have.

    Returns:
        The hash of its bytes, None if there are none; and the result, None if the hash is `known`.
    """
    sha256 = None
    try:
        data = opened()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 == known:
            return sha256, None
        text = read_bytes(data, source, pages)
        return sha256, Extracted(to_record(text, tagger), text.text)
    except ReadError as error:
        return sha256, Failure(source, error.code, error.message)
    except MemoryError:
        raise
    except RecursionError:
        return sha256, Failure(source, "too_deep", f"{source} is nested too deeply to be read")
    except Exception as error:
        return sha256, Failure(
            source, "internal", f"{source}: a fault of nianbao, please report it: {error!r}"
        )
