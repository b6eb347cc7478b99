"""A page as a browser would take it apart."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"br", "meta", "link", "input", "col"}


@dataclass
class Node:
    """An element with its attributes, what it stands in, and all text in it."""

    tag: str
    attributes: dict[str, str | None]
    parent: "Node | None"
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> list["Node"]:
        """Every element inside that has a tag and attributes; a class need only be one of several."""
        found = []
        for child in self.children:
            has = child.attributes | {"class_": child.attributes.get("class")}
            if tag in ("", child.tag) and all(v in (has.get(k) or "").split() for k, v in attributes.items()):
                found.append(child)
            found += child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> "Node":
        """The one element that is such."""
        (found,) = self.all(tag, **attributes)
        return found


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.at = self.root = Node("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), self.at)
        self.at.children.append(node)
        if tag not in _VOID:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.children.append(Node(tag, dict(attrs), self.at))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.at.tag, f"</{tag}> in <{self.at.tag}>"
        assert self.at.parent
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        node: Node | None = self.at
        while node:
            node.text += data
            node = node.parent


def parsed(page: str) -> Node:
    """The elements of a page; fails where they are not closed in order."""
    parser = _Parser()
    parser.feed(page)
    parser.close()
    assert parser.at is parser.root
    return parser.root
