"""A session with a message centre: signed in, kept alive, with a bounded number of texts under way.

A session lives as long as its connection; who wants another makes a new one (`carrier`'s keeper
decides when). Nothing is sent twice here: a text whose answer did not come is `Unanswered`.
"""

from __future__ import annotations

import enum
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import eventlet
from eventlet.semaphore import Semaphore

from fairlead import addresses

from . import pdus, verdicts
from .commands import Command, Status
from .line import Broken, Line, Receiving, Unanswered
from .pdus import ANY_ADDRESS, Address, Bind, Malformed, Short

CONNECT_SECONDS = 15.0
BIND_SECONDS = 15.0
UNBIND_SECONDS = 3.0
SEEN_SECONDS = 1.0  # after an answer, until the other side is asked for what it has read


class Direction(enum.Enum):
    """What a session is for (2.2)."""

    TRANSCEIVER = Command.BIND_TRANSCEIVER
    TRANSMITTER = Command.BIND_TRANSMITTER
    RECEIVER = Command.BIND_RECEIVER


@dataclass(frozen=True, slots=True)
class Options:
    """Where a message centre is and how it is to be spoken to. Times in seconds."""

    host: str
    port: int
    system_id: str
    password: str
    system_type: str = ""
    address_range: Address = ANY_ADDRESS
    direction: Direction = Direction.TRANSCEIVER
    tls: bool = False
    window: int = 10
    answer_within: float = 30.0
    enquire_every: float = 30.0
    private_hosts: bool = False  # whether it may be on a private network or loopback


class SignInRefused(Exception):
    """The message centre does not let us in. `for_good` when no waiting will help."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.for_good = status in verdicts.REFUSED_SIGN_IN
        what = "name or password is wrong" if self.for_good else "it does not take us now"
        super().__init__(f"The carrier refused the sign-in: {what} (SMPP 0x{status:02X})")


@dataclass(frozen=True, slots=True)
class Submitted:
    """The answer to one part: the carrier's id of it, or the status of a refusal."""

    status: int
    message_id: str


class Session:
    """A bound session. Made by `opened`."""

    def __init__(self, line: Line, options: Options, clock: Callable[[], float]) -> None:
        self._line = line
        self._options = options
        self._clock = clock
        self._window = Semaphore(options.window)

    @property
    def over(self) -> str | None:
        """Why the session has ended, if it has."""
        return self._line.over

    def wait(self) -> str:
        """Return when the session has ended, with the reason."""
        reason: str = self._line.ended.wait()
        return reason

    def submit(self, message: Short) -> Submitted:
        """Send one part when there is room in the window; waits for its answer.

        Raises Broken where it was not sent, Unanswered where nobody can know.
        """
        with self._window:
            answer = self._line.ask(
                Command.SUBMIT_SM, message.body(), timeout=self._options.answer_within
            )
        try:
            return Submitted(answer.status, pdus.read_taken(answer).message_id)
        except Malformed:
            return Submitted(answer.status, "")

    def keep_alive(self) -> None:
        """Ask whether the other side is there, until the session ends (4.11), and soon after it
        brought something, whether it has read the answer. For a greenlet."""
        every = self._options.enquire_every
        while self._line.over is None:
            idle = self._clock() - self._line.heard_at
            eventlet.sleep(min(max(every - idle, 0.0), SEEN_SECONDS))
            if self._clock() - self._line.heard_at < every and not self._line.unsure:
                continue
            try:
                self._line.probe(Command.ENQUIRE_LINK, timeout=self._options.answer_within)
            except Unanswered:
                self._line.close("the carrier does not answer any more")
            except Broken:
                return

    def close(self, reason: str = "closed here") -> None:
        """Sign out, if the other side still listens, and hang up."""
        with suppress(Unanswered, Broken):
            self._line.probe(Command.UNBIND, timeout=UNBIND_SECONDS)
        self._line.close(reason)


def opened(
    options: Options,
    receiving: Receiving,
    *,
    connect: Callable[[Options], socket.socket] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Session:
    """Connect and sign in.

    Raises OSError where nobody is there, Unanswered or Broken where somebody is and says nothing,
    SignInRefused.
    """
    line = Line((connect or connected)(options), receiving, clock=clock)
    eventlet.spawn_n(line.run)
    bind = Bind(options.system_id, options.password, options.system_type, options.address_range)
    try:
        answer = line.ask(options.direction.value, bind.body(), timeout=BIND_SECONDS)
        if answer.status != Status.OK:
            raise SignInRefused(answer.status)
    except BaseException as error:
        line.close(str(error))
        raise
    session = Session(line, options, clock)
    eventlet.spawn_n(session.keep_alive)
    return session


def connected(options: Options) -> socket.socket:
    """A socket to the message centre, by TLS where that is wanted. Raises OSError."""
    found = addresses.resolve(options.host, options.port)
    allowed = found if options.private_hosts else addresses.public(found)
    if not allowed:
        raise OSError(f"{options.host} is not on the public internet")
    sock = addresses.connect(allowed, options.port, CONNECT_SECONDS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if options.tls:
        try:
            context = ssl.create_default_context()
            sock = context.wrap_socket(sock, server_hostname=options.host)
        except BaseException:
            sock.close()
            raise
    return sock
