"""Which contents of the file store the gateway's rows refer to."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from .tables import DispatchRow, IncomingRow, LetterRow, SandboxMailRow


def held(session: Session, keys: Collection[str]) -> set[str]:
    """Those of `keys` that a mail has, or a file of a letter that is still on its way."""
    found: set[str] = set()
    for column in (IncomingRow.key, SandboxMailRow.key):
        found.update(session.scalars(select(column).where(column.in_(keys))))
    leaving = session.scalars(
        select(LetterRow.queued)
        .where(
            LetterRow.message_id.in_(
                select(DispatchRow.message_id).where(DispatchRow.done_at.is_(None))
            )
        )
        .execution_options(yield_per=100)
    )
    named = {file.key for queued in leaving for file in queued.attachments}
    return found | named & set(keys)
