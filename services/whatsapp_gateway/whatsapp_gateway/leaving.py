"""Whether a message may leave at this moment: in time, by its number, in its turn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import ConnectionState
from contracts.whatsapp_gateway import WhatsAppConnectionKind

from .domain import addresses, pace, window
from .store import chats, connections, groups, paces
from .store.tables import ChatRow, ConnectionRow, MessageRow

TOO_LATE = "It could not be sent in time"
CLOSED = (
    "More than 24 hours have passed since the other side wrote; WhatsApp takes only an approved "
    "template now"
)
LEFT = "This number is not in the group any more"
PAUSED = "WhatsApp lets this number write to nobody first for a while; answers leave"
WARMING = "The number wrote to as many new people today as it may; this one follows"
COLD = (PAUSED, WARMING)  # what keeps a message from somebody who never wrote to us
REPLIES_FIRST = "Answers leave first"
LOOK_AGAIN = 900.0  # seconds until a message to somebody new is tried again
DAY = dt.timedelta(days=1)
# A message to many may be more than a new number can begin in a day, or in some.
FOLLOWS_WITHIN = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Held:
    """It has to wait: `is_turn` for nothing but its turn. What is `shown` a person is told, and it
    is good for longer then."""

    reason: str
    seconds: float | None = None
    is_turn: bool = False
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """It will never leave."""

    reason: str
    code: str | None = None


def check(
    session: Session, row: MessageRow, connection: ConnectionRow, now: dt.datetime
) -> Held | Lost | None:
    """What keeps a message from leaving now; None where nothing does, and its turn is taken."""
    current = connections.find(session, connection.id)
    if current is None or current.removed:
        return Lost("The connection was removed")
    if row.valid_until <= now:
        return Lost(TOO_LATE, "expired")
    if current.state != ConnectionState.OPEN.value:
        return Held(current.reason or "The number is not connected", 5.0, is_turn=True)
    if not groups.is_open(session, current.id, row.queued.address):
        return Lost(LEFT, "group_left")
    chat = chats.locked(session, current.id, row.queued.address)
    kind = current.details.kind
    if (
        kind is WhatsAppConnectionKind.CLOUD
        and row.queued.template is None
        and not addresses.is_group(row.queued.address)
        and not window.is_open(chat.last_in_at, now)
    ):
        return Lost(CLOSED, "window_closed")
    is_cold = chat.last_in_at is None and chat.first_out_at is None
    held = _cold(session, row, current, now) if is_cold else None
    if held is not None:
        return held
    rates = {
        paces.NUMBER: pace.in_all(kind, current.details.pace),
        chat.key: pace.to_one(kind),
    }
    wait = paces.take(session, current.id, rates, now)
    if wait:
        return Held("It waits for its turn", wait, is_turn=True)
    if is_cold:
        chat.first_out_at = now
    return None


def _cold(
    session: Session, row: MessageRow, connection: ConnectionRow, now: dt.datetime
) -> Held | None:
    """What keeps us from writing to somebody who never wrote to us."""
    if addresses.is_group(row.queued.address):
        return None
    if connection.paused_until is not None and connection.paused_until > now:
        seconds = min(LOOK_AGAIN, (connection.paused_until - now).total_seconds())
        return Held(PAUSED, seconds, is_turn=True, shown=True)
    allowed = pace.people_a_day(connection.details.pace, connection.since, now)
    if chats.cold_since(session, connection.id, now - DAY) >= allowed:
        return Held(WARMING, LOOK_AGAIN, is_turn=True, shown=True)
    if _answers_wait(session, row, now):
        return Held(REPLIES_FIRST, 1.0, is_turn=True)
    return None


def _answers_wait(session: Session, row: MessageRow, now: dt.datetime) -> bool:
    """Whether a message to somebody who wrote to us could leave by the same number now."""
    waiting = (
        sa.select(MessageRow.id)
        .join(
            ChatRow,
            sa.and_(
                ChatRow.organisation_id == MessageRow.organisation_id,
                ChatRow.connection_id == MessageRow.connection_id,
                ChatRow.key == MessageRow.key,
            ),
        )
        .where(
            MessageRow.connection_id == row.connection_id,
            MessageRow.done_at.is_(None),
            MessageRow.due_at <= now,
            MessageRow.lease_until.is_(None),
            MessageRow.id != row.id,
            ChatRow.last_in_at.is_not(None),
        )
        .limit(1)
    )
    return session.scalar(waiting) is not None
