"""How a text of several parts fares: what its parts tell together.

A part reaches a state and never goes back to an earlier one; that it arrived counts more than that
it failed, because networks say the latter too soon. The text has arrived when all parts have, and
has failed when one has.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.channels import DeliveryStatus


class PartState(enum.Enum):
    """Where one part stands, in the order in which the states count."""

    WAITING = "waiting"
    UNCERTAIN = "uncertain"  # it went out, and no answer came
    SENT = "sent"  # the carrier took it
    FAILED = "failed"
    DELIVERED = "delivered"


_RANK = list(PartState)


@dataclass(frozen=True, slots=True)
class Progress:
    """The text as a whole."""

    status: DeliveryStatus
    delivered: int

    @property
    def over(self) -> bool:
        """Whether nothing more will be told of it but corrections."""
        return self.status in (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)


def later(one: PartState, other: PartState) -> PartState:
    """Of two states that were told of a part, the one that stands."""
    return max(one, other, key=_RANK.index)


def of_parts(states: Sequence[PartState]) -> Progress:
    """The progress of a text with these parts."""
    delivered = states.count(PartState.DELIVERED)
    if delivered == len(states):
        status = DeliveryStatus.DELIVERED
    elif PartState.FAILED in states:
        status = DeliveryStatus.FAILED
    elif PartState.UNCERTAIN in states:
        status = DeliveryStatus.UNCERTAIN
    elif PartState.WAITING in states:
        status = DeliveryStatus.QUEUED
    else:
        status = DeliveryStatus.SENT
    return Progress(status, delivered)
