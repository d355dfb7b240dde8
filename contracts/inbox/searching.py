"""Searching messages, conversations, people and trips (missions C9, E4)."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Channel, Cursor, Language, Limit, Line, Tag
from ..contacts import ContactKind
from ..itineraries import ItineraryState
from .conversations import Conversation
from .messages import Direction, ItineraryLink

Mark = Annotated[list[int], Meta(min_length=2, max_length=2)]


class SearchKind(enum.Enum):
    """What is searched."""

    MESSAGES = "messages"
    CONVERSATIONS = "conversations"
    PEOPLE = "people"
    TRIPS = "trips"


class Excerpt(Message):
    """A part of a text in which the query's words stand, or its beginning.

    Each of `marks` is where a marked word begins and where it has ended, in Unicode code points of
    `text`. That is plain text: who shows it as HTML escapes it and marks it himself.
    """

    field: str
    text: str
    marks: list[Mark] = []


class FoundMessage(Message):
    """A message as a search shows it."""

    conversation_id: UUID
    channel: Channel
    connection_id: UUID | None
    direction: Direction
    author_name: str
    contact_id: UUID | None
    contact_name: str
    itinerary: ItineraryLink | None
    has_attachment: bool


class FoundPerson(Message):
    """A contact as a search shows it."""

    name: str
    company: str


class FoundTrip(Message):
    """A trip as a search shows it."""

    reference: str
    title: str
    state: ItineraryState
    start: dt.date
    end: dt.date


class SearchHit(Message):
    """Something that was found; of the four last fields the one that its kind says is given.

    `at` is when a message was sent, when the latest one of a conversation was, when a contact was
    made, when a trip begins.
    """

    id: UUID
    at: dt.datetime
    excerpts: list[Excerpt]
    message: FoundMessage | None = None
    conversation: Conversation | None = None
    person: FoundPerson | None = None
    trip: FoundTrip | None = None


class SearchPage(Message):
    """What was found: first where all words stand as asked for, then where some only begin so, then
    where some are mistyped, and in each of these the newest first.

    A page may have fewer hits than were asked for, or none, and still have a `cursor`: then the
    search has come to its bound, and goes on from there.
    """

    hits: list[SearchHit]
    cursor: str | None


class Searching(Interface, Protocol):
    """Searching messages, conversations, people and trips."""

    @call(rights.READ)
    def search(
        self,
        *,
        kind: SearchKind,
        q: Line | None = None,
        channel: Channel | None = None,
        connection_id: UUID | None = None,
        contact_id: UUID | None = None,
        itinerary_id: UUID | None = None,
        conversation_id: UUID | None = None,
        direction: Direction | None = None,
        archived: bool | None = None,
        has_attachment: bool | None = None,
        contact_kind: ContactKind | None = None,
        tag: Tag | None = None,
        language: Language | None = None,
        company_id: UUID | None = None,
        state: ItineraryState | None = None,
        listing_id: UUID | None = None,
        sales_agent_id: UUID | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> SearchPage:
        """What has all words of `q`, in any order, whatever their accents, and for what all filters
        hold. The last letters of a word may be missing, and one letter in four wrong: one of a word
        of four letters and more, two of eight and more. Numbers, references and addresses are found
        by their parts.

        Messages are searched in subject, own text and names of attachments; conversations in name,
        address, latest subject and references of their trips; people in names, companies and
        addresses; trips in references, titles and guests.

        People can be narrowed by `contact_kind`, `tag`, `language`, `company_id` and, as `channel`,
        the one that they prefer; trips by `state`, `tag`, `language`, `listing_id`,
        `sales_agent_id` and, as `contact_id`, a guest or the agent. `since` and `until` are days in
        the organisation's zone, both included. Invalid `inbox.search_empty` without any word or
        filter, and `inbox.search_filter` for a filter that this kind has not.
        """
        ...
