"""What others are told of messages and connections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import (
    Ability,
    AddressesJoined,
    ConnectionChanged,
    ConnectionState,
    DeliveryStatus,
    DeliveryUpdated,
)
from contracts.common import Channel
from contracts.whatsapp_gateway import LinkState, WhatsAppConnectionKind
from fairlead.bus import publish
from fairlead.context import service_context

from .domain import window
from .domain.receipts import Moments
from .drivers import ABILITIES
from .store import connections
from .store.tables import ConnectionRow, MessageRow

MOST_ADDRESSES = 10  # of one person, in one event


def tell(
    session: Session,
    message: MessageRow,
    at: dt.datetime,
    *,
    provider_id: str | None = None,
    code: str | None = None,
    permanent: bool = False,
    participants: list[str] | None = None,
) -> None:
    """How a message fares by its row; `participants` are those who were in its group when it was
    sent."""
    publish(
        session,
        DeliveryUpdated(
            delivery_id=message.id,
            message_id=message.message_id,
            channel=Channel.WHATSAPP,
            address=message.queued.address,
            status=DeliveryStatus(message.status),
            at=at,
            provider_id=provider_id,
            code=code,
            reason=message.reason,
            permanent=permanent,
            participants=participants,
        ),
        context=service_context(message.organisation_id),
    )


def tell_of_one(session: Session, message: MessageRow, participant: str, moments: Moments) -> None:
    """How a message fares with one participant of its group."""
    for status, at in (
        (DeliveryStatus.DELIVERED, moments.delivered_at),
        (DeliveryStatus.READ, moments.read_at),
    ):
        if at is None:
            continue
        publish(
            session,
            DeliveryUpdated(
                delivery_id=message.id,
                message_id=message.message_id,
                channel=Channel.WHATSAPP,
                address=message.queued.address,
                status=status,
                at=at,
                participant=participant,
            ),
            context=service_context(message.organisation_id),
        )


def set_state(
    session: Session,
    id: UUID,
    state: ConnectionState,
    reason: str | None,
    now: dt.datetime,
    *,
    link: LinkState | None = None,
) -> bool:
    """How a connection fares; only a change is written and told. Returns whether it is one."""
    row = connections.find(session, id)
    if row is None or row.removed:
        return False
    if (row.state, row.reason, row.link) == (state.value, reason, link or row.link):
        return False
    row.state, row.reason, row.checked_at = state.value, reason, now
    row.link = link or row.link
    announce(session, row)
    return True


def announce(session: Session, row: ConnectionRow) -> None:
    """A connection as it is now."""
    row.changes += 1
    publish(session, as_told(row), context=service_context(row.organisation_id))


def as_told(row: ConnectionRow) -> ConnectionChanged:
    """What others know of a connection."""
    return ConnectionChanged(
        connection_id=row.id,
        channel=Channel.WHATSAPP,
        label=row.details.label,
        address=row.details.number,
        state=ConnectionState(row.state),
        reason=row.reason,
        default=row.is_default,
        removed=row.removed,
        version=row.changes,
        abilities=abilities(row.details.kind),
        answer_hours=window.HOURS if row.details.kind is WhatsAppConnectionKind.CLOUD else None,
    )


def can_have_groups(kind: WhatsAppConnectionKind) -> bool:
    """Whether numbers of a kind can make groups and be in them."""
    return Ability.GROUPS in ABILITIES[kind]


def abilities(kind: WhatsAppConnectionKind) -> list[Ability]:
    """What a kind of connection can do, in one order."""
    return [each for each in Ability if each in ABILITIES[kind]]


def tell_joined(
    session: Session,
    organisation: UUID,
    connection_id: UUID,
    addresses: Iterable[str],
    at: dt.datetime,
    *,
    name: str = "",
    gone: bool = False,
) -> None:
    """That `addresses` are one person's; `gone` where the first of them is no more."""
    publish(
        session,
        AddressesJoined(
            channel=Channel.WHATSAPP,
            connection_id=connection_id,
            addresses=list(dict.fromkeys(addresses))[:MOST_ADDRESSES],
            name=name,
            at=at,
            gone=gone,
        ),
        context=service_context(organisation),
    )
