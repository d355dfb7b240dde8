"""A trip's documents: vouchers, tickets, passports, what a supplier sent."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import FileRef, Line
from ..files import Attachment


class DocumentKind(enum.Enum):
    """What a document is."""

    VOUCHER = "voucher"
    TICKET = "ticket"
    INVOICE = "invoice"
    CONTRACT = "contract"
    IDENTITY = "identity"  # a passport, a visa
    INSURANCE = "insurance"
    OTHER = "other"


class Document(Message):
    """An uploaded file of a trip. It is for the team alone, unless it is `shared`: then whoever has
    the trip's link finds it on the page. A message may attach it by its id all the same.

    `service_id` is the service that it is for, `contact_id` the guest whose it is: with his
    erasure it goes.
    """

    id: UUID
    itinerary_id: UUID
    kind: DocumentKind
    note: Line
    service_id: UUID | None
    contact_id: UUID | None
    attachment: Attachment
    added_at: datetime
    added_by: UUID | None
    added_by_name: str
    version: int
    shared: bool = False


class PublicDocument(Message):
    """A document that is shared, as the trip's page shows it: its file, and nothing that the team
    wrote of it. `service_id` is the service that it is for."""

    id: UUID
    kind: DocumentKind
    service_id: UUID | None
    file: FileRef


class Documents(Interface, Protocol):
    """What is kept with a trip."""

    @call(rights.READ)
    def list_documents(self, *, itinerary_id: UUID) -> list[Document]:
        """The documents of a trip, the newest first. NotFound `itineraries.not_found`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def add_document(
        self,
        *,
        itinerary_id: UUID,
        file_id: UUID,
        kind: DocumentKind = DocumentKind.OTHER,
        note: Line = "",
        service_id: UUID | None = None,
        contact_id: UUID | None = None,
        shared: bool = False,
        id: UUID | None = None,
    ) -> Document:
        """Keep an uploaded file with a trip. With an `id` that exists already nothing changes.

        Invalid `itineraries.invalid` for a file that there is not, a service of another trip, a
        contact who is no guest of it, and a passport or visa that is to be shared; Conflict
        `itineraries.too_many_documents` beyond 500.
        """
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def update_document(
        self,
        *,
        id: UUID,
        version: int,
        kind: DocumentKind,
        note: Line = "",
        service_id: UUID | None = None,
        contact_id: UUID | None = None,
        shared: bool = False,
    ) -> Document:
        """Say otherwise what a document is. NotFound `itineraries.document_not_found`; Stale
        `itineraries.changed`; Invalid as `add_document`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def remove_document(self, *, id: UUID) -> None:
        """Keep it no more. NotFound `itineraries.document_not_found`."""
        ...


@event("document.changed", source="itineraries")
class DocumentChanged(Event):
    """A document of a trip was added, changed or `removed`. It says no more than which, so that
    nothing of what is erased stays where events are kept."""

    id: UUID
    itinerary_id: UUID
    removed: bool = False
