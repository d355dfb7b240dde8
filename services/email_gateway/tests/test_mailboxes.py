"""What of a mailbox is new and what is history, against a real Dovecot."""

from __future__ import annotations

import datetime as dt
import imaplib
from collections.abc import Iterator
from uuid import uuid4

import msgspec
import pytest

from contracts.channels import MessageReceived
from contracts.email_gateway import (
    Connection,
    ConnectionDetails,
    ConnectionKind,
    EmailGateway,
    Security,
    Server,
)
from email_gateway import imap_history, sealing
from email_gateway.domain.credentials import Secrets
from email_gateway.service import EmailGatewayService
from email_gateway.store.tables import ConnectionRow
from fairlead.context import Context, Role
from fairlead.secrets import Undecryptable, Vault
from fairlead.service import Loop
from fairlead.testing.services import World, hosted
from scripts.servers.dovecot import Dovecot

pytestmark = [pytest.mark.green, pytest.mark.servers]

OURS = uuid4()
OWNER = Context(role=Role.OWNER, organisation=OURS, user=uuid4())
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server that no test stops."""
    with Dovecot() as server:
        yield server


@pytest.fixture
def address() -> str:
    """An address that no other test uses."""
    return f"{uuid4().hex}@agency.test"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    start = Loop.start

    def start_quick(loop: Loop) -> None:
        loop._every = min(loop._every, 0.1)  # as the next look for mailboxes is in five seconds
        start(loop)

    monkeypatch.setattr(Loop, "start", start_quick)
    environment = {"FAIRLEAD_EMAIL_TEST_DOMAINS": "yes", "FAIRLEAD_EMAIL_PRIVATE_HOSTS": "yes"}
    with hosted(EmailGatewayService, settings=environment) as world:
        yield world


def put(
    server: Dovecot, address: str, name: str, *, came: dt.datetime, written: bool = True
) -> None:
    """A mail in the inbox that came long ago or just now; `written` then, or a year before."""
    date = came if written else came - dt.timedelta(days=365)
    raw = (
        f"From: ana@hotel.test\r\nDate: {date:%d %b %Y %H:%M:%S} +0000\r\n"
        f"Message-ID: <{name}@hotel.test>\r\nSubject: {name}\r\n\r\n{name}\r\n"
    )
    client = imaplib.IMAP4("127.0.0.1", server.port)
    client.login(address, server.password)
    client.append("INBOX", "", imaplib.Time2Internaldate(came), raw.encode())
    client.logout()


def days(number: float) -> dt.datetime:
    """So many days ago."""
    return (NOW - dt.timedelta(days=number)).replace(microsecond=0)


def connect(world: World, server: Dovecot, address: str, **changes: object) -> Connection:
    there = Server(
        host="127.0.0.1",
        port=server.port,
        security=Security.NONE,
        username=address,
        password=server.password,
    )
    nowhere = Server(host="127.0.0.1", port=1, security=Security.NONE)
    details = ConnectionDetails(
        label="Desk", address=address, kind=ConnectionKind.PASSWORD, smtp=nowhere, imap=there
    )
    return world.client(EmailGateway, OWNER).create_connection(
        details=msgspec.structs.replace(details, **changes)
    )


def told(world: World) -> dict[str, bool]:
    """The subjects of the mails that were told of, and whether as history."""
    return {each.subject: each.imported for each in world.events(MessageReceived)}


def wait_for(world: World, *subjects: str) -> None:
    world.wait_for(lambda: set(subjects) <= set(told(world)), seconds=20)


def test_what_lay_in_a_mailbox_before_it_was_connected_is_not_new(
    dovecot: Dovecot, world: World, address: str
) -> None:
    for number in range(3):
        put(dovecot, address, f"old{number}", came=days(number + 0.1))
    connect(world, dovecot, address)
    put(dovecot, address, "meanwhile", came=dt.datetime.now(dt.UTC))  # the watch begins later
    wait_for(world, "meanwhile")
    put(dovecot, address, "new", came=dt.datetime.now(dt.UTC))
    wait_for(world, "new")
    put(dovecot, address, "moved here", came=days(200))  # somebody wants us to have it
    wait_for(world, "moved here")
    assert told(world) == {"meanwhile": False, "new": False, "moved here": False}


def test_history_is_taken_in_for_whoever_asks_for_it(
    dovecot: Dovecot, world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_history, "_SLICE", 2)
    for number in (40, 29, 20, 10, 5, 0.1):
        put(dovecot, address, str(number), came=days(number))
    created = connect(world, dovecot, address, import_days=30)
    assert created.history is not None
    assert not created.history.finished
    client = world.client(EmailGateway, OWNER)

    def finished() -> bool:
        history = client.get_connection(id=created.id).history
        return history is not None and history.finished

    world.wait_for(finished, seconds=20)
    wait_for(world, "29", "20", "10", "5", "0.1")
    assert told(world) == dict.fromkeys(["29", "20", "10", "5", "0.1"], True)
    by_subject = {each.subject: each for each in world.events(MessageReceived)}
    assert by_subject["20"].received_at == by_subject["20"].sent_at == days(20)
    history = client.get_connection(id=created.id).history
    assert history is not None
    assert (history.found, history.taken) == (5, 5)


def test_a_mailbox_made_anew_brings_nothing_twice_and_no_history_as_new(
    dovecot: Dovecot, world: World, address: str
) -> None:
    put(dovecot, address, "old", came=days(3))
    created = connect(world, dovecot, address)
    put(dovecot, address, "new", came=dt.datetime.now(dt.UTC))
    wait_for(world, "new")
    dovecot.renumber(address)
    put(dovecot, address, "moved", came=dt.datetime.now(dt.UTC), written=False)
    details = created.details
    assert details.imap is not None
    moved = msgspec.structs.replace(details.imap, host="localhost")
    client = world.client(EmailGateway, OWNER)
    client.update_connection(
        id=created.id,
        version=created.version,
        details=msgspec.structs.replace(details, imap=moved),
    )
    wait_for(world, "moved")
    put(dovecot, address, "newer", came=dt.datetime.now(dt.UTC))
    wait_for(world, "newer")
    # Nobody saw `moved` come, and it was written before the mailbox was connected.
    assert told(world) == {"new": False, "moved": True, "newer": False}
    assert len(world.events(MessageReceived)) == 3


def test_another_mailbox_of_the_connection_begins_anew(
    dovecot: Dovecot, world: World, address: str
) -> None:
    created = connect(world, dovecot, address)
    put(dovecot, address, "first", came=dt.datetime.now(dt.UTC))
    wait_for(world, "first")
    other = f"other.{address}"
    put(dovecot, other, "old", came=days(0.1))
    details = created.details
    assert details.imap is not None
    elsewhere = msgspec.structs.replace(details.imap, username=other)
    world.client(EmailGateway, OWNER).update_connection(
        id=created.id,
        version=created.version,
        details=msgspec.structs.replace(details, imap=elsewhere),
    )
    put(dovecot, other, "second", came=dt.datetime.now(dt.UTC))
    wait_for(world, "second")
    assert told(world) == {"first": False, "second": False}


def test_one_connection_that_cannot_be_used_keeps_nobody_else_from_his_mail(
    dovecot: Dovecot, world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = sealing.opened

    def spoilt(vault: Vault, row: ConnectionRow) -> Secrets:
        if row.details.address.startswith("0"):
            raise Undecryptable()
        return opened(vault, row)

    monkeypatch.setattr(sealing, "opened", spoilt)
    connect(world, dovecot, f"0{address}")  # by their addresses it comes first
    connect(world, dovecot, f"1{address}")
    put(dovecot, f"1{address}", "new", came=dt.datetime.now(dt.UTC))
    wait_for(world, "new")
