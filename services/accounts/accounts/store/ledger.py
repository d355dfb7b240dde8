"""The balance, what is reserved of it, its ledger, and the price lists that were.

The balance's row is changed before anything else, so that transactions that spend follow each
other; its condition keeps it from going below what is reserved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.accounts import Charge, LedgerKind, PriceList, SendingMode
from contracts.common import Channel
from fairlead.context import current
from fairlead.store import Json, Order, Page, Scoped, insert_into, new_id, page, word

from ..domain.spending import Units
from .schema import Base

_ORGANISATION = ["organisation_id"], ["organisations.organisation_id"]


class BalanceRow(Scoped, Base):
    """What an organisation has. `low` while it has been told that little is left, and `crossings`
    counts how often that was."""

    __tablename__ = "credit_balances"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id"),
        ForeignKeyConstraint(*_ORGANISATION),
        CheckConstraint("reserved >= 0 AND balance >= reserved", name="enough"),
    )

    balance: Mapped[int] = mapped_column(BigInteger, default=0)
    reserved: Mapped[int] = mapped_column(BigInteger, default=0)
    low: Mapped[bool] = mapped_column(default=True)
    crossings: Mapped[int] = mapped_column(default=0)


class ReservationRow(Scoped, Base):
    """What one delivery costs: `units` at `price` each. `accepted` once its message surely left
    the inbox, or surely never will."""

    __tablename__ = "credit_reservations"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "delivery_id"),
        Index("ix_credit_reservations_hold", "organisation_id", "hold"),
        Index("ix_credit_reservations_open", "accepted", "at"),
    )

    delivery_id: Mapped[UUID]
    hold: Mapped[UUID]
    channel: Mapped[Channel] = mapped_column(word(Channel))
    mode: Mapped[SendingMode] = mapped_column(word(SendingMode))
    price: Mapped[int]
    units: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    released: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[UUID | None]
    user_name: Mapped[str] = mapped_column(String(500))
    at: Mapped[dt.datetime]

    @property
    def standing(self) -> Units:
        """Its units, as the rules see them."""
        return Units(self.units, self.taken, self.released)


class LedgerRow(Scoped, Base):
    """An entry. There is no function here that changes one. `day` is in the organisation's zone."""

    __tablename__ = "credit_ledger"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index("ix_credit_ledger_request", "organisation_id", "request_id", unique=True),
        Index("ix_credit_ledger_day", "organisation_id", "kind", "day"),
    )

    id: Mapped[UUID]
    kind: Mapped[LedgerKind] = mapped_column(word(LedgerKind))
    at: Mapped[dt.datetime]
    day: Mapped[dt.date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    balance: Mapped[int] = mapped_column(BigInteger)
    reserved: Mapped[int] = mapped_column(BigInteger)
    units: Mapped[int]
    note: Mapped[str] = mapped_column(String(500))
    user_id: Mapped[UUID | None]
    user_name: Mapped[str | None] = mapped_column(String(500))
    delivery_id: Mapped[UUID | None]
    channel: Mapped[Channel | None] = mapped_column(word(Channel))
    mode: Mapped[SendingMode | None] = mapped_column(word(SendingMode))
    request_id: Mapped[str | None] = mapped_column(String(200))


class PriceListRow(Scoped, Base):
    """A price list from its version on, and who made it."""

    __tablename__ = "price_lists"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "version"),
        ForeignKeyConstraint(*_ORGANISATION),
    )

    version: Mapped[int]
    at: Mapped[dt.datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str | None] = mapped_column(String(200))
    document: Mapped[PriceList] = mapped_column(Json(PriceList))


_NEWEST = Order(LedgerRow.id.desc())
_LATEST_LIST = Order(PriceListRow.version.desc())


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to the balance, and to what is reserved of it."""

    kind: LedgerKind
    amount: int = 0
    held: int = 0
    units: int = 0


def begin(session: Session) -> None:
    """Have a balance, which is 0 at first."""
    session.execute(
        insert_into(session, BalanceRow)
        .values(balance=0, reserved=0, low=True, crossings=0)
        .on_conflict_do_nothing()
    )


def balance(session: Session) -> BalanceRow | None:
    """What there is, if anything ever was."""
    return session.scalars(select(BalanceRow)).one_or_none()


def locked(session: Session) -> BalanceRow:
    """The balance, kept from others until the transaction ends."""
    begin(session)
    return session.scalars(
        select(BalanceRow).with_for_update().execution_options(populate_existing=True)
    ).one()


def change(session: Session, amount: int, held: int) -> BalanceRow | None:
    """Add both to the balance; None where less would be left than is reserved.

    The row is the transaction's until it ends.
    """
    begin(session)
    left = BalanceRow.balance + amount - BalanceRow.reserved - held
    done = session.execute(
        update(BalanceRow)
        .where(left >= 0)
        .values(balance=BalanceRow.balance + amount, reserved=BalanceRow.reserved + held)
        .returning(BalanceRow.balance)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        return None
    return session.scalars(select(BalanceRow).execution_options(populate_existing=True)).one()


def write(
    session: Session,
    change: Change,
    row: BalanceRow,
    day: dt.date,
    *,
    of: ReservationRow | None = None,
    note: str = "",
    request_id: str | None = None,
) -> LedgerRow:
    """Put an entry into the ledger; `row` is the balance with the change."""
    who = current()
    entry = LedgerRow(
        id=new_id(),
        kind=change.kind,
        at=dt.datetime.now(dt.UTC),
        day=day,
        amount=change.amount,
        held=change.held,
        balance=row.balance,
        reserved=row.reserved,
        units=change.units,
        note=note,
        user_id=of.user_id if of else who.user,
        user_name=(of.user_name if of else who.user_name or "") or None,
        delivery_id=of.delivery_id if of else None,
        channel=of.channel if of else None,
        mode=of.mode if of else None,
        request_id=request_id,
    )
    session.add(entry)
    session.flush()
    return entry


def requested(session: Session, request_id: str) -> LedgerRow | None:
    """The entry that a request made."""
    return session.scalars(select(LedgerRow).where(LedgerRow.request_id == request_id)).first()


def entries(
    session: Session,
    *,
    kind: LedgerKind | None,
    user: UUID | None,
    delivery_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> Page[LedgerRow]:
    """A page of the ledger, the newest first."""
    statement = select(LedgerRow)
    if kind is not None:
        statement = statement.where(LedgerRow.kind == kind)
    if user is not None:
        statement = statement.where(LedgerRow.user_id == user)
    if delivery_id is not None:
        statement = statement.where(LedgerRow.delivery_id == delivery_id)
    return page(session, statement, _NEWEST, cursor=cursor, limit=limit)


UseRow = tuple[dt.date, UUID | None, Channel, SendingMode, int, int]


def use(session: Session, start: dt.date, end: dt.date) -> Sequence[UseRow]:
    """What was taken by day, user, channel and mode: units and credits."""
    by = (LedgerRow.day, LedgerRow.user_id, LedgerRow.channel, LedgerRow.mode)
    statement = (
        select(*by, func.sum(LedgerRow.units), -func.sum(LedgerRow.amount))
        .where(LedgerRow.kind == LedgerKind.TAKEN, LedgerRow.day.between(start, end))
        .group_by(*by)
        .order_by(LedgerRow.day.desc(), LedgerRow.user_id, LedgerRow.channel, LedgerRow.mode)
    )
    return [
        (day, user, channel, mode, int(units), int(credits))
        for day, user, channel, mode, units, credits in session.execute(statement)
        if channel is not None and mode is not None  # for the type checker: what is taken has both
    ]


def reserve(
    session: Session, hold: UUID, charge: Charge, price: int, user: UUID | None, user_name: str
) -> ReservationRow:
    """Note what a delivery has reserved."""
    row = ReservationRow(
        delivery_id=charge.delivery_id,
        hold=hold,
        channel=charge.channel,
        mode=charge.mode,
        price=price,
        units=charge.units,
        taken=0,
        released=0,
        accepted=False,
        user_id=user,
        user_name=user_name,
        at=dt.datetime.now(dt.UTC),
    )
    session.add(row)
    return row


def is_reserved(session: Session, delivery_id: UUID) -> bool:
    """Whether a delivery has anything reserved, or had."""
    wanted = select(ReservationRow.delivery_id).where(ReservationRow.delivery_id == delivery_id)
    return session.scalar(wanted) is not None


def reservation(session: Session, delivery_id: UUID) -> ReservationRow | None:
    """What a delivery has reserved; read it after the balance was locked."""
    wanted = select(ReservationRow).where(ReservationRow.delivery_id == delivery_id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def of_holds(session: Session, holds: Collection[UUID]) -> Sequence[ReservationRow]:
    """What holds have reserved, in one order."""
    wanted = select(ReservationRow).where(ReservationRow.hold.in_(holds))
    return session.scalars(
        wanted.order_by(ReservationRow.delivery_id).execution_options(populate_existing=True)
    ).all()


def open_holds(session: Session, before: dt.datetime, limit: int) -> dict[UUID, list[UUID]]:
    """Holds of which nothing was heard since then, by organisation."""
    wanted = (
        select(ReservationRow.organisation_id, ReservationRow.hold)
        .where(ReservationRow.accepted.is_(False), ReservationRow.at < before)
        .distinct()
        .limit(limit)
    )
    found: dict[UUID, list[UUID]] = {}
    for organisation, hold in session.execute(wanted):
        found.setdefault(organisation, []).append(hold)
    return found


def keep_prices(session: Session, prices: PriceList) -> None:
    """Keep a price list for good."""
    who = current()
    session.add(
        PriceListRow(
            version=prices.version,
            at=dt.datetime.now(dt.UTC),
            user_id=who.user,
            user_name=(who.user_name or "")[:200] or None,
            document=prices,
        )
    )


def price_lists(session: Session, *, cursor: str | None, limit: int) -> Page[PriceListRow]:
    """Price lists that were, the newest first."""
    return page(session, select(PriceListRow), _LATEST_LIST, cursor=cursor, limit=limit)
