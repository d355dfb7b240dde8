"""Gives receipts that nobody waited for to the texts whose answers never came.

Where the line broke between a text and its answer, the carrier's name for it was never learnt, and
its receipt names nothing known. It tells of one phone: if exactly one uncertain text went there by
this connection before, it is that one's.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from fairlead.service import EVERYWHERE, ServiceStore

from .domain.progress import PartState
from .store import texts
from .store.tables import ReceiptRow, TextRow
from .taking import called
from .told import tell

AT_ONCE = 200
# An answer that is only slow is written down before; so is one that comes late.
AFTER = dt.timedelta(minutes=2)


def adopt_some(store: ServiceStore, now: dt.datetime) -> None:
    """Match what has waited long enough."""
    with store.transaction(EVERYWHERE) as session:
        adopted: set[tuple[UUID, str]] = set()
        for receipt, text in texts.orphans(session, now - AFTER, AT_ONCE):
            name = receipt.connection_id, receipt.key
            if name not in adopted:  # else it went with the first that has its name
                adopted.add(name)
                _adopt(session, text, receipt, now)


def _adopt(session: Session, text: TextRow, receipt: ReceiptRow, now: dt.datetime) -> None:
    held = texts.locked(session, text.id)
    parts = texts.parts(session, text.id)
    # One for each, in the order of both: a text has arrived when all of its parts have.
    part = next((each for each in parts if each.state is PartState.UNCERTAIN), None)
    if held is None or part is None:
        return
    called(session, [part], receipt.key)
    if texts.add_up(session, held)[1]:
        tell(session, held, now)
