"""Pages of trips and proposals, for who has their link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask import Blueprint, Response, request

from contracts.accounts import Organisation
from contracts.common import Money
from contracts.inbox import HELD, PictureSize
from contracts.itineraries import (
    PROPOSAL_TOKENS,
    ProposalLine,
    PublicDocument,
    PublicItinerary,
    PublicProposal,
    Service,
)
from fairlead import context, dates, prices
from fairlead.colours import ink_on
from fairlead.context import acting, service_context
from fairlead.errors import Conflict, Failure, Forbidden, Invalid, NotFound

from .attachments import picture_of
from .gateway import gateway
from .handing_out import Handout
from .public_pages import open_to_all, page, untraced
from .wording import language_of, phrases

views = Blueprint("trip_pages", __name__)
open_to_all(views)

T = TypeVar("T")

FORM_LIMIT = 32 * 1024  # bytes; a comment has 2,000 characters at most
_SITES = frozenset({"", "same-origin", "none"})  # of Sec-Fetch-Site; old browsers say nothing
_LONGEST_TOKEN = 200
COVER_SECONDS = 300  # that the address of a picture is good, which the page loads at once
DOCUMENT_SECONDS = 300  # that the address of a document is good; the page gives another


@views.get("/p/<token>")
def read(token: str) -> Response:
    """An itinerary or a proposal as its guest reads it."""
    if token.startswith(PROPOSAL_TOKENS):
        proposal = gateway().itineraries.public_proposal(token=token[:_LONGEST_TOKEN])
        return _proposal_page(token, proposal)
    trip = gateway().itineraries.public_itinerary(token=token[:_LONGEST_TOKEN])
    return _itinerary_page(trip)


@views.get("/p/<token>/documents/<uuid:id>")
def document(token: str, id: UUID) -> Response:
    """On to a document that is shared now, under an address that is signed and soon no good."""
    trip = gateway().itineraries.public_itinerary(token=token[:_LONGEST_TOKEN])
    found = next((each for each in trip.documents if each.id == id), None)
    if found is None:
        raise NotFound("itineraries.document_not_found", "There is no such document (any more)")
    handout = _handout(trip.organisation_id, found)
    response = Response(status=303)
    response.headers["Location"] = gateway().file_links.make(handout, DOCUMENT_SECONDS).url
    return untraced(response)


def _handout(organisation: UUID, document: PublicDocument) -> Handout:
    file = document.file
    return Handout(organisation, file.key, file.size, file.name, file.content_type, shown=False)


@views.post("/p/<token>")
def answer(token: str) -> Response:
    """Accept or decline the version of a proposal that the form was shown with."""
    request.max_content_length = FORM_LIMIT
    form = request.form
    number = form.get("number", "")
    decision = form.get("answer", "")
    asked = gateway().itineraries
    try:
        if request.headers.get("Sec-Fetch-Site", "") not in _SITES:
            raise Forbidden("itineraries.form", "The form was sent by another site")
        if decision not in ("accept", "decline") or not _is_number(number):
            raise Invalid("itineraries.invalid", "The form is not as it was shown")
        asked.answer_proposal(
            token=token[:_LONGEST_TOKEN],
            number=int(number),
            form=form.get("form", "")[:100],
            accepted=decision == "accept",
            name=form.get("name", "")[:200],
            comment=form.get("comment", "").replace("\r\n", "\n")[:2000],
            user_agent=request.headers.get("User-Agent", "")[:500],
        )
    except (Conflict, Forbidden, Invalid) as error:
        found = asked.public_proposal(token=token[:_LONGEST_TOKEN])
        notice = {"itineraries.proposal_changed": "changed_meanwhile"}.get(error.code, "try_again")
        closed = error.code == "itineraries.proposal_closed"
        response = _proposal_page(token, found, notice="" if closed else notice)
        response.status_code = 409 if isinstance(error, Conflict) else 422
        return response
    response = Response(status=303)  # so that loading the page again answers nothing again
    response.headers["Location"] = request.path
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9


def _itinerary_page(trip: PublicItinerary) -> Response:
    language = _language(trip.language)
    services = sorted(trip.services, key=lambda each: (each.details.date, each.starts_at))
    return page(
        "itinerary.html",
        path=request.path,
        trip=trip,
        days=_by_day(services, "details.date", language, _service_when),
        cover=_cover(trip.organisation_id, trip.cover),
        **_around(trip.organisation_id, language, trip.start, trip.end),
    )


def _proposal_page(token: str, proposal: PublicProposal, notice: str = "") -> Response:
    content = proposal.content
    language = _language(content.language)
    expires = proposal.expires_at
    return page(
        "proposal.html",
        path=request.path,
        proposal=proposal,
        content=content,
        notice=notice,
        days=_by_day(content.lines, "date", language, _line_when),
        price=lambda money: _price(money, language),
        said=lambda value, field: _said(value, field, language),
        expires="" if expires is None else dates.day(expires.date(), language),
        cover=_cover(proposal.organisation_id, proposal.cover),
        **_around(proposal.organisation_id, language, content.start, content.end),
    )


def _cover(organisation: UUID, file_id: UUID | None) -> str:
    """A signed address of the picture of what is booked, good while the page loads; empty where
    there is none (any more). No page waits for a picture: it is shown without."""
    if file_id is None:
        return ""
    try:
        with acting(service_context(organisation, request=context.current().request)):
            file = gateway().inbox.get_file(id=file_id)
        picture = picture_of(organisation, file, PictureSize.LARGE)
    except Failure:
        return ""
    if file.state in HELD:
        return ""
    return gateway().file_links.make(picture, COVER_SECONDS).url


def _around(organisation: UUID, language: str, start: Any, end: Any) -> dict[str, Any]:
    """What every page of a trip has: whose it is, its words, and its days."""
    settings = _organisation(organisation).settings
    return {
        "language": language,
        "words": phrases(language),
        "branding": settings.branding,
        "on_brand": ink_on(settings.branding.colour),
        "footer": settings.footer,
        "span": dates.span(start, end, language),
        "nights": (end - start).days,
    }


def _organisation(id: UUID) -> Organisation:
    with acting(service_context(id, request=context.current().request)):
        return gateway().accounts.get_organisation()


def _language(wanted: str | None) -> str:
    return language_of(wanted, list(request.accept_languages.values())[:10])


@dataclass(frozen=True, slots=True)
class Day(Generic[T]):
    """What is on one day, each with its moment. `zone` is the one that all its moments are in, and
    `zone_is_new` says that the day before was in another."""

    name: str
    zone: str
    zone_is_new: bool
    plans: list[tuple[T, dates.When]]


def _by_day(
    things: list[T], field: str, language: str, when: Callable[[T, str], dates.When]
) -> list[Day[T]]:
    of = attrgetter(field)
    found = []
    before = ""
    for day, each in groupby(things, key=of):
        plans = [(it, when(it, language)) for it in each]
        zones = {at.zone for _, at in plans if at.zone}
        zone = zones.pop() if len(zones) == 1 else ""
        found.append(Day(dates.day(day, language), zone, zone not in ("", before), plans))
        before = zone or before
    return found


def _service_when(service: Service, language: str) -> dates.When:
    it = service.details
    return dates.when(it.date, it.time, service.starts_at, it.duration, it.zone, language)


def _line_when(line: ProposalLine, language: str) -> dates.When:
    return dates.when(line.date, line.time, line.starts_at, line.duration, line.zone, language)


def _price(money: Money | None, language: str) -> str:
    if money is None:
        return ""
    try:
        return prices.price(money.amount, money.currency, language)
    except ValueError:
        return f"{money.amount} {money.currency}"


def _said(line: ProposalLine | Any, field: str, language: str) -> str:
    """The value of a field that changed, as a reader understands it."""
    value = getattr(line, field)
    if field in ("time", "zone") and isinstance(line, ProposalLine):
        when = _line_when(line, language)
        return when.time if field == "time" else when.zone
    if field in ("date", "start", "end"):
        return dates.day(value, language)
    if field == "duration":
        return dates.lasting(value, language) if value else "–"
    if field in ("price", "total"):
        return _price(value, language) or "–"
    return str(getattr(value, "value", value)) or "–"
