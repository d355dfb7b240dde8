"""Sessions of the client end, in its own file. In a process apart: the client is never in ours."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

TABLES = """
CREATE TABLE whatsmeow_sessions (our_jid TEXT, their_id TEXT);
CREATE TABLE whatsmeow_sender_keys (our_jid TEXT, chat_id TEXT, sender_id TEXT);
CREATE TABLE whatsmeow_lid_map (lid TEXT, pn TEXT);
INSERT INTO whatsmeow_lid_map VALUES ('8869', '3469');
"""
END = """
import sys
from pathlib import Path
from whatsapp_gateway.linked.worker import sessions
sessions.end(Path(sys.argv[1]), sys.argv[2])
"""
THEIRS = ["8869_1:0", "8869_1:5", "3469:0"]
OTHERS = ["88690_1:0", "18869_1:0", "34690:0", "3460:0"]


def end(session: Path, user: str) -> str:
    """What went wrong, if anything."""
    command = [sys.executable, "-W", "ignore", "-c", END, str(session), user]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "session.db"
    with sqlite3.connect(path) as db:
        db.executescript(TABLES)
        for each in THEIRS + OTHERS:
            db.execute("INSERT INTO whatsmeow_sessions VALUES ('us', ?)", (each,))
            db.execute("INSERT INTO whatsmeow_sender_keys VALUES ('us', 'group', ?)", (each,))
    db.close()
    return path


@pytest.mark.parametrize("user", ["8869", "3469"])
def test_those_with_one_user_end_by_both_of_his_names(session: Path, user: str) -> None:
    assert end(session, user) == ""
    with sqlite3.connect(session) as db:
        for table, column in [
            ("whatsmeow_sessions", "their_id"),
            ("whatsmeow_sender_keys", "sender_id"),
        ]:
            left = [each for (each,) in db.execute(f"SELECT {column} FROM {table}")]
            assert left == OTHERS
    db.close()


def test_what_cannot_be_is_refused(session: Path) -> None:
    assert "no user" in end(session, "1'; DROP TABLE whatsmeow_sessions; --")
    session.unlink()
    assert "SQLite says" in end(session, "8869")
