"""Numbers that are connected."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.errors import NotFound

from .tables import ConnectionRow


def listed(session: Session) -> Sequence[ConnectionRow]:
    """The connections in use, the oldest first."""
    return session.scalars(
        sa.select(ConnectionRow).where(ConnectionRow.removed.is_(False)).order_by(ConnectionRow.id)
    ).all()


def everywhere(session: Session, kind: WhatsAppConnectionKind) -> list[ConnectionRow]:
    """The connections of a kind, in whatever organisations the session reaches."""
    return [row for row in listed(session) if row.details.kind is kind]


def find(session: Session, id: UUID) -> ConnectionRow | None:
    """One connection, a removed one too."""
    return session.scalar(sa.select(ConnectionRow).where(ConnectionRow.id == id))


def get(session: Session, id: UUID, *, removed: bool = False) -> ConnectionRow:
    """One connection; raises NotFound, for a removed one too unless `removed`."""
    row = find(session, id)
    if row is None or (row.removed and not removed):
        raise NotFound("whatsapp_gateway.connection_not_found", "There is no such WhatsApp number")
    return row


def locked(session: Session, id: UUID) -> ConnectionRow:
    """One connection, held until the transaction ends; raises NotFound."""
    row = session.scalars(
        sa.select(ConnectionRow)
        .where(ConnectionRow.id == id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None or row.removed:
        raise NotFound("whatsapp_gateway.connection_not_found", "There is no such WhatsApp number")
    return row


def choose(session: Session, id: UUID | None) -> ConnectionRow | None:
    """The connection to send by: `id`, or the organisation's default, or its first."""
    rows = listed(session)
    if id is not None:
        return next((row for row in rows if row.id == id), None)
    return next((row for row in rows if row.is_default), rows[0] if rows else None)


def clear_default(session: Session) -> list[ConnectionRow]:
    """No connection is the default any more; the caller sets a new one, and tells of these."""
    changed = [row for row in listed(session) if row.is_default]
    for row in changed:
        row.is_default = False
    return changed
