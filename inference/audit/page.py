"""The audit for people: one page of HTML that needs nothing else and may do nothing but show itself."""

from collections.abc import Callable

from inference.audit.build import Audit
from inference.templates import environment, inline
from models.forms import table_title

_SHOWN = 300  # findings of a kind; records.jsonl and checks.jsonl have all


def render(audit: Audit, link: Callable[[str], str | None]) -> str:
    """The audit as one self-contained page.

    Args:
        audit: What was found.
        link: For a source the address of the document, seen from the page; None if it has none.
    """
    templates = environment("inference.audit")
    templates.filters |= {"link": link, "shade": _shade, "table_title": table_title}
    style, script = (inline("inference.audit", f"templates/{name}") for name in ("audit.css", "audit.js"))
    return templates.get_template("audit.html.j2").render(
        audit=audit, shown=_SHOWN, style=style, script=script
    )


def _shade(broken: int) -> int:
    """How dark a number of broken rules is shown: 0, 1, 2, 3 to 5, more."""
    return sum(broken >= least for least in (1, 2, 3, 6))
