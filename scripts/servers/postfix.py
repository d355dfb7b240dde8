"""A private Postfix: SMTP for some domains, delivering into a Dovecot."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from scripts.servers.dovecot import Dovecot, greets
from scripts.servers.mail_config import fill
from scripts.servers.server import Server, ServerError

MASTER = "/usr/lib/postfix/sbin/master"
# Owner, group and mode of each directory, from Debian's /etc/postfix/postfix-files.
QUEUE = {
    "active": ("postfix", "root", 0o700),
    "bounce": ("postfix", "root", 0o700),
    "corrupt": ("postfix", "root", 0o700),
    "defer": ("postfix", "root", 0o700),
    "deferred": ("postfix", "root", 0o700),
    "flush": ("postfix", "root", 0o700),
    "hold": ("postfix", "root", 0o700),
    "incoming": ("postfix", "root", 0o700),
    "maildrop": ("postfix", "postdrop", 0o1730),
    "pid": ("root", "root", 0o755),
    "private": ("postfix", "root", 0o700),
    "public": ("postfix", "postdrop", 0o2710),
    "saved": ("postfix", "root", 0o700),
    "trace": ("postfix", "root", 0o700),
}


class Postfix(Server):
    """SMTP for `domains`: on `port` as their MX (no sign-in, or one), on `submission_port` and
    `smtps_port` (TLS from the first byte) for those signed in only. STARTTLS on the first two.

    Runs beside any other Postfix, but only as root. What it refuses is asked of the `Rules` that
    answer on `rules_port`, to be set before a start.
    """

    name = "postfix"
    account = "root"
    ports_needed: ClassVar[tuple[str, ...]] = ("port", "submission", "smtps", "provider")
    start_seconds: ClassVar[float] = 30

    def __init__(
        self,
        dovecot: Dovecot,
        domains: Sequence[str],
        folder: Path | None = None,
        *,
        message_limit: int,
        queue_lifetime: int,
        delay_warning: int,
    ) -> None:
        need_root()
        super().__init__(folder)
        self.rules_port = 0
        self._values = {
            "domains": ", ".join(domains),
            "message_limit": message_limit,
            "queue_lifetime": queue_lifetime,
            "delay_warning": delay_warning,
            "lmtp_port": dovecot.ports["lmtp"],
            "auth_port": dovecot.ports["auth"],
            "certificate": dovecot.certificate,
            "key": dovecot.key,
        }

    @property
    def submission_port(self) -> int:
        """The port for signed-in clients, with STARTTLS."""
        return self.ports["submission"]

    @property
    def smtps_port(self) -> int:
        """The port for signed-in clients, with TLS from the first byte."""
        return self.ports["smtps"]

    def prepare(self) -> None:
        """Writes the configuration and makes the queue's directories."""
        if not Path(MASTER).exists():
            raise ServerError(f"{MASTER} is not installed (Debian's package postfix)")
        # Its daemons drop to the user postfix and must still reach queue and data.
        self.folder.chmod(0o711)
        _directory(self.folder / "data", "postfix", "root", 0o700)
        _directory(self.folder / "queue", "root", "root", 0o755)
        for name, (owner, group, mode) in QUEUE.items():
            _directory(self.folder / "queue" / name, owner, group, mode)
        values = self._values | {
            "folder": self.folder,
            "rules_port": self.rules_port,
            **{f"{name}_port": port for name, port in self.ports.items()},
        }
        for name in ("main.cf", "master.cf"):
            path = self.write(name, fill(name, **values))
            # Postfix reads a file younger than two seconds again and again until it is older.
            os.utime(path, (time.time() - 60, time.time() - 60))

    def command(self) -> list[str]:
        """The master process in the foreground."""
        return [MASTER, "-c", str(self.folder), "-s"]

    def ready(self) -> bool:
        """Whether mail is taken, and passed on."""
        return greets(self.port, b"220") and greets(self.ports["provider"], b"220")

    def flush(self) -> None:
        """Tries everything in the queue again now."""
        self.run(["/usr/sbin/postqueue", "-c", str(self.folder), "-f"])


def need_root() -> None:
    """Raises ServerError where a Postfix cannot be run."""
    if os.geteuid() != 0:
        raise ServerError("Postfix runs only as root; run this as root, or in a container")


def _directory(path: Path, owner: str, group: str, mode: int) -> None:
    path.mkdir(exist_ok=True)
    shutil.chown(path, owner, group)
    path.chmod(mode)
