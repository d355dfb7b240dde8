"""Kannel's message centre for tests, drive_smpp: SMPP in C, by people who never saw ours."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from scripts.servers.server import Server, ServerError

DRIVE_SMPP = "/usr/lib/kannel/test/drive_smpp"


class Kannel(Server):
    """Lets a transmitter and a receiver sign in on `port`, brings the receiver `texts` texts, and
    waits for as many from the transmitter; then it ends by itself."""

    name = "kannel"
    account = "root"
    start_seconds: ClassVar[float] = 20

    def __init__(self, texts: int, folder: Path | None = None) -> None:
        super().__init__(folder)
        self._texts = texts

    def prepare(self) -> None:
        """Nothing but a look whether it is there."""
        if not Path(DRIVE_SMPP).exists():
            raise ServerError(f"{DRIVE_SMPP} is not installed (Debian's package kannel-extras)")

    def command(self) -> list[str]:
        """The program; its configuration is Kannel's own client's, which is not run."""
        config = str(Path(DRIVE_SMPP).with_name("drive_smpp.conf"))
        return [DRIVE_SMPP, "-p", str(self.port), "-m", str(self._texts), "-c", config]

    def ready(self) -> bool:
        """Whether it listens. By the kernel's table (proc(5); 0A is LISTEN): a connection would
        count as a client's."""
        lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        sockets = [line.split()[1:4:2] for line in lines]
        return any(
            local.endswith(f":{self.port:04X}") and state == "0A" for local, state in sockets
        )
