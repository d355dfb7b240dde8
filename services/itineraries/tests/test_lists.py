"""The list of trips against a plain filter, their history, listings and portals."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from contracts.common import Money
from contracts.itineraries import (
    ExternalId,
    Itineraries,
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    Listing,
    ListingChanged,
    PortalChanged,
)
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Invalid, NotFound, Stale, Unauthenticated

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Inês")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
MAY = dt.date(2026, 5, 1)
TRIP = ItineraryDetails(title="Galicia", start=MAY, end=MAY, zone="Europe/Madrid")


@pytest.fixture
def itineraries(desk: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        yield desk.client


def day(number: int) -> dt.date:
    return MAY + dt.timedelta(days=number)


def all_ids(itineraries: Itineraries, **filters: Any) -> list[UUID]:
    """The whole list, page by page."""
    found: list[UUID] = []
    cursor = None
    while True:
        page = itineraries.list_itineraries(limit=3, cursor=cursor, **filters)
        found += [row.id for row in page.itineraries]
        cursor = page.cursor
        if cursor is None:
            return found


def test_filters_find_what_a_plain_filter_finds(itineraries: Itineraries) -> None:
    chance = random.Random(4)
    casa = itineraries.create_listing(name="Casa", address="", zone="UTC")
    site = itineraries.create_portal(name="Stayfinder", tags=["site"])
    users = [UUID(int=70), UUID(int=71)]
    made: list[Itinerary] = []
    for number in range(24):
        start = chance.randrange(12)
        currency = chance.choice(["EUR", "JPY"])
        details = replace(
            TRIP,
            title=f"Trip {number}",
            start=day(start),
            end=day(start + chance.randrange(5)),
            listing_id=chance.choice([None, casa.id]),
            portal_id=chance.choice([None, site.id]),
            agent_id=chance.choice([None, UUID(int=80)]),
            sales_agent_id=chance.choice([None, *users]),
            tags=chance.sample(["Family", "VIP", "Golf"], chance.randrange(3)),
            price=chance.choice([None, Money(amount=chance.randrange(900), currency=currency)]),
        )
        state = chance.choice(list(ItineraryState))
        made.append(itineraries.create_itinerary(details=details, state=state))

    def price(trip: Itinerary, currency: str) -> int:
        asked = trip.details.price
        return asked.amount if asked is not None and asked.currency == currency else -1

    cases: list[tuple[dict[str, Any], Any]] = [
        ({}, lambda trip: True),
        ({"state": ItineraryState.CONFIRMED}, lambda t: t.state is ItineraryState.CONFIRMED),
        ({"stay_from": day(5)}, lambda t: t.details.end >= day(5)),
        ({"stay_to": day(5)}, lambda t: t.details.start <= day(5)),
        ({"listing_id": casa.id}, lambda t: t.details.listing_id == casa.id),
        ({"portal_id": site.id}, lambda t: t.details.portal_id == site.id),
        ({"agent_id": UUID(int=80)}, lambda t: t.details.agent_id == UUID(int=80)),
        ({"sales_agent_id": users[0]}, lambda t: t.details.sales_agent_id == users[0]),
        ({"tag": " vip "}, lambda t: "VIP" in t.details.tags),
        ({"currency": "EUR", "price_from": 300}, lambda t: price(t, "EUR") >= 300),
        ({"currency": "JPY", "price_to": 500}, lambda t: 0 <= price(t, "JPY") <= 500),
        ({"created_from": made[9].created_at}, lambda t: t.created_at >= made[9].created_at),
        ({"created_to": made[9].created_at}, lambda t: t.created_at < made[9].created_at),
        ({"payment_incomplete": True}, lambda t: t.payment_incomplete),
        ({"payment_incomplete": False}, lambda t: not t.payment_incomplete),
        ({"overdue": True}, lambda t: t.balances and t.balances[0].overdue),
        ({"overdue": False}, lambda t: not (t.balances and t.balances[0].overdue)),
    ]
    order = sorted(made, key=lambda trip: (trip.details.start, trip.id), reverse=True)
    for (one, keeps), (other, too) in itertools.combinations_with_replacement(cases, 2):
        if one.keys() & other.keys() and one != other:
            continue
        expected = [trip.id for trip in order if keeps(trip) and too(trip)]
        assert all_ids(itineraries, **(one | other)) == expected, (one, other)


def test_a_page_is_one_query(itineraries: Itineraries, desk: Any) -> None:
    for number in range(4):
        itineraries.create_itinerary(details=replace(TRIP, tags=[f"a{number}"]), services=[])
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    engine = desk.database._store.engine
    event.listen(engine, "before_cursor_execute", note)
    itineraries.list_itineraries(tag="a1", overdue=False, q="galicia", limit=2)
    event.remove(engine, "before_cursor_execute", note)
    assert len([sql for sql in asked if "FROM" in sql]) == 1, asked


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"price_from": 5}, "currency"),
        ({"price_to": 5}, "currency"),
        ({"created_from": dt.datetime(2026, 5, 1)}, "created_from"),  # noqa: DTZ001
        ({"cursor": "x"}, "cursor"),
    ],
)
def test_a_filter_that_cannot_be_is_named(
    itineraries: Itineraries, filters: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        itineraries.list_itineraries(**filters)
    assert [each["field"] for each in caught.value.details["errors"]] == [field]


def test_tags_are_kept_once_and_found_however_written(itineraries: Itineraries) -> None:
    made = itineraries.create_itinerary(details=replace(TRIP, tags=["Família", " família ", "B"]))
    assert made.details.tags == ["Família", "B"]
    assert all_ids(itineraries, tag="FAMÍLIA") == [made.id]
    itineraries.update_itinerary(id=made.id, version=1, details=replace(TRIP, tags=["b"]))
    assert all_ids(itineraries, tag="família") == []
    assert all_ids(itineraries, tag="b") == [made.id]
    with pytest.raises(Invalid) as caught:
        itineraries.create_itinerary(details=replace(TRIP, tags=[" "]))
    assert caught.value.details["errors"] == [{"field": "details.tags[0]", "reason": "is blank"}]


def test_a_history_tells_who_when_and_why(itineraries: Itineraries) -> None:
    made = itineraries.create_itinerary(details=TRIP)
    assert [(step.before, step.after) for step in made.history] == [(None, ItineraryState.INQUIRY)]
    confirmed = itineraries.set_state(
        id=made.id, version=1, state=ItineraryState.CONFIRMED, reason=" deposit came "
    )
    step = confirmed.history[-1]
    assert (step.before, step.after) == (ItineraryState.INQUIRY, ItineraryState.CONFIRMED)
    assert (step.user_id, step.user_name, step.reason) == (UUID(int=9), "Inês", "deposit came")
    assert confirmed.state_since == confirmed.confirmed_at == step.at
    off = itineraries.set_state(id=made.id, version=2, state=ItineraryState.CANCELLED)
    assert (off.confirmed_at, off.version) == (confirmed.confirmed_at, 3)
    with pytest.raises(Invalid):
        itineraries.set_state(id=made.id, version=3, state=ItineraryState.INQUIRY, reason="a\0")
    assert itineraries.itinerary_history(id=made.id) == off.history
    with acting(STRANGER), pytest.raises(NotFound):
        itineraries.itinerary_history(id=made.id)


def test_a_trip_carries_its_last_steps(itineraries: Itineraries) -> None:
    trip = itineraries.create_itinerary(details=TRIP)
    for _ in range(30):
        for state in (ItineraryState.PROPOSED, ItineraryState.INQUIRY):
            trip = itineraries.set_state(id=trip.id, version=trip.version, state=state)
    assert len(trip.history) == 50
    whole = itineraries.itinerary_history(id=trip.id)
    assert (len(whole), whole[-50:]) == (61, trip.history)


def test_a_sale_is_given_to_somebody(itineraries: Itineraries) -> None:
    made = itineraries.create_itinerary(details=TRIP)
    sold = itineraries.set_sales_agent(id=made.id, version=1, sales_agent_id=UUID(int=70))
    assert sold.details == replace(TRIP, sales_agent_id=UUID(int=70))
    assert all_ids(itineraries, sales_agent_id=UUID(int=70)) == [made.id]
    with pytest.raises(Stale):
        itineraries.set_sales_agent(id=made.id, version=1, sales_agent_id=None)


def changed(listing: Listing, **changes: Any) -> dict[str, Any]:
    fields = ("name", "address", "zone", "capacity", "owner_id", "external_ids", "tags", "archived")
    values = {name: getattr(listing, name) for name in fields}
    return {"id": listing.id, "version": listing.version} | values | changes


def test_a_listing_is_changed_and_archived(itineraries: Itineraries, desk: Any) -> None:
    ids = [ExternalId(source="Stayfinder", id="PT-1"), ExternalId(source="Other", id="7")]
    casa = itineraries.create_listing(
        name="Casa", address="", zone="UTC", capacity=4, external_ids=ids, tags=["Sea", "sea"]
    )
    assert (casa.tags, casa.capacity, casa.external_ids, casa.version) == (["Sea"], 4, ids, 1)
    trip = itineraries.create_itinerary(details=replace(TRIP, listing_id=casa.id))
    assert trip.listing == casa
    assert itineraries.update_listing(**changed(casa)) == casa
    gone = itineraries.update_listing(**changed(casa, archived=True, external_ids=ids[:1]))
    assert (gone.version, gone.archived) == (2, True)
    assert itineraries.get_listing(id=casa.id) == gone
    assert itineraries.list_listings(archived=False) == []
    assert itineraries.list_listings(archived=True) == itineraries.list_listings() == [gone]
    with pytest.raises(Invalid):
        itineraries.create_itinerary(details=replace(TRIP, listing_id=casa.id))
    kept = replace(TRIP, listing_id=casa.id, title="Still")
    assert itineraries.update_itinerary(id=trip.id, version=1, details=kept).listing == gone
    with pytest.raises(Stale):
        itineraries.update_listing(**changed(casa))
    events = [each.listing for each in desk.told() if isinstance(each, ListingChanged)]
    assert events == [casa, gone]


def test_a_name_at_a_portal_is_one_listings(itineraries: Itineraries) -> None:
    ids = [ExternalId(source="Stayfinder", id="PT-1")]
    itineraries.create_listing(name="Casa", address="", zone="UTC", external_ids=ids)
    with pytest.raises(Conflict) as caught:
        itineraries.create_listing(name="Pazo", address="", zone="UTC", external_ids=ids)
    assert caught.value.code == "itineraries.external_id_taken"
    with acting(STRANGER):
        itineraries.create_listing(name="Pazo", address="", zone="UTC", external_ids=ids)


def test_a_portal_is_changed(itineraries: Itineraries, desk: Any) -> None:
    site = itineraries.create_portal(name=" Stayfinder ", tags=["Site"])
    assert (site.name, site.tags, site.archived, site.version) == ("Stayfinder", ["Site"], False, 1)
    assert itineraries.create_portal(name="Other", id=site.id) == site
    trip = itineraries.create_itinerary(details=replace(TRIP, portal_id=site.id))
    assert trip.portal == site
    other = itineraries.update_portal(id=site.id, version=1, name="Stay", tags=[], archived=True)
    assert itineraries.get_portal(id=site.id) == other
    assert itineraries.list_portals() == [other]
    events = [each.portal for each in desk.told() if isinstance(each, PortalChanged)]
    assert events == [site, other]
    for portal in (site.id, UUID(int=99)):
        with pytest.raises(Invalid) as caught:
            itineraries.create_itinerary(details=replace(TRIP, portal_id=portal))
        assert caught.value.details["errors"][0]["field"] == "details.portal_id"


def test_strangers_and_nobody_reach_no_listing(itineraries: Itineraries) -> None:
    casa = itineraries.create_listing(name="Casa", address="", zone="UTC")
    site = itineraries.create_portal(name="Stayfinder")
    doors: list[tuple[str, dict[str, Any]]] = [
        ("get_listing", {"id": casa.id}),
        ("update_listing", changed(casa)),
        ("get_portal", {"id": site.id}),
        ("update_portal", {"id": site.id, "version": 1, "name": "Mine"}),
    ]
    for method, arguments in doors:
        with acting(STRANGER), pytest.raises(NotFound):
            getattr(itineraries, method)(**arguments)
        with acting(Context()), pytest.raises(Unauthenticated):
            getattr(itineraries, method)(**arguments)
    with acting(STRANGER):
        assert itineraries.list_portals() == []
        assert itineraries.list_listings() == []
