"""Services under way inside a test, as `fairlead.run` runs them.

    with hosted(InboxService, fakes={Contacts: FakeContacts()}) as world:
        world.client(Inbox, somebody).send(...)
        world.publish(DeliveryUpdated(...), organisation=organisation)
        world.wait_for(lambda: world.events(ConversationChanged))

The test must be marked `green`.
"""

from __future__ import annotations

import gc
import importlib.util
import inspect
import os
import secrets
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
import sqlalchemy as sa
from eventlet.hubs import get_hub
from eventlet.hubs.hub import READ

from ..admin import AdminServer
from ..bus import rpc
from ..bus.broker import Incoming, Publication
from ..bus.rabbitmq import RabbitMQ
from ..bus.wire import UNREADABLE, Envelope, decode_envelope, encode, envelope
from ..context import Context, acting, service_context
from ..contract import EVENTS, Event, Interface, calls, check_implements, decode, topic
from ..process import Process, ServiceClass
from ..runtime import Runtime
from ..secrets import new_key
from ..service import host
from ..store import Database, new_id
from ..store.migrations import FAIRLEAD
from .bus import _Files, wait_for
from .schema import bring_up

E = TypeVar("E", bound=Event)
I = TypeVar("I", bound=Interface)  # noqa: E741 — an interface
T = TypeVar("T")

WITNESS = "witness"  # the service that hears everything, to tell the test


class World:
    """Some services, the fakes of those they ask, and a witness of every event."""

    def __init__(
        self,
        services: Sequence[ServiceClass],
        database_urls: Mapping[str, str],
        fakes: Mapping[type[Interface], object],
    ) -> None:
        self.process = Process(services, database_urls=database_urls)
        self._fakes = [host(_service_of(*fake), self.runtime) for fake in fakes.items()]
        self._heard: list[Envelope] = []
        self._over = False

    @property
    def runtime(self) -> Runtime:
        """The process's own."""
        return self.process.runtime

    def database(self, service: str) -> Database:
        """Where `service` keeps its rows, while it runs."""
        assert not self._over, "this world has ended"
        return self.runtime.database(service)

    def client(self, interface: type[I], context: Context | None = None) -> I:
        """Who asks a service, over the bus: as `context`, or as the test's `current()`."""
        client = self.runtime.caller.client(interface, asker="test")
        if context is None:
            return client
        methods = {
            name: partial(_acting, context, getattr(client, name)) for name in calls(interface)
        }
        return cast("I", type(interface.__name__, (), methods)())

    def publish(
        self, event: Event, *, organisation: UUID | None, id: UUID | None = None, request: str = ""
    ) -> UUID:
        """Say `event` as its source would; returns its id. With the `id` of one said before, it
        comes twice. On the embedded bus it returns when each hearer has settled it."""
        id = id or new_id()
        context = service_context(organisation, request=request or None)
        said = envelope(event, id=id, context=context, organisation=organisation)
        self.runtime.broker.publish([Publication(str(id), topic(type(event)), encode(said))])
        return id

    def events(self, kind: type[E], organisation: UUID | None = None) -> list[E]:
        """What was said of this kind so far, as it came; of one organisation if that is given."""
        return [
            decode(bytes(said.data), kind, said.type)
            for said in self.envelopes(kind)
            if organisation in (None, said.organisation)
        ]

    def envelopes(self, kind: type[Event]) -> list[Envelope]:
        """The same in their envelopes: who said it, for whom, in which request."""
        return [said for said in self._heard if said.type == topic(kind)]

    def wait_for(self, condition: Callable[[], T], seconds: float = 10.0) -> T:
        """What `condition` returns once that is true; raises AssertionError after `seconds`, or
        when the process has ended because something in it broke."""

        def met() -> T:
            assert self._over or not self.process._ended.ready(), "the process has ended"
            return condition()

        return wait_for(met, seconds)

    def admin(self, method: str, path: str) -> tuple[int, Any]:
        """Ask the admin server, with its token; returns the status and the JSON of the answer."""
        token = self.process.settings.admin_token.reveal()
        connection = HTTPConnection("127.0.0.1", self.runtime.admin.port, timeout=10)
        try:
            connection.request(method, path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            body = answer.read()
            return answer.status, msgspec.json.decode(body) if body else None
        finally:
            connection.close()

    def start(self) -> None:
        """Begin; returns when calls and events are taken."""
        for container in self._fakes:
            container.start()
        self.runtime.broker.subscribe(WITNESS, sorted(EVENTS), self._hear, self._hear, prefetch=50)
        self.process.start()

    def _hear(self, incoming: Incoming) -> None:
        with suppress(*UNREADABLE):
            self._heard.append(decode_envelope(incoming.body))
        incoming.done()

    def stop(self) -> None:
        """End as after SIGTERM, unless it has ended."""
        if self._over:
            return
        self._over = True
        _end_admin(self.runtime.admin)
        self.process.stop()
        for container in self._fakes:
            container.stop()

    def crash(self) -> None:
        """End as by SIGKILL: nothing is finished, settled or said any more."""
        self._over = True
        for container in (*self.process._containers, *self._fakes):
            container.kill()
        broker = self.runtime.broker
        if isinstance(broker, RabbitMQ):
            for line in (broker._work, broker._calls, broker._events):
                line.drop()
                line._keeper.kill()
        else:
            broker.stop()
        _end_admin(self.runtime.admin)
        for database in self.process._databases.values():
            database.close()
        # Connections that were in use are nobody's now: they go here, and not in a later test.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@contextmanager
def hosted(
    *services: ServiceClass,
    amqp_uri: str = "embedded://",
    database_urls: Mapping[str, str] | None = None,
    tables: Sequence[sa.MetaData] = (),
    fakes: Mapping[type[Interface], object] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[World]:
    """Run `services` in this process until the block ends.

    `database_urls` has the database of each service by its name, SQLite files without it. Each is
    brought to the newest schema; `tables` are made too, for services that have no migrations.
    `fakes` has an object with the methods of an interface for each service that is asked and not
    hosted: it is asked over the bus too, so its contract holds for it. `settings` are environment
    variables for the time of the block. Raises TypeError for a fake that does not fit.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fairlead-test-")))
        stack.enter_context(_environment(folder, amqp_uri, settings or {}))
        urls = _Files(folder) if database_urls is None else database_urls
        world = World(services, urls, fakes or {})
        for service in services:
            _prepare(world.database(service.name), service, tables)
        stack.callback(world.stop)
        world.start()
        yield world


@contextmanager
def _environment(folder: Path, amqp_uri: str, settings: Mapping[str, str]) -> Iterator[None]:
    wanted = {
        "FAIRLEAD_AMQP_URI": amqp_uri,
        "FAIRLEAD_FILES": str(folder / "files"),
        "FAIRLEAD_SECRET_KEYS": new_key(),
        "FAIRLEAD_ADMIN_TOKEN": secrets.token_urlsafe(),
        "FAIRLEAD_ADMIN_PORT": "0",
        "FAIRLEAD_PORT": "0",
        **settings,
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _prepare(database: Database, service: ServiceClass, tables: Sequence[sa.MetaData]) -> None:
    package = service.__module__.partition(".")[0]
    has_history = importlib.util.find_spec(package) and importlib.util.find_spec(
        f"{package}.migrations"
    )
    bring_up(database, package if has_history else FAIRLEAD)
    with database.exclusive() as connection:
        for metadata in tables:
            metadata.create_all(connection)


def _acting(context: Context, method: Callable[..., Any], /, **arguments: Any) -> Any:
    with acting(context):
        return method(**arguments)


def _end_admin(admin: AdminServer) -> None:
    """Let it end before its socket is closed: eventlet would wait for the closed one for ever, and
    take the next socket with its number for a second reader."""
    http = admin._http
    if http is not None and not http._stopped:
        http._stopped = True
        http.socket.shutdown(socket.SHUT_RDWR)
        number = http.fileno()
        wait_for(lambda: number not in get_hub().listeners[READ])
        http.server_close()


def _service_of(interface: type[Interface], fake: object) -> type:
    """A service that answers with the methods of `fake`."""
    check_implements(type(fake), interface)
    methods = {name: rpc(_answering(interface, fake, name)) for name in calls(interface)}
    name = interface.service
    return type(f"Fake{interface.__name__}", (), {"name": name, "implements": interface, **methods})


def _answering(interface: type[Interface], fake: object, name: str) -> Callable[..., Any]:
    def method(self: object, **arguments: Any) -> Any:
        return getattr(fake, name)(**arguments)

    method.__name__ = name
    method.__signature__ = inspect.signature(getattr(interface, name))  # type: ignore[attr-defined]
    return method
