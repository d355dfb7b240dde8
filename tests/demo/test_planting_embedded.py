"""The world in the real services, on the embedded bus and SQLite, as `make up` runs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from accounts.service import AccountsService
from contacts.service import ContactsService
from contracts.accounts import Accounts
from contracts.common import Channel
from contracts.contacts import ContactKind, Contacts
from contracts.email_gateway import EmailGateway
from contracts.groups import Membership
from contracts.inbox import Draft, Inbox, MessageKind
from contracts.itineraries import Itineraries, ItineraryState
from contracts.whatsapp_gateway import WhatsAppGateway
from email_gateway.service import EmailGatewayService
from fairlead.bus import Caller
from fairlead.context import acting, service_context
from fairlead.contract import calls
from fairlead.process import Process
from fairlead.secrets import new_key
from fairlead.testing.bus import wait_for
from inbox.service import InboxService
from itineraries.service import ItinerariesService
from scripts.demo import World, plant, today, world
from whatsapp_gateway.service import WhatsAppGatewayService

pytestmark = [pytest.mark.green, pytest.mark.timeout(180)]

SERVICES = (
    AccountsService,
    ContactsService,
    ItinerariesService,
    InboxService,
    EmailGatewayService,
    WhatsAppGatewayService,
)


class Killed(Exception):
    """The process that planted is gone."""


class Mortal:
    """Asks as a Caller does, and dies when the answer to call `last` has come."""

    def __init__(self, caller: Caller, last: int) -> None:
        self._caller = caller
        self._left = last

    def client(self, interface: Any) -> Any:
        """An object with the methods of `interface`."""
        real = self._caller.client(interface)
        return type("Mortal", (), {name: self._mortal(real, name) for name in calls(interface)})

    def _mortal(self, real: Any, name: str) -> Any:
        def ask(**arguments: Any) -> Any:
            answer = getattr(real, name)(**arguments)
            self._left -= 1
            if not self._left:
                raise Killed
            return answer

        return staticmethod(ask)


@contextmanager
def running(folder: Path) -> Iterator[Process]:
    """The six services under way, with nothing in them."""
    environment = {
        "FAIRLEAD_AMQP_URI": "embedded://",
        "FAIRLEAD_DATABASE_URL": f"sqlite:///{folder}/{{service}}.db",
        "FAIRLEAD_FILES": str(folder / "files"),
        "FAIRLEAD_ADMIN_PORT": "0",
        "FAIRLEAD_ADMIN_TOKEN": "a-token-for-nothing",
        "FAIRLEAD_SECRET_KEYS": new_key(),
        "FAIRLEAD_SANDBOX": "yes",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        process = Process(SERVICES)
        process.migrate()
        process.start()
        yield process
        process.stop()


@dataclass(frozen=True)
class Planted:
    """Services with the world in them."""

    process: Process
    world: World


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """The world of today in running services."""
    with running(tmp_path_factory.mktemp("planted")) as process:
        made = world(today())
        plant(process.runtime.caller, made, process.runtime.files)
        yield Planted(process, made)


def pages(ask: Any, field: str) -> list[Any]:
    """All entries of a paged call."""
    found: list[Any] = []
    cursor = None
    while True:
        page = ask(cursor=cursor, limit=100)
        found += getattr(page, field)
        cursor = page.cursor
        if cursor is None:
            return found


def everything(caller: Caller) -> dict[str, list[Any]]:
    """What the services hold, as their doors show it."""
    inbox = caller.client(Inbox)
    # What comes of the group goes on by itself, and is no mail.
    mails = partial(inbox.list_conversations, channel=Channel.EMAIL)
    conversations = pages(mails, "conversations")
    return {
        "users": caller.client(Accounts).list_users(),
        "contacts": pages(caller.client(Contacts).list_contacts, "contacts"),
        "trips": pages(caller.client(Itineraries).list_itineraries, "itineraries"),
        "listings": caller.client(Itineraries).list_listings(),
        "connections": caller.client(EmailGateway).list_connections(),
        "mailboxes": caller.client(EmailGateway).sandbox_mailboxes(),
        "numbers": caller.client(WhatsAppGateway).list_whatsapp_connections(),
        "groups": [each.id for each in inbox.list_groups().groups],
        "templates": [each for each in inbox.list_templates() if not each.built_in],
        "conversations": conversations,
        "messages": [
            message
            for each in conversations
            for message in inbox.conversation_messages(id=each.id, limit=200).messages
        ],
    }


def check(made: World, found: dict[str, list[Any]]) -> None:
    """Everything is there, and once."""
    assert {each.email for each in found["users"]} == {each.email for each in made.employees}
    assert {each.id for each in found["contacts"]} == {each.id for each in made.people}
    assert {each.id for each in found["trips"]} == {each.id for each in made.trips}
    assert len(found["listings"]) == len(made.listings)
    assert {each.id for each in found["connections"]} == {each.id for each in made.connections}
    assert {each.id for each in found["numbers"]} == {each.id for each in made.numbers}
    assert len(found["groups"]) == 1
    assert len(found["templates"]) == len(made.templates)
    assert len(found["messages"]) == len(made.messages)
    assert {each.id for each in found["messages"]} == {each.id for each in made.messages}
    assert all(each.imported for each in found["messages"])
    assert sum(each.unread for each in found["conversations"]) == sum(
        each.unread for each in made.messages
    )


def test_the_world_stands_in_the_services_once(planted: Planted) -> None:
    caller, made = planted.process.runtime.caller, planted.world
    with acting(service_context(made.organisation.id)):
        found = everything(caller)
        check(made, found)
        plant(caller, made, planted.process.runtime.files)
        assert everything(caller) == found


def test_a_planting_that_was_killed_is_completed(tmp_path: Path) -> None:
    """Each moment of a death is tried against fakes (test_planting); here one amid the trips."""
    made = world(today())
    with running(tmp_path) as process:
        caller, files = process.runtime.caller, process.runtime.files
        with pytest.raises(Killed):
            plant(Mortal(caller, 120), made, files)
        plant(caller, made, files)
        with acting(service_context(made.organisation.id)):
            check(made, everything(caller))


def test_a_newcomer_finds_work_to_do(planted: Planted) -> None:
    caller, made = planted.process.runtime.caller, planted.world
    for employee, password in made.sign_ins():
        session = caller.client(Accounts).sign_in(
            email=employee.email, password=password, remote="127.0.0.1"
        )
        assert session.user.name == employee.name
        assert session.organisation == made.organisation
    with acting(service_context(made.organisation.id)):
        days = caller.client(Itineraries).concierge(
            start=made.today, end=made.today + dt.timedelta(days=1)
        )
        assert [len(day.services) >= 3 for day in days] == [True, True]
        timelines(caller, made)
        order(caller, made)


def timelines(caller: Caller, made: World) -> None:
    """Messages stand on their trips at their times, the file among them can be had."""
    inbox = caller.client(Inbox)
    for message in made.messages[::20]:
        assert message.itinerary_id is not None
        timeline = inbox.itinerary_timeline(itinerary_id=message.itinerary_id, limit=200)
        (view,) = [each for each in timeline.messages if each.id == message.id]
        assert view.at == message.at
        assert view.itinerary is not None
        assert view.subject == message.subject.replace("{reference}", view.itinerary.reference)
    (attached,) = [message for message in made.messages if message.attachments]
    (attachment,) = inbox.get_message(id=attached.id).attachments
    assert inbox.get_file(id=attachment.id).file == attached.attachments[0]


def order(caller: Caller, made: World) -> None:
    """Three services of one supplier make one purchase order that could be sent as it is."""
    for trip in made.trips:
        if trip.state is not ItineraryState.CONFIRMED:
            continue
        itinerary = caller.client(Itineraries).get_itinerary(id=trip.id)
        by_supplier: dict[Any, list[Any]] = {}
        for service in itinerary.services:
            by_supplier.setdefault(service.details.supplier_id, []).append(service.id)
        chosen = max(by_supplier.values(), key=len)
        if len(chosen) >= 3:
            draft = Draft(kind=MessageKind.PURCHASE_ORDER, itinerary_id=trip.id, service_ids=chosen)
            (preview,) = caller.client(Inbox).preview(draft=draft)
            assert preview.problems == []
            assert itinerary.reference in preview.subject
            supplier = caller.client(Contacts).get_contact(id=preview.contact_id)  # type: ignore[arg-type]
            assert supplier.kind is ContactKind.SUPPLIER
            return
    pytest.fail("Nobody to whom three services go in one message")


def test_the_family_group_is_made_and_one_of_it_is_invited(planted: Planted) -> None:
    inbox = planted.process.runtime.caller.client(Inbox)

    def stands() -> dict[Any, Membership]:
        [group] = inbox.list_groups().groups
        return {each.contact_id: each.standing for each in group.participants}

    made = planted.world.circle
    expected = {person.id: Membership.ADDED for person in made.people}
    expected[made.private.id] = Membership.INVITED
    with acting(service_context(planted.world.organisation.id)):
        wait_for(lambda: stands() == expected)
