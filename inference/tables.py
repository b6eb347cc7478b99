"""Reading the statistical tables of a report: which form it is on, and what each cell says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from inference.cells import LONGEST, VALUE, Cell, split_cells
from inference.columns import (
    COMPLETE,
    GUESSED,
    SEPARATED,
    Numbers,
    Placement,
    Spacing,
    Strip,
    adds_up,
    best_run,
    by_separators,
    measure,
    possible,
    settle,
    spread,
    strip_after,
    sums_held,
)
from inference.rows import Place, find_rows, plain_label
from models.forms import Column, Row, Table, load_forms
from models.record import Form as FormId
from models.record import Period

_HEADS: dict[FormId, re.Pattern[str]] = {
    "2019": re.compile(
        "新制作数量|新公开数量|对外公开总数量|上一年项目数量|本年增/减|采购项目数量|采购总金额"
    ),
    "2021": re.compile("制发件数|废止件数|现行有效件数|本年处理决定数量|本年收费金额"),
}
_REVIEW_HEAD = re.compile(
    "行政复议|行政诉讼|结果维持|结果纠正|其他结果|尚未审结|未经复议直接起诉|复议后起诉|尚未"
)
_PROSE = re.compile(
    "[。!?;]|^[一二三四五六七八九]、(?!本年|上年|结转)"
)  # a sentence, or the heading of a section
_HALF_HEAD = re.compile("结果|其他|总计|维持|纠正|审结|直接起诉|未经复议|起诉")
_REVIEW_FIRST = {"结果维持", "未经复议直接起诉", "复议后起诉"}
_WIDE = ("disclosure", "applications")  # tables whose cells are named by row and column
_CERTAIN = 15  # weight of rows that leaves no doubt which kind of form it is
_SPARSE = 3  # rows; fewer make no table
_UNPLACED = "this number stands in a table but fits no cell of the form"


@dataclass(frozen=True)
class Reading:
    """What a cell of a form says in this report. Offsets are into the normalised text.

    Attributes:
        table, row, column: Ids of forms.md.
        label: The row's wording: the form's own, or as printed for rows that the form does not know.
        value: Decimal string; None for a blank.
        text: Number and unit, or the mark, as printed; empty where nothing is.
        unit: As printed, else as the head of the row or column gives it.
        start, end: Where `text` stands; where a blank has no mark, an empty span behind the row's label.
        confidence: How sure the reading is, 0 to 1.
        period: `cumulative` for 历年累计, else `year`.
    """

    table: str
    row: str
    column: str
    label: str
    value: str | None
    text: str
    unit: str | None
    start: int
    end: int
    confidence: float
    period: Period = "year"


@dataclass(frozen=True)
class Stray:
    """Something in a table that could not be used; offsets are into the normalised text."""

    code: str
    message: str
    start: int
    end: int


@dataclass(frozen=True)
class Tables:
    """All the tables of a report.

    Attributes:
        form: Form id, `none` if no table was found.
        readings: One for each cell found, blank ones too.
        zones: Stretches of the normalised text that are table and not prose, in order.
        strays: What could not be placed.
    """

    form: FormId
    readings: tuple[Reading, ...]
    zones: tuple[tuple[int, int], ...]
    strays: tuple[Stray, ...]


@dataclass(frozen=True)
class _Found:
    """Rows of a table found in the cells, each with its strip."""

    table: Table
    places: tuple[Place, ...]
    strips: tuple[Strip, ...]

    @property
    def is_table(self) -> bool:
        """Whether these are a table and not words of the prose: rows with values, or very many rows."""
        filled = sum(bool(s.cells) for s in self.strips)
        rows = len(self.places)
        sure = rows > 4 and all(p.fit == 1 for p in self.places)  # a table left blank
        return rows >= _SPARSE and bool(filled >= _SPARSE or (filled and rows > _SPARSE) or sure)

    @property
    def weight(self) -> float:
        """How well the rows fit; for choosing between forms."""
        return sum(p.weight for p in self.places)

    def widths(self) -> list[tuple[Strip, int]]:
        """Each strip with the number of columns that its row has."""
        return [(s, len(p.row.columns)) for p, s in zip(self.places, self.strips, strict=True)]


def _find(cells: Sequence[Cell], table: Table) -> _Found:
    places = find_rows(cells, table)
    strips = [strip_after(cells, p.last) for p in places]
    if strips and strips[-1].cells and strips[-1].cells[-1].line != cells[places[-1].last - 1].line:
        strips[-1] = replace(strips[-1], after=None)
    return _Found(table, tuple(places), tuple(strips))


def _find_line(cells: Sequence[Cell], table: Table, start: int) -> _Found:
    """The review table: one line of numbers, for all its rows, under a head of three levels."""
    columns = tuple(
        replace(c, id=f"{r.id} {c.id}", label=f"{r.label} · {c.label}")
        for r in table.rows
        for c in table.columns
    )
    line = replace(table.rows[0], columns=columns)
    heads = 0
    for at in range(start, len(cells)):
        if cells[at].kind == "text":
            is_head = len(cells[at].text) <= LONGEST and "。" not in cells[at].text
            named = len(_REVIEW_HEAD.findall(plain_label(cells[at].text))) if is_head else 0
            if heads > 8 and not named and not _HALF_HEAD.fullmatch(cells[at].text):
                return _Found(table, (Place(line, at - 1, at, 1.0),), (Strip((), (), 0),))  # left blank
            heads = heads + named if is_head else 0
        elif heads >= 2 and at and cells[at - 1].kind == "text":
            strip = strip_after(cells, at)
            if len(strip.cells) >= _SPARSE or heads > 8:
                return _Found(table, (Place(line, at - 1, at, 1.0),), (replace(strip, headed=True),))
    return _Found(table, (), ())


def _arrange(found: _Found, spacing: Spacing) -> list[tuple[Placement, tuple[Cell, ...], float]]:
    """For each row the placement of its values, the values placed, and how sure that is."""
    is_grid = found.table.id == "applications"
    rows: list[tuple[tuple[Cell, ...], list[Placement]]] = []
    certainty = []
    for place, strip in zip(found.places, found.strips, strict=True):
        width = len(place.row.columns)
        values = best_run(strip.cells, width) if len(strip.cells) > width else strip.cells
        whole = len(values) in (0, width)
        told = [] if whole else by_separators(strip, width, spacing)
        ways = told or possible(len(values), width)
        if not is_grid and len(ways) > 1:
            group = len(found.table.columns)
            ways = [max(ways, key=lambda way: sums_held(spread(values, way, width), group))]
        rows.append((values, ways))
        certainty.append(COMPLETE if whole else SEPARATED if told else GUESSED)
    if is_grid and rows:
        ids = [p.row.id for p in found.places]
        chosen = settle(rows, len(found.table.columns), lambda grid: _column_agreement(ids, grid))
    else:
        chosen = [ways[0] for _, ways in rows]
    return [
        (way, values, _with_arithmetic(spread(values, way, len(p.row.columns)), sure) if is_grid else sure)
        for p, way, (values, _), sure in zip(found.places, chosen, rows, certainty, strict=True)
    ]


def _with_arithmetic(numbers: Numbers, sure: float) -> float:
    """A row that adds up stands right; one that does not is only a little less likely to."""
    return {True: sure + (1 - sure) * 0.8, False: sure - 0.02, None: sure}[adds_up(numbers)]


def _column_agreement(ids: Sequence[str], grid: Sequence[Numbers]) -> float:
    """How many column rules of the applications table hold, less those that do not; blanks count as 0."""
    agreement = 0.0
    for column in zip(*grid, strict=True):
        value = {id: v for id, v in zip(ids, column, strict=True) if v is not None}
        received, carried = value.pop("new_received", None), value.pop("carried_in", Decimal(0))
        total, forward = value.pop("total", None), value.pop("carried_forward", Decimal(0))
        if total is not None:
            agreement += 1 if sum(value.values()) == total else -1
        if received is not None:
            agreement += 1 if received + carried == (total or 0) + forward else -1
    return agreement


def _read(table: str, row: Row, column: Column, cell: Cell | None, blank_at: int, sure: float) -> Reading:
    """The reading of one cell."""
    # A column of the one-line review table names its row, too.
    row_id, column_id = column.id.split() if " " in column.id else (row.id, column.id)
    label = (
        column.label if " " in column.id else f"{row.label} · {column.label}" if table in _WIDE else row.label
    )
    match = VALUE.fullmatch(cell.text) if cell else None
    unit = row.unit or column.unit
    value, printed, start = None, "", blank_at
    if cell:
        printed, start = cell.text, cell.start
    if match:
        value = match["number"].replace(",", "").lstrip("+")
        unit = match["unit"] or unit
        printed = printed[: match.end("unit") if match["unit"] else match.end("number")]
    period: Period = "cumulative" if column.id == "cumulative" else "year"
    end = start + len(printed)
    return Reading(table, row_id, column_id, label, value, printed, unit, start, end, sure, period)


def _readings(found: _Found, cells: Sequence[Cell], spacing: Spacing) -> tuple[list[Reading], list[Stray]]:
    readings, strays = [], []
    arranged = _arrange(found, spacing)
    for place, strip, (way, values, sure) in zip(found.places, found.strips, arranged, strict=True):
        placed = dict(zip(way, values, strict=True))
        blank_at = cells[place.last - 1].end
        readings += [
            _read(found.table.id, place.row, column, placed.get(i), blank_at, sure * place.fit**0.1)
            for i, column in enumerate(place.row.columns)
        ]
        strays += [
            Stray("table.value_unplaced", f"{c.text}: {_UNPLACED}", c.start, c.end)
            for c in strip.cells
            if c not in values
        ]
    last = found.places[-1].last + len(found.strips[-1].cells)
    used = {c for strip in found.strips for c in strip.cells}
    strays += [
        Stray("table.value_unplaced", f"{c.text}: {_UNPLACED}", c.start, c.end)
        for c in cells[found.places[0].first : _end_of_table(cells, last)]
        if c.kind == "value" and c not in used
    ]
    return readings, strays


def _end_of_table(cells: Sequence[Cell], last: int) -> int:
    """Where the rows end that follow `cells[last]`, rows that no form knows included."""
    at = last
    while at < len(cells) and len(cells[at].text) <= 45 and not _PROSE.search(cells[at].text):
        at += 1
    return at if any(c.kind == "value" for c in cells[last:at]) and at - last < 30 else last


def _again(found: _Found, cells: Sequence[Cell]) -> list[Stray]:
    """A warning if the same table stands in the report once more, for another body or by mistake."""
    if found.table.id == "provincial":  # its rows are not fixed
        return []
    end = found.places[-1].last
    other = _find(cells[end:], found.table)
    if not other.is_table or other.weight < found.weight / 2:
        return []
    start, last = other.places[0].first + end, other.places[-1].last + end
    message = f"table {found.table.id} stands here once more; only the first was read"
    return [Stray("table.repeated", message, cells[start].start, cells[last - 1].end)]


def _zone(found: _Found, cells: Sequence[Cell]) -> tuple[int, int]:
    """From the head of a table to its last value."""
    first = found.places[0].first
    # The head stands in short cells in front of the first row, at most some thirty of them.
    least = max(0, first - 40)
    while first > least and len(cells[first - 1].text) <= 45 and not _PROSE.search(cells[first - 1].text):
        first -= 1
    values = found.strips[-1].cells
    return cells[first].start, values[-1].end if values else cells[found.places[-1].last - 1].end


def _disclosure_form(text: str, found: dict[FormId, _Found]) -> FormId:
    """Whether the disclosure table is of 2019 or of 2021, by its heads, its rows and how many numbers they have."""
    votes: dict[FormId, float] = {form: 2.0 * bool(head.search(text)) for form, head in _HEADS.items()}
    votes["2019"] += sum(p.row.id in ("other_services", "procurement") for p in found["2019"].places)
    for form, table in found.items():
        votes[form] += 0.5 * sum(len(strip.cells) == width for strip, width in table.widths())
    return max(votes, key=lambda form: votes[form])


def _newer_forms(text: str, cells: Sequence[Cell]) -> tuple[FormId, list[_Found]]:
    """The three tables of the forms of 2019 and 2021, as far as they are there, and the form they make."""
    # The review table has rows of the same names under its head.
    review_at = next(
        (i for i, c in enumerate(cells) if plain_label(c.text[:20]) in _REVIEW_FIRST), len(cells)
    )
    newer: tuple[FormId, ...] = ("2021", "2019")
    forms = {id: load_forms()[id] for id in newer}
    applications = {id: _find(cells[:review_at], form.table("applications")) for id, form in forms.items()}
    by_outcomes = max(applications, key=lambda id: applications[id].weight)
    found = []
    end = start = 0
    if applications[by_outcomes].is_table:
        found.append(applications[by_outcomes])
        start, end = found[0].places[0].first, found[0].places[-1].last
    head = cells[:start] if start else cells[:review_at]
    disclosure = {id: _find(head, form.table("disclosure")) for id, form in forms.items()}
    form = _disclosure_form(text, disclosure)
    if disclosure[form].is_table:
        found.insert(0, disclosure[form])
    elif found:
        form = by_outcomes
    review = _find_line(cells, forms[form].table("review_litigation"), end)
    return form, found + [review] * bool(review.places and found)


def _find_provincial(cells: Sequence[Cell], table: Table) -> _Found:
    """A table headed 指标名称/单位/本年/历年累计; rows that the form does not know keep their printed label."""
    head = next((i for i, c in enumerate(cells) if _is_provincial_head(cells, i)), len(cells))
    known = {label: row for row in table.rows for label in map(plain_label, row.labels)}
    places: list[Place] = []
    at = head + 1
    while at < len(cells):
        first = at
        while at < len(cells) and cells[at].kind == "text":
            at += 1
        labels = cells[first:at]
        if at == len(cells) or not labels or any(len(c.text) > LONGEST or "。" in c.text for c in labels):
            break
        unit = cells[at].text.strip("()") if cells[at].kind == "unit" else None
        label, row = _printed_row(labels, known)
        name = row.id if row else f"other:{label}"
        printed = Row(name, row.label if row else label, (), table.columns, unit, ())
        places.append(Place(printed, first, at, 1.0))
        while at < len(cells) and cells[at].kind != "text":
            at += 1
    return _Found(table, tuple(places), tuple(strip_after(cells, p.last) for p in places))


def _is_provincial_head(cells: Sequence[Cell], at: int) -> bool:
    """Whether 累计 at this cell is a column head: short, with 单位 or 指标 in front."""
    words = [c.text.replace(" ", "") for c in cells[max(0, at - 4) : at + 1] if len(c.text) <= 40]
    is_short = len(cells[at].text) <= 40
    return is_short and "累计" in words[-1] and any(re.search("单位|指标", word) for word in words)


def _printed_row(labels: Sequence[Cell], known: dict[str, Row]) -> tuple[str, Row | None]:
    """The row that stands in front of some values: the longest tail of cells the form knows, else the last cell."""
    for i in range(len(labels)):
        joined = plain_label("".join(c.text for c in labels[i:]))
        if joined in known:
            return joined, known[joined]
    return plain_label(labels[-1].text), None


def read_tables(text: str) -> Tables:
    """Find and read every statistical table in a normalised text."""
    cells = split_cells(text)
    forms = load_forms()
    form, tables = _newer_forms(text, cells)
    if sum(t.weight for t in tables) < _CERTAIN:
        older: dict[FormId, _Found] = {
            "provincial": _find_provincial(cells, forms["provincial"].table("provincial")),
            "2014": _find(cells, forms["2014"].table("national")),
        }
        best: FormId = "provincial" if older["provincial"].is_table else "2014"
        if older[best].is_table and older[best].weight > sum(t.weight for t in tables):
            form, tables = best, [older[best]]
    if not tables:
        form = "none"
    # The review line stands under its head, not behind a label, so it says nothing of the leads.
    rows = [row for t in tables if t.table.id != "review_litigation" for row in t.widths()]
    readings: list[Reading] = []
    strays: list[Stray] = []
    for found in tables:
        more, unplaced = _readings(found, cells, measure(found.widths(), rows))
        readings += more
        strays += unplaced
        strays += _again(found, cells)
    zones = tuple(_zone(found, cells) for found in tables)
    return Tables(form, tuple(readings), zones, tuple(strays))
