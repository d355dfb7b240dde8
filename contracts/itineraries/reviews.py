"""What guests said of their stay, on portals and elsewhere."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Cursor, Limit, Line, Name, Text

Points = Annotated[float, Meta(ge=0, le=10)]


class Scale(enum.Enum):
    """The scale that a source gives points on."""

    TEN = "0-10"
    FIVE = "1-5"


class GivenScore(Message):
    """Points as the source has them: for a category as `communication`."""

    category: Name
    given: Points


class Score(Message):
    """Points of a category: `given` as the source has them, `score` on 0 to 10 for all sources."""

    category: str
    given: float
    score: float


class ReviewDetails(Message):
    """A review as a source tells it. `overall` and the categories are on its `scale`.

    `external_id` is what the source calls it: the same again is the same review.
    """

    source: Name
    external_id: Name
    scale: Scale
    date: dt.date
    overall: Points | None = None
    categories: Annotated[list[GivenScore], Meta(max_length=30)] = []
    guest: Line = ""
    text: Text = ""
    answer: Text = ""
    itinerary_id: UUID | None = None
    listing_id: UUID | None = None


class Review(Message):
    """A review. `overall` and `scores` are on 0 to 10, whatever the source's scale."""

    id: UUID
    details: ReviewDetails
    overall: float | None
    scores: list[Score]
    answered_at: dt.datetime | None
    recorded_at: dt.datetime
    version: int


class ReviewPage(Message):
    """Some reviews, the latest day first; `cursor` gives the next ones."""

    reviews: list[Review]
    cursor: str | None


class Reviews(Interface, Protocol):
    """Reviews of stays."""

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def record_review(self, *, details: ReviewDetails) -> Review:
        """Enter a review, or what its source says of it by now.

        Once for each `source` and `external_id`. Without a listing it is that of the itinerary.
        Invalid for points outside the scale and for an unknown itinerary or listing.
        """
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def answer_review(self, *, id: UUID, version: int, answer: Text) -> Review:
        """Note what was answered. Stale `itineraries.changed`."""
        ...

    @call(rights.READ)
    def get_review(self, *, id: UUID) -> Review:
        """One review. NotFound `itineraries.review_not_found`."""
        ...

    @call(rights.READ)
    def list_reviews(
        self,
        *,
        itinerary_id: UUID | None = None,
        listing_id: UUID | None = None,
        source: Line | None = None,
        date_from: dt.date | None = None,
        date_to: dt.date | None = None,
        answered: bool | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> ReviewPage:
        """Reviews, the latest day first; days are both included."""
        ...


@event("review.received", source="itineraries")
class ReviewReceived(Event):
    """A review is new."""

    review: Review


@event("review.changed", source="itineraries")
class ReviewChanged(Event):
    """A review, whole, after a change. An older `review.version` is to be ignored."""

    review: Review
