"""Carries out what is ordered of groups, those of one number one after another.

An order has one name for its network, whichever process carries it out: one that died in the middle
is asked for its end under the same name, and nothing is done twice.
"""

from __future__ import annotations

import datetime as dt
import secrets

import structlog

from fairlead.bell import Bell
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import LeaseLost, is_away, queue

from . import grouping, outcomes
from .domain.grouping import Described, Task
from .drivers import NOT_IN_IT, Again, Doubtful, GroupTask, Stopped
from .numbers import Numbers
from .store import connections, groups
from .store.group_tables import GroupOrderRow

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
AT_ONCE = 4
MOST_TRIES = 8
GIVEN_UP_AFTER = dt.timedelta(hours=24)  # a number that is away so long makes no stale groups
TOO_LATE = "It could not be done within a day"


class Ordering:
    """Any number of greenlets, of any number of processes, call `work_some`."""

    def __init__(self, store: ServiceStore, numbers: Numbers, bell: Bell) -> None:
        self._store = store
        self._numbers = numbers
        self._bell = bell

    def work_some(self) -> None:
        """Carry out some; where there is nothing, wait a moment for it."""
        with self._store.transaction(EVERYWHERE) as session:
            ready = self._numbers.ready(session)
            owner = secrets.token_hex(8)
            rows = groups.claim_due(session, owner, _now(), AT_ONCE, ready) if ready else []
        for row in rows:
            try:
                self._work(row)
            except LeaseLost:
                log.warning("somebody else carries it out", order=str(row.id))
            except Exception as error:
                if is_away(error):
                    raise
                log.error("group order not carried out", order=str(row.id), exc_info=error)
        if not rows:
            self._bell.wait(IDLE_SECONDS)

    def _work(self, row: GroupOrderRow) -> None:
        task = self._task(row)
        if task is None:
            return
        with self._store.reading(row.organisation_id) as session:
            connection = connections.get(session, row.connection_id, removed=True)
        outcome = self._numbers.of(connection).group(task)
        now = _now()
        with self._store.transaction(row.organisation_id) as session:
            if isinstance(outcome, (Again, Stopped)) and row.attempts < MOST_TRIES:
                wait = outcomes.wait_of(outcome, row.attempts)
                queue.postpone(session, row, now=now, seconds=wait, error=outcome.reason)
                return
            match outcome:
                case Described():
                    grouping.done(session, row, outcome, now)
                case Doubtful():
                    grouping.doubtful(session, row, outcome.reason, now)
                case _:
                    out = outcome.code == NOT_IN_IT
                    grouping.failed(session, row, outcome.reason, now, out=out)
            queue.finish(session, row, now=now)

    def _task(self, row: GroupOrderRow) -> GroupTask | None:
        """What its driver is asked for; None where it came to nothing here already."""
        now = _now()
        with self._store.transaction(row.organisation_id) as session:
            group = groups.locked(session, row.group_id) if row.group_id else None
            address = row.address or (group.address if group else None) or ""
            error = None
            if row.ordered_at + GIVEN_UP_AFTER <= now:
                error = TOO_LATE
            elif row.task is not Task.CREATE and not address:
                error = (group.reason if group else None) or grouping.NOT_IN_IT
            if error is not None:
                grouping.failed(session, row, error, now)
                queue.finish(session, row, now=now)
                return None
        return GroupTask(
            organisation=row.organisation_id,
            connection_id=row.connection_id,
            id=row.id,
            task=row.task,
            group=address,
            subject=row.subject,
            addresses=tuple(row.addresses),
        )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
