"""Word files made by hand, with the markup that Word writes."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = (
    f'xmlns:w="{_W}" xmlns:r="{_OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_COLUMN = 900  # twentieths of a point


@dataclass(frozen=True)
class Cell:
    """A cell of a table to make.

    Attributes:
        text: What it prints.
        columns: How many grid columns it takes.
        merged: None, or whether it is the first of cells merged downwards (`restart`) or a further one.
        markup: Block markup in place of the text.
    """

    text: str = ""
    columns: int = 1
    merged: str | None = None
    markup: str | None = None


def run(text: str, properties: str = "") -> str:
    """A run of text; a tab and a line end become what Word writes for them."""
    inside = escape(text).replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    inside = inside.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{inside}</w:t></w:r>'


def paragraph(text: str = "", properties: str = "", runs: str = "") -> str:
    """A paragraph of a text, or of runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text) if text else ''}{runs}</w:p>"


def numbered(text: str, level: int = 0, list_id: int = 1) -> str:
    """A paragraph of a list."""
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>')


def table(
    rows: Sequence[Sequence[Cell | str]], properties: str = "", widths: Sequence[int | str] | None = None
) -> str:
    """A table; a cell that is only a text takes one column.

    Args:
        properties: Those of every row.
        widths: Of the columns of the grid, all alike if None.
    """
    every = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
    drawn = (f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(map(_cell, row))}</w:tr>" for row in every)
    width = max(sum(cell.columns for cell in row) for row in every)
    shown = [_COLUMN] * min(width, 64) if widths is None else widths
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in shown)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(drawn)}</w:tbl>"


def _cell(cell: Cell) -> str:
    wide = f'<w:tcW w:w="{_COLUMN * min(cell.columns, 64)}" w:type="dxa"/>'
    span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
    merge = (
        '<w:vMerge w:val="restart"/>' if cell.merged == "restart" else "<w:vMerge/>" if cell.merged else ""
    )
    inside = cell.markup or "".join(paragraph(line) for line in cell.text.split("\n"))
    return f"<w:tc><w:tcPr>{wide}{span}{merge}</w:tcPr>{inside}</w:tc>"


def levels(*formats: tuple[str, str], start: int = 1) -> str:
    """The definition of a list: for each level its number format and text."""
    drawn = (
        f'<w:lvl w:ilvl="{i}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(formats)
    )
    return f'<w:abstractNum w:abstractNumId="0">{"".join(drawn)}</w:abstractNum>'


def numbering(definitions: str, lists: str = "") -> str:
    """The numbering part; list 1 is of definition 0."""
    return (
        f'<w:numbering {NAMESPACES}>{definitions}<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{lists}'
        "</w:numbering>"
    )


def styles(inside: str) -> str:
    """The styles part."""
    return f"<w:styles {NAMESPACES}>{inside}</w:styles>"


def document(body: str) -> str:
    """The main part."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document {NAMESPACES}><w:body>{body}</w:body></w:document>'
    )


def relationships(*items: tuple[str, str, str]) -> str:
    """A part of relationships: id, last word of the type, target."""
    drawn = (
        f'<Relationship Id="{i}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in items
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(drawn)}</Relationships>'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of some parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def make_docx(body: str, title: str | None = None, **parts: str) -> bytes:
    """A Word file.

    Args:
        body: Markup of its blocks.
        title: For its properties.
        parts: `numbering` and `styles`, as made above.
    """
    links = [(f"rId{i}", kind, f"{kind}.xml") for i, kind in enumerate(parts)]
    every: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": relationships(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": document(body),
        "word/_rels/document.xml.rels": relationships(*links),
    }
    every |= {f"word/{kind}.xml": part for kind, part in parts.items()}
    if title is not None:
        every["docProps/core.xml"] = (
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></cp:coreProperties>'
        )
    return zipped(every)
