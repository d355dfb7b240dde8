"""Message-IDs that providers give in place of ours: heard of, told, and found again in answers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from contracts.accounts import Branding, Organisation, OrganisationChanged, Settings
from contracts.channels import (
    DeliveryUpdated,
    EmailQueued,
    EmailRecipient,
    Mailbox,
    RecipientRole,
)
from contracts.email_gateway import (
    ConnectionDetails,
    ConnectionKind,
    EmailGateway,
    Security,
    Server,
)
from email_gateway.domain.delivery import Accepted
from email_gateway.domain.given_ids import given_id
from email_gateway.service import EmailGatewayService
from email_gateway.smtp import SmtpPool
from email_gateway.store import outgoing
from fairlead.context import Context, Role
from fairlead.testing.services import hosted

SES = "0102018c7c1e2f3a-7a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-000000"
OUTLOOK = "<AM0PR02MB4563B5E3@AM0PR02MB4563.eurprd02.prod.outlook.com>"


@pytest.mark.parametrize(
    ("host", "answer", "given"),
    [
        ("email-smtp.eu-west-1.amazonaws.com", f"Ok {SES}", f"<{SES}@eu-west-1.amazonses.com>"),
        ("email-smtp.us-east-1.amazonaws.com", f"250 Ok {SES}", f"<{SES}@email.amazonses.com>"),
        (
            "Email-SMTP-fips.us-west-2.amazonaws.com.",
            f"Ok {SES}",
            f"<{SES}@us-west-2.amazonses.com>",
        ),
        ("email-smtp.eu-west-1.amazonaws.com", "Ok queued", None),
        ("smtp.office365.com", f"2.0.0 OK {OUTLOOK} [Hostname=AM0PR02MB4563]", OUTLOOK),
        ("smtp-mail.outlook.com", f"2.0.0 OK {OUTLOOK} [Hostname=AM0PR02MB4563]", OUTLOOK),
        ("smtp.office365.com", "2.0.0 Ok <ana@hotel.test> saved", None),
        ("mx.hotel.test", f"2.0.0 OK {OUTLOOK} [Hostname=x]", None),
        ("mx.hotel.test", f"Ok {SES}", None),
        ("notoffice365.com", f"2.0.0 OK {OUTLOOK} [Hostname=x]", None),
        ("", "", None),
    ],
)
def test_what_an_answer_names(host: str, answer: str, given: str | None) -> None:
    assert given_id(host, answer) == given


@pytest.mark.green
def test_the_id_that_a_provider_gives_is_told_before_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def accept(*_: Any, **__: Any) -> Accepted:
        return Accepted(f"Ok {SES}")

    monkeypatch.setattr(SmtpPool, "send", accept)
    ours = uuid4()
    settings = Settings(zone="UTC", language="en", currency="EUR", branding=Branding(name="Mar"))
    organisation = Organisation(id=ours, name="Mar", settings=settings, version=1)
    owner = Context(role=Role.OWNER, organisation=ours, user=uuid4())
    server = Server(host="email-smtp.eu-west-1.amazonaws.com", port=465, security=Security.TLS)
    recipient = EmailRecipient(
        delivery_id=uuid4(), role=RecipientRole.TO, mailbox=Mailbox(address="ana@hotel.test")
    )
    with hosted(EmailGatewayService, settings={"FAIRLEAD_EMAIL_TEST_DOMAINS": "yes"}) as world:
        world.publish(OrganisationChanged(organisation=organisation), organisation=ours)
        world.client(EmailGateway, owner).create_connection(
            details=ConnectionDetails(
                label="Desk", address="desk@agency.test", kind=ConnectionKind.PASSWORD, smtp=server
            )
        )
        world.publish(
            EmailQueued(
                message_id=uuid4(),
                connection_id=None,
                conversation_id=uuid4(),
                queued_at=dt.datetime.now(dt.UTC),
                recipients=[recipient],
                subject="Hello",
                html="<p>Hello</p>",
                text="Hello",
            ),
            organisation=ours,
        )
        world.wait_for(lambda: len(world.events(DeliveryUpdated)) == 2)
        given, made = world.events(DeliveryUpdated)
        assert given.provider_id == f"<{SES}@eu-west-1.amazonses.com>"
        assert (made.provider_id or "").endswith("@agency.test>")
        assert given.status is made.status
        with world.database("email_gateway").reading(ours) as session:
            for name in (given.provider_id, made.provider_id):
                [row] = outgoing.by_mail_ids(session, ["<x@x>", name or ""])
                assert row.id == recipient.delivery_id
