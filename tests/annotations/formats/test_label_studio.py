"""What is written for Label Studio is what Label Studio takes, and what people make there is read."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotations.formats import FORMATS
from annotations.formats.label_studio import labeling_config, read, write, write_predictions
from annotations.items import DataError, GoldFigure, Item, read_items
from models.labels import load_labels

GOLD = Path(__file__).parents[3] / "annotations" / "gold" / "batch-u.jsonl"
TEXT = "𠮷县\r\n共收到３件，去年约2件。"
FIGURES = (
    GoldFigure("applications.received", 7, 9, "3", "件", "exact", "year"),
    GoldFigure("applications.received", 13, 15, "2", "件", "about", "prior"),
)
ITEM = Item(TEXT, FIGURES)


def region(*labels: str, start: int = 7, end: int = 9, id: str = "a") -> dict[str, Any]:
    """What Label Studio exports of a region that was only drawn and labelled."""
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": list(labels)}
    return {"id": id, "from_name": "label", "to_name": "text", "type": "labels", "value": value}


def control(name: str, key: str, *entries: str, id: str = "a") -> dict[str, Any]:
    value = {"start": 7, "end": 9, key: list(entries)}
    return {"id": id, "from_name": name, "to_name": "text", "value": value}


def tasks(path: Path, *results: object, **annotation: object) -> Path:
    empty = {"data": {"text": "无"}, "annotations": [{"result": []}]}
    task = {"data": {"text": TEXT}, "annotations": [{"result": results, **annotation}]}
    path.write_text(json.dumps([empty, task]), "utf-8")
    return path


def test_label_studio_takes_what_is_written(tmp_path: Path) -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface").LabelInterface(labeling_config())
    interface.validate()
    assert set(interface.get_control("label").labels) == set(load_labels())
    items = [ITEM, Item("", ()), *read_items(GOLD)]
    write(tmp_path / "annotated.json", items)
    write_predictions(tmp_path / "predicted.json", items, [[0.9] * len(i.figures) for i in items], "tagger 1")
    for task in json.loads((tmp_path / "annotated.json").read_text("utf-8")):
        # With annotations in it, the SDK's validate_task fails whatever they are.
        assert interface.validate_task({"data": task["data"]})
        assert all(interface.validate_annotation(a) for a in task["annotations"])
    for task in json.loads((tmp_path / "predicted.json").read_text("utf-8")):
        assert [interface.validate_prediction(p, return_errors=True) for p in task["predictions"]] == [[]]


def test_label_studios_converter_finds_the_same_spans(tmp_path: Path) -> None:
    converter = pytest.importorskip("label_studio_sdk.converter").Converter(
        labeling_config(), project_dir=str(tmp_path), download_resources=False
    )
    # Its tokens are cut at spaces.
    text = "𠮷 县 共收到 ３件 ， 去年 约 2件 。"
    figures = [
        GoldFigure("applications.received", 8, 10, "3", "件", "exact", "year"),
        GoldFigure("applications.answered", 18, 20, "2", "件", "about", "prior"),
    ]
    path = tmp_path / "tasks.json"
    write(path, [Item(text, tuple(figures))])
    # Label Studio numbers the tasks that it takes in.
    path.write_text(json.dumps([{"id": 1, **task} for task in json.loads(path.read_text("utf-8"))]), "utf-8")
    converter.convert_to_conll2003(str(path), str(tmp_path), is_dir=False)
    lines = (tmp_path / "result.conll").read_text("utf-8").splitlines()
    tagged = [line.split(" ")[::3] for line in lines if line.endswith(("received", "answered"))]
    assert tagged == [["３件", "B-applications.received"], ["2件", "B-applications.answered"]]


def test_offsets_are_characters(tmp_path: Path) -> None:
    write(tmp_path / "a.json", [ITEM])
    (task,) = json.loads((tmp_path / "a.json").read_text("utf-8"))
    values = [r["value"] for r in task["annotations"][0]["result"] if r["type"] == "labels"]
    assert [(v["start"], v["end"], v["text"]) for v in values] == [(7, 9, "３件"), (13, 15, "2件")]


def test_predictions_carry_scores_and_are_no_annotations(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_predictions(path, [ITEM, Item("无", ())], [[0.9, 0.6], []], "tagger 1")
    first, second = json.loads(path.read_text("utf-8"))
    (prediction,) = first["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("tagger 1", 0.6)
    assert [r["score"] for r in prediction["result"] if r["type"] == "labels"] == [0.9, 0.6]
    assert second["predictions"] == [{"model_version": "tagger 1", "score": 1.0, "result": []}]
    assert read(path) == []


def test_what_a_person_left_out_is_read_from_the_text(tmp_path: Path) -> None:
    results = [
        region("applications.received", start=13, end=15, id="b"),
        region("applications.received"),
        control("period", "choices", "part"),
        {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"},
    ]
    figures = (
        GoldFigure("applications.received", 7, 9, "3", "件", "exact", "part"),
        GoldFigure("applications.received", 13, 15, "2", "件", "about", "year"),
    )
    assert read(tasks(tmp_path / "a.json", *results)) == [Item("无", ()), Item(TEXT, figures)]


def test_what_a_person_entered_counts(tmp_path: Path) -> None:
    results = [
        region("applications.received"),
        control("value", "text", "4"),
        control("unit", "text", ""),
        region("applications.answered", start=0, end=2, id="b"),
        control("value", "text", "5", id="b"),
    ]
    figures = (
        GoldFigure("applications.answered", 0, 2, "5", "", "exact", "year"),
        GoldFigure("applications.received", 7, 9, "4", "", "exact", "year"),
    )
    assert read(tasks(tmp_path / "a.json", *results))[1] == Item(TEXT, figures)


def test_the_latest_annotation_that_is_not_cancelled_counts(tmp_path: Path) -> None:
    def annotation(day: int, *labels: str, cancelled: bool = False) -> dict[str, Any]:
        return {
            "result": [region(*labels)] if labels else [],
            "created_at": f"2024-05-0{day}T08:00:00Z",
            "was_cancelled": cancelled,
        }

    annotations = [
        annotation(2, "applications.answered"),
        annotation(1, "applications.received"),
        annotation(3, cancelled=True),
    ]
    data = {"data": {"text": TEXT}}
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps([{**data, "annotations": annotations}, data, {**data, "annotations": annotations[2:]}]),
        "utf-8",
    )
    (item,) = read(path)
    assert [f.label for f in item.figures] == ["applications.answered"]


@pytest.mark.parametrize(
    ("results", "says"),
    [
        ([region("wrong")], r"\[1\], region a: unknown label 'wrong'"),
        ([region()], r"\[1\], region a: start, end and one label are needed, not \[\]"),
        ([region("rate.completion", "rate.satisfaction")], r"\[1\], region a: start, end and one label"),
        ([{**region("rate.completion"), "value": {"labels": ["rate.completion"]}}], r"\[1\], region a: start,"),
        ([region("applications.received", end=90)], r"\[1\], region a: span 7-90 is"),
        ([region("applications.received", end=7)], r"\[1\], region a: span 7-7 is empty"),
        ([region("applications.received"), region("applications.received", id="b")], r"\[1\], region b: .* overlaps"),
        ([region("applications.received", start=0, end=2)], r"\[1\], region a: no number is read in '𠮷县'"),
        ([region("applications.received"), control("value", "text", "three")], r"\[1\], region a, value: "),
        ([region("applications.received"), control("period", "choices", "month")], r"\[1\], region a, period: "),
        ([{"id": 3}], r"\[1\]\.annotations\[0\]\.result\[0\]\.id: "),
    ],
)  # fmt: skip
def test_bad_regions_say_where(tmp_path: Path, results: list[object], says: str) -> None:
    with pytest.raises(DataError, match=rf"bad\.json, {says}"):
        FORMATS["label-studio"].read(tasks(tmp_path / "bad.json", *results))


@pytest.mark.parametrize(
    ("data", "says"), [("[", ": Invalid JSON"), ('[{"data": {}}]', r", \[0\]\.data\.text: Field required")]
)
def test_bad_tasks_say_where(tmp_path: Path, data: str, says: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(data, "utf-8")
    with pytest.raises(DataError, match=rf"bad\.json{says}"):
        read(path)
