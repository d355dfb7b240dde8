"""Doors of the services' jobs: the same for each service that has some."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.contacts import Contacts
from contracts.inbox import Inbox
from contracts.itineraries import Itineraries
from contracts.jobs import Jobs

from ..door import Door

WITH_JOBS: dict[str, type[Jobs]] = {each.service: each for each in (Contacts, Itineraries, Inbox)}
"""The services that have jobs, by the name in the path."""


def _doors(service: str, interface: type[Jobs]) -> Iterator[Door]:
    yield Door("GET", f"/jobs/{service}", interface, "list_jobs")
    yield Door("GET", f"/jobs/{service}/{{id}}", interface, "get_job")
    yield Door("DELETE", f"/jobs/{service}/{{id}}", interface, "cancel_job")


DOORS = tuple(door for each in WITH_JOBS.items() for door in _doors(*each))
