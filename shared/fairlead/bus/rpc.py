"""Calls between services: the client that asks and the entrypoint that answers.

Every deadline is here, the typing of arguments and results, and the check of rights at the door
of the service that acts.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Generic, TypeVar, cast, overload

import eventlet
import msgspec
import structlog
from eventlet.event import Event as Signal
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import DependencyProvider, Entrypoint, SharedExtension

from .. import metrics
from ..context import Context, current
from ..contract import Call, Interface, calls, decode
from ..errors import Failure, Fault, Internal, Invalid, NotFound, Unavailable, from_fault
from ..runtime import Runtime, runtime_of
from ..store import is_away
from .broker import Broker, Incoming
from .wire import UNREADABLE, Reply, Request, decode_reply, decode_request, encode

log = structlog.get_logger(__name__)

I = TypeVar("I", bound=Interface)  # noqa: E741 — an interface
ExcInfo = tuple[type[BaseException], BaseException, TracebackType]

PREFETCH = 50


class Caller:
    """Asks services. One for a process: many greenlets wait, replies find theirs by their ids."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._prefix = secrets.token_hex(6)
        self._numbers = itertools.count()
        self._waiting: dict[str, Signal] = {}
        broker.listen(self._replied, self._unroutable, self._lost)

    def client(self, interface: type[I], *, asker: str = "", within: bool = False) -> I:
        """An object with the methods of `interface`, which ask the service for `asker`.

        They raise the callee's typed errors, and Unavailable when no answer comes in time.
        `within` is for a service that asks while it is asked itself (see Context.within).
        """
        methods = {
            name: partial(self.call, entry, asker, within)
            for name, entry in calls(interface).items()
        }
        return cast("I", type(f"{interface.__name__}Client", (), methods)())

    def call(self, entry: Call, asker: str, within: bool, /, **arguments: Any) -> Any:
        """Ask for one method in the current context, or `within` it."""
        begun, outcome = time.monotonic(), "ok"
        try:
            request = Request(
                method=entry.method,
                context=current().within() if within else current(),
                arguments=msgspec.Raw(entry.encode_request(arguments)),
            )
            return _result(entry, self._exchange(entry, encode(request)))
        except BaseException as error:
            outcome = metrics.outcome(error)
            raise
        finally:
            seconds = time.monotonic() - begun
            metrics.RPC_CALLED.labels(asker, entry.service, entry.method, outcome).observe(seconds)

    def _exchange(self, entry: Call, body: bytes) -> bytes:
        correlation = f"{self._prefix}.{next(self._numbers)}"
        signal = self._waiting[correlation] = Signal()
        late = Unavailable(
            f"{entry.service}.no_answer",
            f"{entry.service} did not answer within {entry.deadline:g} seconds",
        )
        try:
            with eventlet.Timeout(entry.deadline, late):
                self._broker.request(
                    entry.service, body, correlation=correlation, seconds=entry.deadline
                )
                answer: bytes | Unavailable | None = signal.wait()
        finally:
            del self._waiting[correlation]
        if answer is None:
            raise Unavailable(f"{entry.service}.away", f"{entry.service} is not running")
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    def _replied(self, correlation: str, body: bytes) -> None:
        self._tell(correlation, body)

    def _unroutable(self, correlation: str) -> None:
        self._tell(correlation, None)

    def _lost(self) -> None:
        for correlation in list(self._waiting):
            # The call may have had its effect; what changes something can be asked again.
            self._tell(correlation, Unavailable("bus.away", "The message bus is away"))

    def _tell(self, correlation: str, answer: bytes | Unavailable | None) -> None:
        signal = self._waiting.get(correlation)
        if signal is not None and not signal.ready():  # else its caller has given up
            signal.send(answer)


def _result(entry: Call, body: bytes) -> Any:
    try:
        reply = decode_reply(body)
        if reply.fault is None:
            return decode(bytes(reply.result), entry.reply, entry.service)
    except (Invalid, *UNREADABLE) as error:
        raise Internal(f"{entry.service}.bad_reply", f"{_name(entry)}: {error}") from error
    raise from_fault(reply.fault)


class RpcServer(SharedExtension):
    """Takes the requests to one service and hands them to its methods."""

    def __init__(self) -> None:
        self._entrypoints: dict[str, Rpc] = {}  # nameko sets extensions up in any order

    def setup(self) -> None:
        self._runtime: Runtime = runtime_of(self.container)
        self._service: str = self.container.service_name
        implements = self.container.service_cls.implements
        self._calls = calls(implements)
        self._runtime.broker.serve(self._service, self._take, prefetch=PREFETCH)

    def register(self, entrypoint: Rpc) -> None:
        """Make a method callable."""
        self._entrypoints[entrypoint.method_name] = entrypoint

    def _take(self, incoming: Incoming) -> None:
        begun = time.monotonic()
        try:
            request = decode_request(incoming.body)
        except UNREADABLE as error:
            log.warning("unreadable request", service=self._service, error=str(error))
            fault = Invalid("rpc.unreadable", "This is no request").fault()
            self._settle(incoming, "", begun, Reply(fault=fault))
            return
        try:
            entry = self._calls.get(request.method)
            if entry is None or request.method not in self._entrypoints:
                raise NotFound("rpc.no_method", f"{self._service} has no {request.method}")
            entry.right.check(request.context)
            arguments = _arguments(entry, bytes(request.arguments))
        except Failure as failure:
            self._settle(incoming, request.method, begun, Reply(fault=failure.fault()))
            return
        with contextlib.suppress(ContainerBeingKilled):  # then another process is asked
            self.container.spawn_worker(
                self._entrypoints[entry.method],
                (),
                arguments,
                context_data={"context": request.context},
                handle_result=partial(self._answer, incoming, entry, begun),
            )

    def _answer(
        self,
        incoming: Incoming,
        entry: Call,
        begun: float,
        worker: Any,
        result: Any,
        exc_info: ExcInfo | None,
    ) -> tuple[Any, ExcInfo | None]:
        if exc_info is None:
            reply = _reply(entry, result)
        else:
            reply = Reply(fault=fault_of(exc_info[1], _name(entry)))
        self._settle(incoming, entry.method, begun, reply)
        return result, None  # answered: nothing is left for nameko to do

    def _settle(self, incoming: Incoming, method: str, begun: float, reply: Reply) -> None:
        body, outcome = _body(reply, f"{self._service}.{method}")
        seconds = time.monotonic() - begun
        metrics.RPC_SERVED.labels(self._service, method, outcome).observe(seconds)
        incoming.answer(body)
        # Settled after the answer: when this process dies in between, the call is made again,
        # and calls that change something can be.
        incoming.done()


def _name(entry: Call) -> str:
    return f"{entry.service}.{entry.method}"


def _arguments(entry: Call, body: bytes) -> dict[str, Any]:
    try:
        return entry.decode_request(body)
    except RecursionError:
        raise Invalid(f"{entry.service}.malformed", "The arguments are nested too deep") from None


def _reply(entry: Call, result: Any) -> Reply:
    try:
        return Reply(result=msgspec.Raw(encode(result)))
    except Exception as error:  # the method returned what its contract knows nothing of
        return Reply(fault=fault_of(error, _name(entry)))


def _body(reply: Reply, where: str) -> tuple[bytes, str]:
    """The reply as it travels, and its outcome for the metrics."""
    if reply.fault is None:
        return encode(reply), "ok"
    try:
        return encode(reply), reply.fault.kind
    except Exception as error:  # details that cannot be said
        broken = fault_of(error, where)
        return encode(Reply(fault=broken)), broken.kind


def fault_of(error: BaseException, where: str) -> Fault:
    """What the caller is told of `error`: typed errors as they are, others without details."""
    if isinstance(error, Failure):
        return error.fault()
    if is_away(error):
        log.warning("store away", where=where, error=str(error))
        return Unavailable("store.away", "The database is away").fault()
    log.error("unforeseen error", where=where, exc_info=error)
    return Internal("service.broken", "Something broke that should not have").fault()


class Rpc(Entrypoint):
    """A method of the service's interface."""

    server = RpcServer()

    def setup(self) -> None:
        self.server.register(self)


def rpc(method: Callable[..., Any]) -> Callable[..., Any]:
    """Make a method answer calls. Its contract is the interface in the service's `implements`."""
    return cast("Callable[..., Any]", Rpc.decorator(method))


class Remote(DependencyProvider, Generic[I]):
    """Another service, to be asked: `contacts = Remote(Contacts)`.

    Never inside a transaction: a call waits, and whoever waits there holds locks.
    """

    def __init__(self, interface: type[I]) -> None:
        self._interface = interface

    def setup(self) -> None:
        caller = runtime_of(self.container).caller
        self._client = caller.client(
            self._interface, asker=self.container.service_name, within=True
        )

    def get_dependency(self, worker_ctx: object) -> I:
        return self._client

    @overload
    def __get__(self, instance: None, owner: type) -> Remote[I]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> I: ...
    def __get__(self, instance: object | None, owner: type) -> Remote[I] | I:
        # nameko sets the client on each instance, which hides this; only the class gets here.
        return self


__all__ = ["Caller", "Context", "Remote", "Rpc", "rpc"]
