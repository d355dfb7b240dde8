"""Connections and what is known of their organisations."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.accounts import Organisation
from fairlead.errors import NotFound
from fairlead.projections.models import is_news
from fairlead.store import insert_into

from .tables import ConnectionRow, OrganisationRow


def listed(session: Session) -> Sequence[ConnectionRow]:
    """The connections in use, by address."""
    return session.scalars(
        sa.select(ConnectionRow)
        .where(ConnectionRow.removed.is_(False))
        .order_by(ConnectionRow.address, ConnectionRow.id)
    ).all()


def get(session: Session, id: UUID, *, removed: bool = False) -> ConnectionRow:
    """One connection; raises NotFound, for a removed one too unless `removed`."""
    row = session.scalar(sa.select(ConnectionRow).where(ConnectionRow.id == id))
    if row is None or (row.removed and not removed):
        raise NotFound("email_gateway.connection_not_found", "There is no such email connection")
    return row


def choose(session: Session, id: UUID | None) -> ConnectionRow | None:
    """The connection to send by: `id`, or the organisation's default, or its first."""
    rows = listed(session)
    if id is not None:
        return next((row for row in rows if row.id == id), None)
    return next((row for row in rows if row.is_default), rows[0] if rows else None)


def defaults(session: Session) -> list[ConnectionRow]:
    """The connection that is the default; while a new one is set, the one before."""
    return [row for row in listed(session) if row.is_default]


def remember_organisation(
    session: Session, organisation: Organisation, *, anew: bool = False
) -> None:
    """Keep the settings of the session's organisation, unless these are known or, made `anew`,
    newer ones."""
    insert = insert_into(session, OrganisationRow)
    session.execute(
        insert.values(
            body=msgspec.to_builtins(organisation), version=organisation.version
        ).on_conflict_do_update(
            index_elements=[OrganisationRow.organisation_id],
            set_={"body": insert.excluded.body, "version": insert.excluded.version},
            where=is_news(OrganisationRow.version, organisation.version, anew=anew),
        )
    )


def forget_organisation(session: Session) -> None:
    """Know no settings of the session's organisation any more."""
    session.execute(sa.delete(OrganisationRow).execution_options(synchronize_session=False))


def organisation(session: Session) -> Organisation | None:
    """The organisation of the session, once accounts has told of it."""
    row = session.scalar(sa.select(OrganisationRow))
    return None if row is None else msgspec.convert(row.body, Organisation)
