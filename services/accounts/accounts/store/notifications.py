"""Notifications: a row for each user who is told."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    column,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.notifications import NotificationKind, NotificationRaised
from fairlead.store import Order, Page, Scoped, insert_into, new_id, page

from .schema import Base

_UNREAD = column("read_at").is_(None)


class NotificationRow(Scoped, Base):
    """What one user is to know of. Nobody is told twice of one `dedupe_key`."""

    __tablename__ = "notifications"

    id: Mapped[UUID]
    user_id: Mapped[UUID]
    kind: Mapped[NotificationKind]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    target_entity: Mapped[str | None] = mapped_column(String(40))
    target_id: Mapped[UUID | None]
    dedupe_key: Mapped[str] = mapped_column(String(200))
    at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["organisation_id", "user_id"], ["users.organisation_id", "users.id"]),
        Index("ix_notifications_dedupe", "organisation_id", "user_id", "dedupe_key", unique=True),
        Index("ix_notifications_latest", "organisation_id", "user_id", "at", "id"),
        Index(
            "ix_notifications_unread",
            "organisation_id",
            "user_id",
            "at",
            "id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
        Index("ix_notifications_at", "at"),
    )


_LATEST = Order(NotificationRow.at.desc(), NotificationRow.id.desc())


def add(session: Session, user_id: UUID, event: NotificationRaised) -> NotificationRow | None:
    """Tell the user; None for who was told before."""
    id = new_id()
    session.execute(
        insert_into(session, NotificationRow)
        .values(
            id=id,
            user_id=user_id,
            kind=event.kind,
            title=event.title,
            text=event.text,
            target_entity=event.target and event.target.entity,
            target_id=event.target and event.target.id,
            dedupe_key=event.dedupe_key,
            at=event.at,
            read_at=None,
        )
        .on_conflict_do_nothing()
    )
    return session.scalars(select(NotificationRow).where(NotificationRow.id == id)).one_or_none()


def listing(
    session: Session, user_id: UUID, *, unread: bool, cursor: str | None, limit: int
) -> Page[NotificationRow]:
    """A page of the user's notifications, the newest first."""
    wanted = select(NotificationRow).where(NotificationRow.user_id == user_id)
    if unread:
        wanted = wanted.where(NotificationRow.read_at.is_(None))
    return page(session, wanted, _LATEST, cursor=cursor, limit=limit)


def unread(session: Session, user_id: UUID) -> int:
    """How many the user has not read."""
    query = (
        select(func.count())
        .select_from(NotificationRow)
        .where(NotificationRow.user_id == user_id, NotificationRow.read_at.is_(None))
    )
    return session.scalars(query).one()


def get(session: Session, user_id: UUID, id: UUID) -> NotificationRow | None:
    """One notification of the user, held until the transaction ends."""
    query = select(NotificationRow).where(
        NotificationRow.user_id == user_id, NotificationRow.id == id
    )
    return session.scalars(query.with_for_update()).one_or_none()


def read_until(
    session: Session, user_id: UUID, until: dt.datetime | None, now: dt.datetime
) -> bool:
    """Mark all up to `until` as read; returns whether any was not."""
    wanted = update(NotificationRow).where(
        NotificationRow.user_id == user_id, NotificationRow.read_at.is_(None)
    )
    if until is not None:
        wanted = wanted.where(NotificationRow.at <= until)
    done = session.execute(wanted.values(read_at=now).execution_options(synchronize_session=False))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def purge(session: Session, before: dt.datetime) -> None:
    """Delete what is older than `before`, read or not."""
    session.execute(
        delete(NotificationRow)
        .where(NotificationRow.at < before)
        .execution_options(synchronize_session=False)
    )
