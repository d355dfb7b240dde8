"""py-amqp alone: `python -m scripts.bench.rpc.bare server|client URI`.

What a careful person writes who wants calls and nothing more: one channel a process, requests
that wait in a queue, settled when they are answered, at most PREFETCH at a time; answers over
direct reply-to, which needs no queue; nothing is kept on disk and nothing confirmed.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import amqp

from ..worker import obey

QUEUE = "bench.bare"
REPLY_TO = "amq.rabbitmq.reply-to"
PREFETCH = 50
BODY = b"x" * 100


def connect(uri: str) -> Any:
    """An open connection."""
    parts = urlsplit(uri)
    connection = amqp.Connection(
        f"{parts.hostname}:{parts.port}",
        userid=parts.username,
        password=parts.password,
        virtual_host=parts.path[1:],
    )
    connection.connect()
    return connection


def serve(uri: str) -> None:
    """Answer for ever."""
    connection = connect(uri)
    channel = connection.channel()
    channel.basic_qos(0, PREFETCH, False)
    channel.queue_declare(QUEUE, durable=True, auto_delete=False)

    def answer(message: Any) -> None:
        properties = message.properties
        reply = amqp.Message(
            message.body, correlation_id=properties["correlation_id"], delivery_mode=1
        )
        channel.basic_publish(reply, "", properties["reply_to"])
        channel.basic_ack(message.delivery_info["delivery_tag"])

    channel.basic_consume(QUEUE, callback=answer)

    def drain() -> None:
        while True:
            connection.drain_events()

    threading.Thread(target=drain, daemon=True).start()


class Client:
    """Asks with so many calls under way."""

    def __init__(self, uri: str) -> None:
        self._connection = connect(uri)
        self._channel = self._connection.channel()
        self._channel.basic_consume(REPLY_TO, no_ack=True, callback=self._replied)
        self._asked = self._answered = 0
        self._until = 0.0

    def measure(self, seconds: float, window: int) -> float:
        """Calls per second."""
        self._asked = self._answered = 0
        begun = time.perf_counter()
        self._until = begun + seconds
        for _ in range(window):
            self._ask()
        while self._answered < self._asked:
            self._connection.drain_events()
        return self._answered / (time.perf_counter() - begun)

    def _ask(self) -> None:
        self._asked += 1
        message = amqp.Message(
            BODY, correlation_id=str(self._asked), reply_to=REPLY_TO, delivery_mode=1
        )
        self._channel.basic_publish(message, "", QUEUE)

    def _replied(self, message: Any) -> None:
        self._answered += 1
        if time.perf_counter() < self._until:
            self._ask()


def main(role: str, uri: str) -> None:
    """Be one side of the pair."""
    if role == "server":
        serve(uri)
        obey({})
    else:
        obey({"measure": Client(uri).measure})


if __name__ == "__main__":
    main(*sys.argv[1:])
