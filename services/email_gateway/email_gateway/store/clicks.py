"""Clicks on tracked links: the same again is not kept again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .tables import ClickRow

# For so long the same click says nothing new: who follows a link over and over fills no table.
SAME_WITHIN = dt.timedelta(days=1)
SETTLED_AT_ONCE = 100


def since(session: Session, dispatch_id: UUID, moment: dt.datetime) -> Sequence[ClickRow]:
    """The clicks on one copy since a moment."""
    return session.scalars(
        sa.select(ClickRow).where(ClickRow.dispatch_id == dispatch_id, ClickRow.last_at >= moment)
    ).all()


def add(
    session: Session,
    dispatch_id: UUID,
    link: int,
    now: dt.datetime,
    *,
    machine: bool,
    reason: str,
    settle_at: dt.datetime | None,
) -> bool:
    """Note a click; returns whether it tells something new."""
    same = session.scalar(
        sa.select(ClickRow)
        .where(
            ClickRow.dispatch_id == dispatch_id,
            ClickRow.link == link,
            ClickRow.machine.is_(machine),
            ClickRow.at >= now - SAME_WITHIN,
        )
        .limit(1)
    )
    if same is not None:
        same.last_at = max(same.last_at, now)
        return False
    session.add(
        ClickRow(
            dispatch_id=dispatch_id,
            link=link,
            at=now,
            last_at=now,
            machine=machine,
            reason=reason,
            settle_at=settle_at,
        )
    )
    return True


def to_settle(session: Session, now: dt.datetime) -> Sequence[ClickRow]:
    """Clicks that can be judged for good, the oldest first; locked."""
    return session.scalars(
        sa.select(ClickRow)
        .where(ClickRow.settle_at <= now)
        .order_by(ClickRow.settle_at)
        .limit(SETTLED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
