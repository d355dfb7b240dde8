"""How deliveries fare on: updates from the gateways, in any order and twice."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.channels import DeliveryUpdated
from contracts.inbox import Direction

from . import changes
from .domain.deliveries import applied
from .storable import storable
from .store import messages, parked, provider_ids
from .store.messages import MessageRow


def take(session: Session, update: DeliveryUpdated) -> None:
    """Apply an update; one whose message is not known here waits for it."""
    update = storable(update)
    message = messages.locked(session, update.message_id)
    if message is None or all(each.id != update.delivery_id for each in message.deliveries):
        parked.park(session, update)
    elif apply(session, message, update):
        changes.delivery_updated(session, message)


def apply(session: Session, message: MessageRow, update: DeliveryUpdated) -> bool:
    """Write an update into a message's row; returns whether it told anything new."""
    if message.erased:  # how it fared is told on; what was said of her is not
        update = replace(update, reason=None, clicked=None, provider_id=None)
    after = [
        applied(each, update) if each.id == update.delivery_id else each
        for each in message.deliveries
    ]
    news = after != message.deliveries
    if news:
        message.deliveries = after
    if update.provider_id and provider_ids.claim(
        session, message.connection_id, Direction.OUT, update.provider_id, message.id
    ):
        # An answer to any of the ids is found; the first one is what our own answers refer to.
        message.provider_id = message.provider_id or update.provider_id
    return news
