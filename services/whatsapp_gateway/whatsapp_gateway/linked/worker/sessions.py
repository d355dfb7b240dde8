"""The client's sessions with others, in its own file; to be touched only before it opens it.

Signal's keys move on with every message, so the client passes over one that it decrypted before.
If a process died between the decrypting and the storing, the words are gone here. Without a session
the same message cannot be read at all, and for such a one the client asks its sender.
"""

from __future__ import annotations

import ctypes
import re
from pathlib import Path

from .library import gocode

_READ_WRITE = 2  # SQLITE_OPEN_READWRITE
# Of somebody by both of his names; an address of Signal's is `user:device` or `user_server:device`.
_END = """
PRAGMA busy_timeout = 10000;
BEGIN IMMEDIATE;
CREATE TEMP TABLE whose (name TEXT);
INSERT INTO whose VALUES ('{user}');
INSERT INTO whose SELECT lid FROM whatsmeow_lid_map WHERE pn = '{user}';
INSERT INTO whose SELECT pn FROM whatsmeow_lid_map WHERE lid = '{user}';
DELETE FROM whatsmeow_sessions WHERE EXISTS (
    SELECT 1 FROM whose WHERE their_id GLOB name || '[:_]*'
);
DELETE FROM whatsmeow_sender_keys WHERE EXISTS (
    SELECT 1 FROM whose WHERE sender_id GLOB name || '[:_]*'
);
COMMIT;
"""


def end(session: Path, user: str) -> None:
    """Forget all sessions with a user of the network's (digits), in groups too. Raises OSError
    where the file cannot be changed, ValueError for what is no user."""
    if not re.fullmatch(r"\d{1,20}", user):
        raise ValueError(f"no user of the network's: {user}")
    database = ctypes.c_void_p()
    try:
        name = str(session).encode()
        code = gocode.sqlite3_open_v2(name, ctypes.byref(database), _READ_WRITE, None)
        code = code or gocode.sqlite3_exec(
            database, _END.format(user=user).encode(), None, None, None
        )
    finally:
        gocode.sqlite3_close(database)
    if code:
        raise OSError(f"the session cannot be changed: SQLite says {code}")
