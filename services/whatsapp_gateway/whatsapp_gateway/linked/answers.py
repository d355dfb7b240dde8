"""The ends of commands that are waited for, as a worker tells them."""

from __future__ import annotations

from typing import Any

import eventlet

from .process import Worker
from .protocol.commands import Command
from .protocol.events import Done, Durable, MediaFetched

FILE = "file"  # before the id of a message whose file is fetched


class Unanswered(Exception):
    """A command's end was not heard in time. It may have been carried out."""


class NotHere(Exception):
    """The number has no worker in this process that could carry anything out."""


class Answers:
    """Who waits for what, with one worker after the other of a number."""

    def __init__(self) -> None:
        self._waiting: dict[str, Any] = {}  # eventlet's events, by command or file

    def wait(self, worker: Worker, command: Command, key: str, seconds: float) -> Any:
        """Tell the worker, and wait for the answer by this key. Raises Unanswered."""
        end = self._waiting.setdefault(key, eventlet.Event())
        try:
            worker.tell(command)
            with eventlet.Timeout(seconds, Unanswered(key)):
                return end.wait()
        finally:
            self._waiting.pop(key, None)

    def heard(self, body: Durable) -> None:
        """Let who waits for it go on."""
        match body:
            case Done(id=id):
                key = id
            case MediaFetched(message=message):
                key = f"{FILE} {message}"
            case _:
                return
        if end := self._waiting.pop(key, None):
            end.send(body)
