"""Groups of a chat network: what is to happen with one, who is in it, and what became of each."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Message, event

from .common import Channel, Line

GroupAddress = Annotated[str, Meta(min_length=1, max_length=320)]
Addresses = Annotated[list[GroupAddress], Meta(max_length=100)]


class GroupAction(enum.Enum):
    """What is to happen with a group."""

    CREATE = "create"
    ADD = "add"
    REMOVE = "remove"
    RENAME = "rename"
    LEAVE = "leave"


class GroupState(enum.Enum):
    """Whether one can write into a group."""

    MAKING = "making"
    OPEN = "open"
    UNCERTAIN = "uncertain"  # no answer came; there may be such a group
    FAILED = "failed"  # it was never made
    LEFT = "left"  # it goes on without us


class Membership(enum.Enum):
    """How somebody stands to a group."""

    ASKED = "asked"  # the network is asked to let him in
    ADDED = "added"
    INVITED = "invited"  # nobody may add him; he can come by the link
    REFUSED = "refused"
    UNKNOWN = "unknown"  # no answer came; he may be in it
    LEFT = "left"  # by himself
    REMOVED = "removed"  # by somebody else


class MembershipMoment(Message):
    """Since when somebody stood so, and why."""

    standing: Membership
    at: datetime
    reason: str | None = None


class GroupMember(Message):
    """Somebody who is in a group, was, or is to be; `also` are further addresses of his.

    `history` begins with the first time that anything was known of him, and ends with how he
    stands now.
    """

    address: GroupAddress
    standing: Membership
    at: datetime
    also: Annotated[list[Line], Meta(max_length=10)] = []
    name: Line = ""
    reason: str | None = None
    admin: bool = False
    history: list[MembershipMoment] = []


@event("group.ordered", source="inbox", variant="whatsapp")
class WhatsAppGroupOrdered(Event):
    """Something is to happen with a group, once for each `id`.

    `group_id` is ours for the group from the beginning. `subject` is what it is to be called,
    `addresses` are those who are to be put into it, or taken out.
    """

    id: UUID
    group_id: UUID
    connection_id: UUID
    action: GroupAction
    ordered_at: datetime
    subject: Line = ""
    addresses: Addresses = []


@event("group.changed", source="channels")
class GroupChanged(Event):
    """A group as its network has it now, by its growing `version`.

    `address` is the network's, None as long as there is none. `invitation` is the link for those
    who were invited. `reason` says why the group is not OPEN.
    """

    group_id: UUID
    channel: Channel
    connection_id: UUID
    address: GroupAddress | None
    subject: Line
    state: GroupState
    reason: str | None
    invitation: Line | None
    members: list[GroupMember]
    version: int
    at: datetime


class GroupCopies(Message):
    """Some groups as they are told, those that we left too; `total` of all, on the first page."""

    items: list[GroupChanged]
    total: int | None
