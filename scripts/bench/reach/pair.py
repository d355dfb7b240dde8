"""The inbox's screens, with many messages in its store against few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace

from fairlead.store import Database

from ..answers import Comparison, Screen, Store
from ..ground import Ground
from ..rounds import Ratio
from . import searches
from .loading import loaded, warm
from .rows import ORGANISATION
from .screens import Places, contact_timeline, conversation, inbox_list, places, trip_timeline

MOST = 2.0
SCREENS: Mapping[str, Screen[Places]] = {
    "inbox list": inbox_list,
    "trip's timeline": trip_timeline,
    "contact's timeline": contact_timeline,
    "conversation": conversation,
    "search of messages": searches.messages,
    "search in a conversation": searches.in_conversation,
    "search of conversations": searches.conversations,
    "search of people": searches.people,
    "search of trips": searches.trips,
}

# What the trips of a page's rows are called is looked up by their keys.
WITH_TRIPS = {"inbox list", "search of conversations"}


def compare(ground: Ground, *, sizes: Sequence[int], rounds: int, requests: int) -> list[Ratio]:
    """Each screen with `sizes[1]` messages against `sizes[0]`, by `requests` a round on either."""
    server = ground.postgresql
    urls = [loaded(server, size) for size in sizes]
    with ExitStack() as stack:
        stores = []
        for url in urls:
            warm(server, url)
            database = stack.enter_context(closing(Database(url, name="bench")))
            stores.append(Store(url, database, ORGANISATION, places(database)))
        few, many = stores
        what, against = (f"{size:,} messages" for size in (sizes[1], sizes[0]))
        comparison = Comparison(few, many, what, against, rounds, requests)
        two = replace(comparison, statements=2)
        return [
            (two if name in WITH_TRIPS else comparison).of(name, screen, MOST)
            for name, screen in SCREENS.items()
        ]
