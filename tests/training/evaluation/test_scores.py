"""What every score must satisfy, whatever the documents."""

import json
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

pytest.importorskip("nervaluate")

from tests.training.evaluation.cases import CELLS, cases, figure, passage
from training.evaluation.build import build
from training.evaluation.gold import GoldDocument
from training.evaluation.matching import Case, Cell, Prediction
from training.evaluation.scores import (
    FEWEST,
    changes,
    count,
    intervals,
    lower_is_better,
    metrics,
    score,
)

SCORER = Path(__file__).parents[4] / "shared" / "check" / "score.py"
FEW = 50  # bootstrap rounds


@settings(max_examples=60, deadline=None)
@given(cases(perfect=True))
def test_perfect_predictions_score_1_and_have_no_error(made: list[Case]) -> None:
    for name, value in score([count(case) for case in made]).items():
        best = 0 if lower_is_better(name) else 1
        assert value is None or value == pytest.approx(best), name
    assert not build(made, [], "m", "0", 0).errors


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_metric_is_a_share_and_lies_in_its_interval_of_all_documents(made: list[Case]) -> None:
    documents = [count(case) for case in made]
    for name, value in score(documents).items():
        assert value is None or 0 <= value <= 1, name
    around = intervals(documents[:1] * FEWEST, rounds=FEW)
    alone = score(documents[:1])
    for name, value in alone.items():  # documents that are all the same leave nothing to chance
        between = around[name]
        assert (between is None) == (value is None), name
        if between and value is not None:
            assert between == pytest.approx((value, value)), name


@settings(max_examples=30, deadline=None)
@given(cases())
def test_the_order_of_the_documents_changes_nothing(made: list[Case]) -> None:
    other = random.Random(1).sample(made, len(made))
    assert build(made, [], "m", "0", 0) == build(other, [], "m", "0", 0)


@settings(max_examples=30, deadline=None)
@given(cases())
def test_nothing_changes_against_itself(made: list[Case]) -> None:
    documents = [count(case) for case in made] * FEWEST
    for name, change in changes(documents, documents, rounds=FEW).items():
        assert change is None or change == (0, 0, 1), name


def test_on_a_few_documents_there_is_no_interval_and_no_p_value() -> None:
    documents = [count(Case(passage(figure()), Prediction((figure(),))))] * (FEWEST - 1)
    assert set(intervals(documents).values()) == {None}
    assert set(changes(documents, documents).values()) == {None}
    assert intervals(documents * 2)["figures.f1"] == (1, 1)


def test_a_blank_that_was_read_wrongly_counts_in_the_calibration_of_cells() -> None:
    cells = {id: Decimal(3) if i % 2 else None for i, id in enumerate(CELLS[:6])}
    gold = GoldDocument("a", "字", Path("x"), None, cells)
    read = Prediction((), {id: Cell((), 0.95) for id in cells})
    scores = score([count(Case(gold, read))])
    assert scores["cells.accuracy"] == 0.5
    assert scores["cells.calibration.expected_error"] == pytest.approx(0.45)
    assert scores["cells.precision"] is None


def test_what_the_gold_does_not_say_is_not_measured() -> None:
    said = Prediction((figure(),), {CELLS[0]: Cell((Decimal(1),), 0.9)})
    scores = score([count(Case(GoldDocument("a", "字", Path("x"), None, None), said))])
    assert set(scores.values()) == {None}


def test_a_unit_that_the_gold_does_not_state_is_not_asked_for() -> None:
    gold = [
        replace(figure(), unit=None),
        replace(figure(start=5), unit="万件"),
        replace(figure(start=9), unit="条"),
    ]
    said = [figure(), figure(start=5), figure(start=9)]
    scores = score([count(Case(passage(*gold), Prediction(tuple(said))))])
    assert scores["attributes.unit"] == 0.5


def one(*predicted: object) -> dict[str, float | None]:
    gold = passage(figure(start=0), figure(start=2, number=5))
    return score([count(Case(gold, Prediction(tuple(predicted))))])  # type: ignore[arg-type]


def test_figures_that_touch_do_not_overlap() -> None:
    scores = one(figure(start=2, number=5))
    assert scores["figures.type.precision"] == 1
    assert scores["figures.type.recall"] == 0.5


def test_the_senses_differ_as_semeval_says() -> None:
    scores = one(figure("applications.granted", start=0), figure(start=1, number=5))
    assert scores["figures.strict.f1"] == 0
    assert scores["figures.exact.f1"] == pytest.approx(0.5)
    assert scores["figures.partial.f1"] == pytest.approx(0.75)
    assert scores["figures.type.f1"] == pytest.approx(0.5)


def test_a_prediction_that_overlaps_does_not_take_the_place_of_the_right_one() -> None:
    gold = passage(figure(start=1))
    scores = score([count(Case(gold, Prediction((figure("capacity.staff", start=0), figure(start=1)))))])
    for sense in ("strict", "exact", "partial", "type"):
        assert scores[f"figures.{sense}.recall"] == 1


def test_a_label_that_is_never_found_counts_as_0_in_the_mean() -> None:
    gold = passage(figure(), figure("capacity.staff", start=10))
    scores = score([count(Case(gold, Prediction((figure(),))))])
    assert scores["figures.macro_precision"] == 0.5
    assert scores["figures.f1"] == pytest.approx(2 / 3)


def test_calibration_is_the_gap_of_confidence_and_precision() -> None:
    gold = passage(*(figure(start=3 * i) for i in range(10)))
    said = [figure(number=3 if i < 6 else 4, start=3 * i, confidence=0.95) for i in range(10)]
    scores = score([count(Case(gold, Prediction(tuple(said))))])
    assert scores["figures.calibration.expected_error"] == pytest.approx(0.35)
    assert scores["figures.calibration.largest_error"] == pytest.approx(0.35)
    assert scores["figures.calibration.brier"] == pytest.approx(0.6 * 0.05**2 + 0.4 * 0.95**2)


def test_what_was_not_measured_is_none_and_not_0_or_1() -> None:
    scores = score([count(Case(passage(figure()), Prediction(())))])
    assert scores["cells.accuracy"] is None
    assert scores["figures.precision"] is None
    assert scores["figures.recall"] == 0
    assert set(scores) == set(metrics())


def written(case: Case) -> dict[str, object]:
    """A case's gold as a file of gold holds it."""
    figures = [
        {"label": g.label, "value": str(g.numbers[-1]), "unit": g.unit, "qualifier": g.qualifier, "period": g.period,
         "optional": g.optional} | ({} if g.start is None else {"start": g.start, "end": g.end})
        for g in case.gold.figures or ()
    ]  # fmt: skip
    cells = {id: None if value is None else str(value) for id, value in (case.gold.cells or {}).items()}
    return {"document": case.gold.name, "figures": figures, "cells": cells, **case.gold.header,
            "checks_failed": sorted(case.gold.checks_failed or ())}  # fmt: skip


def recorded(case: Case) -> dict[str, object]:
    """A case's prediction with those parts of a record that the scorer reads."""
    facts: list[dict[str, object]] = [
        {"id": p.label, "evidence": [{"kind": "narrative", "label": p.label, "value": str(p.numbers[0]), "unit": p.unit,
         "qualifier": p.qualifier, "period": p.period, "start": p.start, "end": p.end}]}
        for p in case.predicted.figures
    ]  # fmt: skip
    for id, cell in case.predicted.cells.items():
        value = str(cell.numbers[-1]) if cell.numbers else None
        facts.append({"id": id, "evidence": [{"kind": "table", "value": value, "unit": None}]})
    checks = [{"id": id, "status": "fail"} for id in case.predicted.checks_failed]
    return {"document": {"source": case.gold.name, **case.predicted.header}, "facts": facts, "checks": checks}


@pytest.mark.skipif(not SCORER.exists(), reason="the shared folder with the independent scorer is absent")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=cases())
def test_an_independent_scorer_says_the_same(made: list[Case], tmp_path: Path) -> None:
    for file in tmp_path.glob("*.gold.json"):
        file.unlink()
    made = [case for case in made if len({g.start is None for g in case.gold.figures or ()}) < 2]
    for case in made:
        (tmp_path / f"{case.gold.name}.gold.json").write_text(json.dumps(written(case)), "utf-8")
    (tmp_path / "records.jsonl").write_text("\n".join(json.dumps(recorded(case)) for case in made), "utf-8")
    command = [sys.executable, SCORER, "--gold", tmp_path, "--records", tmp_path / "records.jsonl"]
    subprocess.run([*command, "--json", tmp_path / "scores"], check=True, capture_output=True)
    theirs = json.loads((tmp_path / "scores").read_text("utf-8"))
    ours = score([count(case) for case in made])
    for name, other in {
        "figures.precision": "figure_precision", "figures.recall": "figure_recall", "figures.f1": "figure_f1",
        "cells.accuracy": "cell_accuracy", "cells.filled_accuracy": "cell_filled_accuracy",
        "attributes.qualifier_and_period": "attribute_accuracy",
    }.items():  # fmt: skip
        # Where there is nothing to measure, theirs is 0 or absent.
        assert (ours[name] or 0) == pytest.approx(theirs.get(other) or 0, abs=5e-5), name
    totals = sum((Counter(count(case)) for case in made), Counter())
    assert totals["rules.right"] + totals["conflicts.right"] == theirs.get("checks_failed_found", 0)
    assert totals["header.form.right"] + totals["header.report_year.right"] == theirs.get("header_right", 0)
