"""CSV: the guard, the byte order mark, the bytes."""

from pathlib import Path

import pytest

from inference.sinks.delimited import guard, write
from tests.inference.sinks.readers import unguarded
from tests.inference.sinks.samples import record


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-1-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "－2＋3x",
        "-A1",
        "'=1",
    ],
)
def test_a_text_that_begins_like_a_formula_is_guarded(text: str) -> None:
    assert guard(text) == "'" + text
    assert unguarded("'" + text) == text


@pytest.mark.parametrize(
    "value", ["-3", "+3", "-1,234.5", "-", "—", "--", "-12.5%", "a=1", "'a", "", None, -3, 0.5]
)
def test_all_else_stays(value: str | int | float | None) -> None:
    assert guard(value) == value


def test_nothing_in_the_files_begins_like_a_formula(tmp_path: Path) -> None:
    for path in write([record("=HYPERLINK(1)", "-3")], [], tmp_path):
        assert ",=" not in path.read_text("utf-8")
    assert ",-3,件," in (tmp_path / "facts.csv").read_text("utf-8")


def test_the_byte_order_mark_is_there_on_request_only(tmp_path: Path) -> None:
    plain = {path.name: path.read_bytes() for path in write([record()], [], tmp_path)}
    marked = {path.name: path.read_bytes() for path in write([record()], [], tmp_path, bom=True)}
    assert marked == {name: b"\xef\xbb\xbf" + data for name, data in plain.items()}
    assert plain["facts.csv"].startswith(b"document_id,source,")
    assert plain["facts.csv"].count(b"\r\n") == 3
