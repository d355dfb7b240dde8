"""A group from the order to the network and back: the service, the true client, the stand-in."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contracts.channels import DeliveryStatus
from contracts.groups import GroupAction, GroupState, Membership
from contracts.whatsapp_gateway import (
    LinkState,
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
)
from fairlead.testing.services import World
from scripts.servers.whatsapp_client import COMMAND
from whatsapp_gateway.linked.keeper import Keeper
from whatsapp_gateway.linked.process import started

from ..running import queue, reached, received, running, updates
from ..test_groups import now, order

pytestmark = [pytest.mark.green, pytest.mark.servers]

ALONE = "scripts.servers.whatsapp.alone"
ANA, LUC, ZOE = "34699888777", "34699888666", "34699888555"
SECONDS = 60.0  # a hang, not a measure


class Network:
    """The stand-in in its own process."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", ALONE, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
            )
        self._sock = ours
        self._line = ours.makefile("rw", encoding="utf-8")
        self.facts: dict[str, Any] = json.loads(self._line.readline())

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._do, name)

    def _do(self, *order: object) -> Any:
        print(json.dumps(order), file=self._line, flush=True)
        return json.loads(self._line.readline())

    def end(self) -> None:
        self._line.close()
        self._sock.close()
        try:
            self._process.wait(SECONDS)
        finally:
            self._process.kill()


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.end()


@pytest.fixture
def world(
    network: Network, tmp_path: Path, quick_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[World, Any]]:
    # One way to run is enough: the sandbox's suite runs on all.
    home: Any = {
        "amqp_uri": "embedded://",
        "database_urls": {"whatsapp_gateway": f"sqlite:///{tmp_path / 'gateway.db'}"},
    }
    inherited = {**os.environ, **network.facts["environment"]}
    true = partial(Keeper, start=partial(started, command=COMMAND, inherited=inherited))
    monkeypatch.setattr("whatsapp_gateway.office.Keeper", true)
    settings = {
        "FAIRLEAD_WHATSAPP_LINKED_FOLDER": str(quick_folder / "of the service"),
        "FAIRLEAD_WHATSAPP_LINKED_PROXY": network.facts["proxy"],
    }
    with running(home, **settings) as parts:
        yield parts


def linked(there: World, gateway: Any, network: Network) -> Any:
    """A number whose code was scanned."""
    details = WhatsAppConnectionDetails(
        label="Operations",
        kind=WhatsAppConnectionKind.LINKED,
        number=f"+{network.facts['own']}",
    )
    id = gateway.create_whatsapp_connection(details=details).id
    code = there.wait_for(lambda: gateway.connect_whatsapp(id=id), SECONDS)
    network.scan(code.text)
    there.wait_for(lambda: gateway.get_whatsapp_connection(id=id).link is LinkState.OPEN, SECONDS)
    return id


def test_a_group_with_one_who_lets_nobody_add_him(
    world: tuple[World, Any], network: Network
) -> None:
    there, gateway = world
    network.keep_private(ZOE)
    number = linked(there, gateway, network)
    id = order(there, number, GroupAction.CREATE, subject="Trip 42", addresses=[ANA, ZOE])

    def stands(**wanted: Membership) -> Any:
        def met() -> Any:
            told = now(there, id)
            standings = {each.address: each.standing for each in told.members} if told else {}
            expected = {name[1:]: standing for name, standing in wanted.items()}
            return told if standings == expected else None

        return there.wait_for(met, SECONDS)

    made = stands(p34699888777=Membership.ADDED, p34699888555=Membership.INVITED)
    assert (made.state, made.subject) == (GroupState.OPEN, "Trip 42")
    assert made.invitation.startswith("https://chat.whatsapp.com/")
    assert any(each.endswith("@lid") for each in made.members[0].also)

    order(there, number, GroupAction.ADD, id, addresses=[LUC])
    stands(
        p34699888777=Membership.ADDED, p34699888555=Membership.INVITED,
        p34699888666=Membership.ADDED,
    )  # fmt: skip
    queued = queue(there, "We leave at nine", connection_id=number, address=made.address)

    def told(participant: str | None, status: DeliveryStatus) -> bool:
        return any(
            (each.participant, each.status) == (participant, status)
            for each in updates(there, queued)
        )

    sent = there.wait_for(
        lambda: next((e for e in updates(there, queued) if e.provider_id), None), SECONDS
    )
    assert sent is not None
    assert sorted(sent.participants or []) == [LUC, ANA]
    [message] = network.sent(made.address)
    network.receipt(message, ANA, made.address, "read")
    there.wait_for(lambda: told(ANA, DeliveryStatus.READ), SECONDS)
    assert told(ANA, DeliveryStatus.DELIVERED)
    assert not told(None, DeliveryStatus.DELIVERED)
    network.receipt(message, LUC, made.address)
    there.wait_for(lambda: told(None, DeliveryStatus.DELIVERED), SECONDS)
    assert not told(None, DeliveryStatus.READ)
    network.receipt(message, LUC, made.address, "read")
    reached(there, queued, DeliveryStatus.READ)

    network.came(ZOE, made.address)
    stands(
        p34699888777=Membership.ADDED, p34699888555=Membership.ADDED,
        p34699888666=Membership.ADDED,
    )  # fmt: skip
    network.say("Hello", ZOE, made.address)
    [message] = received(there)
    assert message.group is not None
    assert (message.group.address, message.sender.address) == (made.address, ZOE)
    network.went(LUC, made.address)
    network.went(ANA, made.address, ZOE)
    network.renamed("Trip 43", made.address, ZOE)
    stands(
        p34699888777=Membership.REMOVED, p34699888555=Membership.ADDED,
        p34699888666=Membership.LEFT,
    )  # fmt: skip
    there.wait_for(lambda: getattr(now(there, id), "subject", "") == "Trip 43", SECONDS)
    network.went(network.facts["own"], made.address, ZOE)
    there.wait_for(lambda: getattr(now(there, id), "state", 0) is GroupState.LEFT, SECONDS)
