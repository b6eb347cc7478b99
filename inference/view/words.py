"""The words of the pages in Chinese and in English."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

Language = Literal["zh", "en"]


@cache
def messages() -> Mapping[str, Mapping[Language, str]]:
    """Every message by its key, in each language; `{name}` is filled in."""
    data: dict[str, dict[Language, str]] = yaml.safe_load(
        files("inference.view").joinpath("messages.yaml").read_text("utf-8")
    )
    return data


class Words:
    """The messages of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """A message, filled in; KeyError if there is none."""
        return messages()[key][self.language].format(**values)

    def name(self, kind: str, id: str) -> str:
        """What a thing is called; its id if it is not known, since models and records may bring their own."""
        known = messages().get(f"{kind}.{id}")
        return known[self.language] if known else id

    def starting(self, prefix: str) -> dict[str, str]:
        """The messages whose key starts so, by the rest of it, not filled in: for scripts."""
        return {
            key.removeprefix(prefix): message[self.language]
            for key, message in messages().items()
            if key.startswith(prefix)
        }
