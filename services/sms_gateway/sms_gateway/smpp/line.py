"""One connection to a message centre: requests out, answers back in any order, and what comes by
itself.

Any number of greenlets may ask at a time. One greenlet reads, and never throws away what it has
read; each request waits for the answer with its sequence number, for a bounded time.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

import eventlet
import structlog
from eventlet.event import Event
from eventlet.semaphore import Semaphore

from . import pdus
from .commands import RESPONSE, Command, Status
from .pdus import Data, Malformed, Short
from .stream import OutOfStep, Raw, Splitter

log = structlog.get_logger(__name__)

CHUNK = 65_536
WRITE_SECONDS = 10.0  # a peer that does not read for so long has lost us
LAST_SEQUENCE = 0x7FFF_FFFF  # 3.2
DELIVERIES_AT_ONCE = 20


class Broken(Exception):
    """The line is closed: nothing was sent by this request."""


class Unanswered(Exception):
    """The request went out, at least in part, and no answer came: the other side may have acted.

    `sequence` is the request's number, by which an answer may still come (`Receiving.late`).
    """

    sequence = 0


class Keeping(Protocol):
    """Who keeps the messages that come by themselves."""

    def deliver(self, message: Short | Data) -> int:
        """Keep a message for good; the status to answer with. Called in a greenlet of its own."""
        ...

    def malformed(self, raw: Raw, reason: str) -> None:
        """Keep a message that cannot be read."""
        ...

    def seen(self, messages: Sequence[Short | Data]) -> None:
        """The other side has read our answers to these: it will not bring them again."""
        ...


class Receiving(Keeping, Protocol):
    """Who takes all that comes by itself."""

    def late(self, answer: Raw) -> None:
        """An answer for which nobody waits any more."""
        ...


class Line:
    """A connected socket that speaks SMPP. `run` reads until the end."""

    def __init__(
        self,
        sock: socket.socket,
        receiving: Receiving,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sock = sock
        # Bounds each wait of a write. A timer of its own for each PDU would cost more than the PDU.
        sock.settimeout(WRITE_SECONDS)
        self._receiving = receiving
        self._clock = clock
        self._pending: dict[int, Event] = {}
        self._sequence = 0
        self._writing = Semaphore(1)
        self._deliveries = eventlet.GreenPool(DELIVERIES_AT_ONCE)
        self._answered: list[Short | Data] = []  # which may not have been read yet
        self._over: str | None = None
        self.ended: Event = Event()
        self.heard_at = clock()

    @property
    def over(self) -> str | None:
        """Why the line has ended, if it has."""
        return self._over

    @property
    def unsure(self) -> bool:
        """Whether there are messages of which it is not known that our answer was read."""
        return bool(self._answered)

    def run(self) -> str:
        """Read until the line ends; returns why. Whoever waits for an answer is told."""
        splitter = Splitter()
        try:
            while self._over is None:
                try:
                    data = self._sock.recv(CHUNK)
                except TimeoutError:  # the socket's, which bounds what is written; see `_write`
                    continue
                if not data:
                    self.close("the carrier closed the connection")
                    break
                self.heard_at = self._clock()
                for raw in splitter.take(data):
                    self._take(raw)
        except OutOfStep as error:
            self.close(f"the stream is out of step: {error}")
        except OSError as error:
            self.close(f"the connection broke: {error}")
        finally:
            self._sock.close()  # by who reads: eventlet must not see it closed beneath it
        assert self._over is not None  # for the type checker: every way out of the loop sets it
        return self._over

    def ask(self, command: Command, body: bytes = b"", *, timeout: float) -> Raw:
        """The answer to a request. Raises Broken or Unanswered.

        A generic_nack with the request's number is an answer too.
        """
        if self._over is not None:
            raise Broken(self._over)
        sequence = self._next_sequence()
        answered = self._pending[sequence] = Event()
        try:
            self._write(pdus.request(command, sequence, body))
            with eventlet.Timeout(timeout, Unanswered(f"no answer within {timeout:g} s")):
                answer: Raw = answered.wait()
                return answer
        except Unanswered as error:
            error.sequence = sequence
            raise
        finally:
            self._pending.pop(sequence, None)

    def probe(self, command: Command, *, timeout: float) -> None:
        """Ask for a sign of life. Raises Broken or Unanswered.

        Who answers has read what was written before, for a stream keeps its order.
        """
        before = list(self._answered)
        self.ask(command, timeout=timeout)
        self._answered = [each for each in self._answered if not any(each is b for b in before)]
        if before:
            self._receiving.seen(before)

    def close(self, reason: str) -> None:
        """End the line, for the first of all reasons given."""
        if self._over is not None:
            return
        self._over = reason
        self.ended.send(reason)
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        for answered in list(self._pending.values()):
            if not answered.ready():
                answered.send_exception(Unanswered(reason))  # one each: `ask` numbers it

    def _next_sequence(self) -> int:
        while True:
            self._sequence = self._sequence % LAST_SEQUENCE + 1
            if self._sequence not in self._pending:
                return self._sequence

    def _write(self, raw: Raw) -> None:
        if not self._writing.acquire(timeout=WRITE_SECONDS):  # no PDU is written into another
            raise Broken("the carrier reads nothing")
        try:
            if self._over is not None:
                raise Broken(self._over)
            try:
                self._sock.sendall(bytes(raw))
            except OSError as error:
                # Perhaps half a PDU is out: nothing that follows it would be understood.
                self.close(f"the connection broke: {error}")
                raise Unanswered(str(error)) from None
        finally:
            self._writing.release()

    def _take(self, raw: Raw) -> None:
        if raw.command & RESPONSE:
            self._take_answer(raw)
        elif raw.command == Command.ENQUIRE_LINK:
            self._reply(raw)
        elif raw.command in (Command.DELIVER_SM, Command.DATA_SM):
            self._deliveries.spawn(self._deliver, raw)
        elif raw.command == Command.UNBIND:
            self._reply(raw)
            self.close("the carrier ended the session")
        elif raw.command not in (Command.ALERT_NOTIFICATION, Command.OUTBIND):
            log.warning("unknown SMPP command", command=hex(raw.command))
            self._reply(Raw(Command.GENERIC_NACK, 0, raw.sequence), Status.INVALID_COMMAND)

    def _take_answer(self, raw: Raw) -> None:
        answered = self._pending.get(raw.sequence)
        if answered is None:
            self._receiving.late(raw)
        elif not answered.ready():
            answered.send(raw)

    def _deliver(self, raw: Raw) -> None:
        read = pdus.read_short if raw.command == Command.DELIVER_SM else pdus.read_data
        try:
            message: Short | Data = read(raw)
        except Malformed as error:
            self._receiving.malformed(raw, str(error))
            status: int = Status.INVALID_MESSAGE_LENGTH
        else:
            try:
                status = self._receiving.deliver(message)
            except Exception as error:
                # Not taken: the carrier keeps it and sends it again.
                log.warning("message not taken", error=str(error), exc_info=error)
                status = Status.SYSTEM_ERROR
        # deliver_sm_resp and data_sm_resp have a message_id, which is empty (4.6.2).
        if self._reply(raw, status, b"\0") and status == Status.OK:
            self._answered.append(message)

    def _reply(self, asked: Raw, status: int = Status.OK, body: bytes = b"") -> bool:
        """Answer, if the line still stands; else it asks again on its next one."""
        try:
            self._write(pdus.answer(asked, status, body))
        except (Broken, Unanswered):
            return False
        return True
