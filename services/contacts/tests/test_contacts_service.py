"""Contacts through their door, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.accounts import Branding, Organisation, OrganisationChanged, Settings
from contracts.channels import DeliveryStatus, DeliveryUpdated
from contracts.common import Channel
from contracts.contacts import (
    Contact,
    ContactChanged,
    ContactKind,
    ContactMerged,
    Contacts,
    NewIdentity,
    Reachability,
    Scheme,
)
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9))
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
SERVICE = service_context(OURS)
NOW = datetime.now(UTC)


@pytest.fixture
def contacts(desk: Any) -> Iterator[Contacts]:
    with acting(PERSON):
        yield desk.client


def email(value: str) -> NewIdentity:
    return NewIdentity(scheme=Scheme.EMAIL, value=value)


def phone(value: str) -> NewIdentity:
    return NewIdentity(scheme=Scheme.PHONE, value=value)


def anna(contacts: Contacts, **more: Any) -> Contact:
    more.setdefault("identities", [email("Anna@Mail.test"), phone("+34 612 345 678")])
    return contacts.create_contact(name="Anna Berg", kind=ContactKind.TRAVELLER, **more)


def told(desk: Any) -> list[Contact]:
    return [event.contact for event in desk.told() if isinstance(event, ContactChanged)]


def wrong_fields(caught: pytest.ExceptionInfo[Invalid]) -> list[str]:
    assert caught.value.code == "contacts.invalid"
    return [error["field"] for error in caught.value.details["errors"]]


def test_a_contact_is_kept_as_it_was_made(contacts: Contacts, desk: Any) -> None:
    made = anna(
        contacts, company=" Berg\r\nGmbH ", language="de-AT", zone="Europe/Vienna", notes="vegan\0",
    )  # fmt: skip
    assert made.name == "Anna Berg"
    assert made.company == "Berg GmbH"
    assert made.notes == "vegan"
    assert [(each.value, each.display) for each in made.identities] == [
        ("anna@mail.test", "Anna@Mail.test"),
        ("+34612345678", "+34 612 345 678"),
    ]
    assert made.version == 1
    assert contacts.get_contact(id=made.id) == made
    assert told(desk) == [made]


def test_the_same_id_again_changes_nothing(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts, id=UUID(int=77))
    assert made.id == UUID(int=77)
    assert contacts.create_contact(name="Other", kind=ContactKind.AGENT, id=made.id) == made
    assert len(told(desk)) == 1


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"name": "   "}, "name"),
        ({"name": "\u202e"}, "name"),
        ({"zone": "Atlantis/Capital"}, "zone"),
        ({"identities": [email("anna@mail.test"), email("anna@")]}, "identities[1].value"),
        ({"identities": [phone("612 345 678")]}, "identities[0].value"),
        ({"identities": [NewIdentity(scheme=Scheme.WHATSAPP, value="x")]}, "identities[0].value"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    contacts: Contacts, desk: Any, arguments: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        contacts.create_contact(**{"name": "Anna", "kind": ContactKind.AGENT, **arguments})
    assert wrong_fields(caught) == [field]
    assert contacts.list_contacts().contacts == []
    assert told(desk) == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": ""}, {"name": "x" * 201}, {"company": "x" * 501}, {"language": "german"},
        {"identities": [email("a@b.test")] * 51}, {"notes": "x" * 100_001}, {"name": 7},
        {"identities": [email("x" * 255)]}, {"zone": "x" * 65}, {"kind": "friend"}, {"id": "no"},
    ],
)  # fmt: skip
def test_the_contract_bounds_what_is_taken(contacts: Contacts, arguments: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        contacts.create_contact(**{"name": "Anna", "kind": ContactKind.AGENT, **arguments})


def test_an_address_belongs_to_one_contact(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts)
    for taken in (email("ANNA@mail.test"), phone("0034612345678".replace("00", "+", 1))):
        with pytest.raises(Conflict) as caught:
            anna(contacts, identities=[email("new@mail.test"), taken])
        assert caught.value.code == "contacts.identity_taken"
        assert caught.value.details["contact_id"] == str(made.id)
    assert contacts.list_contacts().contacts == [made]
    other = anna(contacts, identities=[])
    with pytest.raises(Conflict):
        contacts.add_identity(id=other.id, scheme=Scheme.WHATSAPP, value="34612345678")
    assert contacts.get_contact(id=other.id) == other


def test_the_same_address_twice_is_one(contacts: Contacts) -> None:
    made = anna(contacts, identities=[email("a@mail.test"), email("A@MAIL.test")])
    assert [each.display for each in made.identities] == ["a@mail.test"]


def test_addresses_come_and_go(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts)
    more = contacts.add_identity(id=made.id, scheme=Scheme.EMAIL, value="anna@work.test")
    assert [each.value for each in more.identities] == [
        "anna@mail.test", "+34612345678", "anna@work.test",
    ]  # fmt: skip
    same = contacts.add_identity(id=made.id, scheme=Scheme.EMAIL, value="ANNA@WORK.TEST")
    assert same == more
    less = contacts.remove_identity(id=made.id, identity_id=more.identities[0].id)
    assert [each.value for each in less.identities] == ["+34612345678", "anna@work.test"]
    assert [each.version for each in told(desk)] == [1, 2, 3]
    assert told(desk)[-1] == less
    # Nobody has it now, so somebody else can.
    assert anna(contacts, identities=[email("anna@mail.test")]).id != made.id
    with pytest.raises(NotFound) as caught:
        contacts.remove_identity(id=made.id, identity_id=more.identities[0].id)
    assert caught.value.code == "contacts.identity_not_found"


def test_a_number_stays_the_persons_while_one_of_its_schemes_is_left(contacts: Contacts) -> None:
    made = anna(contacts, identities=[phone("+5521987654321")])
    both = contacts.add_identity(id=made.id, scheme=Scheme.WHATSAPP, value="552187654321")
    assert [each.value for each in both.identities] == ["+5521987654321", "552187654321"]
    left = contacts.remove_identity(id=made.id, identity_id=both.identities[0].id)
    assert [each.value for each in left.identities] == ["552187654321"]
    with acting(SERVICE):
        again = contacts.resolve(scheme=Scheme.PHONE, value="+552187654321")
    assert again.id == made.id


def test_a_contact_has_a_bounded_number_of_addresses(contacts: Contacts) -> None:
    made = anna(contacts, identities=[email(f"a{n}@mail.test") for n in range(50)])
    with pytest.raises(Invalid) as caught:
        contacts.add_identity(id=made.id, scheme=Scheme.EMAIL, value="a50@mail.test")
    assert wrong_fields(caught) == ["value"]
    assert contacts.get_contact(id=made.id) == made


def test_who_read_an_older_contact_does_not_overwrite_it(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts)
    first = contacts.update_contact(id=made.id, version=1, name="Anna Bergström", notes="moved")
    assert (first.name, first.notes, first.kind) == ("Anna Bergström", "moved", made.kind)
    assert first.version == 2
    with pytest.raises(Stale) as caught:
        contacts.update_contact(id=made.id, version=1, name="Hanna")
    assert caught.value.code == "contacts.changed"
    assert contacts.get_contact(id=made.id) == first
    assert contacts.update_contact(id=made.id, version=2, name="Anna Bergström") == first
    assert told(desk) == [made, first]


def test_a_list_is_by_name_in_pages(contacts: Contacts) -> None:
    names = ["ángel", "Anna", "Bea", "bea", "Çelik", "Dora", "émile", "Zoë"]
    for name in reversed(names):
        contacts.create_contact(name=name, kind=ContactKind.AGENT)
    seen: list[str] = []
    cursor = None
    while True:
        page = contacts.list_contacts(cursor=cursor, limit=3)
        seen += [each.name for each in page.contacts]
        cursor = page.cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(names)
    assert [name.lower() for name in seen] == [name.lower() for name in names]
    with pytest.raises(Invalid):
        contacts.list_contacts(cursor="nonsense")


def test_a_search_looks_into_names_companies_and_addresses(contacts: Contacts) -> None:
    made = anna(contacts, company="Ñandú Viajes")
    contacts.create_contact(name="Bob 100%", kind=ContactKind.SUPPLIER)
    for q in ("berg", "ANNA berg", "nandu", "mail.test", "612 345", "anna@mail", "viajes anna"):
        assert contacts.list_contacts(q=q).contacts == [made], q
    for q in ("bexgx", "anna bob", "_x", "a%z"):
        assert contacts.list_contacts(q=q).contacts == [], q
    assert [each.name for each in contacts.list_contacts(q="100%").contacts] == ["Bob 100%"]
    assert len(contacts.list_contacts(q="\0 ").contacts) == 2
    assert contacts.list_contacts(q="anna", kind=ContactKind.SUPPLIER).contacts == []
    renamed = contacts.update_contact(id=made.id, version=1, name="Xenia")
    assert contacts.list_contacts(q="xenia").contacts == [renamed]
    assert contacts.list_contacts(q="berg").contacts == []


def test_whoever_writes_first_becomes_a_contact(contacts: Contacts, desk: Any) -> None:
    with acting(SERVICE):
        made = contacts.resolve(scheme=Scheme.EMAIL, value="Rui@Mail.test", name="Rui\r\nLopes")
        again = contacts.resolve(scheme=Scheme.EMAIL, value="rui@MAIL.test", name="Somebody else")
    assert made == again
    assert (made.kind, made.name) == (ContactKind.UNKNOWN, "Rui Lopes")
    assert told(desk) == [made]


def test_who_has_no_name_yet_gets_it_with_the_next_message(contacts: Contacts, desk: Any) -> None:
    with acting(SERVICE):
        made = contacts.resolve(scheme=Scheme.EMAIL, value="Rui@Mail.test")
        assert made.name == "Rui@Mail.test"
        assert contacts.resolve(scheme=Scheme.EMAIL, value="rui@mail.test", name=" ") == made
        named = contacts.resolve(scheme=Scheme.EMAIL, value="rui@mail.test", name="Rui Lopes")
        assert (named.id, named.name, named.version) == (made.id, "Rui Lopes", 2)
        assert contacts.resolve(scheme=Scheme.EMAIL, value="rui@mail.test", name="Rui L") == named
    assert contacts.list_contacts(q="lopes").contacts == [named]
    assert told(desk) == [made, named]


def test_who_is_known_by_phone_is_known_on_whatsapp(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts, identities=[phone("+54 9 11 3456-7890")])
    with acting(SERVICE):
        found = contacts.resolve(scheme=Scheme.WHATSAPP, value="541134567890", name="annie")
        assert (found.id, found.name) == (made.id, "Anna Berg")
        assert [each.scheme for each in found.identities] == [Scheme.PHONE, Scheme.WHATSAPP]
        assert contacts.resolve(scheme=Scheme.WHATSAPP, value="5491134567890") == found
    assert told(desk) == [made, found]


def whatsapp(value: str) -> NewIdentity:
    return NewIdentity(scheme=Scheme.WHATSAPP, value=value)


def test_two_who_turn_out_to_be_one_are_joined(contacts: Contacts, desk: Any) -> None:
    known = anna(contacts, identities=[phone("+351 910 000 001")])
    with acting(SERVICE):
        hidden = contacts.resolve(scheme=Scheme.WHATSAPP, value="98765432101234@lid", name="Annie")
        assert hidden.id != known.id
        scoped = "US.13491208655302741918"
        also = [whatsapp("351910000001"), whatsapp(scoped)]
        found = contacts.resolve(scheme=Scheme.WHATSAPP, value="98765432101234@lid", also=also)
        assert (found.id, found.name) == (known.id, "Anna Berg")
        assert {each.value for each in found.identities} == {
            "+351910000001", "351910000001", "98765432101234@lid", scoped,
        }  # fmt: skip
        again = contacts.resolve(scheme=Scheme.WHATSAPP, value=scoped, also=also)
        assert again == found
    [merged] = [each for each in desk.told() if isinstance(each, ContactMerged)]
    assert (merged.contact.id, merged.merged_id) == (known.id, hidden.id)
    assert contacts.get_contact(id=hidden.id).id == known.id
    [entry] = contacts.list_merges(contact_id=known.id)
    contacts.undo_merge(id=entry.id)  # a channel may be wrong, and a person knows better
    assert contacts.get_contact(id=hidden.id).id == hidden.id


def test_the_addresses_of_a_new_person_are_his_at_once(contacts: Contacts, desk: Any) -> None:
    with acting(SERVICE):
        also = [whatsapp("351910000002"), whatsapp("351910000002")]
        made = contacts.resolve(scheme=Scheme.WHATSAPP, value="1234567890@lid", also=also)
        assert len(made.identities) == 2
        assert contacts.resolve(scheme=Scheme.WHATSAPP, value="351910000002") == made


@pytest.mark.parametrize(
    ("scheme", "value"),
    [(Scheme.EMAIL, "a..b@x"), (Scheme.EMAIL, "MAILER-DAEMON"), (Scheme.PHONE, "INFO"),
     (Scheme.WHATSAPP, "status@broadcast"), (Scheme.EMAIL, "a\0b@mail.test"),
     (Scheme.EMAIL, "İ" * 254)],
)  # fmt: skip
def test_odd_senders_are_contacts_too(contacts: Contacts, scheme: Scheme, value: str) -> None:
    with acting(SERVICE):
        made = contacts.resolve(scheme=scheme, value=value)
        assert contacts.resolve(scheme=scheme, value=value) == made


def test_nothing_is_nobodys_address(contacts: Contacts) -> None:
    with acting(SERVICE), pytest.raises(Invalid) as caught:
        contacts.resolve(scheme=Scheme.EMAIL, value=" \u200b ")
    assert wrong_fields(caught) == ["value"]


def delivery(status: DeliveryStatus, minutes: int, **more: Any) -> DeliveryUpdated:
    return DeliveryUpdated(
        delivery_id=uuid4(), message_id=uuid4(), channel=more.pop("channel", Channel.EMAIL),
        address=more.pop("address", "ANNA@mail.test"), status=status,
        at=NOW - timedelta(minutes=minutes), **more,
    )  # fmt: skip


def test_a_bounce_marks_the_address_and_a_delivery_clears_it(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts)
    with acting(SERVICE):
        bounce = delivery(DeliveryStatus.FAILED, 30, permanent=True, reason="No such\0 user")
        desk.hear(bounce)
        marked = contacts.get_contact(id=made.id)
        assert marked.identities[0].reachability is Reachability.FAILED
        assert marked.identities[0].reason == "No such user"
        assert marked.identities[0].checked_at == bounce.at
        assert marked.identities[1] == made.identities[1]
        assert marked.version == 2
        # what is older, or says nothing, or is said again
        desk.hear(delivery(DeliveryStatus.DELIVERED, 40))
        desk.hear(delivery(DeliveryStatus.SENT, 20))
        desk.hear(delivery(DeliveryStatus.READ, 20, machine=True))
        desk.hear(bounce)
        assert contacts.get_contact(id=made.id) == marked
        desk.hear(delivery(DeliveryStatus.DELIVERED, 10))
        reached = contacts.get_contact(id=made.id)
        assert reached.identities[0].reachability is Reachability.REACHED
        assert reached.identities[0].reason is None
    assert told(desk) == [made, marked, reached]


def test_an_event_that_comes_twice_counts_once(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts)
    with acting(SERVICE):
        event_id = uuid4()
        for _ in range(2):
            desk.hear(delivery(DeliveryStatus.FAILED, 30, permanent=True), id=event_id)
        assert contacts.get_contact(id=made.id).version == 2


def test_what_is_only_repeated_does_not_make_an_edit_stale(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts)
    with acting(SERVICE):
        desk.hear(delivery(DeliveryStatus.DELIVERED, 30))
        desk.hear(delivery(DeliveryStatus.DELIVERED, 10))
        desk.hear(delivery(DeliveryStatus.FAILED, 20, permanent=True))  # late: older than the last
    found = contacts.get_contact(id=made.id)
    assert found.identities[0].reachability is Reachability.REACHED
    assert found.version == 2


def test_deliveries_to_nobody_we_know_change_nothing(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts)
    with acting(SERVICE):
        desk.hear(delivery(DeliveryStatus.FAILED, 1, address="else@mail.test", permanent=True))
        desk.hear(delivery(DeliveryStatus.FAILED, 1, address="", permanent=True))
        desk.hear(
            delivery(DeliveryStatus.FAILED, 1, channel=Channel.WHATSAPP, address="34612345678")
        )
    with acting(service_context(THEIRS)):
        desk.hear(delivery(DeliveryStatus.FAILED, 1, permanent=True))
    assert contacts.get_contact(id=made.id) == made


def organisation(zone: str, version: int) -> OrganisationChanged:
    settings = Settings(zone=zone, language="en", currency="EUR", branding=Branding(name="X"))
    return OrganisationChanged(
        organisation=Organisation(id=OURS, name="X", settings=settings, version=version)
    )


def test_numbers_without_a_country_are_at_home_where_the_organisation_is(
    contacts: Contacts, desk: Any
) -> None:
    with pytest.raises(Invalid, match="needs its country code"):
        anna(contacts, identities=[phone("612 345 678")])
    with acting(SERVICE):
        desk.hear(organisation("Europe/Madrid", 3))
        desk.hear(organisation("Europe/Berlin", 2))  # older
    assert anna(contacts, identities=[phone("612 345 678")]).identities[0].value == "+34612345678"
    with acting(SERVICE):
        desk.hear(organisation("UTC", 4))
    with pytest.raises(Invalid, match="needs its country code"):
        anna(contacts, identities=[phone("612 345 679")])


def doors(contact: Contact) -> dict[str, dict[str, Any]]:
    identity = contact.identities[0]
    return {
        "create_contact": {"name": "Eve", "kind": ContactKind.AGENT},
        "get_contact": {"id": contact.id},
        "list_contacts": {},
        "update_contact": {"id": contact.id, "version": contact.version, "name": "Eve"},
        "add_identity": {"id": contact.id, "scheme": Scheme.EMAIL, "value": "eve@mail.test"},
        "remove_identity": {"id": contact.id, "identity_id": identity.id},
        "resolve": {"scheme": Scheme.EMAIL, "value": "anna@mail.test"},
    }


def test_nobody_gets_in_without_signing_in(contacts: Contacts) -> None:
    for method, arguments in doors(anna(contacts)).items():
        for context in (Context(), Context(role=Role.NOBODY, organisation=OURS)):
            with acting(context), pytest.raises(Unauthenticated):
                getattr(contacts, method)(**arguments)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER])
def test_people_edit_contacts_but_do_not_resolve(contacts: Contacts, role: Role) -> None:
    made = anna(contacts)
    with acting(Context(role=role, organisation=OURS)):
        for method, arguments in doors(made).items():
            if method == "resolve":
                with pytest.raises(Forbidden):
                    getattr(contacts, method)(**arguments)
            elif method == "update_contact":
                version = contacts.get_contact(id=made.id).version
                contacts.update_contact(**{**arguments, "version": version})
            else:
                getattr(contacts, method)(**arguments)


def test_another_organisation_finds_nothing_of_ours(contacts: Contacts, desk: Any) -> None:
    made = anna(contacts)
    for method, arguments in doors(made).items():
        if "id" not in arguments:
            continue
        with acting(STRANGER), pytest.raises(NotFound) as caught:
            getattr(contacts, method)(**arguments)
        assert caught.value.code == "contacts.not_found"
    with acting(STRANGER):
        assert contacts.list_contacts(q="anna").contacts == []
        # the same address, and even the same id, are free there
        theirs = anna(contacts, id=made.id)
        assert theirs.identities[0].id != made.identities[0].id
        with pytest.raises(NotFound):
            contacts.remove_identity(id=theirs.id, identity_id=made.identities[0].id)
    with acting(service_context(THEIRS)):
        assert contacts.resolve(scheme=Scheme.EMAIL, value="anna@mail.test").id == theirs.id
    assert contacts.get_contact(id=made.id) == made
    assert contacts.list_contacts().contacts == [made]


def test_a_search_forgives_and_brings_the_best_first(contacts: Contacts) -> None:
    for name in ("Mariana Sá", "Maria Pérez", "Mraia Luz", "Łukasz Straß"):
        contacts.create_contact(name=name, kind=ContactKind.TRAVELLER)

    def names(q: str) -> list[str]:
        return [contact.name for contact in contacts.list_contacts(q=q).contacts]

    assert names("maria") == ["Maria Pérez", "Mariana Sá", "Mraia Luz"]
    assert names("perez maria") == names("PEREZ mar") == names("maria perze") == ["Maria Pérez"]
    assert names("lukasz strass") == ["Łukasz Straß"]
    first = contacts.list_contacts(q="maria", limit=1)
    second = contacts.list_contacts(q="maria", limit=2, cursor=first.cursor)
    assert [each.name for each in second.contacts] == ["Mariana Sá", "Mraia Luz"]


def test_a_phone_is_found_in_any_format_and_by_part(contacts: Contacts) -> None:
    phone = NewIdentity(scheme=Scheme.PHONE, value="+351 912 345 678")
    made = contacts.create_contact(name="Rui", kind=ContactKind.SUPPLIER, identities=[phone])
    for q in ("+351912345678", "00351 912 345 678", "912-345-678", "0912345678", "345678", "5678"):
        assert contacts.list_contacts(q=q).contacts == [made], q
    assert contacts.list_contacts(q="912345679").contacts == []
