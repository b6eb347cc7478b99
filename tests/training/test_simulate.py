"""The replayed loop labels everything once, and pays where a pool hides something rare."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("sklearn")
pytest.importorskip("spacy")
pytest.importorskip("nervaluate")

from annotations.items import GoldFigure, Item
from models.tagger import shipped
from training.baselines import LinearTagger
from training.evaluation.gold import Figure, GoldDocument
from training.simulate import (
    STRATEGIES,
    Curve,
    Loop,
    Point,
    Simulation,
    encoder_learner,
    replay,
    summarise,
    write,
)

COMMON = [
    ("全年收到政府信息公开申请{}件。", "applications.received"),
    ("全县共有行政村{}个。", None),
]
RARE = [
    ("举办政务公开培训班{}期。", "capacity.trainings"),
    ("门户网站发布消息{}条。", "disclosure.website"),
    ("制发规范性文件{}份。", "documents.normative"),
    ("接听热线来电{}个。", "response.hotline_calls"),
    ("召开新闻发布会{}场。", "response.press_conferences"),
    ("办理人大代表建议{}项。", "proposals.npc"),
]


def item(number: int, pattern: str, label: str | None) -> Item:
    text = pattern.format(number)
    start, end = pattern.index("{"), len(text) - 1
    figure = label and GoldFigure(label, start, end, str(number), text[end - 1], "exact", "year")
    return Item(text, (figure,) if figure else ())


def items(count: int, first: int = 10) -> list[Item]:
    """Passages of one number, of three kinds in turn."""
    return [item(n, *[*COMMON, RARE[0]][n % 3]) for n in range(first, first + count)]


def gold(made: Sequence[Item]) -> list[GoldDocument]:
    return [
        GoldDocument(
            f"test:{i}",
            one.text,
            None,
            tuple(
                Figure(f.label, (Decimal(f.value),), None, f.start, f.end, f.unit, f.qualifier, f.period)
                for f in one.figures
            ),
        )
        for i, one in enumerate(made)
    ]


@pytest.fixture(scope="module")
def curves() -> list[Curve]:
    """Every strategy on an easy pool, with two seeds."""
    return list(replay(items(80), gold(items(30, 200)), seeds=(1, 2), loop=Loop(first=0.2, growth=1.8)))


def test_every_curve_rises_to_the_whole_pool(curves: list[Curve]) -> None:
    assert [(c.seed, c.strategy) for c in curves] == [(seed, s) for seed in (1, 2) for s in STRATEGIES]
    for curve in curves:
        numbers = [p.numbers for p in curve.points]
        assert numbers == sorted(set(numbers))
        assert (curve.points[-1].items, curve.points[-1].numbers) == (80, 80)
        assert curve.points[-1].f1 == 1.0


def test_strategies_with_one_seed_begin_and_end_alike(curves: list[Curve]) -> None:
    for seed in (1, 2):
        assert len({(c.points[0], c.points[-1]) for c in curves if c.seed == seed}) == 1


def test_the_same_seed_gives_the_same_curves(curves: list[Curve]) -> None:
    again = replay(items(80), gold(items(30, 200)), seeds=(2,), loop=Loop(first=0.2, growth=1.8))
    assert list(again) == [c for c in curves if c.seed == 2]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_item_is_labelled_twice_and_none_is_given_back(strategy: str) -> None:
    seen: list[list[Item]] = []

    def learner(labelled: Sequence[Item], seed: int) -> LinearTagger:
        seen.append(list(labelled))
        return LinearTagger(labelled, seed)

    pool = items(60)
    (curve,) = replay(pool, gold(items(9, 200)), [strategy], (3,), Loop(0.25, 1.5, learner))
    assert seen[1] == pool  # the whole pool is learnt right after the first items
    rounds = [seen[0], *seen[2:], seen[1]]
    for before, after in pairwise(rounds):
        assert set(before) < set(after)
        assert len(after) == len(set(after))
    assert [len(labelled) for labelled in rounds] == [p.items for p in curve.points]


def test_doubt_finds_the_rare_before_chance_does() -> None:
    rare = [item(n, *RARE[n % len(RARE)]) for n in range(10, 10 + 4 * len(RARE))]
    common = [item(n, *COMMON[n % 2]) for n in range(10, 170)]
    test = gold([item(n, *RARE[n % len(RARE)]) for n in range(200, 200 + 2 * len(RARE))])
    curves = list(replay([*rare, *common], test, ("random", "margin"), (1, 2), Loop(0.1, 1.4)))
    needed = {s.strategy: s.reach[0].share for s in summarise(curves).summaries}
    assert needed["random"] and needed["margin"]
    assert needed["margin"].mean < needed["random"].mean


@pytest.mark.slow
def test_an_encoder_can_be_the_learner(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("datasets")
    small = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.AutoConfig.from_pretrained(shipped(), layer_types=["full_attention"], **small)
    transformers.AutoModelForTokenClassification.from_config(config).save_pretrained(tmp_path)
    transformers.AutoTokenizer.from_pretrained(shipped()).save_pretrained(tmp_path)
    pool, test = items(20), gold(items(3, 200))
    (curve,) = replay(pool, test, ("margin",), (1,), Loop(0.5, 3, encoder_learner(str(tmp_path), epochs=1)))
    assert [p.items for p in curve.points] == [10, 20]
    tagger = encoder_learner(str(tmp_path), epochs=1)(pool, 1)
    text = "全年收到政府信息公开申请47件,举办政务公开培训班5期。"
    chances = [float(row.sum()) for _, row in tagger.chances(text, [(0, len(text))])]
    assert chances == pytest.approx([1, 1], abs=1e-5)


@pytest.mark.parametrize(("first", "growth"), [(0, 2), (1, 2), (0.5, 1)])
def test_a_loop_without_beginning_or_end_is_refused(first: float, growth: float) -> None:
    with pytest.raises(ValueError):
        Loop(first, growth)


def test_cost_is_counted_in_numbers_not_in_passages() -> None:
    short = items(60)
    long = Item("".join(i.text for i in items(40, 300)), ())
    (curve,) = replay([*short, long], gold(items(9, 200)), ("random",), (1,), Loop(0.2, 2))
    assert (curve.points[-1].items, curve.points[-1].numbers) == (61, 100)


def curve(strategy: str, seed: int, *f1: float) -> Curve:
    points = tuple(Point(items=n, numbers=10 * n, f1=value) for n, value in enumerate(f1, 1))
    return Curve.model_validate({"strategy": strategy, "seed": seed, "points": points})


def test_labels_needed_are_where_a_curve_first_crosses_the_target() -> None:
    made = summarise([curve("random", 1, 0.5, 0.7, 0.9, 1.0), curve("random", 2, 0.5, 0.995, 0.6, 1.0)])
    assert (made.items, made.numbers, made.full.mean) == (4, 40, 1.0)
    at_99, _, at_95, at_90 = (r.share for r in made.summaries[0].reach)
    assert at_99 and at_95 and at_90
    assert at_90.mean == pytest.approx((30 / 40 + (10 + 10 * 0.4 / 0.495) / 40) / 2)
    assert at_99.mean > at_95.mean > at_90.mean
    assert at_90.low is not None and at_90.high is not None and at_90.low < at_90.mean < at_90.high


def test_a_target_that_one_seed_misses_is_not_reached() -> None:
    made = summarise([curve("margin", 1, 0.5, 1.0), curve("margin", 2, 0.5, 0.95)])
    assert [r.share is not None for r in made.summaries[0].reach] == [False, False, True, True]


def test_a_single_seed_has_no_interval() -> None:
    share = summarise([curve("margin", 1, 0.5, 1.0)]).summaries[0].reach[0].share
    assert share and share.low is None and share.high is None


def test_results_are_written_as_json_table_and_chart(curves: list[Curve], tmp_path: Path) -> None:
    made = summarise(curves)
    write(made, tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert Simulation.model_validate_json((folder / "simulation.json").read_text("utf-8")) == made
    table = (folder / "simulation.md").read_text("utf-8")
    assert all(f"| {strategy} | " in table for strategy in STRATEGIES)
    chart = (folder / "simulation.svg").read_bytes()
    texts = {e.text for e in ElementTree.fromstring(chart).iter("{http://www.w3.org/2000/svg}text")}
    assert {"numbers labelled", "F1 of figures", *STRATEGIES} <= texts
    write(made, tmp_path)
    assert (tmp_path / "simulation.svg").read_bytes() == chart
