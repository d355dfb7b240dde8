"""What an itinerary and a service must be, each mistake with the path of its field."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.common import Money
from contracts.itineraries import (
    ExternalId,
    Guest,
    Itineraries,
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    Service,
    ServiceDetails,
    ServiceKind,
    ServiceState,
)
from fairlead.contract import calls
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.store.search import query_words
from fairlead.testing.search import grade
from itineraries.domain import calendar, plan
from itineraries.domain.public import new_token, public_view, url
from itineraries.domain.references import normal, reference
from itineraries.domain.search import searched
from itineraries.domain.states import ALLOWED, check_step

TRIP = ItineraryDetails(
    title="Ten days in Galicia",
    start=dt.date(2026, 5, 1),
    end=dt.date(2026, 5, 10),
    zone="Europe/Madrid",
    guests=[Guest(name="Inês Lopes"), Guest(name="Rui Lopes", contact_id=UUID(int=7), lead=True)],
    agent_id=UUID(int=8),
    price=Money(amount=420_000, currency="EUR"),
    notes="pays late",
)
SERVICE = ServiceDetails(
    kind=ServiceKind.TRANSFER,
    name="Airport to hotel",
    date=dt.date(2026, 5, 1),
    time=dt.time(14, 30),
    zone="Europe/Madrid",
    description="Blue van",
    pax=2,
    place="Arrivals",
    address="LCG",
    supplier_id=UUID(int=9),
    supplier_name="Taxi Xoán",
    notes="costs 40",
    requirements="child seat",
)


def fields(caught: pytest.ExceptionInfo[Invalid]) -> list[str]:
    assert caught.value.code == "itineraries.invalid"
    return [error["field"] for error in caught.value.details["errors"]]


def trip_errors(**changes: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        plan.check_itinerary(replace(TRIP, **changes))
    return fields(caught)


def service_errors(**changes: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        plan.check_service(replace(SERVICE, **changes), "services[3]")
    return fields(caught)


def test_a_good_trip_passes() -> None:
    plan.check_itinerary(TRIP)
    assert plan.check_service(SERVICE) == dt.datetime(2026, 5, 1, 12, 30, tzinfo=dt.UTC)


def test_every_mistake_of_a_trip_is_named() -> None:
    assert trip_errors(end=dt.date(2026, 4, 30)) == ["details.end"]
    assert trip_errors(start=dt.date(1066, 10, 14)) == ["details.start"]
    assert trip_errors(title=" ", zone="Europe", notes="\0") == [
        "details.title", "details.notes", "details.zone",
    ]  # fmt: skip
    assert trip_errors(price=Money(amount=-1, currency="EUR")) == ["details.price.amount"]
    assert trip_errors(price=Money(amount=10**30, currency="EUR")) == ["details.price.amount"]
    leads = [Guest(name="A", lead=True), Guest(name="B\n"), Guest(name="C", lead=True)]
    assert trip_errors(guests=leads) == ["details.guests[1].name", "details.guests[2].lead"]


def test_every_mistake_of_a_service_is_named() -> None:
    assert service_errors(zone="Nowhere") == ["services[3].zone"]
    assert service_errors(date=dt.date(9999, 12, 31)) == ["services[3].date"]
    assert service_errors(time=dt.time(9, tzinfo=dt.UTC)) == ["services[3].time"]
    assert service_errors(name="", place="a\rb", notes="\0") == [
        "services[3].name", "services[3].place", "services[3].notes",
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2025-02-29", "tomorrow", "2026-2-3"])
def test_a_day_that_is_none_is_refused_at_the_door(day: str) -> None:
    body = (
        f'{{"itinerary_id": "{UUID(int=1)}", "details": {{"kind": "tour", "name": "Walk",'
        f' "date": "{day}", "zone": "Europe/Madrid"}}}}'
    )
    with pytest.raises(Invalid) as caught:
        calls(Itineraries)["add_service"].decode_request(body.encode())
    assert caught.value.details["errors"][0]["field"] == "details.date"


def test_a_trip_that_grew_too_large_is_refused() -> None:
    plan.check_extent(TRIP, [SERVICE] * plan.MOST_SERVICES, "services")
    with pytest.raises(Invalid) as caught:
        plan.check_extent(TRIP, [SERVICE] * (plan.MOST_SERVICES + 1), "details")
    assert fields(caught) == ["details"]
    with pytest.raises(Invalid):
        plan.check_extent(TRIP, [replace(SERVICE, notes="x" * 100_000)] * 10, "details")


def test_a_range_of_days_is_bounded() -> None:
    start = dt.date(2026, 5, 1)
    calendar.check_days(start, start, 62)
    calendar.check_days(start, start + dt.timedelta(days=61), 62)
    for end in (start + dt.timedelta(days=62), start - dt.timedelta(days=1), dt.date.max):
        with pytest.raises(Invalid) as caught:
            calendar.check_days(start, end, 62)
        assert fields(caught) == ["end"]


def test_a_listing_has_a_name_and_a_zone() -> None:
    ids = [ExternalId(source="Stayfinder", id="PT-1")]
    plan.check_listing("Casa Azul", "", "Europe/Madrid", ["sea"], ids)
    with pytest.raises(Invalid) as caught:
        plan.check_listing(" ", "a\nb", "Nowhere", [" "], [ExternalId(source="\n", id=" ")])
    wrong = ["name", "address", "external_ids[0].source", "external_ids[0].id", "zone", "tags[0]"]
    assert fields(caught) == wrong


def test_the_lead_guest_is_the_marked_one_else_the_first() -> None:
    assert plan.lead_guest(TRIP.guests) == "Rui Lopes"
    assert plan.lead_guest(TRIP.guests[:1]) == "Inês Lopes"
    assert plan.lead_guest([]) is None


@given(st.lists(st.sampled_from(ItineraryState), max_size=30))
def test_a_trip_only_takes_allowed_steps(wishes: list[ItineraryState]) -> None:
    state = ItineraryState.INQUIRY
    for wish in wishes:
        if wish is state or wish in ALLOWED[state]:
            check_step(state, wish)
            state = wish
            continue
        with pytest.raises(Conflict) as caught:
            check_step(state, wish)
        assert caught.value.code == "itineraries.transition"
        assert caught.value.details["allowed"] == sorted(each.value for each in ALLOWED[state])


def test_the_table_of_steps_is_whole() -> None:
    assert set(ALLOWED) == set(ItineraryState)
    assert all(state not in after for state, after in ALLOWED.items())
    reached, frontier = {ItineraryState.INQUIRY}, [ItineraryState.INQUIRY]
    while frontier:
        new = ALLOWED[frontier.pop()] - reached
        reached |= new
        frontier += new
    assert reached == set(ItineraryState)


def test_references() -> None:
    assert reference(2026, 1) == "TRP-2026-0001"
    assert reference(2026, 12345) == "TRP-2026-12345"
    assert normal(" trp-2026-0001\n") == "TRP-2026-0001"
    for written in ("", "TRP 2026", "TRP-2026-0001\0", "x" * 500, "%", "TRP-２０２６-0001"):
        with pytest.raises(NotFound):
            normal(written)


def test_search() -> None:
    text = searched("TRP-2026-0001", TRIP)
    for q in ("trp-2026", "GALICIA", "ines", "lopes ten"):
        assert grade(text, query_words(q)) is not None, q
    assert "late" not in text


def test_the_public_page_keeps_secrets() -> None:
    states = (ServiceState.CONFIRMED, ServiceState.DECLINED, ServiceState.CANCELLED)
    services = [
        Service(
            id=UUID(int=number),
            itinerary_id=UUID(int=1),
            details=replace(SERVICE, state=state),
            starts_at=dt.datetime(2026, 5, 1, 12, 30, tzinfo=dt.UTC),
            version=1,
        )
        for number, state in enumerate(states)
    ]
    whole = Itinerary(
        id=UUID(int=1), reference="TRP-2026-0001", state=ItineraryState.CANCELLED, details=TRIP,
        services=services, public_url=None, version=3, created_at=services[0].starts_at,
    )  # fmt: skip
    page = public_view(UUID(int=2), whole, [])
    assert page.cancelled
    assert page.guests == ["Inês Lopes", "Rui Lopes"]
    assert [service.id for service in page.services] == [UUID(int=0)]
    assert page.services[0].details.description == "Blue van"
    said = repr(page)
    for secret in ("420000", "pays late", "costs 40", "child seat", "Xoán"):
        assert secret not in said
    for contact in (7, 8, 9):
        assert str(UUID(int=contact)) not in said


def test_links() -> None:
    assert url("https://hub.test/", "abc") == "https://hub.test/p/abc"
    assert url("https://hub.test", None) is None
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) == 43
