"""What a message of the past must be before it is taken in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from contracts.channels import DeliveryStatus
from contracts.inbox import Delivery, Direction, ImportedMessage

CLOCKS_APART = dt.timedelta(minutes=5)  # a provider's clock and ours


def problems(messages: Sequence[ImportedMessage], now: dt.datetime) -> dict[str, str]:
    """What is wrong with them: the path of a field to the reason."""
    found: dict[str, str] = {}
    seen = set()
    for number, message in enumerate(messages):
        found |= {f"messages[{number}].{field}": why for field, why in _problems(message, now)}
        if message.id in seen:
            found[f"messages[{number}].id"] = "stands twice in this call"
        seen.add(message.id)
    return found


def _problems(message: ImportedMessage, now: dt.datetime) -> Iterator[tuple[str, str]]:
    if message.at > now + CLOCKS_APART:
        yield "at", "is in the future"
    if message.direction is Direction.IN and message.deliveries:
        yield "deliveries", "are of outgoing messages only"
    if message.direction is Direction.OUT and not message.deliveries:
        yield "deliveries", "must say how an outgoing message fared"
    if message.direction is Direction.OUT and message.unread:
        yield "unread", "is for incoming messages only"
    for number, delivery in enumerate(message.deliveries):
        yield from _delivery_problems(delivery, f"deliveries[{number}]")


def _delivery_problems(delivery: Delivery, at: str) -> Iterator[tuple[str, str]]:
    if delivery.status is DeliveryStatus.QUEUED:
        yield f"{at}.status", "is of a message that is still to leave"
    elif getattr(delivery, f"{delivery.status.value}_at") is None:
        yield f"{at}.{delivery.status.value}_at", "must say when the status was reached"
