"""PDF files that cannot be read, and hostile ones: refused with a reason, in bounded time."""

import zlib
from pathlib import Path

import pytest

from inference.reading import ReadError, pdf
from inference.reading.source import SourceText
from tests.inference.reading.pdf_files import Sheet, assemble, make, one_page, stream

_SAMPLE = Path(__file__).parents[2] / "data" / "pdf" / "2021-county.libreoffice.pdf"
_FONT = b"/Font << /F 5 0 R >>"
_HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def _read(data: bytes) -> SourceText:
    return pdf.read_pdf(data, "年报.pdf", "0" * 64)


def _said(text: str) -> Sheet:
    """A page that says one thing."""
    sheet = Sheet()
    sheet.text(60, 100, text)
    return sheet


def _refused(data: bytes) -> ReadError:
    with pytest.raises(ReadError) as caught:
        _read(data)
    assert "年报.pdf" in caught.value.message
    return caught.value


def test_a_scan_is_refused() -> None:
    sheets = [Sheet(), Sheet()]
    for number, sheet in enumerate(sheets):
        sheet.image()
        sheet.text(280, 810, str(number))
    error = _refused(make(*sheets))
    assert error.code == "no_text_layer" and "is scanned" in error.message and "ocrmypdf" in error.message


def test_fonts_that_do_not_name_their_characters_are_refused() -> None:
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /Type /Font "
        b"/Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) >> >>] >>"
    )
    error = _refused(one_page(b"BT /F 12 Tf 100 700 Td <00410042004300440045> Tj ET", _FONT, (font,)))
    assert error.code == "no_text_layer" and "fonts" in error.message


def _locked(password: bool) -> bytes:
    """A PDF locked by RC4 of 40 bits, with the empty user password or another."""
    from hashlib import md5

    from pdfminer.arcfour import Arcfour

    pad = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
    key_word = (b"secret" + pad)[:32] if password else pad
    owner = Arcfour(md5(key_word).digest()[:5]).process(key_word)
    key = md5(key_word + owner + (-4 & 0xFFFFFFFF).to_bytes(4, "little") + b"id").digest()[:5]
    user = Arcfour(key).process(pad)
    content = b"BT /F 12 Tf 100 700 Td (Report 2024) Tj ET"
    sealed = Arcfour(md5(key + (4).to_bytes(3, "little") + b"\0\0").digest()[:10]).process(content)
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>"
            % _FONT,
            stream(sealed),
            _HELVETICA,
        ],
        b"/ID [<6964> <6964>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
        % (owner.hex().encode(), user.hex().encode()),
    )


def test_a_locked_file_is_refused_and_one_locked_without_a_password_is_read() -> None:
    assert _refused(_locked(True)).code == "encrypted"
    assert _read(_locked(False)).text == "Report 2024"


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_short_is_refused(share: float) -> None:
    data = _SAMPLE.read_bytes()
    assert _refused(data[: int(share * len(data))]).code == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"%PDF-1.7\n", id="nothing"),
        pytest.param(b"%PDF-1.7\n" + b"\xff\x00garbage" * 500, id="garbage"),
        pytest.param(assemble([b"<< /Type /Catalog >>"]), id="no pages"),
        pytest.param(assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] >>"]), id="loop"),
        pytest.param(assemble([b"<< /Type /Catalog /Pages 9 0 R >>"]), id="pages missing"),
        pytest.param(
            assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Kids [3 0 R] >>", b"<< /Type /Page /Contents 9 0 R >>"]),
            id="content missing",
        ),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused(data: bytes) -> None:
    assert _refused(data).code == "damaged"


def test_a_wrong_index_does_not_matter() -> None:
    data = make(_said("收到申请87件。"))
    at = data.rindex(b"startxref\n") + 10
    assert _read(data[:at] + b"7\n%%EOF\n").text == "收到申请87件。"


def _bomb() -> bytes:
    """A page of some kilobytes that unpacks to more than a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"q" * 2**20) for _ in range(1100)) + packer.flush()
    return one_page(packed, packed=False).replace(b"/Length", b"/Filter /FlateDecode /Length")


def _nested_forms() -> bytes:
    forms = [
        stream(
            b"/X Do " * 10,
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>"
            % (6 + i),
        )
        for i in range(12)
    ]
    return one_page(b"/X Do", b"/XObject << /X 5 0 R >>", tuple(forms))


def _wide_map() -> bytes:
    widths = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype "
        b"/CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (A) /Ordering (I) >> /W [0 999999999 500] >>] >>"
    )
    return one_page(b"BT /F 12 Tf (abc) Tj ET", _FONT, (widths,))


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (3 + i) for i in range(count))
    page = b"<< /Type /Page /MediaBox [0 0 9 9] >>"
    return assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Kids [%s] >>" % kids, *[page] * count])


@pytest.mark.parametrize(
    "make_file",
    [
        pytest.param(_bomb, id="a stream that unpacks to a gigabyte"),
        pytest.param(_nested_forms, id="forms in forms"),
        pytest.param(_wide_map, id="widths of a thousand million characters"),
        pytest.param(lambda: _pages(501), id="too many pages"),
        pytest.param(lambda: one_page(b"BT /F 1 Tf (%s) Tj ET" % (b"a" * 400_000), _FONT, (_HELVETICA,)), id="characters"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_time(make_file) -> None:  # type: ignore[no-untyped-def]
    data = make_file()
    assert _refused(data).code == "too_large"


def test_numbers_strewn_over_the_page_make_no_endless_table() -> None:
    content = b"".join(
        b"1 0 0 1 %d %d Tm (7) Tj " % (x, y) for x in range(0, 595, 6) for y in range(0, 842, 6)
    )
    assert _read(one_page(b"BT /F 3 Tf " + content + b"ET", _FONT, (_HELVETICA,))).text.count("7") > 10_000


@pytest.mark.parametrize("box", [b"-1e30 -1e30 1e30 1e30", b"0 0 0 0", b"(x) [] 5"])
def test_odd_boxes_of_the_page_are_borne(box: bytes) -> None:
    data = one_page(b"BT /F 12 Tf 0 0 Td (abc) Tj ET", _FONT, (_HELVETICA,)).replace(b"0 0 595 842", box)
    assert _read(data[: data.rindex(b"startxref")] + b"startxref\n0\n%%EOF").text in ("abc", "", "c", "bc")
