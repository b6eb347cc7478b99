"""The JSON Lines of doccano for sequence labelling: `{"text", "label": [[start, end, label]]}`.

Offsets are characters (code points), as in doccano unless its projects count grapheme clusters.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field

from annotations.formats.marks import Mark, make_item
from annotations.items import Item, parse, read_lines


def _as_triple(entity: object) -> object:
    """An entity of the newer shape as one of the older."""
    if isinstance(entity, dict):
        return [entity.get(key) for key in ("start_offset", "end_offset", "label")]
    return entity


class _Line(BaseModel):
    text: str
    label: list[Annotated[tuple[int, int, str], BeforeValidator(_as_triple)]] = Field(
        validation_alias=AliasChoices("label", "entities")
    )


def read(path: Path) -> list[Item]:
    """The items of a file; a line may also have the newer `entities`, relations and comments are ignored.

    Raises:
        DataError: The file cannot be used; the message names line and field.
    """
    items = []
    for where, text in read_lines(path):
        line = parse(_Line, text, where)
        marks = [
            Mark(f"{where}, label {i}", label, start, end) for i, (start, end, label) in enumerate(line.label)
        ]
        items.append(make_item(line.text, marks))
    return items


def write(path: Path, items: Iterable[Item]) -> None:
    """Write items, their spans and labels only."""
    lines = (
        json.dumps(
            {"text": item.text, "label": [(f.start, f.end, f.label) for f in item.figures]},
            ensure_ascii=False,
        )
        for item in items
    )
    path.write_text("".join(line + "\n" for line in lines), "utf-8", newline="")
