"""Gold is read in its three shapes, and gold that cannot be right is told with its place."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from annotations.items import DataError
from training.evaluation.gold import read_gold

TEXT = "全年收到申请192件,培训3期。"
FIGURE = {
    "label": "applications.received",
    "value": "192",
    "unit": "件",
    "start": 6,
    "end": 10,
    "text": "192件",
}


def write(folder: Path, **fields: Any) -> Path:
    (folder / "a.txt").write_text(TEXT, "utf-8")
    path = folder / "a.txt.gold.json"
    path.write_text(json.dumps({"document": "a.txt", "figures": [FIGURE], **fields}), "utf-8")
    return path


def test_a_document_with_its_source_beside_it(tmp_path: Path) -> None:
    write(tmp_path, form="2021", cells={"applications.granted.total": "1.50", "applications.granted.business": None},
          checks_failed=["narrative.applications.received"], region="江苏")  # fmt: skip
    (document,) = read_gold([tmp_path])
    assert (document.name, document.text, document.is_passage) == ("a.txt", TEXT, False)
    assert document.header == {"form": "2021"}
    assert document.cells == {
        "applications.granted.total": Decimal("1.5"),
        "applications.granted.business": None,
    }
    assert document.checks_failed == {"narrative.applications.received"}
    assert document.slices == {"region": "江苏"}
    (figure,) = document.figures
    assert (figure.label, figure.numbers, figure.text) == ("applications.received", (192,), "192件")
    assert (figure.qualifier, figure.period) == ("exact", "year")


def test_the_source_may_lie_above_or_in_a_folder_that_is_named(tmp_path: Path) -> None:
    gold = tmp_path / "gold"
    gold.mkdir()
    path = write(gold)
    (gold / "a.txt").rename(tmp_path / "a.txt")
    assert read_gold([path])[0].source == tmp_path / "a.txt"
    assert read_gold([path], tmp_path)[0].source == tmp_path / "a.txt"
    (tmp_path / "a.txt").unlink()
    assert read_gold([path])[0].source is None
    with pytest.raises(DataError, match=r"a\.txt is not in"):
        read_gold([path], tmp_path)


def test_passages_are_lines_and_may_have_more_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    lines = [
        {"text": TEXT, "figures": [FIGURE], "sha256": digest, "annotator": "x"},
        {"text": "无", "figures": []},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    first, second = read_gold([path])
    assert (first.name, second.name) == (f"{path}:1", f"{path}:2")
    assert first.is_passage and first.figures[0].text == "192件"
    assert second.figures == ()


def test_money_in_ten_thousands_is_worth_what_it_says_or_is_taken_as_printed(tmp_path: Path) -> None:
    write(tmp_path, figures=[{"label": "capacity.budget", "value": "25", "unit": "万元"}])
    assert read_gold([tmp_path])[0].figures[0].numbers == (250000, 25)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"figures": [FIGURE | {"label": "applications.recieved"}]}, r"figures\[0\]\.label: .*is no label"),
        ({"figures": [FIGURE | {"end": 99}]}, r"figures\[0\]: 6 to 99 is no stretch"),
        (
            {"figures": [{"label": "capacity.staff", "value": "3", "start": 6}]},
            r"figures\[0\]: 6 to None is no",
        ),
        ({"figures": [FIGURE | {"start": -1}]}, r"figures\[0\]\.start: "),
        ({"figures": [{"label": "capacity.staff", "value": "3", "text": "777场"}]}, r"figures\[0\]\.text: "),
        ({"figures": [FIGURE | {"value": "NaN"}]}, r"figures\[0\]\.value: "),
        ({"figures": [FIGURE | {"value": "9E999999"}]}, r"figures\[0\]\.value: "),
        ({"checks_failed": ["narative.x"]}, r"is no check"),
        (
            {"figures": [FIGURE | {"start": 5}]},
            r"figures\[0\]\.text: the text has '请192件' at 5, not '192件'",
        ),
        ({"figures": [FIGURE | {"value": "many"}]}, r"figures\[0\]\.value: "),
        ({"figures": [FIGURE | {"period": "decade"}]}, r"figures\[0\]\.period: "),
        ({"cells": {"applications.granted.moon": "1"}}, r"is no cell of a form"),
        ({"form": "1999"}, r"form: "),
        ({"sha256": "0" * 64}, r"sha256: .* has changed since"),
        ({"document": 3}, r"document: "),
    ],
)
def test_gold_that_does_not_fit_is_told_with_file_and_field(
    tmp_path: Path, fields: dict[str, Any], message: str
) -> None:
    path = write(tmp_path, **fields)
    with pytest.raises(DataError, match=message) as error:
        read_gold([path])
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"line 2: Invalid JSON"),
        ("[" * 5000, r"line 2: "),
        ("[]", r"line 2: "),
        ('{"text": "无"}', r"line 2, figures: "),
        ('{"text": "无", "figures": [], "sha256": "0"}', r"line 2, sha256: the text has changed"),
        ('{"text": "3件", "figures": [{"label": "x", "value": "3"}]}', r"line 2, figures\[0\]\.label"),
    ],
)
def test_a_line_that_is_no_passage_is_told_with_its_number(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "无", "figures": []}\n' + line, "utf-8")
    with pytest.raises(DataError, match=message):
        read_gold([path])


def test_line_separators_of_the_web_are_part_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "甲\u2028乙\x85", "figures": []}, ensure_ascii=False), "utf-8")
    assert read_gold([path])[0].text == "甲\u2028乙\x85"


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(DataError, match=r"a\.jsonl: no text in UTF-8"):
        read_gold([tmp_path])


def test_no_gold_at_all_is_an_error_and_no_score(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(DataError, match=r"no gold|no such"):
            read_gold([path])
    (tmp_path / "a.jsonl").write_text("", "utf-8")
    with pytest.raises(DataError, match="no gold"):
        read_gold([tmp_path])
    with pytest.raises(DataError, match=r"gold is a \.gold\.json"):
        read_gold([Path(__file__)])


def test_the_same_document_twice_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path)
    with pytest.raises(DataError, match="twice"):
        read_gold([path, path])
