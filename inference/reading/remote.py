"""Files behind URLs, through fsspec, which is imported for them alone.

Only what a user asked for is fetched: nothing here follows a link, and no document, archive or record names a URL that
is opened.
"""

from pathlib import PurePosixPath
from typing import Any

from inference.reading.archive import SUFFIX
from inference.reading.door import supported
from inference.reading.source import ReadError

_CHUNK = 2**20


def is_url(path: str) -> bool:
    """Whether it is a URL, and no path of this machine."""
    return "://" in path


def file_system(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the path in it.

    Raises:
        ReadError: `unsupported`: fsspec, or what it needs for such URLs, is not there; or it is no plain URL.
    """
    # A chain could lead from a name found in a listing to a file of this machine.
    if "::" in url:
        raise ReadError(
            "unsupported", f"{url} is a chain of URLs (::), which is not opened; give a plain one"
        )
    try:
        from fsspec.core import url_to_fs
    except ModuleNotFoundError as error:
        raise ReadError(
            "unsupported", f"{url} needs {error.name}; install it with: pip install 'nianbao[remote]'"
        ) from error
    try:
        system, path = url_to_fs(url)
    except Exception as error:  # each file system has errors of its own
        raise ReadError("unsupported", f"{url} cannot be opened: {error}") from error
    return system, path


def load(url: str, largest: int) -> bytes:
    """Fetch a file; of one that is larger than `largest` bytes, no more than these.

    Raises:
        ReadError: `not_found`, `too_large`, or as `file_system`.
    """
    system, path = file_system(url)
    data = bytearray()
    try:
        with system.open(path, "rb") as file:
            while len(data) <= largest and (chunk := file.read(min(_CHUNK, largest + 1 - len(data)))):
                data += chunk
    except MemoryError:
        raise
    except FileNotFoundError as error:
        raise ReadError("not_found", f"{url} is not there") from error
    except Exception as error:
        raise ReadError("not_found", f"{url} cannot be opened: {error}") from error
    if len(data) > largest:
        raise ReadError("too_large", f"{url} has more than {largest >> 20} MiB; a report is far smaller")
    return bytes(data)


def find(url: str) -> list[str]:
    """The files that a URL names, in order: a file as it is, a folder searched, a pattern expanded.

    A web address is always one file: `?` is no pattern there, and the links of a page are no listing. A URL that names
    nothing is kept, so that reading it says so.

    Raises:
        ReadError: It cannot be searched.
    """
    system, path = file_system(url)
    if url.startswith(("http://", "https://")):
        return [url]
    try:
        if any(c in path for c in "*?["):
            found = system.glob(path, detail=True)
            names = sorted(name for name, info in found.items() if info["type"] == "file")
            return [_url(url, system, path, name) for name in names] or [url]
        if not system.isdir(path):
            return [url]
        inside = sorted(name for name in system.find(path) if _wanted(PurePosixPath(name)))
    except Exception as error:
        raise ReadError("not_found", f"{url} cannot be searched: {error}") from error
    return [_url(url, system, path, name) for name in inside]


def _wanted(name: PurePosixPath) -> bool:
    return supported(name) or name.suffix.lower() == SUFFIX


def _url(asked: str, system: Any, path: str, name: str) -> str:
    """The URL of a name in a file system, with the host and all else that the URL asked for has before its path."""
    asked, path = asked.rstrip("/"), path.rstrip("/")
    if path and asked.endswith(path):
        return asked.removesuffix(path) + name
    return str(system.unstrip_protocol(name))
