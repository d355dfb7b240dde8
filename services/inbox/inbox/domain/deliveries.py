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
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from contracts.channels import (
    EXPIRED_UNKNOWN,
    DeliveryStatus,
    DeliveryUpdated,
    Mailbox,
    RecipientRole,
)
from contracts.common import Channel
from contracts.inbox import Delivery, GroupReceipts, ParticipantReceipt, PartReceipts

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
    message was opened. What is told of one `participant` of a group says nothing of the others.
    """
    if update.parts is not None and update.parts > 1:
        delivery = _in_parts(delivery, update.parts, update)
    if update.participants is not None:
        delivery = _to(delivery, update.participants)
    if update.participant is not None:
        return _with_one(delivery, update)
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


def _in_parts(delivery: Delivery, of: int, update: DeliveryUpdated) -> Delivery:
    """A delivery in so many parts, of which no fewer have come to anything than was told before."""
    known = delivery.parts or PartReceipts(of=of, taken=0, delivered=0, refused=0)
    parts = PartReceipts(
        of=of,
        taken=max(known.taken, update.parts_taken or 0),
        delivered=max(known.delivered, update.parts_delivered or 0),
        refused=max(known.refused, update.parts_refused or 0),
    )
    return msgspec.structs.replace(delivery, parts=parts)


def _to(delivery: Delivery, participants: Sequence[str]) -> Delivery:
    """A delivery to a group of these."""
    group = delivery.group or GroupReceipts(of=0, delivered=0, read=0, participants=[])
    known = {each.address for each in group.participants}
    new = [ParticipantReceipt(address=each) for each in participants if each not in known]
    return _counted(delivery, [*group.participants, *new])


def _with_one(delivery: Delivery, update: DeliveryUpdated) -> Delivery:
    """A delivery to a group with what is told of one participant; who read it has it."""
    if update.status not in (DeliveryStatus.DELIVERED, DeliveryStatus.READ):
        return delivery
    delivery = _to(delivery, [update.participant or ""])
    assert delivery.group is not None  # it is one to a group now
    read = update.status is DeliveryStatus.READ
    told = [
        msgspec.structs.replace(
            each,
            delivered_at=_earlier(each.delivered_at, update.at),
            read_at=_earlier(each.read_at, update.at) if read else each.read_at,
        )
        if each.address == update.participant
        else each
        for each in delivery.group.participants
    ]
    return _counted(delivery, told)


def _counted(delivery: Delivery, participants: list[ParticipantReceipt]) -> Delivery:
    # In one order, so that the order in which they were told makes no difference.
    sorted_ones = sorted(participants, key=lambda each: each.address)
    group = GroupReceipts(
        of=len(sorted_ones),
        delivered=sum(each.delivered_at is not None for each in sorted_ones),
        read=sum(each.read_at is not None for each in sorted_ones),
        participants=sorted_ones,
    )
    return msgspec.structs.replace(delivery, group=group)


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
    """The reason belongs to the status that stands; of two failures, to the earlier one. That
    nobody will tell more is the last word on a status, and the only one on one that is no trouble.
    """
    if before.status is not after.status:
        after = msgspec.structs.replace(after, code=None, reason=None)
    trouble = after.status in (DeliveryStatus.FAILED, DeliveryStatus.UNCERTAIN)
    if reached is not after.status or not (trouble or update.code == EXPIRED_UNKNOWN):
        return after
    known = (True, _LATEST, "", "")
    if before.status is after.status:
        moment: dt.datetime | None = getattr(before, _MOMENT[after.status])
        known = _weight(moment or _LATEST, before.reason, before.code)
    if _weight(update.at, update.reason, update.code) < known:
        return msgspec.structs.replace(after, code=update.code, reason=update.reason)
    return after


def _weight(
    at: dt.datetime, reason: str | None, code: str | None
) -> tuple[bool, dt.datetime, str, str]:
    """Of two reasons for a status the lesser one is shown."""
    last = code == EXPIRED_UNKNOWN
    return not last, _LATEST if last else at, reason or "", code or ""


def _earlier(one: dt.datetime | None, other: dt.datetime) -> dt.datetime:
    return other if one is None else min(one, other)
