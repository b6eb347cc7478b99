"""A number is read again where a person marked text, with offsets into the text as printed."""

import pytest

from annotations.items import GoldFigure
from annotations.reading import Reading, read_figure, read_number, read_numbers

#       0         1         2
#       0123456789012345678901234
TEXT = "𠮷县收到申請(qing)１９２件,約1855餘條;共无。"


@pytest.mark.parametrize(
    ("start", "end", "reading"),
    [
        (12, 16, Reading(12, 16, "192", "件", "exact")),
        (13, 14, Reading(12, 16, "192", "件", "exact")),
        (0, 16, Reading(12, 16, "192", "件", "exact")),
        (15, 20, Reading(18, 24, "1855", "條", "at_least")),
        (12, 24, Reading(18, 24, "1855", "條", "at_least")),
        (0, 12, None),
        (16, 18, None),
        (13, 13, None),
        (40, 50, None),
    ],
)
def test_the_number_with_most_of_the_selection_is_read(start: int, end: int, reading: Reading | None) -> None:
    assert read_number(TEXT, start, end) == reading


def test_the_first_of_equals_is_read() -> None:
    assert read_number("37件和25件", 0, 7) == Reading(0, 3, "37", "件", "exact")


def test_a_text_without_numbers_has_none_to_read() -> None:
    assert read_number("", 0, 0) is None


def test_the_numbers_that_begin_in_a_stretch_are_read_in_order() -> None:
    assert [(n.start, n.value) for n in read_numbers(TEXT, 0, len(TEXT))] == [(12, "192"), (18, "1855")]
    assert [(n.start, n.value) for n in read_numbers(TEXT, 13, 19)] == [(18, "1855")]


def test_a_figure_keeps_the_span_that_was_marked() -> None:
    figure = GoldFigure("applications.received", 11, 15, "192", "件", "exact", "year")
    assert read_figure(TEXT, "applications.received", 11, 15) == figure
    assert read_figure(TEXT, "applications.received", 0, 4) is None
