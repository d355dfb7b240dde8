"""What others are told of texts and connections."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import (
    ConnectionChanged,
    ConnectionState,
    DeliveryStatus,
    DeliveryUpdated,
)
from contracts.common import Channel
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from fairlead.bus import publish
from fairlead.context import Role, service_context

from .store import connections, texts
from .store.tables import ConnectionRow, TextRow


def tell(
    session: Session,
    text: TextRow,
    at: dt.datetime,
    *,
    code: str | None = None,
    permanent: bool = False,
) -> None:
    """How a text fares by its row."""
    session.flush()
    taken, refused = texts.paid_and_refused(session, text)
    publish(
        session,
        DeliveryUpdated(
            delivery_id=text.id,
            message_id=text.message_id,
            channel=Channel.SMS,
            address=text.number,
            status=DeliveryStatus(text.status),
            at=at,
            code=code,
            reason=text.reason,
            permanent=permanent,
            parts=text.parts,
            parts_delivered=text.delivered,
            parts_taken=taken,
            parts_refused=refused,
        ),
        context=service_context(text.organisation_id),
    )


def set_state(
    session: Session,
    id: UUID,
    state: ConnectionState,
    reason: str | None,
    now: dt.datetime,
    *,
    for_good: bool = False,
) -> None:
    """How a connection fares; only a change is written and told. Where it stays so until a person
    acts (`for_good`), those who can are told."""
    row = connections.get(session, id, removed=True)
    if row.removed or (row.state, row.reason) == (state.value, reason):
        return
    row.state, row.reason, row.checked_at = state.value, reason, now
    announce(session, row)
    if for_good:
        _alert(session, row, now)


def _alert(session: Session, row: ConnectionRow, now: dt.datetime) -> None:
    """Administrators are told that a connection stopped; once an hour."""
    publish(
        session,
        NotificationRaised(
            kind=NotificationKind.CONNECTION_FAILING,
            to=Audience(roles=[Role.OWNER, Role.ADMIN]),
            title=f"The SMS connection “{row.details.label}” stopped"[:200],
            text=(row.reason or "")[:2000],
            target=Target(entity="connection", id=row.id),
            dedupe_key=f"sms:{row.id}:{now:%Y%m%d%H}",
            at=now,
        ),
        context=service_context(row.organisation_id),
    )


def announce(session: Session, row: ConnectionRow) -> None:
    """A connection as it is now."""
    row.changes += 1
    publish(session, as_told(row), context=service_context(row.organisation_id))


def as_told(row: ConnectionRow) -> ConnectionChanged:
    """What others know of a connection."""
    return ConnectionChanged(
        connection_id=row.id,
        channel=Channel.SMS,
        label=row.details.label,
        address=row.details.sender,
        state=ConnectionState(row.state),
        reason=row.reason,
        default=row.is_default,
        removed=row.removed,
        version=row.changes,
    )
