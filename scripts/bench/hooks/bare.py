"""A view that keeps what it is sent: `python -m scripts.bench.hooks.bare PORT`.

What a careful person writes who wants webhooks kept and nothing more: Flask on the server that ours
runs on, a connection to PostgreSQL that is kept for each request under way, one insert, its commit,
the answer. It looks at no signature, knows no number and reads nothing of what it kept.
"""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

import os
import sys

import eventlet
import eventlet.wsgi
import psycopg
from eventlet.queue import LightQueue
from flask import Flask, Response, request

from ..worker import obey

AT_ONCE = 20
TABLE = """CREATE TABLE incoming (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now())"""


def app(url: str) -> Flask:
    """The app, with its table and its connections."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
    free = LightQueue()
    for _ in range(AT_ONCE):
        free.put(psycopg.connect(url, autocommit=True))
    made = Flask(__name__)

    @made.post("/hook")
    def hook() -> Response:
        connection = free.get()
        try:
            connection.execute("INSERT INTO incoming (body) VALUES (%s)", [request.get_data()])
        finally:
            free.put(connection)
        return Response(status=200)

    return made


def main(port: str) -> None:
    """Run until nobody wants it any more."""
    view = app(os.environ["FAIRLEAD_DATABASE_URL"])
    listening = eventlet.listen(("127.0.0.1", int(port)))
    eventlet.spawn_n(eventlet.wsgi.server, listening, view, log_output=False, keepalive=True)
    obey({})


if __name__ == "__main__":
    main(*sys.argv[1:])
