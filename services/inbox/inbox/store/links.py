"""Whom and what a message belongs to, and the timelines that this makes (missions A5, A6, B3).

Two tables, one for trips and one for contacts, hold a row for each message in the order of time: a
timeline reads the newest rows of an index and the messages with them, however many there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, and_, delete, select
from sqlalchemy.orm import Mapped, Session, foreign, joinedload, mapped_column, relationship

from contracts.common import Channel
from contracts.contacts import ContactKind
from contracts.inbox import LinkOrigin, MessagePage
from fairlead.store import Order, Scoped, insert_many, page, word

from . import people
from .messages import MessageRow, links_of, shown, view_of
from .schema import Base
from .trips import TripRow


class TripLinkRow(Scoped, Base):
    """A message of a trip, with what a trip's timeline filters by."""

    __tablename__ = "message_itineraries"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "message_id", "itinerary_id"),
        Index(
            "ix_message_itineraries_newest", "organisation_id", "itinerary_id", "at", "message_id"
        ),
        Index(
            "ix_message_itineraries_conversation",
            "organisation_id",
            "conversation_id",
            "itinerary_id",
        ),
    )

    itinerary_id: Mapped[UUID]
    message_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    channel: Mapped[Channel] = mapped_column(word(Channel))
    origin: Mapped[LinkOrigin] = mapped_column(word(LinkOrigin))
    at: Mapped[dt.datetime]

    message: Mapped[MessageRow] = relationship(
        viewonly=True,
        lazy="raise",
        primaryjoin=lambda: and_(
            foreign(TripLinkRow.organisation_id) == MessageRow.organisation_id,
            foreign(TripLinkRow.message_id) == MessageRow.id,
        ),
    )
    trip: Mapped[TripRow | None] = relationship(
        viewonly=True,
        lazy="raise",
        primaryjoin=lambda: and_(
            foreign(TripLinkRow.organisation_id) == TripRow.organisation_id,
            foreign(TripLinkRow.itinerary_id) == TripRow.id,
        ),
    )


class ContactLinkRow(Scoped, Base):
    """A message with a contact: who wrote it, or who got it, copies included."""

    __tablename__ = "message_contacts"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "contact_id", "message_id"),
        Index("ix_message_contacts_newest", "organisation_id", "contact_id", "at", "message_id"),
    )

    contact_id: Mapped[UUID]
    message_id: Mapped[UUID]
    channel: Mapped[Channel] = mapped_column(word(Channel))
    at: Mapped[dt.datetime]

    message: Mapped[MessageRow] = relationship(
        viewonly=True,
        lazy="raise",
        primaryjoin=lambda: and_(
            foreign(ContactLinkRow.organisation_id) == MessageRow.organisation_id,
            foreign(ContactLinkRow.message_id) == MessageRow.id,
        ),
    )


_TRIPS_NEWEST = Order(TripLinkRow.at.desc(), TripLinkRow.message_id.desc())
_CONTACTS_NEWEST = Order(ContactLinkRow.at.desc(), ContactLinkRow.message_id.desc())


def record(session: Session, message: MessageRow) -> None:
    """Note whom and what a new message belongs to."""
    _record_trips(session, message)
    rows = [
        {"contact_id": each, "message_id": message.id, "channel": message.channel, "at": message.at}
        for each in _contacts(message)
    ]
    if rows:
        insert_many(session, ContactLinkRow, rows)


def replace_trips(session: Session, message: MessageRow, links: Mapping[UUID, LinkOrigin]) -> None:
    """Let a message belong to these trips and no others."""
    session.execute(
        delete(TripLinkRow)
        .where(TripLinkRow.message_id == message.id)
        .execution_options(synchronize_session=False)
    )
    message.links = links_of(links)
    message.itinerary_id = next(iter(links), None)
    _record_trips(session, message)


def set_contacts(session: Session, rows: Collection[MessageRow]) -> None:
    """Let these messages be on the timelines of the contacts whom they name, and on no others."""
    wanted = {(each, row.id): row for row in rows for each in _contacts(row)}
    query = select(ContactLinkRow.contact_id, ContactLinkRow.message_id).where(
        ContactLinkRow.message_id.in_([row.id for row in rows])
    )
    present = {(contact_id, id) for contact_id, id in session.execute(query)}
    gone: dict[UUID, list[UUID]] = {}
    for contact_id, id in present - wanted.keys():
        gone.setdefault(contact_id, []).append(id)
    for contact_id, ids in gone.items():
        session.execute(
            delete(ContactLinkRow)
            .where(ContactLinkRow.contact_id == contact_id, ContactLinkRow.message_id.in_(ids))
            .execution_options(synchronize_session=False)
        )
    new = [
        {"contact_id": contact_id, "message_id": id, "channel": row.channel, "at": row.at}
        for (contact_id, id), row in wanted.items()
        if (contact_id, id) not in present
    ]
    if new:
        insert_many(session, ContactLinkRow, new)


def trips_of(session: Session, ids: Collection[UUID]) -> list[UUID]:
    """The trips that these messages belong to."""
    wanted = select(TripLinkRow.itinerary_id).where(TripLinkRow.message_id.in_(ids))
    return list(session.scalars(wanted.distinct()))


def joins(session: Session, conversation_id: UUID, itinerary_id: UUID) -> bool:
    """Whether a message of the conversation belongs to the trip."""
    found = select(TripLinkRow.message_id).where(
        TripLinkRow.conversation_id == conversation_id, TripLinkRow.itinerary_id == itinerary_id
    )
    return session.scalars(found.limit(1)).first() is not None


def of_itinerary(
    session: Session,
    itinerary_id: UUID,
    *,
    contact_id: UUID | None,
    contact_kind: ContactKind | None,
    channel: Channel | None,
    cursor: str | None,
    limit: int,
) -> MessagePage:
    """A page of a trip's messages, the newest first."""
    statement = (
        select(TripLinkRow)
        .where(TripLinkRow.itinerary_id == itinerary_id)
        .options(
            joinedload(TripLinkRow.message, innerjoin=True).options(*shown()),
            joinedload(TripLinkRow.trip).load_only(TripRow.reference, TripRow.title),
        )
    )
    if channel is not None:
        statement = statement.where(TripLinkRow.channel == channel)
    if contact_id is not None:
        # No EXISTS: planners make a join of it and read all messages of a contact who has many.
        # A scalar is looked up for each message of the trip, and there are fewer of these.
        his = select(ContactLinkRow.message_id).where(
            ContactLinkRow.contact_id == contact_id,
            ContactLinkRow.message_id == TripLinkRow.message_id,
        )
        statement = statement.where(TripLinkRow.message_id == his.scalar_subquery())
    if contact_kind is not None:
        theirs = select(ContactLinkRow.message_id).where(
            ContactLinkRow.contact_id.in_(_of_kind(session, itinerary_id, contact_kind)),
            ContactLinkRow.message_id == TripLinkRow.message_id,
        )
        statement = statement.where(TripLinkRow.message_id == theirs.limit(1).scalar_subquery())
    found = page(session, statement, _TRIPS_NEWEST, cursor=cursor, limit=limit)
    shown_here = [view_of(link.message, trip=link.trip) for link in found.items]
    return MessagePage(messages=shown_here, cursor=found.next)


def _of_kind(session: Session, itinerary_id: UUID, kind: ContactKind) -> list[UUID]:
    """Those of this kind whom a trip's messages name: some tens of people at most."""
    named = (
        select(ContactLinkRow.contact_id)
        .join(TripLinkRow, TripLinkRow.message_id == ContactLinkRow.message_id)
        .where(TripLinkRow.itinerary_id == itinerary_id)
        .distinct()
    )
    known = people.by_id(session, list(session.scalars(named)))
    return [each.id for each in known.values() if each.kind is kind]


def of_contact(
    session: Session,
    contact_id: UUID,
    *,
    channel: Channel | None,
    cursor: str | None,
    limit: int,
) -> MessagePage:
    """A page of a contact's messages over all trips, the newest first."""
    statement = (
        select(ContactLinkRow)
        .where(ContactLinkRow.contact_id == contact_id)
        .options(joinedload(ContactLinkRow.message, innerjoin=True).options(*shown()))
    )
    if channel is not None:
        statement = statement.where(ContactLinkRow.channel == channel)
    found = page(session, statement, _CONTACTS_NEWEST, cursor=cursor, limit=limit)
    return MessagePage(messages=[view_of(link.message) for link in found.items], cursor=found.next)


def _contacts(message: MessageRow) -> set[UUID]:
    named = {party.contact_id for party in message.parties} | {message.contact_id}
    return {each for each in named if each is not None}


def _record_trips(session: Session, message: MessageRow) -> None:
    rows = [
        {
            "itinerary_id": link.itinerary_id,
            "message_id": message.id,
            "conversation_id": message.conversation_id,
            "channel": message.channel,
            "origin": link.origin,
            "at": message.at,
        }
        for link in message.links
    ]
    if rows:
        insert_many(session, TripLinkRow, rows)
