"""What other services say of addresses, organisations and trips."""

from __future__ import annotations

import datetime as dt

from contracts.accounts import OrganisationChanged
from contracts.channels import ConsentWithdrawn, DeliveryUpdated
from contracts.consents import Consent, ConsentSource
from contracts.contacts import ContactChanged
from contracts.itineraries import ItineraryChanged
from fairlead.service import Store, on, publish

from .. import book, deciding, read_models
from ..domain.reachability import SCHEMES, finding
from ..views import contact_of


class Learning:
    """What other services say of addresses, organisations and trips."""

    store = Store()

    @on(DeliveryUpdated)
    def mark_identity(self, event: DeliveryUpdated) -> None:
        """Note whether messages arrive at an address."""
        found = finding(event, dt.datetime.now(dt.UTC))
        with self.store.once() as session:
            if found is None:
                return
            row = book.mark(session, SCHEMES[event.channel], event.address, found)
            if row is not None:
                session.flush()
                publish(session, ContactChanged(contact=contact_of(row)))

    @on(OrganisationChanged)
    def place_organisation(self, event: OrganisationChanged) -> None:
        """Note where the organisation is at home."""
        with self.store.once() as session:
            read_models.learn_organisation(session, event.organisation)

    @on(ConsentWithdrawn)
    def withdraw_consent(self, event: ConsentWithdrawn) -> None:
        """Somebody wants no more of a kind at his address."""
        with self.store.once() as session:
            row = book.reached_at(session, SCHEMES[event.channel], event.address)
            if row is None:
                return
            consent = Consent(
                kind=event.kind,
                channel=event.channel,
                allowed=False,
                source=ConsentSource(event.source),
                at=min(event.at, dt.datetime.now(dt.UTC)),
            )
            if deciding.decide(session, row, consent, ""):
                session.flush()
                book.set_marks(session, row)
                publish(session, ContactChanged(contact=contact_of(row)))

    @on(ItineraryChanged)
    def learn_trip(self, event: ItineraryChanged) -> None:
        """Note who takes part in a trip."""
        with self.store.once() as session:
            read_models.learn_trip(session, event.itinerary)
