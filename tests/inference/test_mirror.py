"""A batch at a URL is what it would be in a folder, after a stop as well."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from inference.batch import Batch
from inference.engines.job import Done
from inference.mirror import mirrored
from nianbao.cli import app

fsspec = pytest.importorskip("fsspec", reason="needs pip install 'nianbao[remote]'")
URL = "memory://batches/out"
RECORD = '{"document": {"form": "2021"}, "checks": [], "facts": []}'


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    yield
    if fsspec.filesystem("memory").exists("/batches"):
        fsspec.filesystem("memory").rm("/batches", recursive=True)


def there() -> dict[str, bytes]:
    system = fsspec.filesystem("memory")
    return {name.removeprefix("/batches/out/"): system.cat_file(name) for name in system.find("/batches/out")}


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def extract(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["extract", *map(str, arguments)])


def test_the_url_does_not_show(tmp_path: Path, tagger_folder: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("清河县水利局2023年政府信息公开工作年度报告", "utf-8")
    (tmp_path / "in" / "b.txt").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "in" / "c.zip", "w") as archive:
        archive.writestr("c.txt", "清河县水利局2022年政府信息公开工作年度报告")
        archive.writestr("d.txt", "清河县水利局2021年政府信息公开工作年度报告")
    options = ["--texts", "--format", "csv", "--model", tagger_folder, "--output"]
    source = f"file://{tmp_path}/in"
    assert extract(source, *options, tmp_path / "here").exit_code == 1
    result = extract(source, *options, URL)
    assert result.exit_code == 1
    assert f"3 records in {URL}/records.jsonl" in result.stderr and f"{URL}/facts.csv" in result.stderr
    assert there() == files(tmp_path / "here")
    assert f'"source":"file://{tmp_path}/in/c.zip!/d.txt"' in there()["records.jsonl"].decode()
    assert "4 of an earlier run" in extract(source, "--resume", *options, URL).stderr
    assert there() == files(tmp_path / "here")


def test_a_stop_keeps_what_was_read_and_the_batch_before_it() -> None:
    settings = {"version": 1}
    with mirrored(URL, resume=True) as folder, Batch(folder, settings, resume=True) as batch:
        batch.add(Done("a", "1", record=RECORD))
        batch.finish(["a"])
    finished = there()
    assert set(finished) == {"records.jsonl", "errors.jsonl", "manifest.json"}
    with (
        pytest.raises(KeyboardInterrupt),
        mirrored(URL, resume=True) as folder,
        Batch(folder, settings, resume=True) as batch,
    ):
        assert batch.known("a") == "1"
        batch.add(Done("b", "2", record=RECORD))
        raise KeyboardInterrupt
    stopped = there()
    assert {name: stopped[name] for name in finished} == finished
    with mirrored(URL, resume=True) as folder, Batch(folder, settings, resume=True) as batch:
        assert (batch.known("a"), batch.known("b")) == ("1", "2")
        batch.finish(["a", "b"])
    assert there()["records.jsonl"].decode() == f"{RECORD}\n" * 2
    assert "journal.jsonl" not in there() and not folder.exists()


def test_a_place_that_cannot_be_written_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("read only")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "put_file", refuse)
    with (
        pytest.raises(OSError, match="read only; the files are in") as caught,
        mirrored(URL, resume=False) as folder,
        Batch(folder, {}) as batch,
    ):
        batch.add(Done("a", "1", record=RECORD))
    assert str(caught.value).endswith(str(folder))
    assert (folder / "journal.jsonl").exists()


def test_nothing_of_it_is_loaded_for_files_of_this_machine() -> None:
    loaded = "import sys, nianbao.cli; print([m for m in ('fsspec', 'ray', 'pyarrow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
