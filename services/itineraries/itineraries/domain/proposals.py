"""Proposals: what a version offers, what differs between two, and who may still answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from contracts.common import Money
from contracts.itineraries import (
    PROPOSAL_TOKENS,
    ChangeKind,
    ItineraryDetails,
    ItineraryState,
    LineChange,
    ProposalChanges,
    ProposalContent,
    ProposalItem,
    ProposalLine,
    ProposalOffer,
    ProposalState,
    Service,
    ServiceState,
    Standing,
)
from fairlead.errors import Conflict, Forbidden

from . import plan
from .money import amount_problems

MOST_TEXT = 200_000  # characters of a version, which its page shows whole
_TOKEN = re.compile(re.escape(PROPOSAL_TOKENS) + r"[A-Za-z0-9_-]{43}", re.ASCII)
_NOT_OFFERED = frozenset({ServiceState.DECLINED, ServiceState.CANCELLED})
_OVER = frozenset({ItineraryState.FINISHED, ItineraryState.CANCELLED})
_REVISABLE = frozenset({ProposalState.DRAFT, ProposalState.SENT, ProposalState.DECLINED})


def compose(
    details: ItineraryDetails, services: Sequence[Service], offer: ProposalOffer
) -> ProposalContent:
    """What a version of `offer` shows; raises Invalid that names each wrong field."""
    known = {each.id: each for each in services}
    items = offer.items or [
        ProposalItem(service_id=each.id)
        for each in services
        if each.details.state not in _NOT_OFFERED
    ]
    plan.check(_problems(offer, items, known))
    lines = [_line(known[item.service_id], item) for item in items]
    lines.sort(key=lambda line: (line.date, line.starts_at, line.service_id))
    content = ProposalContent(
        title=offer.title.strip() or details.title,
        start=details.start,
        end=details.end,
        introduction=offer.introduction,
        terms=offer.terms,
        language=details.language,
        lines=lines,
        total=_total(offer, lines) or details.price,
    )
    plan.check(_size_problems(content))
    return content


def _problems(
    offer: ProposalOffer, items: Sequence[ProposalItem], known: Mapping[UUID, Service]
) -> Iterator[tuple[str, str]]:
    seen: set[UUID] = set()
    for number, item in enumerate(items):
        at = f"offer.items[{number}]"
        if item.service_id not in known:
            yield f"{at}.service_id", "is no service of the trip"
        if item.service_id in seen:
            yield f"{at}.service_id", "is offered twice"
        seen.add(item.service_id)
        if item.price is not None:
            yield from amount_problems(f"{at}.price", item.price)
        yield from plan.text_problems({f"{at}.text": item.text or ""})
    if offer.total is not None:
        yield from amount_problems("offer.total", offer.total)
    yield from plan.line_problems({"offer.title": offer.title}, set())
    texts = {"offer.introduction": offer.introduction, "offer.terms": offer.terms}
    yield from plan.text_problems(texts)
    prices = [item.price for item in items] + [offer.total]
    if len({price.currency for price in prices if price is not None}) > 1:
        yield "offer.total", "cannot be of prices in two currencies"


def _size_problems(content: ProposalContent) -> Iterator[tuple[str, str]]:
    length = len(content.introduction) + len(content.terms)
    if length + sum(len(line.text) for line in content.lines) > MOST_TEXT:
        yield "offer", f"has more than {MOST_TEXT} characters together"


def _total(offer: ProposalOffer, lines: Sequence[ProposalLine]) -> Money | None:
    if offer.total is not None:
        return offer.total
    prices = [line.price for line in lines if line.price is not None]
    if not prices:
        return None
    return Money(amount=sum(each.amount for each in prices), currency=prices[0].currency)


def _line(service: Service, item: ProposalItem) -> ProposalLine:
    details = service.details
    return ProposalLine(
        service_id=service.id,
        kind=details.kind,
        name=details.name,
        date=details.date,
        zone=details.zone,
        time=details.time,
        starts_at=service.starts_at,
        duration=details.duration,
        pax=details.pax,
        place=details.place,
        text=details.description if item.text is None else item.text,
        price=item.price,
    )


_FIELDS = ("title", "start", "end", "introduction", "terms", "total")
_LINE_FIELDS = ("kind", "name", "date", "time", "zone", "duration", "pax", "place", "text", "price")


def changes(since: int, before: ProposalContent, after: ProposalContent) -> ProposalChanges | None:
    """What differs from version `since`; None where nothing does that a reader sees."""
    old = {line.service_id: line for line in before.lines}
    new = {line.service_id: line for line in after.lines}
    lines = [
        *(_changed(old[line.service_id], line) for line in after.lines if line.service_id in old),
        *(_gone_or_come(None, line) for line in after.lines if line.service_id not in old),
        *(_gone_or_come(line, None) for line in before.lines if line.service_id not in new),
    ]
    found = ProposalChanges(
        since=since,
        fields=[name for name in _FIELDS if getattr(before, name) != getattr(after, name)],
        lines=[line for line in lines if line is not None],
        total_before=before.total,
        total_after=after.total,
    )
    return found if found.fields or found.lines else None


def _changed(before: ProposalLine, after: ProposalLine) -> LineChange | None:
    fields = [name for name in _LINE_FIELDS if getattr(before, name) != getattr(after, name)]
    if not fields:
        return None
    return LineChange(kind=ChangeKind.CHANGED, before=before, after=after, fields=fields)


def _gone_or_come(before: ProposalLine | None, after: ProposalLine | None) -> LineChange:
    kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED
    return LineChange(kind=kind, before=before, after=after, fields=[])


def new_token() -> str:
    """A word that nobody guesses: 256 random bits."""
    return PROPOSAL_TOKENS + secrets.token_urlsafe(32)


def is_token(written: str) -> bool:
    """Whether `written` could be a token at all."""
    return _TOKEN.fullmatch(written) is not None


def fingerprint(token: str) -> str:
    """What is kept of a token: it has so many bits that a plain hash cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


def form(token: str, number: int) -> str:
    """What the page of a version puts into its form.

    Only who has read the page under `token` knows it, which another site has not.
    """
    return hmac.digest(token.encode(), f"answer:{number}".encode(), "sha256").hex()


def check_form(token: str, number: int, given: str) -> None:
    """Forbidden `itineraries.form` unless `given` is what the page of that version had."""
    if not hmac.compare_digest(form(token, number).encode(), given.encode()):
        raise Forbidden("itineraries.form", "This answer does not come from the proposal's page")


def standing(
    state: ProposalState,
    expires_at: dt.datetime | None,
    trip: ItineraryState,
    now: dt.datetime,
) -> Standing:
    """Whether a proposal can be answered at `now`, and if not, why."""
    if state is ProposalState.ACCEPTED:
        return Standing.ACCEPTED
    if state is not ProposalState.WITHDRAWN and trip not in _OVER:
        if state is ProposalState.DECLINED:
            return Standing.DECLINED
        if expires_at is not None and expires_at <= now:
            return Standing.EXPIRED
        return Standing.OPEN
    return Standing.CLOSED


def check_answerable(found: Standing) -> None:
    """Conflict `itineraries.proposal_closed` unless it is open."""
    if found is not Standing.OPEN:
        reason = "The proposal can no longer be answered so"
        raise Conflict("itineraries.proposal_closed", reason, standing=found.value)


def check_revisable(state: ProposalState) -> None:
    """Conflict `itineraries.proposal_closed` once it is accepted or withdrawn."""
    if state not in _REVISABLE:
        reason = f"A proposal that is {state.value} stays as it is"
        raise Conflict("itineraries.proposal_closed", reason, state=state.value)
