"""Scheduled messages follow what they depend on: trips that move, people who move, the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.contacts import Contact
from contracts.inbox import Problem, ScheduleChanged, ScheduledMessage, ScheduleState
from contracts.itineraries import Itinerary
from fairlead.audit import record
from fairlead.bus import publish

from . import telling
from .domain import moments, scheduling
from .domain.attaching import file_ids
from .domain.moments import Moment, Surroundings
from .domain.scheduling import Standing
from .store import file_uses, people, scheduled, settings, trips
from .store.scheduled import ScheduledRow


def follow_trip(
    session: Session, changed: Itinerary, before: Itinerary | None, now: dt.datetime
) -> None:
    """Move or withdraw what waits to be said about a trip that changed."""
    for row in scheduled.open_about(session, changed.id):
        if row.undo:
            continue  # somebody has sent it, and saw the trip as it was
        around = surroundings(session, row)
        _settle(
            session,
            row,
            scheduling.follow_trip(row.standing, row.draft, around, changed, before, now),
            now,
        )


def follow_contact(session: Session, contact: Contact, now: dt.datetime) -> None:
    """Move what waits to reach somebody at an hour of his zone."""
    rows = scheduled.open_about(session, contact.id)
    reason = f"The zone of {contact.name} changed"
    _follow(session, (r for r in rows if r.zone_said == moments.RECIPIENT), reason, now)


def follow_organisation(session: Session, now: dt.datetime) -> None:
    """Move what waits for an hour of our own zone."""
    rows = scheduled.open_in_zone(session, moments.ORGANISATION)
    _follow(session, rows, "The organisation's zone changed", now)


def hold(
    session: Session, row: ScheduledRow, problems: list[Problem], reason: str, now: dt.datetime
) -> None:
    """Let it wait for a person."""
    _settle(session, row, row.standing.held(problems, reason, now), now)


def sleep(session: Session, row: ScheduledRow, waits: Moment, now: dt.datetime) -> None:
    """Let it wait until quiet hours end."""
    _settle(session, row, row.standing.quiet(waits, now), now)


def left(session: Session, row: ScheduledRow, message_ids: list[UUID], now: dt.datetime) -> None:
    """Note what it has become."""
    row.message_ids = message_ids
    _settle(session, row, row.standing.left(now), now)


def _follow(session: Session, rows: Iterable[ScheduledRow], reason: str, now: dt.datetime) -> None:
    for row in rows:
        around = surroundings(session, row)
        _settle(session, row, scheduling.follow(row.standing, row.draft, around, reason, now), now)


def _settle(session: Session, row: ScheduledRow, after: Standing, now: dt.datetime) -> None:
    if after == row.standing:
        return
    row.stand(after, now)
    tell(session, row, after.history[-1].what)
    if after.state is ScheduleState.HELD:
        telling.held(session, row)


def surroundings(
    session: Session, row: ScheduledRow, held: dict[UUID, Itinerary] | None = None
) -> Surroundings:
    """What the moment of a scheduled message can depend on; the trips as they are `held`, if so."""
    known = people.by_id(session, row.contact_ids)
    strangers = len(row.contact_ids) < len(row.to)
    organisation = settings.organisation(session)
    return Surroundings(
        trips=held if held is not None else trips.by_id(session, row.itinerary_ids),
        itinerary_id=row.draft.itinerary_id,
        service_ids=row.draft.service_ids,
        recipients=[*(each.zone for each in known.values()), *([None] if strangers else [])],
        organisation=organisation.settings.zone if organisation else None,
    )


def tell(session: Session, row: ScheduledRow, change: str) -> ScheduledMessage:
    """Say what became of a scheduled message; returns it as it is shown."""
    session.flush()
    waiting = file_ids(row.draft) if row.state in scheduled.OPEN else []
    file_uses.put(session, file_uses.User.SCHEDULED, row.id, waiting)
    record(
        session,
        f"message.{change}",
        entity="message",
        id=row.id,
        label=", ".join(each.address for each in row.to),
        after={"state": row.state.value, "leaves_at": row.leaves_at, "reason": row.reason},
        about=row.contact_ids[0] if len(row.contact_ids) == 1 else None,
    )
    view = scheduled.view_of(row)
    publish(session, ScheduleChanged(change=change, scheduled=view))
    return view
