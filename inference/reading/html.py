"""HTML: the main content as text, tables as rectangular grids of bars."""

import re
from collections.abc import Iterator
from itertools import chain

from lxml import etree, html
from lxml.html import HtmlElement

from inference.reading.plain import decode
from inference.reading.source import SourceText

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DECLARED = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "utf-8": "utf-8"}
_DROPPED = "script|style|noscript|iframe|nav|footer|header|aside|form|select|button|input|svg|template|object"
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
_MAIN_SHARE = 0.8  # of the text, that makes one child the place where the content is
_WIDEST = 64  # columns; a larger span is a mistake or an attack
_DEEPEST = 200  # elements inside one another


def read_html(data: bytes, source: str, sha256: str) -> SourceText:
    """The main content of a web page.

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
    etree.strip_elements(root, *_DROPPED.split("|"), with_tail=False)
    body = root.find("body")
    lines = _lines(_main(root if body is None else body))
    return SourceText("\n".join(lines), source, sha256, "text/html", encoding, title, replaced)


def _title(root: HtmlElement) -> str | None:
    """What the page says its title is: the metadata of government sites, then the title element."""
    names = root.xpath("//meta[translate(@name,'ARTICLE','article')='articletitle']/@content")
    found = chain(names, (e.text_content() for e in root.xpath("//title")))
    return next((t for t in (_SPACE.sub(" ", str(t)).strip() for t in found) if t), None)


def _weight(element: HtmlElement) -> int:
    """Characters of text that are not links."""
    linked = sum(len(_SPACE.sub("", a.text_content())) for a in element.iter("a"))
    return len(_SPACE.sub("", element.text_content())) - linked


def _main(body: HtmlElement) -> HtmlElement:
    """The innermost element that holds nearly all the text that is not links."""
    element, depth = body, 0
    while depth < _DEEPEST:
        children = [c for c in element if isinstance(c.tag, str)]
        total = _weight(element)
        main = next(
            (c for c in children if c.tag not in _TABLE_PARTS and _weight(c) >= _MAIN_SHARE * total), None
        )
        if main is None or not total or _is_data_table(main):
            return element
        element, depth = main, depth + 1
    return element


_TABLE_PARTS = {"p", "li", "span", "font", "strong", "b"}


def _is_data_table(element: HtmlElement) -> bool:
    """A table that holds data, not the layout of the page: no table inside, and short cells."""
    if element.tag != "table":
        return False
    if element.find(".//table") is not None:
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
        if (
            item is not main
            and _FURNITURE.search(f"{item.get('class', '')} {item.get('id', '')}")
            and _weight(item) < 400
        ):
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
    """The rows of a data table on one grid, spans resolved."""
    held: dict[int, int] = {}  # columns taken by a cell above, and for how many rows more
    for row in table.iter("tr"):
        fields: dict[int, str] = {}
        column = 0
        taken = {c for c, rows in held.items() if rows > 0}
        held = {c: rows - 1 for c, rows in held.items() if rows > 1}
        for cell in row.iterchildren("td", "th"):
            while column in taken:
                column += 1
            fields[column] = _SPACE.sub(" ", " ".join(cell.itertext())).strip().replace("|", "/")
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            if height > 1:
                held.update(dict.fromkeys(range(column, column + width), height - 1))
            column += width
        last = max([column, *(c + 1 for c in taken)], default=0)
        if any(fields.values()):
            yield "| " + " | ".join(fields.get(c, "") for c in range(last)) + " |"


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), 1000 if name == "rowspan" else _WIDEST) if value.isdigit() else 1
