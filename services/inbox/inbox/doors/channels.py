"""What the gateways of the channels say."""

from __future__ import annotations

from collections.abc import Callable

from contracts.channels import (
    AddressesJoined,
    ChatFollowed,
    DeliveryUpdated,
    MessageAmended,
    MessageReceived,
)
from contracts.contacts import Contact, Contacts
from fairlead.errors import Invalid
from fairlead.service import Config, Remote, Store, on

from .. import amending, following_chats, incoming, organising, progress
from ..domain.addresses import SCHEME
from ..meeting import meet
from ..settings import InboxSettings


class Channels:
    """What the gateways of the channels say."""

    store = Store()
    contacts = Remote(Contacts)
    config = Config(InboxSettings)

    @on(MessageReceived)
    def take_message(self, event: MessageReceived) -> None:
        """Somebody wrote to us."""
        sender = None
        if not incoming.is_nobodys(event):
            with self.store.reading() as session:
                sender = incoming.known_sender(session, event)
            sender = sender or self._met_other_side(event)
        with self.store.once() as session:
            incoming.take(session, event, sender, self.config.first_state)

    @on(DeliveryUpdated)
    def take_delivery_update(self, event: DeliveryUpdated) -> None:
        """A message of ours fared on."""
        with self.store.once() as session:
            progress.take(session, event)

    @on(MessageAmended)
    def take_amendment(self, event: MessageAmended) -> None:
        """Something happened to a message that was said before."""
        with self.store.once() as session:
            amending.take(session, event, self.config.first_state)

    @on(ChatFollowed)
    def follow_chat(self, event: ChatFollowed) -> None:
        """The other side writes just now, or one of us read the chat on the phone."""
        with self.store.once() as session:
            following_chats.take(session, event)

    @on(AddressesJoined)
    def join_addresses(self, event: AddressesJoined) -> None:
        """A channel learnt that some addresses are one person's."""
        first, *others = event.addresses
        met = _unless_invalid(
            lambda: meet(self.contacts, SCHEME[event.channel], first, event.name, others)
        )
        with self.store.once() as session:
            if met is not None:
                organising.learn_contact(session, met)

    def _met_other_side(self, message: MessageReceived) -> Contact | None:
        other = incoming.other_side(message)
        scheme = incoming.scheme_of(message)
        return _unless_invalid(
            lambda: meet(self.contacts, scheme, other.address, other.name, message.also)
        )


def _unless_invalid(ask: Callable[[], Contact]) -> Contact | None:
    """None where no contact can have such an address; what came by it is kept all the same."""
    try:
        return ask()
    except Invalid:
        return None
