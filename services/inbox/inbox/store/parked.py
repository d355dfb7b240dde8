"""Delivery updates that came before their message was known; applied when it is."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.channels import DeliveryUpdated
from fairlead.store import Json, Scoped, new_id

from .schema import Base


class ParkedRow(Scoped, Base):
    """An update that waits."""

    __tablename__ = "parked_updates"
    __table_args__ = (Index(None, "organisation_id", "message_id"), Index(None, "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    document: Mapped[DeliveryUpdated] = mapped_column(Json(DeliveryUpdated))
    at: Mapped[dt.datetime]


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
    """Forget updates whose message never came."""
    session.execute(
        delete(ParkedRow).where(ParkedRow.at < before).execution_options(synchronize_session=False)
    )
