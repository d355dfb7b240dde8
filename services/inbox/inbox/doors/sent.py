"""The list of what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from contracts import rights
from contracts.channels import DeliveryStatus
from contracts.common import Channel
from contracts.inbox import AuthorKind, SentMessagePage
from fairlead.audit import record
from fairlead.jobs import rows as jobs
from fairlead.jobs.messages import Job
from fairlead.jobs.work import Kind
from fairlead.service import Parts, Store, rpc

from ..sent_export import SENT_EXPORT, SentExporter, SentExportState
from ..store import sent
from ..store.sent import Filters


class SentLog:
    """What was sent, on all channels."""

    store = Store()
    sent_exporter = Parts(lambda store, runtime: SentExporter(store, runtime.files))

    def sent_kinds(self) -> Mapping[str, Kind[Any]]:
        """What is done with the list in jobs."""
        step = self.sent_exporter.step
        return {SENT_EXPORT: Kind(SENT_EXPORT, rights.EXPORT_CONTACTS, SentExportState, step)}

    @rpc
    def list_sent_messages(
        self,
        *,
        channel: Channel | None,
        status: DeliveryStatus | None,
        connection_id: UUID | None,
        author_kind: AuthorKind | None,
        author_id: UUID | None,
        contact_id: UUID | None,
        itinerary_id: UUID | None,
        sent_from: dt.datetime | None,
        sent_before: dt.datetime | None,
        cursor: str | None,
        limit: int,
    ) -> SentMessagePage:
        """What was sent and fits, the newest first."""
        filters = Filters(
            channel=channel,
            status=status,
            connection_id=connection_id,
            author_kind=author_kind,
            author_id=author_id,
            contact_id=contact_id,
            itinerary_id=itinerary_id,
            sent_from=sent_from,
            sent_before=sent_before,
        )
        with self.store.reading() as session:
            return sent.listed(session, filters, cursor=cursor, limit=limit)

    @rpc
    def start_sent_export(
        self,
        *,
        channel: Channel | None,
        status: DeliveryStatus | None,
        connection_id: UUID | None,
        author_kind: AuthorKind | None,
        author_id: UUID | None,
        contact_id: UUID | None,
        itinerary_id: UUID | None,
        sent_from: dt.datetime | None,
        sent_before: dt.datetime | None,
        id: UUID | None,
    ) -> Job:
        """Write what fits into a CSV file."""
        filters = Filters(
            channel=channel,
            status=status,
            connection_id=connection_id,
            author_kind=author_kind,
            author_id=author_id,
            contact_id=contact_id,
            itinerary_id=itinerary_id,
            sent_from=sent_from,
            sent_before=sent_before,
        )
        state = SentExportState(filters)
        with self.store.transaction() as session:
            job = jobs.start(session, "inbox", SENT_EXPORT, state, label="sent.csv", id=id)
            record(session, "sent.exported", entity="job", id=job.id, label="sent.csv", after={})
            return job
