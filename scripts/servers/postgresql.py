"""A private PostgreSQL server."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import shutil
import signal
from pathlib import Path
from typing import ClassVar

from scripts.servers.server import Server, ServerError

SUPERUSER = "postgres"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class PostgreSQL(Server):
    """A cluster of its own, reached by TCP on loopback with passwords, and by no socket file.

    `durable=False` turns fsync off: faster, and safe against a kill of the server, whose pages the
    kernel keeps, but not against a loss of power.
    """

    name = "postgresql"
    account = "postgres"
    # Fast shutdown: SIGTERM would wait for clients to leave.
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT

    def __init__(self, folder: Path | None = None, *, durable: bool = True) -> None:
        self.durable = durable
        super().__init__(folder)

    def create_database(self, name: str) -> str:
        """Makes an empty database with a name of its own that begins with `name`.

        Returns its URL. Its owner is a role of the same name, with no right to anything else and
        subject to row-level security (where a table forces it: it owns the tables).
        Raises ServerError for a name that is not lower-case letters, digits and underscores.
        """
        return self._make_database(f"{name}_{secrets.token_hex(4)}")

    def ensure_database(self, name: str) -> str:
        """The URL of the database with exactly this name, which is made if it is not there."""
        if not NAME.fullmatch(name):
            raise ServerError(f"{name!r} is no name for a database")
        there = f"SELECT 1 FROM pg_database WHERE datname = '{name}'"  # noqa: S608 - matched above
        if self._ask(there):
            return self._url(name, name, self._password(name))
        return self._make_database(name)

    def _make_database(self, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ServerError(f"{name!r} is no name for a database")
        self._ask(
            # A role without its database is left when we were killed between the statements.
            f"DROP ROLE IF EXISTS {name}",
            f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
            f" PASSWORD '{self._password(name)}'",
            f"CREATE DATABASE {name} OWNER {name}",
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        )
        return self._url(name, name, self._password(name))

    def drop_database(self, url: str) -> None:
        """Drops the database of a URL that `create_database` gave, with its role; clients on it
        are disconnected."""
        name = url.rpartition("/")[2]
        self._ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"DROP ROLE IF EXISTS {name}")

    @property
    def superuser_url(self) -> str:
        """The URL of the superuser, for what a test must do behind the services' backs."""
        return self._url("postgres", SUPERUSER, self.secret)

    def prepare(self) -> None:
        """Makes the cluster if the folder has none."""
        data = self.folder / "data"
        if (data / "PG_VERSION").exists():
            return
        # What a killed initdb left: it writes the control file, which the server needs, late.
        shutil.rmtree(data, ignore_errors=True)
        password = self.write("superuser", self.secret)
        self.run(
            [
                _program("initdb"),
                f"--pgdata={data}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                *([] if self.durable else ["--no-sync"]),
            ]
        )
        password.unlink()

    def command(self) -> list[str]:
        """The postmaster in the foreground."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        options = [f"--{key}={value}" for key, value in settings.items()]
        return [_program("postgres"), "-D", str(self.folder / "data"), *options]

    def ready(self) -> bool:
        """Whether the server answers a query, so recovery after a crash is over too."""
        try:
            self._ask("SELECT 1", timeout=5)
        except ServerError:
            return False
        return True

    def environment(self) -> dict[str, str]:
        """The password by the environment, where other users cannot see it as in an argument."""
        return {"PGPASSWORD": self.secret}

    def _ask(self, *statements: str, timeout: float = 60) -> str:
        """Runs each statement as the superuser, in a transaction of its own; returns the rows."""
        command = [
            _program("psql"),
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--variable=ON_ERROR_STOP=1",
            "--host=127.0.0.1",
            f"--port={self.port}",
            f"--username={SUPERUSER}",
            "--dbname=postgres",
        ]
        return self.run(command, given=";\n".join([*statements, ""]), timeout=timeout)

    def _password(self, role: str) -> str:
        return hmac.new(self.secret.encode(), role.encode(), hashlib.sha256).hexdigest()[:32]

    def _url(self, database: str, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"


def _program(name: str) -> str:
    """The newest installed version's program: Debian keeps them off the PATH."""
    versions = Path("/usr/lib/postgresql").glob(f"[0-9]*/bin/{name}")
    newest = max(versions, key=lambda path: int(path.parts[4]), default=None)
    found = str(newest) if newest else shutil.which(name)
    if found is None:
        raise ServerError(f"{name} is not installed (Debian's package postgresql)")
    return found
