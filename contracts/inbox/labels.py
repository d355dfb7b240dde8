"""Labels that the organisation sorts its conversations by, and doing one thing with many."""

from __future__ import annotations

from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from .conversations import Conversation, ConversationState

LabelName = Annotated[str, Meta(min_length=1, max_length=60)]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")]
LabelIds = Annotated[list[UUID], Meta(max_length=50)]
MOST = 200  # conversations of one bulk action


class Label(Message):
    """A label; no two of an organisation have the same name, whatever the case."""

    id: UUID
    name: str
    colour: str
    version: int


class Refusal(Message):
    """A conversation with which nothing was done, and why."""

    id: UUID
    code: str
    reason: str


class BulkResult(Message):
    """What a bulk action did: each conversation stands in one of the lists.

    `unchanged` are those that were so before.
    """

    changed: list[UUID]
    unchanged: list[UUID]
    refused: list[Refusal]


class Labels(Interface, Protocol):
    """Labels, and what is done with many conversations at once."""

    @call(rights.READ)
    def list_labels(self) -> list[Label]:
        """All labels by name."""
        ...

    @call(rights.EDIT_LABELS, mutates=True)
    def create_label(self, *, name: LabelName, colour: Colour = "#0f5c6e") -> Label:
        """A new label. Conflict `inbox.label_taken` and `inbox.too_many_labels`."""
        ...

    @call(rights.EDIT_LABELS, mutates=True)
    def update_label(self, *, id: UUID, name: LabelName, colour: Colour, version: int) -> Label:
        """Rename or recolour a label.

        NotFound `inbox.label_not_found`; Conflict `inbox.label_taken`; Stale
        `inbox.label_changed`.
        """
        ...

    @call(rights.EDIT_LABELS, mutates=True, deadline=20.0)
    def merge_label(self, *, id: UUID, into_id: UUID, version: int) -> Label:
        """Put the label `into_id` wherever this one is, which is then no more."""
        ...

    @call(rights.EDIT_LABELS, mutates=True, deadline=20.0)
    def remove_label(self, *, id: UUID, version: int) -> None:
        """Take a label off every conversation, and away."""
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def set_labels(self, *, id: UUID, label_ids: LabelIds, version: int) -> Conversation:
        """Let a conversation have these labels and no others.

        Invalid `inbox.label_unknown` names each that there is not; Stale
        `inbox.conversation_changed`.
        """
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True, deadline=20.0)
    def change_conversations(
        self,
        *,
        ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST)],
        archived: bool | None = None,
        read: bool = False,
        state: ConversationState | None = None,
        assign_to: UUID | None = None,
        unassign: bool = False,
        add_labels: LabelIds = [],
        remove_labels: LabelIds = [],
    ) -> BulkResult:
        """Do the same with up to 200 conversations, and say of each what became of it.

        Where what is to be done cannot be done with any (an unknown label, a user who left, or
        nothing at all is asked for) nothing is done.
        """
        ...


@event("label.changed", source="inbox")
class LabelChanged(Event):
    """A label after a change; `removed` when it is no more, `merged_into` what took its place."""

    label: Label
    removed: bool = False
    merged_into: UUID | None = None
