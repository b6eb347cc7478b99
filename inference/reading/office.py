"""Formats that LibreOffice reads for us: old Word, WPS and Excel files, RTF, OpenDocument, workbooks.

Each run has a folder and a profile of its own, no network to speak of, no macros, and a minute.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from inference.reading.docx import read_docx
from inference.reading.html import read_html
from inference.reading.package import Package
from inference.reading.source import ReadError, SourceText

LIMIT = 60  # seconds
STARTING: list[Callable[[], None]] = []  # who is told that LibreOffice begins, and may take as long
LARGEST = 16 * 2**20  # bytes of what comes out
MEMORY = 4 * 2**30  # bytes of addresses
_PATH = os.defpath + ":/usr/local/bin:/opt/homebrew/bin"

# Links are never followed: pictures and data linked from a report could name any host. Requests that are
# made all the same go to a proxy that is not there.
_SETTINGS = {
    ("Office.Common/Security/Scripting", "MacroSecurityLevel"): "3",
    ("Office.Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("Office.Writer/Content/Update", "Link"): "0",
    ("Office.Calc/Content/Update", "Link"): "1",
    ("Inet/Settings", "ooInetProxyType"): "2",
    ("Inet/Settings", "ooInetHTTPProxyName"): "127.0.0.1",
    ("Inet/Settings", "ooInetHTTPProxyPort"): "9",
    ("Inet/Settings", "ooInetHTTPSProxyName"): "127.0.0.1",
    ("Inet/Settings", "ooInetHTTPSProxyPort"): "9",
    ("Inet/Settings", "ooInetNoProxy"): "",
}


@dataclass(frozen=True)
class _Format:
    """What a format is called, its media type, what to save it as by hand, and what it is turned into."""

    name: str
    media_type: str
    by_hand: str = ".docx"
    target: str = "docx"


_SHEET = {"by_hand": ".html", "target": "html"}
FORMATS = {
    ".doc": _Format("an old Word or WPS file", "application/msword"),
    ".rtf": _Format("an RTF file", "application/rtf"),
    ".xml": _Format("a Word file in XML", "application/xml"),
    ".odt": _Format("an OpenDocument text", "application/vnd.oasis.opendocument.text"),
    ".xls": _Format("an old Excel or WPS workbook", "application/vnd.ms-excel", **_SHEET),
    ".xlsx": _Format(
        "an Excel workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", **_SHEET
    ),
    ".ods": _Format("an OpenDocument workbook", "application/vnd.oasis.opendocument.spreadsheet", **_SHEET),
}
_ZIPPED = {".odt", ".xlsx", ".ods"}
# The names of such files; WPS writes the formats of Word and Excel under its own.
CONVERTED = frozenset({*FORMATS, ".wps", ".et"}) - {".xml"}


def ole_suffix(data: bytes, source: str) -> str:
    """`.doc` or `.xls`, by the streams in a compound file ([MS-CFB]; their names are in UTF-16).

    Raises:
        ReadError: `encrypted`, or `unsupported` if it holds neither.
    """

    def has(stream: str) -> bool:
        # A name fills its field of the directory with zeros.
        return (stream + "\0").encode("utf-16-le") in data

    # A Word file usually begins with its file information block, which says so ([MS-DOC] 2.5.2, fEncrypted).
    is_locked = data[512:514] == b"\xec\xa5" and len(data) > 523 and data[523] & 1
    if has("EncryptedPackage") or is_locked:
        raise ReadError("encrypted", f"{source} is encrypted; save it without a password and try again")
    is_sheet = has("Workbook") or has("Book")
    # Each may have the other embedded; then the name decides.
    if has("WordDocument") and not (is_sheet and Path(source).suffix.lower() in (".xls", ".et")):
        return ".doc"
    if is_sheet:
        return ".xls"
    raise ReadError(
        "unsupported", f"{source} is an old office file, but no Word or Excel file; save it as .docx"
    )


def read_office(data: bytes, source: str, sha256: str, suffix: str) -> SourceText:
    """A file of one of `FORMATS`, as LibreOffice understands it.

    Args:
        suffix: A key of `FORMATS`, whatever the file is called.

    Raises:
        ReadError: `needs_libreoffice` if it is not installed, `conversion_failed`, and as `read_docx`.
    """
    form = FORMATS[suffix]
    if suffix in _ZIPPED:
        package = Package(data, source)
        for name in package.names:
            package.part(name)  # LibreOffice has no limit of its own
    converted = _convert(data, source, suffix, form)
    reader = read_docx if form.target == "docx" else read_html
    return replace(reader(converted, source, sha256), media_type=form.media_type, encoding=None)


def _convert(data: bytes, source: str, suffix: str, form: _Format) -> bytes:
    """The file in the target format."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        message = f"{source} is {form.name}; install LibreOffice, or save it as {form.by_hand}"
        raise ReadError("needs_libreoffice", message)
    with tempfile.TemporaryDirectory(prefix="nianbao-") as name:
        folder = Path(name)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_settings(), "utf-8")
        (folder / f"report{suffix}").write_bytes(data)
        _run(program, folder, f"report{suffix}", form, source)
        made = folder / "out" / f"report.{form.target}"
        if not made.is_file():
            message = (
                f"{source} is {form.name} that LibreOffice cannot open, damaged or with a password;"
                f" save it as {form.by_hand}"
            )
            raise ReadError("conversion_failed", message)
        if made.stat().st_size > LARGEST:
            raise ReadError("too_large", f"{source} has more than {LARGEST >> 20} MiB as .{form.target}")
        return made.read_bytes()


def _run(program: str, folder: Path, name: str, form: _Format, source: str) -> None:
    """Let LibreOffice convert a file of the folder, and end all it started if it takes too long."""
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, *options, "--convert-to", form.target, "--outdir", "out", name]
    nowhere = "http://127.0.0.1:9"
    surroundings = {
        "PATH": os.environ.get("PATH", _PATH), "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8", "http_proxy": nowhere, "https_proxy": nowhere, "all_proxy": nowhere,
    }  # fmt: skip
    for tell in STARTING:
        tell()
    process = subprocess.Popen(
        command, cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        if sys.platform == "linux":
            import resource  # other systems have no such limit, or no such module

            resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        message = f"{source} takes LibreOffice more than {LIMIT} seconds; save it as {form.by_hand}"
        raise ReadError("conversion_failed", message) from None
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and what it started: `soffice` is a script that starts the program itself."""
    with contextlib.suppress(ProcessLookupError):  # all have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _settings() -> str:
    """The user's part of the configuration, for a profile that has nothing else."""
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{said}</value>'
        "</prop></item>"
        for (path, name), said in _SETTINGS.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{items}</oor:items>"
    )
