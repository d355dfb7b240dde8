"""How far each read model is that was or is made anew: a table, in every service's database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..store import Base, insert_into, new_id


class ProjectionRow(Base):
    """The latest time that a read model was made anew.

    `run` tells this time from others. `organisation` is where it is, and `place` the last entity
    there, while `going`; else the next organisation comes. `only` limits it to one.
    """

    __tablename__ = "fairlead_projections"

    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    run: Mapped[UUID]
    only: Mapped[UUID | None]
    organisation: Mapped[UUID | None]
    place: Mapped[UUID | None]
    going: Mapped[bool]
    done: Mapped[int]
    removed: Mapped[int]
    total: Mapped[int | None]
    started_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    stopped: Mapped[bool]
    tries: Mapped[int]
    error: Mapped[str | None] = mapped_column(sa.Text)

    @property
    def step(self) -> tuple[object, ...]:
        """What the next step depends on: it is the same until that is done."""
        return self.run, self.total is None, self.organisation, self.going, self.place

    @property
    def state(self) -> str:
        """One word for how it stands."""
        if self.finished_at is None:
            return "running"
        if self.stopped:
            return "stopped"
        return "failed" if self.error is not None else "done"


def start(session: Session, name: str, only: UUID | None, now: dt.datetime) -> None:
    """Begin to make a read model anew, from the first entity even if that is under way."""
    values = {
        "run": new_id(),
        "only": only,
        "organisation": only,
        "place": None,
        "going": only is not None,
        "done": 0,
        "removed": 0,
        "total": None,
        "started_at": now,
        "due_at": now,
        "finished_at": None,
        "stopped": False,
        "tries": 0,
        "error": None,
    }
    session.execute(
        insert_into(session, ProjectionRow)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=[ProjectionRow.name], set_=values)
    )


def stop(session: Session, name: str, now: dt.datetime) -> bool:
    """End it where it is; returns whether it was under way."""
    found = session.execute(
        sa.update(ProjectionRow)
        .where(ProjectionRow.name == name, ProjectionRow.finished_at.is_(None))
        .values(finished_at=now, stopped=True)
        .returning(ProjectionRow.name)
    )
    return found.first() is not None


def known(session: Session) -> dict[str, ProjectionRow]:
    """The latest time of each read model."""
    return {row.name: row for row in session.scalars(sa.select(ProjectionRow))}


def due(session: Session, names: Collection[str], now: dt.datetime) -> list[ProjectionRow]:
    """What is under way and can go on."""
    wanted = sa.select(ProjectionRow).where(
        ProjectionRow.finished_at.is_(None),
        ProjectionRow.due_at <= now,
        ProjectionRow.name.in_(names),
    )
    return list(session.scalars(wanted.order_by(ProjectionRow.started_at, ProjectionRow.name)))


def held(session: Session, name: str) -> ProjectionRow | None:
    """How it stands, kept from others until the transaction ends."""
    wanted = sa.select(ProjectionRow).where(ProjectionRow.name == name).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
