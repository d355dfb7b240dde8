"""What is to be told by mail, gathered for each recipient: a user, or the organisation's address.

A recipient is a user's id; the organisation's own id stands for its notification address.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    and_,
    column,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.accounts import NotificationChoice
from contracts.notifications import NotificationRaised
from fairlead.store import Json, Scoped, insert_into, new_id
from fairlead.store.waiting import Waiting, waiting

from ..domain.gathering import Item, due
from .notifications import NotificationRow
from .schema import Base

_WAITING = column("mailed_at").is_(None)
_DUE = column("due_at").is_not(None)


class ChoiceRow(Scoped, Base):
    """How a user wants to hear of what, once the user has chosen."""

    __tablename__ = "notification_choices"

    user_id: Mapped[UUID]
    choices: Mapped[list[NotificationChoice]] = mapped_column(Json(list[NotificationChoice]))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "user_id"),
        ForeignKeyConstraint(["organisation_id", "user_id"], ["users.organisation_id", "users.id"]),
    )


class ItemRow(Scoped, Base):
    """Something that a mail is to tell, or told at `mailed_at`; once for each `dedupe_key`."""

    __tablename__ = "mail_items"

    id: Mapped[UUID]
    recipient: Mapped[UUID]
    notification_id: Mapped[UUID | None]
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    target_entity: Mapped[str | None] = mapped_column(String(40))
    target_id: Mapped[UUID | None]
    dedupe_key: Mapped[str] = mapped_column(String(200))
    at: Mapped[dt.datetime]
    mailed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index("ix_mail_items_dedupe", "organisation_id", "recipient", "dedupe_key", unique=True),
        Index(
            "ix_mail_items_waiting",
            "organisation_id",
            "recipient",
            "at",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_mail_items_at", "at"),
    )


class RoundRow(Scoped, Base):
    """When the next mail to a recipient is due, and when the last one left."""

    __tablename__ = "mail_rounds"

    recipient: Mapped[UUID]
    due_at: Mapped[dt.datetime | None]
    mailed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "recipient"),
        Index("ix_mail_rounds_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )


def choices(session: Session, user_id: UUID) -> list[NotificationChoice]:
    """What the user chose; nothing for who never did."""
    row = session.scalars(select(ChoiceRow).where(ChoiceRow.user_id == user_id)).one_or_none()
    return [] if row is None else row.choices


def set_choices(session: Session, user_id: UUID, chosen: list[NotificationChoice]) -> None:
    """Keep what the user chose."""
    row = session.scalars(
        select(ChoiceRow).where(ChoiceRow.user_id == user_id).with_for_update()
    ).one_or_none()
    if row is None:
        session.add(ChoiceRow(user_id=user_id, choices=chosen))
    else:
        row.choices = chosen


def add(
    session: Session,
    recipient: UUID,
    event: NotificationRaised,
    now: dt.datetime,
    *,
    notification_id: UUID | None,
    urgent: bool,
) -> None:
    """Let the next mail to `recipient` tell of `event`, unless one did."""
    id = new_id()
    session.execute(
        insert_into(session, ItemRow)
        .values(
            id=id,
            recipient=recipient,
            notification_id=notification_id,
            title=event.title,
            text=event.text,
            target_entity=event.target and event.target.entity,
            target_id=event.target and event.target.id,
            dedupe_key=event.dedupe_key,
            at=event.at,
            mailed_at=None,
        )
        .on_conflict_do_nothing()
    )
    if session.scalars(select(ItemRow.id).where(ItemRow.id == id)).one_or_none() is None:
        return
    session.execute(
        insert_into(session, RoundRow)
        .values(recipient=recipient, due_at=None, mailed_at=None)
        .on_conflict_do_nothing()
    )
    row = session.scalars(
        select(RoundRow).where(RoundRow.recipient == recipient).with_for_update()
    ).one()
    row.due_at = due(now, row.mailed_at, row.due_at, urgent=urgent)


def next_round(session: Session, now: dt.datetime) -> RoundRow | None:
    """A round that is due, of whatever organisation, held until the transaction ends."""
    return session.scalars(
        select(RoundRow)
        .where(RoundRow.due_at.is_not(None), RoundRow.due_at <= now)
        .order_by(RoundRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def take(session: Session, round_: RoundRow, now: dt.datetime) -> list[Item]:
    """What the mail of this round tells, the oldest first: without what the user read meanwhile."""
    ours = (ItemRow.organisation_id == round_.organisation_id) & (
        ItemRow.recipient == round_.recipient
    )
    waiting = ours & ItemRow.mailed_at.is_(None)
    rows = session.execute(
        select(ItemRow)
        .outerjoin(
            NotificationRow,
            and_(
                NotificationRow.organisation_id == ItemRow.organisation_id,
                NotificationRow.id == ItemRow.notification_id,
            ),
        )
        .where(waiting, NotificationRow.read_at.is_(None))
        .order_by(ItemRow.at, ItemRow.id)
    ).scalars()
    items = [Item(row.title, row.text, row.target_entity, row.target_id) for row in rows]
    session.execute(
        update(ItemRow)
        .where(waiting)
        .values(mailed_at=now)
        .execution_options(synchronize_session=False)
    )
    round_.due_at = None
    return items


def purge(session: Session, before: dt.datetime) -> None:
    """Forget what happened before."""
    session.execute(
        delete(ItemRow).where(ItemRow.at < before).execution_options(synchronize_session=False)
    )


def waiting_rounds(session: Session) -> Waiting:
    """The recipients to whom a mail is to leave."""
    return waiting(session, RoundRow.due_at, RoundRow.due_at.is_not(None))
