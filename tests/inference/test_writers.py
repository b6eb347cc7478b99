"""Results as they are written."""

import json

import pytest

from inference.extract import Extracted, Failure, to_record
from inference.reading.door import read_bytes
from inference.writers import FolderWriter, StreamWriter
from models.record import Record

TEXT = "\ufeff清河县水利局年度报告\r\n𠀀本年公开12条。\r\n"
RESULT = Extracted(to_record(read_bytes(TEXT.encode(), "甲.txt"), None), TEXT)
FAILURE = Failure("乙.txt", "empty", "乙.txt holds no text")


def lines(path):
    return path.read_text("utf-8").splitlines()


def test_stream_writes_one_record_a_line_in_utf8(capfdbinary):
    with StreamWriter() as writer:
        for result in (RESULT, FAILURE, RESULT):
            writer.write(result)
    out, err = capfdbinary.readouterr()
    assert err == b""
    assert [Record.model_validate_json(line) for line in out.decode("utf-8").splitlines()] == [
        RESULT.record
    ] * 2
    assert "甲.txt".encode() in out


def test_folder_has_records_and_errors(tmp_path):
    folder = tmp_path / "a" / "b"
    with FolderWriter(folder) as writer:
        for result in (RESULT, FAILURE):
            writer.write(result)
    assert sorted(p.name for p in folder.iterdir()) == ["errors.jsonl", "records.jsonl"]
    assert [Record.model_validate_json(line) for line in lines(folder / "records.jsonl")] == [RESULT.record]
    assert [json.loads(line) for line in lines(folder / "errors.jsonl")] == [
        {"source": "乙.txt", "code": "empty", "message": "乙.txt holds no text"}
    ]
    assert "乙" in (folder / "errors.jsonl").read_text("utf-8")


def test_texts_keep_every_character(tmp_path):
    with FolderWriter(tmp_path, texts=True) as writer:
        writer.write(RESULT)
    path = tmp_path / "texts" / f"{RESULT.record.document.id}.txt"
    assert path.read_bytes().decode("utf-8") == TEXT


def test_nothing_written_leaves_empty_files(tmp_path):
    with FolderWriter(tmp_path):
        pass
    assert (tmp_path / "records.jsonl").read_bytes() == b""
    assert (tmp_path / "errors.jsonl").read_bytes() == b""


def test_a_run_that_stops_leaves_parts_and_the_results_of_the_run_before(tmp_path):
    with FolderWriter(tmp_path) as writer:
        writer.write(RESULT)
    before = (tmp_path / "records.jsonl").read_bytes()
    with pytest.raises(KeyboardInterrupt), FolderWriter(tmp_path) as writer:
        writer.write(FAILURE)
        raise KeyboardInterrupt
    assert (tmp_path / "records.jsonl").read_bytes() == before
    assert (tmp_path / "errors.jsonl.part").exists()


def test_a_new_run_replaces_the_old_results(tmp_path):
    for result in (RESULT, FAILURE):
        with FolderWriter(tmp_path) as writer:
            writer.write(result)
    assert lines(tmp_path / "records.jsonl") == []
    assert len(lines(tmp_path / "errors.jsonl")) == 1
    assert not list(tmp_path.glob("*.part"))
