"""By hand: `python -m scripts.bench.events.hand_writer writer URI URL kept|bare THREADS`.

`kept`: a note and its event are two rows of one transaction; a thread takes the events from the
outbox in batches, publishes them, waits for the broker's confirms and deletes them.
`bare`: the note is committed and then its event published, in batches with confirms; an event is
lost when the process dies in between.
"""

from __future__ import annotations

import datetime as dt
import json
import queue
import sys
import threading
from typing import Any
from uuid import UUID, uuid4

import amqp
import psycopg

from ..worker import obey
from .hand import EXCHANGE, KEY, make_tables, open_channel

ORGANISATION = UUID("018f0000-0000-7000-8000-000000000001")
TEXT = "The guide waits at the north gate of the station from half past nine. " * 3
BATCH = 200
NOTE = "INSERT INTO notes (organisation_id, id, text, at) VALUES (%s, %s, %s, %s)"
OUTBOX = "INSERT INTO outbox (id, topic, body, created_at) VALUES (%s, %s, %s, %s)"
DUE = "SELECT id, body FROM outbox ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED"
LEFT = "DELETE FROM outbox WHERE id = ANY(%s)"


class Publisher:
    """Publishes batches and waits until the broker has confirmed each message."""

    def __init__(self, uri: str) -> None:
        self._connection, self._channel = open_channel(uri)
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._acked)
        self._sent = self._confirmed = 0
        self._ahead: set[int] = set()

    def publish(self, batch: list[tuple[UUID, bytes]]) -> None:
        """Returns when the broker has all of it."""
        for id, body in batch:
            self._sent += 1
            message = amqp.Message(
                body, message_id=str(id), content_type="application/json", delivery_mode=2
            )
            self._channel.basic_publish(message, EXCHANGE, KEY)
        while self._confirmed < self._sent:
            self._connection.drain_events()

    def _acked(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._confirmed = max(self._confirmed, tag)
        else:
            self._ahead.add(tag)
        while self._confirmed + 1 in self._ahead:
            self._confirmed += 1
            self._ahead.discard(self._confirmed)


class Writer:
    """Threads that write notes, and one that publishes their events."""

    def __init__(self, uri: str, url: str, *, kept: bool, threads: int) -> None:
        self._url = url
        self._kept = kept
        self._publisher = Publisher(uri)
        self._orders: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._written: queue.SimpleQueue[tuple[UUID, bytes]] = queue.SimpleQueue()
        self._wanted = threading.Event()
        jobs = [self._write] * threads + [self._relay if kept else self._pass_on]
        for job in jobs:
            threading.Thread(target=job, daemon=True).start()

    def write(self, count: int) -> None:
        """Have so many notes written; does not wait for it."""
        for _ in range(count):
            self._orders.put(None)

    def _write(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while True:
                self._orders.get()
                self._write_one(connection)

    def _write_one(self, connection: psycopg.Connection[Any]) -> None:
        id, now = uuid4(), dt.datetime.now(dt.UTC)
        body = json.dumps({"id": str(id), "text": TEXT, "at": now.isoformat()}).encode()
        with connection.transaction():
            connection.execute(NOTE, (ORGANISATION, id, TEXT, now))
            if self._kept:
                connection.execute(OUTBOX, (id, KEY, body, now))
        if self._kept:
            self._wanted.set()
        else:
            self._written.put((id, body))

    def _relay(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while True:
                self._wanted.wait(1.0)
                self._wanted.clear()
                while self._relay_some(connection) == BATCH:
                    pass

    def _relay_some(self, connection: psycopg.Connection[Any]) -> int:
        with connection.transaction():
            due = connection.execute(DUE, (BATCH,)).fetchall()
            if due:
                self._publisher.publish(due)
                connection.execute(LEFT, ([id for id, _ in due],))
        return len(due)

    def _pass_on(self) -> None:
        while True:
            batch = [self._written.get()]
            while len(batch) < BATCH and not self._written.empty():
                batch.append(self._written.get())
            self._publisher.publish(batch)


def main(_: str, uri: str, url: str, variant: str, threads: str) -> None:
    """Be the one that writes."""
    make_tables(url, "writer")
    writer = Writer(uri, url, kept=variant == "kept", threads=int(threads))
    obey({"write": writer.write})


if __name__ == "__main__":
    main(*sys.argv[1:])
