"""Reviews, on one scale for all sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.itineraries import (
    GivenScore,
    Itineraries,
    ItineraryDetails,
    ReviewChanged,
    ReviewDetails,
    ReviewReceived,
    Scale,
)
from contracts.notifications import NotificationRaised
from fairlead.context import Context, Role, acting
from fairlead.errors import Invalid, NotFound, Stale, Unauthenticated
from itineraries.domain import reviews as rules

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9))
STRANGER = Context(role=Role.OWNER, organisation=THEIRS)
MAY = dt.date(2026, 5, 21)
REVIEW = ReviewDetails(
    source="Stayfinder",
    external_id="RV-1",
    scale=Scale.FIVE,
    date=MAY,
    overall=4.5,
    categories=[
        GivenScore(category="Communication", given=5),
        GivenScore(category="cleanliness", given=3),
    ],
    guest="SECRET",
    text="SECRET words",
)


@pytest.fixture
def itineraries(desk: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        yield desk.client


@given(st.sampled_from(Scale), st.floats(1, 5), st.floats(1, 5))
def test_a_better_score_stays_better(scale: Scale, one: float, other: float) -> None:
    better = max(one, other)
    assert 0 <= rules.normal(one, scale) <= rules.normal(better, scale) <= 10
    assert rules.normal(5, Scale.FIVE) == rules.normal(10, Scale.TEN) == 10


def test_a_review_is_entered_once_and_told_once(itineraries: Itineraries, desk: Any) -> None:
    casa = itineraries.create_listing(name="Casa", address="", zone="UTC")
    stay = ItineraryDetails(title="Stay", start=MAY, end=MAY, zone="UTC", listing_id=casa.id)
    trip = itineraries.create_itinerary(details=stay)
    wanted = replace(REVIEW, itinerary_id=trip.id)
    made = itineraries.record_review(details=wanted)
    assert made.details == replace(wanted, listing_id=casa.id)
    assert made.overall == 9
    assert [(each.category, each.given, each.score) for each in made.scores] == [
        ("communication", 5, 10),
        ("cleanliness", 3, 6),
    ]
    assert itineraries.record_review(details=wanted) == made == itineraries.get_review(id=made.id)
    answered = itineraries.answer_review(id=made.id, version=1, answer="Thank you!")
    assert answered.answered_at is not None
    # The source has not heard of the answer yet, and corrects its points.
    better = itineraries.record_review(details=replace(wanted, overall=5))
    assert (better.id, better.overall, better.details.answer) == (made.id, 10, "Thank you!")
    with pytest.raises(Stale):
        itineraries.answer_review(id=made.id, version=1, answer="Again")
    told = [each for each in desk.told() if isinstance(each, ReviewReceived | ReviewChanged)]
    assert [type(each) for each in told] == [ReviewReceived, ReviewChanged, ReviewChanged]
    assert told[-1].review == better
    assert len([each for each in desk.told() if isinstance(each, NotificationRaised)]) == 1
    assert "SECRET" not in repr(desk.audited())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"overall": 0.5}, "details.overall"),
        ({"overall": 6}, "details.overall"),
        ({"categories": [GivenScore(category="a", given=9)]}, "details.categories[0].given"),
        (
            {"categories": [GivenScore(category=name, given=5) for name in ("a", " A ")]},
            "details.categories[1].category",
        ),
        ({"external_id": " "}, "details.external_id"),
        ({"date": dt.date.max}, "details.date"),
        ({"itinerary_id": uuid4()}, "details.itinerary_id"),
        ({"listing_id": uuid4()}, "details.listing_id"),
        ({"text": "a\0"}, "details.text"),
    ],
)
def test_a_review_that_cannot_be_is_refused(
    itineraries: Itineraries, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        itineraries.record_review(details=replace(REVIEW, **changes))
    assert [each["field"] for each in caught.value.details["errors"]] == [field]
    assert itineraries.list_reviews().reviews == []


def test_reviews_are_listed_by_day(itineraries: Itineraries) -> None:
    made = [
        itineraries.record_review(
            details=replace(
                REVIEW,
                external_id=f"RV-{number}",
                date=MAY + dt.timedelta(days=number % 3),
                source=("Stayfinder", "Other")[number % 2],
                answer="Thanks" if number == 4 else "",
            )
        )
        for number in range(6)
    ]
    order = sorted(made, key=lambda each: (each.details.date, each.id), reverse=True)
    first = itineraries.list_reviews(limit=4)
    rest = itineraries.list_reviews(limit=4, cursor=first.cursor)
    assert [*first.reviews, *rest.reviews] == order
    assert rest.cursor is None
    other = itineraries.list_reviews(source="Other", date_from=MAY + dt.timedelta(days=1))
    assert {each.id for each in other.reviews} == {made[1].id, made[5].id}
    assert itineraries.list_reviews(answered=True).reviews == [made[4]]
    until = itineraries.list_reviews(answered=False, date_to=MAY)
    assert {each.id for each in until.reviews} == {made[0].id, made[3].id}


def test_strangers_and_nobody_reach_no_review(itineraries: Itineraries) -> None:
    made = itineraries.record_review(details=REVIEW)
    for method, arguments in (
        ("get_review", {"id": made.id}),
        ("answer_review", {"id": made.id, "version": 1, "answer": "Mine"}),
    ):
        with acting(STRANGER), pytest.raises(NotFound):
            getattr(itineraries, method)(**arguments)
        with acting(Context()), pytest.raises(Unauthenticated):
            getattr(itineraries, method)(**arguments)
    with acting(STRANGER):
        assert itineraries.list_reviews().reviews == []
        assert itineraries.record_review(details=REVIEW).id != made.id
    assert itineraries.get_review(id=made.id) == made
