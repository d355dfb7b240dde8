"""One AMQP connection that stays: read by one greenlet, kept alive by another, opened again."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Callable
from typing import Any

import amqp
import eventlet
import kombu
import structlog
from eventlet.event import Event

from .broker import OnBroken

log = structlog.get_logger(__name__)

#: What a connection or channel raises when it is gone.
AWAY = (OSError, amqp.AMQPError, ConnectionError)

FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
CONNECT_SECONDS = 5.0
OPEN_SECONDS = 20.0  # for all that is declared; a queue that lost its leader may never answer
CLOSE_SECONDS = 5.0
ROOM = 8 * 1024 * 1024  # bytes that may wait for the broker to read them

_CLOSE, _CANCEL = (10, 50), (60, 30)  # connection.close, basic.cancel (AMQP 0-9-1)


class _Outgoing:
    """Gathers the frames of one turn of the event loop and sends them in one system call.

    A system call for each frame is a third of the cost of a call. Takes the place of the socket's
    `sendall` in py-amqp's transport, which offers no other seam.
    """

    def __init__(self, connection: Any) -> None:
        self._socket = connection.transport.sock
        self._sendall = self._socket.sendall
        self._frames: list[bytes] = []
        self._size = 0
        self._sending = False
        self._room: Event | None = None
        connection.transport._write = self._write

    def _write(self, frame: Any) -> None:
        self._frames.append(bytes(frame))  # the buffer behind it is used again
        self._size += len(frame)
        if not self._sending:
            self._sending = True
            eventlet.spawn(self._send)

    def _send(self) -> None:
        try:
            while self._frames:
                data, self._frames = b"".join(self._frames), []
                self._sendall(data)
                self._size -= len(data)
                self._make_room()
        except AWAY:
            # The reading greenlet finds it out too, unless only this direction is broken.
            _shut(self._socket)
            self._size = 0
            self._make_room()
        finally:
            self._sending = False

    def wait_for_room(self) -> None:
        """Wait while the broker does not read as fast as we write."""
        while self._size > ROOM:
            if self._room is None:
                self._room = Event()
            self._room.wait()

    def _make_room(self) -> None:
        if self._room is not None and self._size <= ROOM:
            room, self._room = self._room, None
            room.send()


class Line:
    """A connection named `name`.

    `on_open` declares and consumes, and runs after each opening; before the reading greenlet does,
    so it may use calls that wait for the broker; afterwards only those that do not wait may be
    used. `on_lost` runs when a connection that was open is gone.
    """

    def __init__(
        self,
        uri: str,
        name: str,
        heartbeat: int,
        on_open: Callable[[Any], None],
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._uri = uri
        self._name = name
        self._heartbeat = heartbeat
        self._on_open = on_open
        self._on_lost = on_lost
        self._connection: Any = None
        self._outgoing: _Outgoing | None = None
        self._first = Event()
        self._keeper: Any = None
        self._stopping = False

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as we know."""
        return self._connection is not None

    def start(self, on_broken: OnBroken) -> None:
        """Open the line and keep it open; returns after the first try, whatever came of it."""
        self._keeper = eventlet.spawn(self._keep, on_broken)
        self._first.wait()

    def stop(self) -> None:
        """Close it for good, after all that was written has been read by the broker."""
        self._stopping = True
        keeper, self._keeper = self._keeper, None
        if self.is_open:
            # Closed by a word and not by the socket: what is still on its way (settlements,
            # answers) would be lost, and the work done again.
            with (
                contextlib.suppress(*AWAY),
                eventlet.Timeout(CLOSE_SECONDS, TimeoutError("the broker does not let us go")),
            ):
                self._connection.send_method(_CLOSE, "BsBB", (0, "", 0, 0))
                keeper.wait()
        if keeper is not None:
            keeper.kill()
        self.drop()

    def drop(self) -> None:
        """Break the connection; the keeper opens a new one."""
        connection, self._connection = self._connection, None
        self._outgoing = None
        if connection is None:
            return
        if connection.connected:
            # Closed by the greenlet that reads, which this wakes: eventlet forgets who waits for a
            # socket that another closes.
            _shut(connection.transport.sock)
        self._on_lost()

    def wait_for_room(self) -> None:
        """Wait while more than ROOM bytes have not gone to the broker yet."""
        if self._outgoing is not None:
            self._outgoing.wait_for_room()

    def cancel_consumers(self) -> None:
        """Ask the broker to hand out nothing more on this line."""
        for channel in list(self._channels()):
            for tag in list(channel.callbacks):
                try:
                    channel.send_method(_CANCEL, "sb", (tag, True))  # and do not answer
                except AWAY:
                    return

    def _channels(self) -> list[Any]:
        if self._connection is None or not self._connection.channels:
            return []
        return [channel for number, channel in self._connection.channels.items() if number]

    def _keep(self, on_broken: OnBroken) -> None:
        wait = FIRST_WAIT
        try:
            while not self._stopping:
                try:
                    connection = self._open()
                except AWAY as error:
                    log.warning("broker away", line=self._name, error=str(error), wait=wait)
                    self._tried()
                    # Jitter, so that the replicas of a service do not come back in one moment.
                    eventlet.sleep(wait * (0.5 + random.random() / 2))  # noqa: S311
                    wait = min(wait * 2, LONGEST_WAIT)
                else:
                    wait = FIRST_WAIT
                    self._read(connection)
        except Exception as error:
            self._tried()
            on_broken(error)

    def _tried(self) -> None:
        if not self._first.ready():
            self._first.send()

    def _read(self, connection: Any) -> None:
        beating = eventlet.spawn(self._beat, connection)
        self._tried()
        try:
            while connection.connected:
                connection.blocking_read()
        except AWAY as error:
            if not self._stopping:
                log.warning("broker line lost", line=self._name, error=str(error))
        finally:
            beating.kill()
            self.drop()
            connection.collect()

    def _open(self) -> Any:
        opener = kombu.Connection(
            self._uri,
            heartbeat=self._heartbeat,
            connect_timeout=CONNECT_SECONDS,
            transport_options={"client_properties": {"connection_name": f"fairlead {self._name}"}},
        )
        # Each of the addresses once; errors as they are, for AWAY to know them.
        opener.ensure_connection(
            max_retries=max(len(opener.alt) - 1, 0),
            interval_start=0,
            reraise_as_library_errors=False,
        )
        connection = opener.connection
        # Told that a broker may say "blocked", py-amqp reads before each message that it writes,
        # in the middle of what the reading greenlet reads.
        capabilities = connection.client_properties.setdefault("capabilities", {})
        capabilities["connection.blocked"] = False
        # The transport's own time-out is for opening only: reading waits for ever, and the
        # heartbeat says when the other side is gone.
        connection.transport.sock.settimeout(None)
        try:
            with eventlet.Timeout(OPEN_SECONDS, TimeoutError("the broker does not answer")):
                self._on_open(connection)
        except BaseException:
            connection.collect()
            raise
        self._outgoing = _Outgoing(connection)
        self._connection = connection
        return connection

    def _beat(self, connection: Any) -> None:
        while True:
            eventlet.sleep(max(self._heartbeat / 4, 0.5))
            try:
                connection.heartbeat_tick()
            except AWAY as error:
                log.warning("no heartbeat", line=self._name, error=str(error))
                self.drop()
                return


def _shut(connected: Any) -> None:
    """Shut the connection of a socket, beneath TLS, whose own way upsets who reads from it."""
    with (
        contextlib.suppress(OSError),
        socket.fromfd(connected.fileno(), connected.family, connected.type) as twin,
    ):
        twin.shutdown(socket.SHUT_RDWR)
