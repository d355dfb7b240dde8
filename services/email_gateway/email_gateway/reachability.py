"""Whether connections work, and who is told when that changes."""

from __future__ import annotations

import datetime as dt
import enum
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import ConnectionChanged, ConnectionState
from contracts.common import Channel
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from fairlead.bus import publish
from fairlead.context import Role, service_context

from .store import connections
from .store.tables import ConnectionRow


class Way(enum.StrEnum):
    """The two ways of a connection, each by a server of its own; the values name columns."""

    OUT = "out_reason"
    IN = "in_reason"


def set_reached(session: Session, id: UUID, way: Way, reason: str | None, now: dt.datetime) -> None:
    """A server of a connection was reached, or not because of `reason`.

    A connection works where both ways do. Only a change is written: each mail that leaves would
    else wait for this one row.
    """
    row = connections.get(session, id, removed=True)
    if says(row, way, reason) or row.state == ConnectionState.OFF.value or row.removed:
        return
    failed_before = row.state == ConnectionState.FAILING.value
    setattr(row, way.value, reason)
    row.reason = "; ".join(filter(None, (row.out_reason, row.in_reason))) or None
    failing = row.reason is not None
    row.state = (ConnectionState.FAILING if failing else ConnectionState.OPEN).value
    row.checked_at = now
    announce(session, row)
    if failing and not failed_before:
        _alarm(session, row, way, now)


def says(row: ConnectionRow, way: Way, reason: str | None) -> bool:
    """Whether the row tells already that this way is open, or not because of `reason`."""
    known: str | None = getattr(row, way.value)
    return known == reason and row.state != ConnectionState.CONNECTING.value


def reset(row: ConnectionRow) -> None:
    """One that failed was changed: whether it works is to be found out."""
    if row.state == ConnectionState.FAILING.value:
        row.out_reason = row.in_reason = row.reason = None
        row.state = ConnectionState.CONNECTING.value


def _alarm(session: Session, row: ConnectionRow, way: Way, now: dt.datetime) -> None:
    """Tell those who can mend it, once in an outage, and of a server that comes and goes once an
    hour."""
    what = "Mail cannot be sent as" if way is Way.OUT else "Mail cannot be fetched for"
    notice = NotificationRaised(
        kind=NotificationKind.CONNECTION_FAILING,
        to=Audience(roles=[Role.OWNER, Role.ADMIN]),
        title=f"{what} {row.address}"[:200],
        text=(row.reason or "")[:2000],
        dedupe_key=f"connection_failing:{row.id}:{now:%Y-%m-%dT%H}",
        at=now,
        target=Target(entity="connection", id=row.id),
    )
    publish(session, notice, context=service_context(row.organisation_id))


def announce(session: Session, row: ConnectionRow) -> None:
    """Tell of a connection as it is now."""
    row.changes += 1
    publish(session, told(row), context=service_context(row.organisation_id))


def told(row: ConnectionRow) -> ConnectionChanged:
    """The connection as it is told."""
    return ConnectionChanged(
        connection_id=row.id,
        channel=Channel.EMAIL,
        label=row.details.label,
        address=row.address,
        state=ConnectionState(row.state),
        reason=row.reason,
        default=row.is_default,
        removed=row.removed,
        version=row.changes,
    )
