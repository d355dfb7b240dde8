"""Connections to carriers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.sms_gateway import SmppDirection, SmppServer, SmsConnectionDetails
from fairlead.errors import NotFound

from .tables import ConnectionRow


def listed(session: Session) -> Sequence[ConnectionRow]:
    """The connections in use, the oldest first."""
    return session.scalars(
        sa.select(ConnectionRow).where(ConnectionRow.removed.is_(False)).order_by(ConnectionRow.id)
    ).all()


def get(session: Session, id: UUID, *, removed: bool = False) -> ConnectionRow:
    """One connection; raises NotFound, for a removed one too unless `removed`."""
    row = session.scalar(sa.select(ConnectionRow).where(ConnectionRow.id == id))
    if row is None or (row.removed and not removed):
        raise NotFound("sms_gateway.connection_not_found", "There is no such SMS connection")
    return row


def find(session: Session, id: UUID) -> ConnectionRow | None:
    """A connection in use, of whatever organisation, for who has shown no other proof yet."""
    row = session.scalar(sa.select(ConnectionRow).where(ConnectionRow.id == id))
    return None if row is None or row.removed else row


def sends(details: SmsConnectionDetails) -> bool:
    """Whether texts can leave by such a connection: a receiver only hears."""
    return details.smpp is None or details.smpp.direction is not SmppDirection.RECEIVER


def sending_for(session: Session, smpp: SmppServer) -> list[UUID]:
    """The connections that send by the same account: what a receiver hears is of their texts."""
    return [
        row.id
        for row in listed(session)
        if row.details.smpp is not None
        and sends(row.details)
        and (row.details.smpp.host, row.details.smpp.system_id) == (smpp.host, smpp.system_id)
    ]


def choose(session: Session, id: UUID | None) -> ConnectionRow | None:
    """The connection to send by: `id`, or the organisation's default, or its first."""
    rows = [row for row in listed(session) if sends(row.details)]
    if id is not None:
        return next((row for row in rows if row.id == id), None)
    return next((row for row in rows if row.is_default), rows[0] if rows else None)


def clear_default(session: Session) -> list[ConnectionRow]:
    """No connection is the default any more; the caller sets a new one, and tells of these."""
    changed = [row for row in listed(session) if row.is_default]
    for row in changed:
        row.is_default = False
    return changed
