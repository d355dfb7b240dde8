"""How a message fares with one recipient: a moment for each status that was reached.

Updates come in any order, late and twice. A delivery is therefore a set of moments, of each status
the earliest one told, and its status is the highest that was reached: the outcome is the same
whatever the order. A failure outranks everything, because a bounce may come hours after "delivered"
and after a scanner that loads pictures as a person would; its moments before that stay to be seen.
That is email's alone: what a phone has got by another channel has arrived, and a network's failure,
told before or after, was wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from contracts.channels import DeliveryStatus, DeliveryUpdated, Mailbox, RecipientRole
from contracts.common import Channel
from contracts.inbox import Delivery

CLICKS_KEPT = 50
_RANK = list(DeliveryStatus)
_MOMENT = {status: f"{status.value}_at" for status in DeliveryStatus}
_LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)


def queued(id: UUID, role: RecipientRole, mailbox: Mailbox, at: dt.datetime) -> Delivery:
    """A delivery that is about to be handed to a gateway."""
    return Delivery(id=id, role=role, mailbox=mailbox, status=DeliveryStatus.QUEUED, queued_at=at)


def applied(delivery: Delivery, update: DeliveryUpdated) -> Delivery:
    """`delivery` with what `update` tells; equal to `delivery` where that was known.

    A read or click that a machine caused sets `loaded_at` only. A person's click implies that the
    message was opened.
    """
    if update.machine and (update.status is DeliveryStatus.READ or update.clicked):
        return msgspec.structs.replace(delivery, loaded_at=_earlier(delivery.loaded_at, update.at))
    reached = DeliveryStatus.READ if update.clicked else update.status
    moment = _MOMENT[reached]
    changed: dict[str, Any] = {moment: _earlier(getattr(delivery, moment), update.at)}
    if update.clicked:
        clicks = sorted({*delivery.clicks, update.clicked})[:CLICKS_KEPT]
        changed |= {"clicked_at": _earlier(delivery.clicked_at, update.at), "clicks": clicks}
    after = msgspec.structs.replace(delivery, **changed)
    if update.channel is not Channel.EMAIL and (after.delivered_at or after.read_at):
        # A phone has it, whatever its network said: there is no bounce that knows better.
        after = msgspec.structs.replace(after, failed_at=None)
    after = msgspec.structs.replace(after, status=_status(after))
    return _explained(delivery, after, reached, update)


def overall(deliveries: Iterable[Delivery]) -> DeliveryStatus | None:
    """The status of a whole message: failed if it failed for anybody, else the least that it
    reached with everybody; None for a message that was not sent by us."""
    statuses = [delivery.status for delivery in deliveries]
    if DeliveryStatus.FAILED in statuses:
        return DeliveryStatus.FAILED
    return min(statuses, key=_RANK.index, default=None)


def _status(delivery: Delivery) -> DeliveryStatus:
    reached = (s for s in reversed(_RANK) if getattr(delivery, _MOMENT[s]) is not None)
    return next(reached, delivery.status)


def _explained(
    before: Delivery, after: Delivery, reached: DeliveryStatus, update: DeliveryUpdated
) -> Delivery:
    """The reason belongs to the status that stands; of two failures, to the earlier one."""
    if after.status not in (DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN):
        return msgspec.structs.replace(after, code=None, reason=None)
    if reached is not after.status:
        return after
    told = (update.at, update.reason or "", update.code or "")
    known = (_LATEST, "", "")
    if before.status is after.status:
        moment: dt.datetime | None = getattr(before, _MOMENT[after.status])
        known = (moment or _LATEST, before.reason or "", before.code or "")
    if told < known:
        return msgspec.structs.replace(after, code=update.code, reason=update.reason)
    return after


def _earlier(one: dt.datetime | None, other: dt.datetime) -> dt.datetime:
    return other if one is None else min(one, other)
