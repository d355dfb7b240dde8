"""How the store waits where eventlet runs the process."""

from __future__ import annotations

import os
import select
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from psycopg.abc import PQGen, PQGenConn

T = TypeVar("T")

WAIT = "wait_select"


class Turn(Protocol):
    """A lock that a greenlet or a thread waits for without holding up the others."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Wait for it, at most `timeout` seconds; returns whether it was got."""

    def release(self) -> None:
        """Give it to the next."""

    def __enter__(self) -> object: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


def is_green() -> bool:
    """Whether eventlet has patched this process, so that waiting must go through its hub."""
    patcher = sys.modules.get("eventlet.patcher")
    return patcher is not None and bool(patcher.is_monkey_patched("select"))


def new_turn() -> Turn:
    """A free turn of the kind that this process waits for."""
    if not is_green():
        return threading.Lock()
    from eventlet.semaphore import Semaphore

    turn: Turn = Semaphore(1)
    return turn


def wait(work: PQGen[T], fileno: int) -> T:
    """What comes of `work`, a query of psycopg's, which says when it waits for its socket.

    As psycopg's `wait_select`, but straight on eventlet's hub and for as long as it takes: half the
    price, and each query waits once. Raises OperationalError where the connection was closed.
    """
    from eventlet.hubs import IOClosed, trampoline
    from psycopg import OperationalError, waiting

    try:
        state = next(work)
        while True:
            if state == waiting.WAIT_R:
                trampoline(fileno, read=True)
                state = work.send(waiting.READY_R)
            else:  # more than the socket takes at once: it wants to hear of either
                readable, writable, _ = select.select([fileno], [fileno], [])
                ready = waiting.READY_R if readable else waiting.READY_NONE
                state = work.send(ready | (waiting.READY_W if writable else 0))
    except StopIteration as end:
        result: T = end.value
        return result
    except IOClosed as error:
        raise OperationalError("the connection was closed") from error


def opening(work: PQGenConn[T]) -> PQGenConn[T]:
    """`work`, psycopg's opening of a connection, whose sockets the hub is told of.

    Eventlet hears of those alone that it opens itself. A reader of a closed socket waits until its
    number is used again; where libpq got that number, both were taken for readers of one.
    """
    from eventlet.hubs import notify_opened

    known = None
    try:
        waits = next(work)
        while True:
            if waits[0] != known:
                known = waits[0]
                notify_opened(known)
            waits = work.send((yield waits))
    except StopIteration as end:
        result: T = end.value
        return result


def assert_green() -> None:
    """Raise RuntimeError when psycopg would stop eventlet's hub during each query.

    Its C wait knows gevent only (psycopg/psycopg#527): under eventlet ten parallel queries of
    0.2 s took 2.1 s and nothing else ran. It reads `PSYCOPG_WAIT_FUNC` once, when it is imported;
    importing `fairlead.store` sets the variable, if that comes after the monkey patching and
    before psycopg.
    """
    if not is_green():
        return
    from psycopg import waiting

    if waiting.wait is not getattr(waiting, WAIT):
        raise RuntimeError(
            f"psycopg blocks eventlet's hub: set PSYCOPG_WAIT_FUNC={WAIT} in the environment "
            "before anything imports psycopg"
        )


if is_green():
    os.environ.setdefault("PSYCOPG_WAIT_FUNC", WAIT)
