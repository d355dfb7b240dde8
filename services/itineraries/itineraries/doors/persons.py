"""What is asked of itineraries about one person."""

from __future__ import annotations

from uuid import UUID

from contracts.persons import Person, PersonErasure, PersonPage
from fairlead.erasing import Lists, Traces
from fairlead.service import Parts, rpc

from .. import documents, forgetting, gathering, picturing
from .changing import Changing, again


class Persons(Changing):
    """Trips that one person takes part in, and lists of reservations."""

    lists = Parts(lambda store, runtime: Lists(store, runtime.files))

    @rpc
    def export_person(self, *, person: Person, cursor: str | None) -> PersonPage:
        """Her trips."""
        with self.store.reading() as session:
            return gathering.page(session, person, cursor, self.config.public_url.reveal())

    @rpc
    def erase_person(self, *, person: Person, cursor: str | None) -> PersonErasure:
        """Take her name and words from trips; what was planned and paid stays."""
        phase, _, rest = (cursor or "files").partition(":")
        if phase == "files":
            gone = self.lists.drop(
                Traces(person.words), person.contact_ids, UUID(rest) if rest else None
            )
            next = "trips" if gone.after is None else f"files:{gone.after}"
            return PersonErasure(changed=gone.jobs, cursor=next, files=gone.files)

        def once() -> PersonErasure:
            with self.store.transaction() as session:
                done = forgetting.step(session, person, cursor)
                for row in done.trips:
                    self._tell(session, row)
                return PersonErasure(changed=done.changed, cursor=done.cursor, gone=done.gone)

        return again(once)

    @rpc
    def forget_copies(self, *, ids: list[UUID]) -> PersonErasure:
        """Files that are gone are no documents any more, nor pictures; of messages there are no
        copies here."""
        with self.store.transaction() as session:
            changed = documents.forget(session, ids) + picturing.forget(session, ids)
            return PersonErasure(changed=changed, cursor=None)
