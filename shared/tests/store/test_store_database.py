"""The two ways into a database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead import metrics
from fairlead.store import (
    EVERYWHERE,
    Database,
    StaleVersion,
    Versioned,
    in_transaction,
    new_metadata,
)


class Base(DeclarativeBase):
    metadata = new_metadata()


class Note(Versioned, Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(default="")


@pytest.fixture
def database(store: Database) -> Database:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    return store


def _count(database: Database) -> int:
    with database.reading(EVERYWHERE) as session:
        return session.scalar(select(func.count()).select_from(Note)) or 0


def _elsewhere(work: Callable[[], Any]) -> Any:
    """What `work` returns in another thread."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join(20)
    return results[0]


def test_a_transaction_commits_at_its_end_and_not_before(database: Database) -> None:
    with database.transaction(EVERYWHERE) as session:
        session.add(Note(id=1))
        session.flush()
        assert _elsewhere(lambda: _count(database)) == 0
    assert _count(database) == 1


class Killed(BaseException):
    """As eventlet's GreenletExit: no Exception."""


@pytest.mark.parametrize("kind", [ValueError, Killed])
def test_what_is_raised_undoes_all(database: Database, kind: type[BaseException]) -> None:
    def fail() -> None:
        with database.transaction(EVERYWHERE) as session:
            session.add(Note(id=1))
            session.flush()
            raise kind

    for _ in range(3):
        with pytest.raises(kind):
            fail()
    assert not in_transaction()
    assert _count(database) == 0


def test_rows_can_be_used_after_the_end(database: Database) -> None:
    with database.transaction(EVERYWHERE) as session:
        note = Note(id=1, text="a")
        session.add(note)
    assert (note.id, note.text, note.version) == (1, "a", 1)


def test_an_inner_block_may_fail_alone(database: Database) -> None:
    with database.transaction(EVERYWHERE) as session:
        session.add(Note(id=1))
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            session.execute(sa.insert(Note).values(id=1, version=1))
        session.add(Note(id=2))
    assert _count(database) == 2


@pytest.mark.parametrize("outer", ["transaction", "reading"])
@pytest.mark.parametrize("inner", ["transaction", "reading"])
def test_one_inside_another_is_refused(database: Database, outer: str, inner: str) -> None:
    def nest() -> None:
        with getattr(database, outer)(EVERYWHERE), getattr(database, inner)(EVERYWHERE):
            pass

    with pytest.raises(RuntimeError, match="open in this greenlet"):
        nest()
    assert _count(database) == 0


def test_who_is_inside_can_be_asked(database: Database) -> None:
    assert not in_transaction()
    with database.reading(EVERYWHERE):
        assert in_transaction()
        assert not _elsewhere(in_transaction)
    assert not in_transaction()


def test_a_reading_sees_one_moment(database: Database) -> None:
    def write() -> None:
        with database.transaction(EVERYWHERE) as session:
            session.add(Note())

    with database.reading(EVERYWHERE) as session:
        assert session.scalar(select(func.count(Note.id))) == 0
        _elsewhere(write)
        assert session.scalar(select(func.count(Note.id))) == 0
    assert _count(database) == 1


def test_writers_of_one_file_take_turns_across_databases(tmp_path: Path) -> None:
    """Two objects, as an admin command's and a service's, on one file under two names."""
    first = Database(f"sqlite:///{tmp_path}/store.db", name="first")
    (tmp_path / "linked").symlink_to(tmp_path)
    second = Database(f"sqlite:///{tmp_path}/linked/store.db", name="second")
    with first.exclusive() as connection:
        Base.metadata.create_all(connection)

    def write(database: Database) -> None:
        for _ in range(50):
            with database.transaction(EVERYWHERE) as session:
                session.add(Note())

    threads = [threading.Thread(target=write, args=[each]) for each in (first, second) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(first) == 200
    first.close()
    second.close()


def test_a_version_that_somebody_else_has_changed_is_stale(database: Database) -> None:
    with database.transaction(EVERYWHERE) as session:
        session.add(Note(id=1))

    def change() -> None:
        with database.transaction(EVERYWHERE) as session:
            session.get_one(Note, 1).text = "theirs"

    with database.reading(EVERYWHERE) as session:
        read = session.get_one(Note, 1)
    change()
    read.text = "ours"
    with pytest.raises(StaleVersion) as caught, database.transaction(EVERYWHERE) as session:
        session.add(read)
    assert caught.value.fault().kind == "stale"
    with database.transaction(EVERYWHERE) as session:
        note = session.get_one(Note, 1)
        assert (note.text, note.version) == ("theirs", 2)
        note.expect(2)
        with pytest.raises(StaleVersion):
            note.expect(1)


def test_a_row_that_is_gone_is_stale(database: Database) -> None:
    with database.transaction(EVERYWHERE) as session:
        session.add(Note(id=1))
    with database.reading(EVERYWHERE) as session:
        read = session.get_one(Note, 1)
    with database.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(Note))
    with pytest.raises(StaleVersion), database.transaction(EVERYWHERE) as session:
        session.delete(read)


def test_transactions_and_connections_are_counted(store_url: str) -> None:
    # Under a name that no thread of another test still counts for.
    database = Database(store_url, name="counted")

    def value(name: str, **labels: str) -> float:
        return metrics.REGISTRY.get_sample_value(name, {"service": "counted", **labels}) or 0

    name = "fairlead_store_transaction_seconds_count"
    before, failed = value(name, outcome="ok"), value(name, outcome="internal")
    waits = value("fairlead_store_wait_seconds_count")
    used = 'fairlead_store_connections{service="counted",state="used"}'
    with database.transaction(EVERYWHERE):
        assert f"{used} 1.0\n" in metrics.exposition().decode()
    with pytest.raises(KeyError), database.reading(EVERYWHERE):
        raise KeyError
    assert value(name, outcome="ok") == before + 1
    assert value(name, outcome="internal") == failed + 1
    assert value("fairlead_store_wait_seconds_count") == waits + 2
    assert f"{used} 0.0\n" in metrics.exposition().decode()
    database.close()


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory", "mysql://a@b/c"]
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="store"):
        Database(url, name="trial")


def test_sqlite_is_set_up_for_many_small_transactions(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/store.db", name="trial")
    with database.reading(EVERYWHERE) as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 20}
    database.close()


@pytest.mark.servers
def test_postgresql_is_told_its_limits(database_url: str) -> None:
    database = Database(database_url, name="trial")
    with database.reading(EVERYWHERE) as session:
        found = {
            name: session.scalar(text(f"SHOW {name}"))
            for name in (
                "statement_timeout",
                "idle_in_transaction_session_timeout",
                "timezone",
                "application_name",
                "transaction_read_only",
                "transaction_isolation",
                "max_parallel_workers_per_gather",
                "jit",
            )
        }
    with database.transaction(EVERYWHERE) as session:
        assert session.scalar(text("SHOW transaction_read_only")) == "off"
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
    assert found == {
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "1min",
        "timezone": "UTC",
        "application_name": "trial",
        "transaction_read_only": "on",
        "transaction_isolation": "repeatable read",
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
    }
    database.close()
