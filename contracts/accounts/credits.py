"""Credits: what sending costs, what is left, and where it went (mission H7)."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Channel, Cursor, Limit, Line, Name

Credits = Annotated[int, Meta(ge=0, le=1_000_000)]
TopUp = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Prefix = Annotated[
    str, Meta(pattern=r"^(\+[1-9]\d{0,6})?$", description="How a number begins; empty for all")
]


class SendingMode(enum.Enum):
    """Who sends: a rule or the assistant, or a person."""

    AUTOMATIC = "automatic"
    BY_HAND = "by_hand"


class Price(Message):
    """What one unit costs: a part of a text, or one recipient's copy on another channel."""

    channel: Channel
    mode: SendingMode
    credits: Credits
    prefix: Prefix = ""


Prices = Annotated[list[Price], Meta(max_length=2000)]


class PriceList(Message):
    """Prices; what is in none of them is free. `version` counts its changes.

    Owners and admins are told once when fewer than `low_balance` credits are left.
    """

    prices: Prices = []
    low_balance: Credits = 0
    version: int = 0


def price_of(
    prices: Iterable[Price], channel: Channel, mode: SendingMode, address: str = ""
) -> int:
    """The credits for one unit to `address`: of the prices whose prefix it begins with, the one
    with the longest."""
    fitting = [
        each
        for each in prices
        if each.channel is channel and each.mode is mode and address.startswith(each.prefix)
    ]
    found = max(fitting, key=lambda each: len(each.prefix), default=None)
    return 0 if found is None else found.credits


class PriceListVersion(Message):
    """A price list as it was from `at` on, and who made it so."""

    prices: PriceList
    at: datetime
    user: UUID | None
    user_name: str | None


class PriceHistory(Message):
    """Price lists, the newest first; `cursor` gives the older ones."""

    versions: list[PriceListVersion]
    cursor: str | None


class Balance(Message):
    """The credits that there are, and how many of them accepted messages have reserved.

    `available` is what can still be spent. `low` says that the balance is below `low_balance`.
    """

    balance: int
    reserved: int
    available: int
    low_balance: int
    low: bool


class LedgerKind(enum.Enum):
    """What an entry says."""

    TOPPED_UP = "topped_up"
    RESERVED = "reserved"  # a message was accepted
    TAKEN = "taken"  # a unit of it went out
    RELEASED = "released"  # it was refused, or never sent


class LedgerEntry(Message):
    """Something that happened to the balance; nothing of it is ever changed.

    `amount` is added to the balance and `held` to what is reserved of it; `balance` and `reserved`
    are what they made. `user` topped up, or sent; nobody where a rule did.
    """

    id: UUID
    kind: LedgerKind
    at: datetime
    amount: int
    held: int
    balance: int
    reserved: int
    note: str
    user: UUID | None
    user_name: str | None
    delivery_id: UUID | None
    channel: Channel | None
    mode: SendingMode | None


class LedgerPage(Message):
    """Entries, the newest first; `cursor` gives the older ones."""

    entries: list[LedgerEntry]
    cursor: str | None


class CreditUse(Message):
    """What was taken on a day of the organisation's zone, by one sender on one channel.

    `user` is None for what no person sent.
    """

    day: date
    user: UUID | None
    user_name: str | None
    channel: Channel
    mode: SendingMode
    units: int
    credits: int


class Charge(Message):
    """What one delivery is to cost: `units` at the price of its channel, mode and address."""

    delivery_id: UUID
    channel: Channel
    mode: SendingMode
    address: Annotated[str, Meta(max_length=320)]
    units: Annotated[int, Meta(ge=1, le=255)]


class Crediting(Interface, Protocol):
    """The price list, the balance and its ledger."""

    @call(rights.READ)
    def get_credits(self) -> Balance:
        """What is left."""
        ...

    @call(rights.READ)
    def get_prices(self) -> PriceList:
        """What sending costs."""
        ...

    @call(rights.MANAGE_CREDITS, mutates=True)
    def set_prices(self, *, prices: Prices, low_balance: Credits = 0, version: int) -> PriceList:
        """Replace the price list; what is reserved keeps its price.

        Invalid `accounts.invalid` where two prices are for the same. Stale
        `accounts.prices_changed` when `version` is old.
        """
        ...

    @call(rights.MANAGE_CREDITS)
    def price_history(self, *, cursor: Cursor | None = None, limit: Limit = 50) -> PriceHistory:
        """Price lists that were, whole, and who changed them."""
        ...

    @call(rights.MANAGE_CREDITS, mutates=True)
    def top_up(self, *, credits: TopUp, note: Line = "", request_id: Name) -> LedgerEntry:
        """Add credits. The same `request_id` again answers with the entry of the first time; with
        another amount it is Conflict `accounts.request_reused`."""
        ...

    @call(rights.MANAGE_CREDITS)
    def list_ledger(
        self,
        *,
        kind: LedgerKind | None = None,
        user: UUID | None = None,
        delivery_id: UUID | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> LedgerPage:
        """What happened to the balance, the newest first."""
        ...

    @call(rights.READ)
    def credit_use(self, *, start: date, end: date) -> list[CreditUse]:
        """What was taken from `start` to `end`, both included: by day, sender and channel.

        Invalid for more than 400 days.
        """
        ...

    @call(rights.SERVICES_ONLY, mutates=True)
    def reserve_credits(
        self,
        *,
        hold: UUID,
        charges: Annotated[list[Charge], Meta(min_length=1, max_length=1000)],
        user: UUID | None = None,
        user_name: Line = "",
    ) -> int:
        """Set aside what these deliveries cost, all or nothing, by today's prices; returns it.

        `hold` names the reservation: said again, it changes nothing. Conflict
        `accounts.credits_missing` names what is missing. The inbox says by `settle_holds` whether
        the messages were accepted, where nothing else was heard of them.
        """
        ...

    @call(rights.SERVICES_ONLY, mutates=True)
    def release_hold(self, *, hold: UUID) -> None:
        """Give back what is reserved by a hold whose messages were not accepted, and never are."""
        ...
