"""The glyphs and rules of a PDF, read with pdfminer in a process of its own.

A PDF can make its reader loop or swell without end: a map of four thousand million characters, a stream
that unpacks to gigabytes, forms that draw each other. No check inside the reader catches all of them, so
`inference.reading.pdf` runs this file as a script, under a limit of time and memory. It takes the PDF from
standard input and writes one JSON object, `{"error": code}` or `{"title": …, "pages": […]}`; it imports
nothing of this project, so that it starts fast.
"""

import json
import logging
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

from pdfminer.layout import LTChar
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, dict_value, list_value, resolve1
from pdfminer.psparser import literal_name
from pdfminer.utils import apply_matrix_pt, decode_text

MEMORY = 700 * 2**20  # bytes of address space
SECONDS = 7  # on the processor; a report of twenty pages takes one
GLYPHS = 300_000  # in all; more characters than are read of any report
RULES = 200_000  # in all
THICK = 4.5  # points; a filled box that is thinner is a rule
LEVEL = 0.15  # a stroke that rises by less than this share of its run, or text that does, is level
_INHERITED = ("Resources", "MediaBox", "CropBox", "Rotate")

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in points, y upwards


class RefusedError(Exception):
    """A PDF that cannot be read; the argument is the code to report."""


class Ink(PDFTextDevice):  # type: ignore[misc, unused-ignore]
    """Collects what a page draws.

    Attributes:
        glyphs: Text, box and direction (quarter turns against the clock) of each character of the page.
        rules: Boxes of no width or no height, from strokes and thin filled boxes.
        images: Pictures seen in the whole document.
    """

    def __init__(self, manager: PDFResourceManager) -> None:
        super().__init__(manager)
        self.glyphs: list[tuple[str, Box, int]] = []
        self.rules: list[Box] = []
        self.images = 0
        self._drawn = Counter[str]()

    def begin_page(self, page: Any, ctm: Any) -> None:
        """Forget the page before."""
        self.glyphs, self.rules = [], []

    def render_image(self, name: str, stream: Any) -> None:
        """Count a picture."""
        self.images += 1

    def render_char(
        self, matrix: Any, font: Any, fontsize: float, scaling: float, rise: float, cid: int, ncs: Any,
        graphicstate: Any,
    ) -> float:  # fmt: skip
        """Keep a character; one that the font does not name stands as U+FFFD. Returns its advance."""
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = "\ufffd"
        self._count("glyphs", GLYPHS)
        glyph = LTChar(
            matrix, font, fontsize, scaling, rise, text, font.char_width(cid), font.char_disp(cid), ncs,
            graphicstate,
        )  # fmt: skip
        turns = math.atan2(matrix[1], matrix[0]) / (math.pi / 2)
        # Slanted text is a watermark.
        if abs(turns - round(turns)) < LEVEL and all(map(math.isfinite, glyph.bbox)):
            self.glyphs.append((text, glyph.bbox, round(turns) % 4))
        return float(glyph.adv)

    def paint_path(self, graphicstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Any) -> None:
        """Keep the level and upright strokes of a path, and its boxes that are thin enough for rules."""
        assert self.ctm is not None
        points: list[tuple[float, float]] = []
        for operator, *numbers in path:
            if operator == "m":
                self._subpath(points, stroke)
                points = []
            point = points[0] if operator == "h" and points else numbers[-2:]
            if len(point) == 2:
                points.append(point if operator == "h" else apply_matrix_pt(self.ctm, point))
        self._subpath(points, stroke)

    def _subpath(self, points: Sequence[tuple[float, float]], stroke: bool) -> None:
        if len(points) < 2 or not all(math.isfinite(n) for point in points for n in point):
            return
        (x0, x1), (y0, y1) = ((min(n), max(n)) for n in zip(*points, strict=True))
        middle, centre = (x0 + x1) / 2, (y0 + y1) / 2
        if min(x1 - x0, y1 - y0) <= THICK:
            self._count("rules", RULES)
            # A dot of a dotted line may belong to a line in either direction.
            if y1 - y0 <= THICK:
                self.rules.append((x0, centre, x1, centre))
            if x1 - x0 <= THICK:
                self.rules.append((middle, y0, middle, y1))
        elif stroke:
            for (xa, ya), (xb, yb) in pairwise(points):
                if min(abs(xa - xb), abs(ya - yb)) <= LEVEL * max(abs(xa - xb), abs(ya - yb)):
                    self._count("rules", RULES)
                    self.rules.append((min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)))

    def _count(self, what: str, most: int) -> None:
        self._drawn[what] += 1
        if self._drawn[what] > most:
            raise RefusedError("too_large")


def turned(box: Box, turns: int, width: float, height: float) -> Box:
    """A box as it lies when the page is turned so that text of this direction stands upright, y downwards."""
    x0, y0, x1, y1 = box
    return (
        (x0, height - y1, x1, height - y0),
        (y0, x0, y1, x1),
        (width - x1, y0, width - x0, y1),
        (height - y1, width - x1, height - y0, width - x0),
    )[turns]


def _page_trees(document: PDFDocument) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Object number and attributes of each page, in order; without recursion, and each once."""
    waiting: list[tuple[Any, dict[str, Any]]] = [(document.catalog.get("Pages"), {})]
    seen: set[int] = set()
    while waiting:
        reference, inherited = waiting.pop()
        number = getattr(reference, "objid", None)
        node = resolve1(reference)
        if not isinstance(node, dict):
            raise RefusedError("damaged")
        if number in seen:
            continue
        seen.add(number if number is not None else -len(seen) - 1)
        own = {**inherited, **node}
        if "Kids" in node:
            passed = {name: own[name] for name in _INHERITED if name in own}
            waiting += [(kid, passed) for kid in reversed(list_value(node["Kids"]))]
        else:
            yield number, own


def _title(document: PDFDocument) -> str | None:
    """What the metadata say the title is."""
    for info in document.info:
        title = resolve1(info.get("Title"))
        if isinstance(title, bytes):
            return decode_text(title)
        if title is not None:
            return literal_name(title) if not isinstance(title, str) else title
    return None


def _open(data: bytes) -> PDFDocument:
    parser = PDFParser(BytesIO(data))
    try:
        document = PDFDocument(parser)
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise RefusedError("encrypted") from error
    # Without its index a file can be read as long as it was not cut short.
    if parser.fallback and b"%%EOF" not in data[-2048:]:
        raise RefusedError("damaged")
    return document


def _page(ink: Ink, page: PDFPage) -> dict[str, Any]:
    """What stands on a page that was just drawn, upright."""
    x0, y0, x1, y1 = page.mediabox
    size = (abs(x1 - x0), abs(y1 - y0))
    width, height = size[::-1] if page.rotate in (90, 270) else size
    turns = Counter(turn for text, _, turn in ink.glyphs if text.strip()).most_common(1)
    most = turns[0][0] if turns else 0
    glyphs = [
        [text, *(round(n, 2) for n in turned(box, most, width, height)), (turn - most) % 4]
        for text, box, turn in ink.glyphs
        if 0 <= (box[0] + box[2]) / 2 <= width and 0 <= (box[1] + box[3]) / 2 <= height
    ]
    rules = [[round(n, 2) for n in turned(box, most, width, height)] for box in ink.rules]
    if most % 2:
        width, height = height, width
    return {"width": width, "height": height, "glyphs": glyphs, "rules": rules}


def read(data: bytes, most: int) -> dict[str, Any]:
    """The title and the pages of a PDF of at most so many.

    Raises:
        RefusedError: It cannot be read.
    """
    document = _open(data)
    manager = PDFResourceManager()
    ink = Ink(manager)
    interpreter = PDFPageInterpreter(manager, ink)
    pages: list[dict[str, Any]] = []
    for number, attributes in _page_trees(document):
        if len(pages) == most:
            raise RefusedError("too_large")
        page = PDFPage(document, number, attributes, None)
        if not all(isinstance(resolve1(part), PDFStream) for part in page.contents):
            raise RefusedError("damaged")
        if page.resources is None:
            page.resources = {}
        dict_value(page.resources)
        interpreter.process_page(page)
        pages.append(_page(ink, page))
    if not pages:
        raise RefusedError("damaged")
    return {"title": _title(document), "pages": pages, "images": ink.images}


def _limit() -> None:
    """Take the limits that the system can hold this process to."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main() -> None:
    """Read the PDF on standard input, of as many pages as the argument says."""
    logging.disable(logging.CRITICAL)
    _limit()
    try:
        found = read(sys.stdin.buffer.read(), int(sys.argv[1]))
    except RefusedError as error:
        found = {"error": str(error)}
    except MemoryError:
        found = {"error": "too_large"}
    except Exception:  # pdfminer raises of every kind on a file that is not as it should be
        found = {"error": "damaged"}
    sys.stdout.buffer.write(json.dumps(found).encode())


if __name__ == "__main__":
    main()
