"""`nianbao annotate`: reports in, tasks out, answers in, gold out, and a sentence for whatever cannot be used."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from annotations.formats import FORMATS
from annotations.items import GoldFigure, Item, read_items, write_items
from annotations.store import Store
from nianbao.cli import app
from tests.annotations.stores import PASSAGES, RECEIVED, TOTAL, WEBSITE, accept, make_store

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLD = Path(__file__).parents[2] / "annotations" / "gold"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["annotate", *map(str, arguments)])


def done(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_reports_become_a_queue_that_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    orders = []
    for name in ("a.db", "b.db"):
        assert "30 tasks of 5 documents" in done("add", tmp_path / name, EXAMPLES, "--limit", 30, "--seed", 7)
        with sqlite3.connect(tmp_path / name) as db:
            orders.append(
                db.execute(
                    'SELECT document_id, start, "end", strategy, wanted FROM tasks ORDER BY position'
                ).fetchall()
            )
    assert orders[0] == orders[1]
    done("add", tmp_path / "a.db", EXAMPLES, "--limit", 30)
    assert "0 of 60 tasks done" in done("status", tmp_path / "a.db"), "it goes on with what is not queued yet"


def test_records_are_taken_as_they_were_extracted(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    shutil.copy(EXAMPLES / "2021-county.html", report)
    CliRunner().invoke(app, ["extract", str(report), "--output", str(tmp_path)])
    records = tmp_path / "records.jsonl"
    done("add", tmp_path / "s.db", records, "--strategy", "conflict", "--evaluation", 0, "--random", 0)
    with Store(tmp_path / "s.db") as store:
        assert {t.strategy for t in store.tasks()} == {"conflict"}
        assert any(
            t.cell and t.cell.id == "applications.new_received.total" and t.cell.rules for t in store.tasks()
        )
    report.write_text(report.read_text("utf-8").replace("64", "65"), "utf-8")
    result = run("add", tmp_path / "t.db", records)
    assert result.exit_code == 1
    assert "has changed since its record was made" in result.stderr
    with pytest.raises(AssertionError, match="has changed since it was added"):
        done("add", tmp_path / "s.db", report)


def test_one_bad_file_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n", "utf-8")
    shutil.copy(EXAMPLES / "2021-county.html", tmp_path)
    result = run(
        "add", tmp_path / "s.db", tmp_path / "empty.txt", tmp_path / "2021-county.html", "--evaluation", 0
    )
    assert result.exit_code == 1
    assert "holds no text" in result.stderr
    assert "of 1 documents queued" in result.stderr


def test_what_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    passages = tmp_path / "passages.jsonl"
    passages.write_text('{"text": "收到3件", "figures": []}\n', "utf-8")
    note = tmp_path / "note.txt"
    note.write_text("hello", "utf-8")
    for arguments, says in (
        (("status", tmp_path / "absent.db"), "there is no such store"),
        (("status", note), "no store"),
        (("add", tmp_path / "s.db", tmp_path / "nothing"), "nothing cannot be opened"),
        (("add", tmp_path / "s.db", passages), "passages.jsonl, line 1: no record"),
        (("add", tmp_path / "s.db", EXAMPLES, "--model", tmp_path), "holds no tagger"),
        (("import", tmp_path / "s.db", note, "--annotator", "li"), "note.txt, line 1"),
        (
            ("import", tmp_path / "s.db", passages, "--annotator", "li", "--format", "brat"),
            "there are: jsonl",
        ),
        (("audit", tmp_path / "new.db", "--gold", tmp_path / "no.jsonl"), "no.jsonl"),
        (("audit", tmp_path / "new.db", "--gold", passages), "too little labelled text"),
    ):
        result = run(*arguments)
        assert result.exit_code in (1, 2), arguments
        assert says in result.stderr
        assert "Traceback" not in result.output


@pytest.mark.parametrize("name", FORMATS)
def test_labels_go_out_to_other_tools_and_come_back(tmp_path: Path, name: str) -> None:
    items = [item for item in read_items(GOLD / "batch-u.jsonl") if item.figures][:8]
    write_items(tmp_path / "in.jsonl", items)
    assert "8 of 8 items imported" in done(
        "import", tmp_path / "a.db", tmp_path / "in.jsonl", "--annotator", "li"
    )
    assert "0 of 8 items imported" in done(
        "import", tmp_path / "a.db", tmp_path / "in.jsonl", "--annotator", "li"
    )
    assert "8 train, 0 dev, 0 test" in done(
        "export", tmp_path / "a.db", "--output", tmp_path / "out", "--format", name
    )
    file = tmp_path / "out" / f"train{FORMATS[name].suffix}"
    done("import", tmp_path / "b.db", file, "--annotator", "wang", "--format", name)
    done("export", tmp_path / "b.db", "--output", tmp_path / "back")
    back = read_items(tmp_path / "back" / "train.jsonl")
    assert [i.text for i in back] == [i.text for i in items]
    if not FORMATS[name].loss:
        assert back == items
    else:
        assert [[(f.label, f.start, f.end) for f in i.figures] for i in back] == [
            [(f.label, f.start, f.end) for f in i.figures] for i in items
        ]


def test_label_studio_gets_its_configuration_and_the_suggestions_too(tmp_path: Path) -> None:
    make_store(tmp_path / "s.db").__exit__()
    done("export", tmp_path / "s.db", "--output", tmp_path / "out", "--format", "label-studio")
    (task,) = json.loads((tmp_path / "out" / "suggested-1.json").read_text("utf-8"))
    assert task["data"]["text"] == PASSAGES[0]
    assert task["predictions"][0]["model_version"] == "tagger 1"
    assert "disclosure.total" in (tmp_path / "out" / "label-config.xml").read_text("utf-8")


def test_status_says_how_well_people_agree(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db", wanted=2) as store:
        for who in ("li", "wang"):
            accept(store, 1, who, TOTAL)
            accept(store, 3, who, *((RECEIVED,) if who == "li" else ()))
    output = done("status", tmp_path / "s.db")
    assert "2 of 4 tasks done; 1 disputed" in output
    assert "li, wang" in output
    assert "applications.received" in output


def test_suspected_labels_are_asked_again(tmp_path: Path) -> None:
    sentences = [("全年收到政府信息公开申请{}件。", "applications.received"), ("举办政务公开培训班{}期。", "capacity.trainings"),
                 ("发布政务微博信息{}条。", "disclosure.weibo")]  # fmt: skip
    lines = []
    for n in range(90):
        text, label = sentences[n % 3]
        start = text.index("{")
        wrong = n == 41
        figure = {"label": "capacity.trainings" if wrong else label, "start": start, "end": start + 3, "value": str(n + 10),
                  "unit": text[start + 2], "qualifier": "exact", "period": "year"}  # fmt: skip
        lines.append(json.dumps({"text": text.format(n + 10), "figures": [figure]}))
    gold = tmp_path / "gold.jsonl"
    gold.write_text("\n".join(lines), "utf-8")
    output = done("audit", tmp_path / "s.db", "--gold", gold, "--limit", 1)
    assert "1 passages queued" in output
    with Store(tmp_path / "s.db") as store:
        task = store.next_task("li")
        assert task and task.strategy == "audit"
        assert store.document(task.document_id).text == sentences[2][0].format(51)
        assert task.reason.startswith("capacity.trainings → disclosure.weibo")
        accept(store, task.id, "li")
        assert store.unsettled() == [(task.id, "disputed")], "gold says one thing, li another"


def test_the_loop_is_replayed_and_drawn(tmp_path: Path) -> None:
    data = tmp_path / "gold"
    data.mkdir()
    for name, count in (("train", 160), ("dev", 40)):
        sentences = (
            ("收到政府信息公开申请{}件。", "applications.received"),
            ("举办培训班{}期。", "capacity.trainings"),
        )
        items = []
        for n in (10 + i % 80 for i in range(count)):
            text, label = sentences[n % 2]
            start = text.index("{")
            figure = GoldFigure(label, start, start + 3, str(n), text[start + 2], "exact", "year")
            items.append(Item(text.format(n), (figure,)))
        write_items(data / f"{name}.jsonl", items)
    (data / "splits.yaml").write_text("train: [train]\ndev: [dev]\n", "utf-8")
    output = done("simulate", "--data", data, "--output", tmp_path / "out", "--seeds", 2)
    assert "random" in output
    assert (tmp_path / "out" / "simulation.svg").read_text("utf-8").lstrip().startswith("<?xml")
    assert len(json.loads((tmp_path / "out" / "simulation.json").read_text("utf-8"))["curves"]) == 8
    assert "no such file" in run("simulate", "--data", tmp_path / "none", "-o", tmp_path / "x").stderr.lower()


def test_what_is_settled_is_exported_for_training(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db") as store:
        accept(store, 1, "li", TOTAL)
        accept(store, 2, "li", WEBSITE)
    assert "1 train, 0 dev, 0 test" in done(
        "export", tmp_path / "s.db", "-o", tmp_path / "out", "--with", GOLD
    )
    (item,) = read_items(tmp_path / "out" / "train.jsonl")
    assert len(item.figures) == 2
    assert "batch-a" in (tmp_path / "out" / "splits.yaml").read_text("utf-8")
