"""spaCy's DocBin: one document an item, a character a token, figures as entities.

What spaCy has no place for stands in `doc.user_data["figures"]`, a list of `{"label", "start", "end", "value",
"unit", "qualifier", "period"}` with offsets in characters. An entity without an entry there, as another tool makes it, is read
from the text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from annotations.formats.marks import Mark, Said, make_item
from annotations.items import DataError, Item, parse

_KEPT = "figures"


class _Kept(Said):
    start: int
    end: int


def read(path: Path) -> list[Item]:
    """The items of a file; its documents may be cut into tokens in any way.

    Raises:
        DataError: spaCy is not installed, or the file cannot be used; the message names document and entity.
    """
    return [make_item(doc.text, _marks(doc, f"{path}, document {i}")) for i, doc in enumerate(_docs(path))]


def _docs(path: Path) -> list[Any]:
    nlp = _blank()
    from spacy.tokens import DocBin

    try:
        return list(DocBin().from_bytes(path.read_bytes()).get_docs(nlp.vocab))
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    # spaCy lets through whatever zlib, msgpack and numpy raise over bytes that are no DocBin.
    except Exception as error:
        raise DataError(f"{path}: no DocBin of spaCy: {error}") from error


def _marks(doc: Any, where: str) -> Iterator[Mark]:
    kept = {
        (k.start, k.end): k for k in parse(list[_Kept], doc.user_data.get(_KEPT, []), f"{where}, {_KEPT}")
    }
    for i, entity in enumerate(doc.ents):
        span = entity.start_char, entity.end_char
        yield Mark(f"{where}, entity {i}", entity.label_, *span, kept.get(span, Said()))


def write(path: Path, items: Iterable[Item]) -> None:
    """Write items.

    Raises:
        DataError: spaCy is not installed.
    """
    nlp = _blank()
    from spacy.tokens import Doc, DocBin

    docs = DocBin(store_user_data=True)
    for item in items:
        # One token a character, and no spaces of spaCy's own, keeps every text exactly.
        doc = Doc(nlp.vocab, words=list(item.text), spaces=[False] * len(item.text))
        doc.ents = [doc.char_span(f.start, f.end, label=f.label) for f in item.figures]
        doc.user_data[_KEPT] = [asdict(f) for f in item.figures]
        docs.add(doc)
    docs.to_disk(path)


def _blank() -> Any:
    try:
        import spacy
    except ModuleNotFoundError as error:
        raise DataError(
            "the format spacy needs spacy; install it with: pip install 'nianbao[rules]'"
        ) from error
    return spacy.blank("zh")
