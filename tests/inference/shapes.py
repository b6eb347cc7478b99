"""What files put between the cells of a table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """What stands around cells and rows; `padded` spans leave empty cells, `counted` spans leave `|||`."""

    before: str
    after: str
    row_start: str = ""
    row_end: str = ""
    padded: bool = False
    counted: bool = False
    markdown: bool = False


SHAPES = {
    "after": Shape("", " |\n"), "after_span": Shape("", " |\n", counted=True), "before": Shape("| ", "\n"),
    "alone": Shape("", "\n|\n"), "both": Shape("| ", " |\n"), "lead": Shape("", " |\n", "|\n"),
    "lead_span": Shape("", " |\n", "|\n", counted=True), "row": Shape(" ", " |", "|", "\n", padded=True),
    "row_tight": Shape("", "|", "|", "\n"), "row_span": Shape("", " | ", "| ", "\n", counted=True),
    "markdown": Shape(" ", " |", "|", "\n", padded=True, markdown=True), "tab": Shape("", "\t", "", "\n"),
    "tab_grid": Shape("", "\t", "", "\n", padded=True),
}  # fmt: skip
BARE = {
    "space": Shape("", "  ", "", "\n"),
    "line": Shape("", "\n"),
    "loose": Shape("", "\n\n"),
}  # blanks vanish
