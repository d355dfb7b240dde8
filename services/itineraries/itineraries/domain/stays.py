"""Which nights of which listing a trip claims, and which of them two trips both claim."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from contracts.itineraries import ItineraryState

from .states import OCCUPYING


@dataclass(frozen=True, slots=True)
class Claim:
    """The nights from `start` to before `end`."""

    listing_id: UUID
    start: dt.date
    end: dt.date

    def common(self, other: Claim) -> Claim | None:
        """The nights that are in both; None where there are none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        if self.listing_id != other.listing_id or start >= end:
            return None
        return Claim(self.listing_id, start, end)


def claim(
    state: ItineraryState, listing_id: UUID | None, start: dt.date, end: dt.date
) -> Claim | None:
    """What a trip claims: nothing unless it is confirmed or under way, has a listing and a night.

    The day of departure is another guest's day of arrival; a trip of one day has no night.
    """
    if state not in OCCUPYING or listing_id is None or start >= end:
        return None
    return Claim(listing_id, start, end)
