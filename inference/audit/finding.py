"""What an audit finds, in one shape for the terminal and the page."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from inference.years import Cell, Report


@dataclass(frozen=True, slots=True)
class Mention:
    """A document, and the place in it that a finding speaks of, if there is one."""

    source: str
    year: int | None = None
    label: str = ""
    text: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    Attributes:
        group: Which of the groups below it belongs to.
        rule: Id of the rule, the code of a failure, or what is missing.
        agency: Name of the body, empty if it is not known.
        year: The later one where two years are compared; None if not known.
        message: What the rule says, or what is missing.
        told: The equation with the numbers, or the reason.
        mentions: The documents and places.
    """

    group: str
    rule: str
    agency: str
    year: int | None
    message: str
    told: str
    mentions: tuple[Mention, ...]

    @property
    def years(self) -> str:
        """The years of its documents, such as 2022–2023."""
        known = sorted({m.year for m in self.mentions if m.year} | ({self.year} if self.year else set()))
        return "–".join(str(year) for year in dict.fromkeys(known[:1] + known[-1:]))


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind, in order."""

    id: str
    title: str
    findings: list[Finding]


TITLES = {
    "failed": "Files that could not be read 无法读取的文件",
    "tables": "Reports without a table of the forms 未见统计表",
    "header": "Header fields missing 缺少机构、年度或标题",
    "unfollowed": "Names that do not say which body it is 名称不足以确定机构,未作跨年比较",
    "gap": "Years without a report 缺少年度",
    "versions": "Several reports for one year 同一年度多份报告",
    "cells": "Tables with blank or missing cells 空白或缺失的单元格",
    "years.carried": "Carried forward and carried in 上下年度结转",
    "years.in_force": "Documents in force 现行有效件数",
    "applications.balance": "Applications: received and handled 申请收支平衡",
    "applications.column_total": "Applications: outcomes and total 办理结果与总计",
    "applications.row_sum": "Applications: applicants and total 申请人与总计",
    "review_litigation.sum": "Review and litigation 复议诉讼合计",
    "national.sum": "National table 全国统计表合计",
    "provincial.sum": "Provincial table 省表合计",
    "narrative": "Running text against table 正文与表格不符",
    "conflict": "Stated in several ways, not counted as broken 前后表述不一(不计入不符)",
    "unit": "Unit probably mixed up 疑似单位误用",
    "copied": "Table equal to last year's 疑似照抄上年",
    "jump": "Ten times or a tenth of last year 较上年剧变",
    "peers": "Far above all other bodies 远高于同年其他机构",
}


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Findings by group in the order of `TITLES`, within each by agency, year and rule."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.group].append(finding)
    ranks = {id: rank for rank, id in enumerate(TITLES)}
    return [
        Group(id, TITLES.get(id, id), sorted(groups[id], key=_order))
        for id in sorted(groups, key=lambda id: (ranks.get(id, len(ranks)), id))
    ]


def _order(finding: Finding) -> tuple[object, ...]:
    places = [(m.source, m.start or 0) for m in finding.mentions]
    return finding.agency, finding.year or 0, finding.rule, places, finding.told


def mention(report: Report, cell: Cell | None = None) -> Mention:
    """A report, or a cell in it."""
    if cell is None:
        return Mention(report.source, report.year)
    return Mention(report.source, report.year, cell.label, cell.text, cell.start, cell.end)
