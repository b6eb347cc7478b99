"""The bytes of a file, whole, or why not."""

from pathlib import Path

from inference.reading.source import ReadError

LARGEST = 64 * 2**20  # bytes; the largest real report seen is a twentieth of it


def load(path: Path, largest: int = LARGEST) -> bytes:
    """Read a file.

    Raises:
        ReadError: It is not there, a folder, no ordinary file, or larger than `largest` bytes.
    """
    try:
        if path.is_dir():
            raise ReadError(
                "not_found", f"{path} is a folder; name the files in it, or give it to `nianbao extract`"
            )
        if path.exists() and not path.is_file():
            raise ReadError("unsupported", f"{path} is a device or a pipe, no file")
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise ReadError("not_found", f"{path} cannot be opened: {error.strerror or error}") from error
    if len(data) > largest:
        raise ReadError("too_large", f"{path} has more than {largest >> 20} MiB; a report is far smaller")
    return data
