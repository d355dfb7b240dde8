"""Mailboxes of the big hosts: a refresh token becomes access tokens, by which they are used.

The token endpoint is a stand-in over HTTP; Postfix and Dovecot check the tokens that it gives.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import smtplib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
import sqlalchemy as sa

from contracts.accounts import Branding, Organisation, OrganisationChanged, Settings
from contracts.channels import (
    ConnectionState,
    DeliveryStatus,
    DeliveryUpdated,
    EmailQueued,
    EmailRecipient,
    Mailbox,
    MessageReceived,
    RecipientRole,
)
from contracts.email_gateway import (
    Connection,
    ConnectionDetails,
    ConnectionKind,
    EmailGateway,
    Security,
    Server,
)
from email_gateway import sealing
from email_gateway.service import EmailGatewayService
from email_gateway.store.tables import ConnectionRow
from fairlead.context import Context, Role
from fairlead.errors import Invalid
from fairlead.store import EVERYWHERE, new_id
from fairlead.testing.services import World, hosted
from scripts.servers.mail import MailServer

pytestmark = [
    pytest.mark.green,
    pytest.mark.servers,
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix runs only as root"),
]

ORGANISATION = Organisation(
    id=uuid4(),
    name="Agency",
    settings=Settings(
        zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Agency")
    ),
    version=1,
)
OWNER = Context(role=Role.OWNER, organisation=ORGANISATION.id, user=uuid4())


class TokenEndpoint:
    """Gives what `answer` says to each request; keeps the forms that were sent."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: tuple[int, dict[str, Any]] = (500, {})
        endpoint = self

        class Asked(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                endpoint.asked.append({name: each[0] for name, each in parse_qs(body).items()})
                status, said = endpoint.answer
                content = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    endpoint = TokenEndpoint()
    yield endpoint
    endpoint.close()


@pytest.fixture
def world(mail: MailServer, endpoint: TokenEndpoint) -> Iterator[World]:
    settings = {
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_EMAIL_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_EMAIL_CA_FILE": str(mail.certificate),
        "FAIRLEAD_PUBLIC_URL": "http://127.0.0.1:1",
        "FAIRLEAD_EMAIL_MICROSOFT_CLIENT_ID": "our-client",
        "FAIRLEAD_EMAIL_MICROSOFT_CLIENT_SECRET": "our-secret",
        "FAIRLEAD_EMAIL_MICROSOFT_TOKEN_URL": endpoint.url,
    }
    with hosted(EmailGatewayService, settings=settings) as world:
        world.publish(OrganisationChanged(organisation=ORGANISATION), organisation=ORGANISATION.id)
        yield world


def details(mail: MailServer, address: str, **changes: Any) -> ConnectionDetails:
    def server(port: int) -> Server:
        return Server(host="127.0.0.1", port=port, security=Security.TLS, username=address)

    values: dict[str, Any] = {
        "label": "Office",
        "address": address,
        "kind": ConnectionKind.MICROSOFT,
        "smtp": server(mail.smtps_port),
        "imap": server(mail.imaps_port),
        "oauth_refresh_token": "refresh-1",
    }
    return ConnectionDetails(**(values | changes))


def send(world: World, address: str) -> None:
    recipient = EmailRecipient(
        delivery_id=new_id(), role=RecipientRole.TO, mailbox=Mailbox(address=address)
    )
    message = EmailQueued(
        message_id=new_id(),
        connection_id=None,
        conversation_id=new_id(),
        queued_at=dt.datetime.now(dt.UTC),
        recipients=[recipient],
        subject="Hello",
        html="<p>Hello</p>",
        text="Hello",
    )
    world.publish(message, organisation=ORGANISATION.id)


def refresh_token(world: World) -> str | None:
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        row = session.scalars(sa.select(ConnectionRow)).one()
    return sealing.opened(world.runtime.vault, row).oauth_refresh_token


def test_mail_goes_out_and_comes_in_with_one_access_token(
    mail: MailServer, endpoint: TokenEndpoint, world: World
) -> None:
    ours = f"{uuid4().hex}@agency.test"
    token = mail.dovecot.access_token(ours)
    endpoint.answer = (
        200,
        {"access_token": token, "expires_in": 3600, "refresh_token": "refresh-2"},
    )
    client = world.client(EmailGateway, OWNER)
    made: Connection = client.create_connection(details=details(mail, ours))
    assert "refresh-1" not in repr(made)

    def state() -> ConnectionState:
        found: Connection = client.get_connection(id=made.id)
        return found.state

    world.wait_for(lambda: state() is ConnectionState.OPEN, seconds=20)
    guest = f"{uuid4().hex}@guest.test"
    send(world, guest)
    world.wait_for(lambda: mail.mails(guest), seconds=20)
    with smtplib.SMTP("127.0.0.1", mail.smtp_port, "tests") as smtp:
        smtp.sendmail("a@guest.test", [ours], b"Subject: An answer\r\n\r\nHello\r\n")
    world.wait_for(
        lambda: "An answer" in [each.subject for each in world.events(MessageReceived)],
        seconds=20,
    )
    assert endpoint.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "refresh-1",
            "client_id": "our-client",
            "client_secret": "our-secret",
        }
    ]
    assert refresh_token(world) == "refresh-2"
    steps = client.try_connection(id=made.id)
    assert all(step.ok for step in steps), steps


def test_a_refused_grant_says_so_at_the_connection(
    mail: MailServer, endpoint: TokenEndpoint, world: World
) -> None:
    endpoint.answer = (
        400,
        {"error": "invalid_grant", "error_description": "AADSTS700082: expired"},
    )
    ours = f"{uuid4().hex}@agency.test"
    client = world.client(EmailGateway, OWNER)
    made: Connection = client.create_connection(details=details(mail, ours))

    def shown() -> Connection:
        found: Connection = client.get_connection(id=made.id)
        return found

    world.wait_for(lambda: shown().state is ConnectionState.FAILING, seconds=20)
    wanted = "Microsoft no longer accepts this sign-in; connect it anew: AADSTS700082: expired"
    assert wanted in str(shown().reason)
    failed = [step for step in client.try_connection(id=made.id) if not step.ok]
    assert [(step.name, step.answer) for step in failed] == [
        ("smtp auth", wanted),
        ("imap login", wanted),
    ]
    assert len(endpoint.asked) == 1  # for a while it is not asked again
    endpoint.answer = (200, {"access_token": mail.dovecot.access_token(ours)})
    again = details(mail, ours, oauth_refresh_token="refresh-9")
    client.update_connection(id=made.id, version=shown().version, details=again)
    world.wait_for(lambda: shown().state is ConnectionState.OPEN, seconds=20)
    assert endpoint.asked[-1]["refresh_token"] == "refresh-9"


def test_a_token_that_the_server_does_not_take_is_asked_for_anew(
    mail: MailServer, endpoint: TokenEndpoint, world: World
) -> None:
    ours = f"{uuid4().hex}@agency.test"
    endpoint.answer = (200, {"access_token": "revoked.early.token", "expires_in": 3600})
    client = world.client(EmailGateway, OWNER)
    made: Connection = client.create_connection(details=details(mail, ours, imap=None))
    send(world, f"{uuid4().hex}@guest.test")
    world.wait_for(
        lambda: client.get_connection(id=made.id).state is ConnectionState.FAILING, seconds=20
    )
    endpoint.answer = (200, {"access_token": mail.dovecot.access_token(ours)})
    send(world, f"{uuid4().hex}@guest.test")
    world.wait_for(
        lambda: DeliveryStatus.SENT in {each.status for each in world.events(DeliveryUpdated)},
        seconds=20,
    )
    assert client.get_connection(id=made.id).state is ConnectionState.OPEN


def test_a_kind_that_is_not_set_up_here_is_refused(mail: MailServer, world: World) -> None:
    client = world.client(EmailGateway, OWNER)
    asked = details(mail, "ours@agency.test", kind=ConnectionKind.GOOGLE)
    with pytest.raises(Invalid) as raised:
        client.create_connection(details=asked)
    [error] = raised.value.details["errors"]
    assert error["field"] == "kind"
    assert "not registered at Google" in error["reason"]
    lacking = details(mail, "ours@agency.test", oauth_refresh_token=None)
    with pytest.raises(Invalid) as raised:
        client.create_connection(details=lacking)
    assert [each["field"] for each in raised.value.details["errors"]] == ["oauth_refresh_token"]
