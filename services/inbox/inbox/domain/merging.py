"""What two conversations are when they are made one, and what they are when taken apart again.

Undoing restores what a conversation was, except what changed after the merge: of each group of
fields that stand together, what is now as the merge left it becomes what it was before.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec

from contracts.channels import DeliveryStatus
from contracts.inbox import ConversationState, Direction

from .turns import BEGINNING, Place

NOTE_LIMIT = 500
TRIPS_KEPT = 50  # a supplier's conversation may touch thousands; the latest are shown


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation's row shows, apart from who it is with."""

    address: str
    subject: str
    preview: str
    searched: str
    last_message_id: UUID | None
    last_direction: Direction
    last_status: DeliveryStatus | None
    last_at: dt.datetime
    state: ConversationState
    marked_at: dt.datetime | None
    marked_by: UUID | None
    marked_name: str | None
    turn_at: dt.datetime | None
    turn_id: UUID | None
    unread: int
    archived: bool
    itinerary_ids: list[UUID]
    assignee_id: UUID | None
    put_off_until: dt.datetime | None = None
    put_off_by: UUID | None = None
    put_off_name: str | None = None
    put_off_note: str | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody is to look at it."""
        return not self.archived and (self.unread > 0 or self.state is ConversationState.ATTENTIVE)

    @property
    def turn(self) -> Place:
        """The place of the last turn."""
        if self.turn_at is None or self.turn_id is None:
            return BEGINNING
        return self.turn_at, self.turn_id


LAST = (
    "address", "subject", "preview", "searched",
    "last_message_id", "last_direction", "last_status", "last_at",
)  # fmt: skip
TURN = ("state", "marked_at", "marked_by", "marked_name", "turn_at", "turn_id")
OFF = ("put_off_until", "put_off_by", "put_off_name", "put_off_note")
NOT_OFF = dict.fromkeys(OFF)
ALONE = (("archived",), ("itinerary_ids",), ("assignee_id",))


def joined(source: Face, target: Face) -> Face:
    """What `target` shows once all of `source` is in it."""
    latest, earlier = (source, target) if source.last_at > target.last_at else (target, source)
    spoke = source if source.turn > target.turn else target
    trips = dict.fromkeys([*latest.itinerary_ids, *earlier.itinerary_ids])
    return msgspec.structs.replace(
        target,
        **_some(latest, LAST),
        **_some(spoke, TURN),
        **_put_off(source, target),
        unread=source.unread + target.unread,
        archived=source.archived and target.archived,
        itinerary_ids=list(trips)[:TRIPS_KEPT],
        assignee_id=target.assignee_id or source.assignee_id,
    )


def _put_off(source: Face, target: Face) -> dict[str, Any]:
    """The follow-up of two conversations: the next one. There is none where one of them is not put
    off and has something to see: it comes back, as with a message."""
    off = [each for each in (target, source) if each.put_off_until is not None]
    if not off or any(each.waits for each in (source, target) if each not in off):
        return NOT_OFF
    first = min(off, key=lambda each: each.put_off_until or BEGINNING[0])
    notes = dict.fromkeys(each.put_off_note for each in (first, *off) if each.put_off_note)
    return _some(first, OFF) | {"put_off_note": " / ".join(notes)[:NOTE_LIMIT]}


def parted(before: Face, after: Face, now: Face) -> Face:
    """What the target shows once it is parted, but for `unread`; `after` is what the merge left."""
    restored: dict[str, Any] = {}
    for group in (LAST, TURN, OFF, *ALONE):
        if _some(now, group) == _some(after, group):
            restored |= _some(before, group)
    return msgspec.structs.replace(now, **restored)


def unread_parted(before: int, after: int, now: int, source: int) -> tuple[int, int]:
    """How many are unread in the target and in the source once they are parted.

    Where somebody read since, all that was there then is read on both sides.
    """
    if now < after:
        return now, 0
    return before + now - after, source


def same(now: Face, after: Face, group: tuple[str, ...]) -> bool:
    """Whether nothing changed in a group of fields since the merge."""
    return _some(now, group) == _some(after, group)


def _some(face: Face, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(face, name) for name in names}
