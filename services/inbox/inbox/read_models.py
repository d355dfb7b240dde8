"""What the inbox keeps of others, so that it works while they are down."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from contracts.accounts import Accounts, Organisation, User
from contracts.channels import ConnectionChanged
from contracts.common import Channel
from contracts.contacts import Contact, Contacts, MergeEntry
from contracts.email_gateway import EmailGateway
from contracts.groups import GroupChanged
from contracts.itineraries import Itineraries, Itinerary, Proposal
from contracts.sms_gateway import SmsGateway
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.projections.models import ReadModel, ReadModels, Source

from . import following, grouping, joining, organising
from .clock import utc_now
from .store import groups, proposals, settings, trips
from .store.contact_merges import ContactMergeRow
from .store.groups import GroupRow
from .store.people import ContactRow
from .store.proposals import ProposalRow
from .store.settings import ConnectionRow, OrganisationRow, UserRow
from .store.trips import TripRow


def learn_contact(
    session: Session, contact: Contact, now: dt.datetime, *, anew: bool = False
) -> None:
    """Somebody is called otherwise, or reached elsewhere."""
    if organising.learn_contact(session, contact, anew=anew):
        following.follow_contact(session, contact, now)


def learn_trip(session: Session, trip: Itinerary, now: dt.datetime, *, anew: bool = False) -> None:
    """A trip or its services changed."""
    before = trips.by_id(session, [trip.id]).get(trip.id)
    if trips.learn(session, trip, anew=anew):
        following.follow_trip(session, trip, before, now)


def learn_organisation(
    session: Session, organisation: Organisation, now: dt.datetime, *, anew: bool = False
) -> None:
    """The organisation's settings changed."""
    if settings.learn_organisation(session, organisation, anew=anew):
        following.follow_organisation(session, now)


def _learn_merge(session: Session, merge: MergeEntry) -> None:
    undone = merge.undone_at is not None
    joining.heard(session, merge.id, merge.merged_id, merge.survivor_id, undone=undone)


_ORGANISATIONS: Source[Accounts, Organisation] = Source(
    Accounts,
    lambda accounts, after, limit: accounts.organisations_page(after=after, limit=limit),
    lambda organisation: organisation.id,
)
_USERS: Source[Accounts, User] = Source(
    Accounts,
    lambda accounts, after, limit: accounts.users_page(after=after, limit=limit),
    lambda user: user.id,
)
_CONTACTS: Source[Contacts, Contact] = Source(
    Contacts,
    lambda contacts, after, limit: contacts.contacts_page(after=after, limit=limit),
    lambda contact: contact.id,
)
_MERGES: Source[Contacts, MergeEntry] = Source(
    Contacts,
    lambda contacts, after, limit: contacts.merges_page(after=after, limit=limit),
    lambda merge: merge.id,
)
_TRIPS: Source[Itineraries, Itinerary] = Source(
    Itineraries,
    lambda itineraries, after, limit: itineraries.itineraries_page(after=after, limit=limit),
    lambda trip: trip.id,
)
_PROPOSALS: Source[Itineraries, Proposal] = Source(
    Itineraries,
    lambda itineraries, after, limit: itineraries.proposals_page(after=after, limit=limit),
    lambda proposal: proposal.id,
)
_SMS_CONNECTIONS: Source[SmsGateway, ConnectionChanged] = Source(
    SmsGateway,
    lambda gateway, after, limit: gateway.sms_connections_page(after=after, limit=limit),
    lambda connection: connection.connection_id,
)
_WHATSAPP_CONNECTIONS: Source[WhatsAppGateway, ConnectionChanged] = Source(
    WhatsAppGateway,
    lambda gateway, after, limit: gateway.whatsapp_connections_page(after=after, limit=limit),
    lambda connection: connection.connection_id,
)
_GROUPS: Source[WhatsAppGateway, GroupChanged] = Source(
    WhatsAppGateway,
    lambda gateway, after, limit: gateway.groups_page(after=after, limit=limit),
    lambda group: group.group_id,
)
_CONNECTIONS: Source[EmailGateway, ConnectionChanged] = Source(
    EmailGateway,
    lambda gateway, after, limit: gateway.connections_page(after=after, limit=limit),
    lambda connection: connection.connection_id,
)

READ_MODELS = ReadModels(
    "inbox",
    _ORGANISATIONS,
    [
        ReadModel(
            "contacts",
            _CONTACTS,
            ContactRow.id,
            lambda session, each: learn_contact(session, each, utc_now(), anew=True),
            organising.forget_contact,
        ),
        ReadModel("merges", _MERGES, ContactMergeRow.id, _learn_merge, joining.forget),
        ReadModel(
            "trips",
            _TRIPS,
            TripRow.id,
            lambda session, each: learn_trip(session, each, utc_now(), anew=True),
            trips.forget,
        ),
        ReadModel(
            "proposals",
            _PROPOSALS,
            ProposalRow.id,
            lambda session, each: proposals.learn(session, each, anew=True),
            proposals.forget,
        ),
        ReadModel(
            "organisations",
            _ORGANISATIONS,
            OrganisationRow.id,
            lambda session, each: learn_organisation(session, each, utc_now(), anew=True),
            lambda session, gone: settings.forget(session, OrganisationRow, gone),
        ),
        ReadModel(
            "users",
            _USERS,
            UserRow.id,
            lambda session, each: settings.learn_user(session, each, anew=True),
            lambda session, gone: settings.forget(session, UserRow, gone),
        ),
        ReadModel(
            "groups",
            _GROUPS,
            GroupRow.id,
            # Who is a stranger stays one: he is met when the gateway tells of the group next.
            lambda session, each: grouping.take(session, each, {}, utc_now()),
            groups.forget,
            GroupRow.told > 0,  # the gateway has yet to hear of one that was just ordered
        ),
        *(
            ReadModel(
                name,
                source,
                ConnectionRow.id,
                lambda session, each: settings.learn_connection(session, each, anew=True),
                lambda session, gone: settings.forget(session, ConnectionRow, gone),
                settings.is_of(channel),
            )
            for name, source, channel in (
                ("connections", _CONNECTIONS, Channel.EMAIL),
                ("sms_connections", _SMS_CONNECTIONS, Channel.SMS),
                ("whatsapp_connections", _WHATSAPP_CONNECTIONS, Channel.WHATSAPP),
            )
        ),
    ],
)
