"""The charts of an evaluation report, as SVG that takes its ink from the page around it."""

import io
import re
from collections.abc import Callable, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.evaluation.report import Confidence, LabelScore

# One colour that stands for the ink of the page, light or dark; the charts differ by shape, not by colour.
_INK = "#010203"
_STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "nianbao", "font.family": "sans-serif", "font.size": 10,
    "text.color": _INK, "axes.edgecolor": _INK, "axes.labelcolor": _INK, "axes.titlesize": 11,
    "xtick.color": _INK, "ytick.color": _INK, "axes.spines.top": False, "axes.spines.right": False,
}  # fmt: skip


def reliability(name: str, confidence: Confidence) -> str:
    """Precision against confidence; the closer to the dashed diagonal, the more honest."""

    def draw(axes: Axes) -> None:
        bins = confidence.bins
        axes.plot([0, 1], [0, 1], "--", color=_INK, linewidth=1)
        axes.plot([b.confidence for b in bins], [b.right for b in bins], "o-", color=_INK, linewidth=1.5)
        for b in bins:
            axes.annotate(
                f"{b.count:,}",
                (b.confidence, b.right),
                (0, -12),
                textcoords="offset points",
                ha="center",
                fontsize=8,
            )
        axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.05))

    return _svg(f"Reliability of {name} (numbers: how many)", draw, 4.2, 3.6)


def selection(name: str, confidence: Confidence) -> str:
    """How much error is left when only the more confident predictions are trusted."""

    def draw(axes: Axes) -> None:
        curve = confidence.selection.curve
        axes.plot(
            [100 * x for x, _ in curve],
            [100 * y for _, y in curve],
            ".-",
            markersize=3,
            color=_INK,
            linewidth=1.5,
        )
        axes.axhline(1, linestyle=":", color=_INK, linewidth=1)
        axes.set(xlabel="trusted without a person, %", ylabel="wrong among them, %", xlim=(0, 101))
        # The first few predictions say little, and one error among them would squeeze all else.
        axes.set_ylim(bottom=0, top=max(2.0, 130 * curve[-1][1]))

    return _svg(f"Risk and coverage of {name} (dotted: 1% wrong)", draw, 4.2, 3.6)


def families(scores: Sequence[LabelScore]) -> str:
    """F1 of each family of labels with its interval."""

    def draw(axes: Axes) -> None:
        rows = [row for row in reversed(scores) if row.f1.value is not None]
        for place, row in enumerate(rows):
            value = row.f1.value or 0.0
            if row.f1.low is not None and row.f1.high is not None:
                axes.plot([row.f1.low, row.f1.high], [place, place], "-", color=_INK, linewidth=1.5)
            axes.plot([value], [place], "o", color=_INK)
        axes.set_yticks(range(len(rows)), [f"{row.id} ({row.gold:,})" for row in rows])
        axes.set(xlabel="F1, with 95% interval", xlim=(0, 1.02))
        axes.grid(axis="x", color=_INK, alpha=0.15)

    return _svg("Figures by family of labels (how many)", draw, 6.4, 0.8 + 0.3 * max(2, len(scores)))


def _svg(title: str, draw: Callable[[Axes], None], width: float, height: float) -> str:
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.set_title(title)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    # Ids are unique in a chart, and several charts share a page.
    prefix = re.sub(r"\W+", "-", title)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
