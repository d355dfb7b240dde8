"""`make stack`: each service a process of its own, on RabbitMQ and PostgreSQL.

The broker and the database are those that FAIRLEAD_AMQP_URI and FAIRLEAD_DATABASE_URL name (the
latter with `{service}` in it), else private ones started from installed binaries.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from scripts.keys import local_keys
from scripts.servers.ports import free_ports
from scripts.servers.postgresql import PostgreSQL
from scripts.servers.rabbitmq import RabbitMQ
from scripts.web import DIST

SERVICES = {
    "accounts": "accounts.service:AccountsService",
    "contacts": "contacts.service:ContactsService",
    "itineraries": "itineraries.service:ItinerariesService",
    "inbox": "inbox.service:InboxService",
    "email_gateway": "email_gateway.service:EmailGatewayService",
    "sms_gateway": "sms_gateway.service:SmsGatewayService",
    "whatsapp_gateway": "whatsapp_gateway.service:WhatsAppGatewayService",
    "webhooks": "webhooks.service:WebhooksService",
    "api_gateway": "api_gateway.service:ApiGateway",
}
RUNNER = "fairlead.run"
READY_SECONDS = 60.0
STOP_SECONDS = 30.0


class StackError(Exception):
    """A service did not start; the message holds the end of its log."""


class Stack:
    """The services as processes, with their broker and database, all below `folder`.

    `environment` adds to what the services read; `runners` names the module that runs a service
    where it is not `fairlead.run`. Each can be killed and started again alone.
    """

    def __init__(
        self,
        folder: Path,
        environment: dict[str, str] | None = None,
        runners: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.rabbitmq: RabbitMQ | None = None
        self.postgresql: PostgreSQL | None = None
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, IO[bytes]] = {}
        ports = free_ports(len(SERVICES) + 1)
        self.port = int(os.environ.get("FAIRLEAD_PORT") or ports[-1])
        self.admin_ports = dict(zip(SERVICES, ports, strict=False))
        self._extra = environment or {}
        self._runners = runners or {}
        self._environment: dict[str, str] = {}

    @property
    def address(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def admin_token(self) -> str:
        """The bearer token of the admin servers."""
        return self._environment["FAIRLEAD_ADMIN_TOKEN"]

    def start(self) -> None:
        """Start everything; returns when every service is ready. Raises StackError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._environment = {
            **os.environ,
            "PSYCOPG_WAIT_FUNC": "wait_select",
            "FAIRLEAD_AMQP_URI": os.environ.get("FAIRLEAD_AMQP_URI") or self._broker(),
            "FAIRLEAD_FILES": str(self.folder / "files"),
            "FAIRLEAD_PUBLIC_URL": self.address,
            "FAIRLEAD_PORT": str(self.port),
            "FAIRLEAD_INSTALLED": ",".join(SERVICES),
            "FAIRLEAD_SANDBOX": "yes",
            "FAIRLEAD_WEB_CLIENT": str(DIST),
            **local_keys(self.folder),
            **self._extra,
        }
        for service in SERVICES:
            self.start_service(service)
        for service in SERVICES:
            self.wait_ready(service)

    def environment_of(self, service: str) -> dict[str, str]:
        """The environment that a service runs with."""
        database = os.environ.get("FAIRLEAD_DATABASE_URL") or self._database(service)
        return {
            **self._environment,
            "FAIRLEAD_DATABASE_URL": database,
            "FAIRLEAD_ADMIN_PORT": str(self.admin_ports[service]),
        }

    def start_service(self, service: str) -> None:
        """Start one service's process."""
        if service not in self._logs:
            self._logs[service] = (self.folder / f"{service}.log").open("ab")
        self.processes[service] = subprocess.Popen(
            [sys.executable, "-m", self._runners.get(service, RUNNER), SERVICES[service]],
            env=self.environment_of(service),
            stdin=subprocess.DEVNULL,
            stdout=self._logs[service],
            stderr=self._logs[service],
        )

    def wait_ready(self, service: str, seconds: float = READY_SECONDS) -> None:
        """Return when the service says that it is ready; raises StackError."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.processes[service].poll() is not None:
                break
            if self.is_ready(service):
                return
            time.sleep(0.1)
        tail = (self.folder / f"{service}.log").read_text(errors="replace").splitlines()[-25:]
        raise StackError("\n".join([f"{service} is not ready:", *tail]))

    def is_ready(self, service: str) -> bool:
        """Whether bus, store and files of the service answer."""
        url = f"http://127.0.0.1:{self.admin_ports[service]}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill_service(self, service: str) -> None:
        """kill -9, as a machine that loses its power."""
        self.processes[service].kill()
        self.processes[service].wait()

    def stop(self) -> None:
        """Stop the services in order, then broker and database."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for log in self._logs.values():
            log.close()
        for server in (self.rabbitmq, self.postgresql):
            if server is not None:
                server.stop()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _broker(self) -> str:
        if self.rabbitmq is None:
            self.rabbitmq = RabbitMQ(self.folder / "rabbitmq")
            self.rabbitmq.start()
        return self.rabbitmq.uri

    def _database(self, service: str) -> str:
        if self.postgresql is None:
            self.postgresql = PostgreSQL(self.folder / "postgresql")
            self.postgresql.start()
        return self.postgresql.ensure_database(service)


def main() -> int:
    """Run until Ctrl-C; returns the exit code."""
    folder = Path(os.environ.get("FAIRLEAD_VAR") or "var/stack").resolve()
    os.environ.setdefault("FAIRLEAD_PORT", "8080")
    (folder / "up.json").unlink(missing_ok=True)  # it stands there while everything is ready
    stack = Stack(folder)
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, frame: asked.append(got))
    try:
        with stack:
            plant = [sys.executable, "-m", "scripts.plant", str(folder), stack.address]
            subprocess.run(plant, env=stack.environment_of("api_gateway"), check=True)
            print(f"Logs and data stand in {folder}.", flush=True)
            while not asked:
                died = [name for name, each in stack.processes.items() if each.poll() is not None]
                if died:
                    print(f"{', '.join(died)} ended; see the log", file=sys.stderr)
                    return 1
                time.sleep(0.5)
            print("Stopping…", flush=True)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
