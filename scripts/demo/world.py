"""The whole world of a seed on a day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from . import organisation
from .circles import circle
from .letters import Archive, correspondence
from .model import World
from .people import society
from .trips import journeys

SEED = 1


def today() -> dt.date:
    """The day that it is at the operator's desk; the world is made around it."""
    return dt.datetime.now(ZoneInfo(organisation.ZONE)).date()


def world(today: dt.date, seed: int = SEED) -> World:
    """A tour operator with all that it has on `today`, a day at its desk.

    Always the same for the same arguments. Another day moves every date and leaves every id.
    """
    known = society(seed)
    made = journeys(seed, today, known)
    operator = organisation.organisation(seed)
    sendings = organisation.connections(seed)
    archive = Archive(operator.id)
    messages = correspondence(seed, today, made, known, sendings, organisation.EMPLOYEES, archive)
    numbers = list(organisation.numbers(seed))
    return World(
        seed=seed,
        today=today,
        organisation=operator,
        employees=organisation.EMPLOYEES,
        people=known.people,
        listings=list(known.listings.values()),
        trips=[journey.trip for journey in made],
        connections=list(sendings),
        numbers=numbers,
        templates=organisation.TEMPLATES,
        documents=archive.documents,
        messages=messages,
        circle=circle(made, known, numbers[0]),
    )
