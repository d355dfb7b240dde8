"""How a message of several pieces fares: a piece reaches a state and never goes back.

Networks tell `delivered` late, or leave it out where `read` comes; they take back a failure, and
sometimes say it after the message was delivered, which it then was.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from contracts.channels import DeliveryStatus


class PieceState(enum.Enum):
    """Where one piece stands, in the order in which the states count."""

    WAITING = "waiting"
    UNCERTAIN = "uncertain"  # it went out, and no answer came
    SENT = "sent"  # the network took it
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


_RANK = list(PieceState)
_STATUS = {
    PieceState.WAITING: DeliveryStatus.QUEUED,
    PieceState.UNCERTAIN: DeliveryStatus.UNCERTAIN,
    PieceState.SENT: DeliveryStatus.SENT,
    PieceState.DELIVERED: DeliveryStatus.DELIVERED,
    PieceState.READ: DeliveryStatus.READ,
    PieceState.FAILED: DeliveryStatus.FAILED,
}
_TOLD = {
    DeliveryStatus.UNCERTAIN: PieceState.UNCERTAIN,
    DeliveryStatus.SENT: PieceState.SENT,
    DeliveryStatus.DELIVERED: PieceState.DELIVERED,
    DeliveryStatus.READ: PieceState.READ,
    DeliveryStatus.FAILED: PieceState.FAILED,
}


def later(one: PieceState, other: PieceState) -> PieceState:
    """Of two states that were told of a piece, the one that stands."""
    return max(one, other, key=_RANK.index)


def told(status: DeliveryStatus) -> PieceState | None:
    """What a status makes of a piece."""
    return _TOLD.get(status)


def arrived(state: PieceState) -> bool:
    """Whether it is on the phone."""
    return state in (PieceState.DELIVERED, PieceState.READ)


def of_pieces(states: Sequence[PieceState]) -> DeliveryStatus:
    """How the message as a whole stands: failed where a piece did, else as its slowest piece."""
    if PieceState.FAILED in states:
        return DeliveryStatus.FAILED
    if PieceState.UNCERTAIN in states:
        return DeliveryStatus.UNCERTAIN
    return _STATUS[min(states, key=_RANK.index)]
