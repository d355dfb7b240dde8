"""Connections as a person keeps them, what the audit log says of it, and what leaves by them."""

from __future__ import annotations

import datetime as dt
import email
from collections.abc import Iterator
from email.message import Message
from typing import Any
from uuid import UUID, uuid4

import dkim
import msgspec
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
from contracts.email_gateway import (
    Connection,
    ConnectionDetails,
    ConnectionKind,
    Dkim,
    EmailGateway,
    Security,
    Server,
)
from contracts.notifications import NotificationKind, NotificationRaised
from email_gateway import sealing
from email_gateway.domain.credentials import Secrets
from email_gateway.domain.delivery import Accepted, Outcome, Phase, Unreachable
from email_gateway.domain.signing import DkimSigner, generate_key
from email_gateway.reachability import Way, set_reached
from email_gateway.service import EmailGatewayService
from email_gateway.smtp import SmtpPool
from email_gateway.store.tables import ConnectionRow, DispatchRow
from fairlead.context import Context, Role
from fairlead.errors import Invalid, NotFound, Stale
from fairlead.recorded import AuditRecorded
from fairlead.store import EVERYWHERE, new_id
from fairlead.testing.services import World, hosted

pytestmark = pytest.mark.green

OURS = uuid4()
OWNER = Context(role=Role.OWNER, organisation=OURS, user=uuid4(), user_name="Ana Silva")
ADDRESS = "operations@agency.test"
SECRETS = ("smtp-secret", "imap-secret", "PRIVATE KEY", "new-secret")
KEY = generate_key("ed25519")


class Post:
    """The mail server, as far as a pool tells of it; `says` answers each mail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken: dict[str, bytes] = {}
        self.senders: set[str] = set()
        self.says: Outcome = Accepted("250 taken")
        monkeypatch.setattr(SmtpPool, "send", self._send)

    def _send(self, sender: str, recipient: str, data: bytes, **options: Any) -> Outcome:
        if isinstance(self.says, Accepted):
            assert recipient not in self.taken
            self.taken[recipient] = data
            self.senders.add(sender)
        return self.says

    def letters(self) -> dict[str, Message]:
        return {name: email.message_from_bytes(data) for name, data in self.taken.items()}


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(monkeypatch)


@pytest.fixture
def world(post: Post) -> Iterator[World]:
    settings = Settings(
        zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Mar e Terra")
    )
    organisation = Organisation(id=OURS, name="Mar", settings=settings, version=1)
    environment = {
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_EMAIL_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_PUBLIC_URL": "https://hub.example",
        "FAIRLEAD_SANDBOX": "yes",
    }
    with hosted(EmailGatewayService, settings=environment) as world:
        world.publish(OrganisationChanged(organisation=organisation), organisation=OURS)
        yield world


def server(password: str | None, port: int = 1) -> Server:
    return Server(
        host="127.0.0.1", port=port, security=Security.TLS, username=ADDRESS, password=password
    )


def details(**changes: Any) -> ConnectionDetails:
    values: dict[str, Any] = {
        "label": "Operations",
        "address": ADDRESS,
        "kind": ConnectionKind.PASSWORD,
        "smtp": server("smtp-secret"),
        "imap": None,
    }
    return ConnectionDetails(**(values | changes))


def client(world: World) -> Any:
    return world.client(EmailGateway, OWNER)


def secrets(world: World, id: UUID) -> Secrets:
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        row = session.scalars(sa.select(ConnectionRow).where(ConnectionRow.id == id)).one()
    return sealing.opened(world.runtime.vault, row)


def send(world: World, *people: tuple[str, RecipientRole], **changes: Any) -> EmailQueued:
    message = EmailQueued(
        message_id=new_id(),
        connection_id=changes.pop("connection_id", None),
        conversation_id=new_id(),
        queued_at=dt.datetime.now(dt.UTC),
        recipients=[
            EmailRecipient(
                delivery_id=new_id(), role=role, mailbox=Mailbox(address=address, name="Somebody")
            )
            for address, role in people
        ],
        subject="Hello",
        html='<p>Hello <a href="https://hotel.example/a">there</a></p>',
        text="Hello there",
        **changes,
    )
    world.publish(message, organisation=OURS)
    return message


# -- keeping them ---------------------------------------------------------------------------------


def test_secrets_that_are_absent_stay(world: World) -> None:
    made: Connection = client(world).create_connection(
        details=details(
            imap=server("imap-secret"),
            dkim=Dkim(selector="s1", domain="agency.test", private_key=KEY),
        )
    )
    shown = client(world).get_connection(id=made.id)
    assert msgspec.to_builtins(shown)["details"]["smtp"]["password"] is None
    assert not any(secret in repr(shown) for secret in SECRETS)
    bare = msgspec.structs.replace(shown.details, label="Office")
    changed: Connection = client(world).update_connection(
        id=made.id, version=made.version, details=bare
    )
    assert changed.details.label == "Office"
    assert secrets(world, made.id) == Secrets(
        smtp_password="smtp-secret", imap_password="imap-secret", dkim_key=KEY
    )
    other = msgspec.structs.replace(bare, smtp=server("new-secret"))
    client(world).update_connection(id=made.id, version=changed.version, details=other)
    kept = secrets(world, made.id)
    assert (kept.smtp_password, kept.imap_password) == ("new-secret", "imap-secret")


def test_who_changes_an_old_version_is_told(world: World) -> None:
    made: Connection = client(world).create_connection(details=details())
    client(world).update_connection(
        id=made.id, version=made.version, details=details(label="First")
    )
    with pytest.raises(Stale) as raised:
        client(world).update_connection(
            id=made.id, version=made.version, details=details(label="Second")
        )
    assert raised.value.code == "email_gateway.connection_changed"
    assert client(world).get_connection(id=made.id).details.label == "First"


def test_a_connection_that_lacks_something_is_not_made(world: World) -> None:
    with pytest.raises(Invalid) as raised:
        client(world).create_connection(
            details=details(
                smtp=server(None),
                imap=server(None),
                dkim=Dkim(selector="s1", domain="agency.test"),
            )
        )
    assert {each["field"] for each in raised.value.details["errors"]} == {
        "smtp.password",
        "imap.password",
        "dkim.private_key",
    }
    assert client(world).list_connections() == []
    assert world.events(AuditRecorded) == []


def test_a_removed_connection_sends_nothing_any_more(world: World, post: Post) -> None:
    post.says = Unreachable(Phase.CONNECT, "refused")
    made: Connection = client(world).create_connection(details=details())
    send(world, ("a@guest.test", RecipientRole.TO), connection_id=made.id)
    world.wait_for(lambda: client(world).get_connection(id=made.id).reason == "refused")
    client(world).remove_connection(id=made.id)
    post.says = Accepted("250 taken")
    with world.database("email_gateway").transaction(EVERYWHERE) as session:
        session.execute(sa.update(DispatchRow).values(due_at=dt.datetime.now(dt.UTC)))
    told = world.wait_for(lambda: world.events(DeliveryUpdated))
    [failed] = told
    assert failed.status is DeliveryStatus.FAILED
    assert "No email connection" in str(failed.reason)
    assert not failed.permanent
    assert post.taken == {}
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        row = session.scalars(sa.select(ConnectionRow)).one()
    assert (row.removed, row.secrets, row.state) == (True, None, "off")
    with pytest.raises(NotFound):
        client(world).get_connection(id=made.id)
    assert world.events(ConnectionChanged)[-1].removed


def test_the_audit_log_says_who_changed_what_and_no_secret(world: World) -> None:
    made: Connection = client(world).create_connection(
        details=details(dkim=Dkim(selector="s1", domain="agency.test", private_key=KEY))
    )
    shown = msgspec.structs.replace(client(world).get_connection(id=made.id).details, label="Desk")
    changed: Connection = client(world).update_connection(
        id=made.id, version=made.version, details=shown
    )
    again: Connection = client(world).update_connection(
        id=made.id, version=changed.version, details=shown
    )  # nothing is different
    other = msgspec.structs.replace(shown, smtp=server("new-secret"))
    client(world).update_connection(id=made.id, version=again.version, details=other)
    client(world).remove_connection(id=made.id)
    world.wait_for(lambda: len(world.events(AuditRecorded)) == 4)
    said = sorted(world.events(AuditRecorded), key=lambda each: each.at)  # they come in any order
    assert [each.action for each in said] == [
        "connection.created",
        "connection.changed",
        "connection.changed",
        "connection.removed",
    ]
    assert {(each.entity, each.entity_id, each.label) for each in said} == {
        ("connection", made.id, ADDRESS)
    }
    assert {(each.user, each.user_name) for each in said} == {(OWNER.user, "Ana Silva")}
    assert (said[1].before, said[1].after) == (
        {"details.label": "Operations"},
        {"details.label": "Desk"},
    )
    assert (said[2].before, said[2].after) == ({}, {"secrets": "(hidden)"})
    written = msgspec.json.encode(said).decode()
    assert not any(secret in written for secret in SECRETS)


# -- whether they work ----------------------------------------------------------------------------


def reach(world: World, id: UUID, way: Way, reason: str | None, at: dt.datetime) -> None:
    with world.database("email_gateway").transaction(OURS) as session:
        set_reached(session, id, way, reason, at)


def test_an_outage_is_told_once_to_those_who_can_mend_it(world: World) -> None:
    made: Connection = client(world).create_connection(details=details())
    noon = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
    minute = dt.timedelta(minutes=1)

    def shown() -> tuple[ConnectionState, str | None]:
        found: Connection = client(world).get_connection(id=made.id)
        return found.state, found.reason

    reach(world, made.id, Way.IN, None, noon)
    assert shown() == (ConnectionState.OPEN, None)
    reach(world, made.id, Way.OUT, "535 no", noon + minute)
    reach(world, made.id, Way.IN, None, noon + 2 * minute)  # it says nothing of the other way
    assert shown() == (ConnectionState.FAILING, "535 no")
    reach(world, made.id, Way.IN, "timed out", noon + 3 * minute)
    reach(world, made.id, Way.OUT, "535 not now", noon + 4 * minute)
    assert shown() == (ConnectionState.FAILING, "535 not now; timed out")
    reach(world, made.id, Way.OUT, None, noon + 5 * minute)
    assert shown() == (ConnectionState.FAILING, "timed out")
    reach(world, made.id, Way.IN, None, noon + 6 * minute)
    assert shown() == (ConnectionState.OPEN, None)
    [told] = world.wait_for(lambda: world.events(NotificationRaised))
    assert told.kind is NotificationKind.CONNECTION_FAILING
    assert told.to.roles == [Role.OWNER, Role.ADMIN]
    assert (told.title, told.text) == (f"Mail cannot be sent as {ADDRESS}", "535 no")
    reach(world, made.id, Way.IN, "gone", noon + 7 * minute)
    reach(world, made.id, Way.IN, None, noon + 8 * minute)
    reach(world, made.id, Way.IN, "gone", noon + 90 * minute)
    raised = world.wait_for(lambda: len(found := world.events(NotificationRaised)) == 3 and found)
    assert isinstance(raised, list)
    keys = [each.dedupe_key for each in raised]
    assert keys[0] == keys[1] != keys[2]  # one that comes and goes is told of once an hour


def test_a_failing_connection_that_is_changed_is_looked_at_anew(world: World) -> None:
    made: Connection = client(world).create_connection(details=details())
    reach(world, made.id, Way.OUT, "535 no", dt.datetime.now(dt.UTC))
    changed: Connection = client(world).update_connection(
        id=made.id, version=made.version, details=details(smtp=server("new-secret"))
    )
    assert (changed.state, changed.reason) == (ConnectionState.CONNECTING, None)


# -- what leaves by them --------------------------------------------------------------------------


def test_each_recipient_gets_a_copy_and_nobody_learns_of_the_hidden_ones(
    world: World, post: Post
) -> None:
    client(world).create_connection(details=details())
    send(
        world,
        ("to@guest.test", RecipientRole.TO),
        ("cc@guest.test", RecipientRole.CC),
        ("hidden@guest.test", RecipientRole.BCC),
    )
    world.wait_for(lambda: len(post.taken) == 3)
    letters = post.letters()
    assert set(letters) == {"to@guest.test", "cc@guest.test", "hidden@guest.test"}
    for letter in letters.values():
        assert letter["To"] == "Somebody <to@guest.test>"
        assert letter["Cc"] == "Somebody <cc@guest.test>"
        assert letter["Bcc"] is None
    assert not any(b"hidden@" in data for data in post.taken.values())
    assert len({letter["Message-ID"] for letter in letters.values()}) == 1
    assert len({letter["Reply-To"] for letter in letters.values()}) == 1
    assert len(post.senders) == 3  # a bounce names whose it is
    pages = {str(_page(letter)) for letter in letters.values()}
    assert len(pages) == 3  # each with links of its own
    for page in pages:
        assert "https://hotel.example/a" not in page
        assert page.count("https://hub.example/t/c/") == 2  # one of them is the trap
        assert page.count("https://hub.example/t/o/") == 1


def test_a_mail_to_hidden_recipients_alone_names_only_its_own(world: World, post: Post) -> None:
    client(world).create_connection(details=details())
    people = ("one@guest.test", "two@guest.test")
    send(world, *((each, RecipientRole.BCC) for each in people))
    world.wait_for(lambda: len(post.taken) == 2)
    for each, data in post.taken.items():
        (other,) = set(people) - {each}
        assert other.encode() not in data


def test_a_mail_is_signed_with_the_connections_key(world: World, post: Post) -> None:
    signed_by = generate_key("rsa")
    client(world).create_connection(
        details=details(dkim=Dkim(selector="s1", domain="agency.test", private_key=signed_by))
    )
    send(world, ("to@guest.test", RecipientRole.TO), bulk=True)
    world.wait_for(lambda: post.taken)
    [data] = post.taken.values()
    record = DkimSigner("agency.test", "s1", signed_by).dns_record
    published = {f"{record.name}.": record.value.encode()}
    assert dkim.verify(data, dnsfunc=lambda name, timeout=5: published.get(name.decode()))
    covered = post.letters()["to@guest.test"]["DKIM-Signature"]
    assert "list-unsubscribe-post" in covered
    spoilt = data.replace(b"Subject: Hello", b"Subject: Hallo")
    assert not dkim.verify(spoilt, dnsfunc=lambda name, timeout=5: published.get(name.decode()))


def _page(letter: Message) -> str:
    for part in letter.walk():
        if part.get_content_type() == "text/html":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content.decode()
    raise AssertionError("no HTML")
