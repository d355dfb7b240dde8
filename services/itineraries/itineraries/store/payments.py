"""Payments of trips."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.itineraries import PaymentKind
from fairlead.store import Scoped, word

from .schema import Base


class PaymentRow(Scoped, Base):
    """Money that came or went back. It is never deleted: a wrong one is voided."""

    __tablename__ = "payments"

    id: Mapped[UUID]
    itinerary_id: Mapped[UUID]
    request_id: Mapped[str] = mapped_column(String(200))
    kind: Mapped[PaymentKind] = mapped_column(word(PaymentKind))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    date: Mapped[dt.date]
    method: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(500))
    external_id: Mapped[str] = mapped_column(String(500))
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[UUID | None]
    recorded_by_name: Mapped[str] = mapped_column(String(200))
    voided_at: Mapped[dt.datetime | None]
    void_reason: Mapped[str] = mapped_column(String(500))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        UniqueConstraint("organisation_id", "request_id"),
        ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"], ["itineraries.organisation_id", "itineraries.id"]
        ),
        Index(None, "organisation_id", "itinerary_id"),
    )


def of_trip(session: Session, itinerary_id: UUID) -> list[PaymentRow]:
    """The payments of a trip in the order of their days."""
    query = select(PaymentRow).where(PaymentRow.itinerary_id == itinerary_id)
    return list(session.scalars(query.order_by(PaymentRow.date, PaymentRow.id)))


def find(session: Session, id: UUID) -> PaymentRow | None:
    """The payment with this id."""
    return session.scalars(select(PaymentRow).where(PaymentRow.id == id)).one_or_none()


def find_by_request(session: Session, request_id: str) -> PaymentRow | None:
    """The payment that was entered with this request."""
    query = select(PaymentRow).where(PaymentRow.request_id == request_id)
    return session.scalars(query).one_or_none()
