"""The lists of contacts and itineraries, with many rows in their stores against few."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Generic, TypeVar

from fairlead.store import Database

from ..answers import Comparison, Screen, Store
from ..ground import Ground
from ..rounds import Ratio
from . import people, trips
from .loading import ORGANISATION, Fill, loaded

MOST = 2.0

P = TypeVar("P")


@dataclass(frozen=True)
class Lists(Generic[P]):
    """What fills a service's store, where one may be in it, and what is asked."""

    service: str
    fill: Fill
    places: Callable[[Database], P]
    screens: Mapping[str, Screen[P]]
    statements: int


# Beside the rows themselves a page of contacts has their addresses, read by their ids.
CONTACTS = Lists("contacts", people.fill, people.places, people.SCREENS, statements=2)
ITINERARIES = Lists("itineraries", trips.fill, trips.places, trips.SCREENS, statements=1)


def compare(
    ground: Ground,
    *,
    contacts: Sequence[int],
    itineraries: Sequence[int],
    rounds: int,
    requests: int,
) -> list[Ratio]:
    """Each screen with the second number of rows against the first."""
    often = rounds, requests
    return [
        *_compare(ground, CONTACTS, contacts, *often),
        *_compare(ground, ITINERARIES, itineraries, *often),
    ]


def _compare(
    ground: Ground,
    lists: Lists[P],
    sizes: Sequence[int],
    rounds: int,
    requests: int,
) -> list[Ratio]:
    with ExitStack() as stack:
        stores = []
        for size in sizes:
            url = loaded(ground.postgresql, lists.service, size, lists.fill)
            database = stack.enter_context(closing(Database(url, name="bench")))
            stores.append(Store(url, database, ORGANISATION, lists.places(database)))
        few, many = stores
        what, against = (f"{size:,} {lists.service}" for size in (sizes[1], sizes[0]))
        comparison = Comparison(few, many, what, against, rounds, requests, lists.statements)
        return [comparison.of(name, screen, MOST) for name, screen in lists.screens.items()]
