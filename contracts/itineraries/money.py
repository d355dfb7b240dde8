"""What is to be paid for a trip, what was paid, and how that stands, each currency by itself."""

from __future__ import annotations

import datetime as dt
import enum
from uuid import UUID

from fairlead.contract import Message

from ..common import Currency, Line, Money


class PaymentKind(enum.Enum):
    """Which way money went."""

    RECEIVED = "received"
    REFUNDED = "refunded"


class Instalment(Message):
    """A part of what is to be paid, at the latest on the day `due`, local to the trip."""

    due: dt.date
    amount: Money
    label: Line = ""


class Payment(Message):
    """Money that was received or paid back on the day `date`. One with `voided_at` never was."""

    id: UUID
    itinerary_id: UUID
    kind: PaymentKind
    amount: Money
    date: dt.date
    method: str
    note: str
    external_id: str
    recorded_at: dt.datetime
    recorded_by: UUID | None
    recorded_by_name: str
    voided_at: dt.datetime | None = None
    void_reason: str = ""


class Balance(Message):
    """How a trip stands in one currency, all in its minor units.

    `asked` is the price, or what is planned where the price is in another currency, or nothing
    once the trip is cancelled. `outstanding` is what of it is still to come, `credit` what came
    beyond it. `due` should be here by the end of the day, `overdue` by the day before; `next_due`
    is the first day that is not covered yet. Once the trip is confirmed, what of the price no
    instalment asks for is due by the day of arrival: the whole of it where there are none.
    """

    currency: Currency
    asked: int
    planned: int
    received: int
    refunded: int
    outstanding: int
    credit: int
    due: int
    overdue: int
    next_due: dt.date | None


class Ledger(Message):
    """All payments of a trip, and how they stand on the day `as_of` in its zone."""

    itinerary_id: UUID
    version: int
    as_of: dt.date
    price: Money | None
    instalments: list[Instalment]
    payments: list[Payment]
    balances: list[Balance]
    payment_incomplete: bool
