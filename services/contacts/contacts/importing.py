"""Contacts from a CSV file, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.contacts import ImportPlan
from fairlead.jobs.sheets import SheetJob, SheetState, Taken
from fairlead.sheets import Sheets

from .domain import sheet
from .domain.sheet import Row
from .store import contacts, remarks
from .taking import Batch
from .views import definition_of


class ImportState(SheetState, kw_only=True):
    """How far an import is."""

    plan: ImportPlan


class Importer(SheetJob[ImportState, Row]):
    """The kind of job `import`."""

    sheets: ClassVar[Sheets] = sheet.SHEETS

    def plan(self, state: ImportState) -> ImportPlan:
        """How the file is written."""
        return state.plan

    def understanding(self, state: ImportState) -> Callable[[int, Sequence[str]], Row]:
        """What tells of the cells of a line what they mean."""
        with self._store.reading() as session:
            region = contacts.region(session)
            known = {each.key: definition_of(each) for each in remarks.fields(session)}
        return partial(sheet.understand, plan=state.plan, known=known, region=region)

    def take(
        self,
        session: Session,
        state: ImportState,
        rows: Sequence[Row],
        seen: Mapping[str, UUID] | None,
    ) -> Taken:
        """Make or change a contact for each row."""
        batch = Batch(session, state.plan, seen)
        batch.take(rows)
        return batch.taken
