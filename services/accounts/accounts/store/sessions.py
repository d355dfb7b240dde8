"""Sessions and API tokens: what stands for a user."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    and_,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.accounts import Scope
from fairlead.store import Json, Scoped

from ..domain import tokens
from .people import UserRow
from .schema import Base


class SessionRow(Scoped, Base):
    """A browser that is signed in."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID]
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime]
    device: Mapped[str | None] = mapped_column(String(100))
    remote: Mapped[str | None] = mapped_column(String(100))

    @property
    def id(self) -> UUID:
        """What the session is called where its token must not be known."""
        return UUID(self.digest[:32])

    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "user_id"], ["users.organisation_id", "users.id"]),
        Index(None, "organisation_id", "user_id"),
        Index(None, "used_at"),
    )


class TokenRow(Scoped, Base):
    """A program that acts as a user."""

    __tablename__ = "api_tokens"

    id: Mapped[UUID]
    user_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    scopes: Mapped[list[Scope] | None] = mapped_column(Json(list[Scope]))
    expires_at: Mapped[dt.datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["organisation_id", "user_id"], ["users.organisation_id", "users.id"]),
        Index(None, "organisation_id", "user_id"),
    )


def session_by_digest(session: Session, digest: str) -> tuple[SessionRow, UserRow] | None:
    """The session with this token, of whatever organisation the session sees, and its user."""
    query = (
        select(SessionRow, UserRow)
        .join(UserRow, _owner_of(SessionRow))
        .where(SessionRow.digest == digest)
    )
    found = session.execute(query).one_or_none()
    return found and (found[0], found[1])


def token_by_digest(session: Session, digest: str) -> tuple[TokenRow, UserRow] | None:
    """The API token, of whatever organisation the session sees, and its user."""
    query = (
        select(TokenRow, UserRow)
        .join(UserRow, _owner_of(TokenRow))
        .where(TokenRow.digest == digest)
    )
    found = session.execute(query).one_or_none()
    return found and (found[0], found[1])


def _owner_of(kind: type[SessionRow | TokenRow]) -> ColumnElement[bool]:
    """The join to the user whose a session or token is."""
    return and_(
        UserRow.organisation_id == kind.organisation_id,
        UserRow.id == kind.user_id,
    )


def note_use(
    session: Session, kind: type[SessionRow | TokenRow], digest: str, remote: str | None
) -> None:
    """Write down that the session or token was used now; one that is gone stays gone."""
    now = dt.datetime.now(dt.UTC)
    values: dict[str, object] = {"used_at": now}
    if kind is SessionRow and remote:
        values["remote"] = remote[:100]
    session.execute(
        update(kind)
        .where(kind.digest == digest)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def end_session(session: Session, digest: str) -> None:
    """End the session with this token, of whatever organisation the session sees."""
    session.execute(delete(SessionRow).where(SessionRow.digest == digest))


def of_user(session: Session, user_id: UUID) -> list[SessionRow]:
    """The user's sessions, the latest used first."""
    query = select(SessionRow).where(SessionRow.user_id == user_id)
    return list(session.scalars(query.order_by(SessionRow.used_at.desc(), SessionRow.digest)))


def end_sessions(session: Session, user_id: UUID, *, but: str | None = None) -> None:
    """End the user's sessions, but the one with the digest `but`."""
    ended = delete(SessionRow).where(SessionRow.user_id == user_id)
    session.execute(ended if but is None else ended.where(SessionRow.digest != but))


def api_tokens(session: Session, user_id: UUID) -> list[TokenRow]:
    """The user's tokens, newest first."""
    query = select(TokenRow).where(TokenRow.user_id == user_id)
    return list(session.scalars(query.order_by(TokenRow.created_at.desc(), TokenRow.id.desc())))


def end_api_tokens(session: Session, user_id: UUID) -> None:
    """End all of the user's tokens."""
    session.execute(delete(TokenRow).where(TokenRow.user_id == user_id))


def purge(session: Session, now: dt.datetime) -> None:
    """Delete the sessions that are over."""
    session.execute(
        delete(SessionRow)
        .where(
            (SessionRow.used_at < now - tokens.IDLE)
            | (SessionRow.created_at < now - tokens.LONGEST)
        )
        .execution_options(synchronize_session=False)
    )
