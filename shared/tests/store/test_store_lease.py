"""One owner at a time, by name."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from fairlead.store import EVERYWHERE, Base, Database, lease

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def database(store: Database) -> Database:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection, tables=[lease.Lease.__table__])  # type: ignore[list-item]
    return store


def _later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def _acquire(database: Database, owner: str, after: float = 0, name: str = "mailbox") -> bool:
    with database.transaction(EVERYWHERE) as session:
        return lease.acquire(session, name, owner, now=_later(after), seconds=60)


def _renew(database: Database, owner: str, after: float) -> bool:
    with database.transaction(EVERYWHERE) as session:
        return lease.renew(session, "mailbox", owner, now=_later(after), seconds=60)


def _release(database: Database, owner: str) -> None:
    with database.transaction(EVERYWHERE) as session:
        lease.release(session, "mailbox", owner)


def test_one_has_it_until_it_runs_out(database: Database) -> None:
    assert _acquire(database, "a")
    assert not _acquire(database, "b", 59)
    assert _acquire(database, "b", 0, name="another")
    assert _acquire(database, "b", 60)
    assert not _renew(database, "a", 61)
    assert not _acquire(database, "a", 119)


def test_the_owner_keeps_it(database: Database) -> None:
    assert _acquire(database, "a")
    assert _acquire(database, "a", 30)
    assert _renew(database, "a", 80)
    assert not _acquire(database, "b", 139)
    assert _acquire(database, "b", 140)


def test_it_can_be_given_back_by_its_owner_alone(database: Database) -> None:
    assert _acquire(database, "a")
    _release(database, "b")
    assert not _acquire(database, "b")
    _release(database, "a")
    assert _acquire(database, "b")


def test_of_many_at_once_one_gets_it(database: Database) -> None:
    for number in range(10):
        got: list[str] = []
        barrier = threading.Barrier(4)

        def run(owner: str, name: str, got: list[str], barrier: threading.Barrier) -> None:
            barrier.wait(10)
            if _acquire(database, owner, name=name):
                got.append(owner)

        threads = [
            threading.Thread(target=run, args=[owner, str(number), got, barrier])
            for owner in "abcd"
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 1


def _machine(database: Database) -> type[RuleBasedStateMachine]:
    owners, waits = st.sampled_from("abc"), st.integers(0, 70)

    class Leases(RuleBasedStateMachine):
        """Against a model of one holder and one end."""

        def __init__(self) -> None:
            super().__init__()
            self.clock = 0
            self.holder: str | None = None
            self.until = 0
            for owner in "abc":
                _release(database, owner)

        @rule(owner=owners, wait=waits)
        def acquire(self, owner: str, wait: int) -> None:
            self.clock += wait
            free = self.holder in (None, owner) or self.until <= self.clock
            assert _acquire(database, owner, self.clock) == free
            if free:
                self.holder, self.until = owner, self.clock + 60

        @rule(owner=owners, wait=waits)
        def renew(self, owner: str, wait: int) -> None:
            self.clock += wait
            assert _renew(database, owner, self.clock) == (self.holder == owner)
            if self.holder == owner:
                self.until = self.clock + 60

        @rule(owner=owners)
        def release(self, owner: str) -> None:
            _release(database, owner)
            if self.holder == owner:
                self.holder = None

        @invariant()
        def one_row_at_most(self) -> None:
            with database.reading(EVERYWHERE) as session:
                row: Any = session.get(lease.Lease, "mailbox")
            assert (row and row.owner) == self.holder

    return Leases


def test_it_is_what_a_model_says(database: Database) -> None:
    run_state_machine_as_test(
        _machine(database),
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )
