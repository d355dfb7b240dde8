"""The tables of webhooks and their queries: the only SQL of this service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from contracts.webhooks import WebhookDeliveryState, WebhookEvent
from fairlead.errors import NotFound
from fairlead.store import (
    COLUMN_TYPES,
    Claimable,
    Json,
    Order,
    Page,
    Scoped,
    Versioned,
    due_index,
    new_metadata,
    page,
    queue,
)

LEASE_SECONDS = 90.0  # longer than a request may last and its end takes to be written down


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class WebhookRow(Scoped, Versioned, Base):
    """An address that is told of events. The secrets are encrypted."""

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[WebhookEvent]] = mapped_column(Json(list[WebhookEvent]))
    description: Mapped[str] = mapped_column(String(500))
    active: Mapped[bool]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[dt.datetime | None]
    failing_since: Mapped[dt.datetime | None]
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime]

    __table_args__ = (Index(None, "organisation_id", "created_at", "id"),)


class DeliveryRow(Scoped, Claimable, Base):
    """One event on its way to one webhook; `body` is what is sent, to the byte."""

    __tablename__ = "deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID]
    event_id: Mapped[UUID]
    event: Mapped[WebhookEvent]
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[WebhookDeliveryState]
    created_at: Mapped[dt.datetime]
    tries: Mapped[int] = mapped_column(default=0)
    last_status: Mapped[int | None]

    __table_args__ = (
        ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], ondelete="CASCADE"),
        Index("ix_deliveries_newest", "organisation_id", "webhook_id", "created_at", "id"),
        Index("ix_deliveries_age", "created_at"),
        due_index("deliveries"),
    )


class AttemptRow(Scoped, Base):
    """One request. It is there before the request leaves, so that none goes unnoted."""

    __tablename__ = "attempts"

    delivery_id: Mapped[UUID]
    number: Mapped[int]
    at: Mapped[dt.datetime]
    milliseconds: Mapped[int | None]
    status: Mapped[int | None]
    response: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        PrimaryKeyConstraint("delivery_id", "number"),
        ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], ondelete="CASCADE"),
    )


_NEWEST = Order(DeliveryRow.created_at.desc(), DeliveryRow.id.desc())


def webhooks(session: Session) -> Sequence[WebhookRow]:
    """All of the organisation, the oldest first."""
    statement = select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id)
    return session.scalars(statement).all()


def webhook(session: Session, id: UUID, *, locked: bool = False) -> WebhookRow:
    """One of them; raises NotFound. Who locks it does so before its deliveries, as all do."""
    statement = select(WebhookRow).where(WebhookRow.id == id)
    if locked:
        # Weaker than FOR UPDATE: a new delivery, which refers to the row, neither waits nor blocks.
        statement = statement.with_for_update(key_share=True)
        statement = statement.execution_options(populate_existing=True)
    found = session.scalars(statement).first()
    if found is None:
        raise NotFound("webhooks.not_found", "There is no such webhook")
    return found


def find_webhook(session: Session, id: UUID) -> WebhookRow | None:
    """One of them, if it is still there."""
    return session.scalars(select(WebhookRow).where(WebhookRow.id == id)).first()


def delivery(session: Session, webhook_id: UUID, id: UUID) -> DeliveryRow:
    """A delivery of a webhook; raises NotFound."""
    found = session.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.id == id, DeliveryRow.webhook_id == webhook_id)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound("webhooks.delivery_not_found", "There is no such delivery")
    return found


def deliveries(
    session: Session,
    webhook_id: UUID,
    *,
    state: WebhookDeliveryState | None,
    cursor: str | None,
    limit: int,
) -> Page[DeliveryRow]:
    """A page of a webhook's deliveries, the newest first."""
    statement = select(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id)
    if state is not None:
        statement = statement.where(DeliveryRow.state == state)
    return page(session, statement, _NEWEST, cursor=cursor, limit=limit)


def attempts(session: Session, delivery_id: UUID) -> Sequence[AttemptRow]:
    """The requests of a delivery, the first one first."""
    statement = select(AttemptRow).where(AttemptRow.delivery_id == delivery_id)
    return session.scalars(statement.order_by(AttemptRow.number)).all()


def claim_due(
    session: Session, owner: str, now: dt.datetime, limit: int, busy: Collection[UUID]
) -> list[DeliveryRow]:
    """Deliveries that are due, of webhooks that are not `busy`."""
    where = [DeliveryRow.webhook_id.not_in(busy)] if busy else []
    return queue.claim(
        session,
        DeliveryRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE_SECONDS,
        where=where,
    )


def begin_attempt(session: Session, row: DeliveryRow, now: dt.datetime) -> int:
    """Note that a request of `row` leaves; returns its number."""
    row.tries += 1
    session.add(
        AttemptRow(
            organisation_id=row.organisation_id, delivery_id=row.id, number=row.tries, at=now
        )
    )
    return row.tries


def end_attempt(session: Session, delivery_id: UUID, number: int, **found: Any) -> None:
    """Note what came of it."""
    session.execute(
        update(AttemptRow)
        .where(AttemptRow.delivery_id == delivery_id, AttemptRow.number == number)
        .values(**found)
    )


def settle(
    session: Session, delivery_id: UUID, state: WebhookDeliveryState, status: int | None
) -> None:
    """Note where a delivery stands."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery_id)
        .values(state=state, last_status=status)
    )


def give_up(session: Session, delivery_id: UUID, now: dt.datetime) -> None:
    """A delivery whose claim was just given back is not tried again."""
    session.execute(update(DeliveryRow).where(DeliveryRow.id == delivery_id).values(done_at=now))


def set_failing(session: Session, webhook_id: UUID, since: dt.datetime | None) -> None:
    """Note since when nothing arrives at a webhook, or that something did. No change of its own:
    who edits it must not find it changed."""
    known = WebhookRow.failing_since
    session.execute(
        update(WebhookRow)
        .where(
            WebhookRow.id == webhook_id, known.is_not(None) if since is None else known.is_(None)
        )
        .values(failing_since=since)
    )


def give_up_waiting(session: Session, webhook_id: UUID, now: dt.datetime, reason: str) -> None:
    """What still waits for a webhook is given up."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.webhook_id == webhook_id, DeliveryRow.done_at.is_(None))
        .values(
            state=WebhookDeliveryState.FAILED,
            done_at=now,
            lease_until=None,
            owner=None,
            last_error=reason,
        )
    )


def replay(session: Session, ids: Iterable[UUID], now: dt.datetime) -> int:
    """Let those deliveries that are at their end begin anew; returns how many did."""
    done = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(list(ids)), DeliveryRow.done_at.is_not(None))
        .values(
            state=WebhookDeliveryState.WAITING,
            due_at=now,
            done_at=None,
            attempts=0,
            lease_until=None,
            owner=None,
            last_error=None,
        )
        .returning(DeliveryRow.id)
    )
    return len(done.all())


def failed_since(
    session: Session, webhook_id: UUID, since: dt.datetime, limit: int
) -> Sequence[UUID]:
    """Deliveries of a webhook that were given up since a moment, the oldest first."""
    statement = (
        select(DeliveryRow.id)
        .where(
            DeliveryRow.webhook_id == webhook_id,
            DeliveryRow.state == WebhookDeliveryState.FAILED,
            DeliveryRow.done_at >= since,
        )
        .order_by(DeliveryRow.created_at, DeliveryRow.id)
    )
    return session.scalars(statement.limit(limit)).all()


def forget(session: Session, before: dt.datetime, limit: int) -> int:
    """Forget deliveries that ended before a moment; returns how many."""
    old = select(DeliveryRow.id).where(
        DeliveryRow.created_at < before, DeliveryRow.done_at.is_not(None)
    )
    ids = session.scalars(old.order_by(DeliveryRow.created_at).limit(limit)).all()
    session.execute(delete(AttemptRow).where(AttemptRow.delivery_id.in_(ids)))
    session.execute(delete(DeliveryRow).where(DeliveryRow.id.in_(ids)))
    return len(ids)


def remove(session: Session, row: WebhookRow) -> None:
    """Remove a webhook with all of its deliveries."""
    of_it = select(DeliveryRow.id).where(DeliveryRow.webhook_id == row.id)
    session.execute(delete(AttemptRow).where(AttemptRow.delivery_id.in_(of_it)))
    session.execute(delete(DeliveryRow).where(DeliveryRow.webhook_id == row.id))
    session.delete(row)


def waiting(session: Session) -> tuple[int, dt.datetime | None]:
    """How many deliveries wait, and since when the first does."""
    row = session.execute(
        select(func.count(), func.min(DeliveryRow.created_at)).where(DeliveryRow.done_at.is_(None))
    ).one()
    return row[0], row[1]


def mentioning(
    session: Session, ids: Collection[UUID], but: str, after: UUID | None, limit: int
) -> Sequence[DeliveryRow]:
    """Deliveries whose bodies have one of these ids and not the words `but`, in the order of their
    own ids."""
    has = [DeliveryRow.body.contains(str(each)) for each in ids]
    query = select(DeliveryRow).where(or_(*has), ~DeliveryRow.body.contains(but))
    if after is not None:
        query = query.where(DeliveryRow.id > after)
    return session.scalars(query.order_by(DeliveryRow.id).limit(limit)).all()


def remove_deliveries(session: Session, ids: Collection[UUID]) -> None:
    """Remove deliveries with their attempts."""
    for statement in (
        delete(AttemptRow).where(AttemptRow.delivery_id.in_(ids)),
        delete(DeliveryRow).where(DeliveryRow.id.in_(ids)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
