"""An inbox in which one supplier writes to a team, for tests of what the team does."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from contracts.accounts import OrganisationChanged, StaffRole, User, UserChanged
from contracts.contacts import ContactChanged
from contracts.inbox import Conversation, ConversationChanged, Draft, MessageView
from fairlead.context import Role

from . import NOW, connection, contact, organisation, received
from .desk import Desk

OPS = connection()
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test")


class Team:
    """Says what tests say often."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.settle()

    def settle(self) -> None:
        """Let the present organisation have a connection, a supplier and its users."""
        at = self.desk.organisation
        self.desk.hear("learn_organisation", OrganisationChanged(organisation=organisation(at)))
        self.desk.hear("learn_connection", OPS)
        self.desk.hear("learn_contact", ContactChanged(contact=LISBOA))
        self.employ(self.desk.user, "Maria Ruiz")

    def employ(self, id: UUID | None = None, name: str = "Rui Costa", **fields: Any) -> UUID:
        """A user whom the inbox has heard of."""
        values: dict[str, Any] = {
            "id": id or uuid4(),
            "name": name,
            "email": f"{uuid4()}@meridian.test",
            "role": StaffRole.USER,
            "active": True,
            "zone": None,
            "signature": "",
            "version": 1,
        }
        user = User(**(values | fields))
        self.desk.hear("learn_user", UserChanged(user=user))
        return user.id

    def take(
        self, sender: str = "ops@lisboa.test", minute: float = 0, **fields: Any
    ) -> MessageView:
        """A message that came in, some minutes from NOW."""
        at = NOW + dt.timedelta(minutes=minute)
        fields.setdefault("connection_id", OPS.connection_id)
        event = received(fields.pop("connection_id"), sender, **({"received_at": at} | fields))
        assert self.desk.hear("take_message", event)
        shown: MessageView = self.desk.call("get_message", id=event.id)
        return shown

    def answer(self, message: MessageView, role: Role = Role.USER, **fields: Any) -> MessageView:
        """A message that answers this one."""
        values: dict[str, Any] = {"in_reply_to": message.id, "text": "Yes"}
        draft = Draft(**(values | fields))
        [sent] = self.desk.call("send", role=role, draft=draft, request_id=str(uuid4()))
        assert isinstance(sent, MessageView)
        return sent

    def shown(self, id: UUID) -> Conversation:
        """A conversation as it is now."""
        conversation: Conversation = self.desk.call("get_conversation", id=id)
        return conversation

    def version(self, id: UUID) -> int:
        """The version of a conversation."""
        return self.shown(id).version

    def listed(self, **filters: Any) -> list[UUID]:
        """The conversations of a list."""
        page = self.desk.call("list_conversations", **filters)
        return [each.id for each in page.conversations]

    def changes(self) -> list[str]:
        """What happened to conversations, as events say it."""
        return [each.change for each in self.desk.told(ConversationChanged)]

    def trail(self, id: UUID) -> list[str]:
        """What was done with a conversation, the first first."""
        return [e.change for e in self.desk.call("conversation_history", id=id).entries][::-1]
