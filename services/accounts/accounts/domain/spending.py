"""What becomes of the credits that are reserved for a delivery (mission H7).

Each unit of it, a part of a text or one copy of a mail, is reserved, and then taken when the
provider took it or released when it was refused. Updates come in any order and twice: what was
taken stays taken, and a unit that went out after all is taken even where a failure released it.

What may have gone out is taken too, once nobody is to tell any more: the provider may have billed
it, and credits that stay reserved for ever are as good as gone, without an entry that says why. A
gateway that counts parts says when that is; of others "uncertain" is the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contracts.accounts import Charge, Price, price_of
from contracts.channels import DeliveryStatus, DeliveryUpdated
from fairlead.errors import Conflict, Invalid

_WENT_OUT = frozenset(
    {
        DeliveryStatus.UNCERTAIN,
        DeliveryStatus.SENT,
        DeliveryStatus.DELIVERED,
        DeliveryStatus.READ,
    }
)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a delivery: how many of them were taken and released; the rest is reserved."""

    total: int
    taken: int = 0
    released: int = 0

    @property
    def reserved(self) -> int:
        """Those whose fate is open."""
        return self.total - self.taken - self.released


def after(units: Units, update: DeliveryUpdated) -> Units:
    """The units after what a gateway told."""
    taken, refused = _told(units, update)
    taken = max(units.taken, min(taken, units.total))
    return replace(
        units,
        taken=taken,
        released=min(max(units.released, refused), units.total - taken),
    )


def _told(units: Units, update: DeliveryUpdated) -> tuple[int, int]:
    if update.parts_taken is not None or update.parts_refused is not None:
        return update.parts_taken or 0, update.parts_refused or 0
    if update.status in _WENT_OUT:
        return units.total, 0
    return (0, units.total) if update.status is DeliveryStatus.FAILED else (0, 0)


def cost(charge: Charge, prices: Iterable[Price]) -> int:
    """The credits for one unit of a delivery."""
    return price_of(prices, charge.channel, charge.mode, charge.address)


def check(prices: Sequence[Price]) -> None:
    """Raise Invalid that names each price for what there is one already."""
    seen, problems = set(), {}
    for place, each in enumerate(prices):
        what = each.channel, each.mode, each.prefix
        if what in seen:
            problems[f"prices[{place}]"] = "there is a price for this already"
        seen.add(what)
    if problems:
        raise Invalid.fields("accounts.invalid", problems)


def missing(wanted: int, available: int) -> Conflict:
    """The error for a message that cannot be paid."""
    return Conflict(
        "accounts.credits_missing",
        f"This costs {wanted} credits and {available} are left: {wanted - available} are missing",
        wanted=wanted,
        available=available,
        missing=wanted - available,
    )
