"""The list of what was sent as a CSV file: a kind of job."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy.orm import Session

from contracts.inbox import SentMessage
from fairlead.context import current
from fairlead.files import FileStore
from fairlead.jobs import rows as jobs
from fairlead.jobs.messages import Job, JobFile
from fairlead.jobs.work import Effect, Progress
from fairlead.service import ServiceStore
from fairlead.spreadsheet import lines

from .store import sent
from .store.sent import Filters

SENT_EXPORT = "sent_export"
AT_ONCE = 200
RESULT = "result"
LARGEST_FILE = 512 * 1024 * 1024
COLUMNS = (
    "sent at", "channel", "kind", "status", "reason", "to", "contact", "itinerary", "sender",
    "subject", "beginning",
)  # fmt: skip


class SentExportState(msgspec.Struct):
    """How far an export is."""

    filters: Filters
    cursor: str | None = None
    done: int = 0
    finishing: bool = False


class SentExporter:
    """Writes page by page, so that it goes on where somebody died."""

    def __init__(self, store: ServiceStore, files: FileStore) -> None:
        self._store = store
        self._files = files

    def step(self, job: Job, state: SentExportState) -> Effect[SentExportState]:
        """The next page, or the end."""
        if state.finishing:
            return self._finish(job, state)
        with self._store.reading() as session:
            page = sent.listed(session, state.filters, cursor=state.cursor, limit=AT_ONCE)
        content = _page(page.sent, first=state.cursor is None)
        done = state.done + len(page.sent)
        after = SentExportState(state.filters, page.cursor, done, finishing=page.cursor is None)

        def effect(session: Session) -> Progress[SentExportState]:
            jobs.add_part(session, job, RESULT, content)
            return Progress(state=after, done=done)

        return effect

    def _finish(self, job: Job, state: SentExportState) -> Effect[SentExportState]:
        with self._store.reading() as session:
            parts = list(jobs.parts(session, job, RESULT))
        stored = self._files.put(current().need_organisation(), parts, limit=LARGEST_FILE)
        file = JobFile(key=stored.key, name="sent.csv", content_type="text/csv", size=stored.size)
        return lambda session: Progress(
            state=state, done=state.done, total=state.done, finished=True, result=file
        )


def _page(found: Sequence[SentMessage], *, first: bool) -> bytes:
    made = lines(COLUMNS, (_row(each) for each in found))
    header = next(made)
    return "".join([header, *made] if first else made).encode()


def _row(each: SentMessage) -> list[object]:
    return [
        each.at.isoformat(timespec="seconds"),
        each.channel.value,
        each.kind.value,
        each.status.value if each.status else "",
        each.reason,
        ", ".join(each.to),
        each.contact_name,
        each.reference,
        each.author_name,
        each.subject,
        each.preview,
    ]
