"""What the audit log hears: who changed what, and nothing of the guests."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from contracts.common import Money
from contracts.itineraries import (
    ExternalId,
    Guest,
    ItineraryDetails,
    ItineraryState,
    PaymentKind,
    ReviewDetails,
    Scale,
    ServiceDetails,
    ServiceKind,
)
from fairlead.context import Context, Role, acting

PERSON = Context(role=Role.ADMIN, organisation=UUID(int=1), user=UUID(int=9), user_name="Inês")
MAY = dt.date(2026, 5, 1)
TRIP = ItineraryDetails(
    title="SECRET in Galicia",
    start=MAY,
    end=MAY,
    zone="Europe/Madrid",
    guests=[Guest(name="SECRET")],
    notes="SECRET",
    price=Money(amount=500, currency="EUR"),
)
WALK = ServiceDetails(
    kind=ServiceKind.TOUR, name="Walk", date=MAY, zone="Europe/Madrid", requirements="SECRET"
)

REVIEW = ReviewDetails(
    source="Stayfinder", external_id="RV-1", scale=Scale.TEN, date=MAY, text="SECRET"
)


def test_every_change_is_recorded_and_no_guest_named(desk: Any) -> None:
    with acting(PERSON):
        trip = desk.client.create_itinerary(details=TRIP)
        desk.client.update_itinerary(
            id=trip.id, version=1, details=replace(TRIP, price=Money(amount=700, currency="EUR"))
        )
        desk.client.set_state(
            id=trip.id, version=2, state=ItineraryState.CONFIRMED, reason="deposit came"
        )
        walk = desk.client.add_service(itinerary_id=trip.id, details=WALK)
        desk.client.update_service(id=walk.id, version=1, details=replace(WALK, pax=3))
        desk.client.remove_service(id=walk.id, version=2)
        paid = desk.client.record_payment(
            itinerary_id=trip.id,
            kind=PaymentKind.RECEIVED,
            amount=Money(amount=700, currency="EUR"),
            date=MAY,
            request_id="the-payment",
        )
        desk.client.void_payment(id=paid.id, reason="twice")
        desk.client.unshare_itinerary(id=trip.id)
        desk.client.share_itinerary(id=trip.id)
        casa = desk.client.create_listing(name="Casa", address="", zone="UTC")
        desk.client.update_listing(
            id=casa.id, version=1, name="Casa", address="", zone="UTC", archived=True
        )
        site = desk.client.create_portal(name="Stayfinder")
        desk.client.update_portal(id=site.id, version=1, name="Stay")
    heard = desk.audited()
    assert [each.action for each in heard] == [
        "itinerary.created",
        "itinerary.updated",
        "itinerary.state_changed",
        "service.added",
        "service.changed",
        "service.removed",
        "payment.recorded",
        "payment.voided",
        "itinerary.unshared",
        "itinerary.shared",
        "listing.created",
        "listing.updated",
        "portal.created",
        "portal.updated",
    ]
    assert {each.user_name for each in heard} == {"Inês"}
    assert {each.label for each in heard[:3]} == {trip.reference}
    assert (heard[1].before, heard[1].after) == ({"price.amount": 500}, {"price.amount": 700})
    assert heard[2].after == {"state": "confirmed", "reason": "deposit came"}
    assert (heard[4].before, heard[4].after) == ({"pax": 1}, {"pax": 3})
    assert (heard[11].before, heard[11].after) == ({"archived": False}, {"archived": True})
    assert "SECRET" not in repr(heard)


def test_words_that_are_rewritten_are_named_and_not_told(desk: Any) -> None:
    guests = [Guest(name="SECRET too")]
    with acting(PERSON):
        trip = desk.client.create_itinerary(details=TRIP, services=[WALK])
        changes: list[dict[str, Any]] = [{"title": "SECRET"}, {"notes": ""}, {"guests": guests}]
        for version, change in enumerate(changes):
            rewritten = replace(TRIP, **change)
            desk.client.update_itinerary(id=trip.id, version=2 * version + 1, details=rewritten)
            desk.client.update_itinerary(id=trip.id, version=2 * version + 2, details=TRIP)
        walk, words = trip.services[0], WALK
        fields = ("description", "address", "supplier_name", "notes", "requirements")
        for version, field in enumerate(fields, 1):
            words = replace(words, **{field: f"SECRET {field}"})
            desk.client.update_service(id=walk.id, version=version, details=words)
        casa = desk.client.create_listing(name="Casa", address="", zone="UTC")
        ids = [ExternalId(source="Stayfinder", id="PT-1")]
        desk.client.update_listing(
            id=casa.id, version=1, name="Casa", address="", zone="UTC", external_ids=ids
        )
        review = desk.client.record_review(details=REVIEW)
        for version, answer in enumerate(("SECRET thanks", "SECRET"), 1):
            desk.client.answer_review(id=review.id, version=version, answer=answer)
    heard = desk.audited()
    trips = [each.after for each in heard if each.action == "itinerary.updated"]
    twice = [{"rewritten": [each]} for each in ("title", "notes", "guests") for _ in range(2)]
    assert trips == twice
    walks = [each.after for each in heard if each.action == "service.changed"]
    assert walks == [{"rewritten": [field]} for field in fields]
    [listed] = [each.after for each in heard if each.action == "listing.updated"]
    assert listed == {"external_ids": [{"source": "Stayfinder", "id": "PT-1"}]}
    answered = [each.after for each in heard if each.action == "review.answered"]
    assert answered == [{"answered": True, "rewritten": ["answer"]}, {"rewritten": ["answer"]}]
    assert "SECRET" not in repr(heard)


def test_a_change_that_changes_nothing_is_not_recorded(desk: Any) -> None:
    with acting(PERSON):
        trip = desk.client.create_itinerary(details=TRIP)
        desk.client.update_itinerary(id=trip.id, version=1, details=TRIP)
        desk.client.set_state(id=trip.id, version=1, state=trip.state)
        desk.client.share_itinerary(id=trip.id)
    assert [each.action for each in desk.audited()] == ["itinerary.created"]
