"""The one door: which reader a file goes to, and the errors of files that cannot be read."""

import hashlib
from pathlib import Path

import pytest

from inference.reading import ReadError, SourceText, door, read, read_bytes, supported
from inference.reading.files import LARGEST
from tests.inference.reading.word_files import make_docx, paragraph, zipped

_PAGE = "<html><body><p>一、总体情况</p><p>收到申请87件。</p></body></html>"
_PLAIN = "一、总体情况\n收到申请87件。"


@pytest.mark.parametrize(
    ("name", "is_supported"),
    [
        ("年报.txt", True),
        ("年报.TXT", True),
        ("年报.md", True),
        ("年报.html", True),
        ("content_1024.htm", True),
        ("index.shtml", True),
        ("年报.pdf", True),
        ("年报.docx", True),
        ("年报.DOC", True),
        ("年报.wps", True),
        ("年报.mht", True),
        ("年报.xls", True),
        ("年报.et", True),
        ("年报.zip", False),
        ("年报.pptx", False),
        ("年报.jpg", False),
        ("~$年报.docx", False),
        ("年报", False),
        (".年报.txt", False),
        (".DS_Store", False),
    ],
)
def test_files_of_a_folder_are_chosen_by_name(name: str, is_supported: bool) -> None:
    assert supported(Path("年报/2024") / name) is is_supported


@pytest.mark.parametrize("as_path", [Path, str])
def test_a_file_is_read_with_its_source_and_hash(tmp_path: Path, as_path: type[Path] | type[str]) -> None:
    path = tmp_path / "青石县 2024.txt"
    path.write_bytes(_PLAIN.encode("gb18030"))
    text = read(as_path(path))
    assert (text.text, text.encoding, text.source) == (_PLAIN, "gb18030", str(path))
    assert text.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["年报.html", "年报.HTM", "年报.xhtml", "年报.shtml"])
def test_a_web_page_is_known_by_its_name(name: str) -> None:
    text = read_bytes("一、总体情况<br>收到申请87件。".encode(), name)
    assert (text.media_type, text.text) == ("text/html", _PLAIN)


@pytest.mark.parametrize(
    "start",
    ["<!DOCTYPE html>", "<HTML>", "\ufeff<html lang='zh'>", "\n\n<body>", "<div class='content'>", "<table>"],
)
def test_a_web_page_is_known_by_how_it_begins(start: str) -> None:
    assert read_bytes(f"{start}<p>收到申请87件。</p>".encode(), "网页").media_type == "text/html"


def test_a_web_page_saved_under_a_text_name_is_read_as_a_page() -> None:
    assert read_bytes(_PAGE.encode(), "年报.txt").text == _PLAIN


@pytest.mark.parametrize("name", ["年报.docx", "年报.doc", "年报.html", "年报.txt", "年报.pdf", "年报"])
def test_a_file_is_read_for_what_it_holds_whatever_its_name(name: str) -> None:
    assert read_bytes(make_docx(paragraph("收到申请87件。")), name).media_type.endswith(
        "wordprocessingml.document"
    )
    assert read_bytes(_PAGE.encode(), name).media_type == "text/html"
    assert read_bytes(_PAGE.encode("utf-16"), name).text == _PLAIN
    if not name.endswith("html"):
        assert read_bytes(_PLAIN.encode(), name).media_type == "text/plain"


@pytest.mark.parametrize("junk", [b"", b"\n", b"\xef\xbb\xbf"])
def test_a_pdf_goes_to_its_reader(junk: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    read_text = SourceText("甲", "年报.txt", "0", "application/pdf", None)
    monkeypatch.setattr(door, "read_pdf", lambda data, source, sha256, pages: read_text)
    assert read_bytes(junk + b"%PDF-1.7\n", "年报.txt") is read_text


@pytest.mark.parametrize("text", ["收到申请<5件。", "详见<指南>。", "| 规章 | 3 |", "# 一、总体情况"])
def test_text_with_a_stray_angle_bracket_is_plain(text: str) -> None:
    read_text = read_bytes(text.encode(), "年报.txt")
    assert (read_text.media_type, read_text.text) == ("text/plain", text)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"PK\x03\x04\x14\x00", "zip archive"),
        (zipped({"年报.txt": _PLAIN}), "zip archive"),
        (zipped({"[Content_Types].xml": "", "ppt/presentation.xml": ""}), "PowerPoint"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old office file"),
        (b"\x89PNG\r\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"GIF89a", "image"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"Rar!\x1a\x07", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
    ],
)
@pytest.mark.parametrize("name", ["年报.txt", "年报.html"])
def test_a_file_of_another_kind_is_named_whatever_its_name(start: bytes, kind: str, name: str) -> None:
    with pytest.raises(ReadError) as error:
        read_bytes(start if len(start) > 20 else start + b"\x00" * 20, name)
    assert error.value.code == "unsupported"
    assert kind in error.value.message and name in error.value.message


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "年报.txt"),
        (b" \r\n\t\n", "年报.txt"),
        (b"\xef\xbb\xbf", "年报.txt"),
        (b"\xff\xfe", "年报.txt"),
        (b"|\n|\n| |\n", "年报.txt"),
        (b"", "年报.html"),
        (b"<html><body></body></html>", "年报.html"),
        (b"<html><body><script>var a = 1;</script></body></html>", "年报.html"),
        (b"<!-- -->", "年报.html"),
    ],
)
def test_a_file_without_text_is_empty(data: bytes, name: str) -> None:
    with pytest.raises(ReadError) as error:
        read_bytes(data, name)
    assert error.value.code == "empty"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as error:
        read(tmp_path / "没有.txt")
    assert error.value.code == "not_found"
    assert "没有.txt" in error.value.message


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as error:
        read(tmp_path)
    assert error.value.code == "not_found"
    assert "folder" in error.value.message


def test_a_file_far_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(ReadError) as error:
        read(path)
    assert error.value.code == "too_large"
