"""A package's history of revisions, on both databases."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from fairlead.store import EVERYWHERE, Database, new_id, unprotected_tables
from fairlead.store.migrations import FAIRLEAD, migrate, pending
from fairlead.store.migrations.authoring import write_revision
from fairlead.store.migrations.history import History
from fairlead.store.migrations.tables import metadata as own_tables
from fairlead.testing.migrations import assert_migrations_match

STORE = """
import datetime as dt
import enum
import msgspec
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from fairlead.store import *
from uuid import UUID

class Mood(enum.Enum):
    HAPPY = "happy"
    ANGRY = "angry"

class Address(msgspec.Struct):
    city: str

class Base(DeclarativeBase):
    metadata, type_annotation_map = new_metadata(), COLUMN_TYPES

class Ship(Scoped, Versioned, Base):
    __tablename__ = "ships"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    mood: Mapped[Mood]
    zone: Mapped[str] = mapped_column(ZoneName)
    address: Mapped[Address | None] = mapped_column(Json(Address))
    plain: Mapped[list[int]] = mapped_column(JSON)

class Voyage(Claimable, Scoped, Base):
    __tablename__ = "voyages"
    __table_args__ = (due_index("voyages"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    ship_id: Mapped[UUID] = mapped_column(ForeignKey("ships.id", ondelete="CASCADE"), index=True)
    distance: Mapped[int]

class Port(Base):
    __tablename__ = "ports"
    code: Mapped[str] = mapped_column(primary_key=True)
"""

PACKAGE = "harbour"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A service with tables and no history yet."""
    root = tmp_path / "code" / PACKAGE
    (root / "migrations" / "versions").mkdir(parents=True)
    (root / "__init__.py").touch()
    (root / "migrations" / "__init__.py").touch()
    (root / "migrations" / "tables.py").write_text(
        f"from {PACKAGE}.store import Base\nmetadata = Base.metadata\n"
    )
    (root / "store.py").write_text(STORE)
    monkeypatch.syspath_prepend(root.parent)
    # A file that is changed within a second, by as many characters, would pass for its bytecode.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield root
    _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def _tables() -> sa.MetaData:
    return History(PACKAGE).metadata


def _change(package: Path, old: str, new: str) -> None:
    code = (package / "store.py").read_text()
    assert old in code
    (package / "store.py").write_text(code.replace(old, new))
    _forget()


def _revise(package: Path, old: str, new: str) -> str:
    """A later revision's file with `old` replaced: what a person mends in the draft."""
    path = max((package / "migrations" / "versions").glob("*.py"))
    code = path.read_text()
    assert old in code, code
    path.write_text(code.replace(old, new))
    return path.read_text()


def test_fairleads_own_history_makes_its_tables(store_url: str) -> None:
    assert_migrations_match(store_url, FAIRLEAD, own_tables)


def test_a_written_revision_makes_the_tables(package: Path, store_url: str) -> None:
    path = write_revision(PACKAGE, "ships and voyages")
    assert path.name == "v0001_ships_and_voyages.py"
    assert_migrations_match(store_url, PACKAGE, _tables())
    with pytest.raises(ValueError, match="history"):
        write_revision(PACKAGE, "again")
    _change(package, "distance: Mapped[int]", "miles: Mapped[int | None]")
    assert write_revision(PACKAGE, "miles").name == "v0002_miles.py"
    assert_migrations_match(store_url, PACKAGE, _tables())


def test_migrating_brings_fairleads_tables_and_the_packages(package: Path, store: Database) -> None:
    write_revision(PACKAGE, "first")
    assert pending(store, PACKAGE)
    migrate(store, PACKAGE)
    assert not pending(store, PACKAGE)
    migrate(store, PACKAGE)
    with store.reading(EVERYWHERE) as session:
        names = set(sa.inspect(session.connection()).get_table_names())
    assert names >= {"fairlead_leases", "fairlead_version", "ships", "voyages", "harbour_version"}
    assert unprotected_tables(store) == []
    ours = {f"fairlead_{name}" for name in ("jobs", "job_parts", "search_forms", "search_terms")}
    scoped = {"ships", "voyages"} | ours if store.dialect == "postgresql" else set()
    assert _policies(store) == scoped
    _change(package, "distance: Mapped[int]", "miles: Mapped[int | None]")
    write_revision(PACKAGE, "second")
    assert pending(store, PACKAGE)


def _policies(store: Database) -> set[str]:
    if store.dialect == "sqlite":
        return set()
    with store.reading(EVERYWHERE) as session:
        return set(session.scalars(text("SELECT tablename FROM pg_policies")))


DRIFTS = {
    "an index": ("ix_voyages_ship_id", "ix_other"),
    "a width": ("length=80", "length=81"),
    "a null": ("store.ZoneName(), nullable=False", "store.ZoneName(), nullable=True"),
    "a constraint": ("'organisation_id', 'name'", "'organisation_id', 'zone'"),
    "a cascade": ("CASCADE", "SET NULL"),
    "a condition": ("done_at IS NULL", "done_at IS NOT NULL"),
    "a default": ("'distance', sa.Integer()", "'distance', sa.Integer(), server_default='1'"),
    "a key": ("pk_ports", "pk_sports"),
    "row security": ("store.enable_row_security(op, 'voyages')", ""),
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_history_that_makes_something_else_is_found(
    package: Path, store_url: str, drift: str
) -> None:
    write_revision(PACKAGE, "first")
    _revise(package, *DRIFTS[drift])
    if drift == "row security" and store_url.startswith("sqlite"):
        pytest.skip("SQLite has none")
    with pytest.raises(AssertionError):
        assert_migrations_match(store_url, PACKAGE, _tables())


def _voyages(store: Database) -> int:
    with store.reading(EVERYWHERE) as session:
        return session.scalar(text("SELECT count(*) FROM voyages")) or 0


@pytest.fixture
def sailing(package: Path, store: Database) -> Database:
    """A ship with a voyage, after the first revision."""
    write_revision(PACKAGE, "first")
    migrate(store, PACKAGE)
    from harbour.store import Mood, Ship, Voyage  # type: ignore[import-not-found]

    organisation, ship = new_id(), new_id()
    with store.transaction(organisation) as session:
        session.add(Ship(id=ship, name="Vltava", mood=Mood.HAPPY, zone="Europe/Prague", plain=[1]))
        session.flush()
        session.add(Voyage(ship_id=ship, distance=5, due_at=dt.datetime.now(dt.UTC)))
    return store


def test_rebuilding_a_table_keeps_what_refers_to_it(package: Path, sailing: Database) -> None:
    """SQLite drops the old ships; with foreign keys on, the voyages would go with them."""
    _change(package, "String(80)", "String(90)")
    write_revision(PACKAGE, "longer")
    migrate(sailing, PACKAGE)
    assert _voyages(sailing) == 1
    with pytest.raises(IntegrityError), sailing.transaction(EVERYWHERE) as session:
        session.execute(text("UPDATE voyages SET ship_id = organisation_id"))


def test_a_revision_that_fails_changes_nothing(package: Path, sailing: Database) -> None:
    _change(package, "distance: Mapped[int]", "miles: Mapped[int]")
    write_revision(PACKAGE, "miles")
    with pytest.raises(DatabaseError):  # the new column may not be NULL, and there is a row
        migrate(sailing, PACKAGE)
    assert pending(sailing, PACKAGE)
    with sailing.reading(EVERYWHERE) as session:
        columns = sa.inspect(session.connection()).get_columns("voyages")
        assert {"distance", "miles"} & {c["name"] for c in columns} == {"distance"}
    assert _voyages(sailing) == 1


def test_a_revision_that_leaves_rows_alone_is_undone(package: Path, sailing: Database) -> None:
    _change(package, "distance: Mapped[int]", "miles: Mapped[int | None]")
    write_revision(PACKAGE, "miles")
    begin = "def upgrade() -> None:\n"
    _revise(package, begin, f"{begin}    op.execute('DELETE FROM ships')\n")
    if sailing.dialect == "postgresql":  # which cascades, as said
        migrate(sailing, PACKAGE)
        assert _voyages(sailing) == 0
        return
    with pytest.raises(Exception, match="refer to nothing"):
        migrate(sailing, PACKAGE)
    assert _voyages(sailing) == 1
    assert pending(sailing, PACKAGE)


def test_a_database_ahead_of_the_code_is_left_alone(package: Path, sailing: Database) -> None:
    with sailing.transaction(EVERYWHERE) as session:
        session.execute(text("UPDATE harbour_version SET version_num = '0099'"))
    assert not pending(sailing, PACKAGE)
    migrate(sailing, PACKAGE)
    assert _voyages(sailing) == 1


def test_replicas_that_start_together_migrate_once(
    package: Path, store_url: str, tmp_path: Path
) -> None:
    write_revision(PACKAGE, "first")
    code = """if True:
        import sys, time
        from pathlib import Path
        from fairlead.store import Database
        from fairlead.store.migrations import migrate, pending
        database, go = Database(sys.argv[1], name="replica"), Path(sys.argv[2])
        print("ready", flush=True)
        deadline = time.monotonic() + 30
        while not go.exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        migrate(database, "harbour")
        assert not pending(database, "harbour")
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    replicas = [
        subprocess.Popen(
            [sys.executable, "-c", code, store_url, str(tmp_path / "go")],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for replica in replicas:
        assert replica.stdout is not None
        assert replica.stdout.readline() == "ready\n"
    (tmp_path / "go").touch()
    for replica in replicas:
        _, errors = replica.communicate(timeout=50)
        assert replica.returncode == 0, errors


def test_services_in_one_process_migrate_one_after_another(package: Path, tmp_path: Path) -> None:
    write_revision(PACKAGE, "first")
    databases = [Database(f"sqlite:///{tmp_path}/{i}.db", name=str(i)) for i in range(6)]
    with ThreadPoolExecutor(len(databases)) as pool:
        list(pool.map(lambda database: migrate(database, PACKAGE), databases))
    assert not any(pending(database, PACKAGE) for database in databases)
    for database in databases:
        database.close()


def _command_line(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fairlead.store.migrations", *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_writes_a_revision(package: Path) -> None:
    done = _command_line("new", PACKAGE, "first")
    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout.strip()).read_text().startswith('"""first"""')
    again = _command_line("new", PACKAGE, "first")
    assert (again.returncode, again.stdout) == (1, "")
    assert "history" in again.stderr


def test_the_command_line_brings_a_database_to_the_newest(package: Path, tmp_path: Path) -> None:
    write_revision(PACKAGE, "first")
    url = f"sqlite:///{tmp_path}/{{service}}.db"
    done = _command_line("up", PACKAGE, FAIRLEAD_DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    database = Database(f"sqlite:///{tmp_path}/{PACKAGE}.db", name=PACKAGE)
    assert not pending(database, PACKAGE)
    database.close()


def test_the_command_line_names_a_wrong_setting(package: Path) -> None:
    done = _command_line("up", PACKAGE, FAIRLEAD_DATABASE_URL="mysql://secret@somewhere/x")
    assert done.returncode == 1
    assert done.stderr.startswith("FAIRLEAD_DATABASE_URL: ")
    assert "secret" not in done.stderr
