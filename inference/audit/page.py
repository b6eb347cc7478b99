"""The audit for people: one page of HTML that needs nothing else and may do nothing but show itself."""

import base64
import hashlib
from collections.abc import Callable
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from inference.audit.build import Audit
from inference.audit.finding import TABLES

_SHOWN = 300  # findings of a kind; records.jsonl and checks.jsonl have all


def render(audit: Audit, link: Callable[[str], str | None]) -> str:
    """The audit as one self-contained page.

    Args:
        audit: What was found.
        link: For a source the address of the document, seen from the page; None if it has none.
    """
    environment = Environment(
        loader=PackageLoader("inference.audit", "templates"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"link": link, "shade": _shade}
    style, script = (_own(name) for name in ("audit.css", "audit.js"))
    return environment.get_template("audit.html.j2").render(
        audit=audit, tables=TABLES, shown=_SHOWN, style=Markup(style), script=Markup(script),
        style_hash=_hash(style), script_hash=_hash(script),
    )  # fmt: skip


def _own(name: str) -> str:
    return (files("inference.audit") / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    """As a content security policy names the only style and script that a page may use."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _shade(broken: int) -> int:
    """How dark a number of broken rules is shown: 0, 1, 2, 3 to 5, more."""
    return sum(broken >= least for least in (1, 2, 3, 6))
