"""Payments of trips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import Money
from contracts.itineraries import (
    Instalment,
    Itinerary,
    Ledger,
    Payment,
    PaymentKind,
    PaymentRecorded,
)
from fairlead.service import publish, rpc

from .. import paying
from ..store.trips import ItineraryRow
from .changing import Changing, again


class Paying(Changing):
    """Payments of trips."""

    @rpc
    def get_ledger(self, *, itinerary_id: UUID) -> Ledger:
        """All that is planned and was paid."""
        with self.store.reading() as session:
            return paying.ledger(session, itinerary_id, dt.datetime.now(dt.UTC))

    @rpc
    def plan_payments(
        self, *, itinerary_id: UUID, version: int, instalments: list[Instalment]
    ) -> Itinerary:
        """Replace the plan of what is to be paid when."""
        return self._change(
            lambda session: paying.plan_payments(session, itinerary_id, version, instalments)
        )

    @rpc
    def record_payment(
        self,
        *,
        itinerary_id: UUID,
        kind: PaymentKind,
        amount: Money,
        date: dt.date,
        request_id: str,
        method: str,
        note: str,
        external_id: str,
    ) -> Payment:
        """Enter what was received or paid back."""
        return self._enter(
            lambda session: paying.record(
                session,
                itinerary_id,
                request_id.replace("\x00", ""),
                kind=kind,
                amount=amount,
                date=date,
                method=method,
                note=note,
                external_id=external_id,
            )
        )

    @rpc
    def void_payment(self, *, id: UUID, reason: str) -> Payment:
        """Take back a wrong entry."""
        return self._enter(lambda session: paying.void(session, id, reason))

    def _enter(self, enter: Callable[[Session], tuple[ItineraryRow, Payment, bool]]) -> Payment:
        """Make an entry, and tell it with the trip as it stands then."""

        def once() -> Payment:
            with self.store.transaction() as session:
                row, payment, changed = enter(session)
                if changed:
                    trip = self._tell(session, row)
                    publish(session, PaymentRecorded(payment=payment, itinerary=trip))
                return payment

        return again(once)
