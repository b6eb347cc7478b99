"""One record as a page in the terminal."""

from collections import defaultdict
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.forms import table_title
from models.record import Check, Fact, Record, TableEvidence

_SURE, _DOUBTFUL = 0.95, 0.8
_QUALIFIERS = {"exact": "", "at_least": "≥", "about": "≈", "at_most": "≤"}
_PERIODS = {"year": "", "cumulative": "累计", "prior": "上年", "part": "部分时段"}


def _style(confidence: float) -> str:
    if confidence >= _SURE:
        return "green"
    return "yellow" if confidence >= _DOUBTFUL else "red"


def _sure(confidence: float) -> Text:
    return Text(f"{confidence:.0%}", style=_style(confidence))


def _cells(facts: Sequence[Fact]) -> dict[str, list[tuple[Fact, TableEvidence]]]:
    """The facts that stand in a table, by table."""
    cells: dict[str, list[tuple[Fact, TableEvidence]]] = defaultdict(list)
    for fact in facts:
        for evidence in fact.evidence:
            if isinstance(evidence, TableEvidence):
                cells[evidence.table].append((fact, evidence))
    return cells


def _cell_table(name: str, cells: Sequence[tuple[Fact, TableEvidence]]) -> Table:
    """A table of a form with its rows and columns, doubtful cells in colour."""
    columns = list(dict.fromkeys(e.column for _, e in cells))
    table = Table(title=table_title(name), title_justify="left", header_style="bold")
    table.add_column("", overflow="fold", max_width=36)
    for column in columns:
        table.add_column(column, justify="right")
    rows: dict[str, dict[str, tuple[Fact, TableEvidence]]] = defaultdict(dict)
    for fact, evidence in cells:
        rows[evidence.row][evidence.column] = fact, evidence
    for row in rows.values():
        fact = next(iter(row.values()))[0]
        line: list[Text] = [Text(fact.label.split(" · ")[0])]
        for column in columns:
            if column not in row:
                line.append(Text(""))
                continue
            cell, evidence = row[column]
            text = evidence.value if evidence.value is not None else evidence.text or "·"
            style = (
                "bold red" if cell.status == "conflicting" else "" if cell.confidence >= _SURE else "yellow"
            )
            line.append(Text(text, style=style))
        table.add_row(*line)
    return table


def _figure_table(facts: Sequence[Fact]) -> Table:
    table = Table(title="正文数据", title_justify="left", header_style="bold")
    table.add_column("标签", overflow="fold")
    table.add_column("数值", justify="right")
    table.add_column("原文", overflow="fold")
    table.add_column("位置", justify="right")
    table.add_column("置信度", justify="right")
    for fact in facts:
        for evidence in fact.evidence:
            if evidence.kind == "narrative":
                note = " ".join(
                    x for x in (_PERIODS[evidence.period], "矛盾" * (fact.status == "conflicting")) if x
                )
                table.add_row(
                    Text(f"{fact.label}{f' ({note})' if note else ''}"),
                    f"{_QUALIFIERS[evidence.qualifier]}{evidence.value}{evidence.unit}",
                    Text(evidence.text),
                    f"{evidence.start}-{evidence.end}",
                    _sure(evidence.confidence),
                )
    return table


def _check_table(checks: Sequence[Check]) -> Table:
    table = Table(title="不平衡的勾稽关系", title_justify="left", header_style="bold")
    for name in ("规则", "左", "右", "说明"):
        table.add_column(name, overflow="fold")
    for check in checks:
        table.add_row(check.id, check.left, check.right, check.message, style="red")
    return table


def print_record(record: Record, console: Console) -> None:
    """Print a record: header, tables, figures of the running text with confidence, rules that fail."""
    document = record.document
    console.print(Text(document.title or "(无标题)", style="bold"))
    console.print(
        f"机构 {document.organization or '—'}   报告年度 {document.report_year or '—'}   表式 {document.form}   "
        f"{document.characters} 字   {document.source}",
        highlight=False,
        markup=False,
    )
    for name, cells in _cells(record.facts).items():
        console.print(_cell_table(name, cells))
    if any(e.kind == "narrative" for f in record.facts for e in f.evidence):
        console.print(_figure_table(record.facts))
    failed = [c for c in record.checks if c.status == "fail"]
    passed = sum(c.status == "pass" for c in record.checks)
    if failed:
        console.print(_check_table(failed))
    console.print(f"勾稽关系:{passed} 条相符,{len(failed)} 条不符", highlight=False)
    for warning in record.warnings:
        console.print(f"! {warning.code}: {warning.message}", style="yellow", markup=False, highlight=False)
