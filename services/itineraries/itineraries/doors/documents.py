"""Documents of trips."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.files import File, FileChecked
from contracts.inbox import Inbox
from contracts.itineraries import Document, DocumentKind
from fairlead.errors import Invalid
from fairlead.service import Remote, on, rpc
from fairlead.store import new_id

from .. import documents, picturing
from ..store import documents as store
from .changing import Changing, again


class Documents(Changing):
    """What is kept with trips."""

    inbox = Remote(Inbox)

    @rpc
    def list_documents(self, *, itinerary_id: UUID) -> list[Document]:
        """The documents of a trip."""
        with self.store.reading() as session:
            return documents.listed(session, itinerary_id)

    @rpc
    def add_document(
        self,
        *,
        itinerary_id: UUID,
        file_id: UUID,
        kind: DocumentKind,
        note: str,
        service_id: UUID | None,
        contact_id: UUID | None,
        shared: bool,
        id: UUID | None,
    ) -> Document:
        """Keep an uploaded file with a trip."""
        file, new = self._held(file_id), id or new_id()

        def once() -> Document:
            with self.store.transaction() as session:
                return documents.add(
                    session,
                    new,
                    itinerary_id,
                    file,
                    kind=kind,
                    note=note,
                    service_id=service_id,
                    contact_id=contact_id,
                    shared=shared,
                )

        return again(once)

    @rpc
    def update_document(
        self,
        *,
        id: UUID,
        version: int,
        kind: DocumentKind,
        note: str,
        service_id: UUID | None,
        contact_id: UUID | None,
        shared: bool,
    ) -> Document:
        """Say otherwise what a document is."""

        def once() -> Document:
            with self.store.transaction() as session:
                return documents.update(
                    session,
                    id,
                    version,
                    kind=kind,
                    note=note,
                    service_id=service_id,
                    contact_id=contact_id,
                    shared=shared,
                )

        return again(once)

    @rpc
    def remove_document(self, *, id: UUID) -> None:
        """Keep it no more."""
        with self.store.transaction() as session:
            documents.remove(session, id)

    @on(FileChecked)
    def learn_file(self, event: FileChecked) -> None:
        """More is known of a file that a document may be, or a listing show."""
        with self.store.once() as session:
            documents.learn(session, event.file)
            picturing.learn(session, event.file)

    def keys_held(self, session: Session, keys: Collection[str]) -> set[str]:
        """Those of `keys` that documents and pictures of listings have."""
        return store.held(session, keys) | picturing.held(session, keys)

    def _held(self, file_id: UUID) -> File:
        """The file, which stays until the document is there; raises Invalid."""
        found = self.inbox.hold_files(ids=[file_id])
        if not found:
            raise Invalid.field("itineraries.invalid", "file_id", "there is no such file")
        return found[0]
