"""Payments through their door, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from contracts.common import Money
from contracts.itineraries import (
    Instalment,
    Itineraries,
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    Payment,
    PaymentKind,
    PaymentRecorded,
)
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.SUPERVISOR, organisation=OURS, user=UUID(int=9), user_name="Inês")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
TODAY = dt.datetime.now(dt.UTC).date()
TRIP = ItineraryDetails(
    title="Galicia",
    start=TODAY + dt.timedelta(days=40),
    end=TODAY + dt.timedelta(days=47),
    zone="UTC",
    price=Money(amount=1000, currency="EUR"),
)


def euro(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


def in_days(days: int, amount: int) -> Instalment:
    return Instalment(due=TODAY + dt.timedelta(days=days), amount=euro(amount))


@pytest.fixture
def itineraries(desk: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        yield desk.client


@pytest.fixture
def trip(itineraries: Itineraries) -> Itinerary:
    return itineraries.create_itinerary(details=TRIP, state=ItineraryState.CONFIRMED)


def pay(itineraries: Itineraries, trip: Itinerary, amount: int | Money, **more: Any) -> Payment:
    values: dict[str, Any] = {
        "itinerary_id": trip.id,
        "kind": PaymentKind.RECEIVED,
        "amount": amount if isinstance(amount, Money) else euro(amount),
        "date": TODAY,
        "request_id": str(uuid4()),
    }
    return itineraries.record_payment(**(values | more))


def test_a_trip_is_paid_by_instalments(
    itineraries: Itineraries, trip: Itinerary, desk: Any
) -> None:
    assert trip.payment_incomplete
    plan = [in_days(30, 700), in_days(-1, 300)]
    planned = itineraries.plan_payments(itinerary_id=trip.id, version=1, instalments=plan)
    assert (planned.version, planned.instalments) == (2, plan[::-1])
    [balance] = planned.balances
    assert (balance.outstanding, balance.due, balance.overdue) == (1000, 300, 300)
    paid = pay(itineraries, trip, 300, method=" card ", note="Deposit")
    assert (paid.method, paid.recorded_by_name, paid.recorded_by) == ("card", "Inês", UUID(int=9))
    ledger = itineraries.get_ledger(itinerary_id=trip.id)
    assert (ledger.version, ledger.payments, ledger.payment_incomplete) == (3, [paid], True)
    [balance] = ledger.balances
    assert (balance.outstanding, balance.due, balance.next_due) == (700, 0, plan[0].due)
    pay(itineraries, trip, 700)
    found = itineraries.get_itinerary(id=trip.id)
    assert (found.payment_incomplete, found.balances[0].outstanding) == (False, 0)
    assert desk.told()[-2].itinerary == desk.told()[-1].itinerary == found
    assert isinstance(desk.told()[-1], PaymentRecorded)


def test_a_price_without_a_plan_is_due_by_arrival(itineraries: Itineraries) -> None:
    gone = replace(TRIP, start=TODAY - dt.timedelta(days=1), end=TODAY)
    trip = itineraries.create_itinerary(details=gone)
    assert (trip.balances[0].due, trip.balances[0].next_due) == (0, None)  # nobody agreed to it
    assert itineraries.list_itineraries(overdue=True).itineraries == []
    trip = itineraries.set_state(id=trip.id, version=1, state=ItineraryState.CONFIRMED)
    assert (trip.balances[0].due, trip.balances[0].overdue) == (1000, 1000)
    assert [row.id for row in itineraries.list_itineraries(overdue=True).itineraries] == [trip.id]
    later = replace(gone, start=TODAY + dt.timedelta(days=2), end=TODAY + dt.timedelta(days=3))
    trip = itineraries.update_itinerary(id=trip.id, version=2, details=later)
    assert (trip.balances[0].due, trip.balances[0].next_due) == (0, later.start)
    assert itineraries.list_itineraries(overdue=True).itineraries == []


def test_the_same_request_is_entered_once(itineraries: Itineraries, trip: Itinerary) -> None:
    paid = pay(itineraries, trip, 300, request_id="order-77")
    assert pay(itineraries, trip, 300, request_id="order-77") == paid
    with pytest.raises(Conflict) as caught:
        pay(itineraries, trip, 301, request_id="order-77")
    assert caught.value.code == "itineraries.request_reused"
    other = itineraries.create_itinerary(details=TRIP)
    with pytest.raises(Conflict):
        pay(itineraries, other, 300, request_id="order-77")
    assert itineraries.get_ledger(itinerary_id=trip.id).payments == [paid]
    with acting(STRANGER):
        theirs = itineraries.create_itinerary(details=TRIP)
        assert pay(itineraries, theirs, 300, request_id="order-77").id != paid.id


def test_a_wrong_entry_is_taken_back(itineraries: Itineraries, trip: Itinerary, desk: Any) -> None:
    paid = pay(itineraries, trip, 1000)
    back = pay(itineraries, trip, 400, kind=PaymentKind.REFUNDED)
    with pytest.raises(Conflict) as caught:
        itineraries.void_payment(id=paid.id, reason="wrong trip")
    assert caught.value.code == "itineraries.refund_exceeds"
    voided = itineraries.void_payment(id=back.id, reason=" wrong trip ")
    assert (voided.void_reason, voided.voided_at is None) == ("wrong trip", False)
    assert itineraries.void_payment(id=back.id, reason="again") == voided
    found = itineraries.get_ledger(itinerary_id=trip.id)
    assert (found.payments, found.balances[0].refunded, found.version) == ([paid, voided], 0, 4)
    assert len(desk.told()) == 7
    with pytest.raises(Invalid):
        itineraries.void_payment(id=paid.id, reason=" ")
    with acting(replace(PERSON, role=Role.USER)), pytest.raises(Forbidden):
        itineraries.void_payment(id=paid.id, reason="no")


def test_no_more_is_paid_back_than_came(itineraries: Itineraries, trip: Itinerary) -> None:
    pay(itineraries, trip, 1000)
    for money in (euro(1001), Money(amount=1, currency="JPY")):
        with pytest.raises(Conflict) as caught:
            pay(itineraries, trip, money, kind=PaymentKind.REFUNDED)
        assert caught.value.code == "itineraries.refund_exceeds"
    pay(itineraries, trip, 1000, kind=PaymentKind.REFUNDED)


def test_currencies_never_mix(itineraries: Itineraries, trip: Itinerary) -> None:
    pay(itineraries, trip, Money(amount=100_000, currency="JPY"))
    pay(itineraries, trip, Money(amount=5, currency="BHD"))
    found = itineraries.get_itinerary(id=trip.id)
    assert [(b.currency, b.outstanding, b.credit) for b in found.balances] == [
        ("EUR", 1000, 0),
        ("BHD", 0, 5),
        ("JPY", 0, 100_000),
    ]
    assert found.payment_incomplete


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": euro(0)}, "amount.amount"),
        ({"amount": euro(-5)}, "amount.amount"),
        ({"amount": euro(10**15 + 1)}, "amount.amount"),
        ({"amount": Money(amount=5, currency="EUX")}, "amount.currency"),
        ({"date": dt.date(1, 1, 1)}, "date"),
        ({"note": "a\nb"}, "note"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(
    itineraries: Itineraries, trip: Itinerary, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        pay(itineraries, trip, **({"amount": 5} | changes))
    assert [each["field"] for each in caught.value.details["errors"]] == [field]
    assert itineraries.get_ledger(itinerary_id=trip.id).payments == []


def test_a_plan_that_cannot_be_is_refused(itineraries: Itineraries, trip: Itinerary) -> None:
    wrong = [in_days(1, 0), replace(in_days(1, 5), due=dt.date.max, label="a\0")]
    with pytest.raises(Invalid) as caught:
        itineraries.plan_payments(itinerary_id=trip.id, version=1, instalments=wrong)
    fields = [each["field"] for each in caught.value.details["errors"]]
    assert fields == ["instalments[0].amount.amount", "instalments[1].due"]
    with pytest.raises(Stale):
        itineraries.plan_payments(itinerary_id=trip.id, version=7, instalments=[])


def test_a_price_and_a_commission_are_in_one_currency(itineraries: Itineraries) -> None:
    for commission, field in (
        (Money(amount=100, currency="USD"), "details.commission.currency"),
        (euro(1001), "details.commission.amount"),
        (euro(-1), "details.commission.amount"),
    ):
        with pytest.raises(Invalid) as caught:
            itineraries.create_itinerary(details=replace(TRIP, commission=commission))
        assert [each["field"] for each in caught.value.details["errors"]] == [field]
    made = itineraries.create_itinerary(details=replace(TRIP, commission=euro(150)))
    assert made.details.commission == euro(150)
    with pytest.raises(Invalid):
        itineraries.create_itinerary(details=replace(TRIP, price=Money(amount=1, currency="EUX")))


def test_nothing_is_asked_of_a_cancelled_trip(itineraries: Itineraries, trip: Itinerary) -> None:
    itineraries.plan_payments(itinerary_id=trip.id, version=1, instalments=[in_days(-5, 1000)])
    pay(itineraries, trip, 400)
    assert itineraries.list_itineraries(overdue=True).itineraries[0].id == trip.id
    off = itineraries.set_state(
        id=trip.id, version=3, state=ItineraryState.CANCELLED, reason="Flight cancelled"
    )
    [balance] = off.balances
    assert (balance.outstanding, balance.due, balance.credit) == (0, 0, 400)
    assert not off.payment_incomplete
    assert itineraries.list_itineraries(overdue=True).itineraries == []


def test_strangers_and_nobody_reach_no_payment(itineraries: Itineraries, trip: Itinerary) -> None:
    paid = pay(itineraries, trip, 5)
    doors: list[tuple[str, dict[str, Any]]] = [
        ("get_ledger", {"itinerary_id": trip.id}),
        ("plan_payments", {"itinerary_id": trip.id, "version": 2, "instalments": []}),
        ("void_payment", {"id": paid.id, "reason": "mine"}),
    ]
    for method, arguments in doors:
        with acting(STRANGER), pytest.raises(NotFound):
            getattr(itineraries, method)(**arguments)
        with acting(Context()), pytest.raises(Unauthenticated):
            getattr(itineraries, method)(**arguments)
    with acting(STRANGER), pytest.raises(NotFound):
        pay(itineraries, trip, 5)
    assert itineraries.get_ledger(itinerary_id=trip.id).payments == [paid]
