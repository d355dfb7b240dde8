"""Which contents of the file store the gateway's rows refer to."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .tables import MediaRow, MessageRow, SandboxChatRow


def held(session: Session, keys: Collection[str]) -> set[str]:
    """Those of `keys` that a message on its way has, one that came, or a sandbox phone."""
    wanted = set(keys)
    found = set(session.scalars(sa.select(MediaRow.key).where(MediaRow.key.in_(wanted))))
    found.discard(None)
    leaving = session.scalars(
        sa.select(MessageRow.queued)
        .where(MessageRow.done_at.is_(None))
        .execution_options(yield_per=100)
    )
    named = {file.key for queued in leaving for file in queued.attachments}
    phones = session.scalars(sa.select(SandboxChatRow.files).execution_options(yield_per=100))
    named |= {file.key for files in phones for file in files}
    return {key for key in found if key is not None} | named & wanted
