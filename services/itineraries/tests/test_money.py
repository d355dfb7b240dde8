"""Payments against a model that counts coins."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.common import Money
from contracts.itineraries import Instalment, Payment, PaymentKind
from fairlead.errors import Conflict
from itineraries.domain import money

DAY = dt.date(2026, 5, 1)
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
CURRENCIES = ["EUR", "JPY", "BHD"]


def day(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number)


amounts = st.builds(Money, amount=st.integers(1, 1000), currency=st.sampled_from(CURRENCIES))
plans = st.lists(st.builds(Instalment, due=st.integers(0, 6).map(day), amount=amounts), max_size=6)
entries = st.lists(
    st.builds(
        Payment,
        id=st.uuids(),
        itinerary_id=st.just(UUID(int=1)),
        kind=st.sampled_from(PaymentKind),
        amount=amounts,
        date=st.just(DAY),
        method=st.just(""),
        note=st.just(""),
        external_id=st.just(""),
        recorded_at=st.just(NOW),
        recorded_by=st.none(),
        recorded_by_name=st.just(""),
        voided_at=st.sampled_from([None, None, NOW]),
    ),
    max_size=8,
)


def coins(
    kept: int, plan: list[Instalment], asked: int, arrival: dt.date | None
) -> list[tuple[dt.date, int]]:
    """What of each instalment, and of what they leave, is not covered, coin after coin."""
    owed = [(each.due, each.amount.amount) for each in plan]
    rest = asked - sum(amount for _, amount in owed)
    if arrival is not None and rest > 0:
        owed.append((arrival, rest))
    left, asking, lacking = kept, asked, []
    for due, amount in sorted(owed):
        part = min(amount, asking)
        asking -= part
        paid = max(0, min(left, part))
        left -= paid
        lacking.append((due, part - paid))
    return lacking


@given(
    st.none() | amounts,
    plans,
    entries,
    st.integers(-1, 8),
    st.booleans(),
    st.none() | st.integers(0, 6).map(day),
)
def test_balances_are_what_coins_say(
    price: Money | None,
    plan: list[Instalment],
    paid: list[Payment],
    on: int,
    cancelled: bool,
    arrival: dt.date | None,
) -> None:
    kept: Counter[str] = Counter()
    for each in paid:
        if each.voided_at is None:
            sign = 1 if each.kind is PaymentKind.RECEIVED else -1
            kept[each.amount.currency] += sign * each.amount.amount
    found = money.balances(price, plan, paid, day(on), arrival=arrival, cancelled=cancelled)
    assert len({each.currency for each in found}) == len(found)
    if price is not None:
        assert found[0].currency == price.currency
    for balance in found:
        own = [each for each in plan if each.amount.currency == balance.currency]
        asked = sum(each.amount.amount for each in own)
        if price is not None and price.currency == balance.currency:
            asked = price.amount
        asked = 0 if cancelled else asked
        have = kept[balance.currency]
        assert balance.asked == asked
        assert balance.received - balance.refunded == have
        assert balance.outstanding - balance.credit == asked - have
        assert min(balance.outstanding, balance.credit) == 0
        if have >= 0:
            lacking = coins(have, own, asked, arrival)
            assert balance.due == sum(left for due, left in lacking if due <= day(on))
            assert balance.overdue == sum(left for due, left in lacking if due < day(on))
            assert balance.next_due == next((due for due, left in lacking if left), None)
        assert balance.overdue <= balance.due <= max(balance.outstanding, balance.due)
    # Nothing is lost: every entry is in the balance of its own currency.
    for currency, have in kept.items():
        assert [b for b in found if b.currency == currency and b.received - b.refunded == have]


@given(plans, entries)
def test_one_currency_never_touches_another(plan: list[Instalment], paid: list[Payment]) -> None:
    price = Money(amount=500, currency="EUR")
    alone = money.balances(
        price,
        [each for each in plan if each.amount.currency == "EUR"],
        [each for each in paid if each.amount.currency == "EUR"],
        DAY,
    )
    assert money.balances(price, plan, paid, DAY)[0] == alone[0]


def test_what_nobody_planned_is_due_by_arrival() -> None:
    price = Money(amount=500, currency="EUR")
    arrival = day(2)

    def on(number: int, plan: list[Instalment]) -> tuple[int, int, dt.date | None]:
        [found] = money.balances(price, plan, [], day(number), arrival=arrival)
        return found.due, found.overdue, found.next_due

    assert on(1, []) == (0, 0, arrival)
    assert on(2, []) == (500, 0, arrival)
    assert on(3, []) == (500, 500, arrival)
    deposit = [Instalment(due=DAY, amount=Money(amount=200, currency="EUR"))]
    assert on(1, deposit) == (200, 200, DAY)
    assert on(3, deposit) == (500, 500, DAY)
    [unagreed] = money.balances(price, [], [], day(9))
    assert (unagreed.due, unagreed.next_due, unagreed.outstanding) == (0, None, 500)


def test_a_day_is_late_when_it_has_ended_in_its_zone() -> None:
    plan = [Instalment(due=DAY, amount=Money(amount=5, currency="EUR"))]
    found = money.balances(None, plan, [], DAY)
    assert (found[0].due, found[0].overdue) == (5, 0)
    assert money.late_from(found, "Pacific/Auckland") == dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    assert money.late_from(found, "America/Lima") == dt.datetime(2026, 5, 2, 5, tzinfo=dt.UTC)
    assert money.late_from([], "UTC") is None


def test_no_more_is_paid_back_than_came() -> None:
    came = Payment(
        id=UUID(int=1),
        itinerary_id=UUID(int=2),
        kind=PaymentKind.RECEIVED,
        amount=Money(amount=100, currency="EUR"),
        date=DAY,
        method="",
        note="",
        external_id="",
        recorded_at=NOW,
        recorded_by=None,
        recorded_by_name="",
    )
    back = replace(came, kind=PaymentKind.REFUNDED)
    money.check_kept([came, back], "EUR")
    with pytest.raises(Conflict, match="refund_exceeds"):
        money.check_kept([came, back, back], "EUR")
    with pytest.raises(Conflict, match="refund_exceeds"):
        money.check_kept([replace(came, voided_at=NOW), back], "EUR")
    with pytest.raises(Conflict, match="refund_exceeds"):
        money.check_kept([came, replace(back, amount=Money(amount=1, currency="JPY"))], "JPY")
