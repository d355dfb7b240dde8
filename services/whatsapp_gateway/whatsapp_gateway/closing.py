"""Ends the waiting: what may have left comes to an end in bounded time, known or not."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from fairlead.service import EVERYWHERE, ServiceStore

from .store import outgoing
from .store.tables import MessageRow
from .told import tell

AT_ONCE = 200
# After a message's validity; what is told of what left in its last minute comes later than it.
GRACE = dt.timedelta(hours=1)
EXPIRED = "expired_unknown"


def close_some(store: ServiceStore, now: dt.datetime) -> bool:
    """Close messages that stayed uncertain; returns whether there may be more.

    They stay so and say that nothing more is awaited, with the code `expired_unknown`; what is told
    of them all the same still counts.
    """
    with store.transaction(EVERYWHERE) as session:
        found = outgoing.uncertain(session, now - GRACE, AT_ONCE)
        for message in found:
            _close(session, message, now)
    return len(found) == AT_ONCE


def _close(session: Session, message: MessageRow, now: dt.datetime) -> None:
    outgoing.close(session, message, EXPIRED)
    tell(session, message, now, code=EXPIRED)
