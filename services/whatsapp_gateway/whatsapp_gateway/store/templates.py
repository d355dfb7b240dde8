"""Templates as the network has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.whatsapp_gateway import NetworkTemplate, TemplateState
from fairlead.store import in_turn

from .tables import TemplateRow


def replace(
    session: Session, connection_id: UUID, found: Sequence[NetworkTemplate], now: dt.datetime
) -> None:
    """These are all that the network has for a number."""
    in_turn(session, "templates", connection_id)  # who asked at the same moment writes them too
    session.execute(sa.delete(TemplateRow).where(TemplateRow.connection_id == connection_id))
    unique = {(each.name, each.language): each for each in found}
    session.add_all(
        TemplateRow(
            connection_id=connection_id, name=name, language=language, document=each, at=now
        )
        for (name, language), each in unique.items()
    )
    session.flush()


def listed(session: Session, connection_id: UUID | None) -> list[NetworkTemplate]:
    """All of them, of one number or of all, by name and language."""
    statement = sa.select(TemplateRow.document).order_by(TemplateRow.name, TemplateRow.language)
    if connection_id is not None:
        statement = statement.where(TemplateRow.connection_id == connection_id)
    return list(session.scalars(statement))


def get(session: Session, connection_id: UUID, name: str, language: str) -> NetworkTemplate | None:
    """One of a number."""
    return session.scalar(
        sa.select(TemplateRow.document).where(
            TemplateRow.connection_id == connection_id,
            TemplateRow.name == name,
            TemplateRow.language == language,
        )
    )


def set_state(
    session: Session,
    connection_id: UUID,
    name: str,
    language: str,
    state: TemplateState,
    reason: str | None,
    now: dt.datetime,
) -> None:
    """A template may be sent, or no more."""
    row = session.scalars(
        sa.select(TemplateRow).where(
            TemplateRow.connection_id == connection_id,
            TemplateRow.name == name,
            TemplateRow.language == language,
        )
    ).first()
    if row is not None:
        row.document = msgspec.structs.replace(row.document, state=state, reason=reason)
        row.at = now
