"""Labels, and what is done with many conversations at once."""

from __future__ import annotations

from uuid import UUID

from contracts.inbox import BulkResult, Conversation, ConversationState, Label
from fairlead.service import Store, rpc
from fairlead.store import is_duplicate

from .. import bulk, labelling, reading
from ..storable import storable_text
from ..store import labels


class Labels:
    """Labels, and what is done with many conversations at once."""

    store = Store()

    @rpc
    def list_labels(self) -> list[Label]:
        """All labels by name."""
        with self.store.reading() as session:
            return labels.listed(session)

    @rpc
    def create_label(self, *, name: str, colour: str) -> Label:
        """A new label."""
        try:
            with self.store.transaction() as session:
                return labelling.create(session, storable_text(name), colour)
        except Exception as error:
            if is_duplicate(error):  # two at once
                raise labelling.taken() from None
            raise

    @rpc
    def update_label(self, *, id: UUID, name: str, colour: str, version: int) -> Label:
        """Rename or recolour a label."""
        try:
            with self.store.transaction() as session:
                return labelling.update(session, id, version, storable_text(name), colour)
        except Exception as error:
            if is_duplicate(error):
                raise labelling.taken() from None
            raise

    @rpc
    def merge_label(self, *, id: UUID, into_id: UUID, version: int) -> Label:
        """Put another label wherever this one is."""
        with self.store.transaction() as session:
            return labelling.merge(session, id, into_id, version)

    @rpc
    def remove_label(self, *, id: UUID, version: int) -> None:
        """Take a label off every conversation, and away."""
        with self.store.transaction() as session:
            labelling.remove(session, id, version)

    @rpc
    def set_labels(self, *, id: UUID, label_ids: list[UUID], version: int) -> Conversation:
        """Let a conversation have these labels and no others."""
        with self.store.transaction() as session:
            return reading.mine(session, labelling.set_labels(session, id, version, label_ids))

    @rpc
    def change_conversations(
        self,
        *,
        ids: list[UUID],
        archived: bool | None,
        read: bool,
        state: ConversationState | None,
        assign_to: UUID | None,
        unassign: bool,
        add_labels: list[UUID],
        remove_labels: list[UUID],
    ) -> BulkResult:
        """Do the same with many conversations."""
        action = bulk.Action(
            archived=archived,
            read=read,
            state=state,
            assign_to=assign_to,
            unassign=unassign,
            add_labels=tuple(add_labels),
            remove_labels=tuple(remove_labels),
        )
        with self.store.transaction() as session:
            return bulk.change(session, ids, action)
