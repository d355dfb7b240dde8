"""A private Redis, for servers of others that need one. It keeps nothing on disk."""

from __future__ import annotations

import socket
from pathlib import Path

from scripts.servers.server import Server, ServerError

SERVER = Path("/usr/bin/redis-server")


class Redis(Server):
    """Takes clients on `port` without a password."""

    name = "redis"
    account = "root"

    def prepare(self) -> None:
        """Nothing but a look whether it is there."""
        if not SERVER.exists():
            raise ServerError(f"{SERVER} is not installed (Debian's package redis-server)")

    def command(self) -> list[str]:
        """The program; its settings stand behind it."""
        local = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        return [str(SERVER), *local, "--save", "", "--appendonly", "no", "--daemonize", "no"]

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(100).startswith(b"+PONG")
        except OSError:
            return False
