"""Leaving a list by mail, from the header of a bulk mail to the next one that does not leave."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import pytest
import sqlalchemy as sa

from contracts.accounts import Branding, Organisation, OrganisationChanged, Settings
from contracts.channels import (
    ConsentWithdrawn,
    DeliveryStatus,
    DeliveryUpdated,
    EmailQueued,
    EmailRecipient,
    Mailbox,
    MessageReceived,
    RecipientRole,
)
from contracts.consents import ConsentKind
from contracts.email_gateway import ConnectionDetails, ConnectionKind, EmailGateway
from email_gateway.domain.leaving import mailto, token_in
from email_gateway.service import EmailGatewayService
from email_gateway.store.tables import SandboxMailRow, UnsubscribeRow
from fairlead.context import Context, Role
from fairlead.store import EVERYWHERE, new_id
from fairlead.testing.services import World, hosted

OURS = uuid4()
OWNER = Context(role=Role.OWNER, organisation=OURS, user=uuid4())
DESK, GUEST = "desk@agency.test", "ana@guest.test"
TOKEN = "t" * 21 + "-_.9" + "A" * 19


@pytest.mark.parametrize(
    ("subject", "token"),
    [
        (f"unsubscribe {TOKEN}", TOKEN),
        (f"  Unsubscribe+{TOKEN}\r\n", TOKEN),
        (f"Re: unsubscribe {TOKEN}", None),
        ("unsubscribe", None),
        ("unsubscribe me please from all of this", None),
        (f"unsubscribe {'t' * 90}", None),
        ("unsubscribe " * 100_000, None),
    ],
)
def test_what_leaves_a_list(subject: str, token: str | None) -> None:
    assert token_in(subject) == token


def test_where_the_mail_goes() -> None:
    assert mailto("desk+a@agency.test", TOKEN) == (
        f"mailto:desk+a@agency.test?subject=unsubscribe%20{TOKEN}"
    )
    assert mailto("a&b?c%d@agency.test", TOKEN).startswith("mailto:a%26b%3Fc%25d@agency.test?")


@pytest.fixture
def world() -> Iterator[World]:
    settings = Settings(
        zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Mar e Terra")
    )
    organisation = Organisation(id=OURS, name="Mar", settings=settings, version=1)
    environment = {"FAIRLEAD_EMAIL_TEST_DOMAINS": "yes", "FAIRLEAD_SANDBOX": "yes"}
    with hosted(EmailGatewayService, settings=environment) as world:
        world.publish(OrganisationChanged(organisation=organisation), organisation=OURS)
        details = ConnectionDetails(label="Desk", address=DESK, kind=ConnectionKind.SANDBOX)
        world.client(EmailGateway, OWNER).create_connection(details=details)
        yield world


def send(world: World, *, bulk: bool) -> EmailQueued:
    recipient = EmailRecipient(
        delivery_id=new_id(), role=RecipientRole.TO, mailbox=Mailbox(address=GUEST)
    )
    message = EmailQueued(
        message_id=new_id(),
        connection_id=None,
        conversation_id=new_id(),
        queued_at=dt.datetime.now(dt.UTC),
        recipients=[recipient],
        subject="Our news",
        html="<p>News</p>",
        text="News",
        bulk=bulk,
    )
    world.publish(message, organisation=OURS)
    return message


def reached(world: World, message: EmailQueued) -> set[DeliveryStatus]:
    return {
        each.status
        for each in world.events(DeliveryUpdated)
        if each.message_id == message.message_id
    }


def write(world: World, subject: str) -> None:
    """From whatever address the reader's program takes."""
    world.client(EmailGateway, OWNER).sandbox_write(
        sender=Mailbox(address="other@guest.test"), to=DESK, subject=subject, text=""
    )


@pytest.mark.green
def test_a_mail_leaves_the_list(world: World) -> None:
    first = send(world, bulk=True)
    world.wait_for(lambda: DeliveryStatus.SENT in reached(world, first))
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        key = session.scalars(sa.select(SandboxMailRow.key)).one()
    raw = world.runtime.files.read(OURS, key)
    field = str(email.message_from_bytes(raw, policy=email.policy.default)["List-Unsubscribe"])
    link = urlsplit(field.strip("<>"))
    assert (link.scheme, link.path) == ("mailto", DESK)  # without https no page is named
    subject = unquote(link.query.removeprefix("subject="))
    write(world, f"unsubscribe {TOKEN}")  # no token of ours: somebody wrote that
    world.wait_for(lambda: world.events(MessageReceived))
    write(world, subject)
    world.wait_for(lambda: len(world.events(ConsentWithdrawn)) == 2)
    left = {(each.address, each.kind) for each in world.events(ConsentWithdrawn)}
    assert left == {(GUEST, ConsentKind.MARKETING), (GUEST, ConsentKind.REVIEW)}
    second, ordinary = send(world, bulk=True), send(world, bulk=False)
    world.wait_for(lambda: DeliveryStatus.SENT in reached(world, ordinary))
    world.wait_for(lambda: reached(world, second) == {DeliveryStatus.FAILED})
    assert [each.subject for each in world.events(MessageReceived)] == [f"unsubscribe {TOKEN}"]

    with world.database("email_gateway").transaction(EVERYWHERE) as session:
        session.execute(
            sa.update(UnsubscribeRow).values(at=dt.datetime.now(dt.UTC) - dt.timedelta(2))
        )
    third = send(world, bulk=True)  # the inbox knows, so he has agreed again
    world.wait_for(lambda: DeliveryStatus.SENT in reached(world, third))
