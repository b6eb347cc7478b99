"""The generator tells labelled text another way and keeps every label where its number is."""

import random
import re
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.items import GoldFigure, Item, placed, read_split
from inference.normalize import normalize
from inference.numbers import find_numbers
from training.augment import augment

ITEMS = [
    item for item in read_split(Path(__file__).parents[2] / "annotations" / "gold", "dev") if item.figures
]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(ITEMS) - 1), st.integers())
def test_labels_periods_and_units_of_the_figures_stay(index: int, seed: int) -> None:
    item = ITEMS[index]
    told = augment(item, random.Random(seed))
    before = [(f.label, f.period, f.unit, f.qualifier) for f in item.figures]
    after = [(f.label, f.period, f.unit, f.qualifier) for f in told.figures]
    if len(after) == len(before):
        assert sorted(after) == sorted(before)
    else:  # a list lost a part
        assert len(after) < len(before)
        assert not set(after) - set(before)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(ITEMS) - 1), st.integers())
def test_spans_are_in_order_and_hold_the_number(index: int, seed: int) -> None:
    told = augment(ITEMS[index], random.Random(seed))
    at = 0
    for figure in told.figures:
        assert at <= figure.start < figure.end <= len(told.text)
        at = figure.end
        assert re.search(r"[\d零一二三四五六七八九十百千万两几]", told.text[figure.start : figure.end])


def test_the_number_grammar_reads_the_new_values() -> None:
    draw, figures, wrong = random.Random(1), 0, 0
    for item in ITEMS:
        told = augment(item, draw)
        normal = normalize(told.text)
        numbers = list(find_numbers(normal.text))
        for start, end, figure in placed(told, normal):
            figures += 1
            wrong += not any(
                n.start < end and start < n.end and n.value == Decimal(figure.value) for n in numbers
            )
    assert wrong <= 0.01 * figures


def told_often(item: Item) -> set[str]:
    return {augment(item, random.Random(seed)).text for seed in range(40)}


def test_an_item_is_told_in_many_ways() -> None:
    assert len(told_often(max(ITEMS, key=lambda item: len(item.figures)))) > 30


def test_rates_zeros_and_names_keep_their_digits() -> None:
    text = "12345热线办结率99.5%,满意率99%以上、好评率98％,复议0件。"
    for told in told_often(Item(text, ())):
        plain = normalize(told).text.replace(" ", "")
        assert all(kept in plain for kept in ("12345", "99.5%", "99%以上", "98%", "0件"))


def test_a_thousands_separator_of_either_width_is_part_of_the_number() -> None:
    figure = GoldFigure("disclosure.total", 4, 11, "15000", "条", "exact", "year")
    for told in {augment(Item("主动公开15，000条。", (figure,)), random.Random(seed)) for seed in range(60)}:
        (number,) = find_numbers(normalize(told.text).text)
        assert number.value == Decimal(told.figures[0].value)
