"""Making the words index anew from the rows themselves, a few at a time.

It is how rows of before the index come into it, and what mends it. A pass goes over one table in
the order of its key, each step a short transaction that holds the rows it reads; what it found of
a row takes the place of what was there, so that a search misses nothing meanwhile. A process that
dies leaves the pass where its last step ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..columns import JSON
from ..inserting import insert_into
from ..scoping import EVERYWHERE, Reach
from ..tables import Base
from .writing import Searched, put

STEP = 200  # rows


class PassRow(Base):
    """The latest pass over one kind of document; `place` is the key of the last row."""

    __tablename__ = "fairlead_search_passes"

    kind: Mapped[str] = mapped_column(sa.String(1), primary_key=True)
    place: Mapped[list[str] | None] = mapped_column(JSON)
    done: Mapped[int]
    total: Mapped[int]
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    cancelled: Mapped[bool]


class Transactions(Protocol):
    """What opens a transaction: a Database, or a service's store."""

    def transaction(self, scope: Reach, /) -> AbstractContextManager[Session]: ...


def start(session: Session, model: type[Searched]) -> None:
    """Begin a pass over the rows of `model`, from the first row even if one is under way."""
    values = {
        "place": None,
        "done": 0,
        "total": session.scalar(sa.select(sa.func.count()).select_from(model)) or 0,
        "started_at": dt.datetime.now(dt.UTC),
        "finished_at": None,
        "cancelled": False,
    }
    session.execute(
        insert_into(session, PassRow)
        .values(kind=model.search_index.kind, **values)
        .on_conflict_do_update(index_elements=[PassRow.kind], set_=values)
    )


def cancel(session: Session, model: type[Searched]) -> bool:
    """End a pass where it is; returns whether one was under way."""
    found = session.execute(
        sa.update(PassRow)
        .where(PassRow.kind == model.search_index.kind, PassRow.finished_at.is_(None))
        .values(finished_at=dt.datetime.now(dt.UTC), cancelled=True)
        .returning(PassRow.kind)
    )
    return found.first() is not None


def passes(session: Session) -> list[PassRow]:
    """The latest pass of each kind."""
    return list(session.scalars(sa.select(PassRow).order_by(PassRow.kind)))


def step(store: Transactions, models: Sequence[type[Searched]]) -> bool:
    """Do a little of the passes that are due, and begin those that never were; returns whether
    there was anything to do. Of several processes one works on a kind at a time."""
    with store.transaction(EVERYWHERE) as session:
        known = set(session.scalars(sa.select(PassRow.kind)))
        for model in models:
            if model.search_index.kind not in known:
                start(session, model)
    return any(_step(store, model) for model in models)


def _step(store: Transactions, model: type[Searched]) -> bool:
    with store.transaction(EVERYWHERE) as session:
        under_way = session.scalars(
            sa.select(PassRow)
            .where(PassRow.kind == model.search_index.kind, PassRow.finished_at.is_(None))
            .with_for_update(skip_locked=True)
        ).first()
        if under_way is None:
            return False
        key = sa.inspect(model).primary_key
        rows = session.scalars(_next(model, key, under_way.place)).all()
        for row in rows:
            put(session, row.search_entry(session))
        under_way.done += len(rows)
        if rows:
            under_way.place = [str(getattr(rows[-1], column.key)) for column in key]
        if len(rows) < STEP:
            under_way.finished_at = dt.datetime.now(dt.UTC)
        return True


def _next(
    model: type[Searched], key: Sequence[Any], place: Sequence[str] | None
) -> sa.Select[Searched]:
    statement = sa.select(model).order_by(*key).limit(STEP)
    if place is not None:
        values = [sa.literal(UUID(value), sa.Uuid()) for value in place]
        statement = statement.where(sa.tuple_(*key) > sa.tuple_(*values))
    # A change that is under way is waited for, and none comes in between.
    return statement.with_for_update(key_share=True, of=model)
