"""Tokens that open something once, and requests for them that are not answered yet."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String, and_, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.store import Scoped, new_id, word

from ..domain import tokens
from ..domain.links import LIFETIME, LINK, Purpose
from .people import UserRow
from .schema import Base


class LinkRow(Scoped, Base):
    """A token of a user: only its hash is stored."""

    __tablename__ = "account_links"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID]
    purpose: Mapped[Purpose] = mapped_column(word(Purpose))
    expires_at: Mapped[dt.datetime]

    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "user_id"], ["users.organisation_id", "users.id"]),
        Index(None, "organisation_id", "user_id"),
        Index(None, "expires_at"),
    )


class ResetRequestRow(Base):
    """Somebody asks for a new password. Whether there is such a user is looked up later, so that
    the asker cannot tell by the time it takes."""

    __tablename__ = "reset_requests"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email_key: Mapped[str] = mapped_column(String(600))
    at: Mapped[dt.datetime]


def open_link(session: Session, user: UserRow, purpose: Purpose) -> str:
    """A new token; for the same purpose the one before is good no more, but several sign-ins may
    be under way."""
    if purpose is not Purpose.SECOND_FACTOR:
        end_links(session, user.id, purpose)
    token = tokens.new(LINK)
    row = LinkRow(
        organisation_id=user.organisation_id,
        digest=tokens.digest(token),
        user_id=user.id,
        purpose=purpose,
        expires_at=dt.datetime.now(dt.UTC) + LIFETIME[purpose],
    )
    session.add(row)
    return token


def find(session: Session, token: str) -> tuple[LinkRow, UserRow] | None:
    """The link with this token, of whatever organisation the session sees, and its user; None for
    one that is over, and for a user who is not active."""
    found = session.execute(
        select(LinkRow, UserRow)
        .join(
            UserRow,
            and_(UserRow.organisation_id == LinkRow.organisation_id, UserRow.id == LinkRow.user_id),
        )
        .where(
            LinkRow.digest == tokens.digest(token),
            LinkRow.expires_at > dt.datetime.now(dt.UTC),
            UserRow.active,
        )
    ).one_or_none()
    return found and (found[0], found[1])


def use(session: Session, token: str) -> bool:
    """End the token; whether it was there, which is so for one caller only."""
    ended = session.execute(delete(LinkRow).where(LinkRow.digest == tokens.digest(token)))
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def end_links(session: Session, user_id: UUID, *purposes: Purpose) -> None:
    """End the user's tokens of these purposes, all of them without any."""
    wanted = purposes or tuple(Purpose)
    session.execute(
        delete(LinkRow)
        .where(LinkRow.user_id == user_id, LinkRow.purpose.in_(wanted))
        .execution_options(synchronize_session=False)
    )


def ask(session: Session, email_key: str) -> None:
    """Note that a new password is asked for."""
    session.add(ResetRequestRow(email_key=email_key[:600], at=dt.datetime.now(dt.UTC)))


def next_request(session: Session) -> ResetRequestRow | None:
    """A request that is not answered yet, held until the transaction ends."""
    return session.scalars(
        select(ResetRequestRow)
        .order_by(ResetRequestRow.at, ResetRequestRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def purge(session: Session, now: dt.datetime) -> None:
    """Delete links that are over."""
    session.execute(
        delete(LinkRow).where(LinkRow.expires_at < now).execution_options(synchronize_session=False)
    )
