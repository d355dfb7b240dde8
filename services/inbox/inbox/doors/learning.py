"""What other services say of people, trips and settings."""

from __future__ import annotations

from contracts.accounts import OrganisationChanged, UserChanged
from contracts.channels import ConnectionChanged
from contracts.contacts import ContactChanged, ContactMerged, ContactUnmerged
from contracts.itineraries import ItineraryChanged, ProposalChanged
from fairlead.service import Store, on

from .. import joining, organising, read_models
from ..clock import utc_now
from ..store import proposals, settings


class Learning:
    """What other services say of people, trips and settings."""

    store = Store()
    clock = staticmethod(utc_now)

    @on(ContactChanged)
    def learn_contact(self, event: ContactChanged) -> None:
        """Somebody is called otherwise, or reached elsewhere."""
        with self.store.once() as session:
            read_models.learn_contact(session, event.contact, self.clock())

    @on(ContactMerged)
    def join_contacts(self, event: ContactMerged) -> None:
        """Two contacts are one: their messages are one timeline."""
        with self.store.once() as session:
            organising.learn_contact(session, event.contact)
            joining.heard(session, event.merge_id, event.merged_id, event.contact.id, undone=False)

    @on(ContactUnmerged)
    def part_contacts(self, event: ContactUnmerged) -> None:
        """They are two after all."""
        with self.store.once() as session:
            organising.learn_contact(session, event.contact)
            organising.learn_contact(session, event.merged)
            joining.heard(session, event.merge_id, event.merged.id, event.contact.id, undone=True)

    @on(ItineraryChanged)
    def learn_itinerary(self, event: ItineraryChanged) -> None:
        """A trip or its services changed."""
        with self.store.once() as session:
            read_models.learn_trip(session, event.itinerary, self.clock())

    @on(ProposalChanged)
    def learn_proposal(self, event: ProposalChanged) -> None:
        """A proposal was made, revised or withdrawn."""
        with self.store.once() as session:
            proposals.learn(session, event.proposal)

    @on(ConnectionChanged)
    def learn_connection(self, event: ConnectionChanged) -> None:
        """A connection was made, changed or removed."""
        with self.store.once() as session:
            settings.learn_connection(session, event)

    @on(OrganisationChanged)
    def learn_organisation(self, event: OrganisationChanged) -> None:
        """The organisation's settings changed."""
        with self.store.once() as session:
            read_models.learn_organisation(session, event.organisation, self.clock())

    @on(UserChanged)
    def learn_user(self, event: UserChanged) -> None:
        """A user's name or signature changed."""
        with self.store.once() as session:
            settings.learn_user(session, event.user)
