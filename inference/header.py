"""What a report says of itself: title, reporting body and report year."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference.passages import sentences
from models.forms import load_forms

_TITLE = re.compile(
    r"[^。;|]{0,60}?(?:信息公开|政务公开)[^。;|]{0,16}?(?:报告|年报|总结)(?:[^。;|\w]{0,6}(?:\d{4}年?度?[^。;|\w]?)?)?"
)
_NUMERAL_YEAR = re.compile(r"二[〇零○O0][〇零○O0一二][〇零○O0一二三四五六七八九](?=年)")
_NUMERALS = str.maketrans("〇零○O一二三四五六七八九", "0000123456789")
_YEAR = re.compile(
    r"(?<![\d.〔\[])(?:20[0-3]\d)(?=年|\)?年?度|[)]?[^\w]{0,2}政府信息公开)|(?<=[(])20[0-3]\d(?=年?度?\))"
)
_DATE_LINE = re.compile(
    r"[^\w]*(?:发布|公布|更新|成文|发文)?(?:日期|时间)?[:：]?\s*20\d\d[-年./]\s?\d{1,2}[-月./]\s?\d{1,2}.{0,30}"
)
_BODY = (
    r"(?:人民政府|政府|委员会|管委会|办公室|办事处|联合会|总队|支队|大队|分局|街道办?|公司|集团|医院|学校|中学|小学|大学|学院"
    r"|银行|中心|局|厅|委|办|署|院|所|队|镇|乡|馆|处|站|校|社|会|部|关|台|库|厂|场|区|室|园)"
)
_ORGANIZATION = re.compile(
    rf"(?P<body>[\w()、·]{{2,40}}?{_BODY})(?:关于)?(?:\(?20\d\d\)?年?(?:度)?)?(?:(?:政府|政务)?信息公开|政务公开)"
)
_ANNOUNCED = re.compile(
    rf"(?:现将|现公布|现向社会公布|公布|发布|编制|编制了|编写|形成)(?P<body>[\w()、·]{{2,40}}?{_BODY})(?:关于)?\(?20\d\d\)?年?度?(?:政府|政务)?信息公开"
)
_COMPILED = re.compile(
    rf"本(?:年度)?(?:年报|报告)(?:系|是)?由(?P<body>[\w()、·]{{2,40}}?{_BODY})(?:编制|负责编制|根据|按照|组织编写|编写)"
)
_LEADING = re.compile(r"^(?:关于|现将|公布|发布|\d{4}年?度?|附件\d*[:：]?|[(（].{0,6}[)）])+")
_SPOKEN_OF = re.compile(r"^(?:我|本|全|各|该|上级|其他)|政府信息公开|年度|条例")
_PERIOD = re.compile(r"(?:20\d\d)年\s?1月\s?1日.{0,12}?(?P<year>20\d\d)年\s?12月\s?31日")
_PLAN = re.compile(r"下一步|下一年|将(?!.{0,20}(?:予以|公布|公开如下))|计划|打算|力争")
_LAW = re.compile(r"施行|实施|颁布|修订|国务院令|以来|截至|累计|国办|印发")
_ENOUGH = 0.9  # weight of evidence below which a year would be a guess


@dataclass(frozen=True)
class Header:
    """The facts of a document. None where the report gives no evidence.

    Attributes:
        title: As printed, half width and simplified.
        organization: The reporting body.
        report_year: The year reported on, not that of publication.
    """

    title: str | None
    organization: str | None
    report_year: int | None


def _years(text: str) -> Iterator[tuple[int, int]]:
    """Every year named, with where it stands."""
    for match in _YEAR.finditer(text):
        yield int(match.group()), match.start()


def _title(text: str, outside: str | None) -> str | None:
    """The line that says most like a title of a report; one broken after the body or the year is joined."""
    lines = [line.strip(" #\r") for line in text[:3000].split("\n") if line.strip(" #\r")][:40]
    found = []
    for i, line in enumerate(lines):
        if len(line) <= 70 and ">" not in line and _TITLE.fullmatch(_plain(line)):
            before = lines[i - 1] if i else ""
            is_part = re.fullmatch(
                rf"[\w()、·]{{2,40}}{_BODY}|(?:.{{2,40}}{_BODY})?20\d\d年度?", _plain(before)
            )
            has_body = _ORGANIZATION.search(_LEADING.sub("", _plain(line)))
            found.append(before + line if is_part and not has_body else line)
    outside = outside.split("_")[0].split("-")[0].strip() if outside else ""
    if _TITLE.fullmatch(outside):
        found.append(outside)
    # A menu has the bare name of the thing; a title has the body or the year as well.
    return max(
        found,
        key=lambda t: bool(_ORGANIZATION.search(_plain(t))) + bool(_YEAR.search(_plain(t))),
        default=None,
    )


def _plain(text: str) -> str:
    """Without the spaces that layout leaves between characters, and years in digits."""
    return _NUMERAL_YEAR.sub(lambda m: m.group().translate(_NUMERALS), text.replace(" ", ""))


def _organization(text: str, title: str) -> str | None:
    announced = [m for pattern in (_ANNOUNCED, _COMPILED) if (m := pattern.search(text))]
    for match in [_ORGANIZATION.search(_LEADING.sub("", title)), *announced]:
        if match:
            body = _LEADING.sub("", match["body"])
            if len(body) > 2 and not _SPOKEN_OF.search(body):
                return body
    return None


def _report_year(text: str, title: str, form: str, prose: Sequence[tuple[int, int]]) -> int | None:
    weights: dict[int, float] = defaultdict(float)
    for year, _ in _years(title):
        weights[year] += 10
    for match in _PERIOD.finditer(text):
        weights[int(match["year"])] += 8
    tables_end = prose[-1][0] if len(prose) > 1 else len(text)
    for start, end in prose:
        for first, last in sentences(text[start:end]):
            sentence = _plain(text[start + first : start + last])
            if _DATE_LINE.fullmatch(sentence.strip()):
                continue  # of the page, not of the report
            late = 0.3 if start >= tables_end or _PLAN.search(sentence) else 1.0
            for year, at in _years(sentence):
                behind = sentence[at + 4 : at + 12]
                if _ANNOUNCED.search(sentence) or re.match(r"年度?(?:政府|政务)?信息公开", behind):
                    weights[year] += 6
                elif re.match(r"年\s?\d{1,2}月", behind) or _LAW.search(sentence[at : at + 20]):
                    weights[year] += 0.2 * late
                elif re.search(r"《[^》]*$", sentence[:at]):
                    weights[year] += 0.5 * late
                else:
                    weights[year] += (2.0 if re.match(r"年度|年,|年我|年全", behind) else 1.0) * late
    if form in load_forms():
        first_year, last_year = load_forms()[form].years
        for year in weights:
            # Offices fill in last year's form, hardly ever next year's.
            if not first_year <= year <= last_year + 2:
                weights[year] *= 0.2
    best = max(weights, key=lambda year: weights[year], default=None)
    return best if best and weights[best] >= _ENOUGH else None


def read_header(text: str, outside_title: str | None, form: str, prose: Sequence[tuple[int, int]]) -> Header:
    """Read title, body and year off a normalised report.

    Args:
        text: The whole report.
        outside_title: A title that the file keeps outside its text, None if it has none.
        form: The form of its tables, `none` if it has none.
        prose: Its stretches of running text.
    """
    title = _title(text, outside_title)
    plain_title = _plain(title or "")
    return Header(
        title, _organization(_plain(text[:3000]), plain_title), _report_year(text, plain_title, form, prose)
    )
