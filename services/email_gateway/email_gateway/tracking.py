"""Opens and clicks: by whom, and what the inbox is told of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import DeliveryStatus
from fairlead.errors import NotFound
from fairlead.service import EVERYWHERE, ServiceStore

from .domain.scanners import Scanners
from .domain.tracking import (
    SETTLED_AFTER,
    TRAP,
    Click,
    Tracker,
    judge_click,
    judge_open,
    judge_settled,
)
from .leaving import leave
from .store import clicks, outgoing
from .store.tables import ClickRow, DispatchRow
from .told import tell

COMPARED = dt.timedelta(seconds=60)  # how far around a click others are compared with it


class Tracking:
    """Reads tokens; a token says which delivery it is about, and nothing else is believed.

    What tells nothing new is neither kept nor told on: anybody may ask as often as he likes.
    """

    def __init__(
        self, store: ServiceStore, tracker: Tracker, scanners: Scanners, home: str
    ) -> None:
        self._store = store
        self._tracker = tracker
        self._scanners = scanners
        self._home = home

    def opened(
        self, token: str, *, user_agent: str, method: str, accept: str, patient: bool = False
    ) -> None:
        """The pixel was loaded. `patient` readers are people, however soon they are."""
        row = self._dispatch(self._tracker.read_open(token))
        if row is None:
            return
        now = _now()
        elapsed = 3600.0 if patient else _since(row, now)
        machine = judge_open(user_agent, elapsed, method, accept).machine
        if (row.loaded_at if machine else row.opened_at) is not None:
            return
        with self._store.transaction(row.organisation_id) as session:
            if outgoing.first_open(session, row.id, now, machine=machine):
                tell(session, row, DeliveryStatus.READ, now, machine=machine)

    def clicked(self, token: str, *, user_agent: str, method: str, remote: str) -> str:
        """Where a tracked link leads; raises NotFound for a token that is not ours."""
        read = self._tracker.read_click(token)
        row = self._dispatch(read[0]) if read else None
        if read is None or row is None or (read[1] >= len(row.links) and read[1] != TRAP):
            raise NotFound("email_gateway.link_unknown", "This link is not known here")
        link, now = read[1], _now()
        url = self._home if link == TRAP else str(row.links[link])
        with self._store.transaction(row.organisation_id) as session:
            verdict = judge_click(
                user_agent,
                _since(row, now),
                method,
                link=link,
                earlier=_others(clicks.since(session, row.id, now - COMPARED), now),
                opened=row.opened_at is not None,
                scanner_network=self._scanners.holds(remote),
            )
            later = None if verdict.machine else now + dt.timedelta(seconds=SETTLED_AFTER)
            new = clicks.add(
                session,
                row.id,
                link,
                now,
                machine=verdict.machine,
                reason=verdict.reason,
                settle_at=later,
            )
            if new and verdict.machine:
                tell(session, row, DeliveryStatus.READ, now, machine=True, clicked=url)
        return url

    def settle(self) -> bool:
        """Tell of the clicks that still look a person's after what followed them; returns whether
        there were any to judge."""
        now = _now()
        with self._store.transaction(EVERYWHERE) as session:
            rows = clicks.to_settle(session, now)
            for row in rows:
                self._settle(session, row)
        return bool(rows)

    def _settle(self, session: Session, row: ClickRow) -> None:
        row.settle_at = None
        found = clicks.since(session, row.dispatch_id, row.at - COMPARED)
        verdict = judge_settled(row.link, _others(found, row.at, without=row))
        row.machine, row.reason = verdict.machine, verdict.reason
        dispatch = outgoing.get(session, row.dispatch_id)
        if dispatch is not None and row.link < len(dispatch.links):
            tell(
                session,
                dispatch,
                DeliveryStatus.READ,
                row.at,
                machine=verdict.machine,
                clicked=str(dispatch.links[row.link]),
            )

    def unsubscribe(self, token: str) -> None:
        """The reader wants no bulk mail any more; raises NotFound."""
        row = self._dispatch(self._tracker.read_unsubscribe(token))
        if row is None:
            raise NotFound("email_gateway.link_unknown", "This link is not known here")
        with self._store.transaction(row.organisation_id) as session:
            leave(session, row, _now())

    def _dispatch(self, id: UUID | None) -> DispatchRow | None:
        if id is None:
            return None
        with self._store.reading(EVERYWHERE) as session:
            return outgoing.get(session, id)


def _others(
    rows: Sequence[ClickRow], moment: dt.datetime, without: ClickRow | None = None
) -> list[Click]:
    """The clicks as seen from `moment`; a row stands for its first and its last."""
    return [
        Click(row.link, (moment - at).total_seconds())
        for row in rows
        if row is not without
        for at in {row.at, row.last_at}
    ]


def _since(row: DispatchRow, now: dt.datetime) -> float:
    return (now - row.sent_at).total_seconds() if row.sent_at else 0.0


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
