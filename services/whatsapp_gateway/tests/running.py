"""The service under way, and what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import msgspec

from contracts.channels import (
    DeliveryStatus,
    DeliveryUpdated,
    MessageAmended,
    MessageReceived,
    WhatsAppQueued,
)
from contracts.whatsapp_gateway import (
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
    WhatsAppGateway,
)
from fairlead.context import Context, Role
from fairlead.store import new_id
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted
from whatsapp_gateway.service import WhatsAppGatewayService

OURS, THEIRS = uuid4(), uuid4()
OWNER = Context(role=Role.OWNER, organisation=OURS, user=uuid4())
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=uuid4())
SERVICE = Context(role=Role.SERVICE, organisation=OURS)
PHONE, NAME = "351910000001", "Rui Costa"
OTHER = "351910000002"
Gateway = Any


@contextmanager
def running(home: Home, **settings: str) -> Iterator[tuple[World, Gateway]]:
    wanted = {"FAIRLEAD_SANDBOX": "yes", **settings}
    with hosted(WhatsAppGatewayService, **home, settings=wanted) as world:
        yield world, world.client(WhatsAppGateway, OWNER)


def sandbox(world: World, gateway: Gateway, **changes: Any) -> Any:
    """A number of the sandbox, and two people who have phones."""
    service = world.client(WhatsAppGateway, SERVICE)
    service.open_sandbox_handsets(handsets={PHONE: NAME, OTHER: "Ana Lopes"})
    details = WhatsAppConnectionDetails(
        label="Operations", kind=WhatsAppConnectionKind.SANDBOX, number="+351210000000"
    )
    return gateway.create_whatsapp_connection(details=msgspec.structs.replace(details, **changes))


def queue(world: World, text: str = "Hello", **changes: Any) -> WhatsAppQueued:
    made = WhatsAppQueued(
        message_id=new_id(),
        delivery_id=new_id(),
        connection_id=None,
        conversation_id=new_id(),
        address=PHONE,
        text=text,
        queued_at=dt.datetime.now(dt.UTC),
    )
    queued = msgspec.structs.replace(made, **changes)
    world.publish(queued, organisation=OURS)
    return queued


def updates(world: World, queued: WhatsAppQueued) -> list[DeliveryUpdated]:
    said = world.events(DeliveryUpdated, OURS)
    return [each for each in said if each.delivery_id == queued.delivery_id]


def reached(world: World, queued: WhatsAppQueued, status: DeliveryStatus) -> DeliveryUpdated:
    def there() -> DeliveryUpdated | None:
        found = [each for each in updates(world, queued) if each.status is status]
        return found[-1] if found else None

    return world.wait_for(there)  # type: ignore[return-value]


def received(world: World, count: int = 1) -> list[MessageReceived]:
    """The messages that came, once there are so many."""
    world.wait_for(lambda: len(world.events(MessageReceived, OURS)) >= count)
    return world.events(MessageReceived, OURS)


def amended(world: World, count: int = 1) -> list[MessageAmended]:
    """What happened to messages, once there is so much."""
    world.wait_for(lambda: len(world.events(MessageAmended, OURS)) >= count)
    return world.events(MessageAmended, OURS)
