"""How a trip is changed: once, told, and once more where another transaction was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from contracts.itineraries import Itinerary, ItineraryChanged
from fairlead.errors import Stale, Unavailable
from fairlead.service import Config, Store, publish
from fairlead.settings import Common
from fairlead.store import StaleVersion, is_duplicate, is_serialization

from .. import telling
from ..store.trips import Changed, ItineraryRow

T = TypeVar("T")

ATTEMPTS = 5


class Changing:
    """What all doors share."""

    store = Store()
    config = Config(Common)

    def _change(self, change: Callable[[Session], Changed]) -> Itinerary:
        """Make a change of a trip, and tell it."""

        def once() -> Itinerary:
            with self.store.transaction() as session:
                row, changed = change(session)
                return self._tell(session, row) if changed else self._told(session, row)

        return again(once)

    def _tell(self, session: Session, row: ItineraryRow) -> Itinerary:
        """The trip as it is now, published."""
        session.flush()
        trip = self._told(session, row)
        publish(session, ItineraryChanged(itinerary=trip))
        return trip

    def _told(self, session: Session, row: ItineraryRow) -> Itinerary:
        """The trip as a contract has it."""
        return telling.whole(session, row, self.config.public_url.reveal())


def again(work: Callable[[], T]) -> T:
    """The result of `work`, which is done once more where another transaction was faster.

    Raises Stale where somebody changed what the caller had read, and Unavailable
    `itineraries.busy` after some attempts.
    """
    for _ in range(ATTEMPTS):
        try:
            return work()
        except StaleVersion as error:
            raise Stale("itineraries.changed", "Somebody changed it meanwhile") from error
        except Exception as error:
            if not (is_duplicate(error) or is_serialization(error)):
                raise
    raise Unavailable("itineraries.busy", "The trip is being changed by many at once")
