"""Messages by hand to many: a filtered list of contacts or trips (mission H5)."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Channel, Currency, Cursor, Language, Limit, Line, Moment, Name, Tag
from ..consents import ConsentKind
from ..contacts import ContactKind, FieldKey
from ..itineraries import ItineraryState
from .composing import Draft, Problem

Minor = Annotated[int, Meta(ge=0, le=10**15)]
PerMinute = Annotated[int, Meta(ge=1, le=6000)]


class ContactFilter(Message):
    """The filters of `list_contacts`."""

    kind: ContactKind | None = None
    q: Line | None = None
    tag: Tag | None = None
    company_id: UUID | None = None
    is_company: bool | None = None
    channel: Channel | None = None
    language: Language | None = None
    blocked: ConsentKind | None = None
    has_trips: bool | None = None
    field: FieldKey | None = None
    value: Line | None = None
    created_from: Moment | None = None
    created_before: Moment | None = None
    updated_from: Moment | None = None
    updated_before: Moment | None = None


class ItineraryFilter(Message):
    """The filters of `list_itineraries`."""

    state: ItineraryState | None = None
    q: Line | None = None
    stay_from: dt.date | None = None
    stay_to: dt.date | None = None
    listing_id: UUID | None = None
    portal_id: UUID | None = None
    agent_id: UUID | None = None
    sales_agent_id: UUID | None = None
    tag: Tag | None = None
    currency: Currency | None = None
    price_from: Minor | None = None
    price_to: Minor | None = None
    created_from: Moment | None = None
    created_to: Moment | None = None
    payment_incomplete: bool | None = None
    overdue: bool | None = None
    overbooked: bool | None = None


class Whom(enum.Enum):
    """Who of a trip gets the message."""

    TRAVELLER = "traveller"  # the lead guest, else the first who is a contact
    AGENT = "agent"


class Selection(Message):
    """Whom a message goes to: one of `contacts` and `itineraries`. Of trips, `whom`; each message
    is about its trip."""

    contacts: ContactFilter | None = None
    itineraries: ItineraryFilter | None = None
    whom: Whom = Whom.TRAVELLER


class MailingState(enum.Enum):
    """Where a message to many stands. The last two are for good."""

    PREPARING = "preparing"  # its list is frozen, and each message composed to see what is missing
    READY = "ready"  # it waits for somebody to confirm it
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class MailingRecipientState(enum.Enum):
    """What becomes of one recipient."""

    FROZEN = "frozen"  # nobody has looked yet
    READY = "ready"
    LEFT_OUT = "left_out"
    SENT = "sent"
    SCHEDULED = "scheduled"  # it waits for the end of his quiet hours


class Mailing(Message):
    """A message to many.

    `left_out` of its `total` recipients get none; `sent` have it, or will when their quiet hours
    end. `credits` is what the ready and sent ones cost. `job` prepares it, then sends it:
    `/jobs/inbox/{id}` says how far it is. `reason` says in a sentence what it waits for.
    """

    id: UUID
    label: str
    draft: Draft
    selection: Selection
    per_minute: int
    state: MailingState
    reason: str
    total: int
    ready: int
    left_out: int
    sent: int
    credits: int
    job: UUID
    author_id: UUID | None
    author_name: str
    created_at: dt.datetime
    version: int


class MailingPage(Message):
    """Messages to many, the newest first; `cursor` gives the older ones."""

    mailings: list[Mailing]
    cursor: str | None


class MailingRecipient(Message):
    """One recipient: with what he gets, or why he is left out."""

    number: int
    state: MailingRecipientState
    contact_id: UUID | None
    itinerary_id: UUID | None
    name: str
    address: str
    subject: str
    preview: str
    problems: list[Problem]
    units: int
    credits: int
    message_id: UUID | None


class MailingRecipientPage(Message):
    """Recipients in the order of the list."""

    recipients: list[MailingRecipient]
    cursor: str | None


class Mailings(Interface, Protocol):
    """Messages by hand to many."""

    @call(rights.SEND_MESSAGES, mutates=True)
    def prepare_mailing(
        self,
        *,
        draft: Draft,
        selection: Selection,
        label: Name,
        per_minute: PerMinute = 60,
        request_id: Name,
    ) -> Mailing:
        """Freeze a filtered list and see what each on it would get; nothing is sent.

        `draft` names no recipient, trip, service or moment. The same `request_id` again answers
        with what the first time made; with something else it is Conflict `inbox.request_reused`.
        """
        ...

    @call(rights.READ)
    def list_mailings(
        self,
        *,
        state: MailingState | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> MailingPage:
        """Messages to many, the newest first."""
        ...

    @call(rights.READ)
    def get_mailing(self, *, id: UUID) -> Mailing:
        """One of them. NotFound `inbox.mailing_not_found`."""
        ...

    @call(rights.READ)
    def mailing_recipients(
        self,
        *,
        id: UUID,
        state: MailingRecipientState | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> MailingRecipientPage:
        """Who gets what, and who is left out and why."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def confirm_mailing(self, *, id: UUID, version: int) -> Mailing:
        """Send it to all who are ready, at its rate; nobody gets it twice.

        Stale `inbox.mailing_changed`; Conflict `inbox.mailing_state` where it is not ready,
        `accounts.credits_missing` where it cannot be paid.
        """
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def pause_mailing(self, *, id: UUID) -> Mailing:
        """Send no more until it is resumed. Conflict `inbox.mailing_state`."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def resume_mailing(self, *, id: UUID) -> Mailing:
        """Go on with one that is paused. Conflict `inbox.mailing_state`."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def cancel_mailing(self, *, id: UUID) -> Mailing:
        """Send no more, for good; what was sent stays. Conflict `inbox.mailing_state`."""
        ...
