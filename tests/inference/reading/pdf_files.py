"""Small PDFs for tests, drawn by hand: text where it is put, rules, pictures, and what is wrong with a file."""

import zlib
from dataclasses import dataclass, field

# A font that every reader of PDF knows, so that none is embedded; figures and Latin letters are half as wide.
_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-%s /DescendantFonts [<< /Type /Font "
    b"/Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
    b"/DW 1000 /W [1 95 500] /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /Ascent 880 "
    b"/Descent -120 /CapHeight 880 /ItalicAngle 0 /StemV 80 /FontBBox [0 -120 1000 880] >> >>] >>"
)
_TURNS = ((1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0))


@dataclass
class Sheet:
    """A page under way; places are in points from its upper left corner."""

    width: float = 595
    height: float = 842
    rotate: int = 0
    content: list[str] = field(default_factory=list)
    has_image: bool = False

    def text(self, x: float, y: float, text: str, size: float = 10, turns: int = 0) -> None:
        """Text whose lower left corner stands at a place, turned against the clock."""
        a, b, c, d = _TURNS[turns]
        place = f"{a} {b} {c} {d} {x:.2f} {self.height - y:.2f} Tm"
        self.content.append(f"BT /F {size} Tf {place} <{text.encode('utf-16-be').hex()}> Tj ET")

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A stroke."""
        self.content.append(f"{x0:.2f} {self.height - y0:.2f} m {x1:.2f} {self.height - y1:.2f} l S")

    def bar(self, x: float, y: float, width: float, height: float) -> None:
        """A filled box, its upper left corner given."""
        self.content.append(f"{x:.2f} {self.height - y - height:.2f} {width:.2f} {height:.2f} re f")

    def image(self) -> None:
        """A picture over the whole page."""
        self.has_image = True
        self.content.append(f"q {self.width} 0 0 {self.height} 0 0 cm /I Do Q")

    def table(self, rows: list[str], y: float = 100, widths: tuple[float, ...] = (150, 60, 60, 60), x: float = 60,
              height: float = 20, ruled: bool = True) -> float:  # fmt: skip
        """A table; cells are parted by bars, `<` goes on from the left and `^` from above. Returns its lower edge."""
        grid = [row.split("|") for row in rows]
        edges = [x + sum(widths[:i]) for i in range(len(widths) + 1)]
        for r, cells in enumerate(grid):
            top = y + r * height
            for c, cell in enumerate(cells):
                if ruled and cell != "<":
                    self.line(edges[c], top, edges[c], top + height)
                if ruled and cell != "^" and (cell != "<" or cells[c - 1] != "^"):
                    self.line(edges[c], top, edges[c + 1], top)
                if cell not in ("<", "^", ""):
                    for n, part in enumerate(cell.split("/")):
                        self.text(edges[c] + 5, top + 12 + 10 * n, part, 8)
            if ruled:
                self.line(edges[-1], top, edges[-1], top + height)
        bottom = y + len(grid) * height
        if ruled:
            self.line(x, bottom, edges[-1], bottom)
        return bottom


def stream(data: bytes, entries: bytes = b"", packed: bool = False) -> bytes:
    """A stream object, its data packed or not."""
    if packed:
        data, entries = zlib.compress(data, 9), entries + b" /Filter /FlateDecode"
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def assemble(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A file of numbered objects, the first its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    index = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (
        size,
        index,
    ) + b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (
        size,
        trailer,
    )
    return out + b"startxref\n%d\n%%%%EOF\n" % (out.rindex(b"xref\n0 "))


def make(*sheets: Sheet, title: str | None = None, vertical: bool = False) -> bytes:
    """A PDF of these pages."""
    kids = b" ".join(b"%d 0 R" % (6 + 2 * i) for i in range(len(sheets)))
    info = f"<< /Title <feff{title.encode('utf-16-be').hex()}> >>".encode() if title else b"<< >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(sheets)),
        _FONT % (b"V" if vertical else b"H"),
        stream(
            b"\0" * 3,
            b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceRGB /BitsPerComponent 8",
        ),
        info,
    ]
    for i, sheet in enumerate(sheets):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R /Resources "
            b"<< /Font << /F 3 0 R >> /XObject << /I 4 0 R >> >> >>"
            % (sheet.width, sheet.height, sheet.rotate, 7 + 2 * i)
        )
        objects.append(stream("\n".join(sheet.content).encode(), packed=True))
    return assemble(objects, b"/Info 5 0 R")


def one_page(
    content: bytes, resources: bytes = b"", more: tuple[bytes, ...] = (), packed: bool = True
) -> bytes:
    """A PDF of one page with this content; further objects are numbered from 5."""
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>"
            % resources,
            stream(content, packed=packed),
            *more,
        ]
    )
