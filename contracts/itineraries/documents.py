"""A trip's documents: vouchers, tickets, passports, what a supplier sent. For the team alone."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Line
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
    """An uploaded file of a trip. No guest sees it unless a message attaches it by its id.

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
        id: UUID | None = None,
    ) -> Document:
        """Keep an uploaded file with a trip. With an `id` that exists already nothing changes.

        Invalid `itineraries.invalid` for a file that there is not, a service of another trip and a
        contact who is no guest of it; Conflict `itineraries.too_many_documents` beyond 500.
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
    ) -> Document:
        """Say otherwise what a document is. NotFound `itineraries.document_not_found`; Stale
        `itineraries.changed`; Invalid as `add_document`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def remove_document(self, *, id: UUID) -> None:
        """Keep it no more. NotFound `itineraries.document_not_found`."""
        ...
