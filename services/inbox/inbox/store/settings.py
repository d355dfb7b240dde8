"""What the inbox knows of connections, the organisation's settings and its users."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, PrimaryKeyConstraint, delete, select, type_coerce
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.accounts import Organisation, User
from contracts.channels import ConnectionChanged
from contracts.common import Channel
from fairlead.business_hours import Hours
from fairlead.projections.models import is_news
from fairlead.store import Json, Scoped, insert_into

from .schema import Base


class ConnectionRow(Scoped, Base):
    """A connection of any channel, whole; removed ones stay, their history names them."""

    __tablename__ = "known_connections"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)

    id: Mapped[UUID]
    version: Mapped[int]
    document: Mapped[ConnectionChanged] = mapped_column(Json(ConnectionChanged))


class OrganisationRow(Scoped, Base):
    """The organisation with its settings, whole."""

    __tablename__ = "known_organisations"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)

    id: Mapped[UUID]
    version: Mapped[int]
    document: Mapped[Organisation] = mapped_column(Json(Organisation))


class UserRow(Scoped, Base):
    """A user, whole."""

    __tablename__ = "known_users"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)

    id: Mapped[UUID]
    version: Mapped[int]
    document: Mapped[User] = mapped_column(Json(User))


_Known = ConnectionRow | OrganisationRow | UserRow


def is_of(channel: Channel) -> ColumnElement[bool]:
    """The connections of one channel."""
    told: ColumnElement[str] = type_coerce(ConnectionRow.document, JSON)["channel"].as_string()
    return told == channel.value


def learn_connection(
    session: Session, connection: ConnectionChanged, *, anew: bool = False
) -> bool:
    """Keep it unless this version is known or, made `anew`, a newer one; whether it was kept."""
    id = connection.connection_id
    return _learn(session, ConnectionRow, id, connection.version, connection, anew)


def learn_organisation(session: Session, organisation: Organisation, *, anew: bool = False) -> bool:
    """The same for the organisation."""
    id = organisation.id
    return _learn(session, OrganisationRow, id, organisation.version, organisation, anew)


def learn_user(session: Session, user: User, *, anew: bool = False) -> bool:
    """The same for a user."""
    return _learn(session, UserRow, user.id, user.version, user, anew)


def forget(session: Session, model: type[_Known], id: UUID) -> None:
    """Know it no more."""
    session.execute(
        delete(model).where(model.id == id).execution_options(synchronize_session=False)
    )


def connections(session: Session) -> list[ConnectionChanged]:
    """All connections of the organisation, the oldest first."""
    return list(session.scalars(select(ConnectionRow.document).order_by(ConnectionRow.id)))


def organisation(session: Session) -> Organisation | None:
    """The organisation, once it was heard of."""
    return session.scalars(select(OrganisationRow.document)).first()


def hours(session: Session) -> Hours | None:
    """When somebody is there; None where that is not settled."""
    known = organisation(session)
    if known is None or known.settings.hours is None:
        return None
    return known.settings.hours.within(known.settings.zone)


def user(session: Session, id: UUID | None) -> User | None:
    """A user, once he was heard of."""
    if id is None:
        return None
    return session.scalars(select(UserRow.document).where(UserRow.id == id)).first()


def active_users(session: Session) -> list[UUID]:
    """Those who work here, in one order."""
    users = session.scalars(select(UserRow.document).order_by(UserRow.id))
    return [user.id for user in users if user.active]


def _learn(
    session: Session,
    model: type[_Known],
    id: UUID,
    version: int,
    document: Any,
    anew: bool,
) -> bool:
    values = {"version": version, "document": document}
    kept = session.execute(
        insert_into(session, model)
        .values(id=id, **values)
        .on_conflict_do_update(
            index_elements=[model.organisation_id, model.id],
            set_=values,
            where=is_news(model.version, version, anew=anew),
        )
        .returning(model.id)
    ).first()
    return kept is not None
