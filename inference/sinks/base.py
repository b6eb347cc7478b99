"""What the sinks share: libraries that may be missing, and files that appear only when they are whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

EXTRA = "tables"  # of pyproject.toml, with every library that a sink needs


class SinkError(Exception):
    """A sink cannot write; the message says what to do."""


def library(name: str, sink: str) -> Any:
    """A module that only a sink needs.

    Raises:
        SinkError: It is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        message = f"{sink} needs {name.partition('.')[0]}: pip install 'nianbao[{EXTRA}]'"
        raise SinkError(message) from error


@contextmanager
def staged(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """A temporary folder for files of these names; if all goes well they move to `folder` at the end.

    It is in `folder` itself, as the file system with room for the result has room for its parts. A run
    that fails leaves nothing and spoils no earlier result; one that is killed leaves a folder `.part-*`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A library may still hold a file open when an error comes; Windows does not remove such a file.
    with TemporaryDirectory(prefix=".part-", dir=folder, ignore_cleanup_errors=True) as temporary:
        part = Path(temporary)
        yield part
        for name in names:
            (part / name).replace(folder / name)
