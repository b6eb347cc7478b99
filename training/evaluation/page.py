"""The evaluation report for people: one page of HTML that needs nothing else, and the same in Markdown."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from inference.templates import environment
from training.evaluation.charts import families, reliability, selection
from training.evaluation.report import Confusion, Error, Report, Score
from training.evaluation.scores import lower_is_better

_SHOWN = 100  # errors of a kind on the page; the JSON has all
_MATRIX = 24  # labels in the confusion matrix


def render_html(report: Report) -> str:
    """The report as one self-contained page."""
    charts = [Markup(families(report.families))] if report.families else []
    for name, confidence in report.confidence.items():
        if confidence.bins:
            charts += [Markup(reliability(name, confidence)), Markup(selection(name, confidence))]
    return _render("page.html.j2", report, charts=charts)


def render_markdown(report: Report) -> str:
    """The report in short, for a terminal or a merge request."""
    return _render("page.md.j2", report)


def _render(template: str, report: Report, **more: object) -> str:
    templates = environment("training.evaluation")
    templates.filters |= {"score": _score, "share": _share, "segments": _segments, "p": _p, "some": _some}
    return templates.get_template(template).render(
        report=report,
        matrix=_matrix(report.confusions),
        kinds=Counter(error.kind for error in report.errors),
        lower_is_better=lower_is_better,
        **more,
    )


def _some(errors: Sequence[Error]) -> list[Error]:
    """The first errors of each kind, in their order."""
    taken: Counter[str] = Counter()
    some = []
    for error in errors:
        taken[error.kind] += 1
        if taken[error.kind] <= _SHOWN:
            some.append(error)
    return some


def _score(score: Score) -> str:
    if score.value is None:
        return "–"
    return (
        f"{score.value:.3f}" if score.low is None else f"{score.value:.3f} ({score.low:.3f}–{score.high:.3f})"
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _p(value: float | None) -> str:
    return "–" if value is None else "<0.01" if value < 0.01 else f"{value:.2f}"


def _matrix(confusions: list[Confusion]) -> tuple[list[str], dict[tuple[str, str], int]]:
    """The labels that are most often taken for another, and how often each was taken for each."""
    counts = {(c.gold or "none", c.predicted or "none"): c.count for c in confusions}
    wrong: Counter[str] = Counter()
    for (gold, predicted), number in counts.items():
        if gold != predicted:
            wrong.update({gold: number, predicted: number})
    labels = sorted(label for label, _ in wrong.most_common(_MATRIX))
    return labels, counts


def _segments(error: Error) -> list[tuple[str, str]]:
    """The context cut at the ends of its marks: text, and which marks cover it (`gold`, `predicted`, both or none)."""
    marks = [("gold", error.gold), ("predicted", error.predicted)]
    spans = [(name, m.start, m.end) for name, m in marks if m and m.start is not None and m.end is not None]
    cuts = sorted({0, len(error.context), *(at for _, *ends in spans for at in ends)})
    return [
        (error.context[a:b], " ".join(name for name, start, end in spans if start <= a and b <= end))
        for a, b in pairwise(cuts)
    ]
