"""Import of reservations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from contracts import rights
from contracts.accounts import Accounts
from contracts.common import FileRef
from contracts.contacts import Contacts
from contracts.importing import ImportGuess
from contracts.inbox import Inbox
from contracts.itineraries import ReservationPlan
from contracts.jobs import Job
from fairlead.audit import record
from fairlead.jobs import rows as jobs
from fairlead.jobs.work import Kind
from fairlead.service import Parts, Provided, Remote, rpc
from fairlead.settings import Common
from fairlead.sheets import LARGEST

from .. import uploaded
from ..domain import reservations
from ..importing import ImportState, ReservationImport, known_to
from ..store import mappings
from .changing import Changing

IMPORT = "import"


class Importing(Changing):
    """Import of reservations."""

    accounts = Remote(Accounts)
    inbox = Remote(Inbox)
    files = Provided(lambda runtime: runtime.files)
    importer = Parts(
        lambda store, runtime: ReservationImport(
            store,
            runtime.files,
            runtime.caller.client(Contacts),
            Common.read("itineraries").public_url.reveal(),
        )
    )

    def job_kinds(self) -> Mapping[str, Kind[Any]]:
        """What is done in jobs."""
        return {
            IMPORT: Kind(
                IMPORT,
                rights.EDIT_ITINERARIES,
                ImportState,
                self.importer.step,
                made=self.importer.made,
            ),
        }

    @rpc
    def inspect_reservations(self, *, file_id: UUID) -> ImportGuess:
        """Look at an uploaded file."""
        _, content = self._content(file_id)
        with self.store.reading() as session:
            return reservations.guess(content, partial(mappings.find, session))

    @rpc
    def import_reservations(
        self, *, file_id: UUID, plan: ReservationPlan, dry_run: bool, id: UUID | None
    ) -> Job:
        """Import a file as a job."""
        file, content = self._content(file_id)
        text, _ = reservations.SHEETS.decode(content, plan.encoding)
        first = next(reservations.SHEETS.read(text, plan.delimiter), None)
        if first is None:
            raise reservations.SHEETS.unreadable("has no rows")
        zone = self.accounts.get_organisation().settings.zone
        state = ImportState(file=file.key, plan=plan, dry_run=dry_run, zone=zone)
        with self.store.transaction() as session:
            reservations.check_plan(plan, known_to(session, zone))
            if plan.header:
                mappings.keep(session, first[1], plan.targets)
            job = jobs.start(session, "itineraries", IMPORT, state, label=file.name, id=id)
            if not dry_run:
                record(
                    session, "import.started", entity="job", id=job.id, label=file.name, after={}
                )
            return job

    def _content(self, file_id: UUID) -> tuple[FileRef, bytes]:
        sheets = reservations.SHEETS
        return uploaded.content(self.inbox, self.files, file_id, LARGEST, sheets.unreadable)
