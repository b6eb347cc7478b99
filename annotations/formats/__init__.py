"""The exchange formats of labelled text, by name; a new one is a module with `read` and `write`, and a line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from annotations.formats import conll, docbin, doccano, label_studio
from annotations.items import Item, read_items, write_items


@dataclass(frozen=True)
class Format:
    """A format that other tools read and write.

    Attributes:
        name: As on the command line.
        suffix: Of its files.
        read: The items of a file; raises `DataError` naming file, place and field.
        write: Write items to a file.
        loss: What a file of it does not keep, a sentence; empty if it keeps everything.
    """

    name: str
    suffix: str
    read: Callable[[Path], list[Item]]
    write: Callable[[Path, Iterable[Item]], None]
    loss: str = ""


_SPANS_ONLY = (
    "It keeps labels and spans only: value, unit and qualifier are read again from the text, and every "
    "period becomes 'year'."
)

FORMATS = {
    format.name: format
    for format in (
        Format("jsonl", ".jsonl", read_items, write_items),
        Format("label-studio", ".json", label_studio.read, label_studio.write),
        Format("doccano", ".jsonl", doccano.read, doccano.write, _SPANS_ONLY),
        Format("spacy", ".spacy", docbin.read, docbin.write),
        Format("conll", ".conll", conll.read, conll.write, f"{_SPANS_ONLY} Empty texts are left out."),
    )
}
