"""Zip containers of office formats: which format one holds, and its parts, read within limits.

Nothing is written to disk, so names that lead outside a folder do no harm. Open Packaging Conventions:
ECMA-376 part 2; OpenDocument: ISO/IEC 26300 part 3.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import unquote

from lxml import etree

from inference.reading.source import ReadError

MOST_BYTES = 64 * 2**20  # decompressed, of all parts that are read
_MOST_ENTRIES = 4096  # files in a package; a report with hundreds of pictures has a tenth
_MOST_MARKUP = 600_000  # tags and attributes of a part: each takes time and memory whatever its length
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)
_DOCTYPE = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(wordprocessingml/main|officeDocument/relationships)")
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_FOLDERS = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}
_OPEN_DOCUMENT = {b"text": ".odt", b"spreadsheet": ".ods", b"presentation": ".odp"}
_FIRST = ("[content_types].xml", "_rels/", "docprops/", "word/", "customxml/")


class Package:
    """An open package; names of parts are without a leading slash, upper and lower case alike.

    Raises:
        ReadError: `damaged` or `too_large`, here and from every method.
    """

    def __init__(self, data: bytes, source: str) -> None:
        self._source = source
        self._left = MOST_BYTES
        # zipfile would build an object for each of a million entries before they could be counted.
        if data.count(b"PK\x01\x02") > _MOST_ENTRIES:
            raise ReadError("too_large", f"{source} holds more than {_MOST_ENTRIES} files; a report has few")
        with self._errors():
            self._zip = zipfile.ZipFile(BytesIO(data))
            self._infos = {_key(info.filename): info for info in self._zip.infolist()}

    @property
    def names(self) -> frozenset[str]:
        """The names of all parts, in lower case."""
        return frozenset(self._infos)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """What a broken zip makes the library raise, as one error that says what to do."""
        try:
            yield
        except _BROKEN as error:
            raise ReadError(
                "damaged", f"{self._source} is damaged or cut short ({error}); get the file again"
            ) from error

    def part(self, name: str) -> bytes | None:
        """The bytes of a part, None if there is none of that name."""
        info = self._infos.get(_key(name))
        if info is None:
            return None
        if info.flag_bits & 1:
            raise ReadError(
                "encrypted", f"{self._source} is encrypted; save it without a password and try again"
            )
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReadError(
                "damaged", f"{self._source}: {name} is compressed in a way that office files are not"
            )
        with self._errors(), self._zip.open(info) as file:
            data = file.read(self._left + 1)  # what comes out counts, whatever size the zip declares
        self._left -= len(data)
        if self._left < 0:
            message = f"{self._source} unpacks to more than {MOST_BYTES >> 20} MiB; a report is far smaller"
            raise ReadError("too_large", message)
        return data

    def markup(self, name: str) -> bytes | None:
        """The bytes of a part in XML or HTML, None if there is none of that name."""
        data = self.part(name)
        if data is not None and data.count(b"<") + data.count(b"=") > _MOST_MARKUP:
            raise ReadError(
                "too_large", f"{self._source}: {name} has far more markup than a report; save it as text"
            )
        return data

    def xml(self, name: str) -> etree._Element | None:
        """The root of a part, None if there is none of that name.

        The namespaces of strict documents (ISO/IEC 29500-1) are turned into the transitional ones.
        A document type is refused: office files have none, and entities are declared in it.
        """
        data = self.markup(name)
        if data is None:
            return None
        if any(mark in data for mark in _DOCTYPE):
            raise self._unsafe(name)
        data = _STRICT.sub(_transitional, data)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            message = f"{self._source} is damaged: {name} cannot be read ({error}); save it again as .docx"
            raise ReadError("damaged", message) from error
        if root.getroottree().docinfo.internalDTD is not None:  # in an encoding the search above does not see
            raise self._unsafe(name)
        return root

    def _unsafe(self, name: str) -> ReadError:
        return ReadError(
            "unsafe", f"{self._source}: {name} declares a document type, which no office program writes"
        )

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part ("" for the package) points to inside the package: id → (last word of the type, name)."""
        folder, _, base = part.rpartition("/")
        root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        found = {}
        for item in root.iter(_RELATIONSHIP) if root is not None else ():
            if item.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, unquote(item.get("Target", ""))))
                found[item.get("Id", "")] = item.get("Type", "").rpartition("/")[2], target.lstrip("/")
        return found


def _key(name: str) -> str:
    """Part names are compared without regard to case (ECMA-376-2, 6.2.2.3); some zips have backslashes."""
    return name.replace("\\", "/").lstrip("/").lower()


def _transitional(match: re.Match[bytes]) -> bytes:
    kind, _, rest = match[1].partition(b"/")
    return b"http://schemas.openxmlformats.org/" + kind + b"/2006/" + rest


def office_suffix(data: bytes) -> str | None:
    """The usual suffix of the office format a zip holds (`.docx`, `.xlsx`, `.pptx`, `.odt`, …).

    None for any other archive, which may well have office files in it. A zip cut short is told by its first
    entry, so that it can be called a damaged Word file.
    """
    try:
        package = Package(data, "")
        names = package.names
        if "mimetype" in names and "content.xml" in names:
            kind = package.part("mimetype") or b""
            return next((suffix for word, suffix in _OPEN_DOCUMENT.items() if word in kind), None)
    except ReadError:
        length = int.from_bytes(data[26:28], "little")
        first = _key(data[30 : 30 + length].decode("utf-8", "replace"))
        return ".docx" if first.startswith(_FIRST) else None
    if "[content_types].xml" not in names:
        return None
    return next((s for folder, s in _FOLDERS.items() if any(n.startswith(folder) for n in names)), None)
