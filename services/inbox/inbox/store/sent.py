"""The list of what was sent."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.channels import DeliveryStatus
from contracts.common import Channel
from contracts.inbox import AuthorKind, Direction, SentMessage, SentMessagePage
from fairlead.store import Order, page

from . import contact_merges
from .links import ContactLinkRow, TripLinkRow
from .messages import MessageRow, shown

_NEWEST = Order(MessageRow.at.desc(), MessageRow.id.desc())


class Filters(msgspec.Struct, kw_only=True):
    """What is looked for; None leaves it open."""

    channel: Channel | None = None
    status: DeliveryStatus | None = None
    connection_id: UUID | None = None
    author_kind: AuthorKind | None = None
    author_id: UUID | None = None
    contact_id: UUID | None = None
    itinerary_id: UUID | None = None
    sent_from: dt.datetime | None = None
    sent_before: dt.datetime | None = None


_SAME = ("channel", "status", "connection_id", "author_kind", "author_id")


def listed(
    session: Session, filters: Filters, *, cursor: str | None, limit: int
) -> SentMessagePage:
    """A page of what was sent, the newest first."""
    wanted = select(MessageRow).where(
        MessageRow.direction == Direction.OUT, MessageRow.imported.is_(False)
    )
    for name in _SAME:
        value = getattr(filters, name)
        if value is not None:
            wanted = wanted.where(getattr(MessageRow, name) == value)
    if filters.contact_id is not None:
        together = contact_merges.parts(session, [filters.contact_id])
        theirs = select(ContactLinkRow.message_id).where(ContactLinkRow.contact_id.in_(together))
        wanted = wanted.where(MessageRow.id.in_(theirs))
    if filters.itinerary_id is not None:
        about = select(TripLinkRow.message_id).where(
            TripLinkRow.itinerary_id == filters.itinerary_id
        )
        wanted = wanted.where(MessageRow.id.in_(about))
    if filters.sent_from is not None:
        wanted = wanted.where(MessageRow.at >= filters.sent_from)
    if filters.sent_before is not None:
        wanted = wanted.where(MessageRow.at < filters.sent_before)
    found = page(session, wanted.options(*shown()), _NEWEST, cursor=cursor, limit=limit)
    return SentMessagePage(sent=[_sent(row) for row in found.items], cursor=found.next)


def _sent(row: MessageRow) -> SentMessage:
    return SentMessage(
        id=row.id,
        at=row.at,
        channel=row.channel,
        kind=row.kind,
        connection_id=row.connection_id,
        author_kind=row.author_kind,
        author_id=row.author_id,
        author_name=row.author_name,
        contact_id=row.contact_id,
        contact_name=row.contact.name if row.contact else "",
        to=[each.mailbox.address for each in row.deliveries],
        itinerary_id=row.itinerary_id,
        reference=row.trip.reference if row.trip else "",
        subject=row.subject,
        preview=row.gist,
        status=row.status,
        reason=next((each.reason for each in row.deliveries if each.reason), ""),
    )
