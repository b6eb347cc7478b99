"""A batch comes to the same however it came about."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.batch import Batch
from inference.engines.job import Done
from inference.extract import Failure

SETTINGS = {"program_version": "1"}


def result(source: str, version: int = 1) -> Done:
    """A record, or for every third source a failure."""
    sha256 = f"{source}-{version}"
    if int(source) % 3 == 2:
        return Done(source, sha256, failure=Failure(source, "empty", f"{source} 没有文字 {version}"))
    record = {
        "document": {"form": "2021", "source": source},
        "checks": [{"status": "fail"}],
        "facts": [{"confidence": 0.5}],
    }
    return Done(
        source,
        sha256,
        record=json.dumps({**record, "version": version, "text": "年报\u2028𠮷"}, ensure_ascii=False),
    )


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def undisturbed(folder: Path, sources: list[str], version: int = 1) -> dict[str, bytes]:
    with Batch(folder, SETTINGS) as batch:
        for source in sources:
            batch.add(result(source, version))
        summary = batch.finish(sources)
    assert summary.inputs == len(sources)
    assert summary.failures.total() + summary.forms.total() == len(sources)
    return files(folder)


def test_the_files_hold_everything_in_the_order_of_the_inputs(tmp_path: Path) -> None:
    sources = ["3", "0", "2", "1"]
    found = undisturbed(tmp_path, sources)
    assert sorted(found) == ["errors.jsonl", "manifest.json", "records.jsonl"]
    assert [json.loads(line)["document"]["source"] for line in found["records.jsonl"].split(b"\n")[:-1]] == [
        "3",
        "0",
        "1",
    ]
    assert json.loads(found["errors.jsonl"])["code"] == "empty"
    assert [entry["source"] for entry in json.loads(found["manifest.json"])["inputs"]] == sources


@given(
    order=st.permutations([str(i) for i in range(8)]),
    stops=st.lists(st.integers(0, 8), max_size=3),
    cut=st.integers(0, 200),
)
def test_stopped_and_resumed_in_any_order_it_gives_the_same_bytes(
    order: list[str], stops: list[int], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sources = [str(i) for i in range(8)]
    expected = undisturbed(tmp_path_factory.mktemp("whole"), sources)
    folder = tmp_path_factory.mktemp("stopped")
    for stop in stops:
        with Batch(folder, SETTINGS, resume=True) as batch:
            for source in order[:stop]:
                known = batch.known(source)
                assert known in (None, result(source).sha256)
                batch.add(result(source) if known is None else Done(source, known, unchanged=True))
        journal = folder / "journal.jsonl"
        journal.write_bytes(journal.read_bytes()[: -cut or None])  # a line half written
    with Batch(folder, SETTINGS, resume=True) as batch:
        for source in order:
            known = batch.known(source)
            batch.add(result(source) if known is None else Done(source, known, unchanged=True))
        batch.finish(sources)
    assert files(folder) == expected


def test_a_finished_batch_is_kept_but_for_what_changed(tmp_path: Path) -> None:
    sources = [str(i) for i in range(6)]
    undisturbed(tmp_path / "a", sources)
    with Batch(tmp_path / "a", SETTINGS, resume=True) as batch:
        for source in sources:
            assert batch.known(source) == f"{source}-1"
            changed = source in ("0", "2")
            batch.add(result(source, 2) if changed else Done(source, f"{source}-1", unchanged=True))
        batch.finish(sources[:-1])
    with Batch(tmp_path / "b", SETTINGS) as batch:
        for source in sources[:-1]:
            batch.add(result(source, 2 if source in ("0", "2") else 1))
        batch.finish(sources[:-1])
    assert files(tmp_path / "a") == files(tmp_path / "b")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "records.jsonl").write_bytes(b""),
        lambda folder: (folder / "errors.jsonl").unlink(),
    ],
)
def test_what_is_not_as_it_was_left_is_done_anew(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    sources = ["0", "1", "2"]
    expected = undisturbed(tmp_path, sources)
    spoil(tmp_path)
    with Batch(tmp_path, SETTINGS, resume=True) as batch:
        assert [batch.known(source) for source in sources] == [None] * 3
        for source in sources:
            batch.add(result(source))
        batch.finish(sources)
    assert files(tmp_path) == expected


def test_other_settings_keep_nothing(tmp_path: Path) -> None:
    undisturbed(tmp_path, ["0", "1"])
    with Batch(tmp_path, {"program_version": "2"}, resume=True) as batch:
        assert batch.known("0") is None
        batch.add(result("0"))
    with Batch(tmp_path, SETTINGS, resume=True) as batch:
        assert batch.known("0") == "0-1", (
            "of the batch that was finished, not of the journal of another version"
        )


def test_without_resume_it_begins_anew(tmp_path: Path) -> None:
    undisturbed(tmp_path, ["0", "1"])
    with Batch(tmp_path, SETTINGS) as batch:
        assert batch.known("0") is None
