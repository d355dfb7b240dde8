"""The live log: what changed lately, so that a client that was away can catch up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fairlead.store import COLUMN_TYPES, Scoped, UTCDateTime, in_turn, new_metadata


class Base(DeclarativeBase):
    """The gateway's tables."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class LiveRow(Scoped, Base):
    """One change, as it is sent to the clients of an organisation, or of one user in it."""

    __tablename__ = "live"

    number: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True
    )
    type: Mapped[str] = mapped_column(sa.String(80))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)
    user_id: Mapped[UUID | None]
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.Index("ix_live_organisation_number", "organisation_id", "number"),
        {"sqlite_autoincrement": True},  # a number is never given twice, also after a purge
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the log; `user` is the only one who sees it, None for everybody."""

    number: int
    organisation: UUID
    type: str
    data: bytes
    user: UUID | None = None

    def is_for(self, user: UUID | None) -> bool:
        """Whether `user` sees it."""
        return self.user is None or self.user == user


def append(session: Session, type: str, data: bytes, user: UUID | None = None) -> None:
    """Add a change of the session's organisation, for `user` alone if one is given."""
    # Numbers are given out before commits happen, in another order. Who appends has the turn until
    # the commit, so a reader that has seen number n has seen all below n.
    in_turn(session, "live")
    session.add(LiveRow(type=type, data=data, user_id=user, at=dt.datetime.now(dt.UTC)))


def since(session: Session, number: int, limit: int) -> list[Change]:
    """The changes after `number` that the session sees, in order."""
    rows: Sequence[LiveRow] = session.scalars(
        sa.select(LiveRow).where(LiveRow.number > number).order_by(LiveRow.number).limit(limit)
    ).all()
    return [
        Change(row.number, row.organisation_id, row.type, row.data, row.user_id) for row in rows
    ]


def bounds(session: Session) -> tuple[int, int]:
    """The first and the last number that the session sees; (0, 0) when there is none."""
    first, last = session.execute(
        sa.select(sa.func.min(LiveRow.number), sa.func.max(LiveRow.number))
    ).one()
    return first or 0, last or 0


def purge(session: Session, before: dt.datetime) -> int:
    """Forget what is older than `before`, but never the newest; returns how many lines."""
    last = sa.select(sa.func.max(LiveRow.number)).scalar_subquery()
    result = session.execute(
        sa.delete(LiveRow)
        .where(LiveRow.at < before, LiveRow.number < last)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount  # type: ignore[attr-defined, no-any-return]


def forget(session: Session) -> None:
    """Forget all changes of the session's organisation: who was away fetches what is."""
    session.execute(sa.delete(LiveRow).execution_options(synchronize_session=False))
