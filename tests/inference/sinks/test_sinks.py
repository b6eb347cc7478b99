"""What all sinks have in common."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.extract import Failure
from inference.facts import FACTS, TABLES
from inference.sinks import SINKS, SinkError
from models.record import Record
from tests.inference.sinks.readers import READERS, comparable
from tests.inference.sinks.samples import FAILURES, ROOT, examples, expected, record

pytest.importorskip("pyarrow")
pytest.importorskip("xlsxwriter")

every_sink = pytest.mark.parametrize("sink", SINKS)
ODD = ["\x00", "\x07", "\r\n", "\n", "\t", "\ufffe", "\uffff", "𠀀", '"', "'", "=", "＝", "-", "@", ",", "_x0041_",
       "<r>", "</r>", "&", " ", "\u2028", "\ufeff"]  # fmt: skip


def assert_comes_back(sink: str, records: list[Record], failures: list[Failure], folder: Path) -> None:
    SINKS[sink].write(records, failures, folder)
    rows = expected(records, failures)
    for table in TABLES:
        read = READERS[sink](folder, table)
        assert comparable(table, read, sink) == comparable(table, rows[table.name], sink)


@every_sink
def test_everything_comes_back_exactly(sink: str, tmp_path: Path) -> None:
    records = [*examples(), record(), record(value=None), record(value="-3")]
    assert len(records) == 8
    assert_comes_back(sink, records, FAILURES, tmp_path)
    assert len(READERS[sink](tmp_path, FACTS)) == sum(len(r.facts) for r in records)


@every_sink
@pytest.mark.parametrize(
    "value", ["0", "-0", "007", "318.60", "0.1", "123456789012345", "1234567890123456", "12345678901234567890123",
              "0." + "0" * 400 + "1", "0.1234567890123456789", "-99999999999999.9", "1" + "0" * 40]
)  # fmt: skip
def test_no_value_is_rounded(sink: str, value: str, tmp_path: Path) -> None:
    assert_comes_back(sink, [record(value=value)], [], tmp_path)


@every_sink
@given(texts=st.lists(st.lists(st.sampled_from(ODD) | st.text(max_size=5)).map("".join), max_size=3))
def test_any_text_comes_back(sink: str, tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    assert_comes_back(sink, [record(text) for text in texts], [], tmp_path_factory.mktemp("odd"))


@every_sink
@pytest.mark.parametrize(
    "text", ["<r>a</r>", "<r></r>", "<r>&lt;\x00 </r>", "_x000D_", "''=1", "https://a.example"]
)
def test_texts_that_a_library_could_take_for_its_own(sink: str, text: str, tmp_path: Path) -> None:
    assert_comes_back(sink, [record(text)], [], tmp_path)


@every_sink
def test_no_records_make_empty_tables(sink: str, tmp_path: Path) -> None:
    assert_comes_back(sink, [], [], tmp_path / "a" / "b")


@every_sink
def test_the_same_records_make_the_same_bytes(sink: str, tmp_path: Path) -> None:
    first = SINKS[sink].write(examples(), FAILURES, tmp_path / "1")
    second = SINKS[sink].write(examples(), FAILURES, tmp_path / "2")
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@every_sink
def test_the_folder_holds_the_files_that_are_named(sink: str, tmp_path: Path) -> None:
    paths = SINKS[sink].write(examples(), FAILURES, tmp_path)
    assert sorted(paths) == sorted(tmp_path.iterdir())


@every_sink
def test_a_run_that_fails_leaves_the_results_of_the_run_before(sink: str, tmp_path: Path) -> None:
    def stopped() -> Iterator[Record]:
        yield record()
        raise KeyboardInterrupt

    before = {path: path.read_bytes() for path in SINKS[sink].write(examples(), [], tmp_path)}
    with pytest.raises(KeyboardInterrupt):
        SINKS[sink].write(stopped(), [], tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@every_sink
def test_failures_may_come_up_while_records_are_read(sink: str, tmp_path: Path) -> None:
    failures: list[Failure] = []

    def records() -> Iterator[Record]:
        yield record()
        failures.append(FAILURES[0])

    SINKS[sink].write(records(), failures, tmp_path)
    errors = TABLES[-1]
    assert READERS[sink](tmp_path, errors) == [("乙.txt", "empty", "乙.txt holds no text")]


@pytest.mark.parametrize(("sink", "module"), [("parquet", "pyarrow"), ("xlsx", "xlsxwriter")])
def test_a_missing_library_is_named_before_anything_is_done(
    sink: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def untouched() -> Iterator[Record]:
        raise AssertionError
        yield

    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SinkError, match=re.escape(f"{sink} needs {module}: pip install 'nianbao[tables]'")):
        SINKS[sink].write(untouched(), [], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(SinkError, match="tables"):
        SINKS[sink].check()


def test_the_libraries_are_imported_only_when_they_are_needed() -> None:
    code = "import sys, inference.sinks; sys.exit(bool({'pyarrow', 'xlsxwriter'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_names_are_their_keys() -> None:
    assert list(SINKS) == [sink.name for sink in SINKS.values()] == ["csv", "parquet", "sqlite", "xlsx"]
