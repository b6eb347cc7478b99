"""Encodings of plain text: the text comes out as it is in the file, or not at all."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.reading import ReadError
from inference.reading.plain import decode, read_plain

_SIMPLIFIED = [
    "本机关全年主动公开政府信息1234条，其中网站发布980条。",
    "收到政府信息公开申请八十七件，均已按时答复。\n",
    "（一）规章｜3｜0｜15\n",
    "未发生因政府信息公开被申请行政复议、提起行政诉讼的情况。",
    "存在的问题：公开内容不够全面，解读形式比较单一。\r\n",
    "| 行政许可 | 160.5964万元 | / |\n",
]
_TRADITIONAL = [
    "本機關全年主動公開政府資訊1234條，其中網站發佈980條。",
    "收到政府資訊公開申請八十七件，均已按時答覆。\n",
    "（一）規章｜3｜0｜15\n",
    "未發生因政府資訊公開被申請行政復議、提起行政訴訟的情況。",
    "存在的問題：公開內容不夠全面，解讀形式比較單一。\r\n",
    "| 行政許可 | 160.5964萬元 | / |\n",
]


def _some(lines: list[str]) -> st.SearchStrategy[str]:
    """A page of any of these lines, one of a few marks alone included."""
    return st.lists(st.sampled_from(lines), min_size=1, max_size=12).map("".join)


@given(_some(_SIMPLIFIED))
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_simplified_text_is_kept_in_its_encoding(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "年报.txt") == (text, encoding, 0)


@given(_some(_TRADITIONAL))
@pytest.mark.parametrize("encoding", ["utf-8", "big5"])
def test_traditional_text_is_kept_in_its_encoding(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "年報.txt") == (text, encoding, 0)


@pytest.mark.parametrize("shift", ["", "a"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_long_page_in_big5_is_known_wherever_a_sample_of_it_ends(shift: str, end: str) -> None:
    line = "本機關全年主動公開政府資訊一千二百件,收到申請八十七件,辦理行政復議三件。"
    text = shift + (line + end) * 700
    assert decode(text.encode("big5"), "年報.txt") == (text, "big5", 0)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_utf_8_text_is_kept(text: str) -> None:
    assert decode(text.encode(), "年报.txt")[0] == text


@given(_some(_TRADITIONAL))
def test_what_the_document_declares_is_tried_first(text: str) -> None:
    data = text.encode("gb18030")
    assert decode(data, "年報.html", "gb18030") == (text, "gb18030", 0)


def test_a_wrong_declaration_does_not_spoil_utf_8() -> None:
    assert decode("公开信息12条".encode(), "年报.html", "gb18030") == ("公开信息12条", "utf-8", 0)


def test_a_rare_character_outside_gbk_is_kept() -> None:
    text = "青石县䶮塘镇人民政府㐂村公开信息12条，收到申请3件。𠀀"
    assert decode(text.encode("gb18030"), "年报.txt") == (text, "gb18030", 0)


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_utf_16_is_known_by_its_byte_order_mark(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    text, named, replaced = decode(mark + "公开信息12条".encode(encoding), "年报.txt")
    assert (text, replaced) == ("\ufeff公开信息12条", 0)
    assert named == encoding


def test_a_byte_order_mark_stays_so_that_offsets_are_those_of_the_file() -> None:
    data = codecs.BOM_UTF8 + "公开信息12条".encode()
    text, encoding, _ = decode(data, "年报.txt")
    assert text == data.decode(encoding) == "\ufeff公开信息12条"


def test_a_broken_byte_is_replaced_and_counted() -> None:
    page = "".join(_SIMPLIFIED) * 4
    data = bytearray(page.encode("gb18030"))
    data[60:60] = b"\xff"
    text, encoding, replaced = decode(bytes(data), "年报.txt")
    assert encoding == "gb18030"
    assert 1 <= replaced == text.count("\ufffd") <= 3
    assert text.endswith("".join(_SIMPLIFIED) * 3)


@pytest.mark.parametrize("times", [1, 2, 20])
def test_a_broken_byte_in_a_utf_8_file_does_not_change_its_encoding(times: int) -> None:
    page = "".join(_SIMPLIFIED) * times
    text, encoding, replaced = decode(page.encode() + b"\xe5\x85", "年报.txt")
    assert (text[: len(page)], encoding) == (page, "utf-8")
    assert replaced == text.count("\ufffd") >= 1


@pytest.mark.parametrize("missing", [1, 2])
def test_a_utf_8_file_cut_inside_a_character_stays_utf_8(missing: int) -> None:
    page = "2024年度工作报告。本机关全年主动公开政府信息一千二百件，收到申请八十七件，办理行政复议三件，无行政诉讼"
    text, encoding, replaced = decode(page.encode()[:-missing], "年报.txt")
    assert (text, encoding, replaced) == (page[:-1] + "\ufffd", "utf-8", 1)


def test_bytes_of_no_known_encoding_are_no_text() -> None:
    with pytest.raises(ReadError) as error:
        decode(bytes(range(128, 256)) * 40, "年报.txt")
    assert error.value.code == "not_text"
    assert "年报.txt" in error.value.message


def test_a_binary_file_is_no_text() -> None:
    with pytest.raises(ReadError) as error:
        read_plain(b"\x00\x01\x02\x03" * 50, "年报.txt", "0" * 64)
    assert error.value.code == "not_text"


def test_plain_text_comes_out_unchanged_with_what_is_known_of_it() -> None:
    page = "\r\n一、总体情况\r\n\t收到申请 87 件\u3000\n\n| 规章 | | 3 |\r\n"
    text = read_plain(page.encode("gb18030"), "夹/年报.txt", "a" * 64)
    assert text.text == page
    assert (text.source, text.sha256, text.media_type) == ("夹/年报.txt", "a" * 64, "text/plain")
    assert (text.encoding, text.title, text.replaced) == ("gb18030", None, 0)
