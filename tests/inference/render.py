"""Reports with known cells, drawn in the shapes that files give to tables (forms.md)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

from models.forms import Row, Table, load_forms
from models.record import Form
from tests.inference.shapes import Shape

Printed = dict[tuple[str, str, str], str]  # (table, row, column): what is printed, "" for a blank
_GROUPS = {
    "refused": "(三)不予公开",
    "unavailable": "(四)无法提供",
    "not_processed": "(五)不予处理",
    "other": "(六)其他处理",
}
_NUMBERS = {
    "new_received": "一、", "carried_in": "二、", "granted": "(一)", "partially_granted": "(二)",
    "other": "(六)", "total": "(七)", "carried_forward": "四、",
}  # fmt: skip
_ARTICLES = {"regulations": "一", "permits": "五", "penalties": "六", "fees": "八", "procurement": "九"}
_TITLES = {
    "disclosure": "二、主动公开政府信息情况", "applications": "三、收到和处理政府信息公开申请情况",
    "review_litigation": "四、政府信息公开行政复议、行政诉讼情况",
    "national": "附件:政府信息公开情况统计表", "provincial": "附件:政府信息公开情况附表",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A cell to draw: its text, the columns it spans, its id if it is a value, whether a cell above covers it."""

    text: str
    span: int = 1
    id: tuple[str, str, str] | None = None
    covered: bool = False


@dataclass
class Page:
    """A text under way, and where each value of it stands."""

    damage: Callable[[str], str]
    text: str = ""
    places: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)

    def add(self, text: str, id: tuple[str, str, str] | None = None) -> None:
        """Put a piece of text at the end; the value of a cell is left as it is."""
        if id:
            self.places[id] = len(self.text), len(self.text) + len(text)
        self.text += text if id else self.damage(text)


def _label(table: Table, row: Row) -> list[Field]:
    """The fields in front of a row's values."""
    if table.id == "applications" and row.id not in ("new_received", "carried_in", "carried_forward"):
        results = Field("三、本年度办理结果" if row.id == "granted" else "", covered=row.id != "granted")
        group, _, rest = row.id.partition(".")
        if not rest:
            return [results, Field(_NUMBERS[row.id] + row.label, 2)]
        members = [r.id for r in table.rows if r.id.startswith(f"{group}.")]
        at = members.index(row.id)
        return [results, Field("" if at else _GROUPS[group], covered=at > 0), Field(f"{at + 1}.{row.label}")]
    label = _NUMBERS.get(row.id, "") + row.label if table.id == "applications" else row.label
    unit = [Field(row.unit or "")] if table.id in ("national", "provincial") else []
    return [Field(label, 3 if table.id == "applications" else 1), *unit]


def rows_of(table: Table, printed: Printed, wrapped: bool = False) -> list[list[Field]]:
    """The lines of a table, head first."""
    if table.id == "review_litigation":
        names = ["结果", "结果", "其他", "尚未", "总计"] if wrapped else [c.label for c in table.columns]
        values = [Field("", 1, (table.id, r.id, c.id)) for r in table.rows for c in table.columns]
        lines = [
            [Field("行政复议", 5), Field("行政诉讼", 10)],
            [*map(Field, names), Field("未经复议直接起诉", 5), Field("复议后起诉", 5)],
            [*[Field("", covered=True)] * 5, *map(Field, names * 2)],
            values,
        ]
    else:
        lines = _head(table)
        for row in table.rows:
            own = [c for c in row.columns if (table.id, row.id, c.id) in printed]
            if table.id == "disclosure" and row.id in _ARTICLES:
                lines.append([Field(f"第二十条第({_ARTICLES[row.id]})项", 4)])
                lines.append(
                    [Field("信息内容"), *(Field(c.label, 1 if c != own[-1] else 4 - len(own)) for c in own)]
                )
            values = [Field("", 1 if c != own[-1] else 4 - len(own), (table.id, row.id, c.id)) for c in own]
            wide = table.id == "disclosure"
            lines += (
                [[*_label(table, row), *(v if wide else Field("", 1, v.id) for v in values)]] if own else []
            )
    return [[Field(printed[f.id], f.span, f.id) if f.id else f for f in line] for line in lines]


def _head(table: Table) -> list[list[Field]]:
    if table.id == "applications":
        middle = [Field(c.label) for c in table.columns[1:-1]]
        relation = Field("(本列数据的勾稽关系为:第一项加第二项之和,等于第三项加第四项之和)", 3)
        second = [Field("", 3, covered=True), Field("自然人"), Field("法人或其他组织", 5), Field("总计")]
        return [
            [relation, Field("申请人情况", 7)],
            second,
            [Field("", 4, covered=True), *middle, Field("", covered=True)],
        ]
    heads = {
        "national": ["统计指标", "单位", "统计数"],
        "provincial": ["指标名称", "单位", "本年", "历年累计"],
    }
    return [[*map(Field, heads[table.id])]] if table.id in heads else []


def draw(page: Page, lines: list[list[Field]], shape: Shape, keeps_blanks: bool = True) -> None:
    """Add the lines of a table to a page."""
    for number, line in enumerate(lines):
        page.add(shape.row_start)
        fields = [f for f in line if shape.padded or not f.covered]
        drawn = [g for f in fields for g in (f, *[Field("")] * (f.span - 1))] if shape.padded else fields
        shown = [f for f in drawn if f.text or (keeps_blanks and (f.id or shape.padded))]
        for i, f in enumerate(shown):
            page.add(shape.before)
            page.add(f.text, f.id)
            is_last = i + 1 == len(shown) and shape.row_end and shape.after.isspace()
            page.add(
                "" if is_last else shape.after.replace("|", "|" * f.span) if shape.counted else shape.after
            )
        page.add(shape.row_end)
        if shape.markdown and number == 0:
            page.add("|" + "---|" * len(shown) + "\n")


def to_html(tables: Mapping[str, list[list[Field]]]) -> str:
    """The tables as a web page."""
    parts = []
    for title, lines in tables.items():
        rows = ("".join(f'<td colspan="{f.span}">{escape(f.text)}</td>' for f in line) for line in lines)
        parts.append(f"<p>{title}</p><table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    return f"<html><body><div>{''.join(parts)}</div></body></html>"


def draw_form(
    form: Form, printed: Printed, shape: Shape, keeps_blanks: bool = True, wrapped: bool = False,
    damage: Callable[[str], str] = str, before: str = "", after: str = "",
) -> Page:  # fmt: skip
    """A report: title, prose `before`, the tables that `printed` has cells of, prose `after`."""
    page = Page(damage)
    page.add("清河县水利局政府信息公开工作年度报告\n一、总体情况\n" + before)
    for table in load_forms()[form].tables:
        if any(id[0] == table.id for id in printed):
            page.add(_TITLES[table.id] + "\n")
            draw(page, rows_of(table, printed, wrapped), shape, keeps_blanks)
            page.add("\n")
    page.add("五、存在的主要问题及改进情况\n" + after)
    return page


def broken(text: str) -> str:
    """Long labels cut by a line end, as narrow columns do."""
    return re.sub(r"(社会公|法律服|商业|科研)(益组织|务机构|企业|机构)", r"\1\n\2", text)
