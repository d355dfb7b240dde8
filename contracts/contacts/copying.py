"""What other services copy of contacts, to make their read models anew."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import CopyLimit
from .merging import MergeEntry
from .people import Contact


class ContactCopies(Message):
    """Some contacts, merged and erased ones too; `total` of all, on the first page."""

    items: list[Contact]
    total: int | None


class MergeCopies(Message):
    """Some merges, those that were taken back too; `total` of all, on the first page."""

    items: list[MergeEntry]
    total: int | None


class Copying(Interface, Protocol):
    """For services that keep copies."""

    @call(rights.SERVICES_ONLY)
    def contacts_page(self, *, after: UUID | None, limit: CopyLimit) -> ContactCopies:
        """The contacts that follow the id `after`, in the order of ids. Without an organisation
        there are none, and `total` counts those of all."""
        ...

    @call(rights.SERVICES_ONLY)
    def merges_page(self, *, after: UUID | None, limit: CopyLimit) -> MergeCopies:
        """The same for merges."""
        ...
