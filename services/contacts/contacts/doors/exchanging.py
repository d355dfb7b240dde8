"""Import and export."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from contracts import rights
from contracts.common import Channel, FileRef
from contracts.consents import ConsentKind
from contracts.contacts import ContactKind, ImportGuess, ImportPlan
from contracts.inbox import HELD, Inbox
from contracts.jobs import Job
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Conflict
from fairlead.jobs import rows as jobs
from fairlead.jobs.work import Kind
from fairlead.service import Parts, Provided, Remote, rpc
from fairlead.store import insert_into

from .. import filtering
from ..changing import Changing
from ..domain import sheet
from ..exporting import Exporter, ExportState
from ..importing import Importer, ImportState
from ..store import remarks
from ..store.tables import MappingRow
from ..views import definition_of

IMPORT, EXPORT = "import", "export"


class Exchanging(Changing):
    """Import and export."""

    inbox = Remote(Inbox)
    files = Provided(lambda runtime: runtime.files)
    importer = Parts(lambda store, runtime: Importer(store, runtime.files))
    exporter = Parts(lambda store, runtime: Exporter(store, runtime.files))

    def list_kinds(self) -> Mapping[str, Kind[Any]]:
        """What is done with lists in jobs."""
        return {
            IMPORT: Kind(
                IMPORT,
                rights.EDIT_CONTACTS,
                ImportState,
                self.importer.step,
                made=self.importer.made,
            ),
            EXPORT: Kind(EXPORT, rights.EXPORT_CONTACTS, ExportState, self.exporter.step),
        }

    @rpc
    def inspect_import(self, *, file_id: UUID) -> ImportGuess:
        """Look at an uploaded file."""
        _, content = self._content(file_id)
        guess = sheet.guess(content)
        with self.store.reading() as session:
            own = [definition_of(each) for each in remarks.fields(session)]
            known = remarks.mapping(session, _digest([each.name for each in guess.columns]))
        targets = [*guess.targets, *(f"fields.{each.key}" for each in own)]
        columns = sheet.with_own(guess, own)
        if known is not None:
            columns = [
                msgspec.structs.replace(column, target=target if target in targets else None)
                for column, target in zip(columns, known, strict=False)
            ]
        return msgspec.structs.replace(guess, columns=columns, targets=targets)

    @rpc
    def start_import(
        self, *, file_id: UUID, plan: ImportPlan, dry_run: bool, id: UUID | None
    ) -> Job:
        """Import a file as a job."""
        file, content = self._content(file_id)
        text, _ = sheet.decode(content, plan.encoding)
        first = next(sheet.read(text, plan.delimiter), None)
        if first is None:
            raise sheet.unreadable("has no rows")
        state = ImportState(file=file.key, plan=plan, dry_run=dry_run)
        with self.store.transaction() as session:
            sheet.check_plan(
                plan, {each.key: definition_of(each) for each in remarks.fields(session)}
            )
            if plan.header:
                statement = insert_into(session, MappingRow).values(
                    header=_digest(first[1]), targets=plan.targets
                )
                session.execute(
                    statement.on_conflict_do_update(
                        index_elements=[MappingRow.organisation_id, MappingRow.header],
                        set_={"targets": plan.targets},
                    )
                )
            job = jobs.start(session, "contacts", IMPORT, state, label=file.name, id=id)
            if not dry_run:
                record(
                    session, "import.started", entity="job", id=job.id, label=file.name, after={}
                )
            return job

    @rpc
    def start_export(
        self,
        *,
        kind: ContactKind | None,
        q: str | None,
        tag: str | None,
        company_id: UUID | None,
        is_company: bool | None,
        channel: Channel | None,
        language: str | None,
        blocked: ConsentKind | None,
        has_trips: bool | None,
        field: str | None,
        value: str | None,
        created_from: dt.datetime | None,
        created_before: dt.datetime | None,
        updated_from: dt.datetime | None,
        updated_before: dt.datetime | None,
        id: UUID | None,
    ) -> Job:
        """Write the contacts that fit into a CSV file."""
        wanted = filtering.filters(
            kind=kind,
            q=q,
            tag=tag,
            company_id=company_id,
            is_company=is_company,
            channel=channel,
            language=language,
            blocked=blocked,
            has_trips=has_trips,
            field=field,
            value=value,
            created_from=created_from,
            created_before=created_before,
            updated_from=updated_from,
            updated_before=updated_before,
        )
        state = ExportState(filters=filtering.kept(wanted))
        with self.store.transaction() as session:
            job = jobs.start(session, "contacts", EXPORT, state, label="contacts.csv", id=id)
            record(session, "export.started", entity="job", id=job.id, label="contacts", after={})
            return job

    def _content(self, file_id: UUID) -> tuple[FileRef, bytes]:
        known = self.inbox.get_file(id=file_id)
        file = known.file
        if known.state in HELD:
            raise Conflict(
                f"files.{known.state.value}",
                known.reason or "The file is still being checked for viruses",
                state=known.state.value,
            )
        if file.size > sheet.LARGEST:
            raise sheet.unreadable("is too large")
        return file, self.files.read(current().need_organisation(), file.key)


def _digest(heading: list[str]) -> str:
    return hashlib.sha256("\n".join(heading).encode()).hexdigest()
