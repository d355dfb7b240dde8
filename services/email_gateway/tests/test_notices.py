"""Notices to employees: they leave once, in the letterhead, and on no timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from contracts.accounts import Branding, Organisation, OrganisationChanged, Settings
from contracts.channels import DeliveryUpdated, Mailbox, NoticeQueued
from contracts.email_gateway import ConnectionDetails, ConnectionKind, EmailGateway
from email_gateway.service import EmailGatewayService
from email_gateway.store.tables import DispatchRow, LetterRow, SandboxMailRow
from fairlead.context import Context, Role
from fairlead.store import EVERYWHERE
from fairlead.testing.services import World, hosted

pytestmark = pytest.mark.green

OURS = uuid4()
OWNER = Context(role=Role.OWNER, organisation=OURS, user=uuid4())
ANA = "ana@agency.test"


@pytest.fixture
def world() -> Iterator[World]:
    settings = Settings(
        zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Mar e Terra")
    )
    organisation = Organisation(id=OURS, name="Mar", settings=settings, version=1)
    environment = {"FAIRLEAD_EMAIL_TEST_DOMAINS": "yes", "FAIRLEAD_SANDBOX": "yes"}
    with hosted(EmailGatewayService, settings=environment) as world:
        world.publish(OrganisationChanged(organisation=organisation), organisation=OURS)
        yield world


def connect(world: World) -> None:
    details = ConnectionDetails(
        label="Desk", address="desk@agency.test", kind=ConnectionKind.SANDBOX
    )
    world.client(EmailGateway, OWNER).create_connection(details=details)


def notice(subject: str = "Your invitation") -> NoticeQueued:
    return NoticeQueued(
        notice_id=uuid4(),
        to=Mailbox(address=ANA, name="Ana"),
        subject=subject,
        html='<p>Welcome. <a href="https://hub.test/x#t">Begin</a></p>',
        text="Welcome. Begin: https://hub.test/x#t",
        queued_at=dt.datetime.now(dt.UTC),
    )


def mails(world: World) -> list[Any]:
    return list(world.client(EmailGateway, OWNER).sandbox_mails(address=ANA))


def raw(world: World, id: UUID) -> str:
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        key = session.scalars(sa.select(SandboxMailRow.key).where(SandboxMailRow.id == id)).one()
    return world.runtime.files.read(OURS, key).decode("ascii")


def test_a_notice_leaves_once_and_tells_the_inbox_nothing(world: World) -> None:
    connect(world)
    said, event = notice(), uuid4()
    world.publish(said, organisation=OURS, id=event)
    [mail] = world.wait_for(lambda: mails(world))
    world.publish(said, organisation=OURS, id=event)
    second = notice("Another")
    world.publish(second, organisation=OURS)
    world.wait_for(lambda: len(mails(world)) == 2)
    assert {each.subject for each in mails(world)} == {"Your invitation", "Another"}
    assert mail.sender.address == "desk@agency.test"
    assert "Mar e Terra" in (mail.html or "")
    assert "https://hub.test/x#t" in (mail.html or "")  # not by way of a tracked link
    assert "/t/o/" not in (mail.html or "")
    head = raw(world, mail.id).partition("\r\n\r\n")[0]
    assert "\r\nAuto-Submitted: auto-generated\r\n" in head
    assert world.events(DeliveryUpdated) == []
    world.client(EmailGateway, OWNER).sandbox_read(id=mail.id)
    assert world.events(DeliveryUpdated) == []


def test_a_notice_waits_for_the_first_connection(world: World) -> None:
    world.publish(notice(), organisation=OURS)

    def tried() -> DispatchRow | None:
        with world.database("email_gateway").reading(EVERYWHERE) as session:
            return session.scalars(sa.select(DispatchRow).where(DispatchRow.attempts > 0)).first()

    row = world.wait_for(tried)
    assert row is not None
    world.wait_for(lambda: (tried() or row).last_error)
    assert (tried() or row).done_at is None
    connect(world)
    with world.database("email_gateway").transaction(EVERYWHERE) as session:
        session.execute(sa.update(DispatchRow).values(due_at=dt.datetime.now(dt.UTC)))
    assert [each.subject for each in world.wait_for(lambda: mails(world))] == ["Your invitation"]
    with world.database("email_gateway").reading(EVERYWHERE) as session:
        assert session.scalars(sa.select(sa.func.count()).select_from(LetterRow)).one() == 1


def test_a_notice_is_of_one_organisation(world: World) -> None:
    connect(world)
    world.publish(notice(), organisation=uuid4())
    world.publish(notice("Ours"), organisation=OURS)
    assert [each.subject for each in world.wait_for(lambda: mails(world))] == ["Ours"]
