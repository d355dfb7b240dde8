"""What webhooks carry of trips, of what is offered and paid for them, and of what guests said."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from fairlead.contract import Message

from ..common import Money
from ..itineraries import ItineraryState, ProposalState, ServiceKind, ServiceState


class WebhookGuest(Message):
    """Somebody who travels."""

    name: str
    contact_id: UUID | None
    lead: bool


class WebhookService(Message):
    """A planned service of a trip; `starts_at` in UTC, `date` and `time` in its `zone`."""

    id: UUID
    kind: ServiceKind
    name: str
    state: ServiceState
    date: dt.date
    time: dt.time | None
    zone: str
    starts_at: dt.datetime
    pax: int
    place: str
    supplier_id: UUID | None


class WebhookItinerary(Message):
    """A trip after a change (`itinerary.changed`). Ignore a lower `version`. Days are local in
    `zone`, amounts in minor units."""

    id: UUID
    reference: str
    state: ItineraryState
    title: str
    start: dt.date
    end: dt.date
    zone: str
    guests: list[WebhookGuest]
    agent_id: UUID | None
    listing_id: UUID | None
    sales_agent_id: UUID | None
    external_id: str
    price: Money | None
    tags: list[str]
    services: list[WebhookService]
    version: int
    created_at: dt.datetime


class WebhookPayment(Message):
    """A payment was entered or taken back (`payment.recorded`); the trip as it stands then."""

    payment_id: UUID
    amount: Money
    voided: bool
    itinerary: WebhookItinerary


class WebhookProposalAnswer(Message):
    """What was answered to version `number` of a proposal."""

    accepted: bool
    number: int
    at: dt.datetime


class WebhookProposal(Message):
    """A proposal after a change (`proposal.changed`), which may be that it is new, accepted or
    declined (`proposal.created`, `.accepted`, `.declined`). Ignore a lower `version`.

    `number` is that of its latest version, `reference` its trip's. Who answered and the words of
    it are in the proposal itself: `GET /api/v1/proposals/{id}`.
    """

    id: UUID
    itinerary_id: UUID
    reference: str
    state: ProposalState
    number: int
    title: str
    start: dt.date
    end: dt.date
    total: Money | None
    expires_at: dt.datetime | None
    sent_at: dt.datetime | None
    answer: WebhookProposalAnswer | None
    version: int
    created_at: dt.datetime


class WebhookStay(Message):
    """A trip that claims a listing for the nights from `start` to before `end`."""

    itinerary_id: UUID
    reference: str
    state: ItineraryState
    start: dt.date
    end: dt.date


class WebhookOverbooking(Message):
    """Two stays that want the same nights, those from `start` to before `end`.

    `overbooking.found` comes again, with a higher `version`, when the nights become others;
    `overbooking.resolved` once it is gone. Ignore a lower `version`.
    """

    id: UUID
    listing_id: UUID
    stays: list[WebhookStay]
    start: dt.date
    end: dt.date
    found_at: dt.datetime
    resolved_at: dt.datetime | None
    version: int


class WebhookScore(Message):
    """Points of a category, on 0 to 10."""

    category: str
    score: float


class WebhookReview(Message):
    """A review that is new (`review.received`) or was changed or answered (`review.changed`).
    Ignore a lower `version`. Points are on 0 to 10, whatever its source's scale.

    The guest's name and words are in the review itself: `GET /api/v1/reviews/{id}`.
    """

    id: UUID
    source: str
    external_id: str
    date: dt.date
    overall: float | None
    scores: list[WebhookScore]
    itinerary_id: UUID | None
    listing_id: UUID | None
    answered_at: dt.datetime | None
    recorded_at: dt.datetime
    version: int
