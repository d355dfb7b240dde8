"""The gateway with a linked number, whose worker is a scripted one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contracts.channels import DeliveryStatus
from contracts.whatsapp_gateway import (
    LinkState,
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
)
from fairlead.testing.bus import Home
from fairlead.testing.services import World
from whatsapp_gateway.linked.keeper import Keeper
from whatsapp_gateway.linked.process import started

from ..running import PHONE, queue, reached, received, running

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
