"""Ends the waiting: every text comes to an end in bounded time, known or not."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from contracts.channels import EXPIRED_UNKNOWN
from fairlead.service import EVERYWHERE, ServiceStore

from .domain.progress import PartState
from .store import texts
from .store.tables import TextRow
from .told import tell

AT_ONCE = 200
# After a text's validity; receipts of what arrived in its last minute come later than it.
GRACE = dt.timedelta(hours=1)
UNTOLD = "The carrier never told whether it arrived"
_TOO_LATE = "It could not be sent in time"
_REMOVED = "The connection was removed"
_INTERRUPTED = "Sending was interrupted; whether it left is not known"


def close_some(store: ServiceStore, now: dt.datetime) -> bool:
    """Close texts for which there is nothing to wait; returns whether there may be more.

    What never left has failed. What left and was never told of stays as it is and says so, with
    the code `EXPIRED_UNKNOWN`; a receipt that comes all the same still counts.
    """
    with store.transaction(EVERYWHERE) as session:
        found = texts.overdue(session, now, now - GRACE, AT_ONCE)
        for text in found:
            _close(session, text, now)
    return len(found) == AT_ONCE


def _close(session: Session, text: TextRow, now: dt.datetime) -> None:
    text.closed_at = now
    if text.done_at is None:
        begun = text.owner is not None  # by who died over it
        state = PartState.UNCERTAIN if begun else PartState.FAILED
        reason = _INTERRUPTED if begun else _TOO_LATE if text.valid_until <= now else _REMOVED
        for part in texts.parts(session, text.id):
            if part.state is PartState.WAITING:
                texts.note(session, part, state, reason)
        text.done_at, text.owner, text.lease_until = now, None, None
    progress, news = texts.add_up(session, text)
    if progress.over:
        if news:
            tell(session, text, now)
        return
    text.reason = text.reason or UNTOLD
    tell(session, text, now, code=EXPIRED_UNKNOWN)
