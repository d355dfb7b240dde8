"""What a person asks of the inbox, drawn by chance: each screen is one function of its store."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from contracts.common import Channel
from contracts.contacts import Scheme
from fairlead.store import Database, Order
from inbox.store import links, listing, messages, people
from inbox.store.conversations import ConversationRow
from inbox.store.links import TripLinkRow
from inbox.store.listing import LATEST, Filters
from inbox.store.messages import MessageRow
from inbox.store.trips import TripRow

from ..answers import Ask
from .rows import CONNECTION, CONNECTIONS, ORGANISATION, RARE
from .world import numbered

PLACES = 500
# The order of timelines, for cursors that nobody has paged to.
NEWEST = Order(TripLinkRow.at.desc(), TripLinkRow.message_id.desc())


@dataclass(frozen=True)
class Places:
    """Where somebody may be in one database: conversations, and messages of trips.

    Both are drawn from messages, so what much is written in is asked for as often.
    """

    conversations: Sequence[ConversationRow]
    trips: Sequence[TripLinkRow]
    texts: Sequence[str]
    titles: Sequence[tuple[str, str]]  # references and titles of trips
    phones: Sequence[str]


def places(database: Database) -> Places:
    """Some places, the same for the same database."""
    with database.reading(ORGANISATION) as session:
        drawn = sa.func.md5(sa.cast(TripLinkRow.message_id, sa.Text))
        # The last characters of the ids are chance already; hashed, they are no order of time.
        trips = session.scalars(sa.select(TripLinkRow).order_by(drawn).limit(PLACES)).all()
        ids = {link.conversation_id for link in trips}
        found = session.scalars(sa.select(ConversationRow).where(ConversationRow.id.in_(ids))).all()
        contacts = {each.contact_id for each in found if each.contact_id is not None}
        return Places(
            found,
            trips,
            session.scalars(
                sa.select(MessageRow.text).where(MessageRow.id.in_(x.message_id for x in trips))
            ).all(),
            [
                (row.reference, row.title)
                for row in session.execute(
                    sa.select(TripRow.reference, TripRow.title).where(
                        TripRow.id.in_({x.itinerary_id for x in trips})
                    )
                )
            ],
            [
                each.value
                for known in people.by_id(session, contacts).values()
                for each in known.identities
                if each.scheme is Scheme.PHONE
            ],
        )


def inbox_list(where: Places, chance: random.Random) -> Ask:
    """The list: mostly its first page, further down, or by what a person narrows it to."""
    narrowed: dict[str, Any] = {}
    cursor = None
    place = chance.choice(where.conversations)
    drawn = chance.random()
    if drawn < 0.2:
        narrowed["archived"] = place.archived
        cursor = LATEST.encode("next", (place.last_at, place.id))
    elif drawn < 0.3:
        narrowed["unread"] = True
    elif drawn < 0.4:
        narrowed["connection_id"] = numbered(CONNECTION, chance.randrange(CONNECTIONS))
    elif drawn < 0.5:
        narrowed["archived"] = True
    elif drawn < 0.6:
        narrowed["itinerary_id"] = chance.choice(where.trips).itinerary_id
    elif drawn < 0.7:
        narrowed["contact_id"] = place.contact_id
    elif drawn < 0.8:
        narrowed["channel"] = Channel(RARE)
    return lambda session: listing.listed(session, Filters(**narrowed), cursor=cursor)


def trip_timeline(where: Places, chance: random.Random) -> Ask:
    """A trip's timeline: mostly its newest page, or the one after any of its messages."""
    link = chance.choice(where.trips)
    cursor = None
    if chance.random() < 0.2:
        cursor = NEWEST.encode("next", (link.at, link.message_id))
    return lambda session: links.of_itinerary(
        session,
        link.itinerary_id,
        contact_id=None,
        contact_kind=None,
        channel=None,
        cursor=cursor,
        limit=50,
    )


def contact_timeline(where: Places, chance: random.Random) -> Ask:
    """A contact's timeline."""
    id = chance.choice(where.conversations).contact_id
    assert id is not None  # all conversations of this world are with somebody known
    return lambda session: links.of_contact(session, id, channel=None, cursor=None, limit=50)


def conversation(where: Places, chance: random.Random) -> Ask:
    """A conversation's messages."""
    id: UUID = chance.choice(where.conversations).id
    return lambda session: messages.of_conversation(session, id, cursor=None, limit=50)
