"""Documents of trips: each function inside the transaction that it is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import FileRef
from contracts.files import HELD, Attachment, File, FilesAttached, attachment_of
from contracts.itineraries import Document, DocumentChanged, DocumentKind, PublicDocument
from fairlead.context import current
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.service import publish

from . import finding, recording
from .domain import plan
from .store import documents as store
from .store.documents import DocumentRow
from .store.trips import ItineraryRow

MOST = 500  # of one trip: they are listed without pages


def listed(session: Session, itinerary_id: UUID) -> list[Document]:
    """The documents of a trip, the newest first."""
    row = finding.trip(session, itinerary_id)
    return [view(each) for each in store.of_trip(session, row.id)]


def shared(session: Session, itinerary_id: UUID) -> list[PublicDocument]:
    """What the page of a trip shows."""
    return [
        PublicDocument(
            id=each.id,
            kind=each.kind,
            service_id=each.service_id,
            file=FileRef(
                key=each.key,
                name=each.file.name,
                content_type=each.file.content_type,
                size=each.file.size,
            ),
        )
        for each in store.of_trip(session, itinerary_id)
        if each.shared and each.file.state not in HELD
    ]


def add(
    session: Session,
    id: UUID,
    itinerary_id: UUID,
    file: File,
    *,
    kind: DocumentKind,
    note: str,
    service_id: UUID | None,
    contact_id: UUID | None,
    shared: bool,
) -> Document:
    """Keep a file with a trip; what is kept already stays as it is."""
    plan.check_line("note", note)
    _check_shared(kind, shared)
    trip = finding.trip(session, itinerary_id, lock=True)
    known = store.find(session, id)
    if known is not None:
        return view(known)
    _check_belongs(trip, service_id, contact_id)
    if store.count(session, trip.id) >= MOST:
        raise Conflict("itineraries.too_many_documents", f"A trip has {MOST} documents at most")
    who = current()
    row = DocumentRow(
        id=id,
        itinerary_id=trip.id,
        file_id=file.id,
        key=file.file.key,
        file=attachment_of(file),
        kind=kind,
        note=note.strip(),
        service_id=service_id,
        contact_id=contact_id,
        added_at=dt.datetime.now(dt.UTC),
        added_by=who.user,
        added_by_name=(who.user_name or "")[:200],
        shared=shared,
    )
    session.add(row)
    session.flush()
    publish(session, FilesAttached(files=[file.id]))
    recording.document(session, "document.added", trip, row)
    tell(session, row)
    return view(row)


def update(
    session: Session,
    id: UUID,
    version: int,
    *,
    kind: DocumentKind,
    note: str,
    service_id: UUID | None,
    contact_id: UUID | None,
    shared: bool,
) -> Document:
    """Say otherwise what a document is."""
    plan.check_line("note", note)
    _check_shared(kind, shared)
    trip, row = _with_trip(session, id)
    finding.expect(row, version)
    _check_belongs(trip, service_id, contact_id)
    row.kind, row.note, row.shared = kind, note.strip(), shared
    row.service_id, row.contact_id = service_id, contact_id
    session.flush()
    if row.version != version:
        recording.document(session, "document.changed", trip, row)
        tell(session, row)
    return view(row)


def remove(session: Session, id: UUID) -> None:
    """Keep a document no more."""
    trip, row = _with_trip(session, id)
    recording.document(session, "document.removed", trip, row)
    drop(session, row)


def drop(session: Session, row: DocumentRow) -> None:
    """Have a document no more, and tell."""
    tell(session, row, removed=True)
    session.delete(row)


def learn(session: Session, file: Attachment) -> None:
    """More is known of a file that documents may be."""
    for row in store.learn(session, file):
        tell(session, row)


def leave_service(session: Session, itinerary_id: UUID, service_id: UUID) -> None:
    """Let the documents of a service that is no more be the whole trip's."""
    for row in store.leave_service(session, itinerary_id, service_id):
        tell(session, row)


def forget(session: Session, file_ids: Collection[UUID]) -> int:
    """Have no documents of these files; returns how many there were."""
    found = store.of_files(session, file_ids)
    for row in found:
        drop(session, row)
    return len(found)


def tell(session: Session, row: DocumentRow, *, removed: bool = False) -> None:
    """Say that a document is new, other, or no more."""
    told = DocumentChanged(id=row.id, itinerary_id=row.itinerary_id, removed=removed)
    publish(session, told)


def view(row: DocumentRow) -> Document:
    """A document as it is told to others."""
    return Document(
        id=row.id,
        itinerary_id=row.itinerary_id,
        kind=row.kind,
        note=row.note,
        service_id=row.service_id,
        contact_id=row.contact_id,
        attachment=row.file,
        added_at=row.added_at,
        added_by=row.added_by,
        added_by_name=row.added_by_name,
        version=row.version,
        shared=row.shared,
    )


def _with_trip(session: Session, id: UUID) -> tuple[ItineraryRow, DocumentRow]:
    """A document and its trip, which is locked: whoever erases a guest of it holds it too."""
    row = store.find(session, id)
    trip = None if row is None else finding.trip(session, row.itinerary_id, lock=True)
    row = store.find(session, id)  # it may have gone while the trip was not ours
    if row is None or trip is None:
        raise NotFound("itineraries.document_not_found", "There is no such document")
    session.refresh(row)
    return trip, row


def _check_shared(kind: DocumentKind, shared: bool) -> None:
    """A link is passed on among guests and suppliers; papers that prove who somebody is are not."""
    if shared and kind is DocumentKind.IDENTITY:
        raise Invalid.field("itineraries.invalid", "shared", "is not for passports and visas")


def _check_belongs(trip: ItineraryRow, service_id: UUID | None, contact_id: UUID | None) -> None:
    wrong = {}
    if service_id is not None and all(each.id != service_id for each in trip.services):
        wrong["service_id"] = "is no service of this trip"
    guests = {each.contact_id for each in trip.details.guests}
    if contact_id is not None and contact_id not in guests:
        wrong["contact_id"] = "is no guest of this trip"
    if wrong:
        raise Invalid.fields("itineraries.invalid", wrong)
