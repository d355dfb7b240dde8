"""The store goes away in the middle of sending and of fetching: nothing is lost or comes twice."""

from __future__ import annotations

import datetime as dt
import os
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import eventlet
import pytest

from contracts.accounts import Branding, Organisation, OrganisationChanged, Settings
from contracts.channels import (
    DeliveryStatus,
    DeliveryUpdated,
    EmailQueued,
    EmailRecipient,
    Mailbox,
    MessageReceived,
    RecipientRole,
)
from contracts.common import Channel
from contracts.email_gateway import (
    ConnectionDetails,
    ConnectionKind,
    EmailGateway,
    Security,
    Server,
)
from email_gateway import receiver
from email_gateway.imap_watch import Status
from email_gateway.mailboxes import Mailboxes
from email_gateway.receiver import Receiver
from email_gateway.service import EmailGatewayService
from email_gateway.smtp import SmtpPool
from email_gateway.store import incoming
from email_gateway.understanding import understand
from fairlead.context import Context, Role
from fairlead.store import Database, StoreBusy, new_id
from fairlead.testing.services import World, hosted
from scripts.servers.mail import MailServer

pytestmark = [
    pytest.mark.green,
    pytest.mark.servers,
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix runs only as root"),
]

OURS = "operations@agency.test"
ORGANISATION = Organisation(
    id=uuid4(),
    name="Agency",
    settings=Settings(
        zone="Europe/Lisbon",
        language="en",
        currency="EUR",
        branding=Branding(name="Agency Journeys"),
    ),
    version=1,
)
SECONDS = 1.5


class Outage:
    """A store that is away for SECONDS from `begin` on, once."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away = False
        self.begun = False
        for name in ("transaction", "reading"):
            monkeypatch.setattr(database, name, self._watched(getattr(database, name)))

    def begin(self) -> None:
        """The store goes away; later calls do nothing."""
        if not self.begun:
            self.away = self.begun = True
            eventlet.spawn_after(SECONDS, setattr, self, "away", False)

    def _watched(self, real: Any) -> Any:
        @contextmanager
        def session(*arguments: Any) -> Iterator[Any]:
            if self.away:
                raise StoreBusy
            with real(*arguments) as found:
                yield found

        return session


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def world(mail: MailServer) -> Iterator[World]:
    """The gateway with its organisation and a mailbox on the server."""
    settings = {
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_EMAIL_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_EMAIL_CA_FILE": str(mail.certificate),
        "FAIRLEAD_PUBLIC_URL": "http://127.0.0.1:1",
    }
    with hosted(EmailGatewayService, settings=settings) as world:
        world.publish(OrganisationChanged(organisation=ORGANISATION), organisation=ORGANISATION.id)
        owner = Context(role=Role.OWNER, organisation=ORGANISATION.id, user=uuid4())
        world.client(EmailGateway, owner).create_connection(details=_details(mail))
        yield world


def _details(mail: MailServer) -> ConnectionDetails:
    return ConnectionDetails(
        label="Operations",
        address=OURS,
        kind=ConnectionKind.PASSWORD,
        smtp=_server(mail.smtps_port, mail.password),
        imap=_server(mail.imaps_port, mail.password),
    )


def _server(port: int, password: str) -> Server:
    return Server(
        host="127.0.0.1", port=port, security=Security.TLS, username=OURS, password=password
    )


def _queued(address: str) -> EmailQueued:
    return EmailQueued(
        message_id=new_id(),
        connection_id=None,
        conversation_id=new_id(),
        queued_at=dt.datetime.now(dt.UTC),
        recipients=[
            EmailRecipient(
                delivery_id=new_id(), role=RecipientRole.TO, mailbox=Mailbox(address=address)
            )
        ],
        subject="Hello",
        html="<p>Hello</p>",
        text="Hello",
    )


def test_what_the_server_said_outlasts_an_outage_of_the_store(
    mail: MailServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without patience the mails would be claimed anew after their lease, and sent twice."""
    outage = Outage(world.database("email_gateway"), monkeypatch)
    send = SmtpPool.send

    pools: set[SmtpPool] = set()

    def send_and_lose(pool: SmtpPool, *arguments: Any, **options: Any) -> Any:
        pools.add(pool)
        outcome = send(pool, *arguments, **options)
        outage.begin()
        return outcome

    monkeypatch.setattr(SmtpPool, "send", send_and_lose)
    addresses = [f"guest{number}@guest.test" for number in range(6)]
    for address in addresses:
        world.publish(_queued(address), organisation=ORGANISATION.id)

    def told() -> list[DeliveryUpdated]:
        return world.events(DeliveryUpdated)

    world.wait_for(lambda: {each.address for each in told()} == set(addresses), seconds=20)
    assert outage.begun
    assert {each.status for each in told()} == {DeliveryStatus.SENT}
    world.wait_for(lambda: len(mail.message_ids(*addresses)) == len(addresses), seconds=20)
    assert set(mail.message_ids(*addresses).values()) == {1}
    for pool in pools:
        pool.close()


def test_a_mailbox_is_watched_on_after_an_outage_of_the_store(
    mail: MailServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telling that the store is away needs the store: this ended the watch for good."""
    outage = Outage(world.database("email_gateway"), monkeypatch)
    keep = Receiver.keep

    def lose_and_keep(*arguments: Any, **options: Any) -> bool:
        outage.begin()
        return keep(*arguments, **options)

    monkeypatch.setattr(Receiver, "keep", lose_and_keep)
    _write(mail, 1)
    world.wait_for(lambda: outage.begun and not outage.away, seconds=20)
    _write(mail, 2)
    world.wait_for(lambda: _subjects(world) == ["1", "2"], seconds=20)


def test_a_mail_is_worked_off_after_an_outage_of_the_store(
    mail: MailServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no failure of the mail, which would be put aside after some."""
    monkeypatch.setattr(incoming, "LAST_ATTEMPT", 1)
    outage = Outage(world.database("email_gateway"), monkeypatch)

    def understand_and_lose(*arguments: Any) -> Any:
        outage.begin()
        return understand(*arguments)

    monkeypatch.setattr(receiver, "understand", understand_and_lose)
    _write(mail, 1)
    world.wait_for(lambda: _subjects(world) == ["1"], seconds=20)
    assert outage.begun


def test_a_watch_that_broke_is_begun_again(
    mail: MailServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(mailboxes: Mailboxes, row: object, status: Status) -> None:
        if status.state == "error":  # told when the first error has been caught
            monkeypatch.undo()
        raise LookupError("nobody foresaw this")

    monkeypatch.setattr(Mailboxes, "_tell", breaking)
    _write(mail, 1)
    world.wait_for(lambda: _subjects(world) == ["1"], seconds=20)


def _write(mail: MailServer, number: int) -> None:
    head = f"Message-ID: <{number}@guest.test>\r\nFrom: a@guest.test\r\nSubject: {number}\r\n\r\n"
    with smtplib.SMTP("127.0.0.1", mail.smtp_port, "tests") as smtp:
        smtp.sendmail("a@guest.test", [OURS], head.encode() + b"Hello\r\n")


def _subjects(world: World) -> list[str]:
    return sorted(
        each.subject for each in world.events(MessageReceived) if each.channel is Channel.EMAIL
    )
