"""Tallies of failed attempts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.store import insert_into

from ..domain.throttle import Tally, fresh
from .schema import Base


class AttemptRow(Base):
    """A tally of failed sign-ins. It belongs to no organisation: who it is about is not known."""

    __tablename__ = "sign_in_attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    clear_at: Mapped[dt.datetime]
    open_at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "clear_at"),)


def tally(session: Session, key: str, now: dt.datetime) -> Tally:
    """The tally with this key, kept from others until the transaction ends."""
    new = fresh(now)
    session.execute(
        insert_into(session, AttemptRow)
        .values(key=key, clear_at=new.clear_at, open_at=new.open_at)
        .on_conflict_do_nothing()
    )
    row = session.scalars(select(AttemptRow).where(AttemptRow.key == key).with_for_update()).one()
    return Tally(row.clear_at, row.open_at)


def set_tally(session: Session, key: str, value: Tally) -> None:
    """Write the tally down."""
    session.execute(
        update(AttemptRow)
        .where(AttemptRow.key == key)
        .values(clear_at=value.clear_at, open_at=value.open_at)
    )


def purge(session: Session, now: dt.datetime) -> None:
    """Delete tallies of nothing."""
    session.execute(
        delete(AttemptRow)
        .where(AttemptRow.clear_at < now, AttemptRow.open_at < now)
        .execution_options(synchronize_session=False)
    )
