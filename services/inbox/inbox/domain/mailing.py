"""Messages to many: what may be asked, and what each of its recipients gets (mission H5)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from uuid import UUID

from msgspec.structs import replace

from contracts.contacts import Contact
from contracts.inbox import Draft, MailingState, Recipient, Selection, Whom
from contracts.itineraries import Itinerary
from fairlead.errors import Conflict, Invalid

MOST_AT_ONCE = 25  # sent in one step: a pause is heard between two

_THEIRS = (
    "to", "cc", "bcc", "service_ids", "itinerary_id", "in_reply_to", "send_at", "saved_as",
    "seen_message_id", "undo",
)  # fmt: skip
_FROM = {
    MailingState.SENDING: frozenset({MailingState.READY, MailingState.PAUSED}),
    MailingState.PAUSED: frozenset({MailingState.SENDING}),
    MailingState.CANCELLED: frozenset(
        {
            MailingState.PREPARING,
            MailingState.READY,
            MailingState.SENDING,
            MailingState.PAUSED,
        }
    ),
}
ENDED = frozenset({MailingState.DONE, MailingState.CANCELLED})


def check(draft: Draft, selection: Selection) -> None:
    """Raise Invalid for what each recipient has of his own, and for a selection of nothing."""
    problems = {
        f"draft.{name}": "is each recipient's own here" for name in _THEIRS if getattr(draft, name)
    }
    if (selection.contacts is None) is (selection.itineraries is None):
        problems["selection"] = "say one of contacts and itineraries"
    if problems:
        raise Invalid.fields("inbox.mailing_invalid", problems)


def check_step(now: MailingState, to: MailingState) -> None:
    """Raise Conflict where one state does not follow on another."""
    if now not in _FROM[to]:
        raise Conflict("inbox.mailing_state", f"It is {now.value}, and cannot be {to.value} now")


def draft_for(
    draft: Draft, contact_id: UUID | None, itinerary_id: UUID | None, address: str | None
) -> Draft:
    """What one recipient gets; at `address`, once it is known."""
    to = Recipient(contact_id=contact_id, address=address or None)
    return replace(draft, to=[to], itinerary_id=itinerary_id)


def whom_of(trip: Itinerary, whom: Whom) -> UUID | None:
    """The contact who gets the message about a trip."""
    if whom is Whom.AGENT:
        return trip.details.agent_id
    return next(_travellers(trip), None)


def name_of(contact: Contact | None) -> str:
    """What a recipient is called in the list."""
    return contact.name if contact else ""


def at_once(per_minute: int) -> int:
    """How many are sent in one step: those of about a second."""
    return min(MOST_AT_ONCE, max(1, math.ceil(per_minute / 60)))


def _travellers(trip: Itinerary) -> Iterator[UUID]:
    guests = sorted(trip.details.guests, key=lambda guest: not guest.lead)
    return (guest.contact_id for guest in guests if guest.contact_id is not None)
