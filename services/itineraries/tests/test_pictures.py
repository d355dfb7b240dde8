"""Pictures of listings: chosen in an order, shown with what is known of them, and let go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.files import File, FileChecked, FilesAttached, FileState, attachment_of
from contracts.itineraries import (
    Guest,
    Itineraries,
    ItineraryDetails,
    Listing,
    ListingChanged,
    ProposalOffer,
    ServiceDetails,
    ServiceKind,
)
from contracts.persons import Person
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Invalid, NotFound, Stale, Unauthenticated

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Ana")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
HER = UUID(int=101)
DAY = dt.date(2027, 5, 1)
DETAILS = ItineraryDetails(
    title="Sintra",
    start=DAY,
    end=DAY,
    zone="Europe/Lisbon",
    guests=[Guest(name="Anna Berg", contact_id=HER)],
)


@pytest.fixture
def trips(desk: Any, inbox: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        yield desk.client


@pytest.fixture
def casa(trips: Itineraries) -> Listing:
    return trips.create_listing(name="Casa", address="", zone="UTC")


def picture(inbox: Any, organisation: UUID = OURS) -> File:
    file: File = inbox.upload("house.jpg", kind="image/jpeg", organisation=organisation)
    return file


def ids(listing: Listing) -> list[UUID]:
    return [each.id for each in listing.pictures]


def choose(trips: Itineraries, listing: Listing, *files: File) -> Listing:
    chosen = [each.id for each in files]
    return trips.set_listing_pictures(id=listing.id, version=listing.version, file_ids=chosen)


def heard(desk: Any, kind: type) -> list[Any]:
    return [each for each in desk.told() if isinstance(each, kind)]


def learn(desk: Any, file: File, **known: Any) -> None:
    with acting(service_context(OURS)):
        desk.hear(FileChecked(file=msgspec.structs.replace(attachment_of(file), **known)))


def held(desk: Any, *files: File) -> list[str]:
    with acting(service_context(OURS)):
        found: list[str] = desk.client.files_held(keys=[each.file.key for each in files])
        return found


def test_pictures_stand_in_their_order(
    trips: Itineraries, casa: Listing, inbox: Any, desk: Any
) -> None:
    front, garden, kitchen = (picture(inbox) for _ in range(3))
    shown = choose(trips, casa, front, garden)
    assert shown.pictures == [attachment_of(front), attachment_of(garden)]
    assert shown.version == casa.version + 1
    assert trips.get_listing(id=casa.id) == shown
    assert trips.list_listings() == [shown]
    turned = choose(trips, shown, garden, kitchen, front)
    assert ids(turned) == [garden.id, kitchen.id, front.id]
    assert choose(trips, turned, garden, kitchen, front) == turned, "nothing changed"
    with pytest.raises(Stale):
        choose(trips, shown, front)
    assert heard(desk, FilesAttached)[-1].files == ids(turned)
    assert [each.listing for each in heard(desk, ListingChanged)] == [casa, shown, turned]
    said = [each for each in desk.audited() if each.action == "listing.pictured"]
    assert [len(each.after["pictures"]) for each in said] == [2, 3]


def test_other_changes_of_a_listing_leave_its_pictures(
    trips: Itineraries, casa: Listing, inbox: Any
) -> None:
    shown = choose(trips, casa, picture(inbox))
    renamed = trips.update_listing(
        id=casa.id, version=shown.version, name="Vila", address="", zone="UTC"
    )
    assert (renamed.name, renamed.pictures) == ("Vila", shown.pictures)


def test_only_pictures_that_there_are_once_each(
    trips: Itineraries, casa: Listing, inbox: Any
) -> None:
    good, paper = picture(inbox), inbox.upload(kind="application/pdf")
    theirs = picture(inbox, THEIRS)
    for wrong in (paper, theirs, good):
        with pytest.raises(Invalid) as caught:
            choose(trips, casa, good, wrong)
        assert [each["field"] for each in caught.value.details["errors"]] == ["file_ids[1]"]
    with pytest.raises(Invalid):
        choose(trips, casa, *(picture(inbox) for _ in range(21)))
    assert trips.get_listing(id=casa.id) == casa


def test_what_is_found_out_later_is_shown(
    trips: Itineraries, casa: Listing, inbox: Any, desk: Any
) -> None:
    front, garden = picture(inbox), picture(inbox)
    shown = choose(trips, casa, front, garden)
    learn(desk, garden, width=800)
    now = trips.get_listing(id=casa.id)
    assert [each.width for each in now.pictures] == [None, 800]
    assert now.version == shown.version + 1
    assert heard(desk, ListingChanged)[-1].listing == now
    learn(desk, picture(inbox), width=800)
    assert trips.get_listing(id=casa.id) == now


def test_files_are_held_while_the_listing_shows_them(
    trips: Itineraries, casa: Listing, inbox: Any, desk: Any
) -> None:
    front, garden, other = (picture(inbox) for _ in range(3))
    assert held(desk, front, garden) == []
    shown = choose(trips, casa, front, garden)
    assert held(desk, front, garden, other) == sorted([front.file.key, garden.file.key])
    shown = choose(trips, shown, garden)
    assert held(desk, front, garden) == [garden.file.key]
    choose(trips, shown)
    assert held(desk, front, garden) == []


def test_a_file_that_is_gone_is_no_picture(
    trips: Itineraries, casa: Listing, inbox: Any, desk: Any
) -> None:
    front, garden = picture(inbox), picture(inbox)
    choose(trips, casa, front, garden)
    with acting(service_context(OURS)):
        assert desk.client.forget_copies(ids=[front.id, uuid4()]).changed == 1
        assert desk.client.forget_copies(ids=[front.id]).changed == 0
    assert ids(trips.get_listing(id=casa.id)) == [garden.id]


def test_a_guests_file_that_a_listing_shows_stays(
    trips: Itineraries, casa: Listing, inbox: Any, desk: Any
) -> None:
    trip, shown, hers = trips.create_itinerary(details=DETAILS), picture(inbox), picture(inbox)
    choose(trips, casa, shown)
    for file in (shown, hers):
        trips.add_document(itinerary_id=trip.id, file_id=file.id, contact_id=HER)
    person = Person(contact_ids=[HER], names=["Anna Berg"], trips=[trip.id])
    with acting(service_context(OURS)):
        assert desk.client.erase_person(person=person, cursor="trips").gone == [hers.id]


def test_guests_see_the_first_picture_that_is_not_held(
    trips: Itineraries, casa: Listing, inbox: Any, desk: Any
) -> None:
    details = msgspec.structs.replace(DETAILS, listing_id=casa.id)
    trip = trips.create_itinerary(
        details=details,
        services=[ServiceDetails(kind=ServiceKind.TOUR, name="Walk", date=DAY, zone="UTC")],
    )
    assert trip.public_url is not None
    token = trip.public_url.rpartition("/")[2]
    proposal = trips.create_proposal(
        itinerary_id=trip.id, offer=ProposalOffer(title="Sintra", introduction="", terms="")
    )
    link = trips.link_proposal(id=proposal.id, version=proposal.version)
    offered = link.url.rpartition("/")[2]

    def seen() -> UUID | None:
        with acting(Context(role=Role.NOBODY)):
            page = desk.client.public_itinerary(token=token)
            assert desk.client.public_proposal(token=offered).cover == page.cover
            cover: UUID | None = page.cover
            return cover

    assert seen() is None
    front, garden = picture(inbox), picture(inbox)
    choose(trips, casa, front, garden)
    assert seen() == front.id
    learn(desk, front, state=FileState.INFECTED)
    assert seen() == garden.id


def test_strangers_and_readers_choose_nothing(
    trips: Itineraries, casa: Listing, inbox: Any, desk: Any
) -> None:
    front = picture(inbox)
    shown = choose(trips, casa, front)
    theirs = picture(inbox, THEIRS)
    choices: list[tuple[Context, type[Exception], Callable[[], object]]] = [
        (STRANGER, NotFound, lambda: choose(trips, shown, theirs)),
        (STRANGER, NotFound, lambda: choose(trips, shown)),
        (Context(role=Role.NOBODY), Unauthenticated, lambda: choose(trips, shown)),
    ]
    for who, error, chosen in choices:
        with acting(who), pytest.raises(error):
            chosen()
    assert trips.get_listing(id=casa.id) == shown
    with acting(service_context(THEIRS)):
        assert desk.client.files_held(keys=[front.file.key]) == []
