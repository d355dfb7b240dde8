"""One person in the gateway: what was sent to her and how it fared, given to her or forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.persons import Person, PersonErasure, PersonPage, PersonRecord
from fairlead.context import current
from fairlead.erasing import Sweep, Traces
from fairlead.errors import NotFound
from fairlead.files import FileStore
from fairlead.service import ServiceStore

from .store import persons as store
from .store.tables import Base, ClickRow, ConnectionRow, DispatchRow, OrganisationRow
from .understanding import understand

LARGEST_READ = 32 * 1024 * 1024


class Persons:
    """The gateway as one of those who are asked about somebody."""

    def __init__(self, service: ServiceStore, files: FileStore) -> None:
        self._service = service
        self._files = files
        self._sweep = Sweep(Base, spared=[ConnectionRow, OrganisationRow])

    def export(self, person: Person, cursor: str | None) -> PersonPage:
        """The copies that went to her, with clicks."""
        with self._service.reading() as session:
            rows = store.dispatches(session, _folded(person), UUID(cursor) if cursor else None)
            clicks = store.clicks(session, [row.id for row in rows])
            records = [
                PersonRecord(
                    kind="delivery",
                    at=row.sent_at,
                    data=_told(row, clicks)
                    | {"clicks": [each.at for each in clicks if each.dispatch_id == row.id]},
                )
                for row in rows
            ]
        more = len(rows) == store.AT_ONCE
        return PersonPage(records=records, cursor=str(rows[-1].id) if more else None)

    def erase(self, person: Person, cursor: str | None) -> PersonErasure:
        """Copies to her, her mailboxes, mails that became no message, notices, then every table."""
        phase, _, after = (cursor or "dispatches").partition(":")
        if phase == "reports":
            return self._erase_reports(person, UUID(after) if after else None)
        with self._service.transaction() as session:
            if phase == "dispatches":
                return self._erase_dispatches(session, person, UUID(after) if after else None)
            if phase == "notices":
                return self._erase_notices(session)
            swept = self._sweep.step(session, Traces(person.words), after or None)
            next = None if swept.cursor is None else f"sweep:{swept.cursor}"
            return PersonErasure(changed=len(swept.rows), cursor=next)

    def forget(self, ids: Sequence[UUID]) -> PersonErasure:
        """Letters and raw mails of these messages."""
        with self._service.transaction() as session:
            changed = store.drop_letters(session, ids)
            raw = store.drop_raw(session, ids)
            boxed = store.drop_sandbox_mails(session, store.of_messages(ids))
        changed += len(raw) + len(boxed)
        return PersonErasure(changed=changed, cursor=None, files=[*raw, *boxed])

    def _erase_dispatches(
        self, session: Session, person: Person, after: UUID | None
    ) -> PersonErasure:
        rows = store.dispatches(session, _folded(person), after)
        store.forget_dispatches(session, rows, dt.datetime.now(dt.UTC))
        store.drop_letters(session, store.nobodys(session, [row.message_id for row in rows]))
        files = store.drop_sandbox_mails(session, store.in_mailboxes(_folded(person)))
        changed = len(rows) + len(files) + store.drop_addresses(session, _folded(person))
        more = len(rows) == store.AT_ONCE
        next = f"dispatches:{rows[-1].id}" if more else "reports"
        return PersonErasure(changed=changed, cursor=next, files=files)

    def _erase_reports(self, person: Person, after: UUID | None) -> PersonErasure:
        traces = Traces(person.words)
        with self._service.reading() as session:
            rows = store.never_told(session, after)
        hers = [row.id for row in rows if self._names(row.key, traces)]
        with self._service.transaction() as session:
            files = store.drop_raw(session, hers)
        more = len(rows) == store.AT_ONCE
        next = f"reports:{rows[-1].id}" if more else "notices"
        return PersonErasure(changed=len(files), cursor=next, files=files)

    def _erase_notices(self, session: Session) -> PersonErasure:
        """What employees were told is theirs by now; here it may say what she wrote."""
        told = store.told_notices(session)
        store.drop_letters(session, told)
        files = store.drop_sandbox_mails(session, store.of_messages(told))
        next = "notices" if len(told) == store.AT_ONCE else "sweep:"
        return PersonErasure(changed=len(told), cursor=next, files=files)

    def _names(self, key: str, traces: Traces) -> bool:
        """Whether she stands in a raw mail, as it is written or as it is read."""
        try:
            with self._files.open(current().need_organisation(), key) as stream:
                raw = stream.read(LARGEST_READ)
        except NotFound:
            return False
        if traces.found_in(raw.decode("utf-8", "replace")):
            return True
        mail = understand(raw, []).mail
        return any(traces.found_in(text or "") for text in (mail.subject, mail.text, mail.html))


def _told(row: DispatchRow, clicks: Sequence[ClickRow]) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("message_id", "address", "status", "code", "reason", "sent_at", "opened_at")
    }
    told["clicks"] = [each.at for each in clicks if each.dispatch_id == row.id]
    plain: dict[str, Any] = msgspec.to_builtins(told)
    return plain


def _folded(person: Person) -> list[str]:
    return [each.lower() for each in person.addresses]
