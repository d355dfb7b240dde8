"""What an organisation has settled, version by version: each whole, to be read back."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.accounts import Settings
from fairlead.context import current
from fairlead.store import Json, Order, Page, Scoped, page

from .people import OrganisationRow
from .schema import Base


class SettingsRow(Scoped, Base):
    """The settings of one version of an organisation, and who made it."""

    __tablename__ = "settings_versions"

    version: Mapped[int]
    at: Mapped[dt.datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str | None] = mapped_column(String(200))
    settings: Mapped[Settings] = mapped_column(Json(Settings))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "version"),
        ForeignKeyConstraint(["organisation_id"], ["organisations.organisation_id"]),
    )


_NEWEST = Order(SettingsRow.version.desc())


def keep(session: Session, organisation: OrganisationRow) -> None:
    """Keep the settings as they are now; the caller made them so."""
    session.flush()  # which counts the version
    who = current()
    session.add(
        SettingsRow(
            version=organisation.version,
            at=dt.datetime.now(dt.UTC),
            user_id=who.user,
            user_name=(who.user_name or "")[:200] or None,
            settings=organisation.settings,
        )
    )


def listed(session: Session, *, cursor: str | None, limit: int) -> Page[SettingsRow]:
    """Versions, the newest first."""
    return page(session, select(SettingsRow), _NEWEST, cursor=cursor, limit=limit)


def before(session: Session, version: int) -> SettingsRow | None:
    """The version that came before this one."""
    older = select(SettingsRow).where(SettingsRow.version < version)
    return session.scalars(older.order_by(SettingsRow.version.desc()).limit(1)).first()
