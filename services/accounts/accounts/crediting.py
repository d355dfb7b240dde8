"""Credits as they are spent and given back: inside the transaction given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.accounts import Charge, LedgerKind, Price, PriceList
from contracts.channels import DeliveryUpdated
from contracts.notifications import Audience, NotificationKind, NotificationRaised
from fairlead.context import Role, current
from fairlead.errors import Conflict, Stale
from fairlead.local_time import today
from fairlead.service import publish

from . import staff
from .domain import spending
from .store import ledger
from .store.ledger import BalanceRow, Change, LedgerRow, ReservationRow
from .store.people import OrganisationRow


def prices_of(row: OrganisationRow) -> PriceList:
    """The organisation's price list; one that was never set is empty."""
    return row.prices or PriceList()


def set_prices(
    session: Session, prices: list[Price], low_balance: int, version: int
) -> tuple[PriceList, OrganisationRow]:
    """The prices as they were, and the organisation with the new ones."""
    row = staff.organisation(session, current().need_organisation(), lock=True)
    before = prices_of(row)
    if before.version != version:
        raise Stale(
            "accounts.prices_changed", "Somebody changed the prices", version=before.version
        )
    row.prices = PriceList(prices=prices, low_balance=low_balance, version=version + 1)
    session.flush()
    ledger.keep_prices(session, row.prices)
    _notice(session, ledger.locked(session), row)
    return before, row


def top_up(session: Session, amount: int, note: str, request_id: str) -> tuple[LedgerRow, bool]:
    """Add credits, once for each request; whether this was the time."""
    organisation = _organisation(session)
    row = ledger.locked(session)  # so that of two requests the second sees the first
    known = ledger.requested(session, request_id)
    if known is not None:
        if known.amount != amount:
            raise Conflict(
                "accounts.request_reused", "This request id was used for another amount already"
            )
        return known, False
    row.balance += amount
    session.flush()
    change = Change(LedgerKind.TOPPED_UP, amount=amount)
    day = _day(organisation)
    entry = ledger.write(session, change, row, day, note=note, request_id=request_id)
    _notice(session, row, organisation)
    return entry, True


def reserve(
    session: Session, hold: UUID, charges: Sequence[Charge], user: UUID | None, user_name: str
) -> int:
    """Set aside what deliveries cost; raises Conflict where not enough is left."""
    organisation = _organisation(session)
    prices = prices_of(organisation).prices
    row = ledger.locked(session)
    known = ledger.of_holds(session, [hold])
    if known:
        return sum(each.price * each.units for each in known)
    priced = [(each, spending.cost(each, prices)) for each in charges]
    wanted = sum(price * each.units for each, price in priced)
    if wanted > row.balance - row.reserved:
        raise spending.missing(wanted, row.balance - row.reserved)
    for charge, price in priced:
        reservation = ledger.reserve(session, hold, charge, price, user, user_name)
        if price:
            _write(session, reservation, LedgerKind.RESERVED, charge.units, organisation)
    return wanted


def release(session: Session, holds: Sequence[UUID]) -> None:
    """Give back what these holds have reserved; their messages never leave."""
    organisation = _organisation(session)
    ledger.locked(session)
    for reservation in ledger.of_holds(session, holds):
        if not reservation.accepted:
            _release(session, reservation, reservation.standing.reserved, organisation)
            reservation.accepted = True


def accept(session: Session, holds: Sequence[UUID]) -> None:
    """The messages of these holds have left the inbox."""
    for reservation in ledger.of_holds(session, holds):
        reservation.accepted = True


def settle(session: Session, update: DeliveryUpdated) -> None:
    """Take or release what a delivery has reserved, by what a gateway told of it."""
    organisation = _organisation(session)
    balance = ledger.locked(session)
    reservation = ledger.reservation(session, update.delivery_id)
    if reservation is None:
        return
    reservation.accepted = True
    before = reservation.standing
    after = spending.after(before, update)
    back = before.released - after.released
    if back > 0 and not _again(session, reservation, back, organisation):
        return  # it went out unpaid, because what was released is spent
    if after.taken > before.taken:
        reservation.taken = after.taken
        _write(session, reservation, LedgerKind.TAKEN, after.taken - before.taken, organisation)
    if back < 0:
        _release(session, reservation, -back, organisation)
    session.flush()
    _notice(session, balance, organisation)


def _release(
    session: Session, reservation: ReservationRow, units: int, organisation: OrganisationRow
) -> None:
    if units:
        reservation.released += units
        _write(session, reservation, LedgerKind.RELEASED, units, organisation)


def _again(
    session: Session, reservation: ReservationRow, units: int, organisation: OrganisationRow
) -> bool:
    """Reserve units once more that were released, if there is enough."""
    balance = ledger.locked(session)
    if units * reservation.price > balance.balance - balance.reserved:
        return False
    reservation.released -= units
    _write(session, reservation, LedgerKind.RESERVED, units, organisation)
    return True


_EFFECT = {LedgerKind.RESERVED: (0, 1), LedgerKind.TAKEN: (-1, -1), LedgerKind.RELEASED: (0, -1)}


def _write(
    session: Session,
    reservation: ReservationRow,
    kind: LedgerKind,
    units: int,
    organisation: OrganisationRow,
) -> None:
    credited = units * reservation.price
    amount, held = (each * credited for each in _EFFECT[kind])
    row = ledger.change(session, amount, held)
    assert row is not None, "the balance is locked, and there was enough"
    if reservation.price:
        change = Change(kind, amount, held, units)
        ledger.write(session, change, row, _day(organisation), of=reservation)


def _notice(session: Session, row: BalanceRow, organisation: OrganisationRow) -> None:
    """Tell owners and admins when little is left: once, until it was more again."""
    limit = prices_of(organisation).low_balance
    low = row.balance < limit
    if low is row.low:
        return
    row.low = low
    if not low:
        return
    row.crossings += 1
    text = f"{row.balance} credits are left, fewer than {limit}. Top up before messages are refused"
    publish(
        session,
        NotificationRaised(
            kind=NotificationKind.CREDITS_LOW,
            to=Audience(roles=[Role.OWNER, Role.ADMIN]),
            title="Few credits are left",
            text=f"{text}.",
            dedupe_key=f"credits_low:{row.crossings}",
            at=dt.datetime.now(dt.UTC),
        ),
    )


def _organisation(session: Session) -> OrganisationRow:
    return staff.organisation(session, current().need_organisation())


def _day(organisation: OrganisationRow) -> dt.date:
    return today(dt.datetime.now(dt.UTC), organisation.settings.zone)
