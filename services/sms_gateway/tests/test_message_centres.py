"""The gateway with message centres that others wrote: the npm package smpp, and Kannel's in C."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from contracts.channels import ConnectionState, DeliveryStatus, MessageReceived
from contracts.sms_gateway import (
    SmppDirection,
    SmppServer,
    SmsConnectionDetails,
    SmsConnectionKind,
)
from fairlead.testing.bus import wait_for
from fairlead.testing.services import World
from scripts.servers.kannel import Kannel
from scripts.servers.message_centre import MessageCentre
from sms_gateway.smpp import session
from sms_gateway.smpp.session import Options

from .hosting import OURS, PHONE, Gateway, opened, queue, reached, running

pytestmark = [
    pytest.mark.green,
    pytest.mark.servers,
    pytest.mark.timeout(90),
    pytest.mark.usefixtures("hasty_carriers"),
]
KANNELS_TEXTS = 12


@pytest.fixture(scope="module")
def node() -> Iterator[MessageCentre]:
    with MessageCentre() as centre:
        yield centre


def details(port: int, password: str, **changes: Any) -> SmsConnectionDetails:
    smpp = SmppServer(
        host="127.0.0.1", port=port, system_id="us", password=password, per_second=500
    )
    return SmsConnectionDetails(
        label="Texts",
        kind=SmsConnectionKind.SMPP,
        sender="Atlas",
        smpp=msgspec.structs.replace(smpp, **changes),
    )


def received(world: World) -> list[MessageReceived]:
    return world.events(MessageReceived, OURS)


def state(gateway: Gateway, id: Any) -> ConnectionState:
    found: ConnectionState = gateway.get_sms_connection(id=id).state
    return found


def test_with_node(node: MessageCentre) -> None:
    """All of it on one connection, which breaks in between."""
    with running() as (world, gateway):
        made = gateway.create_sms_connection(details=details(node.port, node.password))
        opened(world)
        said = ["Olá €{}~ 😀 שלום " * 12, "a" * 160, "[]" * 120, "lost in the hills"]
        queued = [queue(world, text) for text in said]
        for each in queued[:3]:
            arrived = reached(world, each, DeliveryStatus.DELIVERED)
            assert arrived.parts == arrived.parts_delivered
        failed = reached(world, queued[3], DeliveryStatus.FAILED)
        assert failed.reason == "It cannot be delivered to this number (error 001)"
        by_text = _joined(node)
        assert sorted(by_text) == sorted(said)  # as the other side decoded and joined them
        assert all(each["destination"] == PHONE[1:] for each in node.texts)

        reached(world, queue(world, "throttle me"), DeliveryStatus.DELIVERED)
        node.bring(PHONE[1:], "351210000000", "Até já, 😀")
        [heard] = world.wait_for(lambda: received(world))
        assert (heard.text, heard.sender.address) == ("Até já, 😀", PHONE)

        links = node.sessions["answered_links"]
        world.wait_for(lambda: node.sessions["answered_links"] > links)  # it asks, we answer

        node.kill()
        world.wait_for(lambda: state(gateway, made.id) is ConnectionState.FAILING)
        waiting = queue(world, "When you are back")
        node.start()
        reached(world, waiting, DeliveryStatus.DELIVERED)
        assert [each["text"] for each in node.texts] == ["When you are back"]


def _joined(node: MessageCentre) -> list[str]:
    """The texts as a phone shows them: parts by the header's reference, in the header's order."""
    found: dict[tuple[str, ...], dict[int, str]] = {}
    for place, each in enumerate(node.texts):
        [header] = each["header"] or [f"{place} alone 01"]
        found.setdefault((each["destination"], header[:-2]), {})[int(header[-2:], 16)] = each[
            "text"
        ]
    return ["".join(parts[number] for number in sorted(parts)) for parts in found.values()]


def test_node_says_that_it_is_there(node: MessageCentre) -> None:
    options = Options("127.0.0.1", node.port, "us", node.password, private_hosts=True)
    bound = session.opened(replace(options, enquire_every=0.05, answer_within=5), Nobody())
    for _ in range(4):
        before = bound._line.heard_at
        wait_for(lambda before=before: bound._line.heard_at > before)  # type: ignore[misc]
    assert bound.over is None
    bound.close()
    wait_for(lambda: node.sessions["now"] == 0)


class Nobody:
    """Takes nothing."""

    def deliver(self, message: object) -> int:
        raise AssertionError(message)

    def malformed(self, raw: object, reason: str) -> None:
        raise AssertionError(reason)

    def seen(self, messages: object) -> None:
        raise AssertionError(messages)

    def late(self, answer: object) -> None:
        raise AssertionError(answer)


def test_node_refuses_a_wrong_password(node: MessageCentre) -> None:
    with running() as (world, gateway):
        binds = node.sessions["binds"]
        made = gateway.create_sms_connection(details=details(node.port, "wrong"))
        world.wait_for(lambda: state(gateway, made.id) is ConnectionState.FAILING)
        assert "name or password is wrong" in gateway.get_sms_connection(id=made.id).reason
        assert node.sessions["binds"] == binds


def test_with_kannel() -> None:
    """A transmitter and a receiver, for it has no transceiver."""
    with Kannel(KANNELS_TEXTS) as kannel, running() as (world, gateway):
        one, other = SmppDirection.TRANSMITTER, SmppDirection.RECEIVER
        sending = gateway.create_sms_connection(details=details(kannel.port, "x", direction=one))
        gateway.create_sms_connection(details=details(kannel.port, "x", direction=other))
        world.wait_for(lambda: len(received(world)) == KANNELS_TEXTS)
        texts = [queue(world, f"{n}" * 200, connection_id=sending.id) for n in range(4)]
        for each in texts:
            assert reached(world, each, DeliveryStatus.SENT).parts == 2
