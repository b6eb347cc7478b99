"""Labelled passages are read as they were written, and bad ones say where."""

import json
from pathlib import Path

import pytest

from annotations.items import DataError, GoldFigure, Item, placed, read_items, write_items
from inference.normalize import normalize

TEXT = "全年收到申請(qing)192件,去年为15件;共有5个科室。"
ITEM = Item(
    TEXT,
    (
        GoldFigure("applications.received", 12, 16, "192", "件", "exact", "year"),
        GoldFigure("applications.received", 20, 23, "15", "件", "exact", "prior"),
    ),
)


def write(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), "utf-8")
    return path


def figure(**changes: object) -> dict[str, object]:
    return {"label": "applications.received", "start": 2, "end": 4, "value": "3", "unit": "件", "qualifier": "exact",
            "period": "year", **changes}  # fmt: skip


def test_reading_gives_back_what_was_written(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"text": "收到3件", "figures": [figure()]})
    assert read_items(path) == [Item("收到3件", (GoldFigure(**figure()),))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "Invalid JSON"),
        ({"figures": []}, "text: Field required"),
        ({"text": "收到3件", "figures": [figure(start="2 or so")]}, "figures[0].start"),
        ({"text": "收到3件", "figures": [figure(value="three")]}, "figures[0].value"),
        ({"text": "收到3件", "figures": [figure(label="applications.wrong")]}, "applications.wrong"),
        ({"text": "收到3件", "figures": [figure(end=40)]}, "outside the text"),
        ({"text": "收到3件", "figures": [figure(), figure(start=3)]}, "overlaps"),
    ],
)
def test_bad_data_names_file_and_line(tmp_path: Path, line: object, says: str) -> None:
    path = write(tmp_path / "bad.jsonl", {"text": "无", "figures": []}, line)
    with pytest.raises(DataError, match=r"bad\.jsonl, line 2") as caught:
        read_items(path)
    assert says in str(caught.value)


def test_spans_are_found_again_in_the_normalised_text() -> None:
    normal = normalize(ITEM.text)
    assert [normal.text[start:end] for start, end, _ in placed(ITEM, normal)] == ["192件", "15件"]


def test_writing_and_reading_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_items(path, [ITEM, Item("线\u2028下\r\n无", ())])
    assert read_items(path) == [ITEM, Item("线\u2028下\r\n无", ())]
