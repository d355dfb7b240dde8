"""Mailboxes of the sandbox that take no mail, and the files in those that do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
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
from contracts.common import FileRef
from contracts.email_gateway import (
    ConnectionDetails,
    ConnectionKind,
    EmailGateway,
    MailboxState,
    SandboxMail,
)
from email_gateway.domain.bounces import ReportKind, read_report
from email_gateway.service import EmailGatewayService
from email_gateway.store.tables import IncomingRow
from fairlead.context import Context, Role
from fairlead.errors import Conflict, NotFound, Unauthenticated
from fairlead.store import EVERYWHERE, new_id
from fairlead.testing.services import World, hosted

pytestmark = pytest.mark.green

OURS, THEIRS = uuid4(), uuid4()
USER = Context(role=Role.USER, organisation=OURS, user=uuid4())
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=uuid4())
ANA = "ana@guest.test"
SWITCHES = {"FAIRLEAD_EMAIL_TEST_DOMAINS": "yes", "FAIRLEAD_SANDBOX": "yes"}


@pytest.fixture
def world() -> Iterator[World]:
    settings = Settings(
        zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Mar e Terra")
    )
    with hosted(EmailGatewayService, settings=SWITCHES) as world:
        for id in (OURS, THEIRS):
            organisation = Organisation(id=id, name="Mar", settings=settings, version=1)
            world.publish(OrganisationChanged(organisation=organisation), organisation=id)
        details = ConnectionDetails(
            label="Desk", address="desk@agency.test", kind=ConnectionKind.SANDBOX
        )
        owner = Context(role=Role.OWNER, organisation=OURS, user=uuid4())
        world.client(EmailGateway, owner).create_connection(details=details)
        yield world


def send(world: World, *files: FileRef, to: str = ANA) -> EmailQueued:
    mailbox = Mailbox(address=to)
    recipient = EmailRecipient(delivery_id=new_id(), role=RecipientRole.TO, mailbox=mailbox)
    message = EmailQueued(
        message_id=new_id(),
        connection_id=None,
        conversation_id=new_id(),
        queued_at=dt.datetime.now(dt.UTC),
        recipients=[recipient],
        subject="Your programme",
        html="<p>See you</p>",
        text="See you",
        attachments=list(files),
    )
    world.publish(message, organisation=OURS)
    return message


def told(world: World, message: EmailQueued, status: DeliveryStatus) -> DeliveryUpdated:
    def found() -> DeliveryUpdated | None:
        all_told = world.events(DeliveryUpdated)
        ours = [each for each in all_told if each.message_id == message.message_id]
        return next((each for each in ours if each.status is status), None)

    update = world.wait_for(found)
    assert update is not None
    return update


def reports(world: World) -> list[ReportKind | None]:
    """What lay in our own mailbox, and was worked off."""
    done = IncomingRow.done_at.is_not(None)
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        keys = list(session.scalars(sa.select(IncomingRow.key).where(done)))
    found = [read_report(world.runtime.files.read(OURS, key)) for key in keys]
    return [each.kind if each else None for each in found]


@pytest.mark.parametrize(
    ("state", "code", "hard", "reason"),
    [
        (MailboxState.GONE, "5.1.1", True, f"The address {ANA} does not exist."),
        (MailboxState.FULL, "5.2.2", False, f"The mailbox of {ANA} is full."),
    ],
)
def test_what_a_mailbox_does_not_take_comes_back_as_a_report(
    world: World, state: MailboxState, code: str, hard: bool, reason: str
) -> None:
    gateway = world.client(EmailGateway, USER)
    mailbox = gateway.put_sandbox_mailbox(address=ANA.title(), state=state)
    assert (mailbox.address, mailbox.state) == (ANA, state)
    failed = told(world, send(world), DeliveryStatus.FAILED)
    assert (failed.code, failed.permanent, failed.reason) == (code, hard, reason)
    world.wait_for(lambda: reports(world) == [ReportKind.FAILED])
    assert world.events(MessageReceived) == []  # it is nobody's letter
    assert gateway.sandbox_mails(address=ANA) == []

    gateway.put_sandbox_mailbox(address=ANA)
    told(world, send(world), DeliveryStatus.DELIVERED)
    [one] = gateway.sandbox_mailboxes()
    assert (one.total, one.state) == (1, MailboxState.OPEN)


def test_a_mailbox_keeps_its_name_and_what_it_has(world: World) -> None:
    gateway = world.client(EmailGateway, USER)
    gateway.sandbox_write(
        sender=Mailbox(address=ANA, name="Ana"), to="desk@agency.test", subject="Hello", text="Hi"
    )
    told(world, send(world), DeliveryStatus.DELIVERED)
    full = gateway.put_sandbox_mailbox(address=ANA, state=MailboxState.FULL)
    assert (full.name, full.total, full.unread) == ("Ana", 1, 1)
    assert gateway.sandbox_mailboxes() == [full]


def filed(world: World) -> tuple[SandboxMail, FileRef]:
    """A mail with a file, as it lies in its mailbox."""
    content = b"%PDF-1.4 the programme"
    stored = world.runtime.files.put(OURS, content)
    file = FileRef(
        key=stored.key, name="plan.pdf", content_type="application/pdf", size=stored.size
    )
    told(world, send(world, file), DeliveryStatus.DELIVERED)
    [mail] = world.client(EmailGateway, USER).sandbox_mails(address=ANA)
    return mail, file


def test_a_file_that_came_is_opened_by_its_place(world: World) -> None:
    mail, file = filed(world)
    gateway = world.client(EmailGateway, USER)
    got = gateway.sandbox_mail_file(id=mail.id, number=0)
    assert (got.name, got.content_type, got.size) == (file.name, file.content_type, file.size)
    assert world.runtime.files.read(OURS, got.key) == b"%PDF-1.4 the programme"
    with pytest.raises(NotFound, match="no such file"):
        gateway.sandbox_mail_file(id=mail.id, number=1)


def test_nobody_reaches_another_organisations_mailboxes(world: World) -> None:
    mail, _ = filed(world)
    theirs = world.client(EmailGateway, STRANGER)
    with pytest.raises(NotFound):
        theirs.sandbox_mail_file(id=mail.id, number=0)
    theirs.put_sandbox_mailbox(address=ANA, state=MailboxState.GONE)
    told(world, send(world), DeliveryStatus.DELIVERED)  # one of the same address, and not ours
    [own] = world.client(EmailGateway, USER).sandbox_mailboxes()
    assert (own.state, own.total) == (MailboxState.OPEN, 2)


def test_who_does_not_work_here_changes_nothing(world: World) -> None:
    nobody = world.client(EmailGateway, Context(role=Role.NOBODY, organisation=OURS))
    with pytest.raises(Unauthenticated):
        nobody.put_sandbox_mailbox(address=ANA, state=MailboxState.GONE)
    with pytest.raises(Unauthenticated):
        nobody.sandbox_mail_file(id=new_id(), number=0)


def test_without_a_sandbox_there_is_no_mailbox() -> None:
    switches = SWITCHES | {"FAIRLEAD_SANDBOX": "no"}
    with hosted(EmailGatewayService, settings=switches) as world:
        gateway = world.client(EmailGateway, USER)
        with pytest.raises(Conflict, match="switched off"):
            gateway.put_sandbox_mailbox(address=ANA)
        with pytest.raises(Conflict, match="switched off"):
            gateway.sandbox_mail_file(id=new_id(), number=0)
