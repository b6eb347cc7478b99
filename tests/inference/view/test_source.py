"""The text on the page is the text of the report, whatever is in it and however it is marked."""

from hypothesis import example, given
from hypothesis import strategies as st

from inference.view.source import Mark, marked
from tests.inference.view.parsed import Node, parsed

HOSTILE = st.text(st.sampled_from("<>&\"'/=;#\r\n\t \x00\x01\x7f\x85\u2028\ufeff‮年😀a1")) | st.sampled_from(
    ["<script>alert(1)</script>", "&lt;&amp;&#13;&nbsp", "\r\n|\r\n", "\r", "\n", "</div></a>", "{{ x }}"]
)


def mark(start: int, end: int, number: int = 0) -> Mark:
    return Mark(start, end, f"e-{number}", f"f-{number}", '"><b>标签', "capacity", 0)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = "".join(draw(st.lists(HOSTILE | st.text(max_size=9), max_size=6)))
    place = st.integers(0, len(text))
    ends = draw(st.lists(st.tuples(place, place).map(sorted), max_size=8))
    return text, [mark(start, end, number) for number, (start, end) in enumerate(ends)]


def content(text: str, marks: list[Mark]) -> Node:
    """What is inside the element that holds the text."""
    return parsed(f"<div>{marked(text, marks)}</div>").one("div")


@given(marked_texts())
@example(("<script>alert(1)</script>\r\n", [mark(0, 25, 0), mark(8, 16, 1), mark(8, 8, 2)]))
@example(("零一二三四五", [mark(0, 4, 0), mark(2, 6, 1)]))
def test_the_text_comes_out_exactly_and_each_mark_has_one_place(given: tuple[str, list[Mark]]) -> None:
    text, marks = given
    page = content(text, marks)
    assert page.text == text.replace("\x00", "�")
    for m in marks:
        assert len(page.all(id=m.anchor)) == 1
    assert {node.tag for node in page.all()} <= {"a", "span", "br"}
    for link in page.all("a"):
        assert not link.all("a")
        assert link.attributes["title"] == '"><b>标签'


@given(marked_texts())
def test_every_character_leads_to_the_shortest_mark_on_it(given: tuple[str, list[Mark]]) -> None:
    text, marks = given
    led = []
    for link in content(text, marks).all("a"):
        led += [link.attributes["href"]] * len(link.text)
    wanted = []
    for place in range(len(text)):
        on = [m for m in marks if m.start <= place < m.end]
        if on:
            shortest = min(m.end - m.start for m in on)
            wanted.append({f"#{m.back}" for m in on if m.end - m.start == shortest})
    assert len(led) == len(wanted)
    assert all(link in links for link, links in zip(led, wanted, strict=True))


def test_a_mark_that_nests_keeps_the_outer_one_in_reach() -> None:
    page = content("一二三四", [mark(0, 4, 0), mark(1, 2, 1)])
    assert [link.text for link in page.all("a", href="#f-0")] == ["一", "三四"]
    assert page.one("a", id="e-1").text == "二"
    # Only the first part of a mark is a stop for the keyboard.
    assert [link.attributes.get("tabindex") for link in page.all("a", href="#f-0")] == [None, "-1"]


def test_an_empty_mark_stands_at_its_place_and_says_what_it_is() -> None:
    page = content("规章|", [mark(2, 2)])
    link = page.one("a")
    assert (link.text, link.attributes["aria-label"]) == ("", '"><b>标签')
    assert str(marked("规章|", [mark(2, 2)])).startswith("规章<a")


def test_offsets_behind_the_text_are_its_end() -> None:
    assert content("一", [mark(5, 9)]).one(id="e-0").text == ""
