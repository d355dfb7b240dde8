"""Reservations of credits by which messages left, or never will."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, delete, select
from sqlalchemy.orm import Mapped, Session

from fairlead.errors import Unavailable
from fairlead.store import Scoped, insert_into

from .schema import Base


class HoldRow(Scoped, Base):
    """What became of a hold: `used` by messages, or given up."""

    __tablename__ = "credit_holds"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"), Index(None, "at"))

    id: Mapped[UUID]
    used: Mapped[bool]
    at: Mapped[dt.datetime]


def use(session: Session, id: UUID, now: dt.datetime) -> None:
    """Let messages leave by a hold; Unavailable where it was given up meanwhile."""
    if not _settle(session, [id], now, used=True):
        raise Unavailable("inbox.hold_over", "This took too long; send it again")


def give_up(session: Session, ids: Collection[UUID], now: dt.datetime) -> list[UUID]:
    """Give those holds up by which nothing left; returns the others."""
    _settle(session, ids, now, used=False)
    used = select(HoldRow.id).where(HoldRow.id.in_(ids), HoldRow.used)
    return list(session.scalars(used))


def forget(session: Session, before: dt.datetime) -> None:
    """Forget what nobody asks for any more."""
    session.execute(
        delete(HoldRow).where(HoldRow.at < before).execution_options(synchronize_session=False)
    )


def _settle(session: Session, ids: Collection[UUID], now: dt.datetime, *, used: bool) -> bool:
    done = False
    for id in sorted(ids):
        made = session.execute(
            insert_into(session, HoldRow)
            .values(id=id, used=used, at=now)
            .on_conflict_do_nothing()
            .returning(HoldRow.id)
        )
        done = made.first() is not None
    return done
