"""The world is the same for one seed, believable, and nobody's but its own."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.accounts import StaffRole
from contracts.channels import DeliveryStatus
from contracts.contacts import ContactKind, Scheme
from contracts.inbox import Direction, MessageKind
from contracts.itineraries import ItineraryState, ServiceState
from scripts.demo.__main__ import main
from scripts.demo.model import REFERENCE, World
from scripts.demo.regions import REGIONS
from scripts.demo.world import today, world

DAYS = [
    dt.date(2026, 11, 22),
    dt.date(2026, 3, 29),  # clocks go forward in Europe
    dt.date(2026, 10, 26),  # the day after they go back
    dt.date(2028, 2, 29),
    dt.date(2027, 1, 1),
]
DESK = ZoneInfo("Europe/Lisbon")

# What the regulators keep for fiction, written down apart from the ranges of the demo: Ofcom,
# NANPA, ACMA, Bundesnetzagentur, Arcep, PTS.
FICTION = re.compile(
    r"\+44(?:20794|117|131|161)(?:6|496)0\d{3}"
    r"|\+1\d{3}55501\d\d"
    r"|\+61[2378](?:5550|7010)\d{4}"
    r"|\+49(?:3023125|4066969|8999998|6990009|2214710)\d{3}"
    r"|\+33(?:19900|26191|35301|46571|53649|63998)\d{4}"
    r"|\+467017406(?:0[5-9]|[1-9]\d)"
)


@pytest.fixture(scope="module", params=[(day, seed) for day in DAYS for seed in (1, 7)], ids=str)
def made(request: pytest.FixtureRequest) -> World:
    """A world of some day and seed."""
    return world(*request.param)


def texts(value: Any) -> Iterator[str]:
    """Every text in a world, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@given(st.dates(dt.date(2024, 1, 1), dt.date(2040, 12, 31)), st.integers(0, 10_000))
@settings(max_examples=25)
def test_it_is_the_same_for_the_same_day_and_seed(day: dt.date, seed: int) -> None:
    assert world(day, seed) == world(day, seed)


def test_another_seed_makes_another_world_of_the_same_operator() -> None:
    one, other = world(DAYS[0], 1), world(DAYS[0], 2)
    assert {each.id for each in one.people}.isdisjoint(each.id for each in other.people)
    assert {each.details.title for each in one.trips} != {
        each.details.title for each in other.trips
    }
    assert one.owner == other.owner


@pytest.mark.parametrize("seed", [1, 7, 23])
def test_another_day_moves_the_dates_and_leaves_every_id(seed: int) -> None:
    one, other = world(DAYS[0], seed), world(DAYS[1], seed)
    assert one.people == other.people
    assert one.listings == other.listings
    apart = DAYS[1] - DAYS[0]
    for before, after in zip(one.trips, other.trips, strict=True):
        assert (after.id, after.state) == (before.id, before.state)
        assert after.details.start - before.details.start == apart
        assert [each.id for each in after.services] == [each.id for each in before.services]
    assert {each.id for each in one.messages} == {each.id for each in other.messages}
    # By the last one `plant` sees that it has planted everything.
    assert one.messages[-1].id == other.messages[-1].id


def test_every_value_fits_its_type(made: World) -> None:
    # Content of files is bytes, which JSON has only as base64.
    assert msgspec.json.decode(msgspec.json.encode(made), type=World) == made


def test_there_is_as_much_as_promised(made: World) -> None:
    assert [each.role for each in made.employees] == list(StaffRole)
    kinds = Counter(person.kind for person in made.people)
    assert len(made.people) == 120
    assert kinds[ContactKind.TRAVELLER] >= 50
    assert kinds[ContactKind.SUPPLIER] >= 40
    assert kinds[ContactKind.AGENT] >= 5
    assert kinds[ContactKind.OWNER] >= 5
    assert len(made.trips) == 40
    assert 190 <= sum(len(trip.services) for trip in made.trips) <= 260
    assert {trip.state for trip in made.trips} == set(ItineraryState)
    assert {each.details.label for each in made.connections} == {"Operations", "Sales"}
    assert len(made.templates) in (4, 5)
    assert 150 <= len(made.messages) <= 250
    assert {zone for region in REGIONS.values() for zone in [region.zone]} == {
        each.details.zone for trip in made.trips for each in trip.services
    }


def test_everything_that_is_named_exists(made: World) -> None:
    people = {person.id: person for person in made.people}
    listings = {listing.id for listing in made.listings}
    keepers = (ContactKind.SUPPLIER, ContactKind.OWNER)
    for trip in made.trips:
        details = trip.details
        assert details.agent_id is None or people[details.agent_id].kind is ContactKind.AGENT
        assert details.listing_id is None or details.listing_id in listings
        assert [guest.lead for guest in details.guests] == [True] + [False] * (
            len(details.guests) - 1
        )
        assert details.guests[0].contact_id is not None
        for guest in details.guests:
            if guest.contact_id is not None:
                assert people[guest.contact_id].name == guest.name
        for planned in trip.services:
            assert planned.details.supplier_id is not None
            supplier = people[planned.details.supplier_id]
            assert supplier.kind in keepers
            assert planned.details.supplier_name == (supplier.company or supplier.name)
            assert planned.details.pax == len(details.guests)


def test_ids_and_addresses_are_nobody_elses(made: World) -> None:
    ids = [person.id for person in made.people] + [listing.id for listing in made.listings]
    ids += [trip.id for trip in made.trips] + [message.id for message in made.messages]
    ids += [planned.id for trip in made.trips for planned in trip.services]
    ids += [each.id for message in made.messages for each in message.deliveries]
    assert len(set(ids)) == len(ids)
    values = [each.value for person in made.people for each in person.identities]
    assert len(set(values)) == len(values)
    assert all(
        Counter(planned.details.name for planned in trip.services).most_common(1)[0][1] == 1
        for trip in made.trips
    )


def test_no_address_leads_out_of_the_world(made: World) -> None:
    domains = re.compile(r"(?:@|https?://|www\.)([\w.-]+)")
    found = {name for text in texts(msgspec.to_builtins(made)) for name in domains.findall(text)}
    assert found
    assert all(name.rstrip(".").endswith(".example") for name in found)


def test_suppliers_are_at_domains_of_their_own(made: World) -> None:
    suppliers = [each for each in made.people if each.kind is ContactKind.SUPPLIER]
    domains = [each.email.partition("@")[2] for each in suppliers]
    assert len(set(domains)) == len(suppliers)
    assert all(each.company and each.name and each.company != each.name for each in suppliers)


def test_no_phone_in_it_could_ring(made: World) -> None:
    numbers = [
        each.value
        for person in made.people
        for each in person.identities
        if each.scheme is Scheme.PHONE
    ]
    assert len(numbers) >= 40
    for number in numbers:
        assert FICTION.fullmatch(number), number
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed), number
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
    ours = [number.details.number for number in made.numbers]
    assert all(FICTION.fullmatch(number) for number in ours)
    # and none stands in a text
    known = {*numbers, *ours}
    whole = "\n".join(text for text in texts(msgspec.to_builtins(made)) if text not in known)
    assert not re.search(r"\+\d[\d ]{7,}", whole)


def test_dates_are_around_today_and_times_exist(made: World) -> None:
    zones = available_timezones()
    for trip in made.trips:
        start, end = trip.details.start, trip.details.end
        assert trip.details.zone in zones
        assert abs(start - made.today) <= dt.timedelta(days=80)
        assert dt.timedelta(days=2) <= end - start <= dt.timedelta(days=10)
        moments = []
        for planned in trip.services:
            details = planned.details
            assert start <= details.date <= end
            local = dt.datetime.combine(
                details.date, details.time or dt.time(12), ZoneInfo(details.zone)
            )
            assert local.astimezone(dt.UTC).astimezone(local.tzinfo).time() == local.time()
            moments.append(details.date)
        assert moments == sorted(moments)


def test_states_follow_from_the_dates(made: World) -> None:
    for trip in made.trips:
        start, end = trip.details.start, trip.details.end
        said = {planned.details.state for planned in trip.services}
        match trip.state:
            case ItineraryState.FINISHED:
                assert end < made.today
                assert said == {ServiceState.CONFIRMED}
            case ItineraryState.IN_PROGRESS:
                assert start <= made.today < end
                assert said == {ServiceState.CONFIRMED}
            case ItineraryState.CANCELLED:
                assert said == {ServiceState.CANCELLED}
            case ItineraryState.INQUIRY | ItineraryState.PROPOSED:
                assert start > made.today
                assert said == {ServiceState.PLANNED}
            case ItineraryState.CONFIRMED:
                assert start > made.today


def test_the_calendar_is_never_empty_around_today(made: World) -> None:
    planned = Counter(each.details.date for trip in made.trips for each in trip.services)
    for days in (0, 1):
        assert planned[made.today + dt.timedelta(days=days)] >= 3
    weeks = [made.today + dt.timedelta(days=days) for days in range(-30, 45)]
    assert sum(planned[day] > 0 for day in weeks) > 60


def test_somebody_has_three_services_of_one_supplier_soon(made: World) -> None:
    for trip in made.trips:
        if trip.state is ItineraryState.CONFIRMED:
            counts = Counter(planned.details.supplier_id for planned in trip.services)
            if counts.most_common(1)[0][1] >= 3:
                return
    pytest.fail("Nobody to whom three services go in one message")


def test_no_house_is_let_twice(made: World) -> None:
    nights: dict[UUID, list[dt.date]] = defaultdict(list)
    for trip in made.trips:
        if trip.details.listing_id is not None and trip.state is not ItineraryState.CANCELLED:
            length = (trip.details.end - trip.details.start).days
            nights[trip.details.listing_id] += [
                trip.details.start + dt.timedelta(days=number) for number in range(length)
            ]
    assert nights
    assert all(len(set(taken)) == len(taken) for taken in nights.values())


def test_prices_are_plausible(made: World) -> None:
    for trip in made.trips:
        if trip.state is ItineraryState.INQUIRY:
            assert trip.details.price is None
            continue
        assert trip.details.price is not None
        assert trip.details.price.currency == "EUR"
        days = (trip.details.end - trip.details.start).days
        for_one_day = trip.details.price.amount / 100 / len(trip.details.guests) / days
        assert 50 <= for_one_day <= 600, trip.details.title


def test_letters_are_of_the_past_and_belong_to_somebody(made: World) -> None:
    people = {person.id: person for person in made.people}
    trips = {trip.id: trip for trip in made.trips}
    own = {each.id for each in made.connections}
    services = {planned.id: trip.id for trip in made.trips for planned in trip.services}
    midnight = dt.datetime.combine(made.today, dt.time(), DESK)
    files = {document.ref for document in made.documents}
    for message in made.messages:
        assert message.at < midnight
        assert message.connection_id in own
        assert message.mailbox == people[message.contact_id].mailbox
        assert message.itinerary_id in trips
        assert all(services[each] == message.itinerary_id for each in message.service_ids)
        assert (message.direction is Direction.OUT) == bool(message.deliveries)
        assert files.issuperset(message.attachments)
        assert bool(message.service_ids) == (message.kind is MessageKind.PURCHASE_ORDER)
        braces = f"{message.subject} {message.text}".replace(REFERENCE, "")
        assert "{" not in braces
        assert "None" not in braces
    assert all(one.at <= other.at for one, other in pairwise(made.messages))


def test_letters_answer_each_other(made: World) -> None:
    threads = defaultdict(list)
    for message in made.messages:
        threads[message.contact_id, message.itinerary_id, message.connection_id].append(message)
    for thread in threads.values():
        for earlier, later in pairwise(thread):
            assert later.at - earlier.at > dt.timedelta(minutes=1)
        for message in thread:
            if message.subject.startswith("Re: ") and message.subject != thread[0].subject:
                asked = message.subject.removeprefix("Re: ").removesuffix(f" [{REFERENCE}]")
                assert any(asked in each.subject for each in thread if each.at < message.at)
    read = [
        (delivery, later)
        for thread in threads.values()
        for earlier, later in pairwise(thread)
        for delivery in earlier.deliveries
        if later.direction is Direction.IN and later.subject == f"Re: {earlier.subject}"
    ]
    assert read
    for delivery, answer in read:
        assert delivery.read_at is not None
        assert delivery.read_at < answer.at


def test_conversations_are_under_way(made: World) -> None:
    statuses = Counter(each.status for message in made.messages for each in message.deliveries)
    assert statuses[DeliveryStatus.READ] > 50
    assert statuses[DeliveryStatus.FAILED] == 1
    unread = [message for message in made.messages if message.unread]
    assert 8 <= len(unread) <= 30
    kinds = {person.id: person.kind for person in made.people}
    assert {kinds[message.contact_id] for message in unread} >= {
        ContactKind.TRAVELLER,
        ContactKind.SUPPLIER,
    }
    (attached,) = [message for message in made.messages if message.attachments]
    assert attached.direction is Direction.IN
    assert made.documents[0].content.startswith(b"%PDF-1.4")
    for words in ("Bom dia", "Hola", "Dobrý den"):
        assert any(words in message.text for message in made.messages)


def test_today_is_the_day_at_the_desk() -> None:
    assert today() == dt.datetime.now(DESK).date()


def test_it_can_be_read_by_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--print", "--today", "2026-11-22", "--seed", "1"])
    page = capsys.readouterr().out
    shown = world(dt.date(2026, 11, 22), 1)
    assert "Lusitania Journeys on 2026-11-22 (seed 1)" in page
    assert all(f"{each.email} " in page and password in page for each, password in shown.sign_ins())
    assert all(trip.details.title in page for trip in shown.trips)
    assert "120 contacts" in page
