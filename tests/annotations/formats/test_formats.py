"""Every format gives back what it was given, up to its stated loss, and says where a file is bad."""

import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.formats import FORMATS, Format
from annotations.items import DataError, GoldFigure, Item, read_items
from annotations.reading import read_figure
from models.labels import load_labels

GOLD = Path(__file__).parents[3] / "annotations" / "gold" / "batch-u.jsonl"
LABELS = st.sampled_from(list(load_labels()))
# More than chance would give of what files of text trip over.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \t\n\r\\\0\x85\u2028\u3000\ufeff𠮷条3")
)
LOSSLESS = [format for format in FORMATS.values() if not format.loss]
LOSSY = [format for format in FORMATS.values() if format.loss]


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Any text with any figures that do not overlap."""
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    decimals = st.decimals(min_value=0, max_value=10**9, places=2).map(lambda d: format(d, "f"))
    figures = [
        GoldFigure(
            draw(LABELS),
            start,
            end,
            draw(decimals),
            draw(st.sampled_from(["", "条", "%", "𠮷 "])),
            draw(st.sampled_from(["exact", "at_least", "about", "at_most"])),
            draw(st.sampled_from(["year", "cumulative", "prior", "part"])),
        )
        for start, end in pairwise(cuts)
        if draw(st.booleans())
    ]
    return Item(text, tuple(figures))


@st.composite
def readable_items(draw: st.DrawFn) -> Item:
    """Any text around figures that say of themselves all that a lossy format leaves out."""
    text, figures = draw(TEXTS.filter(bool)), []
    for label in draw(st.lists(LABELS, max_size=3)):
        text += "，共"
        start = len(text)
        text += draw(st.sampled_from(["37件", "６万餘條", "99.93％", "三百五十次"]))
        figures.append((label, start, len(text)))
        text += "。" + draw(TEXTS)
    read = [figure for span in figures if (figure := read_figure(text, *span))]
    return Item(text, tuple(read))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


def round_trip(format: Format, folder: Path, written: Sequence[Item]) -> list[Item]:
    if format.name == "spacy":
        pytest.importorskip("spacy")
    path = folder / f"items{format.suffix}"
    format.write(path, iter(written))
    return format.read(path)


@pytest.mark.parametrize("format", LOSSLESS, ids=lambda f: f.name)
@given(written=st.lists(items(), max_size=3))
def test_lossless_formats_give_back_every_item(format: Format, folder: Path, written: list[Item]) -> None:
    assert round_trip(format, folder, written) == written


@pytest.mark.parametrize("format", LOSSY, ids=lambda f: f.name)
@given(written=st.lists(readable_items(), max_size=3))
def test_lossy_formats_give_back_what_the_text_says(
    format: Format, folder: Path, written: list[Item]
) -> None:
    assert round_trip(format, folder, written) == written


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda f: f.name)
def test_real_items_come_back(format: Format, folder: Path) -> None:
    written = read_items(GOLD)
    read = round_trip(format, folder, written)
    assert [i.text for i in read] == [i.text for i in written]
    pairs = [
        (a, b) for x, y in zip(written, read, strict=True) for a, b in zip(x.figures, y.figures, strict=True)
    ]
    assert all((a.label, a.start, a.end) == (b.label, b.start, b.end) for a, b in pairs)
    same = sum((a.value, a.unit, a.qualifier) == (b.value, b.unit, b.qualifier) for a, b in pairs)
    assert same >= (0.97 if format.loss else 1) * len(pairs)


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda f: f.name)
def test_a_file_that_is_not_there_is_named(format: Format, tmp_path: Path) -> None:
    if format.name == "spacy":
        pytest.importorskip("spacy")
    with pytest.raises(DataError, match="absent: No such file"):
        format.read(tmp_path / "absent")


@pytest.mark.parametrize("name", ["jsonl", "label-studio", "doccano", "conll"])
def test_a_file_that_is_no_text_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="bad: no text in UTF-8"):
        FORMATS[name].read(path)


TEXT = "收到3件，答复2件。"
RECEIVED = [2, 4, "applications.received"]


def doccano(*label: object, text: object = TEXT) -> str:
    good = json.dumps({"text": "无", "label": []})
    return f"{good}\n{json.dumps({'text': text, 'label': label})}"


def conll(*tags: str) -> str:
    return "无\tO\n\n" + "".join(f"{c}\t{tag}\n" for c, tag in zip(TEXT, tags, strict=False))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("doccano", "{", "line 1: Invalid JSON"),
        ("doccano", '{"text": "无"}', "line 1, label: Field required"),
        ("doccano", doccano(text=3), "line 2, text: Input should be a valid string"),
        ("doccano", doccano(["2", "x", "applications.received"]), r"line 2, label\[0\]\[1\]: .* integer"),
        ("doccano", doccano({"label": "applications.received"}), r"line 2, label\[0\]\[0\]: .* integer"),
        ("doccano", doccano(RECEIVED, [7, 9, "wrong"]), r"line 2, label 1: unknown label 'wrong'"),
        ("doccano", doccano([2, 40, "applications.received"]), r"line 2, label 0: span 2-40 is"),
        ("doccano", doccano([-1, 4, "applications.received"]), r"line 2, label 0: span -1-4 is"),
        ("doccano", doccano([3, 3, "applications.received"]), r"line 2, label 0: span 3-3 is empty"),
        ("doccano", doccano(RECEIVED, [3, 5, "applications.received"]), r"line 2, label 1: span 3-5 .* overlaps"),
        ("doccano", doccano([0, 2, "applications.received"]), r"line 2, label 0: no number is read in '收到'"),
        ("conll", "无 O", "line 1, tag: '' is not O"),
        ("conll", "无\tX-a", "line 1, tag: 'X-a' is not O"),
        ("conll", "收到\tO", "line 1, character: '收到' is not one character"),
        ("conll", "\\u110000\tO", "line 1, character: .* is not one character"),
        ("conll", conll("O", "I-applications.received"), "line 4, tag: I-applications.received continues no"),
        ("conll", conll("B-rate.completion", "I-rate.satisfaction"), "line 4, tag: I-rate.satisfaction"),
        ("conll", conll("O", "O", "B-wrong"), "line 5, tag: unknown label 'wrong'"),
        ("conll", conll("B-applications.received"), "line 3, tag: no number is read in '收'"),
    ],
)  # fmt: skip
def test_bad_text_files_say_where(tmp_path: Path, name: str, data: str, says: str) -> None:
    path = tmp_path / "bad"
    path.write_text(data, "utf-8")
    with pytest.raises(DataError, match=rf"bad, {says}"):
        FORMATS[name].read(path)


def test_doccano_may_have_entities_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    entities = [
        {"id": 2, "label": "applications.answered", "start_offset": 7, "end_offset": 9},
        {"id": 1, "label": "applications.received", "start_offset": 2, "end_offset": 4},
    ]
    line = {"id": 1, "text": TEXT, "entities": entities, "relations": [], "Comments": []}
    path.write_text(json.dumps(line), "utf-8")
    figures = (
        GoldFigure("applications.received", 2, 4, "3", "件", "exact", "year"),
        GoldFigure("applications.answered", 7, 9, "2", "件", "exact", "year"),
    )
    assert FORMATS["doccano"].read(path) == [Item(TEXT, figures)]


def test_conll_writes_a_character_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    figure = GoldFigure("applications.received", 0, 2, "3", "件", "exact", "year")
    FORMATS["conll"].write(path, [Item("3件\n \\", (figure,)), Item("", ()), Item("无", ())])
    assert path.read_text("utf-8") == (
        "3\tB-applications.received\n件\tI-applications.received\n\\u000a\tO\n\\u0020\tO\n\\u005c\tO\n\n无\tO\n\n"
    )


def test_spacy_documents_of_other_tools_are_read(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    doc = spacy.blank("en")("received 3件 in all")
    doc.ents = [doc.char_span(9, 11, label="applications.received")]
    path = tmp_path / "a.spacy"
    spacy.tokens.DocBin(docs=[doc]).to_disk(path)
    figure = GoldFigure("applications.received", 9, 11, "3", "件", "exact", "year")
    assert FORMATS["spacy"].read(path) == [Item(doc.text, (figure,))]


@pytest.mark.parametrize(
    ("label", "kept", "says"),
    [
        ("wrong", [], "document 0, entity 0: unknown label 'wrong'"),
        ("applications.received", [{"start": 0}], r"document 0, figures, \[0\].end: Field required"),
    ],
)
def test_bad_spacy_documents_say_where(tmp_path: Path, label: str, kept: object, says: str) -> None:
    spacy = pytest.importorskip("spacy")
    doc = spacy.tokens.Doc(spacy.blank("zh").vocab, words=["3", "件"], spaces=[False, False])
    doc.ents = [spacy.tokens.Span(doc, 0, 2, label=label)]
    doc.user_data["figures"] = kept
    path = tmp_path / "bad.spacy"
    spacy.tokens.DocBin(docs=[doc], store_user_data=True).to_disk(path)
    with pytest.raises(DataError, match=rf"bad\.spacy, {says}"):
        FORMATS["spacy"].read(path)


def test_a_file_that_is_no_docbin_is_named(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    path = tmp_path / "bad.spacy"
    path.write_bytes(b"x\x9c\x00")
    with pytest.raises(DataError, match=r"bad\.spacy: no DocBin"):
        FORMATS["spacy"].read(path)


def test_without_spacy_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    for use in (lambda p: FORMATS["spacy"].read(p), lambda p: FORMATS["spacy"].write(p, [])):
        with pytest.raises(DataError, match=r"pip install 'nianbao\[rules\]'"):
            use(tmp_path / "a.spacy")
