"""Making read models anew, a page at a time."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..context import acting, service_context
from ..contract import Interface
from ..errors import Failure, Unavailable
from ..service import ServiceStore
from ..store import EVERYWHERE, backoff, is_away, lease
from . import rows
from .models import ReadModel, ReadModels, Source
from .rows import ProjectionRow

log = structlog.get_logger(__name__)

STEP = 50  # entities: other writers of SQLite wait for a step
LEASE_SECONDS = 60.0  # longer than a call waits for its answer
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
LAST_TRY = 8

Effect = Callable[[Session, ProjectionRow], None]


class Projector:
    """Takes what was begun some steps further. Of several processes one works on a read model."""

    def __init__(
        self,
        store: ServiceStore,
        client: Callable[[type[Interface]], Any],
        models: ReadModels,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._store = store
        self._client = client
        self._models = models
        self._now = now
        self._owner = secrets.token_hex(8)

    def step(self) -> bool:
        """Take a step of what is being made anew, the first begun first; whether there was any."""
        with self._store.reading(EVERYWHERE) as session:
            due = rows.due(session, list(self._models.by_name), self._now())
        return any(self._take(row) for row in due)

    def _take(self, seen: ProjectionRow) -> bool:
        name, now = f"projection {seen.name}", self._now()
        with self._store.transaction(EVERYWHERE) as session:
            ours = lease.acquire(session, name, self._owner, now=now, seconds=LEASE_SECONDS)
        if not ours:
            return False
        try:
            effect = self._next(self._models.by_name[seen.name], seen)
            with self._store.transaction(seen.organisation or EVERYWHERE) as session:
                row = rows.held(session, seen.name)
                lease.release(session, name, self._owner)
                # Stopped or begun again meanwhile, or done by who took us for dead.
                if row is None or row.finished_at is not None or row.step != seen.step:
                    return False
                row.tries, row.error = 0, None
                effect(session, row)
        except Exception as error:
            self._fail(seen, name, error)
            return False
        return True

    def _next(self, model: ReadModel[Any], seen: ProjectionRow) -> Effect:
        """What is done next; asks others, so it is called outside transactions."""
        if seen.total is None:
            return self._count(model, seen)
        if not seen.going:
            return self._enter(seen)
        return self._walk(model, seen)

    def _count(self, model: ReadModel[Any], seen: ProjectionRow) -> Effect:
        total = self._ask(model.source, seen.only, None, 0).total or 0

        def effect(session: Session, row: ProjectionRow) -> None:
            row.total = total

        return effect

    def _enter(self, seen: ProjectionRow) -> Effect:
        """Go to the next organisation, or be done."""
        source = self._models.organisations
        items = [] if seen.only else self._ask(source, None, seen.organisation, 1).items

        def effect(session: Session, row: ProjectionRow) -> None:
            if items:
                row.organisation, row.going, row.place = source.key(items[0]), True, None
            else:
                row.finished_at = self._now()

        return effect

    def _walk(self, model: ReadModel[Any], seen: ProjectionRow) -> Effect:
        """Learn a page of the source, and forget what it lacks.

        What is known here is read before the source is asked. So what we know and it does not tell
        it had lost by then; what comes into being meanwhile is not looked at.
        """
        assert seen.organisation is not None  # it is going
        with self._store.reading(seen.organisation) as session:
            known = list(session.scalars(_after(model, seen.place)))
        told = list(self._ask(model.source, seen.organisation, seen.place, STEP).items)
        keys = [model.source.key(each) for each in told]
        # Both lists are whole up to here; beyond it either may lack what the other has.
        ends = [some[-1] for some in (known, keys) if len(some) == STEP]
        end = min(ends) if ends else None
        wanted = {key: one for key, one in zip(keys, told, strict=True) if not end or key <= end}
        gone = [id for id in known if id not in wanted and (not end or id <= end)]

        def effect(session: Session, row: ProjectionRow) -> None:
            for each in wanted.values():
                model.learn(session, each)
            for id in gone:
                model.forget(session, id)
            row.done += len(wanted)
            row.removed += len(gone)
            row.place, row.going = end, end is not None

        return effect

    def _ask(
        self, source: Source[Any, Any], organisation: UUID | None, after: UUID | None, limit: int
    ) -> Any:
        with acting(service_context(organisation)):
            return source.page(self._client(source.interface), after, limit)

    def _fail(self, seen: ProjectionRow, name: str, error: Exception) -> None:
        """Have the step tried again, later and later; what no waiting mends, not for ever."""
        passing = isinstance(error, Unavailable) or is_away(error)
        log.warning(
            "projection step failed",
            projection=seen.name,
            error=str(error),
            exc_info=None if passing else error,
        )
        text = error.message if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
        now = self._now()
        with self._store.transaction(EVERYWHERE) as session:
            lease.release(session, name, self._owner)
            row = rows.held(session, seen.name)
            if row is None or row.finished_at is not None or row.run != seen.run:
                return
            row.tries += 1
            row.error = text[:2000].replace("\0", "")
            wait = backoff(row.tries, first=FIRST_WAIT, cap=LONGEST_WAIT)
            row.due_at = now + dt.timedelta(seconds=wait)
            if row.tries >= LAST_TRY and not passing:
                row.finished_at = now


def _after(model: ReadModel[Any], place: UUID | None) -> Any:
    wanted = select(model.key).where(model.of_source).order_by(model.key).limit(STEP)
    return wanted if place is None else wanted.where(model.key > place)
