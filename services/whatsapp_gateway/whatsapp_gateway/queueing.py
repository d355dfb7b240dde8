"""Takes messages in: cut into pieces, and refused at once where they can never leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID, uuid5

import msgspec
from sqlalchemy.orm import Session

from contracts.channels import (
    Amending,
    DeliveryStatus,
    WhatsAppAmendmentQueued,
    WhatsAppQueued,
)
from fairlead.context import current
from fairlead.store import in_turn

from .domain import addresses
from .domain.pieces import Kind, Piece, pieces
from .store import chats, connections, outgoing
from .store.tables import AmendmentRow, MessageRow
from .told import tell

NO_CONNECTION = "No WhatsApp number is connected; add one under Settings, WhatsApp"
# How long one waits that came before the one that was said before it. Where that one comes to grief
# on its way here, the others are not to be lost with it.
OVERTAKEN_FOR = dt.timedelta(seconds=30)
VALID_FOR = dt.timedelta(hours=24)  # a number that is away so long does not send what is stale


def take(session: Session, queued: WhatsAppQueued, now: dt.datetime) -> None:
    """Keep a message that is to leave; it leaves by `sender.Sender`."""
    connection = connections.choose(session, queued.connection_id)
    refused = None if connection else NO_CONNECTION
    made = [Piece(Kind.TEXT)]
    in_turn(session, "queued", queued.conversation_id)  # so that two see each other
    key = addresses.key(queued.address)
    try:
        queued = msgspec.structs.replace(queued, address=addresses.normalised(queued.address))
        made = pieces(queued)
    except ValueError as error:
        refused = f"It cannot be sent: {error}"
    if connection is not None:
        key = chats.key_of(session, connection.id, queued.address)
    row = MessageRow(
        id=queued.delivery_id,
        organisation_id=current().need_organisation(),
        message_id=queued.message_id,
        connection_id=connection.id if connection else None,
        key=key,
        queued=queued,
        status=DeliveryStatus.QUEUED.value,
        queued_at=queued.queued_at,
        valid_until=queued.queued_at + VALID_FOR,
        due_at=_due(session, queued, now),
        attempts=0,
    )
    if refused is not None:
        row.status, row.reason, row.done_at = DeliveryStatus.FAILED.value, refused, now
    outgoing.add(session, row, made)
    outgoing.release_followers(session, row, now)
    if refused is not None:
        tell(session, row, now)


def _due(session: Session, queued: WhatsAppQueued, now: dt.datetime) -> dt.datetime:
    overtook = queued.after is not None and not outgoing.knows(session, queued.after)
    return now + OVERTAKEN_FOR if overtook else now


def take_amendment(session: Session, queued: WhatsAppAmendmentQueued, now: dt.datetime) -> None:
    """Keep an amendment that is to leave. What went in several pieces is deleted piece by piece;
    its words, which can be edited, stand in the first one."""
    for id, target in _targets(session, queued):
        session.add(
            AmendmentRow(
                id=id,
                organisation_id=current().need_organisation(),
                connection_id=queued.connection_id,
                queued=msgspec.structs.replace(queued, id=id, target=target),
                due_at=now,
                attempts=0,
            )
        )


def _targets(session: Session, queued: WhatsAppAmendmentQueued) -> Iterator[tuple[UUID, str]]:
    """The network's messages that an amendment is of, and an id for each."""
    yield queued.id, queued.target
    if queued.kind is not Amending.DELETED or not queued.by_us:
        return
    named = outgoing.piece_called(session, queued.connection_id, queued.target)
    for piece in outgoing.pieces(session, named.delivery_id) if named else ():
        if piece.provider_id and piece.provider_id != queued.target:
            yield uuid5(queued.id, str(piece.number)), piece.provider_id
