"""One owner at a time for what only one may do, by name: a mailbox's IMAP session, a sweeper."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String, delete, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from .columns import UTCDateTime
from .inserting import insert_into
from .tables import Base


class Lease(Base):
    """Who has what, and until when."""

    __tablename__ = "fairlead_leases"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    owner: Mapped[str] = mapped_column(String(100))
    until: Mapped[dt.datetime] = mapped_column(UTCDateTime)


def acquire(session: Session, name: str, owner: str, *, now: dt.datetime, seconds: float) -> bool:
    """Take the lease `name` if it is free or has run out, or keep it if `owner` has it.

    Returns whether `owner` has it now. `owner` is unique to the worker, not to its host. The
    clocks of all workers must agree to well within `seconds`.
    """
    insert = insert_into(session, Lease)
    until = now + dt.timedelta(seconds=seconds)
    statement = (
        insert.values(name=name, owner=owner, until=until)
        .on_conflict_do_update(
            index_elements=[Lease.name],
            set_={"owner": owner, "until": until},
            where=or_(Lease.until <= now, Lease.owner == owner),
        )
        .returning(Lease.name)
    )
    return session.execute(statement).first() is not None


def renew(session: Session, name: str, owner: str, *, now: dt.datetime, seconds: float) -> bool:
    """Keep the lease for longer; returns False when it is no longer `owner`'s, and then whatever
    it was for must stop."""
    statement = (
        update(Lease)
        .where(Lease.name == name, Lease.owner == owner)
        .values(until=now + dt.timedelta(seconds=seconds))
        .returning(Lease.name)
    )
    return session.execute(statement).first() is not None


def release(session: Session, name: str, owner: str) -> None:
    """Give the lease back, if `owner` still has it."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.owner == owner))
