"""How messages to groups fare with each of those who were in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.store import insert_into

from ..domain.receipts import Moments
from .group_tables import MemberRow, ReceiptRow
from .tables import PieceRow


def expect(session: Session, piece: PieceRow, present: Sequence[MemberRow]) -> None:
    """These were in the group when the piece was sent."""
    for member in present:
        session.execute(
            insert_into(session, ReceiptRow)
            .values(
                delivery_id=piece.delivery_id, number=piece.number, key=member.key,
                address=member.address, expected=True,
            )
            .on_conflict_do_update(
                index_elements=[
                    ReceiptRow.organisation_id, ReceiptRow.delivery_id, ReceiptRow.number,
                    ReceiptRow.key,
                ],
                set_={"expected": True, "address": member.address},
            )
        )  # fmt: skip


def of_one(session: Session, piece: PieceRow, key: str, address: str) -> ReceiptRow:
    """How a piece fares with one, who may not have been expected."""
    session.execute(
        insert_into(session, ReceiptRow)
        .values(
            delivery_id=piece.delivery_id, number=piece.number, key=key, address=address,
            expected=False,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    return session.scalars(
        sa.select(ReceiptRow)
        .where(
            ReceiptRow.delivery_id == piece.delivery_id,
            ReceiptRow.number == piece.number,
            ReceiptRow.key == key,
        )
        .execution_options(populate_existing=True)
    ).one()


def of_piece(session: Session, piece: PieceRow) -> list[Moments]:
    """How a piece fares with each who was expected."""
    session.flush()
    rows = session.scalars(
        sa.select(ReceiptRow).where(
            ReceiptRow.delivery_id == piece.delivery_id,
            ReceiptRow.number == piece.number,
            ReceiptRow.expected.is_(True),
        )
    )
    return [moments(row) for row in rows]


def of_member(session: Session, delivery_id: UUID, key: str) -> dict[int, Moments]:
    """How each piece of a message that one was told of fares with him, by its number."""
    session.flush()
    rows = session.scalars(
        sa.select(ReceiptRow).where(ReceiptRow.delivery_id == delivery_id, ReceiptRow.key == key)
    )
    return {row.number: moments(row) for row in rows}


def expected(session: Session, delivery_id: UUID) -> list[str]:
    """The addresses of those who were in the group when any piece of a message was sent."""
    session.flush()
    return list(
        session.scalars(
            sa.select(ReceiptRow.address)
            .where(ReceiptRow.delivery_id == delivery_id, ReceiptRow.expected.is_(True))
            .distinct()
            .order_by(ReceiptRow.address)
        )
    )


def moments(row: ReceiptRow) -> Moments:
    """What a row tells."""
    return Moments(row.delivered_at, row.read_at)


def rekey(session: Session, connection_id: UUID, key: str, own: str) -> None:
    """Who was known as `key` is `own`: what was told of him by either is told of one."""
    mine = sa.select(PieceRow.delivery_id).where(PieceRow.connection_id == connection_id)
    for row in session.scalars(
        sa.select(ReceiptRow).where(ReceiptRow.key == key, ReceiptRow.delivery_id.in_(mine))
    ).all():
        other = session.scalars(_same_piece(row).where(ReceiptRow.key == own)).first()
        if other is None:
            row.key = own
            continue
        other.expected = other.expected or row.expected
        other.delivered_at = _first(other.delivered_at, row.delivered_at)
        other.read_at = _first(other.read_at, row.read_at)
        session.delete(row)


def _same_piece(row: ReceiptRow) -> sa.Select[ReceiptRow]:
    return sa.select(ReceiptRow).where(
        ReceiptRow.delivery_id == row.delivery_id, ReceiptRow.number == row.number
    )


def _first(*moments: dt.datetime | None) -> dt.datetime | None:
    return min((each for each in moments if each is not None), default=None)
