"""The phones of the sandbox's world."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.errors import NotFound

from .tables import SandboxTextRow


def phones(session: Session) -> Sequence[tuple[str, int, int]]:
    """Each phone with how many texts it has not read, and has in all."""
    unread = sa.func.sum(
        sa.case((SandboxTextRow.read.is_(False) & SandboxTextRow.from_us.is_(True), 1), else_=0)
    )
    rows = session.execute(
        sa.select(SandboxTextRow.number, unread, sa.func.count())
        .group_by(SandboxTextRow.number)
        .order_by(SandboxTextRow.number)
    )
    return [(number, int(waiting), total) for number, waiting, total in rows]


def texts(session: Session, number: str, limit: int) -> Sequence[SandboxTextRow]:
    """What a phone has, the newest first."""
    return session.scalars(
        sa.select(SandboxTextRow)
        .where(SandboxTextRow.number == number)
        .order_by(SandboxTextRow.at.desc(), SandboxTextRow.id.desc())
        .limit(limit)
    ).all()


def text(session: Session, id: UUID) -> SandboxTextRow:
    """One text; raises NotFound."""
    row = session.scalar(sa.select(SandboxTextRow).where(SandboxTextRow.id == id))
    if row is None:
        raise NotFound("sms_gateway.text_not_found", "There is no such text on a sandbox phone")
    return row
