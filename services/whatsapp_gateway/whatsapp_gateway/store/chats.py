"""Chats of our numbers: when the other side wrote last, whom we wrote to first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.store import insert_into

from ..domain import addresses
from . import outgoing, receipts
from .tables import AliasRow, ChatRow


def key_of(session: Session, connection_id: UUID, address: str) -> str:
    """The key of the chat that an address belongs to."""
    key = addresses.key(address)
    found = session.scalar(
        sa.select(AliasRow.chat_key).where(
            AliasRow.connection_id == connection_id, AliasRow.key == key
        )
    )
    return found or key


def get(session: Session, connection_id: UUID, key: str) -> ChatRow | None:
    """A chat, if anything was ever said in it."""
    return session.scalar(
        sa.select(ChatRow).where(ChatRow.connection_id == connection_id, ChatRow.key == key)
    )


def locked(session: Session, connection_id: UUID, address: str) -> ChatRow:
    """The chat with an address, made where there is none; held until the transaction ends."""
    key = key_of(session, connection_id, address)
    session.execute(
        insert_into(session, ChatRow)
        .values(connection_id=connection_id, key=key, address=address)
        .on_conflict_do_nothing()
    )
    return session.scalars(
        sa.select(ChatRow)
        .where(ChatRow.connection_id == connection_id, ChatRow.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def join(session: Session, connection_id: UUID, known: Sequence[str]) -> bool:
    """Let these addresses be one chat's; returns whether that is new.

    A number counts as the chat's own before a hidden id, which may be all that is known at first.
    """
    keys = list(dict.fromkeys(addresses.key(each) for each in known))
    if len(keys) < 2:
        return False
    chats = {key_of(session, connection_id, key) for key in keys} | set(keys)
    own = next((key for key in keys if key.isdigit()), keys[0])
    own = key_of(session, connection_id, own)
    news = False
    for key in sorted(chats - {own}):
        insert = insert_into(session, AliasRow).values(
            connection_id=connection_id, key=key, chat_key=own
        )
        made = session.execute(
            insert.on_conflict_do_update(
                index_elements=[AliasRow.organisation_id, AliasRow.connection_id, AliasRow.key],
                set_={"chat_key": own},
                where=AliasRow.chat_key != own,
            ).returning(AliasRow.key)
        ).first()
        if made is not None:
            news = True
            _move(session, connection_id, key, own)
    return news


def cold_since(session: Session, connection_id: UUID, since: dt.datetime) -> int:
    """How many we wrote to first since a moment."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(ChatRow)
            .where(ChatRow.connection_id == connection_id, ChatRow.first_out_at >= since)
        )
        or 0
    )


def _move(session: Session, connection_id: UUID, key: str, own: str) -> None:
    """What is known of the chat `key` is known of `own` now."""
    session.execute(
        sa.update(AliasRow)
        .where(AliasRow.connection_id == connection_id, AliasRow.chat_key == key)
        .values(chat_key=own)
        .execution_options(synchronize_session=False)
    )
    outgoing.rekey(session, connection_id, key, own)
    receipts.rekey(session, connection_id, key, own)
    gone = get(session, connection_id, key)
    if gone is None:
        return
    chat = locked(session, connection_id, own)
    if gone.last_in_at and (chat.last_in_at is None or chat.last_in_at < gone.last_in_at):
        chat.last_in_at, chat.last_in_id = gone.last_in_at, gone.last_in_id
    if gone.first_out_at and (chat.first_out_at is None or chat.first_out_at > gone.first_out_at):
        chat.first_out_at = gone.first_out_at
    session.delete(gone)
