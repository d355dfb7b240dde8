"""The gateway with a linked number, whose worker is a scripted one."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.channels import (
    ChatFollowed,
    ConnectionChanged,
    DeliveryStatus,
    WhatsAppAttended,
)
from contracts.notifications import NotificationRaised
from contracts.whatsapp_gateway import (
    LinkState,
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
)
from fairlead.testing.bus import Home
from fairlead.testing.services import World
from whatsapp_gateway import leaving
from whatsapp_gateway.linked import hearing
from whatsapp_gateway.linked.keeper import Keeper
from whatsapp_gateway.linked.process import started
from whatsapp_gateway.store.tables import AttendedRow

from ..running import OTHER, OURS, PHONE, amended, queue, reached, received, running, updates

pytestmark = pytest.mark.green
COMMAND = [sys.executable, "-P", "-W", "ignore", str(Path(__file__).parent / "scripted.py")]


@pytest.fixture
def world(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[World, Any]]:
    scripted = partial(Keeper, start=partial(started, command=COMMAND))
    monkeypatch.setattr("whatsapp_gateway.office.Keeper", scripted)
    with running(home, FAIRLEAD_WHATSAPP_LINKED_FOLDER=str(tmp_path / "linked")) as parts:
        yield parts


def details() -> WhatsAppConnectionDetails:
    return WhatsAppConnectionDetails(
        label="Operations", kind=WhatsAppConnectionKind.LINKED, number="+34600111222"
    )


def test_a_number_is_linked_by_a_typed_code(world: tuple[World, Any]) -> None:
    there, gateway = world
    id = gateway.create_whatsapp_connection(details=details()).id
    assert gateway.connect_whatsapp_by_code(id=id) is None  # its worker has to ask for one
    there.wait_for(lambda: gateway.get_whatsapp_connection(id=id).link is LinkState.OPEN)
    assert gateway.connect_whatsapp_by_code(id=id) is None

    def is_told_how() -> bool:
        told = [each.reason or "" for each in there.events(ConnectionChanged, OURS)]
        return any("Link with phone number" in each for each in told)

    there.wait_for(is_told_how)


def test_who_looks_at_a_number_that_came_to_an_end_begins_nothing(
    world: tuple[World, Any],
) -> None:
    there, gateway = world
    id = gateway.create_whatsapp_connection(details=details()).id
    gateway.connect_whatsapp(id=id)

    def link() -> LinkState:
        state: LinkState = gateway.get_whatsapp_connection(id=id).link
        return state

    there.wait_for(lambda: link() is LinkState.OPEN)
    queue(there, "replaced", connection_id=id)
    there.wait_for(lambda: link() is LinkState.REPLACED)
    assert gateway.shown_whatsapp_qr(id=id) is None
    assert gateway.shown_whatsapp_code(id=id) is None
    assert link() is LinkState.REPLACED
    gateway.connect_whatsapp(id=id)  # a person asks, who has read why
    there.wait_for(lambda: link() is LinkState.OPEN)
    gateway.disconnect_whatsapp(id=id)
    assert gateway.shown_whatsapp_qr(id=id) is None
    assert link() is LinkState.STOPPED


def test_each_side_sees_the_other_write_and_read_while_somebody_looks(
    world: tuple[World, Any], tmp_path: Path
) -> None:
    there, gateway = world
    id = gateway.create_whatsapp_connection(details=details()).id
    gateway.connect_whatsapp(id=id)
    there.wait_for(lambda: gateway.get_whatsapp_connection(id=id).link is LinkState.OPEN)
    seen = tmp_path / "linked" / str(id) / "seen.txt"

    def attend(**doing: Any) -> None:
        about: dict[str, Any] = {"last_id": None, "typing": False, **doing}
        now = dt.datetime.now(dt.UTC)
        there.publish(
            WhatsAppAttended(connection_id=id, address=PHONE, at=now, **about), organisation=OURS
        )

    def noted(line: str) -> bool:
        return seen.exists() and line in seen.read_text(encoding="utf-8").splitlines()

    attend(looking=True)
    there.wait_for(lambda: noted("online"))
    attend(typing=True, last_id="AAAA2")
    attend()
    there.wait_for(lambda: len(there.events(ChatFollowed, OURS)) == 2)
    followed = there.events(ChatFollowed, OURS)
    assert sorted(each.typing for each in followed) == [False, True]
    assert {each.address for each in followed} == {PHONE}
    attend(last_id="AAAA2", before=["AAAA1"])
    there.wait_for(lambda: noted("read AAAA2 AAAA1"))


def test_what_was_read_while_nobody_held_the_number_is_told_by_who_holds_it(
    world: tuple[World, Any], tmp_path: Path
) -> None:
    there, gateway = world
    id = gateway.create_whatsapp_connection(details=details()).id
    seen = tmp_path / "linked" / str(id) / "seen.txt"
    now = dt.datetime.now(dt.UTC)
    long_ago, just_over = now - dt.timedelta(days=2), now - dt.timedelta(minutes=1)
    about: dict[str, Any] = {"connection_id": id, "address": PHONE}
    for news in (
        WhatsAppAttended(last_id="AAAA1", typing=False, at=now, **about),
        WhatsAppAttended(last_id="AAAA2", typing=False, at=now, **about),
        WhatsAppAttended(last_id="AAAA0", typing=False, at=long_ago, **about),
        WhatsAppAttended(last_id=None, looking=True, typing=False, at=just_over, **about),
    ):
        there.publish(news, organisation=OURS)
    store = there.database("whatsapp_gateway")

    def kept() -> set[str | None]:
        with store.reading(OURS) as session:
            return {row.news.last_id for row in session.scalars(sa.select(AttendedRow))}

    there.wait_for(lambda: kept() == {"AAAA1", "AAAA2", None})
    gateway.connect_whatsapp(id=id)

    def noted() -> list[str]:
        return seen.read_text(encoding="utf-8").splitlines() if seen.exists() else []

    there.wait_for(lambda: {"read AAAA1", "read AAAA2"} <= set(noted()))
    assert noted().count("online") == 2  # once with each that is read; nobody looks any more
    assert "read AAAA0" not in noted()
    assert not kept()


def test_what_could_not_be_read_is_said_once_and_gets_its_words(world: tuple[World, Any]) -> None:
    there, gateway = world
    id = gateway.create_whatsapp_connection(details=details()).id
    gateway.connect_whatsapp(id=id)
    there.wait_for(lambda: gateway.get_whatsapp_connection(id=id).link is LinkState.OPEN)
    queue(there, "late AAAA1", connection_id=id)
    [words] = amended(there)
    [message] = received(there)
    assert (message.text, message.defects) == ("", [hearing.UNREADABLE])
    assert words.provider_id == message.provider_id == "AAAA1"
    assert words.late is not None
    assert (words.kind, words.late.text) == (None, "AAAA1")


def test_a_number_that_the_network_restricts_answers_and_begins_no_chats(
    world: tuple[World, Any],
) -> None:
    there, gateway = world
    id = gateway.create_whatsapp_connection(details=details()).id
    gateway.connect_whatsapp(id=id)
    there.wait_for(lambda: gateway.get_whatsapp_connection(id=id).link is LinkState.OPEN)
    queue(there, "echo AAAA1", connection_id=id)
    received(there)
    refused = queue(there, "refuse restricted", address=OTHER, connection_id=id)
    failed = reached(there, refused, DeliveryStatus.FAILED)
    assert failed.code == "463"
    assert gateway.get_whatsapp_connection(id=id).paused_until is not None
    [alert] = there.events(NotificationRaised, OURS)
    assert "write to nobody first" in alert.title
    cold = queue(there, "Hello", address="351910000003", connection_id=id)
    waits = there.wait_for(lambda: [each for each in updates(there, cold) if each.reason])
    assert (waits[0].status, waits[0].reason) == (DeliveryStatus.QUEUED, leaving.PAUSED)
    reached(there, queue(there, "An answer", connection_id=id), DeliveryStatus.SENT)


def test_from_the_code_to_a_message_that_is_answered(world: tuple[World, Any]) -> None:
    there, gateway = world
    id = gateway.create_whatsapp_connection(details=details()).id

    def link() -> LinkState:
        state: LinkState = gateway.get_whatsapp_connection(id=id).link
        return state

    assert link() is LinkState.STOPPED
    gateway.connect_whatsapp(id=id)
    there.wait_for(lambda: link() is LinkState.OPEN)

    queued = queue(there, "echo AAAA1", connection_id=id)
    sent = reached(there, queued, DeliveryStatus.SENT)
    assert sent.provider_id == f"3EB0{queued.delivery_id}:1"
    [message] = received(there)
    assert (message.provider_id, message.sender.address) == ("AAAA1", PHONE)

    doubtful = queue(there, "die", connection_id=id)
    there.wait_for(lambda: link() is LinkState.DEGRADED)
    there.wait_for(lambda: link() is LinkState.OPEN)
    last = queue(there, "echo AAAA2", connection_id=id)
    reached(there, last, DeliveryStatus.SENT)
    reached(there, doubtful, DeliveryStatus.UNCERTAIN)

    gateway.disconnect_whatsapp(id=id)
    assert link() is LinkState.STOPPED
