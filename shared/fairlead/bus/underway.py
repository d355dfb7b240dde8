"""Events under way: written and not yet published, or failed and to be tried again."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from .inbox import InboxRow
from .outbox import OutboxRow


def mentioned(session: Session, words: Collection[str]) -> set[str]:
    """Those of `words` that stand in an event under way in this service.

    Words of ASCII letters and digits, whole as JSON has them: ids and keys.
    """
    wanted, found = {word.encode(): word for word in words}, set()
    for bodies in (
        select(OutboxRow.body),
        select(InboxRow.body).where(InboxRow.body.is_not(None)),
    ):
        for body in session.scalars(bodies.execution_options(yield_per=100)):
            assert body is not None, "those without are left out"
            for word in [word for word in wanted if word in body]:
                found.add(wanted.pop(word))
    return found


def drop_failed(session: Session, ids: Collection[UUID]) -> int:
    """Forget events that failed here and name one of `ids`, which are erased; returns how many."""
    wanted = [str(id).encode() for id in ids]
    failed = select(InboxRow.event_id, InboxRow.handler, InboxRow.body).where(
        InboxRow.body.is_not(None)
    )
    keys = [
        (event_id, handler)
        for event_id, handler, body in session.execute(failed.execution_options(yield_per=100))
        if body and any(id in body for id in wanted)
    ]
    session.execute(
        delete(InboxRow)
        .where(tuple_(InboxRow.event_id, InboxRow.handler).in_(keys))
        .execution_options(synchronize_session=False)
    )
    return len(keys)
