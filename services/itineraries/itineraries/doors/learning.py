"""What other services say of people."""

from __future__ import annotations

from contracts.contacts import ContactMerged, ContactUnmerged
from fairlead.service import Store, on

from ..store import merges


class Learning:
    """What other services say of people."""

    store = Store()

    @on(ContactMerged)
    def join_contacts(self, event: ContactMerged) -> None:
        """Two contacts are one: their trips are one list."""
        with self.store.once() as session:
            merges.hear(session, event.merge_id, event.merged_id, event.contact.id)

    @on(ContactUnmerged)
    def part_contacts(self, event: ContactUnmerged) -> None:
        """They are two after all."""
        with self.store.once() as session:
            merges.hear(session, event.merge_id, event.merged.id, event.contact.id, undone=True)
