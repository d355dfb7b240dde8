"""Kannel as a gateway: its bearerbox, which speaks to a message centre, and its HTTP door."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import ClassVar

from scripts.servers.message_centre import MessageCentre
from scripts.servers.server import Server, ServerError

FOLDER = Path("/usr/sbin")
USER = "bench"
# Each group of its configuration ends with an empty line.
CONFIGURATION = """group = core
admin-port = {admin}
admin-password = {secret}
admin-allow-ip = "127.0.0.1"
smsbox-port = {smsbox}
box-allow-ip = "127.0.0.1"
store-type = spool
store-location = "{spool}"
log-level = 3

group = smsc
smsc = smpp
smsc-id = centre
host = 127.0.0.1
port = {centre}
transceiver-mode = true
smsc-username = {user}
smsc-password = {password}
system-type = ""
max-pending-submits = {window}
reconnect-delay = 1

group = smsbox
smsbox-id = door
bearerbox-host = 127.0.0.1
sendsms-port = {door}
log-level = 3

group = sendsms-user
username = {user}
password = {secret}
"""


class Bearerbox(Server):
    """Signed in at `centre` with a window of `window`; what it has taken is in files, which it does
    not sync. `door` is the port that its Smsbox listens on."""

    name = "bearerbox"
    account = "root"
    ports_needed: ClassVar[tuple[str, ...]] = ("admin", "smsbox", "door")

    def __init__(self, centre: MessageCentre, window: int, folder: Path | None = None) -> None:
        super().__init__(folder)
        self._centre = centre
        self._window = window

    @property
    def door(self) -> int:
        """The port of the HTTP door."""
        return self.ports["door"]

    @property
    def configuration(self) -> Path:
        """What both of its processes read."""
        return self.folder / "kannel.conf"

    def prepare(self) -> None:
        """Writes the configuration."""
        if not (FOLDER / "bearerbox").exists():
            raise ServerError("bearerbox is not installed (Debian's package kannel)")
        spool = self.folder / "spool"
        spool.mkdir(exist_ok=True)
        given = {
            **self.ports,
            "secret": self.secret,
            "user": USER,
            "spool": spool,
            "centre": self._centre.port,
            "password": self._centre.password,
            "window": self._window,
        }
        self.write(self.configuration.name, CONFIGURATION.format(**given))

    def command(self) -> list[str]:
        """The program."""
        return [str(FOLDER / "bearerbox"), str(self.configuration)]

    def ready(self) -> bool:
        """Whether it waits for its door."""
        return _listens(self.ports["smsbox"])


class Smsbox(Server):
    """The HTTP door of `bearerbox`."""

    name = "smsbox"
    account = "root"

    def __init__(self, bearerbox: Bearerbox, folder: Path | None = None) -> None:
        super().__init__(folder)
        self._bearerbox = bearerbox

    def prepare(self) -> None:
        """The other has written everything."""

    def command(self) -> list[str]:
        """The program."""
        return [str(FOLDER / "smsbox"), str(self._bearerbox.configuration)]

    def ready(self) -> bool:
        """Whether it listens."""
        return _listens(self._bearerbox.door)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
