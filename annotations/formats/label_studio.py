"""Label Studio's JSON: a list of tasks `{"data": {"text"}, "annotations": [{"result"}], "predictions": […]}`.

A figure is a region: a `labels` result, and results of the per-region controls `qualifier` and `period` (choices),
`value` and `unit` (text areas) under the same id. `labeling_config` is the configuration that goes with it.

Offsets are characters (code points), as everywhere in nianbao: Label Studio counts those of plain text so too, its
editor converts the UTF-16 code units of the browser and counts each \\n and \\r as one (`fixCodePointsInRange` of its
selection-tools), and its converters slice Python strings with them.
"""

import colorsys
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, get_args
from xml.etree import ElementTree as Xml

from pydantic import BaseModel, BeforeValidator

from annotations.formats.marks import Mark, Said, make_item
from annotations.items import DataError, GoldFigure, Item, parse, read_text
from models.labels import load_labels
from models.record import Period, Qualifier

_CHOICES = {"qualifier": get_args(Qualifier), "period": get_args(Period)}
_TEXTS = ("value", "unit")
_Json = dict[str, object]


class _Value(BaseModel):
    start: int | None = None
    end: int | None = None
    labels: list[str] = []
    choices: list[str] = []
    # What is entered in a text area; of other controls the text of the region, which is not listed.
    text: Annotated[list[str], BeforeValidator(lambda text: [text] if isinstance(text, str) else text)] = []


class _Result(BaseModel):
    id: str = ""
    from_name: str = ""
    value: _Value = _Value()


class _Annotation(BaseModel):
    result: list[_Result]
    was_cancelled: bool = False
    created_at: str = ""


class _Data(BaseModel):
    text: str


class _Task(BaseModel):
    data: _Data
    annotations: list[_Annotation] = []


def read(path: Path) -> list[Item]:
    """The items of the tasks that someone has annotated, by the latest annotation that is not cancelled.

    Value, unit and qualifier of a region are read from the text and its period is `year` where the annotation
    does not say them, as in a region that was only drawn and labelled.

    Raises:
        DataError: The file cannot be used; the message names task (by its index) and field or region.
    """
    return items_of(read_text(path), str(path))


def items_of(tasks: object, where: str) -> list[Item]:
    """As `read`, from tasks as JSON or already taken out of it; `where` begins the messages."""
    items = []
    for i, task in enumerate(parse(list[_Task], tasks, where)):
        done = [a for a in task.annotations if not a.was_cancelled]
        if done:
            latest = sorted(done, key=lambda a: a.created_at)[-1]
            items.append(make_item(task.data.text, _marks(latest.result, f"{where}, [{i}]")))
    return items


def _marks(results: Iterable[_Result], where: str) -> Iterator[Mark]:
    regions: dict[str, dict[str, _Value]] = {}
    for result in results:
        regions.setdefault(result.id, {})[result.from_name] = result.value
    for id, values in regions.items():
        spans = [(v.start, v.end) for v in values.values() if v.start is not None and v.end is not None]
        labels = [label for v in values.values() for label in v.labels]
        if not spans and not labels:
            continue  # a relation, or something about the text as a whole
        place = f"{where}, region {id}"
        if not spans or len(labels) != 1:
            raise DataError(f"{place}: start, end and one label are needed, not {labels}")
        yield Mark(place, labels[0], *spans[0], parse(Said, _said(values), place))


def _said(values: dict[str, _Value]) -> dict[str, str]:
    """What the per-region controls say; of several entries the last."""
    entries = {name: values[name].choices for name in _CHOICES if name in values}
    entries |= {name: values[name].text for name in _TEXTS if name in values}
    said = {name: entry[-1] for name, entry in entries.items() if entry}
    # An emptied unit says that there is none; an emptied value says nothing.
    return {name: entry for name, entry in said.items() if entry or name == "unit"}


def write(path: Path, items: Iterable[Item]) -> None:
    """Write items as annotated tasks."""
    _write(path, (_task(item) | {"annotations": [_annotation(item)]} for item in items))


def write_predictions(
    path: Path, items: Iterable[Item], confidences: Iterable[Sequence[float]], model_version: str
) -> None:
    """Write items as tasks to annotate, their figures as a model's predictions.

    Args:
        path: The file.
        items: What the model found.
        confidences: For each item, how sure the model is of each figure, 0 to 1. The least is the score of the task,
            by which Label Studio can show the most doubtful first; without figures it is 1.
        model_version: As Label Studio shows it.
    """
    _write(
        path,
        (
            _task(item) | {"predictions": [prediction(item, scores, model_version)]}
            for item, scores in zip(items, confidences, strict=True)
        ),
    )


def _write(path: Path, tasks: Iterable[_Json]) -> None:
    path.write_text(json.dumps(list(tasks), ensure_ascii=False, indent=1) + "\n", "utf-8", newline="")


def _task(item: Item) -> _Json:
    return {"data": {"text": item.text}}


def _annotation(item: Item) -> _Json:
    return {"result": [result for figure in item.figures for result in _region(item.text, figure)]}


def prediction(item: Item, scores: Sequence[float], model_version: str) -> _Json:
    """What a model says of an item, as `write_predictions` has it."""
    scored = zip(item.figures, scores, strict=True)
    return {
        "model_version": model_version,
        "score": min(scores, default=1.0),
        "result": [
            result | {"score": score} for figure, score in scored for result in _region(item.text, figure)
        ],
    }


def _region(text: str, figure: GoldFigure) -> list[_Json]:
    """The results of a figure."""
    span: _Json = {"start": figure.start, "end": figure.end, "text": text[figure.start : figure.end]}
    values: dict[str, tuple[str, _Json]] = {"label": ("labels", {"labels": [figure.label]})}
    values |= {name: ("choices", {"choices": [getattr(figure, name)]}) for name in _CHOICES}
    # As in Label Studio, what is entered in a text area stands in place of the region's text.
    values |= {name: ("textarea", {"text": [getattr(figure, name)]}) for name in _TEXTS}
    return [
        {
            "id": f"{figure.start}-{figure.end}",
            "from_name": name,
            "to_name": "text",
            "type": type,
            "value": span | value,
        }
        for name, (type, value) in values.items()
    ]


def labeling_config() -> str:
    """The labelling configuration of a project, in XML.

    Labels are shown by their Chinese names, their meaning in English when pointed at, one colour a family; results
    hold their ids (`alias`). The controls of a region are shown when one is selected and need no entry.
    """
    view = Xml.Element("View")
    # Sixty-odd labels are too many to look for one by eye.
    Xml.SubElement(view, "Filter", name="filter", toName="label", minlength="0", placeholder="筛选标签")
    labels = Xml.SubElement(view, "Labels", name="label", toName="text")
    families = list(dict.fromkeys(id.partition(".")[0] for id in load_labels()))
    for id, label in load_labels().items():
        colour = _colour(families.index(id.partition(".")[0]) / len(families))
        Xml.SubElement(labels, "Label", value=label.zh, alias=id, hint=label.meaning, background=colour)
    Xml.SubElement(view, "Text", name="text", value="$text")
    region = Xml.SubElement(view, "View", visibleWhen="region-selected")
    for name in _TEXTS:
        _control(region, "TextArea", name, maxSubmissions="1", editable="true")
    for name, choices in _CHOICES.items():
        control = _control(region, "Choices", name, choice="single-radio", showInline="true")
        for choice in choices:
            Xml.SubElement(control, "Choice", value=choice)
    Xml.indent(view)
    return Xml.tostring(view, encoding="unicode") + "\n"


def _control(parent: Xml.Element, tag: str, name: str, **attributes: str) -> Xml.Element:
    Xml.SubElement(parent, "Header", value=name, size="6")
    return Xml.SubElement(parent, tag, {"name": name, "toName": "text", "perRegion": "true", **attributes})


def _colour(hue: float) -> str:
    """A hue (0 to 1) of middling lightness, under which black text stays readable."""
    red, green, blue = (round(255 * part) for part in colorsys.hls_to_rgb(hue, 0.65, 0.7))
    return f"#{red:02x}{green:02x}{blue:02x}"
