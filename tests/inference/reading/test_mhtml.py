"""Web archives: the page inside them."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.reading import ReadError, read_bytes

_PROSE = "收到政府信息公开申请87件，均已按时答复，没有因公开信息引起的行政复议和行政诉讼。"
_PAGE = f"<html><head><title>年报</title></head><body><p>{_PROSE}</p></body></html>"
_HEAD = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="x"{}\r\n\r\nThis is\r\n'


def _part(body: bytes, kind: str = "text/html", headers: str = "") -> bytes:
    import base64

    head = f"--x\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{headers}\r\n"
    return head.encode() + base64.encodebytes(body) + b"\r\n"


def _archive(*parts: bytes, parameters: str = "") -> bytes:
    return _HEAD.format(parameters).encode() + b"".join(parts) + b"--x--\r\n"


@pytest.mark.parametrize("name", ["年报.mht", "年报.doc", "年报.html", "年报.txt"])
@pytest.mark.parametrize(
    "before",
    ["", "From: <Saved by Blink>\r\nSnapshot-Content-Location: http://example.org/\r\n", "\r\n", "\ufeff"],
)
def test_an_archive_is_known_by_what_it_holds(before: str, name: str) -> None:
    text = read_bytes(before.encode() + _archive(_part(_PAGE.encode())), name)
    assert (text.text, text.title) == (_PROSE, "年报")
    assert (text.media_type, text.encoding) == ("multipart/related", None)


@pytest.mark.parametrize("transfer", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030", "big5"])
def test_what_an_ordinary_library_writes_is_read(transfer: str, charset: str) -> None:
    prose = "收到申請八十七件，均已按時答覆。" if charset == "big5" else _PROSE
    message = EmailMessage()
    message.set_content(f"<html><body><p>{prose}</p></body></html>", "html", charset=charset, cte=transfer)
    message.add_related(b"\x89PNG", "image", "png")
    assert read_bytes(message.as_bytes(), "年报.mht").text == prose


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("gb2312", "gb18030"), ("GBK", "gb18030"), ("unicode", "utf-16"), ("utf-8", "utf-8"), ("gb2312", "utf-8"),
     ("x-unknown", "utf-8"), ("hex", "gb18030"), ("utf-8", "gb18030")],
)  # fmt: skip
def test_the_encoding_of_the_part_is_used_and_a_wrong_one_does_no_harm(charset: str, codec: str) -> None:
    page = _PAGE.replace("<title>", "<meta charset=gb2312><title>")
    data = _archive(_part(page.encode(codec), f'text/html; charset="{charset}"'))
    assert read_bytes(data, "年报.mht").text == _PROSE


def test_the_start_of_the_archive_is_its_page() -> None:
    other = _part(b"<html><body><p>99</p></body></html>", headers="Content-ID: <a>\r\n")
    page = _part(_PAGE.encode(), headers="Content-ID: <b>\r\n")
    assert read_bytes(_archive(other, page, parameters='; start="<b>"'), "年报.mht").text == _PROSE
    assert read_bytes(_archive(page, other), "年报.mht").text == _PROSE
    assert read_bytes(_archive(page, other, parameters='; start="<gone>"'), "年报.mht").text == _PROSE


@pytest.mark.parametrize(
    "frames", ["<frameset><frame src=a><frame src=b></frameset>", "<p>首页</p><iframe src=a></iframe>"]
)
def test_a_page_of_frames_is_the_frame_with_most_text(frames: str) -> None:
    parts = [
        f"<html><body>{body}</body></html>".encode() for body in (frames, "<p>目录</p>", f"<p>{_PROSE}</p>")
    ]
    assert read_bytes(_archive(*map(_part, parts)), "年报.mht").text == _PROSE


def test_an_archive_of_one_page_alone() -> None:
    data = b"MIME-Version: 1.0\nContent-Type: text/html\nContent-Transfer-Encoding: 8bit\n\n" + _PAGE.encode()
    assert read_bytes(data, "年报.mht").text == _PROSE


def test_an_archive_cut_short_gives_what_is_there() -> None:
    data = _archive(_part(_PAGE.encode()), _part(b"\x89PNG" * 100, "image/png"))
    assert read_bytes(data[:-300], "年报.mht").text == _PROSE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_archive(_part(b"\x89PNG", "image/png")), "unsupported"),
        (_archive(), "unsupported"),
        (_archive(_part(b"")), "empty"),
        (_archive(_part(b"<html></html>")), "empty"),
    ],
)
def test_an_archive_without_a_page_says_so(data: bytes, code: str) -> None:
    with pytest.raises(ReadError) as error:
        read_bytes(data, "年报.mht")
    assert error.value.code == code


@pytest.mark.parametrize(
    "data",
    [
        "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(5000)).encode(),
        b"MIME-Version: 1.0\n" + b"Content-Type: message/rfc822\n\n" * 50_000,
        b"MIME-Version: 1.0\n" + b"X: y\n" * 200_000,
        b"MIME-Version: 1.0\nX: " + b"y" * 10_000_000,
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n" + b"--b\n\n" * 30_000,
        b"MIME-Version: 1.0\nContent-Type: " + b"multipart/related; boundary" * 10_000,
        b"MIME-Version: 1.0\nContent-Type: text/html" + b"; a*0=x" * 20_000 + b"\n\n",
        b"MIME-Version: 1.0\nContent-Type: text/html; charset=" + b"(" * 100_000 + b"\n\n",
    ],
)
def test_a_hostile_archive_is_an_error(data: bytes) -> None:
    with pytest.raises(ReadError):
        read_bytes(data, "年报.mht")


@given(st.binary(max_size=60), st.integers(0, 400))
def test_a_damaged_archive_is_read_or_an_error(junk: bytes, at: int) -> None:
    data = _archive(_part(_PAGE.encode(), headers="Content-ID: <a>\r\n"), parameters='; start="<a>"')
    try:
        assert read_bytes(data[:at] + junk + data[at:], "年报.mht").text
    except ReadError as error:
        assert error.code
