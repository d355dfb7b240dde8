"""How a trip's payments stand: each currency by itself, never a sum over two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from contracts.common import Money
from contracts.itineraries import Balance, Instalment, Payment, PaymentKind
from fairlead.currency import is_currency
from fairlead.errors import Conflict
from fairlead.local_time import check_day, ended

MOST_MINOR_UNITS = 10**15  # more than any trip costs, in any currency; far inside 64 bits
MOST_PAYMENTS = 300  # of one trip, which carries them all wherever it goes


def balances(
    price: Money | None,
    instalments: Sequence[Instalment],
    payments: Iterable[Payment],
    today: dt.date,
    *,
    arrival: dt.date | None = None,
    cancelled: bool = False,
) -> list[Balance]:
    """One balance for each currency that is asked for or was paid in; the price's comes first.

    What is received pays the instalments in the order of their days. No more than the price ever
    becomes due, whatever the plan says, and nothing of a trip that is cancelled. What of the price
    no instalment asks for is due by `arrival`, or never where that is None: nobody owes what was
    not agreed.
    """
    paid = [each for each in payments if each.voided_at is None]
    asking = [] if price is None else [price.currency]
    others = {each.amount.currency for each in instalments}
    others |= {each.amount.currency for each in paid}
    currencies = [*asking, *sorted(others.difference(asking))]
    return [
        _balance(
            currency,
            price.amount if price is not None and price.currency == currency else None,
            [each for each in instalments if each.amount.currency == currency],
            [each for each in paid if each.amount.currency == currency],
            today,
            arrival,
            cancelled,
        )
        for currency in currencies
    ]


def _balance(
    currency: str,
    price: int | None,
    instalments: Sequence[Instalment],
    payments: Sequence[Payment],
    today: dt.date,
    arrival: dt.date | None,
    cancelled: bool,
) -> Balance:
    planned = sum(each.amount.amount for each in instalments)
    asked = 0 if cancelled else planned if price is None else price
    received = _sum(payments, PaymentKind.RECEIVED)
    refunded = _sum(payments, PaymentKind.REFUNDED)
    kept = received - refunded
    owed = [(each.due, each.amount.amount) for each in instalments]
    if arrival is not None and asked > planned:
        owed.append((arrival, asked - planned))

    def lacking(last: dt.date) -> int:
        by_then = sum(amount for due, amount in owed if due <= last)
        return max(0, min(by_then, asked) - kept)

    days = sorted({due for due, _ in owed})
    return Balance(
        currency=currency,
        asked=asked,
        planned=planned,
        received=received,
        refunded=refunded,
        outstanding=max(0, asked - kept),
        credit=max(0, kept - asked),
        due=lacking(today),
        overdue=lacking(today - dt.timedelta(days=1)),
        next_due=next((day for day in days if lacking(day)), None),
    )


def _sum(payments: Sequence[Payment], kind: PaymentKind) -> int:
    return sum(each.amount.amount for each in payments if each.kind is kind)


def is_incomplete(balances: Iterable[Balance]) -> bool:
    """Whether anything is still to come."""
    return any(each.outstanding for each in balances)


def late_from(balances: Iterable[Balance], zone: str) -> dt.datetime | None:
    """The moment from which something is overdue: when its last day ends in `zone`."""
    days = [each.next_due for each in balances if each.next_due is not None]
    return ended(min(days), zone) if days else None


def check_kept(payments: Iterable[Payment], currency: str) -> None:
    """Conflict `itineraries.refund_exceeds` unless at least as much came as was paid back."""
    counted = [
        each for each in payments if each.voided_at is None and each.amount.currency == currency
    ]
    if _sum(counted, PaymentKind.REFUNDED) > _sum(counted, PaymentKind.RECEIVED):
        raise Conflict(
            "itineraries.refund_exceeds",
            "More would be paid back than was received",
            currency=currency,
        )


def check_room(payments: Sequence[Payment]) -> None:
    """Conflict `itineraries.payments_full` unless a trip with these can have one more."""
    if len(payments) >= MOST_PAYMENTS:
        reason = f"A trip has at most {MOST_PAYMENTS} payments"
        raise Conflict("itineraries.payments_full", reason)


Problems = Iterator[tuple[str, str]]


def amount_problems(field: str, money: Money, *, least: int = 0) -> Problems:
    """What is wrong with an amount: the path of a field and a reason."""
    if not least <= money.amount <= MOST_MINOR_UNITS:
        yield f"{field}.amount", f"is not from {least} to {MOST_MINOR_UNITS}"
    if not is_currency(money.currency):
        yield f"{field}.currency", "is no currency of ISO 4217"


def commission_problems(price: Money | None, commission: Money | None) -> Problems:
    """What is wrong with a commission beside its price: they are in one currency."""
    if commission is None:
        return
    yield from amount_problems("commission", commission)
    if price is None:
        return
    if commission.currency != price.currency:
        yield "commission.currency", "is not that of the price"
    elif commission.amount > price.amount:
        yield "commission.amount", "is more than the price"


def instalment_problems(instalments: Sequence[Instalment]) -> Problems:
    """What is wrong with a plan of payments."""
    for number, each in enumerate(instalments):
        yield from amount_problems(f"instalments[{number}].amount", each.amount, least=1)
        try:
            check_day(each.due)
        except ValueError as error:
            yield f"instalments[{number}].due", str(error)


def in_order(instalments: Iterable[Instalment]) -> list[Instalment]:
    """A plan by its days."""
    return sorted(instalments, key=lambda each: each.due)


def same_entry(known: Payment, wanted: Payment) -> bool:
    """Whether two entries say the same, whoever made them and when."""
    return _said(known) == _said(wanted)


def _said(payment: Payment) -> tuple[UUID, PaymentKind, Money, dt.date, str, str, str]:
    return (
        payment.itinerary_id,
        payment.kind,
        payment.amount,
        payment.date,
        payment.method,
        payment.note,
        payment.external_id,
    )
