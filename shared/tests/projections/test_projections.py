"""Read models made anew: whole at the end, whatever dies, stops or happens meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import PrimaryKeyConstraint, String, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fairlead.bus.outbox import Relay
from fairlead.context import current
from fairlead.contract import Interface
from fairlead.errors import Invalid, Unavailable
from fairlead.projections import rows, work
from fairlead.projections.models import ReadModel, ReadModels, Source, is_news
from fairlead.projections.rows import ProjectionRow
from fairlead.projections.work import Projector
from fairlead.service import ServiceStore
from fairlead.store import (
    COLUMN_TYPES,
    EVERYWHERE,
    Database,
    Scoped,
    insert_into,
    new_metadata,
)
from fairlead.store.migrations import FAIRLEAD, migrate

OURS, THEIRS = UUID(int=1), UUID(int=2)
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class KnownRow(Scoped, Base):
    __tablename__ = "known_boats"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)

    id: Mapped[UUID]
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(20))


@dataclass(frozen=True)
class Boat:
    id: UUID
    version: int
    name: str


def learn(session: Session, boat: Boat, *, anew: bool = False) -> None:
    values = {"version": boat.version, "name": boat.name}
    session.execute(
        insert_into(session, KnownRow)
        .values(id=boat.id, **values)
        .on_conflict_do_update(
            index_elements=[KnownRow.organisation_id, KnownRow.id],
            set_=values,
            where=is_news(KnownRow.version, boat.version, anew=anew),
        )
    )


def forget(session: Session, id: UUID) -> None:
    session.execute(delete(KnownRow).where(KnownRow.id == id))


@dataclass
class Page:
    items: list[Any]
    total: int | None


class Harbours(Interface, Protocol):
    service: ClassVar[str] = "harbours"

    def boats_page(self, after: UUID | None, limit: int) -> Page: ...

    def organisations_page(self, after: UUID | None, limit: int) -> Page: ...


@dataclass
class Harbour:
    """Whose the boats are. `meanwhile` is called when it has read a page, before it answers."""

    boats: dict[UUID, dict[UUID, Boat]] = field(default_factory=dict)
    meanwhile: Callable[[], object] = lambda: None
    asked: int = 0

    def boats_page(self, after: UUID | None, limit: int) -> Page:
        self.asked += 1
        organisation = current().organisation
        if organisation is None:
            return Page([], sum(map(len, self.boats.values())))
        return self._page(self.boats.get(organisation, {}), after, limit)

    def organisations_page(self, after: UUID | None, limit: int) -> Page:
        return self._page({each: each for each in self.boats}, after, limit)

    def _page(self, items: dict[UUID, Any], after: UUID | None, limit: int) -> Page:
        found = sorted(id for id in items if after is None or id > after)[:limit]
        page = Page([items[id] for id in found], len(items) if after is None else None)
        self.meanwhile()
        return page


class NobodyToWake:
    def wake(self, rows: object) -> None:
        """Nothing leaves."""


class Trial:
    """A store that keeps boats, and the harbour that they are of."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.store = ServiceStore(database, cast("Relay", NobodyToWake()))
        self.harbour = Harbour()
        self.now = NOON
        organisations: Source[Harbours, UUID] = Source(
            Harbours,
            lambda harbour, after, limit: harbour.organisations_page(after, limit),
            lambda each: each,
        )
        boats: Source[Harbours, Boat] = Source(
            Harbours,
            lambda harbour, after, limit: harbour.boats_page(after, limit),
            lambda boat: boat.id,
        )
        self.models = ReadModels(
            "trial",
            organisations,
            [
                ReadModel(
                    "boats",
                    boats,
                    KnownRow.id,
                    lambda session, boat: learn(session, boat, anew=True),
                    forget,
                )
            ],
        )

    def projector(self) -> Projector:
        return Projector(
            self.store, lambda interface: self.harbour, self.models, now=lambda: self.now
        )

    def start(self, only: UUID | None = None) -> None:
        with self.database.transaction(EVERYWHERE) as session:
            rows.start(session, "boats", only, self.now)

    def row(self) -> ProjectionRow:
        with self.database.reading(EVERYWHERE) as session:
            return rows.known(session)["boats"]

    def hear(self, organisation: UUID, boat: Boat) -> None:
        with self.database.transaction(organisation) as session:
            learn(session, boat)

    def owns(self, organisation: UUID, *boats: Boat) -> None:
        self.harbour.boats.setdefault(organisation, {}).update({boat.id: boat for boat in boats})

    def known(self, organisation: UUID) -> dict[UUID, Boat]:
        with self.database.reading(organisation) as session:
            found = session.scalars(select(KnownRow))
            return {row.id: Boat(row.id, row.version, row.name) for row in found}

    def run(self) -> None:
        projector = self.projector()
        while projector.step():
            pass


@pytest.fixture
def trial(store: Database, monkeypatch: pytest.MonkeyPatch) -> Trial:
    migrate(store, FAIRLEAD)
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    monkeypatch.setattr(work, "STEP", 3)
    return Trial(store)


def boat(number: int, version: int = 1, name: str = "Ana") -> Boat:
    return Boat(UUID(int=number), version, name)


def test_it_becomes_what_the_source_says(trial: Trial) -> None:
    trial.owns(OURS, *(boat(number) for number in range(10)))
    trial.owns(THEIRS, boat(3, name="Bo"))
    trial.hear(OURS, boat(4, version=0, name="old"))
    trial.hear(OURS, boat(5, name="of older code"))
    for number in (11, 12, 13, 14, 15):
        trial.hear(OURS, boat(number))
    trial.start()
    trial.run()
    assert trial.known(OURS) == trial.harbour.boats[OURS]
    assert trial.known(THEIRS) == trial.harbour.boats[THEIRS]
    row = trial.row()
    assert (row.state, row.done, row.total, row.removed) == ("done", 11, 11, 5)


def test_what_was_heard_meanwhile_is_kept(trial: Trial) -> None:
    trial.owns(OURS, boat(1), boat(2))
    newer, new = boat(2, version=2, name="Newer"), boat(7)

    def happen() -> None:
        trial.harbour.meanwhile = lambda: None
        trial.owns(OURS, newer, new)
        trial.hear(OURS, newer)
        trial.hear(OURS, new)

    trial.start(OURS)
    projector = trial.projector()
    projector.step()  # counts
    trial.harbour.meanwhile = happen
    while projector.step():
        pass
    assert trial.known(OURS) == {each.id: each for each in (boat(1), newer, new)}


def test_one_organisation_alone(trial: Trial) -> None:
    trial.owns(OURS, boat(1))
    trial.owns(THEIRS, boat(1))
    trial.start(OURS)
    trial.run()
    assert (set(trial.known(OURS)), trial.known(THEIRS)) == ({UUID(int=1)}, {})
    assert trial.row().total == 1


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.sets(st.integers(1, 12)), known=st.sets(st.integers(1, 12)), dies=st.integers(1, 6))
def test_a_process_that_dies_leaves_no_gap(
    trial: Trial, told: set[int], known: set[int], dies: int
) -> None:
    organisation = UUID(int=1000 + len(trial.harbour.boats))
    trial.owns(organisation, *map(boat, told))
    for number in known:
        trial.hear(organisation, boat(number, version=0, name="old"))
    trial.start(organisation)
    steps = iter(range(dies))

    def killed() -> None:
        if next(steps, None) is None:
            raise KeyboardInterrupt

    trial.harbour.meanwhile = killed
    projector = trial.projector()
    try:
        while projector.step():
            pass
    except KeyboardInterrupt:
        trial.harbour.meanwhile = lambda: None
        assert not trial.projector().step()  # the dead one's lease
        trial.now += dt.timedelta(seconds=work.LEASE_SECONDS + 1)
        trial.run()
    trial.harbour.meanwhile = lambda: None
    assert trial.known(organisation) == trial.harbour.boats[organisation]
    row = trial.row()
    assert (row.state, row.done, row.removed) == ("done", len(told), len(known - told))


def test_a_source_that_is_away_is_waited_for(trial: Trial) -> None:
    trial.owns(OURS, boat(1))
    trial.start()

    def away() -> None:
        raise Unavailable("harbours.away", "harbours is not running")

    trial.harbour.meanwhile = away
    for _ in range(20):
        trial.run()
        trial.now += dt.timedelta(seconds=work.LONGEST_WAIT)
    assert (trial.row().state, trial.row().error) == ("running", "harbours is not running")
    trial.harbour.meanwhile = lambda: None
    trial.run()
    assert (trial.row().state, trial.row().error) == ("done", None)


def test_what_no_waiting_mends_ends_it(trial: Trial) -> None:
    trial.owns(OURS, boat(1))
    trial.start()

    def wrong() -> None:
        raise Invalid("harbours.wrong", "This boat is none")

    trial.harbour.meanwhile = wrong
    for _ in range(work.LAST_TRY):
        assert trial.row().state == "running"
        trial.run()
        trial.now += dt.timedelta(seconds=work.LONGEST_WAIT)
    assert (trial.row().state, trial.row().error) == ("failed", "This boat is none")


def test_stopped_while_it_asks_it_changes_nothing(trial: Trial) -> None:
    trial.owns(OURS, boat(1))
    trial.start(OURS)
    projector = trial.projector()
    assert projector.step()  # counts

    def stop() -> None:
        with trial.database.transaction(EVERYWHERE) as session:
            assert rows.stop(session, "boats", trial.now)

    trial.harbour.meanwhile = stop
    assert not projector.step()
    assert (trial.row().state, trial.known(OURS)) == ("stopped", {})
    trial.harbour.meanwhile = lambda: None
    trial.start(OURS)  # and it can be begun again
    trial.run()
    assert trial.known(OURS) == trial.harbour.boats[OURS]


def test_of_several_processes_one_works(trial: Trial) -> None:
    trial.owns(OURS, boat(1))
    trial.start(OURS)
    other = trial.projector()
    asked: list[bool] = []
    projector = trial.projector()
    projector.step()  # counts, and would have waited for nobody
    trial.harbour.meanwhile = lambda: asked.append(other.step())
    projector.step()
    assert asked == [False]
    assert trial.harbour.asked == 2
