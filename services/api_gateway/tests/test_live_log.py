"""The live log: numbered without a gap that fills later, scoped, and forgotten in time."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from api_gateway import store
from api_gateway.store import LiveRow
from fairlead.store import EVERYWHERE, Database

OURS, THEIRS = UUID(int=1), UUID(int=2)


def add(database: Database, organisation: UUID, *words: str) -> None:
    with database.transaction(organisation) as session:
        for word in words:
            store.append(session, "contact.changed", word.encode())


def read(database: Database, organisation: UUID, after: int = 0, limit: int = 100) -> list[str]:
    with database.reading(organisation) as session:
        return [each.data.decode() for each in store.since(session, after, limit)]


def test_lines_come_in_the_order_they_were_added(live_log: Database) -> None:
    add(live_log, OURS, "a", "b")
    add(live_log, OURS, "c")
    with live_log.reading(OURS) as session:
        changes = store.since(session, 0, 100)
    assert [each.data for each in changes] == [b"a", b"b", b"c"]
    assert [each.number for each in changes] == sorted({each.number for each in changes})
    assert {each.organisation for each in changes} == {OURS}
    assert read(live_log, OURS, after=changes[0].number) == ["b", "c"]
    assert read(live_log, OURS, limit=2) == ["a", "b"]


def test_organisations_do_not_see_each_other(live_log: Database) -> None:
    add(live_log, OURS, "ours")
    add(live_log, THEIRS, "theirs")
    add(live_log, OURS, "ours again")
    assert read(live_log, OURS) == ["ours", "ours again"]
    assert read(live_log, THEIRS) == ["theirs"]
    assert read(live_log, uuid4()) == []
    with live_log.reading(THEIRS) as session:
        first, last = store.bounds(session)
        assert first == last
    with live_log.reading(uuid4()) as session:
        assert store.bounds(session) == (0, 0)


def test_what_is_rolled_back_was_never_there(live_log: Database) -> None:
    def fail() -> None:
        with live_log.transaction(OURS) as session:
            store.append(session, "contact.changed", b"no")
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    add(live_log, OURS, "yes")
    assert read(live_log, OURS) == ["yes"]


def test_the_past_is_forgotten_but_for_the_newest_line(live_log: Database) -> None:
    now = dt.datetime.now(dt.UTC)
    add(live_log, OURS, "a", "b", "c")
    with live_log.transaction(EVERYWHERE) as session:
        assert store.purge(session, now - dt.timedelta(hours=1)) == 0
        assert store.purge(session, now + dt.timedelta(hours=1)) == 2
        assert store.purge(session, now + dt.timedelta(hours=1)) == 0
    assert read(live_log, OURS) == ["c"]


def test_a_number_is_never_given_twice(live_log: Database) -> None:
    """Else a client that resumes would take a new line for one that it has."""
    add(live_log, OURS, "a", "b")
    with live_log.reading(OURS) as session:
        last = store.bounds(session)[1]
    with live_log.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(LiveRow).execution_options(synchronize_session=False))
    add(live_log, OURS, "c")
    assert read(live_log, OURS, after=last) == ["c"]


APPENDERS, LINES = 6, 12


def test_a_reader_skips_nothing_that_commits_late(live_log: Database) -> None:
    """Numbers are given before commits: who follows them must find none below the last it saw."""
    wanted = {f"{who}.{line}" for who in range(APPENDERS) for line in range(LINES)}
    done = threading.Event()

    def write(who: int) -> None:
        chance = random.Random(who)
        for line in range(LINES):
            with live_log.transaction(OURS if who % 2 else THEIRS) as session:
                store.append(session, "contact.changed", f"{who}.{line}".encode())
                session.flush()
                time.sleep(chance.random() * 0.004)  # a commit that takes its time

    def follow() -> list[str]:
        seen: list[str] = []
        last, again = 0, True
        while again:
            again = not done.is_set()  # once more after the last writer has ended
            with live_log.reading(EVERYWHERE) as session:
                changes = store.since(session, last, 5)
            seen += [each.data.decode() for each in changes]
            again = again or bool(changes)
            last = changes[-1].number if changes else last
        return seen

    with ThreadPoolExecutor(APPENDERS + 1) as pool:
        reading = pool.submit(follow)
        for writing in [pool.submit(write, who) for who in range(APPENDERS)]:
            writing.result(30)
        done.set()
        seen = reading.result(30)
    assert len(seen) == len(set(seen))
    assert set(seen) == wanted
    for who in range(APPENDERS):
        own = [each for each in seen if each.startswith(f"{who}.")]
        assert own == [f"{who}.{line}" for line in range(LINES)]
