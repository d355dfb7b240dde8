"""Rows that are claimed, worked on, and finished once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fairlead.store import (
    EVERYWHERE,
    Claimable,
    Database,
    LeaseLost,
    Scoped,
    backoff,
    claim,
    done_index,
    due_index,
    new_metadata,
    queue,
)

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
OURS, THEIRS = UUID(int=1), UUID(int=2)


class Base(DeclarativeBase):
    metadata = new_metadata()


class Send(Claimable, Scoped, Base):
    __tablename__ = "sends"
    __table_args__ = (due_index("sends", "channel"), done_index("sends"))

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(default="email")


@pytest.fixture
def database(store: Database) -> Database:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    return store


def _later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def _put(database: Database, *ids: int, **values: Any) -> None:
    values = {"due_at": NOW, "organisation_id": OURS} | values
    with database.transaction(EVERYWHERE) as session:
        session.add_all([Send(id=key, **values) for key in ids])


def _claim(database: Database, owner: str = "a", **options: Any) -> list[Send]:
    options = dict[str, Any](now=NOW, limit=10, lease_seconds=60) | options
    with database.transaction(EVERYWHERE) as session:
        return claim(session, Send, owner=owner, **options)


def _row(database: Database, key: int) -> Send:
    with database.reading(EVERYWHERE) as session:
        return session.get_one(Send, key)


def _ids(rows: list[Send]) -> list[int]:
    return [row.id for row in rows]


def test_due_rows_are_claimed_oldest_first_and_once(database: Database) -> None:
    _put(database, 3, due_at=_later(-2))
    _put(database, 1, due_at=_later(-1))
    _put(database, 2)
    _put(database, 4, due_at=_later(1))
    _put(database, 5, done_at=NOW)
    assert _ids(_claim(database, limit=2)) == [3, 1]
    assert _ids(_claim(database, "b")) == [2]
    assert _claim(database, "c") == []
    row = _row(database, 3)
    assert (row.owner, row.lease_until, row.attempts) == ("a", _later(60), 1)


def test_a_claim_may_be_narrowed(database: Database) -> None:
    _put(database, 1, channel="sms")
    _put(database, 2)
    assert _ids(_claim(database, where=[Send.channel == "email"])) == [2]


def test_a_claim_inside_an_organisation_takes_its_rows(database: Database) -> None:
    _put(database, 1)
    _put(database, 2, organisation_id=THEIRS)
    with database.transaction(THEIRS) as session:
        rows = claim(session, Send, now=NOW, owner="a", limit=9, lease_seconds=60)
        assert _ids(rows) == [2]
        queue.finish(session, rows[0], now=NOW)


def test_what_is_finished_never_comes_again(database: Database) -> None:
    _put(database, 1)
    (row,) = _claim(database)
    with database.transaction(EVERYWHERE) as session:
        queue.finish(session, row, now=_later(1))
    assert _claim(database, "b", now=_later(1000)) == []
    row = _row(database, 1)
    assert (row.done_at, row.owner, row.lease_until) == (_later(1), None, None)


def test_what_is_postponed_comes_when_it_is_due(database: Database) -> None:
    _put(database, 1)
    (row,) = _claim(database)
    with database.transaction(EVERYWHERE) as session:
        queue.postpone(session, row, now=_later(5), seconds=30, error="refused: " + "x" * 9000)
    assert _claim(database, now=_later(34)) == []
    (row,) = _claim(database, "b", now=_later(35))
    assert (row.attempts, row.reclaimed, row.owner) == (2, False, "b")
    assert row.last_error is not None
    assert row.last_error.startswith("refused: x")
    assert len(row.last_error) == 2000


def test_what_is_released_is_free_and_was_no_attempt(database: Database) -> None:
    _put(database, 1)
    (row,) = _claim(database)
    with database.transaction(EVERYWHERE) as session:
        queue.release(session, row)
    (row,) = _claim(database, "b")
    assert (row.attempts, row.reclaimed) == (1, False)


def test_a_lease_that_ran_out_is_claimed_again_and_told_apart(database: Database) -> None:
    _put(database, 1)
    (first,) = _claim(database)
    assert not first.reclaimed
    assert _claim(database, "b", now=_later(59)) == []
    (second,) = _claim(database, "b", now=_later(60))
    assert second.reclaimed
    assert second.attempts == 2


def test_of_what_a_dead_worker_left_only_the_first_was_begun(database: Database) -> None:
    _put(database, 1, 2, 3, 4, 5)
    done, *_ = _claim(database, "a", limit=4, in_order=True)
    with database.transaction(EVERYWHERE) as session:
        queue.finish(session, done, now=NOW)
    found = _claim(database, "b", now=_later(60), limit=1, in_order=True)
    assert [(row.id, row.begun, row.attempts) for row in found] == [
        (2, True, 2),
        (3, False, 1),
        (4, False, 1),
    ]
    [fresh] = _claim(database, "c", now=_later(60), in_order=True)
    assert (fresh.id, fresh.reclaimed, fresh.begun, fresh.attempts) == (5, False, False, 1)


def test_each_of_several_dead_workers_had_begun_one(database: Database) -> None:
    _put(database, *range(6))
    for owner in "abc":
        _claim(database, owner, limit=2, in_order=True)
    found = _claim(database, "d", now=_later(60), limit=6, in_order=True)
    assert [(row.id, row.begun) for row in found] == [(n, n % 2 == 0) for n in range(6)]


def test_a_renewed_lease_holds_for_longer(database: Database) -> None:
    _put(database, 1)
    (row,) = _claim(database)
    with database.transaction(EVERYWHERE) as session:
        queue.renew(session, row, now=_later(50), lease_seconds=60)
    assert _claim(database, "b", now=_later(109)) == []
    (row,) = _claim(database, "b", now=_later(110))
    assert row.reclaimed


@pytest.mark.parametrize("owner", ["b", "a"])
def test_who_lost_the_lease_changes_nothing(database: Database, owner: str) -> None:
    """Even if it was the same owner who claimed it again."""
    _put(database, 1)
    (first,) = _claim(database)
    (second,) = _claim(database, owner, now=_later(60))
    ways: list[Callable[[Session], None]] = [
        lambda session: queue.finish(session, first, now=NOW),
        lambda session: queue.postpone(session, first, now=NOW, seconds=1, error=""),
        lambda session: queue.renew(session, first, now=NOW, lease_seconds=600),
        lambda session: queue.release(session, first),
    ]
    for settle in ways:
        with pytest.raises(LeaseLost), database.transaction(EVERYWHERE) as session:
            settle(session)
    with database.transaction(EVERYWHERE) as session:
        queue.finish(session, second, now=_later(61))
    with pytest.raises(LeaseLost), database.transaction(EVERYWHERE) as session:
        queue.finish(session, second, now=_later(62))


def test_many_workers_share_the_rows(database: Database) -> None:
    _put(database, *range(120))
    got: list[int] = []

    def work(owner: str) -> None:
        while rows := _claim(database, owner, limit=7):
            with database.transaction(EVERYWHERE) as session:
                for row in rows:
                    queue.finish(session, row, now=NOW)
            got.extend(_ids(rows))

    threads = [threading.Thread(target=work, args=[owner]) for owner in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == list(range(120))
    with database.reading(EVERYWHERE) as session:
        assert set(session.scalars(select(Send.attempts))) == {1}


def test_rows_that_somebody_is_claiming_are_passed_over(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    _put(database, 1, 2)
    with database.transaction(EVERYWHERE) as session:
        claim(session, Send, now=NOW, owner="a", limit=1, lease_seconds=60)
        others: list[list[Send]] = []
        thread = threading.Thread(target=lambda: others.append(_claim(database, "b")))
        thread.start()
        thread.join(10)
        assert _ids(others[0]) == [2]


@given(
    attempt=st.integers(1, 10**9),
    first=st.floats(0.001, 60),
    cap=st.floats(0.001, 10**6),
    draw=st.floats(0, 1, exclude_max=True),
)
def test_waits_grow_to_a_bound_and_are_spread_over_all_of_it(
    attempt: int, first: float, cap: float, draw: float
) -> None:
    wait = backoff(attempt, first=first, cap=cap, random=lambda: draw)
    longest = backoff(attempt, first=first, cap=cap, random=lambda: 1.0)
    assert 0 <= wait <= longest <= cap
    assert wait == draw * longest
    assert longest == cap or longest == first * 2 ** (attempt - 1)
    assert longest <= backoff(attempt + 1, first=first, cap=cap, random=lambda: 1.0)


def test_what_was_done_long_ago_is_forgotten_and_nothing_else(database: Database) -> None:
    _put(database, 1, 2, 3, done_at=_later(-60))
    _put(database, 4, done_at=NOW)
    _put(database, 5)
    _put(database, 6, done_at=_later(-30), organisation_id=THEIRS)
    more = []
    for _ in range(3):
        with database.transaction(EVERYWHERE) as session:
            more.append(queue.forget(session, Send, NOW, limit=2))
    assert more == [True, True, False]
    with database.reading(EVERYWHERE) as session:
        assert sorted(session.scalars(select(Send.id))) == [4, 5]
