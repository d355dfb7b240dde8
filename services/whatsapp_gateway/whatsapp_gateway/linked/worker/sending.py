"""Carries out, one after another, what is done at most once."""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import Any

from ..protocol.commands import Once, Send
from ..protocol.events import Done, Outcome, Reason
from . import groups
from .incoming import address, moment
from .network import Network
from .outgoing import Unsendable, Writer, jid
from .spool import Spool
from .tap import Tap

# Words of the client's errors, and what they mean; the rest is the network's refusal.
_REASONS = (
    ("no LID found", Reason.NOT_ON_WHATSAPP),
    ("server returned error 463", Reason.RESTRICTED),
    ("not-authorized", Reason.NOT_ALLOWED),
    ("forbidden", Reason.NOT_ALLOWED),
    ("item-not-found", Reason.BAD_ADDRESS),
)
_SAID_NO = ("server returned error", "info query returned status", "no LID found")


class Sender:
    """One thread that sends: what leaves in it belongs to the command that it is at."""

    def __init__(self, spool: Spool, network: Network, tap: Tap, folder: Path) -> None:
        self._spool = spool
        self._network = network
        self._tap = tap
        self._writer = Writer(folder, network.upload)
        self._queue: queue.SimpleQueue[Once] = queue.SimpleQueue()
        self._now: str | None = None
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def take(self, command: Once) -> None:
        """Carry it out when those before it are done; one that is known is not done again."""
        begun = self._spool.begin(command.id, traced=isinstance(command, Send))
        if begun.now:
            self._queue.put(command)
        elif begun.done is not None:
            self._spool.keep(begun.done)

    def leaving(self, message: str) -> None:
        """A message leaves. One that another thread sends is the client's own: what somebody could
        not decrypt, again."""
        if threading.current_thread() is self._thread and self._now is not None:
            self._spool.leaves(self._now, message)

    def _run(self) -> None:
        while True:
            command = self._queue.get()
            self._now = command.id
            self._spool.end(self._done(command))
            self._now = None

    def _done(self, command: Once) -> Done:
        if not self._network.is_open or not self._tap.sees_sending:
            return Done(command.id, Outcome.NOT_SENT, Reason.NOT_CONNECTED)
        try:
            if isinstance(command, Send):
                return self._sent(command)
            return groups.done(self._network.groups, command)
        except Unsendable as error:
            retry = error.reason is Reason.UPLOAD_FAILED
            outcome = Outcome.NOT_SENT if retry else Outcome.REFUSED
            return Done(command.id, outcome, error.reason, str(error))
        except Exception as error:
            return self._failed(command, str(error))

    def _sent(self, command: Send) -> Done:
        jid(command.to)
        message = self._writer.message(command.to, command.content, command.quote)
        answer = self._network.send(command.to, message)
        return Done(
            command.id,
            Outcome.DONE,
            message=answer.ID,
            chat=address(answer.Chat) or command.to,
            at=_moment(answer.Timestamp),
        )

    def _failed(self, command: Once, words: str) -> Done:
        left = self._spool.left(command.id)
        if any(no in words for no in _SAID_NO):
            reason = next((r for text, r in _REASONS if text in words), Reason.BY_NETWORK)
            return Done(command.id, Outcome.REFUSED, reason, words, message=left)
        if isinstance(command, Send) and not left:
            return Done(command.id, Outcome.NOT_SENT, Reason.NOT_CONNECTED, words)
        return Done(command.id, Outcome.UNKNOWN, Reason.NO_ANSWER, words, message=left)


def _moment(answer: int) -> Any:
    return moment(answer) if answer > 0 else None
