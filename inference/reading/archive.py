"""Zip archives of reports: what is in them, and one of them, without ever writing a file."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePosixPath

from inference.reading.source import ReadError

SUFFIX = ".zip"
MOST = 20_000  # reports in one archive
_CHUNK = 2**20


def members(data: bytes, source: str, suffixes: frozenset[str]) -> list[str]:
    """The names of the reports in an archive, as they stand in it.

    Args:
        suffixes: Of the files that are reports.

    Raises:
        ReadError: It is no archive, damaged, or holds none or too many.
    """
    with _opened(data, source) as archive:
        files = {i.filename: PurePosixPath(i.filename) for i in archive.infolist() if not i.is_dir()}
    found = {n: f for n, f in files.items() if f.suffix.lower() in suffixes and not f.name.startswith(".")}
    names = [name for name, file in found.items() if "__MACOSX" not in file.parts]
    if not names:
        raise ReadError("empty", f"{source} holds no report ({', '.join(sorted(suffixes))})")
    if len(names) > MOST:
        raise ReadError("too_large", f"{source} holds {len(names):,} reports, more than {MOST:,}; split it")
    return names


def member(data: bytes, source: str, name: str, largest: int) -> bytes:
    """One file of an archive.

    Args:
        largest: Bytes it may have; counted as it is unpacked, whatever the archive says of itself.

    Raises:
        ReadError: It is encrypted, damaged or too large.
    """
    place = f"{source}!/{name}"
    with _opened(data, source) as archive:
        if archive.getinfo(name).flag_bits & 1:
            raise ReadError("encrypted", f"{place} is encrypted; unpack it with its password first")
        unpacked = bytearray()
        with archive.open(name) as file:
            while chunk := file.read(_CHUNK):
                unpacked += chunk
                if len(unpacked) > largest:
                    raise ReadError(
                        "too_large", f"{place} has more than {largest >> 20} MiB; a report is far smaller"
                    )
    return bytes(unpacked)


@contextmanager
def _opened(data: bytes, source: str) -> Iterator[zipfile.ZipFile]:
    try:
        # Archives made on Chinese Windows name their files in GBK; names that are marked as UTF-8 stay.
        with zipfile.ZipFile(BytesIO(data), metadata_encoding="gb18030") as archive:
            yield archive
    except (ReadError, MemoryError):
        raise
    except Exception as error:  # each way of packing has errors of its own
        raise ReadError("damaged", f"{source} is a damaged zip archive: {error}") from error
