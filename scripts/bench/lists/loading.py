"""Databases with so many contacts or trips, loaded once by the services' own imports and kept."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from contracts.jobs import Job, JobState
from contracts.samples import sample
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.context import acting, service_context
from fairlead.files import FileStore, open_store
from fairlead.service import ServiceStore
from fairlead.store import Database
from scripts.servers.postgresql import PostgreSQL

from ..kept import kept, state_of

HERE = Path(__file__).parent
ORGANISATION = UUID(int=1)

Fill = Callable[[ServiceStore, FileStore, int], None]


class NobodyToWake:
    """Stands for a relay."""

    def wake(self, rows: object) -> None:
        """Nothing leaves the outbox."""


def loaded(server: PostgreSQL, service: str, rows: int, fill: Fill) -> str:
    """The URL of a database of `service` that `fill` has filled, now unless it was before.

    It is loaded again when what makes the rows has changed.
    """
    state = state_of(HERE / name for name in ("names.py", "people.py", "trips.py"))

    def load(database: Database) -> None:
        store = ServiceStore(database, cast("Relay", NobodyToWake()))
        with acting(service_context(ORGANISATION)):
            fill(store, open_store(str(server.folder / "files")), rows)
            with store.transaction() as session:
                session.query(OutboxRow).delete()

    return kept(server, f"lists_{service}_{rows}_{state}", service, f"{rows:,} of {service}", load)


def take_in(kind: Any, store: ServiceStore, state: Any) -> None:
    """Go through all steps of a kind of job, as a worker does; prints how fast its rows came in."""
    rows, seconds = go_through(kind, store, state)
    print(f"imported {rows:,} rows, {rows / seconds:,.0f} a second", flush=True)


def go_through(kind: Any, store: ServiceStore, state: Any) -> tuple[int, float]:
    """The same without a word; returns how many rows came in, and in how many seconds."""
    job: Job = sample(Job)
    job = type(job)(**{**_fields(job), "state": JobState.RUNNING})
    begun, finished = time.monotonic(), False
    while not finished:
        effect = kind.step(job, state)
        with store.transaction() as session:
            progress = effect(session)
        state, finished = progress.state, progress.finished
    assert state.refused == 0, f"{state.refused} rows were refused"
    return state.row, time.monotonic() - begun


def sheet(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return text.getvalue().encode()


def _fields(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in job.__struct_fields__}
