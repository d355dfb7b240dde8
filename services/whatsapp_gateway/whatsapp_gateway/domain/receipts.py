"""A message to a group has a status when it has it with all who were in it when it was sent.

That is WhatsApp's own rule for its checks. Receipts come in any order, twice, and `read` without
`delivered`: each is a moment, of which the earliest counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from .progress import PieceState


@dataclass(frozen=True, slots=True)
class Moments:
    """When a piece was on the phone of one participant, and when he read it."""

    delivered_at: dt.datetime | None = None
    read_at: dt.datetime | None = None

    def with_told(self, state: PieceState, at: dt.datetime) -> Moments:
        """The same with what was told; who read it has it."""
        read = _earliest(self.read_at, at) if state is PieceState.READ else self.read_at
        return Moments(_earliest(self.delivered_at, at), read)


def overall(expected: Collection[Moments]) -> PieceState:
    """How a piece stands with all of them; in a group of nobody else it was sent, and no more."""
    if expected and all(each.read_at for each in expected):
        return PieceState.READ
    if expected and all(each.delivered_at for each in expected):
        return PieceState.DELIVERED
    return PieceState.SENT


def together(pieces: Collection[Moments]) -> Moments:
    """How a message of several pieces fares with one: as the last of them."""
    return Moments(
        _latest([each.delivered_at for each in pieces]), _latest([each.read_at for each in pieces])
    )


def _earliest(one: dt.datetime | None, other: dt.datetime) -> dt.datetime:
    return other if one is None else min(one, other)


def _latest(moments: Collection[dt.datetime | None]) -> dt.datetime | None:
    known = [each for each in moments if each is not None]
    return max(known) if known and len(known) == len(moments) else None
