"""The words of the pages: both languages say the same, and all that a record can name has one."""

import re
from pathlib import Path
from typing import get_args

import pytest

from inference.checks import rule_group
from inference.view.words import Words, messages
from models.labels import load_labels
from models.record import Form, Period, Qualifier, Script


def test_both_languages_have_the_same_messages() -> None:
    for key, message in messages().items():
        assert set(message) == {"zh", "en"}, key
        assert all(message.values()), key
        zh, en = (set(re.findall(r"\{(\w+)\}", message[language])) for language in ("zh", "en"))
        assert zh == en, key


RECORD = (Path(__file__).parents[3] / "docs" / "record.md").read_text("utf-8")
CHECKS, WARNINGS = RECORD.partition("## Checks")[2].split("## Warnings")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_that_a_record_can_say_has_a_name(language) -> None:
    t = Words(language)
    for kind, names in (
        ("form", get_args(Form)),
        ("script", get_args(Script)),
        ("period", set(get_args(Period)) - {"year"}),
        ("qualifier", set(get_args(Qualifier)) - {"exact"}),
        ("warning", re.findall(r"^\| `(\w+\.\w+)` \|", WARNINGS, re.MULTILINE)),
        ("check", {rule_group(id) for id in re.findall(r"`([\w.]+)\.<", CHECKS)}),
        ("family", {label.partition(".")[0] for label in load_labels()}),
    ):
        assert names
        for name in names:
            assert t(f"{kind}.{name}")
    assert t.name("family", "unheard") == "unheard"
    with pytest.raises(KeyError):
        t("unheard")
