"""Pages of HTML from templates: all values escaped, nothing undefined, styles and scripts named by their hash."""

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup


@dataclass(frozen=True)
class Inline:
    """A style or script of a package, to stand in a page; `hash` names it in a content security policy."""

    text: Markup
    hash: str


def environment(package: str) -> Environment:
    """The templates in the folder `templates` of a package."""
    return Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def inline(package: str, *paths: str) -> Inline:
    """A style or script, by the paths of its parts in a package."""
    text = "\n".join(files(package).joinpath(path).read_text("utf-8") for path in paths)
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return Inline(Markup(text), f"sha256-{digest}")
