"""A report in, a record out."""

import json
from functools import partial
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.extract import (
    Extracted,
    Failure,
    extract,
    extract_one,
    find_inputs,
    program_version,
    to_record,
)
from inference.reading import ReadError, SourceText
from inference.reading.door import read_bytes
from inference.reading.files import load
from inference.tagging import TaggerError
from models.forms import cell_id, load_forms
from models.record import Record
from tests.inference.render import draw_form, rows_of, to_html
from tests.inference.shapes import BARE, SHAPES
from tests.inference.values import fill, value_of
from tests.schema import errors

PROSE = "2023年,本局主动公开信息1,234条,收到申请87件,已全部办结,举办培训3次,培训人员60人次,按时办结率100%。\n"
SCHEMA = Record.model_json_schema()


def source(text: str) -> SourceText:
    return read_bytes(text.encode(), "report.txt")


def report(form="2021", shape="row", **options) -> str:
    return draw_form(
        form, fill(form, 1), {**SHAPES, **BARE}[shape], before=PROSE, after=PROSE, **options
    ).text


def assert_sound(record: Record, text: str) -> None:
    """The record keeps its contract with whoever reads it."""
    assert errors(json.loads(record.model_dump_json()), SCHEMA, SCHEMA) == []
    assert Record.model_validate_json(record.model_dump_json()) == record
    assert record.document.characters == len(text)
    for fact in record.facts:
        assert fact.evidence
        for evidence in fact.evidence:
            assert text[evidence.start : evidence.end] == evidence.text
            if evidence.kind == "narrative":
                sentence = evidence.sentence
                assert sentence.start <= evidence.start <= evidence.end <= sentence.end <= len(text)
    for warning in record.warnings:
        assert 0 <= warning.start <= warning.end <= len(text)


@pytest.mark.parametrize("form", ["2021", "2019", "2014", "provincial"])
@pytest.mark.parametrize("shape", ["row", "after", "before", "alone", "markdown", "tab", "line", "space"])
def test_a_record_for_every_form_and_shape(form, shape):
    text = report(form, shape)
    record = to_record(source(text), None)
    assert_sound(record, text)
    assert record.document.form == form
    facts = {(f.id, f.period): f.value for f in record.facts}
    assert facts == {
        (cell_id(*id), "cumulative" if id[2] == "cumulative" else "year"): value_of(printed)
        for id, printed in fill(form, 1).items()
    }
    assert [c.id for c in record.checks if c.status == "fail"] == []
    assert [w.code for w in record.warnings] == ["narrative.no_tagger"]


@pytest.mark.parametrize("form", ["2021", "2019", "2014", "provincial"])
def test_a_traditional_report(form):
    text = report(form, "after", damage=opencc.OpenCC("s2t").convert)
    record = to_record(source(text), None)
    assert record.document.script == "hant"
    assert_sound(record, text)


def test_a_web_page():
    printed = fill("2021", 1)
    page = to_html({t.id: rows_of(t, printed) for t in load_forms()["2021"].tables})
    read = read_bytes(page.encode(), "report.html")
    record = to_record(read, None)
    assert record.document.media_type == "text/html"
    assert len(record.facts) == 200
    assert_sound(record, read.text)


def test_with_a_tagger(tagger):
    text = report("2021", "row")
    record = to_record(source(text), tagger)
    assert_sound(record, text)
    assert (record.model.name, record.model.version) == ("tiny", "0")
    said = [e for f in record.facts for e in f.evidence if e.kind == "narrative"]
    assert all(text.index(PROSE) <= e.start < text.rindex(PROSE) + len(PROSE) for e in said)
    assert {w.code for w in record.warnings} <= {"narrative.uncertain"}
    ordered = sorted(said, key=lambda e: e.start)
    assert all(a.end <= b.start for a, b in pairwise(ordered))


def test_the_same_report_gives_the_same_record(tagger):
    text = report("2019", "after")
    assert to_record(source(text), tagger) == to_record(source(text), tagger)


def test_the_header_of_the_document():
    record = to_record(source("清河县水利局2023年政府信息公开工作年度报告\n" + PROSE), None)
    document = record.document
    assert (document.organization, document.report_year, document.form) == ("清河县水利局", 2023, "none")
    assert document.title == "清河县水利局2023年政府信息公开工作年度报告"
    assert (document.encoding, document.media_type, document.source) == ("utf-8", "text/plain", "report.txt")
    assert len(document.id) == 64


def test_a_page_with_no_report_says_that_no_table_was_found():
    record = to_record(source("通知公告\n关于召开会议的通知\n"), None)
    assert record.document.form == "none"
    assert record.facts == record.checks == []
    assert [w.code for w in record.warnings] == ["table.none", "narrative.no_tagger"]


def test_missing_rows_are_a_warning():
    printed = {id: text for id, text in fill("2021", 1).items() if id[:2] != ("disclosure", "coercion")}
    printed = {id: text for id, text in printed.items() if id[0] != "review_litigation"}
    record = to_record(source(draw_form("2021", printed, SHAPES["row"]).text), None)
    messages = [w.message for w in record.warnings if w.code == "table.cells_missing"]
    assert len(messages) == 2
    assert "行政强制" in messages[0]
    assert "review_litigation" in messages[1]


def test_the_single_other_row_is_not_missing_three():
    printed = fill("2019", 1)
    record = to_record(source(draw_form("2019", printed, SHAPES["row"]).text), None)
    assert not [w for w in record.warnings if w.code == "table.cells_missing"]


def test_a_stray_value_is_a_warning_at_its_place():
    text = report("2021", "row").replace("\n| 四、结转", " 777 |\n| 四、结转")
    record = to_record(source(text), None)
    (warning,) = [w for w in record.warnings if w.code == "table.value_unplaced"]
    assert text[warning.start : warning.end] == "777"


def test_characters_that_could_not_be_decoded_are_a_warning():
    # Replacing is what reading does; here only its warning matters.
    read = SourceText("清河县\ufffd水利局", "a.txt", "0" * 64, "text/plain", "utf-8", replaced=1)
    assert to_record(read, None).warnings[0].code == "reading.replaced"


def test_a_broken_rule_changes_no_number():
    printed = fill("2021", 1)
    printed["applications", "granted", "total"] = "1"
    record = to_record(source(draw_form("2021", printed, SHAPES["row"]).text), None)
    assert {f.id: f.value for f in record.facts}["applications.granted.total"] == "1"
    failed = {c.id for c in record.checks if c.status == "fail"}
    assert failed == {"applications.row_sum.granted", "applications.column_total.total"}


@given(st.text(max_size=300) | st.text(alphabet="|\n \t0123456789规章总计件条次。,年()（）", max_size=300))
def test_any_text_gives_a_sound_record(text):
    record = to_record(SourceText(text, "a.txt", "0" * 64, "text/plain", "utf-8"), None)
    assert_sound(record, text)


# --- files -----------------------------------------------------------------------------------


def test_extract_reads_a_file(tmp_path, tagger_folder):
    path = tmp_path / "a.txt"
    path.write_text(report(), "utf-8")
    record = extract(path, tagger_folder)
    assert record.document.source == str(path)
    assert record.model.program_version == program_version()


def test_extract_says_what_is_wrong(tmp_path, tagger_folder):
    with pytest.raises(ReadError):
        extract(tmp_path / "nothing.txt", tagger_folder)
    (tmp_path / "a.txt").write_text(report(), "utf-8")
    with pytest.raises(TaggerError):
        extract(tmp_path / "a.txt", tmp_path)


def test_whatever_becomes_of_a_document_is_a_result(tmp_path):
    good, empty, missing = (tmp_path / name for name in ("a.txt", "b.txt", "c.txt"))
    good.write_text(report(), "utf-8")
    empty.write_bytes(b"")
    results = [extract_one(path.name, partial(load, path), None) for path in (missing, good, empty)]
    assert [type(r) for _, r in results] == [Failure, Extracted, Failure]
    assert [r.code for _, r in results if isinstance(r, Failure)] == ["not_found", "empty"]
    hashes = [None, sha256(good.read_bytes()).hexdigest(), sha256(b"").hexdigest()]
    assert [hash for hash, _ in results] == hashes
    assert extract_one("a.txt", partial(load, good), None, hashes[1]) == (hashes[1], None)


def test_find_inputs(tmp_path, monkeypatch):
    for name in ("b.txt", "a.html", "c.md", "d.jpg", "sub/e.txt", ".hidden.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)

    def names(*paths: str) -> list[str]:
        return [p.as_posix() for p in find_inputs(paths)]

    assert names(".") == ["a.html", "b.txt", "c.md", "sub/e.txt"]
    assert names("*.html") == ["a.html"]
    assert names("b.txt", "b.txt", "missing.txt", "d.docx") == ["b.txt", "missing.txt", "d.docx"]
    assert names("**/*.txt", "b.txt")[-1] == "sub/e.txt"
    assert names("*.pdf") == ["*.pdf"]
    assert names(str(tmp_path / "*.md")) == [(tmp_path / "c.md").as_posix()]
    assert names() == []


def test_a_file_whose_name_looks_like_a_pattern(tmp_path):
    path = tmp_path / "report[2023].txt"
    path.write_text("x")
    assert find_inputs([str(path)]) == [Path(path)]
