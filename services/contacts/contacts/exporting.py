"""Contacts into a CSV file, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from contracts.contacts import Contact, ContactSort, Scheme
from contracts.jobs import Job, JobFile
from fairlead.context import current
from fairlead.files import FileStore
from fairlead.jobs import rows as jobs
from fairlead.jobs.sheets import LARGEST_FILE
from fairlead.jobs.work import Effect, Progress
from fairlead.service import ServiceStore
from fairlead.spreadsheet import lines

from . import filtering
from .domain import decisions
from .domain.sheet import joined
from .store import contacts, remarks
from .views import contact_of, definition_of

AT_ONCE = 200
RESULT = "result"
COLUMNS = (
    "external_id",
    "name",
    "kind",
    "is_company",
    "company",
    "in_company",
    "position",
    "email",
    "phone",
    "whatsapp",
    "language",
    "zone",
    "channel",
    "tags",
    "notes",
    *decisions.COLUMNS,
)


class ExportState(msgspec.Struct):
    """How far an export is."""

    filters: dict[str, Any]
    fields: list[str] = []
    cursor: str | None = None
    done: int = 0
    total: int | None = 0
    finishing: bool = False


class Exporter:
    """The kind of job `export`."""

    def __init__(self, store: ServiceStore, files: FileStore) -> None:
        self._store = store
        self._files = files

    def step(self, job: Job, state: ExportState) -> Effect[ExportState]:
        """The next page, or the end."""
        if state.finishing:
            return self._finish(job, state)
        filters = filtering.restored(state.filters)
        with self._store.reading() as session:
            known = [definition_of(each) for each in remarks.fields(session)]
            page = contacts.listed(
                session, filters, sort=ContactSort.NAME, cursor=state.cursor, limit=AT_ONCE
            )
            found = [contact_of(row) for row in page.items]
            total = state.total
            if state.cursor is None:
                # How many a search finds is known once all are found.
                total = None if filters.words else contacts.count(session, filters)
        done = state.done + len(found)
        if page.next is None or (total is not None and total < done):
            total = done
        # The columns are those of the beginning, whatever becomes of the own fields meanwhile.
        own = state.fields if state.cursor is not None else [each.key for each in known]
        content = _page(found, own, first=state.cursor is None)
        now = msgspec.structs.replace(
            state,
            fields=own,
            cursor=page.next,
            done=done,
            total=total,
            finishing=page.next is None,
        )

        def effect(session: Session) -> Progress[ExportState]:
            jobs.add_part(session, job, RESULT, content)
            return _progress(now)

        return effect

    def _finish(self, job: Job, state: ExportState) -> Effect[ExportState]:
        with self._store.reading() as session:
            parts = list(jobs.parts(session, job, RESULT))
        stored = self._files.put(current().need_organisation(), parts, limit=LARGEST_FILE)
        file = JobFile(
            key=stored.key, name="contacts.csv", content_type="text/csv", size=stored.size
        )
        return lambda session: _progress(state, finished=True, result=file)


def _progress(state: ExportState, **more: Any) -> Progress[ExportState]:
    return Progress(state=state, done=state.done, total=state.total, **more)


def _page(found: Sequence[Contact], own: Sequence[str], *, first: bool) -> bytes:
    made = lines([*COLUMNS, *(f"fields.{key}" for key in own)], (_row(each, own) for each in found))
    header = next(made)
    return "".join([header, *made] if first else made).encode()


def _row(contact: Contact, own: Sequence[str]) -> list[object]:
    def reached(scheme: Scheme) -> str:
        return joined(each.value for each in contact.identities if each.scheme is scheme)

    return [
        contact.external_id,
        contact.name,
        contact.kind.value,
        _cell(contact.is_company or None),
        contact.company if contact.company_id is None else "",
        contact.company if contact.company_id is not None else "",
        contact.position,
        reached(Scheme.EMAIL),
        reached(Scheme.PHONE),
        reached(Scheme.WHATSAPP),
        contact.language,
        contact.zone,
        contact.channel.value if contact.channel else "",
        joined(contact.tags),
        contact.notes,
        *(decisions.written(contact.consents, column) for column in decisions.COLUMNS),
        *(_cell(contact.fields.get(key)) for key in own),
    ]


def _cell(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value
