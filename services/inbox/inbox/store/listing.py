"""The list of conversations with all its filters, one statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    not_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, with_expression

from contracts.common import Channel
from contracts.inbox import (
    Conversation,
    ConversationCounts,
    ConversationKind,
    ConversationPage,
    ConversationState,
)
from contracts.inbox.reading import COUNTED
from fairlead.store import Order, page
from fairlead.store.search import Wanted, find, query_words

from . import indexes, trips
from .conversations import ConversationRow, not_found, view_of
from .labels import LabelledRow
from .links import TripLinkRow
from .unread import UnreadRow

_Word = TypeVar("_Word", ConversationKind, ConversationState)

LATEST = Order(ConversationRow.last_at.desc(), ConversationRow.id.desc())

_UNREAD = with_expression(ConversationRow.unread_mine, func.coalesce(UnreadRow.count, 0))
NOBODY = UUID(int=0)  # whose conversations there are none; None would be compared as IS NULL


@dataclass(frozen=True, slots=True)
class Filters:
    """Which conversations a list shows to a `reader`; None is any."""

    channel: Channel | None = None
    connection_id: UUID | None = None
    contact_id: UUID | None = None
    itinerary_id: UUID | None = None
    kind: ConversationKind | None = None
    archived: bool = False
    unread: bool | None = None
    unread_mine: bool | None = None
    reader: UUID | None = None
    state: ConversationState | None = None
    assignee_id: UUID | None = None
    assigned: bool | None = None
    label_id: UUID | None = None
    put_off: bool | None = None
    q: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def listed(
    session: Session, filters: Filters, *, cursor: str | None = None, limit: int = 50
) -> ConversationPage:
    """A page of conversations, the latest first; with `q` what is found, the best first."""
    if words := query_words(filters.q or ""):
        return _found(session, filters, words, cursor=cursor, limit=limit)
    statement = _narrowed(_seen_by(filters.reader), filters)
    if filters.unread_mine is not None and filters.reader is not None:
        has = UnreadRow.user_id.is_not(None)
        statement = statement.where(has if filters.unread_mine else not_(has))
    found = page(session, statement, LATEST, cursor=cursor, limit=limit)
    return ConversationPage(conversations=_views(session, found.items), cursor=found.next)


def shown(session: Session, id: UUID, reader: UUID | None) -> Conversation:
    """A conversation as a user sees it; raises NotFound."""
    row = session.scalars(_seen_by(reader).where(ConversationRow.id == id)).first()
    if row is None:
        raise not_found()
    (view,) = _views(session, [row])
    return view


def counts(session: Session, reader: UUID | None) -> ConversationCounts:
    """How many conversations there are of each kind, in one statement."""
    attentive = _is(ConversationRow.state, ConversationState.ATTENTIVE)
    reader = reader or NOBODY
    mine = ConversationRow.assignee_id == reader
    unread_mine = select(ConversationRow.id).join(
        UnreadRow, UnreadRow.conversation_id == ConversationRow.id
    )
    counted = {
        "unread": _some(
            select(ConversationRow.id).where(ConversationRow.unread > literal_column("0"))
        ),
        "unread_mine": _some(unread_mine.where(UnreadRow.user_id == reader)),
        "attentive": _some(select(ConversationRow.id).where(attentive)),
        "attentive_mine": _some(select(ConversationRow.id).where(attentive, mine)),
        "attentive_unassigned": _some(
            select(ConversationRow.id).where(attentive, ConversationRow.assignee_id.is_(None))
        ),
        "mine": _some(select(ConversationRow.id).where(mine)),
        "put_off": _some(select(ConversationRow.id), put_off=True),
    }
    found = session.execute(select(*(each.label(name) for name, each in counted.items()))).one()
    return ConversationCounts(**found._mapping)


def _some(wanted: Select[Any], *, put_off: bool = False) -> ScalarSelect[int]:
    waiting = ConversationRow.put_off_until.is_not(None)
    here = wanted.where(
        ConversationRow.archived.is_(False),
        ConversationRow.merged_into.is_(None),
        waiting if put_off else not_(waiting),
    )
    counted = here.limit(COUNTED).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()


def _seen_by(reader: UUID | None) -> Select[ConversationRow]:
    if reader is None:
        return select(ConversationRow)
    his = and_(UnreadRow.conversation_id == ConversationRow.id, UnreadRow.user_id == reader)
    return (
        select(ConversationRow)
        .outerjoin(UnreadRow, his)
        .options(_UNREAD)
        .execution_options(populate_existing=True)
    )


def _views(session: Session, rows: Sequence[ConversationRow]) -> list[Conversation]:
    """The rows as they are shown, with what the first trip of each is called. That is looked up by
    the keys: joined, every trip was read for the few rows of a page."""
    first = {row.id: row.itinerary_ids[0] for row in rows if row.itinerary_ids}
    called = trips.called(session, set(first.values()))
    return [
        msgspec.structs.replace(view_of(row), trip_reference=called.get(first.get(row.id)))
        for row in rows
    ]


def _is(column: InstrumentedAttribute[_Word], word: _Word) -> ColumnElement[bool]:
    """The word written out, because SQLite takes a partial index for no parameter."""
    return column == literal(word, column.type, literal_execute=True)


def _narrowed(statement: Select[ConversationRow], filters: Filters) -> Select[ConversationRow]:
    statement = statement.where(ConversationRow.archived == filters.archived)
    if filters.channel is not None:
        statement = statement.where(ConversationRow.channel == filters.channel)
    if filters.connection_id is not None:
        statement = statement.where(ConversationRow.connection_id == filters.connection_id)
    if filters.contact_id is not None:
        statement = statement.where(ConversationRow.contact_id == filters.contact_id)
    if filters.itinerary_id is not None:
        on_trip = select(TripLinkRow.conversation_id).where(
            TripLinkRow.itinerary_id == filters.itinerary_id
        )
        statement = statement.where(ConversationRow.id.in_(on_trip))
    return statement.where(ConversationRow.merged_into.is_(None), *_in_its_row(filters))


def _found(
    session: Session, filters: Filters, words: Sequence[str], *, cursor: str | None, limit: int
) -> ConversationPage:
    given = {
        indexes.CHANNEL: filters.channel.value if filters.channel else None,
        indexes.CONNECTION: filters.connection_id,
        indexes.CONTACT: filters.contact_id,
        indexes.TRIP: filters.itinerary_id,
        indexes.ARCHIVED: filters.archived,
    }
    tag = indexes.CONVERSATIONS.tag
    where = list(_in_its_row(filters))
    if filters.unread_mine is not None and filters.reader is not None:
        has = select(UnreadRow.count).where(_of_reader()).exists()
        where.append(has if filters.unread_mine else not_(has))
    found = find(
        session,
        indexes.CONVERSATIONS,
        Wanted(words, [tag(name, value) for name, value in given.items() if value is not None]),
        ConversationRow.id,
        where=where,
        shown=None if filters.reader is None else _with_unread,
        values={"reader": filters.reader},
        cursor=cursor,
        limit=limit,
    )
    return ConversationPage(conversations=_views(session, found.items), cursor=found.next)


def _of_reader() -> ColumnElement[bool]:
    """What `reader` has not seen of a conversation."""
    reader = bindparam("reader", type_=UnreadRow.user_id.type)
    return and_(UnreadRow.conversation_id == ConversationRow.id, UnreadRow.user_id == reader)


def _with_unread(statement: Select[Any]) -> Select[Any]:
    return statement.outerjoin(UnreadRow, _of_reader()).options(_UNREAD)


def _in_its_row(filters: Filters) -> Iterator[ColumnElement[bool]]:
    """The filters that the words index does not know."""
    if filters.put_off is not None or not filters.q:
        waiting = ConversationRow.put_off_until.is_not(None)
        yield waiting if filters.put_off else not_(waiting)
    if filters.kind is not None:
        yield _is(ConversationRow.kind, filters.kind)
    if filters.unread is not None:
        yield ConversationRow.unread > 0 if filters.unread else ConversationRow.unread == 0
    if filters.state is not None:
        yield _is(ConversationRow.state, filters.state)
    if filters.assignee_id is not None:
        yield ConversationRow.assignee_id == filters.assignee_id
    if filters.label_id is not None:
        having = select(LabelledRow.conversation_id).where(LabelledRow.label_id == filters.label_id)
        yield ConversationRow.id.in_(having)
    if filters.assigned is not None:
        nobody = ConversationRow.assignee_id.is_(None)
        yield not_(nobody) if filters.assigned else nobody
    if filters.since is not None:
        yield ConversationRow.last_at >= filters.since
    if filters.until is not None:
        yield ConversationRow.last_at < filters.until
