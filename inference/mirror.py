"""A batch that is written to a URL: here first, since a journal grows line by line and few such places let it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from inference.batch import ERRORS, JOURNAL, MANIFEST, RECORDS
from inference.reading.remote import file_system


@contextmanager
def mirrored(url: str, *, resume: bool) -> Iterator[Path]:
    """A folder of this machine, whose files are at a URL when it is left, by an error or a stop as well.

    Args:
        url: Of a folder, made if need be.
        resume: Begin with what an earlier run left there.

    Raises:
        ReadError: There is no file system for the URL.
        OSError: It cannot be read or written; in the second case the message says where the files are.
    """
    system, root = file_system(url)
    folder = Path(mkdtemp(prefix="nianbao-"))
    try:
        for name in (RECORDS, ERRORS, MANIFEST, JOURNAL) if resume else ():
            if system.exists(f"{root}/{name}"):
                system.get_file(f"{root}/{name}", str(folder / name))
    except Exception as error:  # each file system has errors of its own
        shutil.rmtree(folder)
        raise OSError(f"{url} cannot be read: {error}") from error
    try:
        yield folder
    finally:
        try:
            _upload(folder, system, root)
        except Exception as error:
            raise OSError(f"{url} cannot be written: {error}; the files are in {folder}") from error
        shutil.rmtree(folder)


def _upload(folder: Path, system: Any, root: str) -> None:
    """As `Batch.finish`: a stop in the midst of it costs time, never truth."""
    finished = (folder / MANIFEST).exists() and not (folder / JOURNAL).exists()
    old = () if finished else (RECORDS, ERRORS)
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name not in (*old, MANIFEST)]
    if finished:
        if system.exists(f"{root}/{MANIFEST}"):
            system.rm_file(f"{root}/{MANIFEST}")
        paths.append(folder / MANIFEST)
    for path in paths:
        there = f"{root}/{path.relative_to(folder).as_posix()}"
        system.makedirs(there.rpartition("/")[0], exist_ok=True)
        system.put_file(str(path), there)
    if finished and system.exists(f"{root}/{JOURNAL}"):
        system.rm_file(f"{root}/{JOURNAL}")
