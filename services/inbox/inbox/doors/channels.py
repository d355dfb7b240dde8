"""What the gateways of the channels say."""

from __future__ import annotations

from contracts.channels import DeliveryUpdated, MessageReceived
from contracts.contacts import Contact, Contacts
from fairlead.errors import Invalid
from fairlead.service import Config, Remote, Store, on

from .. import incoming, progress
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
        with self.store.reading() as session:
            sender = incoming.known_sender(session, event)
        if sender is None:
            sender = self._met_sender(event)
        with self.store.once() as session:
            incoming.take(session, event, sender, self.config.first_state)

    @on(DeliveryUpdated)
    def take_delivery_update(self, event: DeliveryUpdated) -> None:
        """A message of ours fared on."""
        with self.store.once() as session:
            progress.take(session, event)

    def _met_sender(self, message: MessageReceived) -> Contact | None:
        try:
            return meet(
                self.contacts,
                incoming.scheme_of(message),
                message.sender.address,
                message.sender.name,
            )
        except Invalid:
            return None  # no contact can have such an address; the message is kept all the same
