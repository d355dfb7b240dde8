"""Conversations that a transaction holds until it ends: found, met for the first time, or expected.

Whoever changes one holds it first, so that what follows from messages is made from all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contracts.common import Channel
from contracts.inbox import ConversationKind, ConversationState, Direction
from fairlead.errors import Conflict, Stale
from fairlead.store import insert_into, new_id

from ..domain.conversations import key as key_of
from . import people
from .conversations import ConversationRow, is_taken, not_found
from .people import searchable

_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def of(
    session: Session,
    channel: Channel,
    connection_id: UUID | None,
    contact_id: UUID | None,
    address: str,
) -> ConversationRow:
    """The conversation of a contact, or of an address that is no contact's, on a connection.

    Made where there is none; held until the transaction ends.
    """
    key = key_of(channel, connection_id, contact_id, address)
    if (known := _standing(session, key)) is not None:
        return known
    name, searched = people.card(session, contact_id) or (address, "")
    session.execute(
        insert_into(session, ConversationRow)
        .values(
            id=new_id(),
            version=1,
            key=key,
            channel=channel,
            connection_id=connection_id,
            contact_id=contact_id,
            contact_name=name,
            contact_searched=searched,
            address=address,
            subject="",
            preview="",
            searched="",
            last_direction=Direction.IN,
            last_at=_NEVER,
            unread=0,
            archived=False,
            itinerary_ids=[],
            state=ConversationState.ANSWERED,
            labelled=",",
        )
        .on_conflict_do_nothing(
            index_elements=[ConversationRow.organisation_id, ConversationRow.key]
        )
    )
    return _unmerged(session, key)


def find(
    session: Session,
    channel: Channel,
    connection_id: UUID | None,
    contact_id: UUID | None,
    address: str,
) -> ConversationRow | None:
    """The same where there is one, held as well."""
    key = key_of(channel, connection_id, contact_id, address)
    known = _standing(session, key)
    return known or (_unmerged(session, key) if is_taken(session, key) else None)


def of_group(
    session: Session,
    channel: Channel,
    connection_id: UUID | None,
    address: str,
    subject: str,
    group_id: UUID | None,
) -> ConversationRow:
    """The conversation of a group, which is called by its subject; held."""
    row = of(session, channel, connection_id, None, address)
    row.kind, row.group_id = ConversationKind.GROUP, group_id or row.group_id
    if subject and row.contact_name != subject[:320]:
        row.contact_name, row.contact_searched = subject[:320], searchable(subject)
    return row


def locked(session: Session, id: UUID) -> ConversationRow:
    """A conversation, held until the transaction ends; raises NotFound, and Conflict for one that
    was merged into another."""
    wanted = select(ConversationRow).where(ConversationRow.id == id)
    row = session.scalars(_held(wanted)).first()
    if row is None:
        raise not_found()
    if row.merged_into is not None:
        raise Conflict(
            "inbox.conversation_merged",
            "The conversation was merged into another one",
            into_id=str(row.merged_into),
        )
    return row


def expected(session: Session, id: UUID, version: int) -> ConversationRow:
    """A conversation that is as the caller has seen it, held; raises NotFound and Stale."""
    row = locked(session, id)
    if row.version != version:
        raise Stale("inbox.conversation_changed", "The conversation was changed meanwhile")
    return row


def locked_all(session: Session, ids: Collection[UUID]) -> Sequence[ConversationRow]:
    """Those of these conversations that there are, held in the order in which all hold several."""
    wanted = select(ConversationRow).where(
        ConversationRow.id.in_(ids), ConversationRow.merged_into.is_(None)
    )
    order = (ConversationRow.contact_id, ConversationRow.id)
    return session.scalars(_held(wanted.order_by(*order))).all()


def _standing(session: Session, key: str) -> ConversationRow | None:
    """The conversation with this key, held, if there is one that was not merged: mostly so."""
    wanted = select(ConversationRow).where(
        ConversationRow.key == key, ConversationRow.merged_into.is_(None)
    )
    return session.scalars(_held(wanted)).first()


def _unmerged(session: Session, key: str) -> ConversationRow:
    """The conversation with this key, or the one that it was merged into, held.

    Only the last one is held: who takes a merge back holds both, in an order of its own.
    """
    found = session.execute(
        select(ConversationRow.id, ConversationRow.merged_into).where(ConversationRow.key == key)
    ).one()
    id = found.merged_into or found.id
    while True:
        row = session.scalars(_held(select(ConversationRow).where(ConversationRow.id == id))).one()
        if row.merged_into is None:
            return row
        id = row.merged_into


def _held(wanted: Select[ConversationRow]) -> Select[ConversationRow]:
    """The same rows, held until the transaction ends and as they are once they are held."""
    return wanted.with_for_update(of=ConversationRow).execution_options(populate_existing=True)
