"""The examples of docs/tables.md run, and say what they should."""

import re
from pathlib import Path

import pytest

from inference.sinks import SINKS
from tests.inference.sinks.samples import ROOT, examples, record

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "tables.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize(
    ("library", "sink", "shown"),
    [("duckdb", "parquet", ["岚川县人民政府", "2023"]), ("pandas", "parquet", ["岚川县人民政府", "29"]), ("sqlite3", "sqlite", ["甲", "-3.5"])],
)  # fmt: skip
def test_the_examples_run(
    library: str,
    sink: str,
    shown: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip(library)
    if SINKS[sink].needs:
        pytest.importorskip("pyarrow")
    SINKS[sink].write([*examples(), record("甲")], [], tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    [block] = [block for block in BLOCKS if f"import {library}" in block]
    exec(block, {})
    printed = capsys.readouterr().out
    assert all(word in printed for word in shown), printed
