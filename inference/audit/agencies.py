"""Which printed names are one reporting body: a missed link is better than a wrong one.

A name is first brought to one way of writing, which joins nothing that could be two bodies. Names that still
differ, a government and its office or with and without the province in front, are joined only where all the
names of the batch allow it: where no year has reports under two of them, and nothing says of which of two
places a name speaks.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import yaml

_LEADING = re.compile(r"^(?:关于|现将|公布|发布|20\d\d年?度?|[-_·、,.。:])+")
_TRAILING = re.compile(
    r"(?:关于)?(?:\(?20\d\d\)?年?度?)?(?:(?:(?:政府|政务)?信息公开|政务公开)(?:工作)?(?:情况)?(?:的?年?度?(?:报告|年报))?)?$"
)
_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff|\"'“”‘’《》「」]+")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((files("inference.audit") / "places.yaml").read_text("utf-8"))
    return data


@cache
def _pattern(name: str) -> re.Pattern[str]:
    places = "|".join(_data()["places"])
    place = rf"(?!(?:{places}))[\u4e00-\u9fff]{{1,14}}?(?:{places}|州(?!市|县|区))"
    if name == "place":
        return re.compile(place)
    if name == "places":
        return re.compile(rf"(?:{place})+")
    return re.compile(rf"(?:{'|'.join(_data()['generic'])})*(?:{places}|州)")


def written(name: str) -> str:
    """A printed name in one way of writing, without what is left of the title around it.

    Two bodies never become one here; one body may still have several names.
    """
    name = _UNSEEN.sub("", unicodedata.normalize("NFKC", name))
    name = _LEADING.sub("", name)
    # The pattern can match nothing at the end, and a year may stand before or after the rest of a title.
    name = _TRAILING.sub("", name) or name
    name = re.sub(r"(?<=[省市县区旗州盟乡镇])政府(?=$|办)", "人民政府", name)
    for short, full in _data()["endings"].items():
        name = name.removesuffix(short) + full if name.endswith(short) else name
    return name


def is_identity(name: str) -> bool:
    """Whether a written name says by itself which body it is: 水利局 does not, nor a district that two cities have."""
    if name in _data()["ministries"]:
        return True
    for body in _data()["national"]:
        name = name.removeprefix(body)
    place = _pattern("place").match(name)
    if not place or _pattern("places").fullmatch(name) or _pattern("generic").fullmatch(place.group()):
        return False
    return not name.startswith(tuple(_data()["homonyms"]))


def _stem(name: str) -> str:
    """A name in which the office of a government is the government."""
    office = next((o for o in _data()["offices"] if name.endswith(o)), None)
    return name.removesuffix(office) + "人民政府" if office else name


def _shorter(name: str) -> Iterator[str]:
    """What is left of a name when the places in front of it are dropped, one after the other."""
    while place := _pattern("place").match(name):
        name = name[place.end() :]
        yield name


def _fullest(stems: Iterable[str]) -> dict[str, str]:
    """For each name the longest that is it with its province or city in front.

    A name is left out if there are two that do not contain one another: a district that two cities have.
    """
    longer: dict[str, set[str]] = {stem: {stem} for stem in stems}
    for stem in longer:
        for short in _shorter(stem):
            if short in longer:
                longer[short].add(stem)
    fullest = {}
    for stem, names in longer.items():
        chain = sorted(names, key=lambda name: (len(name), name))
        if all(b.endswith(a) for a, b in pairwise(chain)):
            fullest[stem] = chain[-1]
    return fullest


def identify(names: Iterable[tuple[str, int | None]]) -> dict[str, str]:
    """For each written name the name of its body; names that do not say which body it is are left out.

    Args:
        names: For each report the name in one way of writing, and its year.
    """
    years: dict[str, set[int]] = defaultdict(set)
    for name, year in names:
        if is_identity(name):
            years[name] |= {year} if year else set()
    fullest = _fullest({_stem(name) for name in years})
    bodies: dict[str, list[str]] = defaultdict(list)
    for name in sorted(years):
        if body := fullest.get(_stem(name)):
            bodies[body].append(name)
    found: dict[str, str] = {}
    for body, members in bodies.items():
        # Both report on one year: they are two bodies, or we cannot know.
        apart = sum(len(years[m]) for m in members) > len(set().union(*(years[m] for m in members)))
        # A body is called by a name that was printed, and the government stands before its office.
        known = body if body in members else max(members, key=lambda name: (len(name), name))
        found |= {name: name if apart else known for name in members}
    return found
