"""What other services copy, to make their read models anew."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import selectinload

from contracts.contacts import ContactCopies, MergeCopies
from fairlead.projections.copying import page_of, reach
from fairlead.service import Store, rpc

from ..store.tables import ContactRow, MergeRow
from ..views import contact_of, entry_of


class Copying:
    """What other services copy."""

    store = Store()

    @rpc
    def contacts_page(self, *, after: UUID | None, limit: int) -> ContactCopies:
        """Contacts, whatever became of them."""
        with self.store.reading(reach()) as session:
            identities = selectinload(ContactRow.identities)
            rows, total = page_of(session, ContactRow, ContactRow.id, after, limit, identities)
            return ContactCopies(items=[contact_of(row) for row in rows], total=total)

    @rpc
    def merges_page(self, *, after: UUID | None, limit: int) -> MergeCopies:
        """Merges, those that were taken back too."""
        with self.store.reading(reach()) as session:
            rows, total = page_of(session, MergeRow, MergeRow.id, after, limit)
            return MergeCopies(items=[entry_of(row) for row in rows], total=total)
