"""PDF: paragraphs and tables from where the glyphs and rules of its pages stand."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from inference.reading.pdf_glyphs import Glyph, Line, join, lines_of, without_doubles
from inference.reading.pdf_prose import (
    Placed,
    find_unruled,
    grid,
    margins,
    moved,
    paragraphs,
    usual,
    without_furniture,
)
from inference.reading.pdf_tables import Table, find_tables
from inference.reading.source import ReadError, SourceText

PAGES = 500  # many times the longest real report seen
SECONDS = 30.0  # on a clock, for a system that cannot limit time on the processor or has none to spare
_UNKNOWN = 0.5  # share of characters without a meaning from which the text is of no use
_FEW = 5  # characters a page; fewer are the number of the page or a stamp on a scan
_ALIGNED = 4.0  # points; how far the columns of one table may lie apart on two pages
_HAN = re.compile("[\u4e00-\u9fff]")
_LABEL = re.compile(r"[(（]?[一二三四五六七八九十\d]+[)）、.．]")
_APPLICATION = re.compile(r"^Microsoft \w+ - |\.(?:docx?|wps|pdf)$", re.IGNORECASE)
# Radicals that fonts give for the characters that look like them, and that Unicode does not fold.
_RADICALS = str.maketrans(
    "⺁⺄⺈⺊⺌⺗⺝⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻤⻥⻦⻨⻩⻬⻮⻰",
    "厂乙刀卜小心月母民虎西见角贝车长门青韦页风飞食马鬼鱼鸟麦黄齐齿龙",
)
_REASONS = {
    "damaged": "{} is cut short or damaged; fetch it again, or open it and print it to a new PDF",
    "encrypted": "{} is locked with a password; save it without one first, e.g. with qpdf --decrypt",
    "too_large": "{} is too large or too involved to be read as a report; print its pages to a new PDF first",
    "scanned": "{} is scanned: it holds pictures and no text; run OCR on it first, e.g. ocrmypdf",
    "fonts": "{} does not say which characters its fonts draw; run OCR on it first, e.g. ocrmypdf --force-ocr",
}


@dataclass(frozen=True)
class _Page:
    """A page: its lines outside tables, and its tables."""

    lines: list[Line]
    tables: list[Table]
    width: float
    height: float


def read_pdf(data: bytes, source: str, sha256: str, pages: int = PAGES) -> SourceText:
    """The text of a PDF that holds text: paragraphs a line each, tables one line of bars a row.

    The file is taken apart by another process, which may take `SECONDS` and, where the system can hold it
    to that, no more of time on the processor and of memory than `pdf_worker.py` says.

    Args:
        data: The file.
        source: What it is called in errors.
        sha256: Of the file.
        pages: It may have.

    Raises:
        ReadError: It is encrypted, damaged, too large, or holds no text.
    """
    document = _run_worker(data, source, pages)
    found = document["pages"]
    texts = [glyph[0] for page in found for glyph in page["glyphs"] if not glyph[0].isspace()]
    unknown = sum("\ufffd" in text or not text.isprintable() for text in texts)
    if unknown > _UNKNOWN * len(texts):
        raise ReadError("no_text_layer", _REASONS["fonts"].format(source))
    if len(texts) < _FEW * len(found) and document["images"]:
        raise ReadError("no_text_layer", _REASONS["scanned"].format(source))
    text = "\n".join(_flow([_layout(page, number) for number, page in enumerate(found)]))
    return SourceText(
        text, source, sha256, "application/pdf", None, _sensible(document["title"]), text.count("\ufffd")
    )


def _run_worker(data: bytes, source: str, pages: int) -> dict[str, Any]:
    """What `pdf_worker.py` says of a PDF."""
    # Without -P the modules beside the script, html.py among them, would hide those of Python.
    command = [sys.executable, "-P", str(Path(__file__).with_name("pdf_worker.py")), str(pages)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=True)
        found: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise ReadError("too_large", _REASONS["too_large"].format(source)) from error
    if "error" in found:
        raise ReadError(found["error"], _REASONS[found["error"]].format(source))
    return found


def _sensible(title: str | None) -> str | None:
    """The title of the metadata, if it is one and not the name of a file or a program."""
    title = _APPLICATION.sub("", (title or "").replace("\0", "").strip()).strip()
    return title if _HAN.search(title) else None


def _layout(page: dict[str, Any], number: int) -> _Page:
    glyphs = without_doubles([Glyph(g[0].translate(_RADICALS), *g[1:]) for g in page["glyphs"]])
    tables, rest = find_tables(glyphs, page["rules"], number)
    return _Page(lines_of(g for g in rest if not g.turn), tables, page["width"], page["height"])


def _flow(pages: Sequence[_Page]) -> Iterator[str]:
    """The lines of the text, in the order of reading."""
    kept = without_furniture([page.lines for page in pages], [page.height for page in pages])
    leading, body = usual(kept)
    by_width: dict[int, tuple[float, float] | None] = {}
    for page, lines in sorted(zip(pages, kept, strict=True), key=lambda pair: len(pair[1])):
        by_width[round(page.width)] = margins(lines, by_width.get(round(page.width)))
    items: list[Placed | Table] = []
    for number, (page, lines) in enumerate(zip(pages, kept, strict=True)):
        sides = margins(lines, by_width[round(page.width)]) or (0.0, page.width)
        placed = [Placed(line, number, *sides) for line in lines]
        items += sorted([*placed, *page.tables], key=_top)
    for is_table, group in groupby(items, lambda item: isinstance(item, Table)):
        if is_table:
            yield from (line for table in _continued(list(group)) for line in table.lines())  # type: ignore[arg-type]
        else:
            yield from _running(_below_each_other(list(group)), leading, body)  # type: ignore[arg-type]


def _top(item: Placed | Table) -> float:
    return item.top if isinstance(item, Table) else item.line.top


def _below_each_other(placed: Sequence[Placed]) -> list[Placed]:
    """Lines of several pages on one long page."""
    found: list[Placed] = []
    down, page = 0.0, -1
    for item in placed:
        if found and item.page != page:
            down = found[-1].line.bottom + 1.5 * item.line.size - item.line.top
        page = item.page
        found.append(Placed(moved(item.line, down), page, item.left, item.right))
    return found


def _running(placed: Sequence[Placed], leading: float, body: float) -> Iterator[str]:
    """Paragraphs, and tables that have no rules."""
    at = 0
    for start, end in find_unruled(placed):
        yield from paragraphs(placed[at:start], leading, body)
        for row in grid([item.line for item in placed[start:end]]):
            yield "| " + " | ".join(field.replace("|", "/") for field in row) + " |"
        at = end
    yield from paragraphs(placed[at:], leading, body)


def _continued(tables: Sequence[Table]) -> list[Table]:
    """Tables that follow each other, those that go on overleaf made one."""
    found: list[Table] = []
    for table in tables:
        before = found[-1] if found else None
        columns = _common(before.columns, table.columns) if before and before.page == table.page - 1 else None
        if not before or not columns:
            found.append(table)
            continue
        rows = _widened(before.rows, before.columns, columns)
        more = _without_head(rows, _widened(table.rows, table.columns, columns))
        if rows and more and _is_rest(rows[-1], more[0], before.is_open):
            rows[-1] = [join(a, b) for a, b in zip(rows[-1], more[0], strict=True)]
            more = more[1:]
        found[-1] = Table(rows + more, columns, before.top, table.bottom, table.page, table.is_open)
    return found


def _common(first: list[float], second: list[float]) -> list[float] | None:
    """The columns of two parts of a table, where those of one are among those of the other; else None."""
    more, fewer = (first, second) if len(first) >= len(second) else (second, first)
    # Pages that are bound have margins of different width on their left and right.
    shift = more[0] - fewer[0]
    fits = abs(more[-1] - fewer[-1] - shift) < _ALIGNED and all(
        any(abs(x + shift - other) < _ALIGNED for other in more) for x in fewer
    )
    return more if fits else None


def _widened(rows: list[list[str]], own: list[float], columns: list[float]) -> list[list[str]]:
    """Rows on more columns, each cell where its own column began."""
    shift = columns[0] - own[0]
    places = [min(range(len(columns)), key=lambda i: abs(columns[i] - x - shift)) for x in own[:-1]]
    wide = []
    for row in rows:
        fields = [""] * (len(columns) - 1)
        for place, text in zip(places, row, strict=True):
            fields[place] = text
        wide.append(fields)
    return wide


def _without_head(rows: list[list[str]], more: list[list[str]]) -> list[list[str]]:
    """The rows of a later part, those left out that repeat the first ones of the table."""
    repeated = 0
    while repeated < min(len(rows), len(more)) and rows[repeated] == more[repeated]:
        repeated += 1
    return more[repeated:]


def _is_rest(row: Sequence[str], first: Sequence[str], is_open: bool) -> bool:
    """Whether the first row overleaf is the rest of the last row, which the end of the page cut in two."""
    both = [(a, b) for a, b in zip(row, first, strict=True) if a and b]
    label = next((text for text in first if text), "")
    before = next((text for text in reversed(row) if _HAN.search(text)), "")
    if len(both) > 1 or _LABEL.match(label) or any(not _HAN.search(a + b) for a, b in both):
        return False
    return is_open or (len(both) == 1 and bool(_LABEL.match(before)))
