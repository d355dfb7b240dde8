"""Searching: each kind is one statement, which brings what is shown of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contracts.common import Channel
from contracts.contacts import ContactKind
from contracts.inbox import Direction, SearchHit, SearchKind, SearchPage
from contracts.itineraries import ItineraryState
from fairlead.store.search import Wanted, find, query_words

from . import hits, indexes
from .conversations import ConversationRow
from .messages import MessageRow, shown
from .people import ContactRow
from .trips import TripRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; None is any. `since` and before `until` is when it was."""

    q: str | None = None
    channel: Channel | None = None
    connection_id: UUID | None = None
    contact_id: UUID | None = None
    itinerary_id: UUID | None = None
    conversation_id: UUID | None = None
    direction: Direction | None = None
    archived: bool | None = None
    has_attachment: bool | None = None
    contact_kind: ContactKind | None = None
    tag: str | None = None
    language: str | None = None
    company_id: UUID | None = None
    state: ItineraryState | None = None
    listing_id: UUID | None = None
    sales_agent_id: UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def words(self) -> list[str]:
        """The words of the query."""
        return query_words(self.q or "")

    def given(self) -> dict[str, Any]:
        """The filters, by the names of the tags."""
        every = {
            indexes.CHANNEL: self.channel.value if self.channel else None,
            indexes.CONNECTION: self.connection_id,
            indexes.CONTACT: self.contact_id,
            indexes.TRIP: self.itinerary_id,
            indexes.CONVERSATION: self.conversation_id,
            indexes.DIRECTION: self.direction.value if self.direction else None,
            indexes.ARCHIVED: self.archived,
            indexes.FILE: self.has_attachment,
            indexes.KIND: self.contact_kind.value if self.contact_kind else None,
            indexes.TAG: self.tag,
            indexes.LANGUAGE: self.language,
            indexes.COMPANY: self.company_id,
            indexes.STATE: self.state.value if self.state else None,
            indexes.LISTING: self.listing_id,
            indexes.SALES_AGENT: self.sales_agent_id,
        }
        return {name: value for name, value in every.items() if value is not None}


View: TypeAlias = Callable[[Any, list[str]], SearchHit]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind is searched: by which column, with which filters, and shown how."""

    id: InstrumentedAttribute[UUID]
    filters: frozenset[str]
    view: View
    dates: Any = None  # where the index has another moment


_TALK = {indexes.CHANNEL, indexes.CONNECTION, indexes.CONTACT, indexes.TRIP, indexes.ARCHIVED}
_MESSAGE = _TALK | {indexes.CONVERSATION, indexes.DIRECTION, indexes.FILE}
_PERSON = {indexes.KIND, indexes.TAG, indexes.LANGUAGE, indexes.CHANNEL, indexes.COMPANY}
_TRIP = {
    *(indexes.STATE, indexes.TAG, indexes.LANGUAGE, indexes.CONTACT),
    *(indexes.LISTING, indexes.SALES_AGENT),
}
_KINDS = {
    SearchKind.MESSAGES: _Kind(MessageRow.id, frozenset(_MESSAGE), hits.message),
    SearchKind.CONVERSATIONS: _Kind(
        ConversationRow.id, frozenset(_TALK), hits.conversation, ConversationRow.last_at
    ),
    SearchKind.PEOPLE: _Kind(ContactRow.id, frozenset(_PERSON), hits.person),
    SearchKind.TRIPS: _Kind(TripRow.id, frozenset(_TRIP), hits.trip),
}


def unknown_filters(kind: SearchKind, wanted: Search) -> list[str]:
    """The filters that are given and that this kind has not."""
    return sorted(wanted.given().keys() - _KINDS[kind].filters)


def search(
    session: Session, kind: SearchKind, wanted: Search, *, cursor: str | None, limit: int
) -> SearchPage:
    """A page of what is found."""
    how = _KINDS[kind]
    index = how.id.class_.search_index
    given = wanted.given()
    where = list(_dated(how, wanted))
    if kind is SearchKind.MESSAGES and indexes.ARCHIVED in given:
        where.append(_is_archived(given.pop(indexes.ARCHIVED)))
    in_index = how.dates is None
    found = find(
        session,
        index,
        Wanted(
            words=wanted.words,
            tags=[index.tag(name, value) for name, value in given.items()],
            since=wanted.since if in_index else None,
            until=wanted.until if in_index else None,
        ),
        how.id,
        where=where,
        shown=_with_names if kind is SearchKind.MESSAGES else None,
        cursor=cursor,
        limit=limit,
    )
    return SearchPage(hits=[how.view(row, wanted.words) for row in found.items], cursor=found.next)


def in_conversation(
    session: Session, conversation_id: UUID, words: Sequence[str], cursor: str | None, limit: int
) -> tuple[list[MessageRow], str | None]:
    """The messages of a conversation that have these words, and the cursor of the next."""
    tag = indexes.MESSAGES.tag(indexes.CONVERSATION, conversation_id)
    found = find(
        session,
        indexes.MESSAGES,
        Wanted(words=words, tags=[tag]),
        MessageRow.id,
        shown=_with_names,
        cursor=cursor,
        limit=limit,
    )
    return found.items, found.next


def _with_names(statement: Select[Any]) -> Select[Any]:
    return statement.options(*shown())


def _dated(how: _Kind, wanted: Search) -> Iterator[ColumnElement[bool]]:
    """A conversation's place in the index may be a day old: its days are looked at in its row."""
    if how.dates is None:
        return
    if wanted.since is not None:
        yield how.dates >= wanted.since
    if wanted.until is not None:
        yield how.dates < wanted.until


def _is_archived(archived: bool) -> ColumnElement[bool]:
    return (
        select(ConversationRow.id)
        .where(
            ConversationRow.id == MessageRow.conversation_id, ConversationRow.archived == archived
        )
        .exists()
    )
