"""Companies, tags, own fields, notes and decisions through the door, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.channels import ConsentWithdrawn
from contracts.common import Channel
from contracts.consents import ConsentKind, ConsentSource, may_send
from contracts.contacts import (
    Clearable,
    Contact,
    ContactChanged,
    ContactKind,
    Contacts,
    ContactSort,
    FieldType,
    NewIdentity,
    Scheme,
)
from contracts.itineraries import Guest, ItineraryChanged
from contracts.samples import sample
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Ana")
OTHER = Context(role=Role.USER, organisation=OURS, user=UUID(int=10), user_name="Rui")
OWNER = Context(role=Role.OWNER, organisation=OURS, user=UUID(int=11), user_name="Olga")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
NOW = datetime.now(UTC)


@pytest.fixture
def contacts(desk: Any) -> Iterator[Contacts]:
    with acting(PERSON):
        yield desk.client


def person(contacts: Contacts, name: str = "Anna Berg", **more: Any) -> Contact:
    return contacts.create_contact(name=name, kind=ContactKind.TRAVELLER, **more)


def names(contacts: Contacts, **filters: Any) -> list[str]:
    return [each.name for each in contacts.list_contacts(**filters).contacts]


def test_people_belong_to_companies_and_follow_their_name(contacts: Contacts, desk: Any) -> None:
    firm = contacts.create_contact(name="Sol Lda", kind=ContactKind.SUPPLIER, is_company=True)
    anna = person(contacts, company_id=firm.id, position=" Guide\n")
    assert (anna.company, anna.company_id, anna.position) == ("Sol Lda", firm.id, "Guide")
    assert names(contacts, company_id=firm.id) == ["Anna Berg"]
    assert names(contacts, is_company=True) == ["Sol Lda"]
    contacts.update_contact(id=firm.id, version=firm.version, name="Sol e Mar")
    renamed = contacts.get_contact(id=anna.id)
    assert (renamed.company, renamed.version) == ("Sol e Mar", anna.version + 1)
    told = [each.contact for each in desk.told() if isinstance(each, ContactChanged)]
    assert renamed in told
    left = contacts.update_contact(
        id=anna.id, version=renamed.version, clear=[Clearable.COMPANY_ID]
    )
    assert left.company_id is None


def test_only_a_company_has_people(contacts: Contacts) -> None:
    anna = person(contacts)
    firm = contacts.create_contact(name="Sol", kind=ContactKind.SUPPLIER, is_company=True)
    for wrong in (anna.id, uuid4()):
        with pytest.raises(Invalid, match="company_id"):
            person(contacts, "Bea", company_id=wrong)
    with pytest.raises(Invalid, match="company_id"):
        contacts.update_contact(id=firm.id, version=1, company_id=firm.id)


def test_lists_are_filtered(contacts: Contacts) -> None:
    person(contacts, "Anna", tags=["VIP", "vegan"], channel=Channel.SMS, language="de")
    person(contacts, "Bea", tags=["vip"], language="pt")
    person(contacts, "Cleo")
    assert names(contacts, tag="Vip") == ["Anna", "Bea"]
    assert names(contacts, tag="vip", language="pt") == ["Bea"]
    assert names(contacts, channel=Channel.SMS) == ["Anna"]
    assert [(each.tag, each.contacts) for each in contacts.list_tags()] == [
        ("vegan", 1),
        ("vip", 2),
    ]
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert names(contacts, created_from=soon) == []
    assert names(contacts, created_before=soon, kind=ContactKind.TRAVELLER, q="cl") == ["Cleo"]
    assert names(contacts, updated_before=soon) == ["Anna", "Bea", "Cleo"]


def test_the_last_changed_come_first_page_by_page(contacts: Contacts) -> None:
    made = [person(contacts, name) for name in ("Anna", "Bea", "Cleo", "Dora")]
    contacts.update_contact(id=made[1].id, version=1, tags=["x"])
    found: list[str] = []
    cursor = None
    while True:
        page = contacts.list_contacts(sort=ContactSort.RECENT, limit=2, cursor=cursor)
        found += [each.name for each in page.contacts]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == ["Bea", "Dora", "Cleo", "Anna"]


def test_tags_are_replaced_and_found_no_more(contacts: Contacts) -> None:
    anna = person(contacts, tags=["a", "b"])
    anna = contacts.update_contact(id=anna.id, version=anna.version, tags=["b", "c"])
    assert anna.tags == ["b", "c"]
    assert names(contacts, tag="a") == []
    assert names(contacts, tag="c") == ["Anna Berg"]


def test_an_external_id_is_one_contacts(contacts: Contacts) -> None:
    anna = person(contacts, external_id="C1")
    with pytest.raises(Conflict) as caught:
        person(contacts, "Bea", external_id="C1")
    assert caught.value.details["contact_id"] == str(anna.id)
    bea = person(contacts, "Bea", external_id="C2")
    with pytest.raises(Conflict, match="external_id_taken") as caught:
        contacts.update_contact(id=bea.id, version=bea.version, name="B", external_id="C1")
    assert caught.value.details["contact_id"] == str(anna.id)
    assert contacts.get_contact(id=bea.id) == bea
    contacts.update_contact(id=anna.id, version=anna.version, external_id="")
    person(contacts, "Bea", external_id="C1")


def test_one_change_counts_once_whatever_is_looked_up_for_it(contacts: Contacts) -> None:
    add_fields(contacts)
    firm = contacts.create_contact(name="Sol", kind=ContactKind.SUPPLIER, is_company=True)
    anna = person(contacts)
    now = contacts.update_contact(
        id=anna.id,
        version=anna.version,
        name="Anna",
        company_id=firm.id,
        fields={"size": 2},
        external_id="C1",
    )
    assert now.version == anna.version + 1


def add_fields(contacts: Contacts) -> None:
    with acting(OWNER):
        contacts.add_field(
            key="diet", label="Diet", type=FieldType.CHOICE, choices=["Vegan", "Halal"]
        )
        contacts.add_field(key="size", label="Size", type=FieldType.NUMBER, position=1)


def test_own_fields_are_checked_kept_and_found(contacts: Contacts) -> None:
    add_fields(contacts)
    assert [each.key for each in contacts.list_fields()] == ["diet", "size"]
    anna = person(contacts, fields={"diet": "vegan", "size": 2})
    assert anna.fields == {"diet": "Vegan", "size": 2}
    with pytest.raises(Invalid, match=r"fields\.diet"):
        contacts.update_contact(id=anna.id, version=1, fields={"diet": "meat"})
    with pytest.raises(Invalid, match=r"fields\.other"):
        person(contacts, "Bea", fields={"other": 1})
    assert names(contacts, field="diet", value="VEGAN") == ["Anna Berg"]
    assert names(contacts, field="size") == ["Anna Berg"]
    anna = contacts.update_contact(id=anna.id, version=anna.version, fields={"size": None})
    assert anna.fields == {"diet": "Vegan"}
    assert names(contacts, field="size") == []
    with pytest.raises(Invalid, match="value"):
        contacts.list_contacts(value="x")


def test_a_field_keeps_its_type_and_counts_its_versions(contacts: Contacts) -> None:
    add_fields(contacts)
    with acting(OWNER):
        changed = contacts.update_field(key="diet", version=1, label="Food", choices=["Vegan"])
        assert (changed.label, changed.version) == ("Food", 2)
        with pytest.raises(Stale):
            contacts.update_field(key="diet", version=1, label="Food", choices=["Vegan"])
        with pytest.raises(Conflict, match="field_taken"):
            contacts.add_field(key="diet", label="Diet", type=FieldType.TEXT)
        with pytest.raises(Invalid, match="choices"):
            contacts.update_field(key="size", version=1, label="Size", choices=["S"])
        contacts.remove_field(key="size")
        with pytest.raises(NotFound):
            contacts.remove_field(key="size")
    with acting(STRANGER):
        assert contacts.list_fields() == []
    with pytest.raises(Forbidden):
        contacts.add_field(key="x", label="X", type=FieldType.TEXT)


def test_notes_have_an_author_and_a_time(contacts: Contacts) -> None:
    anna = person(contacts)
    made = contacts.add_note(contact_id=anna.id, text=" Call \0late ", id=UUID(int=5))
    assert (made.text, made.author_name, made.author_id) == ("Call late", "Ana", UUID(int=9))
    assert contacts.add_note(contact_id=anna.id, text="again", id=UUID(int=5)) == made
    with acting(OTHER):
        with pytest.raises(Forbidden):
            contacts.update_note(id=made.id, version=1, text="Mine")
        with pytest.raises(Forbidden):
            contacts.remove_note(id=made.id)
        contacts.add_note(contact_id=anna.id, text="Second")
    changed = contacts.update_note(id=made.id, version=1, text="Call early")
    assert changed.edited_at is not None
    with pytest.raises(Stale):
        contacts.update_note(id=made.id, version=1, text="Again")
    page = contacts.list_notes(contact_id=anna.id, limit=1)
    assert [each.text for each in page.notes] == ["Second"]
    rest = contacts.list_notes(contact_id=anna.id, cursor=page.cursor)
    assert [each.text for each in rest.notes] == ["Call early"]
    with acting(OWNER):
        contacts.remove_note(id=made.id)
    with acting(STRANGER), pytest.raises(NotFound):
        contacts.list_notes(contact_id=anna.id)
    with pytest.raises(Invalid, match="text"):
        contacts.add_note(contact_id=anna.id, text="   ")


def test_decisions_hold_and_their_history_grows(contacts: Contacts, desk: Any) -> None:
    anna = person(contacts)
    blocked = contacts.set_consent(
        contact_id=anna.id, kind=ConsentKind.MARKETING, channel=Channel.EMAIL, allowed=False
    )
    assert not may_send(blocked.consents, ConsentKind.MARKETING, Channel.EMAIL)
    assert names(contacts, blocked=ConsentKind.MARKETING) == ["Anna Berg"]
    assert names(contacts, blocked=ConsentKind.REVIEW) == []
    told = [each.contact for each in desk.told() if isinstance(each, ContactChanged)]
    assert told[-1] == blocked
    # What was decided earlier is written down, and changes nothing.
    same = contacts.set_consent(
        contact_id=anna.id,
        kind=ConsentKind.MARKETING,
        channel=Channel.EMAIL,
        allowed=True,
        source=ConsentSource.FORM,
        at=NOW - timedelta(days=9),
        note="paper form",
    )
    assert same == blocked
    history = contacts.consent_history(contact_id=anna.id)
    assert [each.consent.allowed for each in history] == [True, False]
    assert (history[0].note, history[0].recorded_by_name) == ("paper form", "Ana")
    with pytest.raises(Invalid, match="at"):
        contacts.set_consent(
            contact_id=anna.id, allowed=True, at=datetime.now(UTC) + timedelta(days=1)
        )


def test_who_unsubscribes_gets_no_more_marketing(contacts: Contacts, desk: Any) -> None:
    anna = person(contacts, identities=[NewIdentity(scheme=Scheme.EMAIL, value="anna@mail.test")])
    event = ConsentWithdrawn(
        channel=Channel.EMAIL,
        address="Anna@Mail.test",
        kind=ConsentKind.MARKETING,
        source=ConsentSource.UNSUBSCRIBE_LINK,
        at=NOW,
    )
    with acting(service_context(OURS)):
        desk.hear(event)
        desk.hear(event)
    now = contacts.get_contact(id=anna.id)
    assert not may_send(now.consents, ConsentKind.MARKETING, Channel.EMAIL)
    assert may_send(now.consents, ConsentKind.MARKETING, Channel.SMS)
    assert now.version == anna.version + 1
    with acting(service_context(THEIRS)):
        desk.hear(event)  # nobody there has this address


def trip_of(*people: UUID, version: int = 1) -> ItineraryChanged:
    event = sample(ItineraryChanged)
    guests = [Guest(name="x", contact_id=each) for each in people]
    details = _replaced(event.itinerary.details, guests=guests, agent_id=None)
    trip = _replaced(
        event.itinerary, id=UUID(int=77), version=version, details=details, services=[]
    )
    return ItineraryChanged(itinerary=trip)


def _replaced(value: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(value, **changes)


def test_who_travels_is_known_from_trips(contacts: Contacts, desk: Any) -> None:
    anna, bea = person(contacts, "Anna"), person(contacts, "Bea")
    with acting(service_context(OURS)):
        desk.hear(trip_of(anna.id, version=2))
        desk.hear(trip_of(bea.id, version=1))  # late news
    assert names(contacts, has_trips=True) == ["Anna"]
    assert names(contacts, has_trips=False) == ["Bea"]
    with acting(service_context(OURS)):
        desk.hear(trip_of(bea.id, version=3))
    assert names(contacts, has_trips=True) == ["Bea"]
