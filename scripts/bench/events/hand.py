"""The same by hand, with psycopg and py-amqp: what both roles have in common.

The rows are those that ours writes, with the outbox and the inbox as tables too, and so are the
commits: one for a note and its event, one or two for each batch that leaves, one for each event
that is heard. Queue and messages are as durable as ours. Threads do as much at once as
ours does, or one thread one thing after another.
"""

from __future__ import annotations

from typing import Any

import psycopg

from ..rpc.bare import connect

EXCHANGE, QUEUE, KEY = "hand.events", "hand.events.hearer", "note.written"
TABLES = {
    "writer": """
        CREATE TABLE notes (
            organisation_id uuid NOT NULL, id uuid PRIMARY KEY, text text NOT NULL,
            at timestamptz NOT NULL);
        CREATE TABLE outbox (
            id uuid PRIMARY KEY, topic varchar(120) NOT NULL, body bytea NOT NULL,
            created_at timestamptz NOT NULL);
        CREATE INDEX ON outbox (created_at)
        """,
    "hearer": """
        CREATE TABLE heard (
            organisation_id uuid NOT NULL, id uuid PRIMARY KEY, text text NOT NULL,
            at timestamptz NOT NULL);
        CREATE TABLE inbox (
            event_id uuid PRIMARY KEY, topic varchar(120) NOT NULL,
            received_at timestamptz NOT NULL)
        """,
}


def make_tables(url: str, role: str) -> None:
    """Those of one role."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLES[role])


def open_channel(uri: str) -> tuple[Any, Any]:
    """A connection and a channel, with everything declared; the queue is a quorum queue as ours."""
    connection = connect(uri)
    channel = connection.channel()
    channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
    arguments = {"x-queue-type": "quorum"}
    channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments=arguments)
    channel.queue_bind(QUEUE, EXCHANGE, KEY)
    return connection, channel
