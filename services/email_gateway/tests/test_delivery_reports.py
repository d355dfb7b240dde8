"""Reports of delivery from a real server, and what they mean for a mail of uncertain fate."""

from __future__ import annotations

import datetime as dt
import os
import smtplib
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

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
from contracts.email_gateway import (
    ConnectionDetails,
    ConnectionKind,
    EmailGateway,
    Security,
    Server,
)
from email_gateway.domain import fate
from email_gateway.domain.bounces import ReportKind, read_report
from email_gateway.domain.delivery import Uncertain
from email_gateway.service import EmailGatewayService
from email_gateway.smtp import SmtpPool
from email_gateway.store.tables import DispatchRow
from fairlead.context import Context, Role
from fairlead.store import EVERYWHERE, new_id
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
        zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Agency")
    ),
    version=1,
)
OWNER = Context(role=Role.OWNER, organisation=ORGANISATION.id, user=uuid4())


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def world(mail: MailServer) -> Iterator[World]:
    settings = {
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_EMAIL_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_EMAIL_CA_FILE": str(mail.certificate),
        "FAIRLEAD_PUBLIC_URL": "http://127.0.0.1:1",
    }
    with hosted(EmailGatewayService, settings=settings) as world:
        world.publish(OrganisationChanged(organisation=ORGANISATION), organisation=ORGANISATION.id)
        yield world


def connect(world: World, mail: MailServer, **details: Any) -> None:
    def server(port: int) -> Server:
        return Server(
            host="127.0.0.1",
            port=port,
            security=Security.TLS,
            username=OURS,
            password=mail.password,
        )

    world.client(EmailGateway, OWNER).create_connection(
        details=ConnectionDetails(
            label="Operations",
            address=OURS,
            kind=ConnectionKind.PASSWORD,
            smtp=server(mail.smtps_port),
            imap=server(mail.imaps_port),
            **details,
        )
    )


def send(world: World, *people: str, bulk: bool = False) -> None:
    recipients = [
        EmailRecipient(delivery_id=new_id(), role=RecipientRole.TO, mailbox=Mailbox(address=each))
        for each in people
    ]
    message = EmailQueued(
        message_id=new_id(),
        connection_id=None,
        conversation_id=new_id(),
        queued_at=dt.datetime.now(dt.UTC),
        recipients=recipients,
        subject="Hello",
        html="<p>Hello</p>",
        text="Hello",
        bulk=bulk,
    )
    world.publish(message, organisation=ORGANISATION.id)


def reached(world: World, address: str) -> set[DeliveryStatus]:
    return {each.status for each in world.events(DeliveryUpdated) if each.address == address}


def write(mail: MailServer, subject: str) -> None:
    """Somebody writes to us: it comes after all that came before."""
    head = f"Message-ID: <{uuid4()}@guest.test>\r\nFrom: a@guest.test\r\nSubject: {subject}\r\n"
    with smtplib.SMTP("127.0.0.1", mail.smtp_port, "tests") as smtp:
        smtp.sendmail("a@guest.test", [OURS], head.encode() + b"\r\nHello\r\n")


def subjects(world: World) -> list[str]:
    return [each.subject for each in world.events(MessageReceived)]


@pytest.mark.parametrize("plus", [True, False])
def test_an_ordinary_mail_becomes_delivered(mail: MailServer, world: World, plus: bool) -> None:
    """Where addresses with a plus are not to be had, the envelope's id names the copy."""
    connect(world, mail, plus_addressing=plus)
    mail.bounce("gone@guest.test")
    guest = f"{uuid4().hex}@guest.test"
    send(world, guest, "gone@guest.test")
    wanted = {DeliveryStatus.SENT, DeliveryStatus.DELIVERED}
    world.wait_for(lambda: reached(world, guest) == wanted, seconds=20)
    failed = {DeliveryStatus.SENT, DeliveryStatus.FAILED}
    world.wait_for(lambda: reached(world, "gone@guest.test") == failed, seconds=20)
    write(mail, "A real one")
    world.wait_for(lambda: "A real one" in subjects(world), seconds=20)
    assert reached(world, guest) == wanted
    assert {each for each in subjects(world) if "Delivery" in each} == set()


def test_who_wants_no_reports_gets_none(mail: MailServer, world: World) -> None:
    connect(world, mail, delivery_reports=False)
    guest, bulk = f"{uuid4().hex}@guest.test", f"{uuid4().hex}@guest.test"
    send(world, guest)
    send(world, bulk, bulk=True)
    world.wait_for(lambda: mail.mails(guest) and mail.mails(bulk), seconds=20)
    write(mail, "Later")
    world.wait_for(lambda: "Later" in subjects(world), seconds=20)
    assert reached(world, guest) == reached(world, bulk) == {DeliveryStatus.SENT}


def test_a_report_ends_the_doubts_about_a_mail(
    mail: MailServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server took it, and never said so; its report does."""
    monkeypatch.setattr(fate, "DOUBTFUL_WAITS", (600.0, 600.0))
    connect(world, mail)
    guest = f"{uuid4().hex}@guest.test"
    real = SmtpPool.send

    def lose_the_answer(pool: SmtpPool, *arguments: Any, **options: Any) -> Any:
        real(pool, *arguments, **options)
        return Uncertain("the server closed the connection")

    monkeypatch.setattr(SmtpPool, "send", lose_the_answer)
    send(world, guest)
    wanted = {DeliveryStatus.UNCERTAIN, DeliveryStatus.DELIVERED}
    world.wait_for(lambda: reached(world, guest) == wanted, seconds=20)
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        row = session.scalars(sa.select(DispatchRow)).one()
    assert (row.done_at is not None, row.status, row.doubts) == (True, "delivered", 1)


SAVED = "smtp; 250 2.0.0 <g@guest.test> 8F6DHtj6DGsmNAAAg+zDdQ Saved"


@pytest.mark.parametrize(
    ("said", "kind"),
    [(SAVED, ReportKind.DELIVERED), ("smtp; 250 2.0.0 Ok: queued as 4F1", ReportKind.RELAYED)],
)
def test_what_lies_in_a_mailbox_is_told_from_what_left_for_another_server(
    said: str, kind: ReportKind
) -> None:
    report = read_report(
        b"From: MAILER-DAEMON@mx.test\r\nContent-Type: multipart/report;"
        b" report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        b"Final-Recipient: rfc822; g@guest.test\r\nAction: relayed\r\nStatus: 2.0.0\r\n"
        b"Diagnostic-Code: " + said.encode() + b"\r\n--b--\r\n"
    )
    assert report is not None
    assert report.kind is kind
