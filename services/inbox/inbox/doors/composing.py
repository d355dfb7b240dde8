"""Writing messages: the only door out."""

from __future__ import annotations

import msgspec

from contracts.contacts import Contacts
from contracts.inbox import Draft, MessageView, Preview
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.context import current
from fairlead.service import Remote, Store, rpc

from .. import outgoing, planning, present
from ..clock import utc_now
from ..composition import composed
from ..meeting import meet_all
from ..outgoing import Order
from ..planning import Wish
from ..storable import storable
from .paying import Paying


class Composing(Paying):
    """Writing messages: the only door out."""

    store = Store()
    contacts = Remote(Contacts)
    whatsapp = Remote(WhatsAppGateway)
    clock = staticmethod(utc_now)

    @rpc
    def preview(self, *, draft: Draft) -> list[Preview]:
        """The messages that `send` would make."""
        draft = storable(draft)
        with self.store.reading() as session:
            answered = present.answered_since(session, draft.seen_message_id)
        messages, known = composed(self.store, self.whatsapp, draft, current(), self.clock())
        order = Order(draft, known, current())
        previews = planning.previews(Wish(order, messages, self.clock()))
        previews = self.till.shown(order, messages, previews)
        return [msgspec.structs.replace(each, answered_meanwhile=answered) for each in previews]

    @rpc
    def send(self, *, draft: Draft, request_id: str) -> list[MessageView]:
        """Send `draft`, once for each request id."""
        outgoing.expect_for_now(draft)
        draft, request_id = storable(draft), request_id.replace("\x00", "")
        with self.store.reading() as session:
            done = outgoing.fulfilled(session, request_id, draft)
        if done is not None:
            return done
        messages, known = composed(self.store, self.whatsapp, draft, current(), self.clock())
        outgoing.check(messages)
        order = Order(draft, known, current())
        planning.expect_awake(Wish(order, messages, self.clock()))
        met = meet_all(self.contacts, draft.channel, outgoing.strangers(messages))
        with self.till.hold(order, messages) as hold, self.store.transaction() as session:
            messages = outgoing.as_of_now(session, order, messages, met)
            outgoing.check(messages)
            sent = outgoing.send(session, order, request_id, messages, self.clock())
            hold.settle(session, sent)
            return sent
