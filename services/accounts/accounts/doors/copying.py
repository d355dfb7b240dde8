"""What other services copy, to make their read models anew."""

from __future__ import annotations

from uuid import UUID

from contracts.accounts import OrganisationCopies, UserCopies
from fairlead.projections.copying import page_of, reach
from fairlead.service import Store, rpc

from ..store import people
from ..store.people import UserRow
from ..views import organisation_of, user_of


class Copying:
    """What other services copy."""

    store = Store()

    @rpc
    def organisations_page(self, *, after: UUID | None, limit: int) -> OrganisationCopies:
        """The caller's organisation, or all."""
        with self.store.reading(reach()) as session:
            rows, total = people.organisations_after(session, after, limit)
            return OrganisationCopies(items=[organisation_of(row) for row in rows], total=total)

    @rpc
    def users_page(self, *, after: UUID | None, limit: int) -> UserCopies:
        """Users, whether they are active or not."""
        with self.store.reading(reach()) as session:
            rows, total = page_of(session, UserRow, UserRow.id, after, limit)
            return UserCopies(items=[user_of(row) for row in rows], total=total)
