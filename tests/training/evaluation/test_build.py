"""The report says what is right, what is wrong, and what changed."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("nervaluate")

from tests.training.evaluation.cases import figure, passage
from training.evaluation.build import build
from training.evaluation.gold import GoldDocument
from training.evaluation.matching import Case, Cell, Prediction
from training.evaluation.report import Report, Selection

CELL = "applications.granted.total"


def report(*cases: Case, baseline: Report | None = None) -> Report:
    return build(cases, ["gold"], "model 1", "0", 0, baseline)


def document(name: str, cells: dict[str, Decimal | None], **slices: str) -> GoldDocument:
    header: dict[str, str | int] = {"form": "2021", "report_year": 2023}
    return GoldDocument(name, "字" * 1200, Path(name), (), cells, header, slices=slices)


def test_figures_are_counted_by_label_and_by_family() -> None:
    made = report(
        Case(
            passage(figure(), figure("applications.granted", start=5)),
            Prediction((figure(), figure(start=9))),
        )
    )
    assert [(row.id, row.gold, row.predicted, row.right) for row in made.labels] == [
        ("applications.granted", 1, 0, 0),
        ("applications.received", 1, 2, 1),
    ]
    ((family,),) = [made.families]
    assert (family.id, family.gold, family.right) == ("applications", 2, 1)
    assert family.f1.value == pytest.approx(0.5)


def test_cells_are_counted_by_table_row_column_and_form() -> None:
    gold = document("a", {CELL: Decimal(0), "applications.granted.business": Decimal(3)})
    read = {CELL: Cell((), 0.9), "applications.granted.business": Cell((Decimal(3),), 0.9),
            "applications.partially_granted.total": Cell((Decimal(1),), 0.9)}  # fmt: skip
    rows = {(c.dimension, c.id): c for c in report(Case(gold, Prediction((), read))).cells}
    for key in (("table", "applications"), ("form", "2021")):
        assert (rows[key].cells, rows[key].right, rows[key].spurious, rows[key].zero_as_blank) == (2, 1, 1, 1)
    assert rows["row", "applications.granted"].spurious == 0
    assert rows["column", "applications.total"].right == 0


def test_an_error_shows_both_sides_in_their_context() -> None:
    text = "全年收到申请192件,办结190件。"
    gold = GoldDocument("a", text, None, (figure("applications.answered", 190, 13),))
    said = figure("applications.received", 190, 13, confidence=0.8)
    (error,) = report(Case(gold, Prediction((said,)))).errors
    assert (error.kind, error.id, error.start, error.confidence) == (
        "label",
        "applications.answered",
        13,
        0.8,
    )
    assert error.context == text
    assert error.gold and error.predicted
    assert (error.gold.label, error.predicted.label) == ("applications.answered", "applications.received")
    assert (error.gold.start, error.gold.end) == (13, 15)


def test_confident_errors_come_first() -> None:
    said = [figure(start=3 * i, confidence=c) for i, c in enumerate((0.6, 0.9, 0.7))]
    errors = report(Case(passage(), Prediction(tuple(said)))).errors
    assert [e.confidence for e in errors] == [0.9, 0.7, 0.6]


def test_the_threshold_lets_through_what_is_99_in_100_right() -> None:
    def selection(right: int, wrong: int) -> Selection:
        gold = passage(*(figure(start=3 * i) for i in range(right + wrong)))
        said = [
            figure(number=3 if i < right else 4, start=3 * i, confidence=0.9 if i < right else 0.6)
            for i in range(right + wrong)
        ]
        return report(Case(gold, Prediction(tuple(said)))).confidence["figures"].selection

    some = selection(200, 100)
    assert (some.threshold, some.trusted, some.right) == (0.9, 200, 200)
    assert some.curve[-1] == pytest.approx((1.0, 1 / 3))
    assert selection(0, 200).threshold is None
    assert selection(20, 100).threshold is None  # too few to tell


def test_slices_are_by_form_year_kind_length_and_what_the_gold_names() -> None:
    read = {CELL: Cell((Decimal(1),), 0.9)}
    cases = [
        Case(document("a", {CELL: Decimal(1)}, region="江苏"), Prediction((), read, media_type="text/html")),
        Case(document("b", {CELL: Decimal(2)}), Prediction((), read, media_type="text/plain")),
    ]
    slices = {(s.name, s.value): s for s in report(*cases).slices}
    assert slices["form", "2021"].documents == 2
    assert slices["characters", "1,000 to 5,000"].documents == 2
    assert slices["kind of file", "text/html"].scores["cells.accuracy"].value == 1
    assert slices["kind of file", "text/plain"].scores["cells.accuracy"].value == 0
    assert slices["region", "江苏"].documents == 1


def test_rules_and_conflicts_are_measured_apart_and_their_errors_told() -> None:
    gold = GoldDocument(
        "a", None, Path("a"), (), {}, {}, frozenset({"applications.balance.total", "narrative.x"})
    )
    made = report(Case(gold, Prediction((), checks_failed=frozenset({"narrative.x", "narrative.y"}))))
    assert made.scores["rules.recall"].value == 0
    assert made.scores["conflicts.precision"].value == 0.5
    assert [(e.kind, e.id) for e in made.errors] == [
        ("missed check", "applications.balance.total"),
        ("invented check", "narrative.y"),
    ]


def test_a_document_without_a_record_has_everything_wrong() -> None:
    made = report(Case(document("a", {CELL: Decimal(1)}), Prediction((), found=False)))
    assert made.scores["cells.accuracy"].value == 0
    assert made.scores["header.form"].value == 0
    assert {e.kind for e in made.errors} == {"missing", "header", "no record"}


def test_a_wrong_period_of_a_right_figure_is_an_error_of_its_own() -> None:
    made = report(Case(passage(figure()), Prediction((figure(period="prior", confidence=0.9),))))
    assert made.scores["figures.f1"].value == 1
    (error,) = made.errors
    assert error.kind == "attribute" and error.gold and error.predicted
    assert (error.gold.value, error.predicted.value) == ("3 exact, year", "3 exact, prior")


def test_a_baseline_shows_what_was_fixed_and_what_broke() -> None:
    gold = passage(figure(), figure("applications.granted", start=10))
    before = report(Case(gold, Prediction((figure(),))))
    after = report(Case(gold, Prediction((figure("applications.granted", start=10),))), baseline=before)
    comparison = after.comparison
    assert comparison
    assert [e.id for e in comparison.fixed] == ["applications.granted"]
    assert [e.id for e in comparison.broken] == ["applications.received"]
    change = comparison.changes["figures.f1"]
    assert change.before == change.after == pytest.approx(2 / 3)
    assert change.p is None  # one document says nothing of chance
    assert comparison.labels["applications.received"].after == 0
    assert "cells.accuracy" not in comparison.changes


def test_a_passage_may_move_and_one_with_other_gold_is_left_out() -> None:
    other = GoldDocument("other", "文", None, ())
    before = report(Case(passage(figure(), name="f:1"), Prediction(())), Case(other, Prediction(())))
    changed = GoldDocument("other", "文", None, (figure(),))
    cases = Case(passage(figure(), name="f:2"), Prediction(())), Case(changed, Prediction(()))
    comparison = report(*cases, baseline=before).comparison
    assert comparison
    assert (comparison.documents, comparison.left_out) == (1, 2)
    assert comparison.fixed == comparison.broken == []


def test_errors_without_a_place_are_counted_one_by_one() -> None:
    gold = passage(*(figure(number=3, start=None) for _ in range(4)))
    before = report(Case(gold, Prediction(())))
    after = report(Case(gold, Prediction(tuple(figure() for _ in range(3)))), baseline=before)
    assert after.comparison and len(after.comparison.fixed) == 3


def test_only_documents_of_both_reports_are_compared() -> None:
    before = report(Case(document("b", {}), Prediction(())))
    after = report(Case(document("a", {}), Prediction(())), baseline=before)
    assert after.comparison
    assert (after.comparison.documents, after.comparison.changes, after.comparison.fixed) == (0, {}, [])


def test_the_published_schema_is_that_of_the_report() -> None:
    published = Path(__file__).parents[3] / "docs" / "report.schema.json"
    assert json.loads(published.read_text("utf-8")) == Report.model_json_schema()


def test_the_json_of_a_report_is_read_back(tmp_path: Path) -> None:
    made = report(Case(passage(figure()), Prediction((figure(start=50, confidence=0.7),))))
    assert Report.model_validate_json(made.model_dump_json()) == made
