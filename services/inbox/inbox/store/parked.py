"""What came before its message was known; applied when it is."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.channels import DeliveryUpdated, MessageAmended
from fairlead.store import Json, Scoped, in_turn, new_id

from .schema import Base


class ParkedRow(Scoped, Base):
    """An update that waits."""

    __tablename__ = "parked_updates"
    __table_args__ = (Index(None, "organisation_id", "message_id"), Index(None, "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    document: Mapped[DeliveryUpdated] = mapped_column(Json(DeliveryUpdated))
    at: Mapped[dt.datetime]


class ParkedAmendmentRow(Scoped, Base):
    """An amendment that waits for the message that its provider calls so."""

    __tablename__ = "parked_amendments"
    __table_args__ = (
        Index(None, "organisation_id", "connection_id", "provider_id"),
        Index(None, "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    connection_id: Mapped[UUID]
    provider_id: Mapped[str] = mapped_column(String(500))
    document: Mapped[MessageAmended] = mapped_column(Json(MessageAmended))
    at: Mapped[dt.datetime]


def await_turn(session: Session, connection_id: UUID | None, provider_id: str) -> None:
    """Hold the turn of a message's name: while one that is new is written down, what was told of it
    is not looked up, nor the other way round, for neither would see the other and it would be
    parked for ever."""
    in_turn(session, "parked amendments", connection_id, provider_id)


def park_amendment(session: Session, amendment: MessageAmended) -> None:
    """Keep an amendment for later."""
    session.add(
        ParkedAmendmentRow(
            id=new_id(),
            connection_id=amendment.connection_id,
            provider_id=amendment.provider_id,
            document=amendment,
            at=dt.datetime.now(dt.UTC),
        )
    )


def take_amendments(
    session: Session, connection_id: UUID | None, provider_id: str
) -> list[MessageAmended]:
    """The amendments that wait for a message, in their order; they wait no longer."""
    await_turn(session, connection_id, provider_id)
    rows = session.scalars(
        select(ParkedAmendmentRow)
        .where(
            ParkedAmendmentRow.connection_id == connection_id,
            ParkedAmendmentRow.provider_id == provider_id[:500],
        )
        .order_by(ParkedAmendmentRow.id)
    ).all()
    for row in rows:
        session.delete(row)
    return [row.document for row in rows]


def park(session: Session, update: DeliveryUpdated) -> None:
    """Keep an update for later."""
    session.add(
        ParkedRow(
            id=new_id(), message_id=update.message_id, document=update, at=dt.datetime.now(dt.UTC)
        )
    )


def take(session: Session, message_id: UUID) -> list[DeliveryUpdated]:
    """The updates that wait for a message; they wait no longer."""
    rows = session.scalars(select(ParkedRow).where(ParkedRow.message_id == message_id)).all()
    for row in rows:
        session.delete(row)
    return [row.document for row in rows]


def forget(session: Session, before: dt.datetime) -> None:
    """Forget that whose message never came."""
    for row in (ParkedRow, ParkedAmendmentRow):
        old = delete(row).where(row.at < before)
        session.execute(old.execution_options(synchronize_session=False))
