"""What becomes of those who are asked into a group, and what a network answered of each.

WhatsApp takes a group to be made although it lets some of those in it not be added: each has an
outcome of his own, and who lets nobody add him can come by an invitation.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.groups import GroupAction, Membership, MembershipMoment

HISTORY_KEPT: Final = 50
UNANSWERED: Final = "WhatsApp did not answer; whether he is in the group is not known"
NOT_ANSWERED: Final = "WhatsApp said nothing of him"
# What the network says of one who is not let in: the codes of whatsmeow's ParticipantError.
_SENTENCES: Final = {
    401: "He has blocked this number",
    403: "He lets only people whom he knows add him",
    404: "This number is not on WhatsApp",
    408: "He left the group not long ago",
    500: "The group is full",
}


class Task(enum.Enum):
    """What is done with a group on its network."""

    CREATE = "create"
    ADD = "add"
    REMOVE = "remove"
    RENAME = "rename"
    LEAVE = "leave"
    DESCRIBE = "describe"  # who is in it now


TASKS: Final = {each: Task(each.value) for each in GroupAction}


@dataclass(frozen=True, slots=True)
class Answered:
    """What the network says of somebody; the first of `addresses` is the one to write to."""

    addresses: tuple[str, ...]
    standing: Membership
    reason: str | None = None
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """A group as the network answered: of all who are in it, or of those who were asked for."""

    address: str
    subject: str
    members: tuple[Answered, ...] = ()
    invitation: str | None = None
    with_us: bool = True


def said(code: int) -> str:
    """Why somebody was not let in, for a person."""
    return _SENTENCES.get(code, f"WhatsApp refused it ({code})" if code else "WhatsApp refused it")


def unanswered(task: Task, asked: Collection[str], answered: Collection[str]) -> list[str]:
    """Those of the keys that were asked for of whom nothing was said."""
    if task not in (Task.CREATE, Task.ADD):
        return []
    return [key for key in asked if key not in answered]


def is_wanted(standing: Membership | None) -> bool:
    """Whether somebody who stands so can be asked in."""
    return standing not in (Membership.ASKED, Membership.ADDED)


def gone(present: Membership, *, by_himself: bool) -> Membership:
    """How one stands who is not in the group any more; who never was, as before."""
    if present not in (Membership.ADDED, Membership.UNKNOWN):
        return present
    return Membership.LEFT if by_himself else Membership.REMOVED


def absent(present: Membership) -> Membership:
    """How one stands who is not among those whom the network names."""
    if present is Membership.UNKNOWN:
        return Membership.REFUSED
    return Membership.REMOVED if present is Membership.ADDED else present


def lengthened(
    history: Sequence[MembershipMoment], standing: Membership, at: dt.datetime, reason: str | None
) -> list[MembershipMoment]:
    """The history with a moment more; the first one stays however many there are."""
    longer = [*history, MembershipMoment(standing=standing, at=at, reason=reason)]
    return longer if len(longer) <= HISTORY_KEPT else [longer[0], *longer[2:]]
