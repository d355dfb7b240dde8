"""What contacts keeps of others: where the organisation is at home, and who takes part in trips."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from contracts.accounts import Accounts, Organisation
from contracts.itineraries import Itineraries, Itinerary
from fairlead.projections.models import ReadModel, ReadModels, Source

from . import book
from .store import contacts, remarks
from .store.tables import OrganisationRow, TripRow


def learn_organisation(session: Session, known: Organisation, *, anew: bool = False) -> None:
    """Note where the organisation is at home."""
    book.place(session, known.settings.zone, known.version, anew=anew)


def learn_trip(session: Session, trip: Itinerary, *, anew: bool = False) -> None:
    """Note who takes part in a trip."""
    people = {guest.contact_id for guest in trip.details.guests} | {trip.details.agent_id}
    people |= {service.details.supplier_id for service in trip.services}
    travellers = {each for each in people if each is not None}
    remarks.learn_trip(session, trip.id, trip.version, travellers, anew=anew)


def _forget_organisation(session: Session, id: UUID) -> None:
    row = contacts.organisation(session)
    if row is not None:
        session.delete(row)


_ORGANISATIONS = Source(
    Accounts,
    lambda accounts, after, limit: accounts.organisations_page(after=after, limit=limit),
    lambda organisation: organisation.id,
)
READ_MODELS = ReadModels(
    "contacts",
    _ORGANISATIONS,
    [
        ReadModel(
            "organisations",
            _ORGANISATIONS,
            OrganisationRow.organisation_id,
            lambda session, each: learn_organisation(session, each, anew=True),
            _forget_organisation,
        ),
        ReadModel(
            "trips",
            Source(
                Itineraries,
                lambda trips, after, limit: trips.itineraries_page(after=after, limit=limit),
                lambda trip: trip.id,
            ),
            TripRow.id,
            lambda session, each: learn_trip(session, each, anew=True),
            remarks.forget_trip,
        ),
    ],
)
