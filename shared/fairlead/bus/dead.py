"""Events that were given up, for the admin server."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..admin.events import DeadEvent, DeadPage
from ..errors import Conflict, Invalid, NotFound
from ..store import EVERYWHERE, Database, Order, page
from .inbox import InboxRow, InboxStatus

SEPARATOR = "."


ORDER = Order(InboxRow.received_at, InboxRow.event_id, InboxRow.handler)


class DeadInbox:
    """The dead events of one service. An id is the event's and the handler's: `uuid.handler`.

    What could not be read, or was handed out too often, has no handler; `take_parked` tries it.
    """

    def __init__(self, database: Database, take_parked: Callable[[UUID, bytes], None]) -> None:
        self._database = database
        self._take_parked = take_parked

    def list(self, cursor: str | None, limit: int) -> DeadPage:
        """At most `limit` dead events after `cursor`, the oldest first."""
        with self._database.reading(EVERYWHERE) as session:
            found = page(session, _DEAD, ORDER, cursor=cursor, limit=limit)
            return DeadPage(events=tuple(_event(row) for row in found.items), next=found.next)

    def get(self, id: str) -> DeadEvent:
        """One dead event, with its body."""
        with self._database.reading(EVERYWHERE) as session:
            return _event(_row(session, id), body=True)

    def replay(self, id: str) -> None:
        """Let its handler try again: the retrying greenlet takes it within a second.

        Raises Conflict for what was parked and still cannot be read.
        """
        with self._database.transaction(EVERYWHERE) as session:
            row = _row(session, id)
            if row.handler:
                _revive(row)
                return
            parked = row.event_id, row.body or b""
        # Its row stays until each handler has it: a process that ends now forgets nothing.
        self._take_parked(*parked)

    def replay_all(self) -> int:
        """Let all be tried again; returns how many could be."""
        with self._database.reading(EVERYWHERE) as session:
            ids = [_id(row) for row in session.scalars(_DEAD)]
        replayed = 0
        for id in ids:
            with contextlib.suppress(Conflict, NotFound):
                self.replay(id)
                replayed += 1
        return replayed

    def discard(self, id: str) -> None:
        """Forget it for good. Its row stays as done, so that it is dropped should it come again."""
        with self._database.transaction(EVERYWHERE) as session:
            row = _row(session, id)
            row.status, row.body, row.error = InboxStatus.DONE, None, "discarded"


_DEAD = select(InboxRow).where(InboxRow.status == InboxStatus.DEAD)


def _revive(row: InboxRow) -> None:
    row.status = InboxStatus.FAILED
    row.attempts = 1  # a failed one before this: the row is there already
    row.next_attempt_at = dt.datetime.now(dt.UTC)


def _row(session: Session, id: str) -> InboxRow:
    event_id, _, handler = id.partition(SEPARATOR)
    try:
        key = UUID(event_id), handler
    except ValueError:
        raise Invalid.field("events.invalid", "id", "must be an event's id and a handler") from None
    # A method's name, or nothing; PostgreSQL does not even take each text for a comparison.
    row = session.get(InboxRow, key) if not handler or handler.isidentifier() else None
    if row is None or row.status is not InboxStatus.DEAD:
        raise NotFound("events.not_found", "There is no such dead event")
    return row


def _id(row: InboxRow) -> str:
    return f"{row.event_id}{SEPARATOR}{row.handler}"


def _event(row: InboxRow, *, body: bool = False) -> DeadEvent:
    return DeadEvent(
        id=_id(row),
        handler=row.handler,
        topic=row.topic,
        error=row.error or "",
        attempts=row.attempts,
        received_at=row.received_at,
        body=row.body if body else None,
    )
