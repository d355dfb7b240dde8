"""Second factors."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, LargeBinary, PrimaryKeyConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.store import Json, Scoped

from .schema import Base


class FactorRow(Scoped, Base):
    """A user's second factor: in force once it was confirmed.

    `secret` is encrypted. `last_step` is the time step of the code used last. `recovery` holds
    digests of the recovery codes that were not used yet.
    """

    __tablename__ = "second_factors"

    user_id: Mapped[UUID]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[dt.datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger)
    recovery: Mapped[list[str]] = mapped_column(Json(list[str]))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "user_id"),
        ForeignKeyConstraint(["organisation_id", "user_id"], ["users.organisation_id", "users.id"]),
    )


def of_user(session: Session, user_id: UUID) -> FactorRow | None:
    """The user's second factor, held until the transaction ends."""
    return session.scalars(
        select(FactorRow).where(FactorRow.user_id == user_id).with_for_update()
    ).one_or_none()
