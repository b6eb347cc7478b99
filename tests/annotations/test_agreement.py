"""Agreement is what the textbooks say it is."""

from pathlib import Path

import pytest
from sklearn.metrics import cohen_kappa_score

from annotations.agreement import _alpha, agreement
from tests.annotations.stores import ANSWERED, RECEIVED, TOTAL, WEBSITE, accept, make_store

NONE = "O"


def test_two_annotators_by_span_and_by_number(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db", wanted=2) as store:
        accept(store, 1, "li", TOTAL)
        accept(store, 1, "wang", TOTAL)
        accept(store, 2, "li", WEBSITE)
        accept(store, 2, "wang")
        accept(store, 3, "li", RECEIVED, ANSWERED)
        accept(store, 3, "wang", RECEIVED, ANSWERED)
        accept(store, 4, "li")
        accept(store, 4, "wang")
        found = agreement(store)
    assert (found.tasks, found.numbers) == (4, 5)
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.tasks) == ("li", "wang", 4)
    assert pair.f1 == pytest.approx(2 * 3 / (4 + 3))
    codes = ["total", "website", "received", "answered", NONE], ["total", NONE, "received", "answered", NONE]
    assert pair.kappa == pytest.approx(cohen_kappa_score(*codes))
    assert found.alpha and 0 < found.alpha < 1
    assert found.labels[0].label == "disclosure.website", "the least agreed first"
    assert {label.label: label.numbers for label in found.labels}["applications.received"] == 1


def test_krippendorff_s_own_example() -> None:
    # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section A: binary data, two observers.
    first, second = "0100000000", "1110010100"

    coded = [
        (who, str(i), code) for who, codes in (("a", first), ("b", second)) for i, code in enumerate(codes)
    ]
    assert _alpha(coded) == pytest.approx(0.095, abs=0.001)


def test_nothing_in_common_is_no_agreement_and_no_disagreement(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db", wanted=2) as store:
        accept(store, 1, "li", TOTAL)
        accept(store, 2, "wang", WEBSITE)
        found = agreement(store)
    assert (found.tasks, found.alpha, found.pairs, found.labels) == (0, None, (), ())


def test_three_annotators_make_three_pairs(tmp_path: Path) -> None:
    with make_store(tmp_path / "s.db", wanted=3) as store:
        for name in ("li", "wang", "zhao"):
            accept(store, 3, name, RECEIVED, *(() if name == "zhao" else (ANSWERED,)))
        found = agreement(store)
    assert {(p.first, p.second): p.f1 for p in found.pairs} == {
        ("li", "wang"): 1.0, ("li", "zhao"): pytest.approx(2 / 3), ("wang", "zhao"): pytest.approx(2 / 3)
    }  # fmt: skip
