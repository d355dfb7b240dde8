"""The source's side: pages of its entities, for the services that keep copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.base import ExecutableOption

from ..context import current
from ..store import EVERYWHERE, Reach, organisation_of

T = TypeVar("T")


def reach() -> Reach:
    """What a caller may copy: his organisation's. Without one he may count what all have."""
    return current().organisation or EVERYWHERE


def page_of(
    session: Session,
    model: type[T],
    key: InstrumentedAttribute[UUID],
    after: UUID | None,
    limit: int,
    *options: ExecutableOption,
) -> tuple[Sequence[T], int | None]:
    """The rows that follow `after` in the order of `key`, none EVERYWHERE; and how many there are
    altogether, on the first page."""
    counted: Any = select(func.count(key))
    total = session.scalar(counted) or 0 if after is None else None
    if organisation_of(session) is None or not limit:
        return [], total
    wanted = select(model).order_by(key).limit(limit).options(*options)
    if after is not None:
        wanted = wanted.where(key > after)
    return session.scalars(wanted).all(), total
