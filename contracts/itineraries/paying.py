"""What a trip costs, what is to be paid when, and what was paid."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, call, event

from .. import rights
from ..common import Line, Money, Name
from .money import Instalment, Ledger, Payment, PaymentKind
from .trips import Itinerary


class Paying(Interface, Protocol):
    """Payments of trips."""

    @call(rights.READ)
    def get_ledger(self, *, itinerary_id: UUID) -> Ledger:
        """All that is planned and was paid. NotFound `itineraries.not_found`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def plan_payments(
        self,
        *,
        itinerary_id: UUID,
        version: int,
        instalments: Annotated[list[Instalment], Meta(max_length=60)],
    ) -> Itinerary:
        """Replace the plan of what is to be paid when. Stale `itineraries.changed`."""
        ...

    @call(rights.RECORD_PAYMENTS, mutates=True)
    def record_payment(
        self,
        *,
        itinerary_id: UUID,
        kind: PaymentKind,
        amount: Money,
        date: dt.date,
        request_id: Name,
        method: Line = "",
        note: Line = "",
        external_id: Line = "",
    ) -> Payment:
        """Enter what was received or paid back on the local day `date`.

        Once for each `request_id`: the same again answers with the entry of the first time, and
        with other content it is Conflict `itineraries.request_reused`. Conflict
        `itineraries.refund_exceeds` where more is paid back than was received in the currency.
        """
        ...

    @call(rights.VOID_PAYMENTS, mutates=True)
    def void_payment(self, *, id: UUID, reason: Line) -> Payment:
        """Take back a wrong entry: it stays visible and counts no more.

        NotFound `itineraries.payment_not_found`; Conflict `itineraries.refund_exceeds` where less
        would then have been received than was paid back.
        """
        ...


@event("payment.recorded", source="itineraries")
class PaymentRecorded(Event):
    """A payment was entered, or taken back (`payment.voided_at`); the trip as it stands then."""

    payment: Payment
    itinerary: Itinerary
