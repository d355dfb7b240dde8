"""What the columns of files were said to be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import PrimaryKeyConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.store import Json, Scoped, insert_into

from .schema import Base


class MappingRow(Scoped, Base):
    """What the columns of a file with these headings (their SHA-256) were said to be."""

    __tablename__ = "import_mappings"

    header: Mapped[str] = mapped_column(String(64))
    targets: Mapped[list[str | None]] = mapped_column(Json(list[str | None]))

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "header"),)


def find(session: Session, headings: Sequence[str]) -> list[str | None] | None:
    """What columns with these headings were the last time."""
    return session.scalars(
        select(MappingRow.targets).where(MappingRow.header == _digest(headings))
    ).one_or_none()


def keep(session: Session, headings: Sequence[str], targets: list[str | None]) -> None:
    """Suggest `targets` for these headings from now on."""
    statement = insert_into(session, MappingRow).values(header=_digest(headings), targets=targets)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "header"], set_={"targets": targets}
        )
    )


def _digest(headings: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(headings).encode()).hexdigest()
