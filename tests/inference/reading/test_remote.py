"""Files behind URLs: what is found, what is fetched, and what never is."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inference.reading import ReadError
from inference.reading.remote import find, load

fsspec = pytest.importorskip("fsspec", reason="needs pip install 'nianbao[remote]'")


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    for name in ("b.html", "a.txt", "deep/c.zip", "deep/picture.jpg", ".hidden.txt"):
        system.pipe_file(f"/bucket/{name}", name.encode())
    yield system
    system.rm("/bucket", recursive=True)


def code(url: str, largest: int = 100) -> str:
    with pytest.raises(ReadError) as caught:
        load(url, largest)
    assert caught.value.message.startswith(url)
    return caught.value.code


def test_a_folder_is_searched_and_a_pattern_expanded_in_order(memory: Any) -> None:
    folder = [f"memory://bucket/{name}" for name in ("a.txt", "b.html", "deep/c.zip")]
    assert find("memory://bucket") == find("memory://bucket/") == folder
    assert find("memory://bucket/*.html") == ["memory://bucket/b.html"]
    assert find("memory://bucket/**/*.jpg") == ["memory://bucket/deep/picture.jpg"]
    assert [load(url, 100) for url in folder] == [b"a.txt", b"b.html", b"deep/c.zip"]


@pytest.mark.parametrize(
    "url", ["memory://bucket/a.txt", "memory://bucket/none.txt", "memory://bucket/*.pdf"]
)
def test_what_is_no_folder_stays_as_given(memory: Any, url: str) -> None:
    assert find(url) == [url]


def test_what_is_found_keeps_the_form_of_what_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "年 报.txt").write_text("年报", "utf-8")
    assert find(f"file://{tmp_path}/in/") == [f"file://{tmp_path}/in/年 报.txt"]
    monkeypatch.chdir(tmp_path)
    (url,) = find("file://in")
    assert load(url, 100) == "年报".encode()


def test_no_more_is_fetched_than_may_be(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe_file("/bucket/large.txt", bytes(10 * 2**20))
    opened = memory.open("/bucket/large.txt")
    monkeypatch.setattr(type(memory), "open", lambda *_: opened)
    assert code("memory://bucket/large.txt", 2**20) == "too_large"
    assert opened.tell() == 2**20 + 1


def test_reasons(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code("memory://bucket/none.txt") == "not_found"
    assert code("memory://bucket") == "not_found"
    assert code("nothing://bucket/a.txt") == "unsupported"
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ReadError, match=r"install 'nianbao\[remote\]'"):
        find("memory://bucket")


def test_a_name_in_a_listing_leads_nowhere_else(memory: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    memory.pipe_file(f"/bucket/x::file://{tmp_path}/secret.txt", b"harmless")
    (url,) = (url for url in find("memory://bucket") if "secret" in url)
    assert code(url) == "unsupported"


def test_links_of_a_page_are_no_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    system = fsspec.filesystem("memory")
    monkeypatch.setattr("fsspec.core.url_to_fs", lambda url: (system, url))
    monkeypatch.setattr(type(system), "isdir", lambda *_: pytest.fail("was followed"))
    for url in ("https://example.org/reports/", "http://example.org/report?id=*"):
        assert find(url) == [url]
