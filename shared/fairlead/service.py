"""What a service is made of: its store, its loops, and the container that runs it.

class ContactsService:
    name = "contacts"
    implements = Contacts
    store = Store()

    @rpc
    def get_contact(self, *, id: UUID) -> Contact:
        with self.store.reading() as session:
            return book.get(session, id)
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar, cast, overload

import eventlet
import structlog
from eventlet.event import Event
from greenlet import GreenletExit  # type: ignore[import-untyped]
from nameko.containers import ServiceContainer
from nameko.extensions import (
    ENTRYPOINT_EXTENSIONS_ATTR,
    DependencyProvider,
    Entrypoint,
    SharedExtension,
)
from sqlalchemy.orm import Session

from . import context, metrics
from .bus import inbox, outbox
from .bus.events import on
from .bus.outbox import Relay, publish, waiting
from .bus.rpc import Remote, Rpc, rpc
from .contract import Interface, calls, check_implements
from .errors import Unavailable
from .runtime import Runtime, runtime_of
from .settings import Settings
from .store import EVERYWHERE, Database, Reach, is_away

log = structlog.get_logger(__name__)

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=Settings)
T = TypeVar("T")

# Greenlets of one service. Never reached: prefetch bounds the calls and events that are under way.
# A full pool would make the greenlet wait that reads from the broker.
WORKERS = 10_000
AWAY_SECONDS = 1.0  # at least, before a loop that failed goes on


class ServiceStore:
    """A service's database as its methods use it: scoped to the organisation of the caller."""

    def __init__(self, database: Database, relay: Relay) -> None:
        self.database = database
        self._relay = relay

    def reading(self, scope: Reach | None = None) -> AbstractContextManager[Session]:
        """A session for queries, of the caller's organisation unless `scope` says another."""
        return self.database.reading(scope or context.current().need_organisation())

    @contextmanager
    def transaction(self, scope: Reach | None = None) -> Iterator[Session]:
        """A transaction: all of it happens, with the events it publishes, or nothing."""
        with self.database.transaction(scope or context.current().need_organisation()) as session:
            outbox.lease(session)
            yield session
        self._leave(session)

    @contextmanager
    def once(self) -> Iterator[Session]:
        """The transaction of an event handler: it happens once for each event.

        For an event that had its effect before, the handler ends at this line.
        """
        with inbox.once(self.database) as session:
            outbox.lease(session)
            yield session
        self._leave(session)

    def _leave(self, session: Session) -> None:
        rows = outbox.leaving(session)
        if rows:
            self._relay.wake(rows)


class StoreKeeper(SharedExtension):
    """Keeps a service's store and its relay: one for the container, whoever wants it."""

    def setup(self) -> None:
        runtime = runtime_of(self.container)
        name = self.container.service_name
        spawn = self.container.spawn_managed_thread
        self._relay = Relay(runtime.database(name), runtime.broker, name, spawn)
        self.store = ServiceStore(runtime.database(name), self._relay)

    def start(self) -> None:
        # A SQLite file is one process's alone.
        alone = self.store.database.dialect == "sqlite"
        self.container.spawn_managed_thread(partial(self._relay.run, alone=alone), "relay")
        name, database = self.container.service_name, self.store.database
        metrics.watch(metrics.OUTBOX_ROWS, lambda: waiting(database)[0], service=name)
        metrics.watch(metrics.OUTBOX_LAG, lambda: waiting(database)[1], service=name)
        metrics.watch(metrics.EVENTS_WAITING, lambda: inbox.count_failed(database), service=name)
        metrics.watch(metrics.EVENTS_DEAD, lambda: inbox.count_dead(database), service=name)

    def stop(self) -> None:
        # After the workers, whose last events it takes along.
        self._relay.stop()


class Store(DependencyProvider):
    """Gives a service its own database, and keeps its outbox flowing."""

    keeper = StoreKeeper()

    def get_dependency(self, worker_ctx: object) -> ServiceStore:
        return self.keeper.store

    @overload
    def __get__(self, instance: None, owner: type) -> Store: ...
    @overload
    def __get__(self, instance: object, owner: type) -> ServiceStore: ...
    def __get__(self, instance: object | None, owner: type) -> Store | ServiceStore:
        # nameko sets the store on each instance, which hides this; only the class gets here.
        return self


class Config(DependencyProvider, Generic[C]):
    """A service's own settings: `config = Config(EmailSettings)`."""

    def __init__(self, kind: type[C]) -> None:
        self.kind = kind

    def setup(self) -> None:
        self._settings = self.kind.read(self.container.service_name)

    def get_dependency(self, worker_ctx: object) -> C:
        return self._settings

    @overload
    def __get__(self, instance: None, owner: type) -> Config[C]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> C: ...
    def __get__(self, instance: object | None, owner: type) -> Config[C] | C:
        return self


class Parts(DependencyProvider, Generic[T]):
    """What a service builds once on its store and its process: `office = Parts(make_office)`.

    `stop` gets it when the service has ended its work and still has its store.
    """

    keeper = StoreKeeper()

    def __init__(
        self,
        make: Callable[[ServiceStore, Runtime], T],
        *,
        stop: Callable[[T], None] = lambda made: None,
    ) -> None:
        self._make = make
        self._stop = stop
        self._made: T | None = None

    def stop(self) -> None:
        if self._made is not None:
            self._stop(self._made)

    def get_dependency(self, worker_ctx: object) -> T:
        # Made at the first use: extensions are set up in any order.
        if self._made is None:
            self._made = self._make(self.keeper.store, runtime_of(self.container))
        return self._made

    @overload
    def __get__(self, instance: None, owner: type) -> Parts[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Parts[T] | T:
        return self


class Provided(DependencyProvider, Generic[T]):
    """Something of the process's: `files = Provided(lambda runtime: runtime.files)`."""

    def __init__(self, get: Callable[[Runtime], T]) -> None:
        self._get = get

    def setup(self) -> None:
        self._value = self._get(runtime_of(self.container))

    def get_dependency(self, worker_ctx: object) -> T:
        return self._value

    @overload
    def __get__(self, instance: None, owner: type) -> Provided[T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Provided[T] | T:
        return self


class AdminRoutes(DependencyProvider):
    """A service's own admin endpoints: `admin = AdminRoutes(register)`."""

    def __init__(self, register: Callable[[Runtime], None]) -> None:
        self._register = register

    def start(self) -> None:
        self._register(runtime_of(self.container))


class CallContext(DependencyProvider):
    """Makes the context of a call or event that of the greenlet which works on it."""

    def worker_setup(self, worker_ctx: Any) -> None:
        context._current.set(worker_ctx.data.get("context", context.NOBODY))
        work = worker_ctx.data.get("work")
        if work is not None:
            inbox.begin_work(work)


Greenlets: TypeAlias = int | Callable[[Any], int]


class Loop(Entrypoint):
    """A method that is called again and again, by some greenlets.

    Those that find nothing to do look all together as often as one alone would.
    """

    def __init__(self, every: float, greenlets: Greenlets, **options: Any) -> None:
        self._every = every
        self._greenlets = greenlets
        self._stopping = False
        self._resting = 0
        super().__init__(**options)

    def start(self) -> None:
        greenlets = self._greenlets
        if not isinstance(greenlets, int):
            greenlets = greenlets(self._settings())
        for _ in range(greenlets):
            self.container.spawn_managed_thread(self._run, identifier=self.method_name)

    def stop(self) -> None:
        self._stopping = True

    def _settings(self) -> Any:
        return next(
            each.get_dependency(None)
            for each in self.container.dependencies
            if isinstance(each, Config)
        )

    def _run(self) -> None:
        while not self._stopping:
            wait = self._once()
            if wait:
                self._resting += 1
                eventlet.sleep(wait * self._resting)
                self._resting -= 1

    def _once(self) -> float:
        """Call the method; returns after how many seconds to call it again."""
        done = Event()
        self.container.spawn_worker(
            self,
            (),
            {},
            context_data={"context": context.service_context(None)},
            handle_result=lambda worker, result, error: self._ended(done, result, error),
        )
        return cast("float", done.wait())

    def _ended(self, done: Event, result: Any, exc_info: Any) -> tuple[Any, None]:
        wait = 0.0 if result else self._every
        if exc_info is not None:
            error = exc_info[1]
            expected = is_away(error) or isinstance(error, Unavailable)
            log.warning(
                "loop failed",
                loop=self.method_name,
                error=str(error),
                exc_info=None if expected else error,
            )
            wait = max(self._every, AWAY_SECONDS)
        done.send(wait)
        return result, None


def loop(*, every: float, greenlets: Greenlets = 1) -> Callable[[F], F]:
    """Call a method again and again: at once while it returns true, else after `every` seconds.

    By so many `greenlets`, or as many as it says for the service's settings.
    """
    return cast("Callable[[F], F]", Loop.decorator(every, greenlets))


class Container(ServiceContainer):
    """nameko's, which dies of whatever ends one of its greenlets unforeseen.

    nameko looks for an Exception alone: a bare `eventlet.Timeout` would end a worker and leave its
    message unsettled for ever, with nobody the wiser.
    """

    def _run_worker(self, worker_ctx: Any, handle_result: Any) -> None:
        # As nameko's, without its log: a line for each step costs a tenth of a small call, and
        # what a method raised is told or said by its entrypoint.
        self._inject_dependencies(worker_ctx)
        self._worker_setup(worker_ctx)
        result = exc_info = None
        try:
            method = getattr(worker_ctx.service, worker_ctx.entrypoint.method_name)
            result = method(*worker_ctx.args, **worker_ctx.kwargs)
        except Exception:
            exc_info = sys.exc_info()
        if handle_result is not None:
            result, exc_info = handle_result(worker_ctx, result, exc_info)
        self._worker_result(worker_ctx, result, exc_info)
        del exc_info  # it holds this frame, which holds it
        self._worker_teardown(worker_ctx)

    def _handle_thread_exited(self, gt: Any) -> None:
        try:
            gt.wait()
        except GreenletExit:
            return  # killed by the container
        except BaseException as error:
            log.critical("a greenlet broke", service=self.service_name, exc_info=error)
            broken = RuntimeError(f"a greenlet of {self.service_name} broke")
            broken.__cause__ = error
            self.kill((RuntimeError, broken, None))


def host(service: Any, runtime: Runtime) -> ServiceContainer:
    """A container for `service`, not yet started. Raises TypeError unless it fits its contract."""
    implements = getattr(service, "implements", None)
    if implements is not None:
        check_implements(service, implements)
        _check_entrypoints(service, implements)
    container = Container(service, {"runtime": runtime, "max_workers": WORKERS})
    container.dependencies.add(CallContext().bind(container, "call_context"))
    return container


def _check_entrypoints(service: type, implements: type[Interface]) -> None:
    """Raise TypeError unless the methods marked with `rpc` are those of the interface."""
    marked = {
        name
        for name, method in inspect.getmembers(service, callable)
        if any(isinstance(each, Rpc) for each in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ()))
    }
    wrong = marked.symmetric_difference(calls(implements))
    if wrong:
        raise TypeError(
            f"{service.__name__}: {', '.join(sorted(wrong))} must be marked with @rpc and stand in "
            f"{implements.__name__}, both or neither"
        )


__all__ = [
    "EVERYWHERE",
    "AdminRoutes",
    "Config",
    "Parts",
    "Provided",
    "Remote",
    "ServiceStore",
    "Store",
    "host",
    "loop",
    "on",
    "publish",
    "rpc",
]
