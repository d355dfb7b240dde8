"""What networks brought: kept first, then understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.store import claim, insert_into

from .tables import IncomingRow, KnownRow, MediaRow

LEASE_SECONDS = 60.0
LAST_ATTEMPT = 5
KEPT_FOR = dt.timedelta(days=30)  # by a phone, of which a linked device gets them
MEDIA_LEASE_SECONDS = 180.0  # for 100 MB on a slow line


def claim_due(session: Session, owner: str, now: dt.datetime, limit: int) -> list[IncomingRow]:
    """What is to be worked on, in this order, leased to `owner`, who claims once."""
    return claim(
        session,
        IncomingRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE_SECONDS,
        in_order=True,
    )


def claim_media(
    session: Session, owner: str, now: dt.datetime, limit: int, connections: Collection[UUID]
) -> list[MediaRow]:
    """Files to fetch by these connections; and those that waited so long for whoever has theirs
    that the network gives them no more."""
    mine = MediaRow.connection_id.in_(connections) | (MediaRow.due_at <= now - KEPT_FOR)
    return claim(
        session,
        MediaRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=MEDIA_LEASE_SECONDS,
        where=[mine],
    )


def know(
    session: Session,
    connection_id: UUID,
    provider_id: str,
    message_id: UUID,
    key: str,
    now: dt.datetime,
) -> bool:
    """Note a message of the network's; returns False where it was noted before."""
    made = session.execute(
        insert_into(session, KnownRow)
        .values(
            connection_id=connection_id,
            provider_id=provider_id,
            message_id=message_id,
            key=key,
            at=now,
        )
        .on_conflict_do_nothing()
        .returning(KnownRow.message_id)
    ).first()
    return made is not None


def media_of(session: Session, connection_id: UUID, provider_id: str) -> Sequence[MediaRow]:
    """All files of a message, by number."""
    return session.scalars(
        sa.select(MediaRow)
        .where(MediaRow.connection_id == connection_id, MediaRow.provider_id == provider_id)
        .order_by(MediaRow.number)
        .execution_options(populate_existing=True)
    ).all()
