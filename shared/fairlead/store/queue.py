"""Work queues in tables: rows that are due are claimed for a while by one worker.

A claim is short: a transaction of its own. The work is done outside, and its end is written by
`finish`, `postpone` or `release`, which raise LeaseLost when the row was claimed again meanwhile.
A worker that dies leaves its lease to expire; who claims the row then sees `row.reclaimed`, for
work that must not be done twice without asking.
"""

from __future__ import annotations

import datetime as dt
import random as random_module
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import ColumnElement, String, Text, delete, inspect, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from .columns import UTCDateTime

ERROR_LENGTH = 2000


class LeaseLost(Exception):
    """The lease ran out and somebody else claimed the row, or it was finished or deleted."""


class Claimable:
    """Mixin of a row that is work to be done, at `due_at` or later."""

    due_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    lease_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime, default=None)
    owner: Mapped[str | None] = mapped_column(String(100), default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
    done_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime, default=None)

    _reclaimed = False
    _begun = False

    @property
    def reclaimed(self) -> bool:
        """Whether this claim took the row over from a worker whose lease had run out."""
        return self._reclaimed

    @property
    def begun(self) -> bool:
        """Whether that worker may have begun it."""
        return self._begun


Row = TypeVar("Row", bound=Claimable)


def due_index(table: str, *first: str) -> sa.Index:
    """The index that `claim` reads, for the `__table_args__` of a Claimable class. `first` are
    the columns that `where` compares."""
    waiting = sa.column("done_at").is_(None)
    return sa.Index(
        f"ix_{table}_due", *first, "due_at", sqlite_where=waiting, postgresql_where=waiting
    )


def done_index(table: str) -> sa.Index:
    """The index that `forget` reads, for the `__table_args__` of a Claimable class."""
    return sa.Index(f"ix_{table}_done", "done_at")


def claim(
    session: Session,
    model: type[Row],
    *,
    now: dt.datetime,
    owner: str,
    limit: int,
    lease_seconds: float,
    where: Sequence[ColumnElement[bool]] = (),
    in_order: bool = False,
) -> list[Row]:
    """Lease to `owner`, which is unique to a worker, up to `limit` rows that are due; oldest first.

    Rows that another transaction holds are passed over. Each claim counts as an attempt.

    `in_order`: each claim has an owner of its own, who ends one row before it begins the next. Of
    what a dead one left only the first can have been begun, so for the others its claim counts as
    no attempt; and all that it left is taken at once, beyond `limit`.
    """
    free = or_(model.lease_until.is_(None), model.lease_until <= now)
    due = (
        select(model)
        .where(model.done_at.is_(None), model.due_at <= now, free, *where)
        .order_by(model.due_at, *inspect(model).primary_key)
        .with_for_update(skip_locked=True, of=model)
        .execution_options(populate_existing=True)
    )
    found = list(session.scalars(due.limit(limit)))
    dead = {row.owner for row in found if row.lease_until is not None}
    if in_order and dead:
        fresh = [row for row in found if row.lease_until is None]
        found = [*session.scalars(due.where(model.owner.in_(dead))), *fresh]
    for row in found:
        row._reclaimed = row.lease_until is not None
        row._begun = row._reclaimed and (not in_order or row.owner in dead)
        dead.discard(row.owner)
        row.attempts += 1 if row._begun or not row._reclaimed else 0
        row.owner = owner
        row.lease_until = now + dt.timedelta(seconds=lease_seconds)
    session.flush()
    return found


def renew(session: Session, row: Claimable, *, now: dt.datetime, lease_seconds: float) -> None:
    """Keep the row for longer."""
    _settle(session, row, lease_until=now + dt.timedelta(seconds=lease_seconds))


def finish(session: Session, row: Claimable, *, now: dt.datetime, **values: Any) -> None:
    """The work is done, for good; `values` are for other columns of the row."""
    _settle(session, row, done_at=now, lease_until=None, owner=None, last_error=None, **values)


def postpone(
    session: Session, row: Claimable, *, now: dt.datetime, seconds: float, error: str, **values: Any
) -> None:
    """The work failed, because of `error`, and is due again in `seconds`; `values` as above."""
    due, error = now + dt.timedelta(seconds=seconds), error[:ERROR_LENGTH]
    _settle(session, row, due_at=due, lease_until=None, owner=None, last_error=error, **values)


def release(session: Session, row: Claimable) -> None:
    """The work was not begun: the row is free at once, and the claim counts as no attempt."""
    _settle(session, row, lease_until=None, owner=None, attempts=row.attempts - 1)


def forget(
    session: Session, model: type[Claimable], before: dt.datetime, *, limit: int = 1000
) -> bool:
    """Delete rows that were done before a moment; returns whether there may be more of them.

    `done_index` serves it.
    """
    [key] = inspect(model).primary_key
    oldest = select(key).where(model.done_at < before).order_by(model.done_at).limit(limit)
    result: Any = session.execute(
        delete(model).where(key.in_(oldest)).execution_options(synchronize_session=False)
    )
    return bool(result.rowcount == limit)


def _settle(session: Session, row: Claimable, **values: Any) -> None:
    # Each claim makes another pair of owner and attempts, so it names the claim and no other.
    model: Any = type(row)
    key = zip(inspect(model).primary_key, inspect(row, raiseerr=True).identity, strict=True)
    result: Any = session.execute(
        update(model)
        .where(*(column == value for column, value in key))
        .where(model.owner == row.owner, model.attempts == row.attempts, model.done_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:
        raise LeaseLost(f"{model.__name__} {inspect(row).identity} is no longer ours")


def backoff(
    attempt: int,
    *,
    first: float,
    cap: float,
    random: Callable[[], float] = random_module.random,
) -> float:
    """Seconds to wait after `attempt` failures (from 1): between nothing and a bound that begins
    with `first`, doubles each time and ends at `cap`. Spread over all of it, so that what failed
    together does not come again together ("full jitter")."""
    bound = min(cap, first * 2.0 ** min(attempt - 1, 64))
    return random() * bound
