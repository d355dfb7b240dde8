"""Documents of trips: kept, shown with what is known of them, and gone with whose they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.files import FileChecked, FilesAttached, FileState, attachment_of
from contracts.itineraries import (
    DocumentChanged,
    DocumentKind,
    Guest,
    Itineraries,
    Itinerary,
    ItineraryDetails,
    PublicDocument,
    ServiceDetails,
    ServiceKind,
)
from contracts.persons import Person
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Conflict, Invalid, NotFound, Stale
from itineraries import documents

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Ana")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
HER, HIM = UUID(int=101), UUID(int=102)
DAY = dt.date(2027, 5, 1)


@pytest.fixture
def trips(desk: Any, inbox: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        yield desk.client


def begun(trips: Itineraries) -> Itinerary:
    """A trip of two guests with one service."""
    return trips.create_itinerary(
        details=ItineraryDetails(
            title="Sintra",
            start=DAY,
            end=DAY,
            zone="Europe/Lisbon",
            guests=[Guest(name="Anna Berg", contact_id=HER), Guest(name="Bo Berg", contact_id=HIM)],
        ),
        services=[
            ServiceDetails(
                kind=ServiceKind.TRANSFER, name="Transfer", date=DAY, zone="Europe/Lisbon"
            )
        ],
    )


def test_a_document_is_kept_with_its_trip(trips: Itineraries, inbox: Any, desk: Any) -> None:
    trip, file, id = begun(trips), inbox.upload("voucher.pdf"), uuid4()
    add = partial(trips.add_document, itinerary_id=trip.id, file_id=file.id, id=id)
    kept = add(kind=DocumentKind.VOUCHER, note=" For the driver ", service_id=trip.services[0].id)
    assert (kept.note, kept.added_by_name) == ("For the driver", "Ana")
    assert kept.attachment == attachment_of(file)
    assert add() == kept, "the same again changes nothing"
    assert trips.list_documents(itinerary_id=trip.id) == [kept]
    assert [each.files for each in desk.told() if isinstance(each, FilesAttached)] == [[file.id]]
    checked = msgspec.structs.replace(kept.attachment, pages=3)
    with acting(service_context(OURS)):
        desk.hear(FileChecked(file=checked))
    [now] = trips.list_documents(itinerary_id=trip.id)
    assert now.attachment == checked
    changed = trips.update_document(
        id=kept.id, version=now.version, kind=DocumentKind.IDENTITY, contact_id=HER
    )
    assert (changed.kind, changed.contact_id, changed.service_id) == (
        DocumentKind.IDENTITY,
        HER,
        None,
    )
    with pytest.raises(Stale):
        trips.update_document(id=kept.id, version=now.version, kind=DocumentKind.OTHER)
    with acting(service_context(OURS)):
        assert desk.client.files_held(keys=[file.file.key, "other"]) == [file.file.key]
    trips.remove_document(id=kept.id)
    assert trips.list_documents(itinerary_id=trip.id) == []
    told = [each for each in desk.told() if isinstance(each, DocumentChanged)]
    assert {(each.id, each.itinerary_id) for each in told} == {(kept.id, trip.id)}
    assert [each.removed for each in told] == [False, False, False, True]
    said = [each.action for each in desk.audited() if each.entity == "document"]
    assert said == ["document.added", "document.changed", "document.removed"]
    assert trips.get_itinerary(id=trip.id).version == trip.version, "guests are shown nothing new"


def test_a_shared_document_stands_on_the_page(trips: Itineraries, inbox: Any, desk: Any) -> None:
    trip, file = begun(trips), inbox.upload("voucher.pdf")
    assert trip.public_url is not None
    token = trip.public_url.rpartition("/")[2]

    def page() -> list[PublicDocument]:
        with acting(Context(role=Role.NOBODY)):
            found: list[PublicDocument] = desk.client.public_itinerary(token=token).documents
            return found

    kept = trips.add_document(itinerary_id=trip.id, file_id=file.id, note="paid 40 of 60")
    assert (kept.shared, page()) == (False, []), "nothing is shown unless somebody says so"
    shared = trips.update_document(id=kept.id, version=1, kind=DocumentKind.VOUCHER, shared=True)
    [shown] = page()
    assert (shown.id, shown.file) == (kept.id, file.file)
    assert b"paid" not in msgspec.json.encode(shown), "the team's words stay with it"
    for state in FileState:
        held = msgspec.structs.replace(kept.attachment, state=state)
        with acting(service_context(OURS)):
            desk.hear(FileChecked(file=held))
        assert bool(page()) is (state in (FileState.CLEAN, FileState.UNCHECKED))
    [now] = trips.list_documents(itinerary_id=trip.id)
    assert now.shared is shared.shared is True
    wrong: list[Callable[[], object]] = [
        lambda: trips.add_document(
            itinerary_id=trip.id, file_id=file.id, kind=DocumentKind.IDENTITY, shared=True
        ),
        lambda: trips.update_document(
            id=kept.id, version=now.version, kind=DocumentKind.IDENTITY, shared=True
        ),
    ]
    for each in wrong:
        with pytest.raises(Invalid) as error:
            each()
        assert [found["field"] for found in error.value.details["errors"]] == ["shared"]
    trips.update_document(id=kept.id, version=now.version, kind=DocumentKind.VOUCHER)
    assert page() == []


def test_a_document_outlives_its_service(trips: Itineraries, inbox: Any) -> None:
    trip = begun(trips)
    [service] = trip.services
    trips.add_document(itinerary_id=trip.id, file_id=inbox.upload().id, service_id=service.id)
    trips.remove_service(id=service.id, version=service.version)
    assert [each.service_id for each in trips.list_documents(itinerary_id=trip.id)] == [None]


def test_what_is_not_of_the_trip_is_refused(
    trips: Itineraries, inbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    trip, other = begun(trips), begun(trips)
    theirs = inbox.upload(organisation=THEIRS)
    for wrong, field in (
        ({"file_id": theirs.id}, "file_id"),
        ({"file_id": uuid4()}, "file_id"),
        ({"file_id": inbox.upload().id, "service_id": other.services[0].id}, "service_id"),
        ({"file_id": inbox.upload().id, "contact_id": uuid4()}, "contact_id"),
        ({"file_id": inbox.upload().id, "note": "two\nlines"}, "note"),
    ):
        with pytest.raises(Invalid) as error:
            trips.add_document(itinerary_id=trip.id, **wrong)
        assert [each["field"] for each in error.value.details["errors"]] == [field]
    monkeypatch.setattr(documents, "MOST", 1)
    trips.add_document(itinerary_id=trip.id, file_id=inbox.upload().id)
    with pytest.raises(Conflict, match="at most"):
        trips.add_document(itinerary_id=trip.id, file_id=inbox.upload().id)


def test_another_organisation_has_no_part_in_it(trips: Itineraries, inbox: Any) -> None:
    trip = begun(trips)
    kept = trips.add_document(itinerary_id=trip.id, file_id=inbox.upload().id)
    theirs = inbox.upload(organisation=THEIRS)
    touches: list[Callable[[], object]] = [
        lambda: trips.list_documents(itinerary_id=trip.id),
        lambda: trips.add_document(itinerary_id=trip.id, file_id=theirs.id),
        lambda: trips.update_document(id=kept.id, version=1, kind=DocumentKind.OTHER),
        lambda: trips.remove_document(id=kept.id),
    ]
    with acting(STRANGER):
        for touch in touches:
            with pytest.raises(NotFound):
                touch()
    assert trips.list_documents(itinerary_id=trip.id) == [kept]


def test_who_is_forgotten_takes_her_documents_along(
    trips: Itineraries, inbox: Any, desk: Any
) -> None:
    trip, other = begun(trips), begun(trips)
    named, shared = inbox.upload("Anna Berg visa.pdf"), inbox.upload()
    hers, his, nobodys = (inbox.upload() for _ in range(3))
    for file, contact in ((named, None), (hers, HER), (his, HIM), (nobodys, None), (shared, HER)):
        trips.add_document(itinerary_id=trip.id, file_id=file.id, contact_id=contact)
    trips.add_document(itinerary_id=other.id, file_id=shared.id)
    her = Person(contact_ids=[HER], names=["Anna Berg"], trips=[trip.id])
    with acting(service_context(OURS)):
        page = desk.client.export_person(person=her)
        files = [each.files[0].key for each in page.records if each.kind == "document"]
        assert set(files) == {each.file.key for each in (named, hers, nobodys, shared)}
        done = desk.client.erase_person(person=her, cursor="trips")
        assert set(done.gone) == {named.id, hers.id}, "another trip has the shared one"
        assert desk.client.erase_person(person=her, cursor="trips").changed == 0
    left = {each.attachment.id for each in trips.list_documents(itinerary_id=trip.id)}
    assert left == {his.id, nobodys.id}
    him = Person(contact_ids=[HIM], names=["Bo Berg"], trips=[trip.id])
    with acting(service_context(OURS)):
        done = desk.client.erase_person(person=him, cursor="trips")
        assert set(done.gone) == {his.id, nobodys.id}, "no guest is left"
        assert desk.client.forget_copies(ids=[shared.id]).changed == 1
    assert trips.list_documents(itinerary_id=other.id) == []
