"""What accounts has of a contact: words in the audit log, and what employees were told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fairlead.store import Order, Page, page

from .audit import AuditRow
from .mailing import ItemRow
from .notifications import NotificationRow

_LATEST = Order(AuditRow.at.desc(), AuditRow.id.desc())


def entries(
    session: Session, contact_ids: Collection[UUID], *, cursor: str | None, limit: int
) -> Page[AuditRow]:
    """Entries of the audit log about these contacts, the newest first."""
    about = select(AuditRow).where(AuditRow.about.in_(contact_ids))
    return page(session, about, _LATEST, cursor=cursor, limit=limit)


def drop_notifications(session: Session, targets: Collection[UUID]) -> int:
    """Remove what employees were told of these; returns how much."""
    gone = 0
    for row in (NotificationRow, ItemRow):
        done: Any = session.execute(
            delete(row)
            .where(row.target_id.in_(targets))
            .execution_options(synchronize_session=False)
        )
        gone += done.rowcount
    return gone
