"""The service under way in a test: on both transports and stores, with texts to send."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict
from uuid import uuid4

import msgspec

from contracts.channels import (
    ConnectionChanged,
    ConnectionState,
    DeliveryStatus,
    DeliveryUpdated,
    SmsQueued,
)
from contracts.sms_gateway import (
    SmppServer,
    SmsConnectionDetails,
    SmsConnectionKind,
    SmsGateway,
)
from fairlead.context import Context, Role
from fairlead.secrets import new_key
from fairlead.store import new_id
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted
from sms_gateway.service import SmsGatewayService

from .centre import Centre

OURS, THEIRS = uuid4(), uuid4()
OWNER = Context(role=Role.OWNER, organisation=OURS, user=uuid4())
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=uuid4())
PHONE = "+351910000001"
KEY = new_key()
Gateway = Any


class Alone(TypedDict):
    """Nothing given: the embedded bus, and SQLite files of its own."""


ALONE = Alone()


@contextmanager
def running(home: Home | Alone = ALONE) -> Iterator[tuple[World, Gateway]]:
    """The service at `home`, or embedded and on SQLite, and a client of its owner."""
    settings = {
        "FAIRLEAD_SANDBOX": "yes",
        "FAIRLEAD_SMS_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_SECRET_KEYS": KEY,  # the same when a test starts it anew
    }
    with hosted(SmsGatewayService, settings=settings, **home) as world:
        yield world, world.client(SmsGateway, OWNER)


def details(centre: Centre | None, **changes: Any) -> SmsConnectionDetails:
    smpp = None
    if centre is not None:
        options = centre.options
        smpp = SmppServer(
            host=options.host, port=options.port, system_id="us", password="secret", per_second=500
        )
    made = SmsConnectionDetails(
        label="Texts",
        kind=SmsConnectionKind.SMPP if centre else SmsConnectionKind.SANDBOX,
        sender="Atlas" if centre else "+351210000000",
        smpp=smpp,
    )
    return msgspec.structs.replace(made, **changes)


def queue(world: World, text: str = "Hello", **changes: Any) -> SmsQueued:
    made = SmsQueued(
        message_id=new_id(),
        delivery_id=new_id(),
        connection_id=None,
        conversation_id=new_id(),
        number=PHONE,
        text=text,
        queued_at=dt.datetime.now(dt.UTC),
    )
    queued = msgspec.structs.replace(made, **changes)
    world.publish(queued, organisation=OURS)
    return queued


def fates(world: World, queued: SmsQueued) -> list[tuple[DeliveryStatus, int | None]]:
    return [
        (each.status, each.parts_delivered)
        for each in world.events(DeliveryUpdated, OURS)
        if each.delivery_id == queued.delivery_id
    ]


def last(world: World, queued: SmsQueued) -> DeliveryUpdated | None:
    said = world.events(DeliveryUpdated, OURS)
    return next((each for each in reversed(said) if each.delivery_id == queued.delivery_id), None)


def reached(world: World, queued: SmsQueued, status: DeliveryStatus) -> DeliveryUpdated:
    def there() -> DeliveryUpdated | None:
        found = last(world, queued)
        return found if found is not None and found.status is status else None

    return world.wait_for(there)  # type: ignore[return-value]


def opened(world: World) -> None:
    world.wait_for(
        lambda: [
            each for each in world.events(ConnectionChanged) if each.state is ConnectionState.OPEN
        ]
    )
