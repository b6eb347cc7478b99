"""Files that LibreOffice reads for us, and what is said where it is missing, fails or takes too long."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from inference.reading import ReadError, office, read_bytes
from tests.inference.reading.word_files import (
    Cell,
    levels,
    make_docx,
    numbered,
    numbering,
    paragraph,
    table,
    zipped,
)

_SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_libreoffice = pytest.mark.skipif(_SOFFICE is None, reason="LibreOffice is not installed")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
_RTF = rb"{\rtf1\ansi\ansicpg936 \u25910?\u21040?87\'bc\'fe}"
_PAGE = """<html><meta charset="utf-8"><body><p>二、主动公开情况</p><table border=1>
<tr><td rowspan=2>信息内容</td><td colspan=2>件数</td></tr><tr><td>制发</td><td>废止</td></tr>
<tr><td>规章</td><td>3</td><td></td></tr><tr><td>规范性文件</td><td>1,234</td><td>0</td></tr></table></body></html>"""
_BARS = ["| 信息内容 | 件数 |  |", "|  | 制发 | 废止 |", "| 规章 | 3 |  |", "| 规范性文件 | 1,234 | 0 |"]


def _stream(name: str) -> bytes:
    return (name + "\0").encode("utf-16-le")


def _code(data: bytes, name: str) -> tuple[str, str]:
    with pytest.raises(ReadError) as error:
        read_bytes(data, name)
    return error.value.code, error.value.message


@pytest.mark.parametrize(
    ("data", "kind", "by_hand"),
    [
        pytest.param(_OLE + _stream("WordDocument"), "old Word", ".docx", id="doc"),
        pytest.param(_OLE + _stream("Workbook"), "old Excel", ".html", id="xls"),
        pytest.param(_RTF, "RTF", ".docx", id="rtf"),
        pytest.param(b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><a/>', "in XML", ".docx", id="xml"),
        pytest.param(b'\xef\xbb\xbf<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "Excel", ".html", id="xml sheet"),
        pytest.param(zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "Excel workbook", ".html", id="xlsx"),
        pytest.param(zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}), "OpenDocument text", ".docx", id="odt"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["年报.doc", "年报.txt", "年报.wps"])
def test_without_libreoffice_the_file_is_named_and_what_to_do(
    data: bytes, kind: str, by_hand: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    code, message = _code(data, name)
    assert code == "needs_libreoffice"
    assert name in message and kind in message and by_hand in message and "LibreOffice" in message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(_OLE + _stream("EncryptedPackage"), "encrypted", id="docx or xlsx with a password"),
        pytest.param(
            _OLE + b"\xec\xa5" + b"\0" * 9 + b"\x01" + _stream("WordDocument"), "encrypted", id="doc"
        ),
        pytest.param(_OLE + _stream("PowerPoint Document"), "unsupported", id="slides"),
        pytest.param(_OLE, "unsupported", id="something else"),
        pytest.param(_OLE[:5], "unsupported", id="cut short"),
        pytest.param(
            zipped({"[Content_Types].xml": "", "xl/workbook.xml": b" " * (65 * 2**20)}),
            "too_large",
            id="bomb",
        ),
    ],
)
def test_what_is_no_report_is_never_given_to_libreoffice(
    data: bytes, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    assert _code(data, "年报.doc")[0] == code


@pytest.mark.parametrize(
    ("streams", "name", "suffix"),
    [
        (["WordDocument", "Workbook"], "年报.doc", ".doc"),
        (["WordDocument", "Workbook"], "年报.et", ".xls"),
        (["Book"], "年报.doc", ".xls"),
        (["WordDocument"], "年报.xls", ".doc"),
    ],
)
def test_what_a_compound_file_holds(streams: list[str], name: str, suffix: str) -> None:
    assert office.ole_suffix(_OLE + b"".join(map(_stream, streams)), name) == suffix


def _fake(folder: Path, script: str) -> None:
    """A program called soffice that does something else."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)


def test_libreoffice_gets_a_profile_of_its_own_and_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake(tmp_path, f'(pwd; echo "$@"; env; cat profile/user/*.xcu) > {tmp_path}/said')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert _code(_RTF, "../年报.rtf")[0] == "conversion_failed"
    said = (tmp_path / "said").read_text("utf-8")
    folder = said.split("\n")[0]
    assert f"-env:UserInstallation=file://{folder}/profile" in said and "--headless" in said
    assert f"HOME={folder}\n" in said and "https_proxy=http://127.0.0.1:9" in said
    assert "somebody" not in said and "年报" not in said and "MacroSecurityLevel" in said
    assert not Path(folder).exists()


def test_libreoffice_is_ended_with_all_it_started_when_it_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake(tmp_path, f"sleep 60 & echo $! > {tmp_path}/child; wait")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(office, "LIMIT", 4)  # time enough to start it on a busy machine
    code, message = _code(_RTF, "年报.rtf")
    assert code == "conversion_failed" and "seconds" in message
    child = int((tmp_path / "child").read_text())
    stat = Path(f"/proc/{child}/stat")
    assert not stat.exists() or stat.read_text().split()[2] in "ZX"


def test_more_than_a_report_can_be_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fake(tmp_path, f"mkdir out; truncate -s {office.LARGEST + 1} out/report.docx")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert _code(_RTF, "年报.rtf")[0] == "too_large"


def _saved_as(folder: Path, data: bytes, suffix: str, target: str, opened_as: str) -> bytes:
    """What LibreOffice makes of a file, to have files of its formats."""
    (folder / f"a{suffix}").write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        str(_SOFFICE),
        profile,
        "--headless",
        f"--infilter={opened_as}",
        "--convert-to",
        target,
        f"a{suffix}",
    ]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return (folder / f"a.{target}").read_bytes()


@needs_libreoffice
@pytest.mark.slow
def test_an_old_word_file_reads_as_the_new_one_it_was(tmp_path: Path) -> None:
    rows: list[list[Cell | str]] = [
        [Cell("信息内容", merged="restart"), Cell("件数", 2)],
        [Cell(merged="continue"), "制发", "废止"],
        ["规章", "3", ""],
        ["规范性文件", "1,234", "0"],
    ]
    numbers = numbering(levels(("chineseCounting", "%1、")))
    word = make_docx(numbered("主动公开情况") + table(rows) + paragraph("收到申请87件。"), numbering=numbers)
    text = read_bytes(_saved_as(tmp_path, word, ".docx", "doc", "MS Word 2007 XML"), "年报.wps")
    assert text.text.split("\n") == ["一、主动公开情况", *_BARS, "收到申请87件。"]
    assert (text.media_type, text.encoding, text.source) == ("application/msword", None, "年报.wps")


@needs_libreoffice
@pytest.mark.slow
def test_rtf_under_the_name_of_word() -> None:
    def row(*cells: tuple[str, str]) -> str:
        widths = "".join(f"{merge}\\cellx{2000 * (i + 1)}" for i, (merge, _) in enumerate(cells))
        return f"\\trowd{widths} " + "".join(f"\\intbl {text}\\cell " for _, text in cells) + "\\row "

    rtf = "{\\rtf1\\ansi\\ansicpg936\\uc1 " + "".join(
        [
            row(("\\clvmgf", "信息内容"), ("\\clmgf", "件数"), ("\\clmrg", "")),
            row(("\\clvmrg", ""), ("", "制发"), ("", "废止")),
            row(("", "规章"), ("", "3"), ("", "")),
            row(("", "规范性文件"), ("", "1,234"), ("", "0")),
        ]
    ) + "\\pard 完\\par}"  # fmt: skip
    data = "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in rtf).encode()
    text = read_bytes(data, "年报.doc")
    assert text.text.split("\n") == [*_BARS, "完"]
    assert text.media_type == "application/rtf"


@needs_libreoffice
@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "media_type"),
    [
        ("xls", "application/vnd.ms-excel"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_workbook_is_read_as_its_tables(target: str, media_type: str, tmp_path: Path) -> None:
    data = _saved_as(tmp_path, _PAGE.encode(), ".html", target, "HTML (StarCalc)")
    text = read_bytes(data, "年报.et")
    assert [line.replace("1234", "1,234") for line in text.text.split("\n")][-4:] == _BARS
    assert (text.media_type, text.encoding) == (media_type, None)


@needs_libreoffice
@pytest.mark.slow
def test_what_libreoffice_cannot_open_is_said() -> None:
    assert _code(_OLE + _stream("WordDocument") + b"\0" * 2000, "年报.doc")[0] in (
        "conversion_failed",
        "empty",
    )
