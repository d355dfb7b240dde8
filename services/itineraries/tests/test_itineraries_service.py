"""Itineraries through their door, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from contracts.common import Money
from contracts.itineraries import (
    Guest,
    Itineraries,
    Itinerary,
    ItineraryChanged,
    ItineraryDetails,
    ItineraryState,
    PaymentKind,
    ServiceDetails,
    ServiceKind,
    ServiceState,
)
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Conflict, Invalid, NotFound, Stale, Unauthenticated

OURS, THEIRS = UUID(int=1), UUID(int=2)
SUPPLIER = UUID(int=30)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9))
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
MAY = dt.date(2026, 5, 1)
TRIP = ItineraryDetails(
    title="Ten days in Galicia",
    start=MAY,
    end=MAY + dt.timedelta(days=9),
    zone="Europe/Madrid",
    guests=[Guest(name="Inês Lopes", contact_id=UUID(int=20), lead=True), Guest(name="Rui Lopes")],
    price=Money(amount=420_000, currency="EUR"),
    notes="pays late",
)
TRANSFER = ServiceDetails(
    kind=ServiceKind.TRANSFER,
    name="Airport to hotel",
    date=MAY,
    time=dt.time(14, 30),
    zone="Europe/Madrid",
    supplier_id=SUPPLIER,
    supplier_name="Taxi Xoán",
    requirements="child seat",
)
STAY = replace(TRANSFER, kind=ServiceKind.STAY, name="Pazo", time=None, supplier_id=None)


@pytest.fixture
def itineraries(desk: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        yield desk.client


def told(desk: Any) -> list[Itinerary]:
    return [event.itinerary for event in desk.told() if isinstance(event, ItineraryChanged)]


def wrong_fields(caught: pytest.ExceptionInfo[Invalid]) -> list[str]:
    assert caught.value.code == "itineraries.invalid"
    return [error["field"] for error in caught.value.details["errors"]]


def test_a_trip_is_kept_as_it_was_made(itineraries: Itineraries, desk: Any) -> None:
    made = itineraries.create_itinerary(details=TRIP, services=[TRANSFER, STAY])
    assert made.details == TRIP
    assert [service.details for service in made.services] == [STAY, TRANSFER]
    assert made.services[1].starts_at == dt.datetime(2026, 5, 1, 12, 30, tzinfo=dt.UTC)
    assert (made.state, made.version) == (ItineraryState.INQUIRY, 1)
    assert itineraries.get_itinerary(id=made.id) == made
    assert told(desk) == [made]


def test_references_are_counted_for_each_organisation_and_year(itineraries: Itineraries) -> None:
    year = dt.datetime.now(dt.UTC).year
    made = [itineraries.create_itinerary(details=TRIP).reference for _ in range(3)]
    assert made == [f"TRP-{year}-000{number}" for number in (1, 2, 3)]
    with acting(STRANGER):
        theirs = itineraries.create_itinerary(details=TRIP)
        assert theirs.reference == f"TRP-{year}-0001"
        assert itineraries.find_itinerary(reference=f" trp-{year}-0001 ") == theirs
    assert itineraries.find_itinerary(reference=made[0]).id != theirs.id
    for unknown in (f"TRP-{year}-0004", "", "TRP", "%", "TRP-2026-0001\0"):
        with pytest.raises(NotFound) as caught:
            itineraries.find_itinerary(reference=unknown)
        assert caught.value.code == "itineraries.not_found"


def test_the_same_id_again_changes_nothing(itineraries: Itineraries, desk: Any) -> None:
    made = itineraries.create_itinerary(details=TRIP, id=UUID(int=77))
    assert made.id == UUID(int=77)
    again = itineraries.create_itinerary(details=replace(TRIP, title="Other"), id=made.id)
    assert again == made
    service = itineraries.add_service(itinerary_id=made.id, details=TRANSFER, id=UUID(int=78))
    assert itineraries.add_service(itinerary_id=made.id, details=STAY, id=service.id) == service
    other = itineraries.create_itinerary(details=TRIP)
    with pytest.raises(Conflict) as caught:
        itineraries.add_service(itinerary_id=other.id, details=STAY, id=service.id)
    assert caught.value.code == "itineraries.service_elsewhere"
    listing = itineraries.create_listing(name="A", address="", zone="UTC", id=UUID(int=79))
    assert itineraries.create_listing(name="B", address="", zone="UTC", id=listing.id) == listing
    assert len(told(desk)) == 3


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"end": MAY - dt.timedelta(days=1)}, ["details.end"]),
        ({"zone": "Galicia", "title": "\n"}, ["details.title", "details.zone"]),
        ({"price": Money(amount=10**40, currency="EUR")}, ["details.price.amount"]),
        ({"start": dt.date(1, 1, 1)}, ["details.start"]),
        ({"listing_id": uuid4()}, ["details.listing_id"]),
    ],
)
def test_a_trip_that_cannot_be_is_refused_whole(
    itineraries: Itineraries, desk: Any, changes: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        itineraries.create_itinerary(details=replace(TRIP, **changes), services=[TRANSFER])
    assert wrong_fields(caught) == fields
    made = itineraries.create_itinerary(details=TRIP)
    with pytest.raises(Invalid) as caught:
        itineraries.update_itinerary(id=made.id, version=1, details=replace(TRIP, **changes))
    assert wrong_fields(caught) == fields
    assert itineraries.get_itinerary(id=made.id) == made
    assert told(desk) == [made]


def test_a_wrong_service_keeps_the_whole_trip_out(itineraries: Itineraries, desk: Any) -> None:
    wrong = replace(TRANSFER, zone="Nowhere")
    with pytest.raises(Invalid) as caught:
        itineraries.create_itinerary(details=TRIP, services=[TRANSFER, wrong])
    assert wrong_fields(caught) == ["services[1].zone"]
    assert itineraries.list_itineraries().itineraries == []
    made = itineraries.create_itinerary(details=TRIP, services=[TRANSFER])
    with pytest.raises(Invalid) as caught:
        itineraries.add_service(itinerary_id=made.id, details=wrong)
    assert wrong_fields(caught) == ["details.zone"]
    with pytest.raises(Invalid):
        itineraries.update_service(id=made.services[0].id, version=1, details=wrong)
    assert itineraries.get_itinerary(id=made.id) == made
    assert told(desk) == [made]


def test_a_local_time_that_does_not_exist_moves_on(itineraries: Itineraries) -> None:
    spring = replace(TRANSFER, date=dt.date(2026, 3, 29), time=dt.time(2, 30))
    made = itineraries.create_itinerary(details=TRIP, services=[spring])
    assert made.services[0].starts_at == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    assert made.services[0].details.time == dt.time(2, 30)


def test_services_are_planned_replanned_and_dropped(itineraries: Itineraries, desk: Any) -> None:
    trip = itineraries.create_itinerary(details=TRIP)
    first = itineraries.add_service(itinerary_id=trip.id, details=TRANSFER)
    second = itineraries.add_service(itinerary_id=trip.id, details=STAY)
    assert (first.itinerary_id, first.version) == (trip.id, 1)
    later = replace(TRANSFER, time=dt.time(18), state=ServiceState.CONFIRMED)
    moved = itineraries.update_service(id=first.id, version=1, details=later)
    assert (moved.version, moved.details) == (2, later)
    assert moved.starts_at == dt.datetime(2026, 5, 1, 16, tzinfo=dt.UTC)
    assert itineraries.update_service(id=first.id, version=2, details=later) == moved
    itineraries.remove_service(id=second.id, version=1)
    found = itineraries.get_itinerary(id=trip.id)
    assert found.services == [moved]
    assert [each.version for each in told(desk)] == [1, 2, 3, 4, 5]
    assert told(desk)[-1] == found
    assert told(desk)[2].services == [second, first]


def test_who_read_an_older_service_does_not_overwrite_it(itineraries: Itineraries) -> None:
    trip = itineraries.create_itinerary(details=TRIP, services=[TRANSFER, STAY])
    stay, transfer = trip.services
    itineraries.update_service(id=transfer.id, version=1, details=replace(TRANSFER, pax=3))
    for call in (
        lambda: itineraries.update_service(id=transfer.id, version=1, details=TRANSFER),
        lambda: itineraries.remove_service(id=transfer.id, version=1),
        lambda: itineraries.update_itinerary(id=trip.id, version=1, details=TRIP),
        lambda: itineraries.set_state(id=trip.id, version=1, state=ItineraryState.PROPOSED),
    ):
        with pytest.raises(Stale) as caught:
            call()
        assert caught.value.code == "itineraries.changed"
    # Another service of the trip is another thing.
    itineraries.update_service(id=stay.id, version=1, details=replace(STAY, pax=3))
    assert itineraries.get_itinerary(id=trip.id).version == 3


def test_a_trip_takes_allowed_steps(itineraries: Itineraries, desk: Any) -> None:
    trip = itineraries.create_itinerary(details=TRIP)
    with pytest.raises(Conflict) as caught:
        itineraries.set_state(id=trip.id, version=1, state=ItineraryState.FINISHED)
    assert caught.value.code == "itineraries.transition"
    assert caught.value.details["allowed"] == ["cancelled", "confirmed", "proposed"]
    confirmed = itineraries.set_state(id=trip.id, version=1, state=ItineraryState.CONFIRMED)
    same = itineraries.set_state(id=trip.id, version=2, state=ItineraryState.CONFIRMED)
    assert same == confirmed
    assert told(desk) == [trip, confirmed]


def test_a_list_begins_with_the_latest_start(itineraries: Itineraries) -> None:
    starts = [MAY + dt.timedelta(days=number % 3) for number in range(8)]
    for number, start in enumerate(starts):
        itineraries.create_itinerary(
            details=replace(TRIP, title=f"Trip {number}", start=start, end=start),
            services=[STAY] * (number % 2),
        )
    rows: list[Any] = []
    cursor = None
    while True:
        page = itineraries.list_itineraries(cursor=cursor, limit=3)
        rows += page.itineraries
        cursor = page.cursor
        if cursor is None:
            break
    assert [row.start for row in rows] == sorted(starts, reverse=True)
    assert len({row.id for row in rows}) == 8
    assert sum(row.services for row in rows) == 4
    assert {row.lead_guest for row in rows} == {"Inês Lopes"}
    with pytest.raises(Invalid):
        itineraries.list_itineraries(cursor="nonsense")


def test_a_search_looks_into_reference_title_and_guests(itineraries: Itineraries) -> None:
    made = itineraries.create_itinerary(details=TRIP)
    other = itineraries.create_itinerary(
        details=replace(TRIP, title="100% Azores", guests=[]), state=ItineraryState.CONFIRMED
    )

    def found(**arguments: Any) -> list[UUID]:
        return [row.id for row in itineraries.list_itineraries(**arguments).itineraries]

    for q in ("galicia", "INES lopes", made.reference.lower(), "ten rui"):
        assert found(q=q) == [made.id], q
    assert found(q="100%") == [other.id]
    assert found(q="late") == []
    assert found(q="_") == found(q="\0") == [other.id, made.id]  # no words, no search
    assert found(q="galicai ines") == found(q=made.reference[4:]) == [made.id]
    assert found(state=ItineraryState.CONFIRMED) == [other.id]
    renamed = replace(TRIP, title="Asturias", guests=[Guest(name="Eva")])
    itineraries.update_itinerary(id=made.id, version=1, details=renamed)
    assert found(q="galicia") == []
    assert found(q="asturias eva") == [made.id]


def test_a_trip_is_found_by_what_its_listing_is_called(itineraries: Itineraries) -> None:
    listing = itineraries.create_listing(name="Casa do Açude", address="", zone="UTC")
    made = itineraries.create_itinerary(details=replace(TRIP, listing_id=listing.id))
    itineraries.create_itinerary(details=TRIP)

    def found(q: str) -> list[UUID]:
        return [row.id for row in itineraries.list_itineraries(q=q).itineraries]

    assert found("acude galicia") == [made.id]
    itineraries.update_listing(
        id=listing.id, version=listing.version, name="Quinta Velha", address="", zone="UTC"
    )
    assert found("acude") == []
    assert found("quinta velah") == [made.id]


def test_the_calendar_is_by_each_services_own_day(itineraries: Itineraries) -> None:
    late = replace(TRANSFER, name="Late", time=dt.time(23, 30), zone="America/Lima")
    early = replace(TRANSFER, name="Early", time=dt.time(0, 30), zone="Pacific/Auckland")
    tomorrow = replace(TRANSFER, name="Next", date=MAY + dt.timedelta(days=1), time=dt.time(0, 0))
    trip = itineraries.create_itinerary(details=TRIP, services=[late, early, tomorrow, STAY])
    other = itineraries.create_itinerary(
        details=replace(TRIP, title="Other"), services=[replace(TRANSFER, name="Noon")],
        state=ItineraryState.CONFIRMED,
    )  # fmt: skip
    days = itineraries.concierge(start=MAY - dt.timedelta(days=1), end=MAY)
    assert [day.date for day in days] == [MAY - dt.timedelta(days=1), MAY]
    assert days[0].services == []
    names = [each.service.details.name for each in days[1].services]
    assert names == ["Pazo", "Early", "Noon", "Late"]
    assert (days[1].services[0].reference, days[1].services[0].title) == (
        trip.reference, TRIP.title,
    )  # fmt: skip
    assert days[1].services[2].itinerary_state is ItineraryState.CONFIRMED
    assert days[1].services[2].service == other.services[0]
    [day] = itineraries.concierge(start=MAY, end=MAY, supplier_id=SUPPLIER)
    assert [each.service.details.name for each in day.services] == ["Early", "Noon", "Late"]
    [day] = itineraries.concierge(start=MAY, end=MAY, state=ServiceState.CONFIRMED)
    assert day.services == []


@pytest.mark.parametrize(
    ("start", "end"),
    [(MAY, MAY - dt.timedelta(days=1)), (MAY, MAY + dt.timedelta(days=62)), (MAY, dt.date.max)],
)
def test_the_calendar_shows_a_bounded_range(
    itineraries: Itineraries, start: dt.date, end: dt.date
) -> None:
    with pytest.raises(Invalid) as caught:
        itineraries.concierge(start=start, end=end)
    assert wrong_fields(caught) == ["end"]
    assert len(itineraries.concierge(start=MAY, end=MAY + dt.timedelta(days=61))) == 62


def test_a_listing_is_named_by_trips(itineraries: Itineraries) -> None:
    listing = itineraries.create_listing(name=" Casa Azul ", address="Rúa 1", zone="Europe/Madrid")
    assert listing.name == "Casa Azul"
    other = itineraries.create_listing(name="Albergue", address="", zone="Europe/Madrid")
    assert itineraries.list_listings() == [other, listing]
    made = itineraries.create_itinerary(details=replace(TRIP, listing_id=listing.id))
    assert made.details.listing_id == listing.id
    with pytest.raises(Invalid) as caught:
        itineraries.create_listing(name="Casa", address="", zone="Nowhere")
    assert wrong_fields(caught) == ["zone"]
    with acting(STRANGER):
        assert itineraries.list_listings() == []
        with pytest.raises(Invalid) as caught:
            itineraries.create_itinerary(details=replace(TRIP, listing_id=listing.id))
        assert wrong_fields(caught) == ["details.listing_id"]


def test_a_link_is_good_while_the_trip_is_shared(itineraries: Itineraries, desk: Any) -> None:
    trip = shared = itineraries.create_itinerary(details=TRIP, services=[TRANSFER])
    assert itineraries.share_itinerary(id=trip.id) == shared
    assert shared.public_url is not None
    assert shared.public_url.startswith("https://hub.test/p/")
    token = shared.public_url.rpartition("/")[2]
    with acting(Context()):
        page = itineraries.public_itinerary(token=token)
    assert (page.organisation_id, page.reference) == (OURS, trip.reference)
    assert page.guests == ["Inês Lopes", "Rui Lopes"]
    said = repr(page)
    for secret in ("420000", "pays late", "child seat", "Xoán", str(SUPPLIER), str(UUID(int=20))):
        assert secret not in said
    withdrawn = itineraries.unshare_itinerary(id=trip.id)
    assert withdrawn.public_url is None
    assert itineraries.unshare_itinerary(id=trip.id) == withdrawn
    again = itineraries.share_itinerary(id=trip.id)
    assert again.public_url != shared.public_url
    with acting(Context()):
        for unknown in (token, "", "\0" * 43, "x" * 43, "x" * 500, "%" * 43):
            with pytest.raises(NotFound) as caught:
                itineraries.public_itinerary(token=unknown)
            assert caught.value.code == "itineraries.link_unknown"
    assert told(desk) == [trip, withdrawn, again]


def test_a_trip_has_a_bounded_number_of_services_and_letters(itineraries: Itineraries) -> None:
    trip = itineraries.create_itinerary(details=TRIP, services=[STAY] * 500)
    with pytest.raises(Invalid):
        itineraries.add_service(itinerary_id=trip.id, details=STAY)
    with pytest.raises(Invalid):
        itineraries.create_itinerary(details=TRIP, services=[STAY] * 501)
    long = replace(STAY, notes="x" * 100_000)
    with pytest.raises(Invalid) as caught:
        itineraries.create_itinerary(details=TRIP, services=[long] * 11)
    assert wrong_fields(caught) == ["services"]
    assert itineraries.get_itinerary(id=trip.id) == trip


def doors(trip: Itinerary) -> dict[str, dict[str, Any]]:
    service = trip.services[0].id
    return {
        "create_itinerary": {"details": TRIP},
        "get_itinerary": {"id": trip.id},
        "find_itinerary": {"reference": trip.reference},
        "list_itineraries": {},
        "update_itinerary": {"id": trip.id, "version": 1, "details": TRIP},
        "set_state": {"id": trip.id, "version": 1, "state": ItineraryState.CONFIRMED},
        "add_service": {"itinerary_id": trip.id, "details": TRANSFER},
        "update_service": {"id": service, "version": 1, "details": TRANSFER},
        "remove_service": {"id": service, "version": 1},
        "concierge": {"start": MAY, "end": MAY},
        "itinerary_history": {"id": trip.id},
        "set_sales_agent": {"id": trip.id, "version": 1, "sales_agent_id": None},
        "get_ledger": {"itinerary_id": trip.id},
        "plan_payments": {"itinerary_id": trip.id, "version": 1, "instalments": []},
        "record_payment": {
            "itinerary_id": trip.id,
            "kind": PaymentKind.RECEIVED,
            "amount": Money(amount=5, currency="EUR"),
            "date": MAY,
            "request_id": str(uuid4()),
        },
        "create_listing": {"name": "Casa", "address": "", "zone": "UTC"},
        "list_listings": {},
        "share_itinerary": {"id": trip.id},
        "unshare_itinerary": {"id": trip.id},
    }


def test_nobody_gets_in_without_signing_in(itineraries: Itineraries) -> None:
    trip = itineraries.create_itinerary(details=TRIP, services=[TRANSFER])
    for method, arguments in doors(trip).items():
        for context in (Context(), Context(role=Role.NOBODY, organisation=OURS)):
            with acting(context), pytest.raises(Unauthenticated):
                getattr(itineraries, method)(**arguments)
    assert itineraries.get_itinerary(id=trip.id) == trip


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER, Role.SERVICE])
def test_everybody_of_the_team_gets_in(itineraries: Itineraries, role: Role) -> None:
    trip = itineraries.create_itinerary(details=TRIP, services=[TRANSFER])
    with acting(Context(role=role, organisation=OURS)):
        for method, arguments in doors(trip).items():
            with suppress(Stale):  # by the doors before it
                getattr(itineraries, method)(**arguments)


def test_another_organisation_finds_nothing_of_ours(itineraries: Itineraries) -> None:
    trip = itineraries.create_itinerary(details=TRIP, services=[TRANSFER])
    everywhere = {
        "create_itinerary",
        "list_itineraries",
        "concierge",
        "create_listing",
        "list_listings",
    }
    for method, arguments in doors(trip).items():
        if method in everywhere:
            continue
        with acting(STRANGER), pytest.raises(NotFound):
            getattr(itineraries, method)(**arguments)
    with acting(STRANGER):
        assert itineraries.list_itineraries(q="galicia").itineraries == []
        assert itineraries.concierge(start=MAY, end=MAY)[0].services == []
        # The same ids are free there.
        theirs = itineraries.create_itinerary(details=TRIP, id=trip.id)
        itineraries.add_service(itinerary_id=trip.id, details=STAY, id=trip.services[0].id)
        itineraries.set_state(id=theirs.id, version=2, state=ItineraryState.CANCELLED)
        with acting(PERSON):
            url = itineraries.share_itinerary(id=trip.id).public_url
        assert url is not None
        page = itineraries.public_itinerary(token=url.rpartition("/")[2])
        assert [service.details.name for service in page.services] == [TRANSFER.name]
    trip = itineraries.unshare_itinerary(id=trip.id)
    assert itineraries.get_itinerary(id=trip.id) == trip
    with acting(service_context(OURS)):
        assert itineraries.get_itinerary(id=trip.id) == trip
