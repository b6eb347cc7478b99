"""What the README shows is what the program does."""

import json
import re
from pathlib import Path

import pytest

import nianbao

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def without_confidence(fact: dict[str, object]) -> dict[str, object]:
    """A fact without what differs in the last digit between machines."""
    evidence = [{k: v for k, v in e.items() if k != "confidence"} for e in fact["evidence"]]  # type: ignore[attr-defined]
    return {**{k: v for k, v in fact.items() if k != "confidence"}, "evidence": evidence}


def test_the_record_in_the_readme_is_real() -> None:
    record = nianbao.extract(ROOT / "examples" / "2021-county.html").model_dump(mode="json")
    shown = json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])  # type: ignore[index]
    for name in ("title", "organization", "report_year", "form"):
        assert shown["document"][name] == record["document"][name]
    facts = [without_confidence(f) for f in record["facts"]]
    assert shown["facts"]
    for fact in shown["facts"]:
        assert without_confidence(fact) in facts
    for check in shown["checks"]:
        assert check in record["checks"]


@pytest.mark.parametrize(
    "path", ["README.md", "README.zh.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)
def test_links_in_the_documentation_lead_somewhere(path: str) -> None:
    page = ROOT / path
    for link in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_both_readmes_give_the_same_commands() -> None:
    chinese = (ROOT / "README.zh.md").read_text("utf-8")
    commands = [re.findall(r"^    (python3 .*)$", text, re.MULTILINE) for text in (README, chinese)]
    assert commands[0] == commands[1]
    assert len(commands[0]) == 2
