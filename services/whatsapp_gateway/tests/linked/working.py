"""A worker process, as the service would start it, in the hands of a test."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from scripts.servers.whatsapp_client import COMMAND
from whatsapp_gateway.linked.process import environment
from whatsapp_gateway.linked.protocol import VERSION, codec, commands, content, events
from whatsapp_gateway.linked.protocol.frames import Splitter

if TYPE_CHECKING:
    from scripts.servers.whatsapp.server import StandIn

T = TypeVar("T")
K = TypeVar("K")
SECONDS = 30.0  # a hang, not a measure
KEY = bytes(range(commands.SESSION_KEY))  # it seals the sessions of all tests but few


def wait_for(condition: Callable[[], T | None], what: str = "") -> T:
    """What `condition` says as soon as it is true."""
    deadline = time.monotonic() + SECONDS
    while not (result := condition()):
        assert time.monotonic() < deadline, f"waited in vain{what and f' for {what}'}"
        time.sleep(0.01)
    return result


class Working:
    """The process, and all that it said. It acknowledges by itself unless it is told not to."""

    def __init__(
        self,
        standin: StandIn,
        folder: Path,
        *,
        acknowledge: bool = True,
        proxy: str = "",
        version: int = VERSION,
        key: bytes = KEY,
        unread_seconds: float = SECONDS,
    ) -> None:
        self.said: list[events.Event] = []
        self.folder = folder
        self.acknowledge = acknowledge
        self._sock, theirs = socket.socketpair()
        self.log = folder / "worker.log"
        folder.mkdir(exist_ok=True)
        with theirs, open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=environment({**os.environ, **standin.environment}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        threading.Thread(target=self._listen, daemon=True).start()
        phone = f"+{standin.world.own}"
        through = proxy or standin.proxy
        self.tell(
            commands.Start(
                version,
                str(folder),
                phone,
                key=key,
                proxy=through,
                unread_seconds=unread_seconds,
            )
        )

    def tell(self, command: commands.Command) -> None:
        self._sock.sendall(codec.encoded(command))

    def of(self, kind: type[K]) -> list[K]:
        """What it said of this kind, kept or not."""
        bodies = [each.body if isinstance(each, events.Kept) else each for each in list(self.said)]
        return [each for each in bodies if isinstance(each, kind)]

    def heard(self, kind: type[K], fits: Callable[[K], bool] = lambda _: True) -> K:
        """The first of this kind that fits, when it was said."""

        def found() -> K | None:
            said = next((each for each in self.of(kind) if fits(each)), None)
            over = said is None and self.process.poll() is not None
            assert not over, f"the worker has ended: {self.log.read_text()}"
            return said

        return wait_for(found, kind.__name__)

    def phase(self, phase: events.Phase) -> events.State:
        """When it is in this phase."""
        return self.heard(events.State, lambda state: state.phase is phase)

    def message(self, id: str) -> events.Message:
        """The message with this id."""
        return self.heard(events.Message, lambda message: message.id == id)

    def done(self, id: str) -> events.Done:
        """How a command ended."""
        return self.heard(events.Done, lambda done: done.id == id)

    def connected(self) -> Working:
        """With the session that is stored."""
        self.tell(commands.Connect())
        self.phase(events.Phase.OPEN)
        return self

    def settle(self) -> None:
        """Returns when it has done what it was told before."""
        self.tell(commands.Send(f"settle {len(self.said)}", "nobody", content.Text("")))
        self.heard(events.Done, lambda done: done.id.startswith("settle"))

    def kill(self) -> None:
        """As a crash would."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Hang up: it ends by itself."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        try:
            self.process.wait(SECONDS)
        finally:
            self.process.kill()
            self._sock.close()

    def _listen(self) -> None:
        splitter = Splitter()
        with suppress(OSError):
            while data := self._sock.recv(65536):
                for body in splitter.take(data):
                    event = codec.event(body)
                    if isinstance(event, events.Kept) and self.acknowledge:
                        self.tell(commands.Ack(event.seq))
                    self.said.append(event)
