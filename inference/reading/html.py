"""HTML: what a page says as text, without menus and footers; tables as rectangular grids of bars."""

import re
from collections.abc import Iterator
from itertools import chain

from lxml import etree, html
from lxml.html import HtmlElement

from inference.reading.plain import decode
from inference.reading.source import SourceText

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DECLARED = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "utf-8": "utf-8"}
_DROPPED = [
    "script",
    "style",
    "noscript",
    "iframe",
    "nav",
    "footer",
    "select",
    "button",
    "input",
    "svg",
    "template",
    "object",
]
_FURNITURE = re.compile(
    r"(?:^|[-_ ])(?:nav|menu|foot(?:er)?|head(?:er)?|top|crumbs?|breadcrumb|share|sidebar|copyright|toolbar|logo|search)"
    r"(?:$|[-_ ]|bar|box|nav)",
    re.IGNORECASE,
)
_BLOCKS = {
    "p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "section",
    "article", "main", "blockquote", "pre", "center", "figure", "figcaption", "table", "tr", "td", "th", "caption",
}  # fmt: skip
_SPACE = re.compile(r"\s+")
_CONTENT = re.compile("content|article|main|body|text|zoom|detail", re.IGNORECASE)
_LONGEST_FURNITURE = 600  # characters
_WIDEST, _TALLEST = 64, 1000  # columns and rows; a larger span is a mistake or an attack


def read_html(data: bytes, source: str, sha256: str) -> SourceText:
    """What a web page says, without what surrounds it on every page of its site.

    A table becomes one line a row, `| cell | cell |`; a cell that spans others is followed by empty
    ones, so every row has as many bars as the table has columns.
    """
    declared = _CHARSET.search(data[:4096])
    encoding = _DECLARED.get(declared[1].decode("ascii").lower()) if declared else None
    page, encoding, replaced = decode(data, source, encoding)
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(page.lstrip("\ufeff").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError):
        return SourceText("", source, sha256, "text/html", encoding)
    title = _title(root)
    etree.strip_elements(root, *_DROPPED, with_tail=False)
    body = root.find("body")
    lines = _lines(root if body is None else body)
    return SourceText("\n".join(lines), source, sha256, "text/html", encoding, title, replaced)


def _title(root: HtmlElement) -> str | None:
    """What the page says its title is: the metadata of government sites, then the title element."""
    names = root.xpath("//meta[translate(@name,'ARTICLE','article')='articletitle']/@content")
    found = chain(names, (e.text_content() for e in root.xpath("//title")))
    return next((t for t in (_SPACE.sub(" ", str(t)).strip() for t in found) if t), None)


def _length(text: str) -> int:
    return len(_SPACE.sub("", text))


def _is_furniture(element: HtmlElement) -> bool:
    """A menu, a footer or the like: named so or nothing but links, short, without a title or data of its own."""
    text = _length(element.text_content())
    if text > _LONGEST_FURNITURE or element.find(".//h1") is not None:
        return False
    if element.tag == "table" or element.find(".//table") is not None:
        return False
    names = f"{element.get('class', '')} {element.get('id', '')}"
    linked = sum(_length(a.text_content()) for a in element.iter("a"))
    is_menu = (
        element.tag in ("ul", "ol", "div", "nav") and linked > 0.7 * text and len(list(element.iter("a"))) > 2
    )
    return is_menu or bool(_FURNITURE.search(names) and not _CONTENT.search(names))


def _is_data_table(element: HtmlElement) -> bool:
    """A table that holds data, not the layout of the page: no table inside, and short cells."""
    if element.tag != "table" or element.find(".//table") is not None:
        return False
    cells = [len(c.text_content().strip()) for c in element.iter("td", "th")]
    return len(cells) > 3 and sorted(cells)[len(cells) // 2] <= 40 and max(cells) <= 400


def _lines(main: HtmlElement) -> Iterator[str]:
    """The lines of the content in order, empty ones left out."""
    pieces: list[str] = []
    for piece in _pieces(main):
        if piece != "\n" and not piece.startswith("|"):
            pieces.append(piece)
            continue
        line = _SPACE.sub(" ", "".join(pieces)).strip()
        pieces.clear()
        if line:
            yield line
        if piece != "\n":
            yield piece
    line = _SPACE.sub(" ", "".join(pieces)).strip()
    if line:
        yield line


def _pieces(main: HtmlElement) -> Iterator[str]:
    """Stretches of inline text, line ends, and rows of tables; without recursion, pages nest deeply."""
    waiting: list[HtmlElement | str] = [main]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item.replace("|", "｜") if item.startswith("|") and item != "|" else item
            continue
        if item is not main and _is_furniture(item):
            continue
        if _is_data_table(item):
            yield "\n"
            yield from _rows(item)
            continue
        block = item.tag in _BLOCKS
        after: list[HtmlElement | str] = ["\n"] if block else []
        for child in reversed(item):
            if child.tail:
                after.append(_SPACE.sub(" ", child.tail))
            if isinstance(child.tag, str):
                after.append(child)
        if item.text:
            after.append(_SPACE.sub(" ", item.text))
        if block:
            yield "\n"
        waiting += after


def _rows(table: HtmlElement) -> Iterator[str]:
    """The rows of a data table on one grid, spans resolved, all of the same width."""
    held: dict[int, int] = {}  # columns taken by a cell above, and for how many rows more
    rows: list[dict[int, str]] = []
    width = 0
    for row in table.iter("tr"):
        fields: dict[int, str] = {}
        column = 0
        taken = set(held)
        held = {c: left - 1 for c, left in held.items() if left > 1}
        for cell in row.iterchildren("td", "th"):
            while column in taken:
                column += 1
            fields[column] = _inline(cell)
            columns, height = _span(cell, "colspan", _WIDEST), _span(cell, "rowspan", _TALLEST)
            if height > 1:
                held.update(dict.fromkeys(range(column, column + columns), height - 1))
            column += columns
        width = min(max([width, column, *(c + 1 for c in taken)]), _WIDEST)
        if any(fields.values()):
            rows.append(fields)
    for fields in rows:
        yield "| " + " | ".join(fields.get(c, "") for c in range(width)) + " |"


def _inline(cell: HtmlElement) -> str:
    """The text of a cell on one line: blocks inside it are set apart by a space, digits in two spans are not."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if element.tag in _BLOCKS:
            pieces.append(" ")
        pieces.append(
            (element.text if event == "start" else element.tail if element is not cell else "") or ""
        )
    return _SPACE.sub(" ", "".join(pieces)).strip().replace("|", "/")


def _span(cell: HtmlElement, name: str, most: int) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), most) if value.isdecimal() else 1
