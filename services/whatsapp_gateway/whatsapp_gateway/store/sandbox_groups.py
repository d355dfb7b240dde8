"""The groups of the sandbox's world."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.errors import NotFound

from .group_tables import SandboxGroupRow
from .tables import HandsetRow


def find(session: Session, address: str) -> SandboxGroupRow | None:
    """The group that has this address, held until the transaction ends."""
    return session.scalars(_held(SandboxGroupRow.address == address)).first()


def made_by(session: Session, order_id: UUID) -> SandboxGroupRow | None:
    """The group that an order made."""
    return session.scalars(_held(SandboxGroupRow.order_id == order_id)).first()


def by_invitation(session: Session, invitation: str) -> SandboxGroupRow:
    """The group that an invitation leads into; raises NotFound."""
    row = session.scalars(_held(SandboxGroupRow.invitation == invitation)).first()
    if row is None:
        raise not_found()
    return row


def with_phone(session: Session, address: str, key: str) -> SandboxGroupRow:
    """A group that a phone is in; raises NotFound."""
    row = find(session, address)
    if row is None or key not in row.phones:
        raise not_found()
    return row


def listed(session: Session, key: str | None) -> Sequence[SandboxGroupRow]:
    """All groups by name, or those that a phone is in."""
    rows = session.scalars(
        sa.select(SandboxGroupRow).order_by(SandboxGroupRow.subject, SandboxGroupRow.address)
    ).all()
    return [row for row in rows if key is None or key in row.phones]


def phones(session: Session, group: SandboxGroupRow) -> Sequence[HandsetRow]:
    """The phones in a group beside ours."""
    return session.scalars(
        sa.select(HandsetRow).where(HandsetRow.key.in_(group.phones)).order_by(HandsetRow.key)
    ).all()


def not_found() -> NotFound:
    """The error for a group that there is not."""
    return NotFound("whatsapp_gateway.group_not_found", "There is no such group in the sandbox")


def _held(where: sa.ColumnElement[bool]) -> sa.Select[SandboxGroupRow]:
    return (
        sa.select(SandboxGroupRow)
        .where(where)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
