"""What is asked of the inbox about one person."""

from __future__ import annotations

from uuid import UUID

from contracts.persons import Person, PersonErasure, PersonPage
from fairlead.service import Parts, Store, rpc

from .. import gathering
from ..forgetting import Forgetter


class Persons:
    """All that is said with one person."""

    store = Store()
    forgetter = Parts(lambda store, runtime: Forgetter(store, runtime.files))

    @rpc
    def export_person(self, *, person: Person, cursor: str | None) -> PersonPage:
        """What was said with her."""
        return gathering.page(self.store, person, cursor)

    @rpc
    def erase_person(self, *, person: Person, cursor: str | None) -> PersonErasure:
        """Take her words, and her name from others'."""
        return self.forgetter.step(person, cursor)

    @rpc
    def forget_copies(self, *, ids: list[UUID]) -> PersonErasure:
        """Files that others showed go; messages are the inbox's own."""
        return self.forgetter.drop(ids)
