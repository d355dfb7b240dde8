"""By hand: `python -m scripts.bench.events.hand_hearer hearer URI URL kept|bare THREADS`.

`kept`: a row of the inbox and what was heard in one transaction, which an event that comes again
leaves at its first statement; settled after the commit. `bare`: the same without the inbox, where
the heard row's own key keeps it from being written twice.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from ..worker import obey
from .hand import KEY, QUEUE, make_tables, open_channel

PREFETCH = 20  # of all threads together
SECONDS = 120.0
INBOX = (
    "INSERT INTO inbox (event_id, topic, received_at) VALUES (%s, %s, %s) "
    "ON CONFLICT DO NOTHING RETURNING event_id"
)
HEARD = (
    "INSERT INTO heard (organisation_id, id, text, at) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT DO NOTHING"
)
ORGANISATION = UUID("018f0000-0000-7000-8000-000000000001")


class Hearer:
    """Threads that each take one event after another."""

    def __init__(self, uri: str, url: str, *, kept: bool, threads: int) -> None:
        self._uri = uri
        self._url = url
        self._kept = kept
        self._prefetch = PREFETCH // threads
        self._lock = threading.Lock()
        self._left = 0
        self._enough = threading.Event()
        for _ in range(threads):
            threading.Thread(target=self._listen, daemon=True).start()

    def expect(self, count: int) -> None:
        """So many notes are to come from now on."""
        self._enough.clear()
        self._left = count

    def heard(self) -> None:
        """Return when they have come."""
        if not self._enough.wait(SECONDS):
            raise TimeoutError("not everything was heard")

    def _listen(self) -> None:
        connection, channel = open_channel(self._uri)
        channel.basic_qos(0, self._prefetch, False)
        with psycopg.connect(self._url, autocommit=True) as database:
            channel.basic_consume(QUEUE, callback=partial(self._take, database))
            while True:
                connection.drain_events()

    def _take(self, database: psycopg.Connection[Any], message: Any) -> None:
        note, now = json.loads(message.body), dt.datetime.now(dt.UTC)
        id = UUID(message.properties["message_id"])
        with database.transaction():
            new = not self._kept or database.execute(INBOX, (id, KEY, now)).fetchone()
            if new:
                at = dt.datetime.fromisoformat(note["at"])
                database.execute(HEARD, (ORGANISATION, UUID(note["id"]), note["text"], at))
        message.channel.basic_ack(message.delivery_info["delivery_tag"])
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._enough.set()


def main(_: str, uri: str, url: str, variant: str, threads: str) -> None:
    """Be the one that hears."""
    make_tables(url, "hearer")
    hearer = Hearer(uri, url, kept=variant == "kept", threads=int(threads))
    obey({"expect": hearer.expect, "heard": hearer.heard})


if __name__ == "__main__":
    main(*sys.argv[1:])
