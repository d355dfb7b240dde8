"""Mails on their way out when the gateway is stopped or dies: who goes on, and what is known."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import eventlet
import pytest
import sqlalchemy as sa

from contracts.accounts import Branding, Organisation, OrganisationChanged, Settings
from contracts.channels import (
    ConnectionChanged,
    ConnectionState,
    DeliveryStatus,
    DeliveryUpdated,
    EmailQueued,
    EmailRecipient,
    Mailbox,
    RecipientRole,
)
from contracts.common import FileRef
from contracts.email_gateway import (
    ConnectionDetails,
    ConnectionKind,
    EmailGateway,
    Security,
    Server,
)
from email_gateway import sealing, sender
from email_gateway.domain import fate
from email_gateway.domain.delivery import Accepted, Outcome, Uncertain
from email_gateway.service import EmailGatewayService
from email_gateway.smtp import SmtpPool
from email_gateway.store import outgoing
from email_gateway.store.tables import DispatchRow
from fairlead.context import Context, Role
from fairlead.errors import Unavailable
from fairlead.secrets import Undecryptable, new_key
from fairlead.store import EVERYWHERE, Database, new_id
from fairlead.store.lease import Lease
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted

pytestmark = pytest.mark.green

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
KEY = new_key()
PEOPLE = [f"guest{number}@guest.test" for number in range(4)]


class Post:
    """The mail server, as far as a pool tells of it; each mail waits until the door is open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.door = eventlet.Event()
        self.taken: Counter[str] = Counter()
        self.inside: list[str] = []
        self.most = 0
        self.closed = 0
        self.says: Outcome = Accepted("250 taken")
        monkeypatch.setattr(SmtpPool, "send", self._send)
        monkeypatch.setattr(SmtpPool, "close", self._close)

    def _send(self, sender: str, recipient: str, data: bytes, **options: Any) -> Outcome:
        self.inside.append(recipient)
        self.most = max(self.most, len(self.inside))
        self.door.wait()
        self.inside.remove(recipient)
        self.taken[recipient] += 1
        return self.says

    def _close(self) -> None:
        self.closed += 1


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(monkeypatch)


@contextmanager
def gateway(home: Home, senders: int) -> Iterator[World]:
    settings = {
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_EMAIL_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_EMAIL_SENDERS": str(senders),
        "FAIRLEAD_SECRET_KEYS": KEY,
    }
    with hosted(EmailGatewayService, settings=settings, **home) as world:
        yield world


def configure(world: World) -> None:
    world.publish(OrganisationChanged(organisation=ORGANISATION), organisation=ORGANISATION.id)
    server = Server(host="127.0.0.1", port=1, security=Security.TLS, username=OURS, password="x")
    details = ConnectionDetails(
        label="Operations", address=OURS, kind=ConnectionKind.PASSWORD, smtp=server, imap=server
    )
    world.client(EmailGateway, OWNER).create_connection(details=details)


def queue(world: World, people: list[str], **more: Any) -> None:
    """One message to all of them, so that one claim takes all its copies."""
    recipients = [
        EmailRecipient(
            delivery_id=new_id(), role=RecipientRole.TO, mailbox=Mailbox(address=address)
        )
        for address in people
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
        **more,
    )
    world.publish(message, organisation=ORGANISATION.id)


def told(world: World, status: DeliveryStatus) -> list[str]:
    return [each.address for each in world.events(DeliveryUpdated) if each.status is status]


def rows(home: Home, model: Any) -> list[Any]:
    database = Database(home["database_urls"]["email_gateway"], name="test")
    with database.reading(EVERYWHERE) as session:
        found = list(session.scalars(sa.select(model)))
    database.close()
    return found


@pytest.mark.parametrize("senders", [1, 3])
def test_as_many_mails_are_sent_at_a_time_as_the_settings_say(
    home: Home, post: Post, senders: int
) -> None:
    with gateway(home, senders) as world:
        configure(world)
        for _ in range(3):
            queue(world, PEOPLE)
        world.wait_for(lambda: len(post.inside) == senders)
        eventlet.sleep(0.4)  # longer than a sender looks for more
        post.door.send()
        world.wait_for(lambda: post.taken.total() == 12)
        assert post.most == senders


def test_only_what_was_on_the_line_when_the_gateway_died_is_uncertain(
    home: Home, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "LEASE", dt.timedelta(seconds=0.5))
    with gateway(home, 1) as world:
        configure(world)
        queue(world, PEOPLE)
        world.wait_for(lambda: post.inside)
        [first] = post.inside
        world.crash()
    monkeypatch.setattr(outgoing, "LEASE", dt.timedelta(seconds=45))
    post.door.send()
    with gateway(home, 1) as world:
        world.wait_for(lambda: set(told(world, DeliveryStatus.SENT)) == set(PEOPLE))
        assert told(world, DeliveryStatus.UNCERTAIN) == [first]
    assert post.taken == dict.fromkeys(PEOPLE, 1)


def test_who_stood_still_for_too_long_sends_nothing_that_another_has(
    home: Home, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would know that it came twice: what was not begun is not uncertain."""
    with gateway(home, 2) as world:
        configure(world)
        monkeypatch.setattr(outgoing, "LEASE", dt.timedelta(seconds=0.5))
        queue(world, PEOPLE)
        world.wait_for(lambda: len(post.inside) == 2)  # the second when the first's lease is over
        first, same = post.inside
        assert first == same
        monkeypatch.setattr(outgoing, "LEASE", dt.timedelta(seconds=45))
        post.door.send()
        world.wait_for(lambda: set(told(world, DeliveryStatus.SENT)) == set(PEOPLE))
        eventlet.sleep(0.4)
        assert told(world, DeliveryStatus.UNCERTAIN) == [first]
    assert post.taken == {address: 1 + (address == first) for address in PEOPLE}


def test_a_gateway_that_stops_lets_another_go_on_at_once(home: Home, post: Post) -> None:
    with gateway(home, 1) as world:
        configure(world)
        world.wait_for(lambda: rows(home, Lease))
        queue(world, PEOPLE)
        world.wait_for(lambda: post.inside)
        [on_the_line] = post.inside
        [sending] = [
            each
            for container in world.process._containers
            for each in container.entrypoints
            if each.method_name == "send"
        ]
        stopping = eventlet.spawn(world.stop)
        world.wait_for(lambda: sending._stopping)
        post.door.send()
        stopping.wait()
    left = {row.address: row for row in rows(home, DispatchRow) if row.done_at is None}
    assert set(left) == set(PEOPLE) - {on_the_line}
    assert {(row.lease_until, row.owner, row.attempts) for row in left.values()} == {
        (None, None, 0)
    }
    assert rows(home, Lease) == []
    assert post.closed == 1
    with gateway(home, 1) as world:
        world.wait_for(lambda: post.taken == dict.fromkeys(PEOPLE, 1), seconds=5)
        assert told(world, DeliveryStatus.UNCERTAIN) == []


def test_a_server_that_takes_every_mail_and_never_says_so_gets_it_a_few_times_only(
    home: Home, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fate, "DOUBTFUL_WAITS", (0.05, 0.1))
    post.says = Uncertain("the server closed the connection")
    post.door.send()
    with gateway(home, 1) as world:
        configure(world)
        queue(world, PEOPLE[:1])
        [row] = world.wait_for(lambda: [r for r in rows(home, DispatchRow) if r.done_at])
        assert post.taken == {PEOPLE[0]: 3}
        assert (row.status, row.doubts) == ("uncertain", 3)
        world.wait_for(lambda: told(world, DeliveryStatus.UNCERTAIN) == PEOPLE[:1] * 3)
        reasons = [str(each.reason) for each in world.events(DeliveryUpdated)]
        assert reasons[0].endswith("sent again twice at most")
        assert reasons[-1].endswith("not sent again by itself")


def let_leases_run_out(home: Home) -> None:
    database = Database(home["database_urls"]["email_gateway"], name="test")
    with database.transaction(EVERYWHERE) as session:
        leased = sa.update(DispatchRow).where(DispatchRow.lease_until.is_not(None))
        before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        session.execute(leased.values(lease_until=before))
    database.close()


def test_a_mail_that_ends_its_process_is_not_begun_for_ever(home: Home, post: Post) -> None:
    for death in range(3):
        with gateway(home, 1) as world:
            if not death:
                configure(world)
                queue(world, PEOPLE[:1])
            world.wait_for(lambda: post.inside)
            world.crash()
        post.inside.clear()
        let_leases_run_out(home)
    with gateway(home, 1) as world:
        [row] = world.wait_for(lambda: [r for r in rows(home, DispatchRow) if r.done_at])
        assert (row.status, row.doubts, row.attempts) == ("uncertain", 3, 4)
        assert post.inside == []


def test_a_mail_waits_for_its_files_while_their_store_is_away(
    home: Home, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "FILES_AWAY_SECONDS", 0.05)
    post.door.send()
    with gateway(home, 1) as world:
        configure(world)
        stored = world.runtime.files.put(ORGANISATION.id, b"%PDF-1.7")
        file = FileRef(key=stored.key, name="a.pdf", content_type="application/pdf", size=8)
        read = world.runtime.files.read
        away = [True]

        def reading(*arguments: Any) -> bytes:
            if away:
                raise Unavailable("files.unavailable", "The file store is away")
            return read(*arguments)

        monkeypatch.setattr(world.runtime.files, "read", reading)
        queue(world, PEOPLE[:1], attachments=[file])
        world.wait_for(lambda: [r for r in rows(home, DispatchRow) if r.attempts > 1])
        away.clear()
        world.wait_for(lambda: told(world, DeliveryStatus.SENT) == PEOPLE[:1])
        assert told(world, DeliveryStatus.FAILED) == []


def test_settings_that_cannot_be_used_make_no_mail_uncertain(
    home: Home, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(*_: object) -> Any:
        raise Undecryptable()

    monkeypatch.setattr(sealing, "opened", spoilt)
    with gateway(home, 1) as world:
        configure(world)
        queue(world, PEOPLE[:1])
        world.wait_for(
            lambda: [
                each for each in world.events(ConnectionChanged)
                if each.state is ConnectionState.FAILING
            ]
        )  # fmt: skip
        [row] = world.wait_for(lambda: [r for r in rows(home, DispatchRow) if r.last_error])
        assert (row.doubts, row.done_at) == (0, None)
    assert post.inside == []
