"""What the gateway has of one person, and the taking of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.erasing import ERASED_ADDRESS

from ..domain.automatic import Kind
from .tables import (
    ClickRow,
    DispatchRow,
    IncomingRow,
    LetterRow,
    SandboxMailboxRow,
    SandboxMailRow,
    UnsubscribeRow,
)

AT_ONCE = 100
# What the inbox was told of; it says which of these are hers.
_MESSAGES = [Kind.REPLY.value, Kind.NORMAL.value, Kind.BULK.value, Kind.AUTO_REPLY.value]


def dispatches(
    session: Session, addresses: Collection[str], after: UUID | None
) -> Sequence[DispatchRow]:
    """Some copies of messages to these addresses, in the order of their ids."""
    query = sa.select(DispatchRow).where(sa.func.lower(DispatchRow.address).in_(addresses))
    if after is not None:
        query = query.where(DispatchRow.id > after)
    return session.scalars(query.order_by(DispatchRow.id).limit(AT_ONCE)).all()


def clicks(session: Session, dispatch_ids: Collection[UUID]) -> Sequence[ClickRow]:
    """All clicks on these copies."""
    query = sa.select(ClickRow).where(ClickRow.dispatch_id.in_(dispatch_ids))
    return session.scalars(query.order_by(ClickRow.at)).all()


def forget_dispatches(session: Session, rows: Sequence[DispatchRow], now: dt.datetime) -> None:
    """Let these copies be nobody's; what has not left does not leave any more."""
    ids = [row.id for row in rows]
    ended = sa.func.coalesce(DispatchRow.done_at, sa.literal(now, DispatchRow.done_at.type))
    _run(session, sa.delete(ClickRow).where(ClickRow.dispatch_id.in_(ids)))
    _run(
        session,
        sa.update(DispatchRow)
        .where(DispatchRow.id.in_(ids))
        .values(
            address=ERASED_ADDRESS,
            answer=None,
            reason=None,
            last_error=None,
            links=[],
            owner=None,
            lease_until=None,
            done_at=ended,
        ),
    )


def drop_letters(session: Session, message_ids: Collection[UUID]) -> int:
    """Remove the words of these messages, as far as they have left."""
    waiting = sa.select(DispatchRow.message_id).where(
        DispatchRow.message_id.in_(message_ids), DispatchRow.done_at.is_(None)
    )
    return _run(
        session,
        sa.delete(LetterRow).where(
            LetterRow.message_id.in_(message_ids), LetterRow.message_id.not_in(waiting)
        ),
    )


def nobodys(session: Session, message_ids: Collection[UUID]) -> set[UUID]:
    """Those of these messages of which every copy was to somebody who is forgotten."""
    others = sa.select(DispatchRow.message_id).where(
        DispatchRow.message_id.in_(message_ids), DispatchRow.address != ERASED_ADDRESS
    )
    return set(message_ids) - set(session.scalars(others))


def told_notices(session: Session) -> list[UUID]:
    """Some notices to employees that have left and whose words are kept still."""
    query = (
        sa.select(LetterRow.message_id)
        .join(DispatchRow, DispatchRow.message_id == LetterRow.message_id)
        .where(DispatchRow.notice.is_(True), DispatchRow.done_at.is_not(None))
        .limit(AT_ONCE)
    )
    return list(session.scalars(query))


def drop_raw(session: Session, ids: Collection[UUID]) -> list[str]:
    """Let go of the raw bytes of these mails; returns their keys. The rows stay, so that nothing
    is fetched again."""
    query = sa.select(IncomingRow.key).where(IncomingRow.id.in_(ids), IncomingRow.key != "")
    keys = list(session.scalars(query))
    if keys:
        _run(
            session,
            # The Message-ID is of her domain, or her machine's.
            sa.update(IncomingRow)
            .where(IncomingRow.id.in_(ids))
            .values(key="", mail_id="", error=None),
        )
    return keys


def never_told(session: Session, after: UUID | None) -> Sequence[IncomingRow]:
    """Some mails that became no message, such as reports, and those that were put aside."""
    aside = sa.or_(IncomingRow.error.is_not(None), IncomingRow.kind.not_in(_MESSAGES))
    query = sa.select(IncomingRow).where(
        IncomingRow.done_at.is_not(None), IncomingRow.key != "", aside
    )
    if after is not None:
        query = query.where(IncomingRow.id > after)
    return session.scalars(query.order_by(IncomingRow.id).limit(AT_ONCE)).all()


def drop_sandbox_mails(session: Session, which: sa.ColumnElement[bool]) -> list[str]:
    """Remove mails from the sandbox; returns their keys."""
    keys = list(session.scalars(sa.select(SandboxMailRow.key).where(which)))
    _run(session, sa.delete(SandboxMailRow).where(which))
    return keys


def of_messages(message_ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    """The sandbox's copies of these messages."""
    theirs = sa.select(DispatchRow.id).where(DispatchRow.message_id.in_(message_ids))
    return SandboxMailRow.dispatch_id.in_(theirs)


def in_mailboxes(addresses: Collection[str]) -> sa.ColumnElement[bool]:
    """What lies in these mailboxes of the sandbox."""
    return SandboxMailRow.mailbox.in_(addresses)


def drop_addresses(session: Session, addresses: Collection[str]) -> int:
    """Forget the sandbox's mailboxes of these addresses, and that they want no bulk mail."""
    return sum(
        _run(session, statement)
        for statement in (
            sa.delete(SandboxMailboxRow).where(SandboxMailboxRow.address.in_(addresses)),
            sa.delete(UnsubscribeRow).where(UnsubscribeRow.address.in_(addresses)),
        )
    )


def _run(session: Session, statement: Any) -> int:
    done: Any = session.execute(statement.execution_options(synchronize_session=False))
    count: int = done.rowcount
    return count
