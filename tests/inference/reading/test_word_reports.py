"""The sample reports as Word files: every cell of their gold comes back, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from inference.extract import to_record
from inference.reading import read_bytes
from models.forms import load_forms
from tests.examples import REPORTS, assert_agrees, gold_of
from tests.inference.reading.word_files import Cell, make_docx, paragraph, table
from tests.inference.render import Field, Printed, rows_of

_TITLES = {
    "disclosure": "二、主动公开政府信息情况",
    "applications": "三、收到和处理政府信息公开申请情况",
    "review_litigation": "四、政府信息公开行政复议、行政诉讼情况",
}


def _grid(rows: list[html.HtmlElement]) -> Iterator[list[Cell | str]]:
    """The rows of an HTML table with the merged cells of Word, where a cell below repeats the merge."""
    held: dict[int, list[int]] = {}  # column → rows left, columns
    for row in rows:
        cells: list[Cell | str] = []
        column, waiting = 0, list(row)
        while waiting or column in held:
            if column in held:
                left, columns = held[column]
                cells.append(Cell("", columns, "continue"))
                if left > 1:
                    held[column] = [left - 1, columns]
                else:
                    del held[column]
            else:
                cell = waiting.pop(0)
                columns, height = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
                text = "\n".join(str(t).strip() for t in cell.itertext())
                cells.append(Cell(text, columns, "restart" if height > 1 else None))
                if height > 1:
                    held[column] = [height - 1, columns]
            column += columns
        yield cells


def _from_page(path: Path) -> str:
    page = html.fromstring(path.read_bytes())
    parts = []
    for element in page.xpath("//*[@class='article']//*[self::h1 or self::h2 or self::p or self::table]"):
        is_table = element.tag == "table"
        parts.append(
            table(list(_grid(element.xpath(".//tr")))) if is_table else paragraph(element.text_content())
        )
    return "".join(parts)


def _from_lines(text: str, separator: str) -> str:
    """Lines as paragraphs, those with the separator as the rows of one table."""
    lines = [line.strip() for line in text.split("\n")]
    rows = [line.strip("|").split(separator) for line in lines if separator in line]
    first = next(i for i, line in enumerate(lines) if separator in line)
    before = [line for line in lines[:first] if line]
    after = [line for line in lines[first:] if line and separator not in line]
    shown = [[field.strip() for field in row] for row in rows if not set("".join(row)) <= set(":- ")]
    return "".join([*map(paragraph, before), table(shown), *map(paragraph, after)])


def _from_form(text: str, gold: dict[str, Any]) -> str:
    """The form drawn with merged cells, the running text of the report around it."""
    form = load_forms()[gold["form"]]
    cells = {
        f"{t.id}.{r.id}.{c.id}": (t.id, r.id, c.id) for t in form.tables for r in t.rows for c in r.columns
    }
    printed: Printed = {cells[name]: found or "" for name, found in gold["cells"].items()}
    lines = [line.strip() for line in text.split("\n")]
    bars = [i for i, line in enumerate(lines) if "|" in line]
    parts = [paragraph(line) for line in lines[: bars[0] - 2] if line]
    for form_table in form.tables:
        parts += [
            paragraph(_TITLES[form_table.id]),
            table([_word_row(r) for r in rows_of(form_table, printed)]),
        ]
    return "".join([*parts, *(paragraph(line) for line in lines[bars[-1] + 1 :] if line)])


def _word_row(fields: list[Field]) -> list[Cell | str]:
    """A row of Word: a cell that one above covers continues the merge."""
    return [Cell(f.text, f.span, "continue" if f.covered else None) for f in fields]


def _body(path: Path, gold: dict[str, Any]) -> str:
    if path.suffix == ".html":
        return _from_page(path)
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return _from_lines(text.replace("#", ""), "|")
    return _from_lines(text, "\t") if "\t" in text else _from_form(text, gold)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_tables_header_and_checks(path: Path) -> None:
    gold = gold_of(path)
    source = read_bytes(make_docx(_body(path, gold)), f"{path.stem}.docx")
    record = to_record(source, None)
    assert_agrees(record, gold)
    for fact in record.facts:
        for evidence in fact.evidence:
            assert source.text[evidence.start : evidence.end] == evidence.text
