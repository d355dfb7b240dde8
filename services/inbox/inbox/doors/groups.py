"""Groups of chat networks."""

from __future__ import annotations

from uuid import UUID

from contracts.common import Channel
from contracts.contacts import Contact, Contacts
from contracts.groups import GroupChanged, GroupState
from contracts.inbox import Group, GroupPage, Recipient
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.context import acting, current
from fairlead.errors import Invalid
from fairlead.service import Remote, Store, on, rpc

from .. import group_orders, grouping, planning
from ..clock import utc_now
from ..composition import composed
from ..domain.addresses import SCHEME
from ..meeting import meet, meet_all
from ..outgoing import Order
from ..planning import Wish
from ..storable import storable, storable_text
from ..store import groups, requests


class Groups:
    """Groups of chat networks."""

    store = Store()
    contacts = Remote(Contacts)
    whatsapp = Remote(WhatsAppGateway)
    clock = staticmethod(utc_now)

    @rpc
    def list_groups(
        self,
        *,
        connection_id: UUID | None,
        itinerary_id: UUID | None,
        contact_id: UUID | None,
        state: GroupState | None,
        cursor: str | None,
        limit: int,
    ) -> GroupPage:
        """Groups, the latest first."""
        with self.store.reading() as session:
            return groups.listed(
                session,
                connection_id=connection_id,
                itinerary_id=itinerary_id,
                contact_id=contact_id,
                state=state,
                cursor=cursor,
                limit=limit,
            )

    @rpc
    def get_group(self, *, id: UUID) -> Group:
        """One group."""
        with self.store.reading() as session:
            return groups.view(session, id)

    @rpc
    def create_group(
        self,
        *,
        subject: str,
        participants: list[Recipient],
        request_id: str,
        connection_id: UUID | None,
        itinerary_id: UUID | None,
    ) -> Group:
        """Make a group, once for each request id."""
        subject, people = storable_text(subject), [storable(each) for each in participants]
        request_id = storable_text(request_id)
        mark = requests.digest_of(["group", subject, people, connection_id, itinerary_id])
        with self.store.reading() as session:
            done = group_orders.fulfilled(session, request_id, mark)
            if done is not None:
                return done
            wish = group_orders.wanted(
                session, connection_id, subject, itinerary_id, people, current()
            )
        met = meet_all(self.contacts, Channel.WHATSAPP, wish.strangers)
        with self.store.transaction() as session:
            return group_orders.create(session, wish, request_id, mark, met, self.clock())

    @rpc
    def update_group(
        self, *, id: UUID, version: int, subject: str, itinerary_id: UUID | None
    ) -> Group:
        """Call it otherwise, or let it be of another trip."""
        with self.store.transaction() as session:
            return group_orders.update(
                session, id, version, storable_text(subject), itinerary_id, current(), self.clock()
            )

    @rpc
    def add_participants(self, *, id: UUID, participants: list[Recipient]) -> Group:
        """Ask the network to let these in."""
        people = [storable(each) for each in participants]
        with self.store.reading() as session:
            found = group_orders.parties(session, id, people, current())
        met = meet_all(self.contacts, Channel.WHATSAPP, group_orders.strangers(found))
        with self.store.transaction() as session:
            return group_orders.add(session, id, found, met, self.clock())

    @rpc
    def remove_participants(self, *, id: UUID, participants: list[Recipient]) -> Group:
        """Have these taken out."""
        with self.store.transaction() as session:
            return group_orders.remove(session, id, participants, self.clock())

    @rpc
    def leave_group(self, *, id: UUID, reason: str) -> Group:
        """Have our number leave it."""
        with self.store.transaction() as session:
            return group_orders.leave(session, id, storable_text(reason), self.clock())

    @on(GroupChanged)
    def take_group(self, event: GroupChanged) -> None:
        """A gateway tells who is in a group, and what became of those who were asked."""
        event = storable(event)
        with self.store.reading() as session:
            unknown = grouping.strangers(session, event)
            invitations = grouping.invitations(session, event)
            author = grouping.author(session, event.group_id)
        met = {
            address: contact
            for address, member in unknown.items()
            if (contact := self._met(address, member.name, member.also)) is not None
        }
        wishes = []
        for name, draft in invitations:
            messages, known = composed(self.store, self.whatsapp, draft, author, self.clock())
            order = Order(draft, known, author, planned=True)
            wishes.append((name, Wish(order, messages, self.clock())))
        with self.store.once() as session:
            grouping.take(session, event, met, self.clock())
            with acting(author):
                for name, wish in wishes:
                    planning.schedule(session, wish, name)

    def _met(self, address: str, name: str, also: list[str]) -> Contact | None:
        """None where no contact can have such an address."""
        try:
            return meet(self.contacts, SCHEME[Channel.WHATSAPP], address, name, also)
        except Invalid:
            return None
