"""What the worker must not lose, in an SQLite file of its own.

Two promises rest on it. What came in is here before the network hears that it was taken, and stays
until the service has it. And what is done at most once is noted as begun before it begins: after a
crash nobody can tell whether it left, so it is told as unknown and not tried again.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from ..protocol.codec import Unknown, packed, unpacked
from ..protocol.events import (
    Done,
    Durable,
    Kept,
    MediaFetched,
    Message,
    Outcome,
    Reason,
    Unreadable,
)

REMEMBERED = dt.timedelta(days=30)
"""How long the end of a command is known, and how long a file may be asked for again."""

_TABLES = """
CREATE TABLE IF NOT EXISTS handover (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS unread (
    message TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS strangers (
    user TEXT PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (
    key TEXT PRIMARY KEY,
    at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commands (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    traced INTEGER NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    done BLOB
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS commands_message ON commands (message);
CREATE TABLE IF NOT EXISTS files (
    message TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    source BLOB NOT NULL,
    wanted INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """Whether a command is to be carried out now, and else how it ended, if it has."""

    now: bool
    done: Done | None = None


class Spool:
    """The file, opened. May be used by several threads; `changed` is set when there is more to
    hand over."""

    def __init__(self, path: Path) -> None:
        self.changed = threading.Event()
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=60.0
        )
        # FULL: a commit is on the disk when it returns, whatever happens to the machine.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def keep(
        self,
        body: Durable,
        *,
        key: str | None = None,
        sources: Mapping[str, bytes] | None = None,
        fetch: bool = True,
    ) -> bool:
        """Store something to be handed over; it is on the disk when this returns.

        What was kept under the same `key` before is not kept again: returns whether it is new. A
        message takes the place of what was kept of it by `await_words`. `sources` is by message
        what its file is fetched by, at once or, without `fetch`, when it is asked for.
        """
        with self._transaction() as db:
            if key is not None and not _note(db, key):
                return False
            if isinstance(body, Message):
                body = self._instead(db, body)
            for message, source in (sources or {}).items():
                db.execute(
                    "INSERT INTO files VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (message, _now(), source, fetch),
                )
            db.execute("INSERT INTO handover (body) VALUES (?)", (packed(body),))
        self.changed.set()
        return True

    def await_words(self, unreadable: Unreadable) -> None:
        """Store that a message could not be read. It is handed over by `give_up`, unless the
        message comes before that."""
        with self._transaction() as db:
            if _note(db, unread(unreadable.id)):
                row = (unreadable.id, _now(), packed(unreadable))
                db.execute("INSERT INTO unread VALUES (?, ?, ?)", row)

    def give_up(self, before: dt.datetime) -> None:
        """Hand over what could not be read since before this moment."""
        with self._transaction() as db:
            rows = db.execute(
                "DELETE FROM unread WHERE at < ? RETURNING body", (before.isoformat(),)
            ).fetchall()
            db.executemany("INSERT INTO handover (body) VALUES (?)", rows)
        if rows:
            self.changed.set()

    def estrange(self, message: str, user: str) -> bool:
        """Note that the session with a user is to end, because of a message, for which it is noted
        once: returns whether it is now."""
        with self._transaction() as db:
            new = _note(db, f"lost {message}")
            if new:
                db.execute("INSERT INTO strangers VALUES (?) ON CONFLICT DO NOTHING", (user,))
            return new

    def strangers(self) -> list[str]:
        """The users with whom sessions are to end."""
        with self._lock:
            return [user for (user,) in self._db.execute("SELECT user FROM strangers")]

    def estranged(self, user: str) -> None:
        """The sessions with a user are ended."""
        with self._transaction() as db:
            db.execute("DELETE FROM strangers WHERE user = ?", (user,))

    def knows(self, key: str) -> bool:
        """Whether something was kept under this key."""
        with self._lock:
            return (
                self._db.execute("SELECT 1 FROM seen WHERE key = ?", (key,)).fetchone() is not None
            )

    def after(self, seq: int, limit: int) -> list[Kept]:
        """What is to be handed over behind `seq`, in order, at most `limit`."""
        with self._lock:
            rows = self._db.execute(
                "SELECT seq, body FROM handover WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
            ).fetchall()
        return [kept for number, body in rows if (kept := _read(number, body)) is not None]

    def acknowledged(self, seq: int) -> None:
        """The service has it."""
        with self._transaction() as db:
            db.execute("DELETE FROM handover WHERE seq = ?", (seq,))

    def waiting(self) -> int:
        """How much the service does not have yet."""
        with self._lock:
            (count,) = self._db.execute("SELECT count(*) FROM handover").fetchone()
        return int(count)

    def begin(self, id: str, *, traced: bool) -> Begun:
        """Note that a command begins, unless it began before.

        `traced`: nothing has happened as long as no message was seen leaving.
        """
        with self._transaction() as db:
            row = db.execute("SELECT done FROM commands WHERE id = ?", (id,)).fetchone()
            if row is None:
                db.execute(
                    "INSERT INTO commands (id, at, traced) VALUES (?, ?, ?)", (id, _now(), traced)
                )
                return Begun(now=True)
        done = row[0] and unpacked(row[0])
        return Begun(now=False, done=done if isinstance(done, Done) else None)

    def leaves(self, id: str, message: str) -> bool:
        """A message leaves on behalf of a command, under this id of the network; it is on the disk
        before the message leaves. False where another message did already: then it is not ours."""
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM commands WHERE message = ?", (message,)).fetchone():
                return False
            row = db.execute(
                "UPDATE commands SET message = ? WHERE id = ? AND message = '' RETURNING id",
                (message, id),
            ).fetchone()
            return row is not None

    def left(self, id: str) -> str:
        """The network's id of the message that left for a command, if one was seen leaving."""
        with self._lock:
            row = self._db.execute("SELECT message FROM commands WHERE id = ?", (id,)).fetchone()
        return str(row[0]) if row else ""

    def commands(self, messages: Sequence[str]) -> dict[str, str]:
        """By which commands these messages of ours were sent, as far as it was seen."""
        with self._lock:
            found = (
                self._db.execute("SELECT id FROM commands WHERE message = ?", (each,)).fetchone()
                for each in messages
            )
            return {each: row[0] for each, row in zip(messages, found, strict=True) if row}

    def end(self, done: Done) -> None:
        """Note how a command ended, and hand that over. What did not leave may begin anew."""
        with self._transaction() as db:
            if done.outcome is Outcome.NOT_SENT:
                db.execute("DELETE FROM commands WHERE id = ?", (done.id,))
            else:
                db.execute(
                    "UPDATE commands SET done = ?, message = ? WHERE id = ?",
                    (packed(done), done.message, done.id),
                )
            db.execute("INSERT INTO handover (body) VALUES (?)", (packed(done),))
        self.changed.set()

    def interrupted(self) -> int:
        """At the start: end what a process before this one was at. Returns how many that were.

        Where a message was seen leaving, or something else than a message was under way, nobody
        knows how it went. The rest did not leave, and may be told again.
        """
        with self._lock:
            rows = self._db.execute(
                "SELECT id, message, traced FROM commands WHERE done IS NULL"
            ).fetchall()
        for id, message, traced in rows:
            outcome = Outcome.NOT_SENT if traced and not message else Outcome.UNKNOWN
            self.end(Done(id=id, outcome=outcome, reason=Reason.INTERRUPTED, message=message))
        return len(rows)

    def source(self, message: str) -> bytes | None:
        """What the file of a message is fetched by."""
        with self._lock:
            row = self._db.execute(
                "SELECT source FROM files WHERE message = ?", (message,)
            ).fetchone()
        return bytes(row[0]) if row else None

    def wanted(self) -> list[str]:
        """The messages whose files are to be fetched and were not yet."""
        with self._lock:
            rows = self._db.execute("SELECT message FROM files WHERE wanted").fetchall()
        return [str(message) for (message,) in rows]

    def fetched(self, body: MediaFetched) -> None:
        """Note how fetching a file ended, and hand that over."""
        with self._transaction() as db:
            db.execute("UPDATE files SET wanted = 0 WHERE message = ?", (body.message,))
            db.execute("INSERT INTO handover (body) VALUES (?)", (packed(body),))
        self.changed.set()

    def forget(self) -> None:
        """Drop what is too old to be asked for."""
        before = (dt.datetime.now(dt.UTC) - REMEMBERED).isoformat()
        with self._transaction() as db:
            db.execute("DELETE FROM seen WHERE at < ?", (before,))
            db.execute("DELETE FROM files WHERE at < ?", (before,))
            db.execute("DELETE FROM commands WHERE at < ? AND done IS NOT NULL", (before,))

    @staticmethod
    def _instead(db: sqlite3.Connection, message: Message) -> Message:
        """A message as it is handed over, which may have been unreadable at first."""
        waited = db.execute(
            "DELETE FROM unread WHERE message = ? RETURNING message", (message.id,)
        ).fetchone()
        told = db.execute("SELECT 1 FROM seen WHERE key = ?", (unread(message.id),)).fetchone()
        return message if waited or not told else replace(message, late=True)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _note(db: sqlite3.Connection, key: str) -> bool:
    made = "INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING key"
    return db.execute(made, (key, _now())).fetchone() is not None


def unread(message: str) -> str:
    """The key under which it is kept that a message could not be read."""
    return f"unreadable {message}"


def _read(seq: int, stored: bytes) -> Kept | None:
    try:
        return Kept(seq, unpacked(stored))
    except Unknown:
        return None  # of a version that was taken back; it waits for the newer one


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()
