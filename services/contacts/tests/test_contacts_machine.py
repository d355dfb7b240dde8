"""Any sequence of changes keeps each address with one contact, and tells every change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from contracts.channels import DeliveryStatus, DeliveryUpdated
from contracts.common import Channel
from contracts.contacts import Contact, ContactKind, NewIdentity, Reachability, Scheme
from fairlead.context import acting, service_context
from fairlead.errors import Conflict, NotFound, Stale

OURS = UUID(int=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
EMAIL, PHONE, WHATSAPP = Scheme.EMAIL, Scheme.PHONE, Scheme.WHATSAPP

# How an address is written, and which address it is.
SPELLINGS = [
    (EMAIL, "ana@mail.test", "ana"), (EMAIL, "ANA@Mail.test", "ana"), (EMAIL, "bo@mail.test", "bo"),
    (PHONE, "+55 21 98765-4321", "rio"), (PHONE, "+552187654321", "rio"),
    (WHATSAPP, "552187654321", "rio"), (WHATSAPP, "5521987654321:3@s.whatsapp.net", "rio"),
    (PHONE, "+54 9 11 3456 7890", "baires"), (WHATSAPP, "541134567890", "baires"),
    (WHATSAPP, "5521987654321@lid", "lid"), (EMAIL, "odd..one@mail", "odd"),
]  # fmt: skip
CHANNELS = {EMAIL: Channel.EMAIL, PHONE: Channel.SMS, WHATSAPP: Channel.WHATSAPP}
TYPED = [spelling for spelling in SPELLINGS if spelling[2] != "odd"]


class Book(RuleBasedStateMachine):
    """The contact book beside a model: whose each address is, in which order, and how it does."""

    contacts = Bundle("contacts")

    def __init__(self, new_desk: Callable[[], Any]) -> None:
        super().__init__()
        self.desk = new_desk()
        self.people: dict[UUID, list[tuple[Scheme, str]]] = {}
        self.states: dict[tuple[Scheme, str], tuple[int, Reachability]] = {}
        self.versions: dict[UUID, int] = {}

    def teardown(self) -> None:
        self.desk.close()

    def owner(self, key: str) -> UUID | None:
        owners = [who for who, has in self.people.items() if key in {each[1] for each in has}]
        assert len(owners) <= 1
        return owners[0] if owners else None

    def call(self, method: str, **arguments: Any) -> Contact:
        with acting(service_context(OURS)):
            contact: Contact = getattr(self.desk.client, method)(**arguments)
            return contact

    def give(self, id: UUID, scheme: Scheme, key: str) -> bool:
        has = self.people.setdefault(id, [])
        if (scheme, key) in has:
            return False
        has.append((scheme, key))
        self.states[scheme, key] = (-1, Reachability.UNKNOWN)
        return True

    @rule(target=contacts, spellings=st.lists(st.sampled_from(TYPED), max_size=4))
    def create(self, spellings: list[tuple[Scheme, str, str]]) -> Any:
        identities = [NewIdentity(scheme=scheme, value=text) for scheme, text, _ in spellings]
        arguments = {"name": "Ana", "kind": ContactKind.TRAVELLER, "identities": identities}
        if any(self.owner(key) for _, _, key in spellings):
            with pytest.raises(Conflict):
                self.call("create_contact", **arguments)
            return multiple()
        made = self.call("create_contact", **arguments)
        self.people[made.id] = []
        for scheme, _, key in spellings:
            self.give(made.id, scheme, key)
        self.versions[made.id] = 1
        return made.id

    @rule(target=contacts, spelling=st.sampled_from(SPELLINGS))
    def resolve(self, spelling: tuple[Scheme, str, str]) -> UUID:
        scheme, text, key = spelling
        owner = self.owner(key)
        found = self.call("resolve", scheme=scheme, value=text, name="Ana")
        assert owner is None or found.id == owner
        if self.give(found.id, scheme, key):
            self.versions[found.id] = self.versions.get(found.id, 0) + 1
        return found.id

    @rule(id=contacts, spelling=st.sampled_from(TYPED))
    def add(self, id: UUID, spelling: tuple[Scheme, str, str]) -> None:
        scheme, text, key = spelling
        if self.owner(key) not in (None, id):
            with pytest.raises(Conflict):
                self.call("add_identity", id=id, scheme=scheme, value=text)
            return
        self.call("add_identity", id=id, scheme=scheme, value=text)
        if self.give(id, scheme, key):
            self.versions[id] += 1

    @rule(id=contacts, choice=st.integers(0, 5))
    def remove(self, id: UUID, choice: int) -> None:
        identities = self.call("get_contact", id=id).identities
        if not identities:
            with pytest.raises(NotFound):
                self.call("remove_identity", id=id, identity_id=uuid4())
            return
        gone = choice % len(identities)
        self.call("remove_identity", id=id, identity_id=identities[gone].id)
        del self.people[id][gone]
        self.versions[id] += 1

    @rule(id=contacts, name=st.sampled_from(["Ana", "Bo"]), behind=st.integers(0, 1))
    def rename(self, id: UUID, name: str, behind: int) -> None:
        version = self.versions[id] - behind
        if behind:
            with pytest.raises(Stale):
                self.call("update_contact", id=id, version=version, name=name)
            return
        self.versions[id] = self.call("update_contact", id=id, version=version, name=name).version
        assert self.versions[id] in (version, version + 1)

    @rule(
        spelling=st.sampled_from(SPELLINGS),
        minute=st.integers(0, 5),
        permanent=st.booleans(),
        status=st.sampled_from([DeliveryStatus.DELIVERED, DeliveryStatus.FAILED]),
    )
    def deliver(
        self,
        spelling: tuple[Scheme, str, str],
        minute: int,
        permanent: bool,
        status: DeliveryStatus,
    ) -> None:
        scheme, text, key = spelling
        event = DeliveryUpdated(
            delivery_id=uuid4(), message_id=uuid4(), channel=CHANNELS[scheme], address=text,
            status=status, at=START + timedelta(minutes=minute), permanent=permanent,
        )  # fmt: skip
        with acting(service_context(OURS)):
            self.desk.hear(event)
        owner = self.owner(key)
        if owner is None or (scheme, key) not in self.people[owner]:
            return
        failed = Reachability.FAILED if permanent else Reachability.FAILING
        now = failed if status is DeliveryStatus.FAILED else Reachability.REACHED
        order = list(Reachability)
        before = self.states[scheme, key]
        after = max(before, (minute, now), key=lambda state: (state[0], order.index(state[1])))
        self.states[scheme, key] = after
        if after[1] is not before[1]:
            self.versions[owner] += 1

    @invariant()
    def everybody_is_as_the_model_says(self) -> None:
        with acting(service_context(OURS)):
            contacts = self.desk.client.list_contacts(limit=200).contacts
        assert {contact.id for contact in contacts} == set(self.people)
        for contact in contacts:
            has = self.people[contact.id]
            assert [identity.scheme for identity in contact.identities] == [each[0] for each in has]
            assert [identity.reachability for identity in contact.identities] == [
                self.states[each][1] for each in has
            ]
            assert contact.version == self.versions[contact.id]
        self.owner("ana")

    @invariant()
    def what_was_told_last_is_what_is(self) -> None:
        last: dict[UUID, Contact] = {}
        for event in self.desk.told():
            assert event.contact.version > (
                last[event.contact.id].version if event.contact.id in last else 0
            )
            last[event.contact.id] = event.contact
        for contact in last.values():
            found = self.call("get_contact", id=contact.id)
            assert found.version == contact.version
            assert found.name == contact.name


def test_any_sequence(new_desk: Callable[[], Any]) -> None:
    run_state_machine_as_test(
        cast("type[Book]", partial(Book, new_desk)),  # anything that makes one will do
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
