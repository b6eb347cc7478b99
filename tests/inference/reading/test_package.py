"""Hostile and broken zips: an error that says what to do, soon and without much memory."""

import struct
import tracemalloc
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.reading import ReadError, read_bytes
from inference.reading.package import MOST_BYTES, Package, office_suffix
from tests.inference.reading.word_files import document, make_docx, paragraph, styles, table, zipped

_GOOD = make_docx(paragraph("收到申请87件。") + table([["规章", "1"], ["许可", "2"]]), "标题")
_DTD = '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]>'


def _with(**parts: str | bytes) -> bytes:
    """A Word file with its main part, or others, exchanged."""
    named = {name.replace("__", "/").replace("_xml", ".xml"): part for name, part in parts.items()}
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document(paragraph("甲"))} | named)


def _declaring(size: int) -> bytes:
    """A bomb whose header says that its main part is small."""
    data = bytearray(_with(word__document_xml=b"<a>" + b" " * (MOST_BYTES + 2**20) + b"</a>"))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.rindex(mark)
        struct.pack_into("<I", data, place + at, size)
    return bytes(data)


def _with_many_entries() -> bytes:
    """A directory of a million entries that all are the same, behind one file."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


def _encrypted_zip() -> bytes:
    data = bytearray(_GOOD)
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 1)
    return bytes(data)


def _in_utf16(text: str) -> bytes:
    return text.replace("UTF-8", "UTF-16").encode("utf-16")


def _compressed_otherwise() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document(paragraph("甲")))
    return file.getvalue()


_HOSTILE = {
    "bomb": (_with(word__document_xml=b"<a>" + b" " * (MOST_BYTES + 2**20) + b"</a>"), "too_large"),
    "bomb that says it is small": (_declaring(1000), "damaged"),
    "tags without end": (_with(word__document_xml=b"<a>" + b"<p/>" * 15_000_000 + b"</a>"), "too_large"),
    "attributes without end": (_with(word__document_xml=b"<a>" + b"<p a=''/>" * 7_000_000 + b"</a>"), "too_large"),
    "too many entries": (_with_many_entries(), "unsupported"),
    "nested without end": (_with(word__document_xml="<a>" * 100_000 + "</a>" * 100_000), "damaged"),
    "entities": (_with(word__document_xml=_DTD + document(paragraph("甲"))), "unsafe"),
    "entities in UTF-16": (_with(word__document_xml=_in_utf16(_DTD + "<a/>")), "unsafe"),
    "document type in UTF-7": (
        _with(word__document_xml=b"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE a []><a/>"), ("unsafe", "damaged"),
    ),
    "file from outside": (
        _with(word__document_xml='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + document("&x;")), "unsafe",
    ),
    "document type in another part": (
        _with(docProps__core_xml=_DTD + "<a>&y;</a>"), "unsafe",
    ),
    "cut short": (_GOOD[: len(_GOOD) // 2], "damaged"),
    "only a beginning": (_GOOD[:60], "damaged"),
    "no main part": (zipped({"[Content_Types].xml": "<Types/>", "word/x.xml": "<a/>"}), "damaged"),
    "main part of something else": (_with(word__document_xml="<a/>"), "damaged"),
    "no XML": (_with(word__document_xml=b"\x00\x01\x02"), "damaged"),
    "empty part": (_with(word__document_xml=b""), "damaged"),
    "encrypted zip": (_encrypted_zip(), "encrypted"),
    "another compression": (_compressed_otherwise(), "damaged"),
    "names that lead outside": (_with(**{"../../etc/passwd": b"x"}), None),
}  # fmt: skip


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_file_is_an_error_in_little_memory(name: str) -> None:
    data, code = _HOSTILE[name]
    tracemalloc.start()
    try:
        if code is None:
            assert read_bytes(data, "年报.docx").text
        else:
            with pytest.raises(ReadError) as error:
                read_bytes(data, "年报.docx")
            assert error.value.code in code
            assert "年报.docx" in error.value.message
        assert tracemalloc.get_traced_memory()[1] < 4 * MOST_BYTES
    finally:
        tracemalloc.stop()


def test_tables_within_tables_as_deep_as_xml_allows_are_read() -> None:
    body = paragraph("最里面")
    for _ in range(80):
        body = f"<w:tbl><w:tr><w:tc>{body}</w:tc></w:tr></w:tbl>"
    assert read_bytes(make_docx(body), "年报.docx").text == "最里面"


def test_parts_count_together() -> None:
    half = styles(("<a/>" + " " * 2**20) * (MOST_BYTES >> 21))
    with pytest.raises(ReadError) as error:
        read_bytes(make_docx(paragraph("甲"), styles=half, numbering=half), "年报.docx")
    assert error.value.code == "too_large"


def test_names_are_alike_in_either_case_and_with_backslashes() -> None:
    package = Package(zipped({"Word\\Document.XML": "<a/>"}), "年报.docx")
    assert package.part("/word/document.xml") == b"<a/>"
    assert package.part("word/other.xml") is None
    assert package.names == {"word/document.xml"}


@pytest.mark.parametrize(
    ("parts", "suffix"),
    [
        ({"[Content_Types].xml": "", "word/document.xml": ""}, ".docx"),
        ({"[Content_Types].xml": "", "xl/workbook.xml": ""}, ".xlsx"),
        ({"[Content_Types].xml": "", "ppt/presentation.xml": ""}, ".pptx"),
        ({"[Content_Types].xml": ""}, None),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}, ".odt"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}, ".ods"),
        ({"mimetype": "application/epub+zip", "content.xml": ""}, None),
        ({"2023.docx": _GOOD, "2024.docx": _GOOD}, None),
        ({"word/年报.txt": "x"}, None),
        ({}, None),
    ],
)
def test_an_office_file_is_told_from_an_archive(parts: dict[str, str | bytes], suffix: str | None) -> None:
    assert office_suffix(zipped(parts)) == suffix


def test_a_plain_archive_cut_short_is_not_called_a_word_file() -> None:
    assert office_suffix(zipped({"年报/2024.txt": "x" * 100})[:80]) is None


@given(st.integers(0, len(_GOOD) - 1), st.binary(min_size=1, max_size=6))
def test_a_damaged_word_file_is_read_or_an_error(at: int, junk: bytes) -> None:
    data = _GOOD[:at] + junk + _GOOD[at + len(junk) :]
    try:
        assert read_bytes(data, "年报.docx").text
    except ReadError as error:
        assert error.code and "年报.docx" in error.message
