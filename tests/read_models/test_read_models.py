"""Every read model of every service: heard in any order, or fetched from its source, it is the
same."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa

import contacts.read_models
import contacts.store.tables
import email_gateway.read_models
import email_gateway.store.tables
import inbox.read_models
import itineraries.read_models
import itineraries.store.merges
from contracts.accounts import Accounts, Branding, Settings, StaffRole, User
from contracts.common import Channel
from contracts.contacts import Contact, ContactKind, Contacts, Identity, NewIdentity, Scheme
from contracts.email_gateway import ConnectionDetails, ConnectionKind, EmailGateway
from contracts.groups import GroupAction, Membership, WhatsAppGroupOrdered
from contracts.inbox import Direction
from contracts.itineraries import (
    Guest,
    Itineraries,
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    ProposalOffer,
    ProposalState,
    ServiceDetails,
    ServiceKind,
)
from contracts.samples import sample
from contracts.sms_gateway import SmsConnectionDetails, SmsConnectionKind, SmsGateway
from contracts.whatsapp_gateway import (
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
    WhatsAppGateway,
)
from fairlead.context import Context, Role, service_context
from fairlead.projections.models import ReadModels
from fairlead.store import EVERYWHERE, new_id
from fairlead.store.search import FormRow, TermRow
from fairlead.testing.read_models import ReadModelSuite, Standing
from inbox.store.contact_merges import ContactMergeRow
from inbox.store.conversations import ConversationRow
from inbox.store.groups import GroupRow, ParticipantRow
from inbox.store.people import AddressRow, ContactRow
from inbox.store.proposals import ProposalRow
from inbox.store.settings import ConnectionRow, OrganisationRow, UserRow
from inbox.store.trips import ServiceRow, TripRow
from whatsapp_gateway.domain.grouping import Answered, Described, Task
from whatsapp_gateway.grouping import done, failed
from whatsapp_gateway.grouping import take as ordered
from whatsapp_gateway.store.group_tables import GroupOrderRow

NAMES = ("Ana Núñez", "Ana Ibáñez", "Bo Łoś", "Ýr")


def _owner(organisation: UUID) -> Context:
    return Context(role=Role.OWNER, organisation=organisation, user=new_id(), user_name="Maria")


class Accounting(ReadModelSuite):
    """What accounts tells: an organisation is founded, its settings and people change."""

    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Settings, users made and changed, and switched off."""
        client = source.client(Accounts, service_context(organisation))
        wanted = Settings(
            zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Meridian")
        )
        known = client.found_organisation(
            id=organisation,
            name="Meridian",
            settings=wanted,
            owner_name="Maria",
            owner_email=f"{organisation}@meridian.test",
            owner_password="a long password",
        )
        client = source.client(Accounts, _owner(organisation))
        users: list[User] = []
        for number, choice in enumerate(choices):
            if choice % 3 == 0 or (choice % 3 == 1 and not users):
                zone = ("Europe/Madrid", "Africa/Cairo")[choice % 2]
                changed = msgspec.structs.replace(wanted, zone=zone, footer=str(choice))
                known = client.update_settings(settings=changed, version=known.version)
            elif choice % 3 == 1:
                at = choice % len(users)
                users[at] = client.update_user(
                    id=users[at].id,
                    version=users[at].version,
                    name=NAMES[choice % len(NAMES)],
                    active=choice % 2 == 0,
                )
            else:
                email = f"{number}-{organisation}@meridian.test"
                users.append(
                    client.invite_user(name=NAMES[number % 4], email=email, role=StaffRole.USER)
                )


class People(ReadModelSuite):
    """What contacts tells: people are made, renamed, merged and taken apart again."""

    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Contacts and merges."""
        client = source.client(Contacts, _owner(organisation))
        made: list[Contact] = []
        merges: list[Any] = []
        for number, choice in enumerate(choices):
            alive = [each for each in made if each.id not in {m.merged_id for m in merges}]
            what, pick = choice % 4, choice // 4
            if what == 1 and alive:
                one = alive[pick % len(alive)]
                changed = client.update_contact(
                    id=one.id, version=one.version, name=f"{NAMES[pick % 4]} {number}"
                )
                made[made.index(one)] = changed
            elif what == 2 and len(alive) > 1:
                one, two = alive[pick % len(alive)], alive[(pick + 1) % len(alive)]
                merge = client.merge_contacts(
                    id=one.id, merged_id=two.id, version=one.version, merged_version=two.version
                )
                merges.append(merge)
                made[made.index(one)] = merge.contact
            elif what == 3 and merges:
                merge = client.undo_merge(id=merges.pop().id)
                for id in (merge.survivor_id, merge.merged_id):
                    at = next(n for n, each in enumerate(made) if each.id == id)
                    made[at] = client.get_contact(id=id)
            else:
                address = NewIdentity(scheme=Scheme.EMAIL, value=f"c{number}@mail.test")
                made.append(
                    client.create_contact(
                        name=NAMES[pick % 4], kind=ContactKind.TRAVELLER, identities=[address]
                    )
                )


class Trips(ReadModelSuite):
    """What itineraries tells: trips are made and moved, services come and go."""

    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Trips and services."""
        client = source.client(Itineraries, _owner(organisation))
        made: list[Itinerary] = []
        for choice in choices:
            what, pick = choice % 4, choice // 4
            if what == 0 or not made:
                made.append(client.create_itinerary(details=_journey(pick)))
                continue
            one = made[pick % len(made)]
            if what == 1:
                client.update_itinerary(id=one.id, version=one.version, details=_journey(pick))
            elif what == 2:
                client.add_service(itinerary_id=one.id, details=_transfer(pick))
            elif one.services:
                service = one.services[pick % len(one.services)]
                client.remove_service(id=service.id, version=service.version)
            else:
                state = (ItineraryState.PROPOSED, ItineraryState.CANCELLED)[pick % 2]
                if state is not one.state and one.state is ItineraryState.INQUIRY:
                    client.set_state(id=one.id, version=one.version, state=state)
            made[made.index(one)] = client.get_itinerary(id=one.id)


class Offers(ReadModelSuite):
    """What itineraries tells of proposals: they are made, revised, linked and withdrawn."""

    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Proposals for one trip."""
        client = source.client(Itineraries, _owner(organisation))
        trip = client.create_itinerary(details=_journey(0))
        made: list[UUID] = []
        for choice in choices:
            what, pick = choice % 4, choice // 4
            offer = ProposalOffer(title=f"Offer {pick}", introduction="Words")
            if what == 0 or not made:
                made.append(client.create_proposal(itinerary_id=trip.id, offer=offer).id)
                continue
            one = client.get_proposal(id=made[pick % len(made)])
            if one.state is ProposalState.WITHDRAWN:
                continue
            if what == 1:
                client.revise_proposal(id=one.id, version=one.version, offer=offer)
            elif what == 2:
                client.link_proposal(id=one.id, version=one.version)
            else:
                client.withdraw_proposal(id=one.id, version=one.version)


class Mailboxes(ReadModelSuite):
    """What the email gateway tells: connections are made, changed and removed."""

    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Connections, of which one is the default."""
        client = source.client(EmailGateway, _owner(organisation))
        made: list[Any] = []
        for choice in choices:
            what, pick = choice % 3, choice // 3
            details = ConnectionDetails(
                label=f"Desk {pick}",
                address=f"desk{pick}@meridian.test",
                kind=ConnectionKind.SANDBOX,
                default=pick % 2 == 0,
            )
            if what == 0 or not made:
                made.append(client.create_connection(details=details))
            elif what == 1:
                one = client.get_connection(id=made[pick % len(made)].id)
                client.update_connection(id=one.id, version=one.version, details=details)
            else:
                client.remove_connection(id=made.pop(pick % len(made)).id)


class _Inbox(ReadModelSuite):
    models: ClassVar[ReadModels] = inbox.read_models.READ_MODELS

    @pytest.fixture
    def heard(self, inboxes: tuple[Standing, Standing]) -> Standing:
        return inboxes[0]

    @pytest.fixture
    def fetched(self, inboxes: tuple[Standing, Standing]) -> Standing:
        return inboxes[1]


class _Book(ReadModelSuite):
    models: ClassVar[ReadModels] = contacts.read_models.READ_MODELS

    @pytest.fixture
    def heard(self, address_books: tuple[Standing, Standing]) -> Standing:
        return address_books[0]

    @pytest.fixture
    def fetched(self, address_books: tuple[Standing, Standing]) -> Standing:
        return address_books[1]


class _OfAccounts(Accounting):
    @pytest.fixture
    def source(self, accounts: Standing) -> Standing:
        return accounts


class TestInboxOfAccounts(_Inbox, _OfAccounts):
    """Settings and users, as the inbox keeps them."""

    names = ("organisations", "users")
    tables: ClassVar[Any] = {OrganisationRow: None, UserRow: None}


class TestContactsOfAccounts(_Book, _OfAccounts):
    """Where an organisation is at home."""

    names = ("organisations",)
    tables: ClassVar[Any] = {contacts.store.tables.OrganisationRow: None}


class TestItinerariesOfContacts(People):
    """Which contacts are one."""

    models = itineraries.read_models.READ_MODELS
    names = ("merges",)
    tables: ClassVar[Any] = {itineraries.store.merges.ContactMergeRow: None}

    @pytest.fixture
    def source(self, contacts: Standing) -> Standing:
        return contacts

    @pytest.fixture
    def heard(self, planners: tuple[Standing, Standing]) -> Standing:
        return planners[0]

    @pytest.fixture
    def fetched(self, planners: tuple[Standing, Standing]) -> Standing:
        return planners[1]


class TestEmailGatewayOfAccounts(_OfAccounts):
    """What letters are written with."""

    models = email_gateway.read_models.READ_MODELS
    names = ("organisations",)
    tables: ClassVar[Any] = {email_gateway.store.tables.OrganisationRow: None}

    @pytest.fixture
    def heard(self, gateways: tuple[Standing, Standing]) -> Standing:
        return gateways[0]

    @pytest.fixture
    def fetched(self, gateways: tuple[Standing, Standing]) -> Standing:
        return gateways[1]


class TestInboxOfContacts(_Inbox, People):
    """People and merges, and whose conversations are, by what name."""

    names = ("contacts", "merges")
    tables: ClassVar[Any] = {
        ContactRow: None,
        AddressRow: None,
        ContactMergeRow: None,
        ConversationRow: ("id", "contact_id", "contact_name", "contact_searched"),
        TermRow: None,
    }

    @pytest.fixture
    def source(self, contacts: Standing) -> Standing:
        return contacts

    def state(self, hearer: Standing, organisation: UUID) -> dict[str, list[Any]]:
        """The rows, and that no form of a word stays without the word."""
        with hearer.database.reading(EVERYWHERE) as session:
            terms = sa.select(TermRow.term).where(
                TermRow.organisation_id == FormRow.organisation_id
            )
            forgotten = sa.select(FormRow.form).where(FormRow.term.not_in(terms))
            assert session.scalars(forgotten).all() == []
        return super().state(hearer, organisation)

    def prepare(self, hearer: Standing, organisation: UUID, source: Standing) -> None:
        """Each has written, before anything was heard of him."""
        client = source.client(Contacts, service_context(organisation))
        at = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
        with hearer.store.transaction(organisation) as session:
            for each in client.contacts_page(after=None, limit=500).items:
                session.add(
                    ConversationRow(
                        id=UUID(int=each.id.int ^ 1),
                        key=f"email {each.id}",
                        channel=Channel.EMAIL,
                        contact_id=each.id,
                        contact_name="",
                        contact_searched="",
                        address=f"{each.id}@mail.test",
                        searched="",
                        subject="",
                        preview="",
                        last_direction=Direction.IN,
                        last_at=at,
                        unread=0,
                        archived=False,
                        itinerary_ids=[],
                    )
                )


class TestInboxOfItineraries(_Inbox, Trips):
    """Trips and whose services are."""

    names = ("trips",)
    tables: ClassVar[Any] = {TripRow: None, ServiceRow: None, TermRow: None}

    @pytest.fixture
    def source(self, itineraries: Standing) -> Standing:
        return itineraries


class TestInboxOfProposals(_Inbox, Offers):
    """What is offered."""

    names = ("proposals",)
    tables: ClassVar[Any] = {ProposalRow: None}

    @pytest.fixture
    def source(self, itineraries: Standing) -> Standing:
        return itineraries


class TestContactsOfItineraries(_Book, Trips):
    """Who takes part in a trip."""

    names = ("trips",)
    tables: ClassVar[Any] = {
        contacts.store.tables.TripRow: None,
        contacts.store.tables.TravellerRow: None,
    }

    @pytest.fixture
    def source(self, itineraries: Standing) -> Standing:
        return itineraries


class Carriers(ReadModelSuite):
    """What the SMS gateway tells: connections are made and removed."""

    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Connections, of which one is the default."""
        client = source.client(SmsGateway, _owner(organisation))
        made: list[Any] = []
        for choice in choices:
            if choice % 3 or not made:
                details = SmsConnectionDetails(
                    label=f"Texts {choice}",
                    kind=SmsConnectionKind.SANDBOX,
                    sender="Meridian",
                    default=choice % 2 == 0,
                )
                made.append(client.create_sms_connection(details=details))
            else:
                client.remove_sms_connection(id=made.pop(choice % len(made)).id)


class TestInboxOfSmsGateway(_Inbox, Carriers):
    """Connections to carriers."""

    names = ("sms_connections",)
    tables: ClassVar[Any] = {ConnectionRow: None}

    @pytest.fixture
    def source(self, sms_gateway: Standing) -> Standing:
        return sms_gateway


class Numbers(ReadModelSuite):
    """What the WhatsApp gateway tells: numbers are connected, disconnected and removed."""

    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Numbers, of which one is the default."""
        client = source.client(WhatsAppGateway, _owner(organisation))
        made: list[Any] = []
        for place, choice in enumerate(choices):
            if choice % 3 or not made:
                details = WhatsAppConnectionDetails(
                    label=f"Number {choice}",
                    kind=WhatsAppConnectionKind.SANDBOX,
                    number=f"+3512100000{place:02d}",
                    default=choice % 2 == 0,
                )
                made.append(client.create_whatsapp_connection(details=details))
            elif choice % 2:
                client.disconnect_whatsapp(id=made[choice % len(made)].id)
            else:
                client.remove_whatsapp_connection(id=made.pop(choice % len(made)).id)


class TestInboxOfWhatsAppGateway(_Inbox, Numbers):
    """Numbers at WhatsApp."""

    names = ("whatsapp_connections",)
    tables: ClassVar[Any] = {ConnectionRow: None}

    @pytest.fixture
    def source(self, whatsapp_gateway: Standing) -> Standing:
        return whatsapp_gateway


class Groups(ReadModelSuite):
    """What the WhatsApp gateway tells of groups: who is asked into one, what the network answers,
    who comes, is called otherwise, goes, and turns out to be one with another."""

    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Groups of one number."""
        details = WhatsAppConnectionDetails(
            label="Operations", kind=WhatsAppConnectionKind.SANDBOX, number="+351210000000"
        )
        client = source.client(WhatsAppGateway, _owner(organisation))
        number = client.create_whatsapp_connection(details=details).id
        made: list[UUID] = []
        for place, choice in enumerate(choices):
            now = dt.datetime(2027, 3, 1, 9, place, tzinfo=dt.UTC)
            what, pick = choice % 4, choice // 4
            with source.store.transaction(organisation) as session:
                if what == 0 or not made:
                    made.append(new_id())
                    order = WhatsAppGroupOrdered(
                        id=new_id(), group_id=made[-1], connection_id=number,
                        action=GroupAction.CREATE, ordered_at=now, subject=f"Family {choice}",
                        addresses=[_phone(pick), _phone(pick + 1)],
                    )  # fmt: skip
                    ordered(session, order, now)
                    continue
                group = made[pick % len(made)]
                order_row = GroupOrderRow(
                    group_id=group, connection_id=number, address=None, task=Task.DESCRIBE,
                    addresses=[],
                )  # fmt: skip
                said = Described(
                    address=f"{group.hex}@g.us",
                    subject=f"Family {choice}",
                    members=tuple(_answered(pick + each) for each in range(pick % 3)),
                    invitation="https://chat.test/x" if pick % 2 else None,
                    with_us=what != 3,
                )
                if what == 1:
                    failed(session, order_row, "WhatsApp refused it", now)
                else:
                    done(session, order_row, said, now)


class TestInboxOfGroups(_Inbox, Groups):
    """Groups with who is in them; some of them are known, and the others strangers to contacts."""

    names = ("groups",)
    tables: ClassVar[Any] = {
        GroupRow: (
            "id", "channel", "connection_id", "address", "subject", "state", "reason", "invitation",
            "told",
        ),
        ParticipantRow: None,
    }  # fmt: skip

    def prepare(self, hearer: Standing, organisation: UUID, source: Standing) -> None:
        """Two of those who come are known."""
        for number in range(2):
            account = Identity(
                id=UUID(int=200 + number),
                scheme=Scheme.WHATSAPP,
                value=_phone(number),
                display=_phone(number),
            )
            known = msgspec.structs.replace(
                sample(Contact), id=UUID(int=100 + number), name=NAMES[number], identities=[account]
            )
            with hearer.store.transaction(organisation) as session:
                inbox.read_models.learn_contact(session, known, dt.datetime.now(dt.UTC))

    @pytest.fixture
    def source(self, whatsapp_gateway: Standing) -> Standing:
        return whatsapp_gateway


def _phone(number: int) -> str:
    return f"35191000000{number % 5}"


def _answered(number: int) -> Answered:
    hidden = (f"20000000{number % 5}@lid",) if number % 2 else ()
    return Answered(
        addresses=(*hidden, _phone(number)),
        standing=(Membership.ADDED, Membership.INVITED, Membership.REFUSED)[number % 3],
        admin=number % 4 == 0,
    )


class TestInboxOfEmailGateway(_Inbox, Mailboxes):
    """Connections."""

    names = ("connections",)
    tables: ClassVar[Any] = {ConnectionRow: None}

    @pytest.fixture
    def source(self, email_gateway: Standing) -> Standing:
        return email_gateway


def _journey(pick: int) -> ItineraryDetails:
    start = dt.date(2027, 3, 1) + dt.timedelta(days=pick % 20)
    guests = [
        Guest(name=NAMES[(pick + each) % 4], contact_id=UUID(int=1 + (pick + each) % 5))
        for each in range(pick % 3)
    ]
    return ItineraryDetails(
        title=f"Journey of {NAMES[pick % 4]}",
        start=start,
        end=start + dt.timedelta(days=3),
        zone="Europe/Lisbon",
        guests=guests,
        agent_id=UUID(int=9) if pick % 2 else None,
    )


def _transfer(pick: int) -> ServiceDetails:
    return ServiceDetails(
        kind=ServiceKind.TRANSFER,
        name="Airport transfer",
        date=dt.date(2027, 3, 2) + dt.timedelta(days=pick % 3),
        zone="Europe/Lisbon",
        supplier_id=UUID(int=20 + pick % 4),
    )
