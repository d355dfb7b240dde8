"""What a region has to offer: companies with their services, prices, meeting points."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from contracts.itineraries import ServiceKind

TOUR = ServiceKind.TOUR
ACTIVITY = ServiceKind.ACTIVITY
MEAL = ServiceKind.MEAL
RIDE = ServiceKind.TRANSFER


class Trade(enum.Enum):
    """What a supplier does."""

    DRIVER = "driver"
    HOTEL = "hotel"
    GUIDE = "guide"
    TABLE = "restaurant"
    OUTING = "outing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A service as its supplier sells it.

    `times` are local starting times; none for a whole day. `euros` are for each person, each
    night of a room, or, with `for_group`, for all together.
    """

    kind: ServiceKind
    name: str
    description: str
    place: str
    address: str
    times: tuple[str, ...] = ()
    minutes: int | None = None
    euros: int
    for_group: bool = False
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A supplier at its own domain, and the person who answers there.

    `home` is the country of that person's phone, where it is one that keeps numbers for fiction.
    """

    slug: str
    name: str
    person: str
    trade: Trade
    language: str
    offers: tuple[Offer, ...]
    home: str = ""
    notes: str = ""

    @property
    def domain(self) -> str:
        """Where its mail goes."""
        return f"{self.slug}.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Where travellers arrive in a region and leave it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region in one time zone. Of `gates`, the first is the airport, the last leads to others."""

    key: str
    name: str
    zone: str
    gates: tuple[Gate, ...]
    companies: tuple[Company, ...]

    def of(self, trade: Trade) -> list[Company]:
        """Its companies of one trade."""
        return [company for company in self.companies if company.trade is trade]


def stay(room: str, description: str, house: str, address: str, euros: int) -> Offer:
    """Nights in a house, for each room and night."""
    return Offer(
        kind=ServiceKind.STAY,
        name=room,
        description=description,
        place=house,
        address=address,
        euros=euros,
    )


def offer(
    kind: ServiceKind,
    name: str,
    description: str,
    where: tuple[str, str],
    times: tuple[str, ...],
    minutes: int,
    euros: int,
    *,
    for_group: bool = False,
    notes: str = "",
) -> Offer:
    """Something that starts at a time; `where` is the meeting point and its address."""
    return Offer(
        kind=kind,
        name=name,
        description=description,
        place=where[0],
        address=where[1],
        times=times,
        minutes=minutes,
        euros=euros,
        for_group=for_group,
        notes=notes,
    )
