"""The pages for people, as the service gives them."""

from typing import Annotated, cast, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from inference.database import StoreError
from inference.reading.archive import SUFFIX
from inference.reading.door import SUFFIXES
from inference.service.api import Opened, listed
from inference.view.pages import agency_page, home_page, records_page, report_page
from inference.view.summary import series, summarise
from inference.view.words import Language
from models.record import Record

_COOKIE = "nianbao_language"
_LISTED = 200  # reports of a page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def language(request: Request, lang: Annotated[Language | None, Query()] = None) -> Language:
    """The language that is asked for, or that was asked for last; Chinese at first."""
    known = request.cookies.get(_COOKIE)
    return lang or (cast(Language, known) if known in get_args(Language) else "zh")


def _page(html: str, lang: Language) -> HTMLResponse:
    response = HTMLResponse(html)
    response.set_cookie(_COOKIE, lang, max_age=365 * 86400, samesite="lax")
    return response


Spoken = Annotated[Language, Depends(language)]


@router.get("/")
def home(request: Request, lang: Spoken) -> HTMLResponse:
    """Where reports are handed in."""
    return _page(home_page(lang, request.app.state.settings.limits.size, sorted({*SUFFIXES, SUFFIX})), lang)


@router.get("/records")
def records(
    archive: Opened,
    lang: Spoken,
    job: str | None = None,
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> HTMLResponse:
    """Many reports as a table."""
    summaries, more = listed(archive, job, None, None, before, _LISTED)
    asked = {"job": job, "before": more}
    url = f"/records?{urlencode({name: value for name, value in asked.items() if value is not None})}"
    return _page(records_page(summaries, lang, job=job, more=url if more else None), lang)


@router.get("/records/{id}")
def report(id: str, archive: Opened, lang: Spoken) -> HTMLResponse:
    """A report beside its record."""
    record, text = archive.record(id)
    return _page(report_page(Record.model_validate_json(record), text, lang, alone=False), lang)


@router.get("/agencies/{organization:path}")
def agency(organization: str, archive: Opened, lang: Spoken) -> HTMLResponse:
    """A body over the years."""
    found = [kept.record for kept in archive.records(organization=organization)]
    found.sort(key=lambda record: record.document.report_year or 0, reverse=True)
    if not found:
        raise StoreError(f"there is no report of {organization}")
    return _page(agency_page(organization, series(found), [summarise(r) for r in found], lang), lang)
