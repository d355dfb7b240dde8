"""Who the people of a list are: each is one contact, however many ask."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from contracts.contacts import Contact, ContactKind, Contacts, Met, NewIdentity, Scheme, Somebody
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Forbidden

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.OWNER, organisation=OURS, user=UUID(int=9), user_name="Ana")


@pytest.fixture
def contacts(desk: Any) -> Iterator[Contacts]:
    with acting(service_context(OURS)):
        yield desk.client


def somebody(name: str, *addresses: str) -> Somebody:
    return Somebody(
        name=name,
        identities=[
            NewIdentity(scheme=Scheme.EMAIL if "@" in each else Scheme.PHONE, value=each)
            for each in addresses
        ],
    )


def everybody(contacts: Contacts) -> dict[str, Contact]:
    return {each.name: each for each in contacts.list_contacts(limit=200).contacts}


def test_each_is_found_or_made(contacts: Contacts) -> None:
    bea = contacts.create_contact(
        name="Bea Sol",
        kind=ContactKind.AGENT,
        identities=[NewIdentity(scheme=Scheme.EMAIL, value="bea@mail.test")],
    )
    carl = contacts.resolve(scheme=Scheme.EMAIL, value="carl@mail.test")
    people = [
        somebody("Ana Luz", "ana@mail.test", "+351912345678"),
        somebody("Ana L.", "ANA@mail.test"),  # who the row before makes
        somebody("Beatriz", "bea@mail.test", "+351912345679"),
        somebody("Carl", "carl@mail.test"),  # who had no name yet
        somebody("", "dora@mail.test"),
        somebody("Eva", "bea@mail.test", "+351912345678"),  # two people's: the first one's
        somebody("Fay", "no address"),
    ]
    met = contacts.meet(people=people)
    found = everybody(contacts)
    assert set(found) == {"Ana Luz", "Bea Sol", "Carl", "dora@mail.test"}
    assert [each.contact_id for each in met] == [
        found["Ana Luz"].id, found["Ana Luz"].id, bea.id, carl.id, found["dora@mail.test"].id,
        bea.id, None,
    ]  # fmt: skip
    assert met[2].name == "Bea Sol"
    assert (met[-1].scheme, met[-1].reason != "") == (Scheme.PHONE, True)
    assert found["Ana Luz"].kind is ContactKind.TRAVELLER
    assert [each.value for each in found["Bea Sol"].identities] == [
        "bea@mail.test", "+351912345679"
    ]  # fmt: skip
    assert contacts.meet(people=people) == met, "again makes nobody"
    with acting(service_context(THEIRS)):
        [theirs] = contacts.meet(people=people[:1])
    assert theirs.contact_id != met[0].contact_id
    with acting(PERSON), pytest.raises(Forbidden):
        contacts.meet(people=people)


def test_many_who_ask_at_once_make_one(contacts: Contacts) -> None:
    people = [somebody(f"Guest {n}", f"g{n}@mail.test", f"+3519123456{n:02d}") for n in range(20)]
    start = threading.Barrier(6)

    def ask(number: int) -> list[Met]:
        with acting(service_context(OURS)):
            start.wait(10)
            turned = people[number:] + people[:number]
            met = contacts.meet(people=turned)
            return met[-number:] + met[:-number] if number else met

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))
    assert all(each == answers[0] for each in answers)
    assert len(everybody(contacts)) == 20
