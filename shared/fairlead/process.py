"""Starts services in this process, and stops them without losing anything.

python -m fairlead.run contacts.service:ContactsService [another.module:Service ...]
"""

from __future__ import annotations

import importlib
import inspect
import signal
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import eventlet
import structlog
from eventlet.event import Event
from nameko.containers import ServiceContainer

from . import logs, overview
from .admin import AdminServer
from .bus import Caller, connect
from .files import open_store
from .runtime import Runtime
from .secrets import Vault
from .service import Config, host
from .settings import BadSettings, Common
from .store import Database, assert_green, bypasses_row_security, migrations

log = structlog.get_logger(__name__)

# Named and not imported: the contracts stand upon this package.
HEARERS = "contracts.services:HEARERS"
STOP_SECONDS = 20.0  # a handler that has not ended by then is left to its transaction


def _check_store(database: Database, package: str) -> None:
    database.ping()
    if migrations.pending(database, package):
        raise RuntimeError("the schema is older than the code")


ServiceClass: TypeAlias = type[Any]
"""A service: a class with a `name` on the bus, whose attributes nameko's extensions fill."""


class Process:
    """Some services on one bus, each with its own database, and one admin server."""

    def __init__(
        self, services: Sequence[ServiceClass], *, database_urls: Mapping[str, str] | None = None
    ) -> None:
        """Read the settings; raises BadSettings with the mistakes of all services at once.

        `database_urls` says for a service's name where its rows are, instead of its settings.
        """
        self._services = services
        self.settings = _read_settings(services)
        self._databases = {
            service.name: Database(
                database_urls[service.name]
                if database_urls is not None
                else Common.read(service.name).database_url.reveal(),
                name=service.name,
            )
            for service in services
        }
        broker = connect(self.settings.amqp_uri.reveal())
        for name, topics in _hearers(self.settings.installed):
            broker.expect(name, topics)
        self.runtime = Runtime(
            settings=self.settings,
            broker=broker,
            caller=Caller(broker),
            database=self._databases.__getitem__,
            files=open_store(self.settings.files),
            vault=Vault(self.settings.secret_keys),
            admin=AdminServer(self.settings),
        )
        self._containers: list[ServiceContainer] = []
        self._ended = Event()

    def migrate(self) -> None:
        """Bring every database to the newest schema; safe when several processes do it at once."""
        for service in self._services:
            migrations.migrate(self._databases[service.name], _package(service))

    def start(self) -> None:
        """Start everything; returns when the services take calls and events."""
        admin = self.runtime.admin
        for service in self._services:
            name, database = service.name, self._databases[service.name]
            if bypasses_row_security(database):
                log.warning("the database role bypasses row-level security", service=name)
            admin.check(name, "store", partial(_check_store, database, _package(service)))
            overview.offer(admin, name, database, migrations.declared(_package(service)))
        admin.check("process", "bus", self._check_bus)
        admin.check("process", "files", self.runtime.files.check)
        admin.start()
        for service in self._services:
            container = host(service, self.runtime)
            container.start()
            self._containers.append(container)
            eventlet.spawn(self._watch, container)
        self.runtime.broker.start(self._bus_broke)

    def _bus_broke(self, error: Exception) -> None:
        # Nothing is handed out any more: better to begin again than to sit there, looking alive.
        log.critical("the message bus broke", exc_info=error)
        self.end(1)

    def _check_bus(self) -> None:
        if not self.runtime.broker.connected():
            raise ConnectionError("not connected")

    def _watch(self, container: ServiceContainer) -> None:
        try:
            container.wait()
        except Exception as error:
            log.error("service died", service=container.service_name, exc_info=error)
            self.end(1)

    def end(self, code: int) -> None:
        """Let `wait` return `code`."""
        if not self._ended.ready():
            self._ended.send(code)

    def heed_signals(self) -> None:
        """From here on SIGTERM and SIGINT let `wait` return 0, and end nothing by themselves."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: eventlet.spawn_after(0, self.end, 0))

    def wait(self) -> int:
        """Wait for SIGTERM, SIGINT or the death of a service; returns the exit code."""
        self.heed_signals()
        return int(self._ended.wait())

    def stop(self) -> None:
        """Take nothing new, finish what is under way, leave."""
        self.runtime.broker.pause()
        stopping = [eventlet.spawn(container.stop) for container in self._containers]
        with eventlet.Timeout(STOP_SECONDS, False):
            for each in stopping:
                each.wait()
        self.runtime.broker.stop()
        self.runtime.admin.stop()
        for database in self._databases.values():
            database.close()


def _package(service: ServiceClass) -> str:
    return service.__module__.partition(".")[0]


def _hearers(installed: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    """What each of these services hears; raises BadSettings for one that there is not."""
    if not installed:
        return []
    module, _, attribute = HEARERS.partition(":")
    table: Mapping[str, Sequence[str]] = getattr(importlib.import_module(module), attribute)
    if unknown := [name for name in installed if name not in table]:
        raise BadSettings([f"FAIRLEAD_INSTALLED: there is no service {unknown[0]!r}"])
    return [(name, table[name]) for name in installed if table[name]]


def _read_settings(services: Sequence[ServiceClass]) -> Common:
    """The process's settings; raises BadSettings with the mistakes of all services at once."""
    problems: dict[str, None] = {}
    common: Common | None = None
    for service in services:
        classes: list[type[Any]] = [Common]
        classes += [
            config.kind
            for _, config in inspect.getmembers(service, lambda value: isinstance(value, Config))
        ]
        for kind in classes:
            try:
                read = kind.read(service.name)
            except BadSettings as bad:
                problems.update(dict.fromkeys(bad.problems))
            else:
                common = read if kind is Common else common
    if problems or common is None:
        raise BadSettings(tuple(problems))
    return common


def run(services: Sequence[ServiceClass]) -> int:
    """Run `services` until they are told to stop; returns the exit code."""
    assert_green()
    process = Process(services)
    logs.configure(
        "+".join(service.name for service in services),
        level=process.settings.log_level,
        format=process.settings.log_format,
    )
    process.migrate()
    process.heed_signals()  # handlers may be under way before `start` returns
    process.start()
    log.info("started", services=[service.name for service in services])
    code = process.wait()
    process.stop()
    return code
