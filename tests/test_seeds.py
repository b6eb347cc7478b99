"""The five real reports in ../shared, where a checkout has them beside it, scored by the independent scorer there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nianbao.cli import app

SHARED = Path(__file__).parents[2] / "shared"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="needs the real reports of ../shared")


def test_every_cell_header_and_offset_of_the_real_reports_is_right(tmp_path: Path) -> None:
    assert (
        CliRunner().invoke(app, ["extract", str(SHARED / "seeds"), "--output", str(tmp_path)]).exit_code == 0
    )
    scores = tmp_path / "scores.json"
    subprocess.run(
        [sys.executable, SHARED / "check" / "score.py", "--gold", SHARED / "gold" / "seeds", "--texts", SHARED / "seeds",
         "--records", tmp_path / "records.jsonl", "--json", scores],
        check=True, capture_output=True,
    )  # fmt: skip
    found = json.loads(scores.read_text("utf-8"))
    assert found["cells_right"] == found["cells"] == 826
    assert found.get("cells_spurious", 0) == 0
    assert found["header_right"] == found["header"]
    assert found["offsets_exact"] == 1
    assert found["checks_failed_found"] == found["checks_failed"]
    # A figure that the tagger takes for another contradicts the table.
    assert found.get("checks_failed_spurious", 0) <= 1
    assert found["figure_f1"] >= 0.8
