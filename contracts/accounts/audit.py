"""The audit log: who changed what, when and from where."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.context import Role
from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Cursor, Limit, Line, Moment

Word = Annotated[str, Meta(max_length=80)]


class AuditEntry(Message):
    """One change. `before` and `after` hold the fields that differ, by their path.

    `about` is the contact whose data the words may hold; `label`, `before` and `after` are None
    once it was erased. `number` counts the organisation's entries without a gap, and `digest` is
    made of this entry and of the one before it: none can be changed or taken out unseen.
    """

    id: UUID
    number: int
    at: datetime
    user: UUID | None
    user_name: str | None
    role: Role
    remote: str | None
    request: str | None
    action: str
    entity: str
    entity_id: UUID | None
    label: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    digest: str
    about: UUID | None = None


class AuditPage(Message):
    """Entries, the newest first; `cursor` gives the older ones."""

    entries: list[AuditEntry]
    cursor: str | None


class AuditLog(Interface, Protocol):
    """What was changed; nobody changes the log itself."""

    @call(rights.READ_AUDIT)
    def list_audit(
        self,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        user: UUID | None = None,
        entity: Word | None = None,
        entity_id: UUID | None = None,
        action: Word | None = None,
        about: UUID | None = None,
        q: Line | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> AuditPage:
        """The entries from `since` (included) to `until` (not), with all that is given.

        `action` is a whole name or its beginning up to a dot, as `contact` for `contact.merged`;
        `about` a contact: what was done to it, and what was sent to it alone. `q` is looked for in
        label, name of the user, action, and the short values before and after: to whom a message
        went, of which kind it was.
        """
        ...

    @call(rights.SERVICES_ONLY, mutates=True)
    def erase_audit_words(self, *, contact_id: UUID) -> int:
        """Take out the words about a contact who is erased: label, before and after.

        Who did what to which entity when stays, and so does the proof of the log. Returns how many
        entries had such words; again, 0.
        """
        ...
