"""Organisations and their users."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, String, Text, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.accounts import PriceList, Settings, StaffRole
from fairlead.store import Json, Scoped, Versioned, word

from .schema import Base


class OrganisationRow(Scoped, Versioned, Base):
    """An organisation. Without `prices` it never had a price list, and sends freely."""

    __tablename__ = "organisations"

    name: Mapped[str] = mapped_column(String(200))
    settings: Mapped[Settings] = mapped_column(Json(Settings))
    prices: Mapped[PriceList | None] = mapped_column(Json(PriceList))

    __table_args__ = (PrimaryKeyConstraint("organisation_id"),)


class UserRow(Scoped, Versioned, Base):
    """An employee. `email_key` is different for all users of all organisations: sign-in knows
    nothing but the address. `password` is an argon2id hash, empty until an invitation is accepted.
    """

    __tablename__ = "users"

    id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(600), unique=True)
    role: Mapped[StaffRole] = mapped_column(word(StaffRole))
    active: Mapped[bool]
    zone: Mapped[str | None] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(Text)
    password: Mapped[str] = mapped_column(String(200))
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def invited(self) -> bool:
        """Whether the user has no password yet, and cannot sign in."""
        return not self.password

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
    )


def organisation(session: Session, id: UUID, *, lock: bool = False) -> OrganisationRow | None:
    """The organisation with this id; `lock` keeps it from others until the transaction ends."""
    query = select(OrganisationRow).where(OrganisationRow.organisation_id == id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def organisations_after(
    session: Session, after: UUID | None, limit: int
) -> tuple[list[OrganisationRow], int | None]:
    """Organisations in the order of their ids, and how many there are, on the first page."""
    key = OrganisationRow.organisation_id
    total = session.scalar(select(func.count(key))) or 0 if after is None else None
    query = select(OrganisationRow).order_by(key).limit(limit)
    if after is not None:
        query = query.where(key > after)
    return list(session.scalars(query)), total


def user(session: Session, id: UUID, *, lock: bool = False) -> UserRow | None:
    """The user with this id; `lock` keeps it from others until the transaction ends."""
    query = select(UserRow).where(UserRow.id == id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def user_by_email(session: Session, email_key: str, *, lock: bool = False) -> UserRow | None:
    """The user who signs in with this address, of whatever organisation the session sees."""
    query = select(UserRow).where(UserRow.email_key == email_key)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def users(session: Session) -> list[UserRow]:
    """All users by name."""
    return list(session.scalars(select(UserRow).order_by(func.lower(UserRow.name), UserRow.id)))


def user_count(session: Session) -> int:
    """How many users there are, active or not."""
    return session.scalars(select(func.count()).select_from(UserRow)).one()


def other_owners(session: Session, id: UUID) -> int:
    """How many owners who can act there are beside this user."""
    query = (
        select(func.count())
        .select_from(UserRow)
        .where(
            UserRow.role == StaffRole.OWNER,
            UserRow.active,
            UserRow.password != "",
            UserRow.id != id,
        )
    )
    return session.scalars(query).one()
