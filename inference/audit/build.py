"""The audit of a batch, gathered for whoever shows it: findings in groups, and counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from inference.audit.changes import changes
from inference.audit.finding import Finding, Group, Mention, grouped, mention
from inference.audit.missing import Filled, filled, missing
from inference.checks import rule_group, sides
from inference.extract import Failure
from inference.numbers import plain
from inference.years import Agency, Broken, Cell, Report, YearCheck, follow, year_checks


@dataclass(frozen=True, slots=True)
class TableState:
    """How a table is filled over all the documents of a form; `whole` have a number in every cell."""

    form: str
    table: str
    documents: int
    whole: int
    cells: int
    blank: int
    missing: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A body: for each year of the batch how many reports it has and how many rules are broken in them."""

    agency: Agency
    years: tuple[tuple[int, int], ...]
    broken: int


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes:
        documents: How many records there are.
        years: From the first to the last, those without a report included.
        forms: How many documents have which form.
        rules: How many rules came out how, within reports (`report …`) and across years (`years …`).
        warnings: In how many documents each code of a warning stands.
        timelines: The bodies with the most broken rules first.
        missing, broken, changed: The three parts.
    """

    documents: int
    failures: int
    years: tuple[int, ...]
    forms: dict[str, int]
    rules: dict[str, int]
    warnings: dict[str, int]
    tables: list[TableState]
    timelines: list[Timeline]
    missing: list[Group]
    broken: list[Group]
    changed: list[Group]

    @property
    def is_broken(self) -> bool:
        """Whether a rule of arithmetic fails, in one report or across years."""
        return any(group.id != "conflict" for group in self.broken)

    @property
    def agencies(self) -> list[Agency]:
        """The bodies by name."""
        return sorted((t.agency for t in self.timelines), key=lambda agency: agency.name)


def build(reports: Iterable[Report], failures: Sequence[Failure] = ()) -> Audit:
    """The audit of a batch; the order of the reports and failures makes no difference."""
    everything = list(reports)
    agencies, lost = follow(everything)
    owners = {id(r): a.name for a in agencies for versions in a.reports.values() for r in versions}
    copies = {id(r) for a in agencies for r in a.copies}
    told = [r for r in everything if id(r) not in copies]  # a finding of a copy would be told twice
    outcomes: Counter[str] = Counter()
    broken = [f for report in told for f in _of_report(report, owners.get(id(report)))]
    for report in told:
        outcomes += Counter({"report pass": report.passed, "report fail": len(report.broken)})
    for agency in agencies:
        for check in year_checks(agency):
            outcomes[f"years {check.status}"] += 1
            if check.status == "fail":
                broken.append(_across(check))
    years = {year for agency in agencies for year in agency.reports}
    span = tuple(range(min(years), max(years) + 1)) if years else ()
    return Audit(
        documents=len(everything),
        failures=len(failures),
        years=span,
        forms=dict(sorted(Counter(r.form for r in everything).items())),
        rules=dict(sorted(outcomes.items())),
        warnings=dict(
            sorted(Counter(code for r in everything for code in {c for c, _ in r.warnings}).items())
        ),
        tables=_tables(everything),
        timelines=_timelines(agencies, span, broken),
        missing=grouped(missing(agencies, lost, failures)),
        broken=grouped(broken),
        changed=grouped(changes(agencies)),
    )


def _of_report(report: Report, agency: str | None) -> Iterator[Finding]:
    """The broken rules of one report, and what it states in several ways without breaking one."""
    name = agency or report.organization or ""
    for broken in report.broken:
        check = broken.check
        places = tuple(mention(report, cell) for _, cell in broken.terms if cell.amount != 0)
        yield Finding(
            rule_group(check.id),
            check.id,
            name,
            report.year,
            check.message,
            _equation(broken),
            places or (mention(report),),
        )
    already = {fact for b in report.broken if b.check.id.startswith("narrative.") for fact in b.check.facts}
    for fact, cells in report.conflicts:
        if fact not in already:
            said = " ≠ ".join(dict.fromkeys(_said(cell) for cell in cells))
            yield Finding(
                "conflict", fact, name, report.year, cells[0].label, said, tuple(mention(report, c) for c in cells)
            )  # fmt: skip


def _said(cell: Cell) -> str:
    return "blank 空白" if cell.value is None else f"{cell.value}{cell.unit or ''}"


def _sum(amounts: Sequence[tuple[str, Decimal]], total: str | None) -> str:
    """A side of an equation: its terms that are not zero, and their sum if there are several."""
    parts = [(sign, plain(abs(amount))) for sign, amount in amounts if amount]
    text = "".join(f" {sign} {amount}" for sign, amount in parts).removeprefix(" + ").strip()
    whole = sum((a if s == "+" else -a for s, a in amounts), Decimal(0))
    if len(parts) < 2 or plain(whole) != total:
        return total or "?"
    return f"{text} = {total}"


def _equation(broken: Broken) -> str:
    """A broken rule of one report with its numbers; a side that cannot be taken apart is its sum alone."""
    check, cells = broken.check, dict(broken.terms)
    left, right = (
        [("+", amount) for id in ids if id in cells and (amount := cells[id].amount) is not None]
        for ids in sides(check)
    )
    return f"{_sum(left, check.left)} ≠ {_sum(right, check.right)}"


def _across(check: YearCheck) -> Finding:
    """A broken rule across years."""
    sides = [
        [(t.sign, Decimal(t.value)) for t in check.evidence if t.side == side and t.value is not None]
        for side in ("left", "right")
    ]
    before, after = check.documents
    told = f"{_sum(sides[0], check.left)} ≠ {_sum(sides[1], check.right)}"
    # Last year's report gives the first term, this year's all others.
    places = [
        Mention(d.source, d.year, t.label, t.text, t.start, t.end)
        for d, t in zip((before, *[after] * len(check.evidence)), check.evidence, strict=False)
    ]
    return Finding(
        rule_group(check.id), check.id, check.agency, after.year, check.message, told, tuple(places)
    )


def _tables(reports: Sequence[Report]) -> list[TableState]:
    states: dict[tuple[str, str], list[Filled]] = {}
    for report in reports:
        for table in filled(report.form, report.cells):
            states.setdefault((report.form, table.table), []).append(table)
    return [
        TableState(
            form,
            table,
            len(states[form, table]),
            sum(f.is_whole for f in states[form, table]),
            sum(f.cells for f in states[form, table]),
            sum(f.blank for f in states[form, table]),
            sum(f.missing for f in states[form, table]),
        )
        for form, table in sorted(states)
    ]


def _timelines(agencies: Sequence[Agency], span: Sequence[int], broken: Sequence[Finding]) -> list[Timeline]:
    counts = Counter((f.agency, f.year) for f in broken if f.group != "conflict")
    lines = []
    for agency in agencies:
        years = tuple((len(agency.reports.get(y, ())), counts[agency.name, y]) for y in span)
        lines.append(Timeline(agency, years, sum(number for _, number in years)))
    return sorted(lines, key=lambda line: (-line.broken, line.agency.name))
