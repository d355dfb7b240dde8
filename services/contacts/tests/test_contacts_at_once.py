"""Many callers at once: one person stays one contact."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID, uuid4

from contracts.contacts import Contact, ContactKind, NewIdentity, Scheme
from fairlead.context import acting, service_context
from fairlead.errors import Conflict, Failure

T = TypeVar("T")
OURS = UUID(int=1)
CALLERS = 12
ROUNDS = 15


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | Failure]:
    """What each call answered or how it failed, all of them begun in one moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Failure:
        with acting(service_context(OURS)):
            start.wait(10)
            try:
                return call()
            except Failure as failure:
                return failure

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def everybody(desk: Any) -> list[Contact]:
    with acting(service_context(OURS)):
        return list(desk.client.list_contacts(limit=200).contacts)


def test_concurrent_mail_from_one_sender_makes_one_contact(desk: Any) -> None:
    for number in range(ROUNDS):
        spellings = [f"guest{number}@Mail.test", f"GUEST{number}@mail.TEST"]

        def resolve(caller: int, spellings: list[str] = spellings) -> Callable[[], Contact]:
            value = spellings[caller % 2]
            return lambda: desk.client.resolve(scheme=Scheme.EMAIL, value=value, name="Guest")

        found = at_once([resolve(caller) for caller in range(CALLERS)])
        assert len({contact.id for contact in found if isinstance(contact, Contact)}) == 1
        assert all(isinstance(contact, Contact) for contact in found)
    assert len(everybody(desk)) == ROUNDS
    assert len(desk.told()) == ROUNDS


def test_concurrent_calls_over_several_schemes_make_one_contact(desk: Any) -> None:
    for number in range(ROUNDS):
        digits = f"{98760000 + number}"
        spellings = [
            (Scheme.PHONE, f"+55219{digits}"),
            (Scheme.PHONE, f"+5521{digits}"),
            (Scheme.WHATSAPP, f"5521{digits}"),
            (Scheme.WHATSAPP, f"55219{digits}@s.whatsapp.net"),
        ]

        def resolve(caller: int, spellings: Any = spellings) -> Callable[[], Contact]:
            scheme, value = spellings[caller % 4]
            return lambda: desk.client.resolve(scheme=scheme, value=value, name="Guest")

        found = at_once([resolve(caller) for caller in range(CALLERS)])
        assert all(isinstance(contact, Contact) for contact in found), found
    contacts = everybody(desk)
    assert len(contacts) == ROUNDS
    for contact in contacts:
        assert sorted(each.scheme.value for each in contact.identities) == ["phone", "whatsapp"]
        assert contact.version == 2


def test_one_address_goes_to_one_of_many_new_contacts(desk: Any) -> None:
    for number in range(ROUNDS):
        identities = [NewIdentity(scheme=Scheme.EMAIL, value=f"guest{number}@mail.test")]

        def create(identities: list[NewIdentity] = identities) -> Contact:
            contact: Contact = desk.client.create_contact(
                name="Guest", kind=ContactKind.TRAVELLER, identities=identities
            )
            return contact

        outcomes = Counter(type(each) for each in at_once([create] * CALLERS))
        assert outcomes == {Contact: 1, Conflict: CALLERS - 1}
    assert len(everybody(desk)) == ROUNDS


def test_one_request_repeated_at_once_has_one_effect(desk: Any) -> None:
    for _ in range(ROUNDS):
        wanted = uuid4()

        def create(id: UUID = wanted) -> Contact:
            contact: Contact = desk.client.create_contact(
                name="Guest", kind=ContactKind.TRAVELLER, id=id
            )
            return contact

        assert {
            contact.id for contact in at_once([create] * 4) if isinstance(contact, Contact)
        } == {wanted}
    assert len(everybody(desk)) == ROUNDS
    assert len(desk.told()) == ROUNDS


def test_one_address_goes_to_one_of_two_contacts(desk: Any) -> None:
    with acting(service_context(OURS)):
        pair = [
            desk.client.create_contact(name=name, kind=ContactKind.AGENT) for name in ("Ana", "Bea")
        ]
    for number in range(ROUNDS):

        def add(contact: Contact, value: str = f"desk{number}@mail.test") -> Callable[[], Contact]:
            return lambda: desk.client.add_identity(id=contact.id, scheme=Scheme.EMAIL, value=value)

        outcomes = Counter(type(each) for each in at_once([add(each) for each in pair * 3]))
        assert outcomes == {Contact: 3, Conflict: 3}
    assert sum(len(contact.identities) for contact in everybody(desk)) == ROUNDS


def test_concurrent_changes_of_one_contact_all_hold(desk: Any) -> None:
    with acting(service_context(OURS)):
        made = desk.client.create_contact(name="Ana", kind=ContactKind.AGENT)

    def add(number: int) -> Callable[[], Contact]:
        return lambda: desk.client.add_identity(
            id=made.id, scheme=Scheme.EMAIL, value=f"ana{number}@mail.test"
        )

    at_once([add(number) for number in range(CALLERS)])
    [contact] = everybody(desk)
    assert len(contact.identities) == CALLERS
    assert contact.version == 1 + CALLERS
    assert sorted(event.contact.version for event in desk.told()) == list(range(1, CALLERS + 2))
