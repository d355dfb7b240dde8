"""All that is known of a person: given to her, or forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from fairlead.contract import Event, Interface, call, event

from .. import rights
from ..jobs import Job


class PersonalData(Interface, Protocol):
    """What a person has a right to (GDPR, articles 15, 17 and 20)."""

    @call(rights.PERSONAL_DATA, mutates=True)
    def start_person_export(self, *, contact_id: UUID, id: UUID | None = None) -> Job:
        """Gather all that any service knows of a contact, as a job (kind `person_export`).

        Its result is a ZIP file: a page to read, JSON for each service, and all files. Conflict
        `contacts.erased`, and `contacts.job_running` while she is being erased.
        """
        ...

    @call(rights.PERSONAL_DATA, mutates=True)
    def start_erasure(self, *, contact_id: UUID, id: UUID | None = None) -> Job:
        """Forget a contact in every service, and all that were merged into it, as a job (kind
        `erasure`), for good. Trips, prices and times stay, and that there were messages.

        One that failed or was cancelled goes on where it was. Conflict `contacts.is_company` for
        a company, `contacts.erased`, `contacts.job_running` for another job about the contact or
        an import or export under way.
        """
        ...


@event("contact.erased", source="contacts")
class ContactErased(Event):
    """A contact was forgotten everywhere; `contact_ids` are all that were one with it."""

    contact_id: UUID
    contact_ids: list[UUID]
    at: datetime
