"""Mails that nobody could read, at the admin server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.channels import Mailbox, MessageReceived
from contracts.email_gateway import ConnectionDetails, ConnectionKind, EmailGateway
from email_gateway import receiver
from email_gateway.service import EmailGatewayService
from email_gateway.store import incoming
from email_gateway.understanding import understand
from fairlead import metrics
from fairlead.context import Context, Role
from fairlead.testing.services import World, hosted

pytestmark = pytest.mark.green

OURS = uuid4()
OWNER = Context(role=Role.OWNER, organisation=OURS, user=uuid4())
ASIDE = "/admin/email_gateway/mails/aside"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The gateway with mails in it that break its reader, and one that does not."""

    def read(raw: bytes, *arguments: Any) -> Any:
        if b"unreadable" in raw:
            raise RecursionError("nobody foresaw this")
        return understand(raw, *arguments)

    monkeypatch.setattr(incoming, "LAST_ATTEMPT", 1)
    monkeypatch.setattr(receiver, "understand", read)
    environment = {"FAIRLEAD_EMAIL_TEST_DOMAINS": "yes", "FAIRLEAD_SANDBOX": "yes"}
    with hosted(EmailGatewayService, settings=environment) as world:
        client = world.client(EmailGateway, OWNER)
        client.create_connection(
            details=ConnectionDetails(
                label="Desk", address="desk@agency.test", kind=ConnectionKind.SANDBOX
            )
        )
        for subject in ("unreadable 1", "unreadable 2", "unreadable 3", "good"):
            client.sandbox_write(
                sender=Mailbox(address="ana@hotel.test"),
                to="desk@agency.test",
                subject=subject,
                text="Hello",
            )
        world.wait_for(lambda: subjects(world) == ["good"] and len(aside(world)) == 3)
        yield world


def subjects(world: World) -> list[str]:
    return sorted(each.subject for each in world.events(MessageReceived))


def aside(world: World, query: str = "") -> list[dict[str, Any]]:
    status, page = world.admin("GET", ASIDE + query)
    assert status == 200
    mails: list[dict[str, Any]] = page["mails"]
    return mails


def test_they_are_listed_the_oldest_first_and_counted(world: World) -> None:
    all = aside(world)
    assert {each["organisation"] for each in all} == {str(OURS)}
    assert {each["error"] for each in all} == {"RecursionError: nobody foresaw this"}
    status, page = world.admin("GET", f"{ASIDE}?limit=2")
    assert (status, page["mails"]) == (200, all[:2])
    assert aside(world, f"?limit=2&cursor={page['next']}") == all[2:]
    assert b'fairlead_mails_aside{service="email_gateway"} 3.0' in metrics.exposition()


def test_one_is_shown_with_its_bytes(world: World) -> None:
    first = aside(world)[0]
    status, shown = world.admin("GET", f"{ASIDE}/{first['id']}")
    assert status == 200
    raw = base64.b64decode(shown.pop("raw_base64"))
    assert shown == first
    assert b"\r\nSubject: unreadable 1\r\n" in raw


def test_one_is_tried_again_and_then_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "understand", understand)  # mended
    second = aside(world)[1]["id"]
    assert world.admin("POST", f"{ASIDE}/{second}/retry") == (200, {"retried": 1})
    world.wait_for(lambda: subjects(world) == ["good", "unreadable 2"])
    assert world.admin("POST", f"{ASIDE}/retry") == (200, {"retried": 2})
    world.wait_for(lambda: len(subjects(world)) == 4)
    assert aside(world) == []


def test_one_is_discarded_and_its_bytes_with_it(world: World) -> None:
    first, second, third = aside(world)
    with world.database("email_gateway").reading(OURS) as session:
        row = incoming.get_aside(session, UUID(second["id"]))
    assert row is not None
    client = world.client(EmailGateway, Context(role=Role.SERVICE, organisation=OURS))
    assert client.files_held(keys=[row.key]) == [row.key]
    assert world.admin("DELETE", f"{ASIDE}/{second['id']}") == (204, None)
    assert aside(world) == [first, third]
    assert client.files_held(keys=[row.key]) == []


def test_what_is_not_put_aside_is_not_there(world: World) -> None:
    for method, end in (("GET", ""), ("DELETE", ""), ("POST", "/retry")):
        assert world.admin(method, f"{ASIDE}/{uuid4()}{end}")[0] == 404
        assert world.admin(method, f"{ASIDE}/x{end}")[0] == 422
