"""Word documents (.docx): the text as it is printed, tables as rectangular grids of bars.

Read from the XML itself (ECMA-376-1, 17): libraries leave out text boxes, content controls, tracked changes
and automatic numbers, and all of them carry text of real reports.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from inference.reading.html import read_html
from inference.reading.mhtml import is_mhtml, read_mhtml
from inference.reading.numbering import Numbering, Styles, W, hidden, value, whole
from inference.reading.package import Package
from inference.reading.source import ReadError, SourceText

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
# What is deleted or moved away (17.13.5), what is no text, and the reading aid above a character.
_LEFT_OUT = {
    W + name
    for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "tblPr", "trPr", "tcPr", "instrText", "delText", "rt")
}  # fmt: skip
_WRITTEN = {W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-"}
_TEXT = (W + "t", _MATH + "t")
_WINGDINGS = {0x52: "☑", 0x6F: "□", 0x71: "□", 0xA8: "□", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"}
_SPACE = re.compile(r"\s+")
_SLIVER = 113  # twentieths of a point, 2 mm; a column that narrow holds no character
_WIDEST = 64  # columns; Word has 63 at most (17.4.17), a larger span is a mistake or an attack


@dataclass(frozen=True)
class _Cell:
    """A cell: the grid columns it takes, its lines, None where it only continues the cell above it."""

    columns: int
    lines: list[str] | None

    @property
    def text(self) -> str:
        return _SPACE.sub(" ", " ".join(self.lines or ())).strip().replace("|", "/")


@dataclass
class _Paragraph:
    """Text of a paragraph under way, the text boxes anchored in it, and the fields open (17.16.18)."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    in_code: list[bool] = field(
        default_factory=list
    )  # for each open field, whether its result is yet to come

    def mark(self, kind: str | None) -> None:
        """Open a field, go on to its result, or close it. A field is never open beyond its paragraph here."""
        if kind == "begin":
            self.in_code.append(True)
        elif self.in_code and kind == "separate":
            self.in_code[-1] = False
        elif self.in_code and kind == "end":
            self.in_code.pop()

    def add(self, text: str) -> None:
        if not any(self.in_code):
            self.pieces.append(text)


def read_docx(data: bytes, source: str, sha256: str) -> SourceText:
    """The body of a Word document in order; headers, footers, notes and comments are left out.

    Raises:
        ReadError: `damaged`, `encrypted`, `too_large`, `unsafe`, or `unsupported` if the text is in a part of a
            format not read here.
    """
    package = Package(data, source)
    links = dict(package.related("").values())
    main = links.get("officeDocument", "word/document.xml")
    root = package.xml(main)
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise ReadError(
            "damaged", f"{source} is no Word document: its text is missing; save it again as .docx"
        )
    lines = _Story(package, main, source).lines(body)
    core = package.xml(links.get("core-properties", "docProps/core.xml"))
    title = _SPACE.sub(" ", core.findtext(_TITLE, "") if core is not None else "").strip()
    return SourceText("\n".join(lines), source, sha256, MEDIA_TYPE, None, title or None)


class _Story:
    """Reads the blocks of a document once, in order, as numbers count on."""

    def __init__(self, package: Package, main: str, source: str) -> None:
        self._package, self._source = package, source
        self._related = package.related(main)
        parts = dict(self._related.values())
        self._styles = Styles(package.xml(parts.get("styles", "")))
        self._numbering = Numbering(package.xml(parts.get("numbering", "")), self._styles)
        # Text whose paragraph mark is deleted: the next paragraph goes on with it.
        self._unended: list[str] = []

    def lines(self, container: etree._Element) -> Iterator[str]:
        """The lines of all blocks in a body, a cell or a text box, empty ones left out."""
        for child in container:
            if child.tag == W + "p":
                yield from self._paragraph(child)
            elif child.tag == W + "tbl":
                yield from self._table(child)
            elif child.tag == W + "altChunk":
                yield from self._chunk(child.get(_REL_ID, ""))
            elif child.tag == _MC + "AlternateContent":
                yield from self.lines(_alternative(child))
            elif child.tag not in _LEFT_OUT and not _is_placeholder(child):
                yield from self.lines(child)

    def _paragraph(self, element: etree._Element) -> Iterator[str]:
        properties = element.find(W + "pPr")
        style = value(properties, W + "pStyle") or self._styles.paragraph
        paragraph = _Paragraph()
        self._collect(element, paragraph, self._styles.is_hidden(style))
        self._unended += paragraph.pieces
        mark = properties.find(W + "rPr") if properties is not None else None
        if mark is None or (mark.find(W + "del") is None and mark.find(W + "moveFrom") is None):
            text = "".join(self._unended)
            self._unended.clear()
            if text.strip() or properties is None or not hidden(properties):
                text = _numbered(self._numbering.of(properties), text)
            yield from filter(None, (line.strip() for line in text.split("\n")))
        for box in paragraph.boxes:
            yield from self.lines(box)

    def _collect(self, element: etree._Element, paragraph: _Paragraph, is_hidden: bool) -> None:
        """Gather what the runs inside an element print."""
        for child in element:
            tag = child.tag
            if tag in _TEXT:
                paragraph.add(child.text or "")
            elif tag in _WRITTEN:
                paragraph.add(_WRITTEN[tag])
            elif tag == W + "sym":
                paragraph.add(_symbol(child))
            elif tag == W + "fldChar":
                paragraph.mark(child.get(W + "fldCharType"))
            elif tag == W + "txbxContent":
                paragraph.boxes.append(child)
            elif tag == _MC + "AlternateContent":
                self._collect(_alternative(child), paragraph, is_hidden)
            elif tag == W + "r":
                if not self._is_hidden(child, is_hidden):
                    self._collect(child, paragraph, is_hidden)
            elif tag not in _LEFT_OUT and not _is_placeholder(child):
                self._collect(child, paragraph, is_hidden)

    def _is_hidden(self, run: etree._Element, by_paragraph: bool) -> bool:
        said = hidden(run)
        if said is not None:
            return said
        style = value(run.find(W + "rPr"), W + "rStyle")
        return by_paragraph or bool(style and self._styles.is_hidden(style))

    def _chunk(self, link: str) -> Iterator[str]:
        """The lines of a web page that a program put into the document whole (17.17.2.1)."""
        _, name = self._related.get(link, ("", ""))
        data = self._package.markup(name) or b""
        if data.startswith((b"PK", b"{\\rtf", b"\xd0\xcf\x11\xe0")):
            message = f"{self._source} has another document embedded; open it in Word and save it again"
            raise ReadError("unsupported", message)
        yield from (read_mhtml if is_mhtml(data) else read_html)(data, self._source, "").text.split("\n")

    def _table(self, table: etree._Element) -> Iterator[str]:
        """A table that holds data as bars, one that only lays out the page as the lines of its cells."""
        rows = [self._row(row) for row in _inside(table, W + "tr") if not _is_row_left_out(row)]
        if table.find(f".//{W}tbl") is None and _holds_data(rows):
            yield from _bars(_aligned(rows, table))
        else:
            yield from (line for row in rows for cell in row for line in cell.lines or ())

    def _row(self, row: etree._Element) -> list[_Cell]:
        properties = row.find(W + "trPr")
        before = whole(value(properties, W + "gridBefore"), 0, _WIDEST)
        after = whole(value(properties, W + "gridAfter"), 0, _WIDEST)
        cells = [self._cell(cell) for cell in _inside(row, W + "tc")]
        return [
            *([_Cell(before, None)] if before else []),
            *cells,
            *([_Cell(after, None)] if after else []),
        ]

    def _cell(self, cell: etree._Element) -> _Cell:
        properties = cell.find(W + "tcPr")
        columns = whole(value(properties, W + "gridSpan"), 1, _WIDEST)
        merges = [value(properties, W + name) for name in ("vMerge", "hMerge")]
        # A merge without a value continues (17.4.84); what such a cell holds is not shown.
        goes_on = any(m in ("", "continue") for m in merges)
        return _Cell(max(columns, 1), None if goes_on else list(self.lines(cell)))


def _inside(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, content controls and the like between them or not."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag == _MC + "AlternateContent":
            yield from _inside(_alternative(child), tag)
        elif child.tag not in _LEFT_OUT:
            yield from _inside(child, tag)


def _alternative(element: etree._Element) -> etree._Element:
    """One of several ways to say the same, the newest (ECMA-376-3, 7.5)."""
    choice = element.find(_MC + "Choice")
    fallback = element.find(_MC + "Fallback")
    return choice if choice is not None else fallback if fallback is not None else element


def _is_placeholder(element: etree._Element) -> bool:
    """A content control nobody filled in: it shows 单击此处输入文字 (17.5.2.39)."""
    return element.tag == W + "sdt" and value(element, f"{W}sdtPr/{W}showingPlcHdr") in (
        "",
        "1",
        "true",
        "on",
    )


def _is_row_left_out(row: etree._Element) -> bool:
    """A deleted or hidden row."""
    properties = row.find(W + "trPr")
    return any(value(properties, W + name) is not None for name in ("del", "hidden"))


def _numbered(number: str, text: str) -> str:
    """A paragraph behind its number; apart where digits or letters would run together."""
    text = text.lstrip()
    apart = number and text and ((number[-1].isalnum() and text[0].isalnum()) or text[0].isdigit())
    return f"{number} {text}" if apart else number + text


def _symbol(element: etree._Element) -> str:
    """A character of a symbol font (17.3.3.30): a known tick or box, or the character if it is a common one."""
    try:
        code = int(element.get(W + "char", ""), 16)
    except ValueError:
        return ""
    if code in range(0xF000, 0xF100) or code < 0x100:
        return _WINGDINGS.get(code & 0xFF, "") if "wingdings" in element.get(W + "font", "").lower() else ""
    return chr(code) if code < 0xD800 or 0xF900 <= code < 0xFFFE else ""


def _holds_data(rows: list[list[_Cell]]) -> bool:
    """As for web pages: more than a few cells, most of them short."""
    lengths = sorted(len(cell.text) for row in rows for cell in row if cell.lines is not None)
    return len(lengths) > 3 and lengths[len(lengths) // 2] <= 40 and lengths[-1] <= 400


def _aligned(rows: list[list[_Cell]], table: etree._Element) -> list[list[_Cell]]:
    """The rows without the columns that only say that lines do not quite meet.

    Where a line was dragged in one row, or a program rounded, the grid (17.4.48) has a column a hair wide, and
    a value would stand one column off its head. Rows stay as they are if a cell would be lost.
    """
    edges, at, first = [0], 0, 0  # the column that begins at each edge of the grid
    for column in table.iterfind(f"{W}tblGrid/{W}gridCol"):
        at += whole(column.get(W + "w"), 0, 99_999) or _SLIVER
        if at - first < _SLIVER:
            edges.append(edges[-1])
        else:
            edges.append(edges[-1] + 1)
            first = at
    aligned = []
    for row in rows:
        cells, end = [], 0
        for cell in row:
            start, end = end, end + cell.columns
            columns = edges[end] - edges[start] if end < len(edges) else 0
            if not columns and (cell.text or end >= len(edges)):
                return rows
            cells += [replace(cell, columns=columns)] if columns else []
        aligned.append(cells)
    return aligned


def _bars(rows: list[list[_Cell]]) -> Iterator[str]:
    """The rows on one grid, an empty field wherever a cell reaches, empty rows left out."""
    fields = [[text for cell in row for text in (cell.text, *[""] * (cell.columns - 1))] for row in rows]
    fields = [row[:_WIDEST] for row in fields if any(row)]
    width = max(map(len, fields), default=0)
    for row in fields:
        yield "| " + " | ".join([*row, *[""] * (width - len(row))]) + " |"
