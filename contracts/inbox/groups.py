"""Groups of a chat network: families, suppliers' logistics, emergencies (mission C4)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Cursor, Limit, Line, Name
from ..groups import GroupState, Membership, MembershipMoment
from .composing import Recipient

GroupSubject = Annotated[str, Meta(min_length=1, max_length=100)]  # WhatsApp's own limit
Invited = Annotated[list[Recipient], Meta(min_length=1, max_length=50)]


class Participant(Message):
    """Somebody who is in a group, was, or is to be.

    `history` tells since when he stood how, ending with how he stands now. `reason` says why he is
    not in it.
    """

    contact_id: UUID | None
    name: str
    address: str
    standing: Membership
    reason: str | None
    admin: bool
    at: datetime
    history: list[MembershipMoment] = []


class Group(Message):
    """A group. Its messages are those of its conversation, which it has once the network made it.

    What is said in it belongs to `itinerary_id`. `invitation` is the link for those who could not
    be added. `members` is how many are in it beside us. `reason` says why it is not open.
    """

    id: UUID
    connection_id: UUID
    conversation_id: UUID | None
    address: str | None
    subject: str
    itinerary_id: UUID | None
    state: GroupState
    reason: str | None
    invitation: str | None
    members: int
    participants: list[Participant]
    version: int
    made_by: str
    made_at: datetime


class GroupPage(Message):
    """Groups, the latest first; `cursor` gives the older ones."""

    groups: list[Group]
    cursor: str | None


class Groups(Interface, Protocol):
    """Groups of a chat network. What is asked of the network shows once it has been done."""

    @call(rights.READ)
    def list_groups(
        self,
        *,
        connection_id: UUID | None = None,
        itinerary_id: UUID | None = None,
        contact_id: UUID | None = None,
        state: GroupState | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> GroupPage:
        """Groups that our numbers are or were in, those that were made on the phone too.

        With `contact_id` those that he is in, was, or was asked into.
        """
        ...

    @call(rights.READ)
    def get_group(self, *, id: UUID) -> Group:
        """One group with its participants. NotFound `inbox.group_not_found`."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def create_group(
        self,
        *,
        subject: GroupSubject,
        participants: Invited,
        request_id: Name,
        connection_id: UUID | None = None,
        itinerary_id: UUID | None = None,
    ) -> Group:
        """Make a group, by the default number unless another one is named.

        Who lets nobody add him is sent the invitation in a message of his own. Invalid
        `inbox.group_invalid` names every field that stands in the way; Conflict `inbox.no_groups`
        where the number cannot have groups. The same `request_id` again answers with the group of
        the first time; for another group it is Conflict `inbox.request_reused`.
        """
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def update_group(
        self,
        *,
        id: UUID,
        version: int,
        subject: GroupSubject,
        itinerary_id: UUID | None = None,
    ) -> Group:
        """Call it otherwise, or let what is said in it from now on belong to another itinerary.

        Conflict `inbox.group_not_open` where we are not in it; Stale `inbox.group_changed`.
        """
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def add_participants(self, *, id: UUID, participants: Invited) -> Group:
        """Ask the network to let these in; who is in it already stays. As `create_group`."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def remove_participants(self, *, id: UUID, participants: Invited) -> Group:
        """Take these out. Invalid names one who is not in it."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def leave_group(self, *, id: UUID, reason: Line = "") -> Group:
        """Leave it for good; its history stays, and who did so, with what `reason`, is kept."""
        ...


@event("chat_group.changed", source="inbox")
class ChatGroupChanged(Event):
    """A group as people see it, after something was asked of it or became of it."""

    group: Group
