"""The contacts service."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from contracts.contacts import Contacts
from fairlead.jobs.doors import JobDoors
from fairlead.jobs.work import Kind
from fairlead.projections.doors import ProjectionDoors, projecting
from fairlead.projections.doors import offer as offer_projections
from fairlead.service import AdminRoutes, Store, loop
from fairlead.store.search import catching_up
from fairlead.store.search.admin import offer

from .doors.copying import Copying
from .doors.exchanging import Exchanging
from .doors.fields import OwnFields
from .doors.learning import Learning
from .doors.meeting import Meeting
from .doors.merging import Merging
from .doors.people import People
from .doors.personal_data import PersonalData
from .doors.remarks import Remarks
from .read_models import READ_MODELS
from .store import note_files
from .store.tables import ContactRow


class ContactsService(
    People,
    Meeting,
    Remarks,
    OwnFields,
    Merging,
    Exchanging,
    Copying,
    PersonalData,
    Learning,
    JobDoors,
    ProjectionDoors,
):
    """Who the organisation talks to. Its doors are in `doors`."""

    name = "contacts"
    implements = Contacts
    store = Store()
    projector = projecting(READ_MODELS)
    projection_admin = AdminRoutes(offer_projections(READ_MODELS))
    search_admin = AdminRoutes(offer("contacts", [ContactRow]))

    def job_kinds(self) -> Mapping[str, Kind[Any]]:
        """What is done in jobs."""
        return {**self.list_kinds(), **self.personal_kinds()}

    def keys_held(self, session: Session, keys: Collection[str]) -> set[str]:
        """Those of `keys` that files of notes have."""
        return note_files.held(session, keys)

    @loop(every=60.0)
    def index_what_is_not_yet(self) -> bool:
        """Bring what was there before the words index into it."""
        return catching_up.step(self.store, [ContactRow])
