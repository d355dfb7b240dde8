"""What was read and written in chats of numbers that another process holds, or nobody just now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import WhatsAppAttended

from .tables import AttendedRow


def keep(session: Session, organisation: UUID, key: str, news: WhatsAppAttended) -> None:
    """Keep it for who holds the number."""
    session.add(
        AttendedRow(
            organisation_id=organisation,
            connection_id=news.connection_id,
            key=key,
            news=news,
            at=news.at,
        )
    )


def take(session: Session, connections: Collection[UUID], limit: int) -> list[AttendedRow]:
    """Take out what these numbers are to tell, the oldest first: nobody else tells it then."""
    oldest = (
        sa.select(AttendedRow)
        .where(AttendedRow.connection_id.in_(connections))
        .order_by(AttendedRow.at, AttendedRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(session.scalars(oldest))
    for row in rows:
        session.delete(row)
    return rows


def forget(session: Session, before: dt.datetime) -> None:
    """Forget what nobody told in time."""
    session.execute(sa.delete(AttendedRow).where(AttendedRow.at < before))
