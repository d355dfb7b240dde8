"""Messages on their way out, their pieces, and what networks said of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from contracts.channels import DeliveryStatus
from fairlead.store import Claimable, LeaseLost, claim, queue

from ..domain.pieces import Piece
from ..domain.progress import PieceState, later, of_pieces
from .tables import AmendmentRow, MessageRow, ParkedRow, PieceRow

LEASE = dt.timedelta(seconds=60)
RENEW_SECONDS = 10.0

Leased = TypeVar("Leased", bound=Claimable)


def add(session: Session, message: MessageRow, pieces: Sequence[Piece]) -> None:
    """Take a message in, with its pieces."""
    session.add(message)
    session.add_all(
        PieceRow(
            delivery_id=message.id,
            number=number,
            connection_id=message.connection_id,
            kind=piece.kind,
            state=PieceState.WAITING,
        )
        for number, piece in enumerate(pieces, 1)
    )
    session.flush()


def knows(session: Session, id: UUID) -> bool:
    """Whether a message was taken in, whatever became of it."""
    return session.scalar(sa.select(MessageRow.id).where(MessageRow.id == id)) is not None


def release_followers(session: Session, message: MessageRow, now: dt.datetime) -> None:
    """Let those of its chat that came before it, and waited for it, leave now, after it."""
    session.execute(
        sa.update(MessageRow)
        .where(
            MessageRow.connection_id == message.connection_id,
            MessageRow.key == message.key,
            MessageRow.done_at.is_(None),
            MessageRow.queued_at > message.queued_at,
            MessageRow.attempts == 0,
            MessageRow.due_at > now,
        )
        .values(due_at=now)
    )


def rekey(session: Session, connection_id: UUID, key: str, own: str) -> None:
    """What waits in the chat `key` waits in the chat `own` now, in one order with the rest."""
    session.execute(
        sa.update(MessageRow)
        .where(
            MessageRow.connection_id == connection_id,
            MessageRow.key == key,
            MessageRow.done_at.is_(None),
        )
        .values(key=own)
        .execution_options(synchronize_session=False)
    )


def release_held(
    session: Session, connection_id: UUID, key: str, reasons: Sequence[str], now: dt.datetime
) -> None:
    """Let the messages of a chat that wait for one of these reasons be tried now; those behind them
    are free then too."""
    session.execute(
        sa.update(MessageRow)
        .where(
            MessageRow.connection_id == connection_id,
            MessageRow.key == key,
            MessageRow.done_at.is_(None),
            MessageRow.lease_until.is_(None),
            MessageRow.due_at > now,
            MessageRow.last_error.in_(reasons),
        )
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )


def claim_due(
    session: Session, owner: str, now: dt.datetime, limit: int, connections: Collection[UUID]
) -> list[MessageRow]:
    """Messages that are due on these connections, leased to `owner`.

    Of a chat only the first one that has not left, so that two never overtake each other.
    """
    before = aliased(MessageRow)
    is_next = ~(
        sa.select(before.id)
        .where(
            before.organisation_id == MessageRow.organisation_id,
            before.connection_id == MessageRow.connection_id,
            before.key == MessageRow.key,
            before.done_at.is_(None),
            sa.tuple_(before.queued_at, before.id) < sa.tuple_(MessageRow.queued_at, MessageRow.id),
        )
        .exists()
    )
    return claim(
        session,
        MessageRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE.total_seconds(),
        where=[MessageRow.connection_id.in_(connections), is_next],
    )


def claim_expired(session: Session, owner: str, now: dt.datetime, limit: int) -> list[MessageRow]:
    """Messages that did not leave in time, on whatever connection."""
    return claim(
        session,
        MessageRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE.total_seconds(),
        where=[MessageRow.valid_until <= now],
    )


def claim_amendments(
    session: Session, owner: str, now: dt.datetime, limit: int, connections: Collection[UUID]
) -> list[AmendmentRow]:
    """Amendments that are due on these connections."""
    return claim(
        session,
        AmendmentRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE.total_seconds(),
        where=[AmendmentRow.connection_id.in_(connections)],
    )


def renew(session: Session, held: Sequence[Claimable], now: dt.datetime) -> None:
    """Keep what is being sent."""
    for row in held:
        with suppress(LeaseLost):
            keep(session, row, now)


def keep(session: Session, row: Claimable, now: dt.datetime) -> None:
    """Keep one, and hold it until the transaction ends; raises LeaseLost."""
    queue.renew(session, row, now=now, lease_seconds=LEASE.total_seconds())


def locked(session: Session, id: UUID) -> MessageRow | None:
    """A message, held until the transaction ends."""
    return session.scalars(
        sa.select(MessageRow)
        .where(MessageRow.id == id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def pieces(session: Session, id: UUID) -> list[PieceRow]:
    """The pieces of a message in their order."""
    return list(
        session.scalars(
            sa.select(PieceRow)
            .where(PieceRow.delivery_id == id)
            .order_by(PieceRow.number)
            .execution_options(populate_existing=True)
        )
    )


def piece_called(session: Session, connection_id: UUID, provider_id: str) -> PieceRow | None:
    """The piece that a network calls so."""
    return session.scalars(
        sa.select(PieceRow).where(
            PieceRow.connection_id == connection_id, PieceRow.provider_id == provider_id
        )
    ).first()


def piece(session: Session, delivery_id: UUID, number: int) -> PieceRow | None:
    """One piece."""
    return session.scalars(
        sa.select(PieceRow).where(PieceRow.delivery_id == delivery_id, PieceRow.number == number)
    ).first()


def note(
    session: Session,
    piece: PieceRow,
    state: PieceState,
    reason: str | None = None,
    code: str | None = None,
) -> None:
    """A piece reached a state; an earlier one changes nothing."""
    if later(piece.state, state) is not piece.state:
        piece.state, piece.reason, piece.code = state, reason, code


def add_up(session: Session, message: MessageRow) -> bool:
    """Write what the pieces tell into the message's row; returns whether it is news."""
    session.flush()
    known = pieces(session, message.id)
    status = of_pieces([piece.state for piece in known]).value
    news = message.status != status
    message.status = status
    failed = [piece.reason for piece in known if piece.state is PieceState.FAILED]
    doubtful = [piece.reason for piece in known if piece.state is PieceState.UNCERTAIN]
    message.reason = next((each for each in [*failed, *doubtful] if each), None)
    return news


def uncertain(session: Session, valid_until: dt.datetime, limit: int) -> Sequence[MessageRow]:
    """Messages that were valid to a moment, may have left, and are not closed; held until the
    transaction ends."""
    is_open = sa.select(PieceRow.delivery_id).where(
        PieceRow.organisation_id == MessageRow.organisation_id,
        PieceRow.delivery_id == MessageRow.id,
        PieceRow.state == PieceState.UNCERTAIN,
        PieceRow.code.is_(None),
    )
    return session.scalars(
        sa.select(MessageRow)
        .where(
            MessageRow.status == DeliveryStatus.UNCERTAIN.value,
            MessageRow.done_at.is_not(None),
            MessageRow.valid_until <= valid_until,
            is_open.exists(),
        )
        .order_by(MessageRow.valid_until, MessageRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=MessageRow)
    ).all()


def close(session: Session, message: MessageRow, code: str) -> None:
    """Nothing more is awaited of a message's uncertain pieces, which bear this code then."""
    for piece in pieces(session, message.id):
        if piece.state is PieceState.UNCERTAIN:
            piece.code = code


def park(session: Session, row: ParkedRow) -> None:
    """Keep what was told until its piece is known."""
    session.add(row)


def parked(session: Session, connection_id: UUID, provider_id: str) -> list[ParkedRow]:
    """Take what waited for a piece, in the order it came."""
    rows = list(
        session.scalars(
            sa.select(ParkedRow)
            .where(ParkedRow.connection_id == connection_id, ParkedRow.provider_id == provider_id)
            .order_by(ParkedRow.at, ParkedRow.id)
        )
    )
    for row in rows:
        session.delete(row)
    return rows


def matching(session: Session, limit: int) -> list[ParkedRow]:
    """Some that are parked although their piece is known."""
    known = (PieceRow.organisation_id == ParkedRow.organisation_id) & (
        PieceRow.connection_id == ParkedRow.connection_id
    )
    return list(
        session.scalars(
            sa.select(ParkedRow)
            .join(PieceRow, known & (PieceRow.provider_id == ParkedRow.provider_id))
            .order_by(ParkedRow.at, ParkedRow.id)
            .limit(limit)
        )
    )


def parked_row(session: Session, id: UUID) -> ParkedRow | None:
    """One of them, held until the transaction ends."""
    wanted = sa.select(ParkedRow).where(ParkedRow.id == id)
    return session.scalars(wanted.with_for_update()).first()


def forget_parked(session: Session, before: dt.datetime) -> None:
    """What was told of messages that were never ours."""
    session.execute(sa.delete(ParkedRow).where(ParkedRow.at < before))
