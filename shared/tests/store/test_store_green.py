"""Under eventlet, waiting for the store stops one greenlet and never the process.

Each test runs in a process of its own, since monkey patching cannot be undone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import warnings
warnings.filterwarnings("ignore", message=r"\\s*Eventlet is deprecated")
import eventlet
eventlet.monkey_patch()
import time
from uuid import UUID
import sqlalchemy as sa
from sqlalchemy import select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from fairlead.store import *

class Base(DeclarativeBase):
    metadata = new_metadata()

class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]

class Pulse:
    "Notes the longest time for which the hub ran nobody else."
    longest = 0.0
    def run(self):
        while True:
            begun = time.monotonic()
            eventlet.sleep(0.005)
            self.longest = max(self.longest, time.monotonic() - begun)

def open_database(url, **pool):
    database = Database(url, name="trial", **pool)
    with database.exclusive() as connection:
        Base.metadata.create_all(connection)
    return database

def notes(database):
    with database.reading(EVERYWHERE) as session:
        return list(session.scalars(select(Note.id).order_by(Note.id)))
"""


def run_green(code: str, *arguments: str, **variables: str) -> str:
    """What `code` prints, run after PRELUDE in a monkey-patched process."""
    environment = {k: v for k, v in os.environ.items() if k != "PSYCOPG_WAIT_FUNC"}
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path), **variables}
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(code), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_writers_that_yield_inside_all_succeed(store_url: str) -> None:
    """With SQLite's own wait, the second writer stops the hub, and the first never goes on."""
    run_green(
        """
        import sys
        import fairlead.store.sqlite
        fairlead.store.sqlite.BUSY_MS = 5000  # whoever lets SQLite wait stands still for so long
        assert_green()
        database = open_database(sys.argv[1])
        pulse = Pulse()
        beat = eventlet.spawn(pulse.run)
        eventlet.sleep(0)

        def write(id):
            with database.transaction(EVERYWHERE) as session:
                session.add(Note(id=id, text="a"))
                session.flush()
                eventlet.sleep(0.05)
                session.add(Note(id=id + 100, text="b"))

        begun = time.monotonic()
        for each in [eventlet.spawn(write, id) for id in range(4)]:
            each.wait()
        took = time.monotonic() - begun
        assert len(notes(database)) == 8
        assert took < 3, took
        assert pulse.longest < 0.5, pulse.longest
        """,
        store_url,
    )


def test_readers_do_not_wait_for_a_writer(store_url: str) -> None:
    run_green(
        """
        import sys
        database = open_database(sys.argv[1])
        inside, go_on = eventlet.Event(), eventlet.Event()

        def write():
            with database.transaction(EVERYWHERE) as session:
                session.add(Note(id=1, text="a"))
                session.flush()
                inside.send()
                go_on.wait()

        writer = eventlet.spawn(write)
        inside.wait()
        with eventlet.Timeout(5, RuntimeError("a reader waited")):
            assert notes(database) == []
        go_on.send()
        writer.wait()
        assert notes(database) == [1]
        """,
        store_url,
    )


def test_a_killed_greenlet_leaves_nothing_behind(store_url: str) -> None:
    """Neither its changes, nor the turn to write, nor a connection in the middle of a query."""
    run_green(
        """
        import sys
        database = open_database(sys.argv[1], pool_size=1, max_overflow=1)
        inside = []

        def write(id):
            with database.transaction(EVERYWHERE) as session:
                session.add(Note(id=id, text="a"))
                session.flush()
                inside.append(id)
                if database.dialect == "postgresql":
                    session.execute(text("SELECT pg_sleep(30)"))
                eventlet.sleep(30)

        for id in range(10):
            writer, waiter = eventlet.spawn(write, id), eventlet.spawn(write, id + 100)
            while id not in inside:
                eventlet.sleep(0.01)
            writer.kill()
            waiter.kill()
        assert not in_transaction()
        with eventlet.Timeout(10, RuntimeError("the turn, or the lock on a key, was not freed")):
            with database.transaction(EVERYWHERE) as session:
                session.add(Note(id=9, text="b"))
        assert notes(database) == [9]
        """,
        store_url,
    )


def test_a_file_that_another_process_holds_is_waited_for_green(tmp_path: object) -> None:
    run_green(
        """
        import sys
        path = sys.argv[1]
        database = open_database("sqlite:///" + path)
        holder = eventlet.green.subprocess.Popen(
            [sys.executable, "-c", '''if True:
                import sqlite3, sys
                connection = sqlite3.connect(sys.argv[1], isolation_level=None)
                connection.execute("BEGIN IMMEDIATE")
                print("held", flush=True)
                sys.stdin.read()
                connection.execute("COMMIT")
            ''', path],
            stdin=-1, stdout=-1,
        )
        assert holder.stdout.readline() == b"held\\n"
        pulse = Pulse()
        beat = eventlet.spawn(pulse.run)

        def write():
            with database.transaction(EVERYWHERE) as session:
                session.add(Note(id=1, text="a"))

        writer = eventlet.spawn(write)
        eventlet.sleep(0.5)
        assert not writer.dead
        holder.stdin.close()
        writer.wait()
        assert notes(database) == [1]
        assert pulse.longest < 0.3, pulse.longest
        """,
        f"{tmp_path}/store.db",
    )


@pytest.mark.servers
def test_queries_run_side_by_side(database_url: str) -> None:
    """Ten times 0.2 s took 2.1 s with psycopg's C wait, and the hub stood still meanwhile."""
    out = run_green(
        """
        import sys
        assert_green()
        database = open_database(sys.argv[1])
        pulse = Pulse()
        beat = eventlet.spawn(pulse.run)

        def ask():
            with database.reading(EVERYWHERE) as session:
                session.execute(text("SELECT pg_sleep(0.2)"))

        begun = time.monotonic()
        for each in [eventlet.spawn(ask) for _ in range(10)]:
            each.wait()
        print(time.monotonic() - begun, pulse.longest)
        """,
        database_url,
    )
    took, longest = map(float, out.split())
    assert took < 1
    assert longest < 0.15


@pytest.mark.servers
def test_the_number_of_a_socket_is_free_though_somebody_waits_on_it(
    database_url: str,
) -> None:
    """Somebody else's reader of a closed socket made every query fail that met its number."""
    out = run_green(
        """
        import os, socket, sys
        from eventlet.hubs import IOClosed, trampoline
        database = open_database(sys.argv[1])
        database.close()
        pairs = [socket.socketpair() for _ in range(8)]
        numbers = [each.fileno() for pair in pairs for each in pair]

        def read(number):
            try:
                trampoline(number, read=True)
            except IOClosed:
                return "told"

        reading = [eventlet.spawn(read, number) for number in numbers]
        eventlet.sleep(0)
        for pair in pairs:
            for each in pair:
                os.close(each.detach())  # as who was killed does, or a library in C

        def ask():
            with database.reading(EVERYWHERE) as session:
                session.execute(text("SELECT pg_sleep(0.05)"))

        for each in [eventlet.spawn(ask) for _ in range(5)]:
            each.wait()
        print([each.wait() for each in reading if each.dead].count("told"))
        """,
        database_url,
    )
    assert int(out) >= 5


@pytest.mark.servers
def test_a_process_that_would_block_does_not_start(database_url: str) -> None:
    code = """
        import sys
        database = open_database(sys.argv[1])
        try:
            assert_green()
        except RuntimeError as error:
            print(error)
        """
    assert "PSYCOPG_WAIT_FUNC" in run_green(code, database_url, PSYCOPG_WAIT_FUNC="wait_c")
    assert run_green(code, database_url, PSYCOPG_WAIT_FUNC="wait_select") == ""
    assert run_green(code, database_url) == ""
