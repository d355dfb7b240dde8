"""The audit log: what every service records comes here."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import structlog

from contracts.accounts import AuditPage
from fairlead.context import current
from fairlead.recorded import AuditRecorded
from fairlead.service import Store, on, rpc

from ..store import audit
from ..views import audit_entry_of

log = structlog.get_logger(__name__)


class Auditing:
    """Who changed what."""

    store = Store()

    @on(AuditRecorded)
    def keep_record(self, event: AuditRecorded) -> None:
        """Put it at the end of the organisation's log."""
        if current().organisation is None:
            log.warning("recorded for no organisation", action=event.action)
            return
        with self.store.once() as session:
            audit.add(session, event)

    @rpc
    def list_audit(
        self,
        *,
        since: dt.datetime | None,
        until: dt.datetime | None,
        user: UUID | None,
        entity: str | None,
        entity_id: UUID | None,
        action: str | None,
        about: UUID | None,
        q: str | None,
        cursor: str | None,
        limit: int,
    ) -> AuditPage:
        """A page of the log, the newest first."""
        with self.store.reading() as session:
            found = audit.entries(
                session,
                since=since,
                until=until,
                user=user,
                entity=entity,
                entity_id=entity_id,
                action=action,
                about=about,
                q=q,
                cursor=cursor,
                limit=limit,
            )
            entries = [audit_entry_of(row) for row in found.items]
            return AuditPage(entries=entries, cursor=found.next)

    @rpc
    def erase_audit_words(self, *, contact_id: UUID) -> int:
        """Take out the words about a contact who is erased."""
        with self.store.transaction() as session:
            return audit.erase(session, contact_id)
