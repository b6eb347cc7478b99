"""The sample reports read as their gold says: every cell, header and arithmetic check, whatever the tagger does."""

from pathlib import Path

import pytest

from inference.extract import to_record
from inference.reading import read
from tests.examples import REPORTS, assert_agrees, gold_of


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_tables_header_and_checks(path: Path) -> None:
    assert_agrees(to_record(read(path), None), gold_of(path))
