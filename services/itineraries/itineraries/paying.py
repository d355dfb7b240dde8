"""Payments as they are planned and entered: each function inside the transaction it is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from contracts.common import Money
from contracts.itineraries import (
    Balance,
    Instalment,
    ItineraryState,
    Ledger,
    Payment,
    PaymentKind,
)
from fairlead.context import current
from fairlead.errors import Conflict, NotFound
from fairlead.local_time import check_day, today
from fairlead.store import new_id

from . import recording
from .domain import money, plan
from .domain.calendar import problem
from .domain.states import AGREED
from .finding import expect, trip
from .store import payments as store
from .store.payments import PaymentRow
from .store.trips import Changed, ItineraryRow
from .views import payment_of


def ledger(session: Session, itinerary_id: UUID, now: dt.datetime) -> Ledger:
    """How a trip's payments stand."""
    row = trip(session, itinerary_id)
    paid = payments(session, row.id)
    as_of = today(now, row.details.zone)
    return Ledger(
        itinerary_id=row.id,
        version=row.version,
        as_of=as_of,
        price=row.details.price,
        instalments=row.instalments,
        payments=paid,
        balances=balances(row, paid, as_of),
        payment_incomplete=row.payment_incomplete,
    )


def payments(session: Session, itinerary_id: UUID) -> list[Payment]:
    """The trip's payments, void ones too, in the order of their days."""
    session.flush()
    return [payment_of(row) for row in store.of_trip(session, itinerary_id)]


def balances(row: ItineraryRow, paid: Sequence[Payment], day: dt.date) -> list[Balance]:
    """How the trip stands on a day."""
    return money.balances(
        row.details.price,
        row.instalments,
        paid,
        day,
        arrival=row.start if row.state in AGREED else None,
        cancelled=row.state is ItineraryState.CANCELLED,
    )


def settle(row: ItineraryRow, paid: Sequence[Payment]) -> None:
    """Write down what lists ask of a trip's payments, after anything that bears on them."""
    zone = row.details.zone
    found = balances(row, paid, today(dt.datetime.now(dt.UTC), zone))
    row.payment_incomplete = money.is_incomplete(found)
    row.late_from = money.late_from(found, zone)


def plan_payments(
    session: Session, itinerary_id: UUID, version: int, instalments: Sequence[Instalment]
) -> Changed:
    """The trip with another plan of what is to be paid when."""
    plan.check(money.instalment_problems(instalments))
    for number, each in enumerate(instalments):
        plan.check_line(f"instalments[{number}].label", each.label)
    row = trip(session, itinerary_id, lock=True)
    expect(row, version)
    wanted = money.in_order(instalments)
    if wanted == row.instalments:
        return row, False
    paid = payments(session, row.id)
    before, after = {"instalments": row.instalments}, {"instalments": wanted}
    row.instalments = wanted
    settle(row, paid)
    recording.trip(session, "itinerary.payments_planned", row, before, after)
    return row, True


def record(
    session: Session,
    itinerary_id: UUID,
    request_id: str,
    *,
    kind: PaymentKind,
    amount: Money,
    date: dt.date,
    method: str,
    note: str,
    external_id: str,
) -> tuple[ItineraryRow, Payment, bool]:
    """The trip with an entry more, the entry, and whether it is new.

    Conflict `itineraries.request_reused` where the request made another entry before.
    """
    plan.check(money.amount_problems("amount", amount, least=1), problem("date", check_day, date))
    for field, line in {"method": method, "note": note, "external_id": external_id}.items():
        plan.check_line(field, line)
    row = trip(session, itinerary_id, lock=True)
    who = current()
    entry = Payment(
        id=new_id(),
        itinerary_id=row.id,
        kind=kind,
        amount=amount,
        date=date,
        method=method.strip(),
        note=note.strip(),
        external_id=external_id.strip(),
        recorded_at=dt.datetime.now(dt.UTC),
        recorded_by=who.user,
        recorded_by_name=(who.user_name or "")[:200],
    )
    before = store.find_by_request(session, request_id)
    if before is not None:
        return row, _repeated(payment_of(before), entry), False
    known = payments(session, row.id)
    money.check_room(known)
    money.check_kept([*known, entry], amount.currency)
    session.add(_row_of(entry, request_id))
    _touch(row)
    settle(row, [*known, entry])
    recording.payment(session, "payment.recorded", row, entry)
    return row, entry, True


def void(session: Session, id: UUID, reason: str) -> tuple[ItineraryRow, Payment, bool]:
    """The trip of an entry that counts no more, the entry, and whether it did before."""
    plan.check_line("reason", reason, needed=True)
    found = store.find(session, id)
    if found is None:
        raise NotFound("itineraries.payment_not_found", "There is no such payment")
    row = trip(session, found.itinerary_id, lock=True)
    session.refresh(found)  # it may have been voided while the trip was not ours
    if found.voided_at is not None:
        return row, payment_of(found), False
    found.voided_at, found.void_reason = dt.datetime.now(dt.UTC), reason.strip()
    left = payments(session, row.id)
    money.check_kept(left, found.currency)
    _touch(row)
    settle(row, left)
    voided = payment_of(found)
    recording.payment(session, "payment.voided", row, voided)
    return row, voided, True


def _repeated(known: Payment, wanted: Payment) -> Payment:
    if not money.same_entry(known, wanted):
        reason = "This request entered another payment before"
        raise Conflict("itineraries.request_reused", reason)
    return known


def _row_of(payment: Payment, request_id: str) -> PaymentRow:
    return PaymentRow(
        id=payment.id,
        itinerary_id=payment.itinerary_id,
        request_id=request_id,
        kind=payment.kind,
        amount=payment.amount.amount,
        currency=payment.amount.currency,
        date=payment.date,
        method=payment.method,
        note=payment.note,
        external_id=payment.external_id,
        recorded_at=payment.recorded_at,
        recorded_by=payment.recorded_by,
        recorded_by_name=payment.recorded_by_name,
        voided_at=None,
        void_reason="",
    )


def _touch(row: ItineraryRow) -> None:
    """Count a change of the trip that happened in its payments."""
    flag_modified(row, "searched")
