"""What the gateway has of one person, and the taking of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import WhatsAppQueued
from fairlead.erasing import ERASED_ADDRESS
from fairlead.store import new_id

from ..domain import addresses
from .group_tables import GroupOrderRow, MemberRow, ReceiptRow, SandboxGroupRow
from .tables import (
    AliasRow,
    AmendmentRow,
    AttendedRow,
    ChatRow,
    HandsetRow,
    IncomingRow,
    KnownRow,
    MediaRow,
    MessageRow,
    PaceRow,
    ParkedRow,
    PieceRow,
    SandboxChatRow,
    SandboxTypingRow,
)

AT_ONCE = 100


def keys(session: Session, known: Collection[str]) -> list[str]:
    """Her chats' keys: those of her addresses, and of those that are known to be hers too."""
    aliases = session.execute(
        sa.select(AliasRow.key, AliasRow.chat_key).where(
            sa.or_(AliasRow.key.in_(known), AliasRow.chat_key.in_(known))
        )
    )
    return sorted({*known, *(each for row in aliases for each in row)})


def messages(session: Session, keys: Collection[str], after: UUID | None) -> Sequence[MessageRow]:
    """Some messages to these chats, in the order of their ids."""
    query = sa.select(MessageRow).where(MessageRow.key.in_(keys))
    if after is not None:
        query = query.where(MessageRow.id > after)
    return session.scalars(query.order_by(MessageRow.id).limit(AT_ONCE)).all()


def forget(session: Session, keys: Collection[str], now: dt.datetime) -> int:
    """Let nothing be to or from these chats: how many messages there were and how they fared stays.
    What has not left does not leave any more. Returns how many things changed."""
    changed = 0
    theirs = sa.select(MessageRow).where(MessageRow.key.in_(keys), MessageRow.key != ERASED_ADDRESS)
    for row in session.scalars(theirs.with_for_update()):
        row.queued = _without_words(row.queued)
        row.key, row.reason, row.last_error = ERASED_ADDRESS, None, None
        row.owner, row.lease_until, row.done_at = None, None, row.done_at or now
        pieces = sa.update(PieceRow).where(PieceRow.delivery_id == row.id).values(reason=None)
        _run(session, pieces)
        changed += 1
    changed += _forget_in_groups(session, keys)
    session.flush()
    said = sa.select(KnownRow.provider_id).where(KnownRow.key.in_(keys))
    changed += _run(session, sa.delete(MediaRow).where(MediaRow.provider_id.in_(said)))
    for table, column in (
        (ChatRow, ChatRow.key),
        (AliasRow, AliasRow.key),
        (AttendedRow, AttendedRow.key),
        (PaceRow, PaceRow.key),
        (KnownRow, KnownRow.key),
        (HandsetRow, HandsetRow.key),
        (SandboxChatRow, SandboxChatRow.key),
        (SandboxTypingRow, SandboxTypingRow.key),
    ):
        changed += _run(session, sa.delete(table).where(column.in_(keys)))
    return changed


def _forget_in_groups(session: Session, keys: Collection[str]) -> int:
    """She was somebody in her groups, who is nobody now."""
    changed = 0
    for row in session.scalars(sa.select(SandboxGroupRow).with_for_update()):
        kept = [each for each in row.phones if each not in keys]
        changed += len(kept) != len(row.phones)
        row.phones = kept
    for order in session.scalars(sa.select(GroupOrderRow)):
        theirs = [each for each in order.addresses if addresses.key(each) not in keys]
        changed += len(theirs) != len(order.addresses)
        order.addresses = theirs
    rows = session.scalars(sa.select(ReceiptRow).where(ReceiptRow.key.in_(keys))).all()
    for receipt in rows:
        receipt.key = receipt.address = f"{ERASED_ADDRESS}:{new_id()}"
    for table, column in (
        (MemberRow, MemberRow.key),
        (ParkedRow, ParkedRow.participant),
        (SandboxChatRow, SandboxChatRow.author),
    ):
        changed += _run(session, sa.delete(table).where(column.in_(keys)))
    return changed + len(rows)


def forget_raw(
    session: Session, words: Collection[str], after: UUID | None
) -> tuple[int, UUID | None]:
    """Take away what networks brought and amendments, some rows after `after`, where one of these
    words stands in it; returns how many, and the place of the last row that was looked at."""
    changed, last = 0, after
    query = sa.select(IncomingRow).order_by(IncomingRow.id).limit(AT_ONCE)
    if after is not None:
        query = query.where(IncomingRow.id > after)
    # Meta escapes every letter beyond ASCII; we do not.
    spelled = {spelling for word in words if word for spelling in (word, json.dumps(word)[1:-1])}
    needles = [spelling.encode() for spelling in spelled]
    rows = session.scalars(query).all()
    for row in rows:
        last = row.id
        if row.body and any(needle in row.body for needle in needles):
            row.body, row.error, row.last_error = b"", None, None
            changed += 1
    return changed, last if len(rows) == AT_ONCE else None


def forget_amendments(session: Session, keys: Collection[str]) -> int:
    """Take away what we changed in her chats."""
    changed = 0
    for row in session.scalars(sa.select(AmendmentRow).where(AmendmentRow.done_at.is_not(None))):
        if row.queued.address in keys:
            session.delete(row)
            changed += 1
    return changed


def _without_words(queued: WhatsAppQueued) -> WhatsAppQueued:
    return msgspec.structs.replace(
        queued,
        address=ERASED_ADDRESS,
        text="",
        attachments=[],
        place=None,
        cards=[],
        template=None,
        quotes=None,
    )


def _run(session: Session, statement: Any) -> int:
    done: Any = session.execute(statement.execution_options(synchronize_session=False))
    count: int = done.rowcount
    return count
