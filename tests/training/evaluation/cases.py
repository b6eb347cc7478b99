"""Made-up documents with gold and predictions, for tests of evaluation."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

from models.forms import load_forms
from models.labels import load_labels
from models.record import Period
from training.evaluation.gold import Figure, GoldDocument
from training.evaluation.matching import Case, Cell, Prediction

LABELS = list(load_labels())[:6]
CELLS = [f"applications.granted.{column.id}" for column in load_forms()["2021"].table("applications").columns]
CHECKS = ["narrative.applications.received", "applications.balance.total", "applications.balance.business"]


def figure(
    label: str = "applications.received",
    number: int = 3,
    start: int | None = 0,
    confidence: float | None = None,
    period: Period = "year",
    optional: bool = False,
) -> Figure:
    """A figure of two characters."""
    end = None if start is None else start + 2
    return Figure(label, (Decimal(number),), None, start, end, "件", "exact", period, confidence, optional)


def passage(*figures: Figure, name: str = "a") -> GoldDocument:
    """Gold of a passage of a hundred characters."""
    return GoldDocument(name, "字" * 100, None, figures)


def _figures() -> st.SearchStrategy[list[Figure]]:
    places = st.lists(st.integers(0, 12).map(lambda at: 3 * at), unique=True, max_size=6)
    return places.flatmap(
        lambda starts: st.tuples(
            *(
                st.builds(
                    figure, st.sampled_from(LABELS), st.integers(0, 3), st.just(start),
                    period=st.sampled_from(("year", "prior")), optional=st.sampled_from((False, False, True)),
                )
                for start in sorted(starts)
            )
        ).map(list)
    )  # fmt: skip


def _cells() -> st.SearchStrategy[dict[str, Decimal | None]]:
    return st.dictionaries(st.sampled_from(CELLS), st.none() | st.integers(0, 3).map(Decimal), min_size=1)


@st.composite
def cases(draw: st.DrawFn, perfect: bool = False) -> list[Case]:
    """Some documents; unless they are perfect, predictions are drawn as freely as gold, so all kinds of errors occur."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        gold = draw(_figures())
        cells = draw(_cells())
        header: dict[str, str | int] = {"form": "2021", "report_year": 2023}
        broken = draw(st.frozensets(st.sampled_from(CHECKS)))
        said = gold if perfect else [replace(f, optional=False) for f in draw(_figures())]
        read = cells if perfect else draw(_cells())
        confidence = st.just(1.0) if perfect else st.floats(0.5, 1)
        prediction = Prediction(
            tuple(replace(f, confidence=draw(confidence)) for f in said),
            {
                id: Cell(() if value is None else (value, value), draw(confidence))
                for id, value in read.items()
            },
            dict(header) if perfect or draw(st.booleans()) else {"form": "2019"},
            broken if perfect else draw(st.frozensets(st.sampled_from(CHECKS))),
            found=perfect or draw(st.booleans()),
        )
        if not perfect and draw(st.booleans()):
            gold = [replace(f, start=None, end=None) for f in gold]
        document = GoldDocument(f"d{number}", "字" * 100, Path("x"), tuple(gold), cells, header, broken)
        found.append(Case(document, prediction))
    return found
