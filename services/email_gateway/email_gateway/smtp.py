"""Sending through a mail server over a few kept connections."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence

from .domain.delivery import (
    Accepted,
    Deferred,
    Envelope,
    Outcome,
    Phase,
    Refused,
    Report,
    Uncertain,
    Unreachable,
)
from .smtp_session import Broken, Session, Step
from .smtp_settings import SmtpSettings

_MINUTE = 60.0
RATE_SECONDS = 1.0  # so long who sends waits for the rate; he may have mails of others too
FIRST_REST, LONGEST_REST = 5.0, 60.0
_UNTAKEN = frozenset({Phase.MAIL, Phase.RCPT, Phase.DATA})


class SmtpPool:
    """The connections to one server. For any number of threads or greenlets.

    Connections are opened when needed, at most `max_connections`, and kept until they have been
    idle for `idle_limit` or have carried `max_messages_per_connection` mails. `per_minute` holds
    for this pool: who has several processes divides it.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self._tls = settings.tls_context()
        self._free = threading.Semaphore(settings.max_connections)
        self._lock = threading.Lock()
        self._idle: list[Session] = []
        self._pace = _Pace(settings.per_minute)
        self._rest = _Rest()
        self._closed = False

    def send(
        self,
        envelope_from: str,
        recipient: str,
        data: bytes,
        envelope_id: str | None = None,
        notify: Sequence[Report] = ("FAILURE", "DELAY"),
    ) -> Outcome:
        """Hand one copy of a mail to the server and say exactly what came of it.

        `data` are the final bytes with CRLF line ends, not changed any more (a DKIM signature
        stays whole). `envelope_id` and `notify` ask for reports where the server offers DSN.
        Waits for the rate for a moment, and for a connection at most `timeout`; then, and while a
        server that could not be reached is left alone, it says Unreachable with phase `queue`.
        Raises ValueError for addresses or data that may not go over the wire, and nothing that the
        network did.
        """
        envelope = Envelope(envelope_from, recipient, envelope_id, notify)
        if not data.count(b"\r\n") == data.count(b"\r") == data.count(b"\n"):
            # A bare line end is where servers disagree and a second mail can be smuggled in.
            raise ValueError("data: every line must end in CRLF")
        if rest := self._rest.left():
            return Unreachable(Phase.QUEUE, self._rest.reason, retry_after=rest)
        wait = self._pace.reserve(RATE_SECONDS)
        if wait > RATE_SECONDS:
            return Unreachable(Phase.QUEUE, "the rate per minute is reached", retry_after=wait)
        if wait:
            time.sleep(wait)
        if not self._free.acquire(timeout=self.settings.timeout):
            return Unreachable(Phase.QUEUE, "all connections are busy", retry_after=1.0)
        try:
            outcome = self._send(envelope, data)
        finally:
            self._free.release()
        self._rest.after(outcome)
        return outcome

    def close(self) -> None:
        """Close the idle connections, and those in use once they are given back."""
        with self._lock:
            self._closed = True
            leaving, self._idle = self._idle, []
        for session in leaving:
            session.leave()

    def reap(self) -> None:
        """Close connections that were idle too long; for a timer."""
        oldest = time.monotonic() - self.settings.idle_limit
        with self._lock:
            leaving = [session for session in self._idle if session.idle_since < oldest]
            self._idle = [session for session in self._idle if session.idle_since >= oldest]
        for session in leaving:
            session.leave()

    def _send(self, envelope: Envelope, data: bytes) -> Outcome:
        kept = self._take_idle()
        if kept is not None:
            outcome = self._over(kept, envelope, data)
            if not _is_stale(kept, outcome):
                return outcome
        fresh = Session(self.settings, self._tls)
        try:
            fresh.open()
        except Broken as broken:
            return Unreachable(broken.phase, broken.text, broken.code)
        except BaseException:
            fresh.close()
            raise
        return self._over(fresh, envelope, data)

    def _over(self, session: Session, envelope: Envelope, data: bytes) -> Outcome:
        try:
            outcome = session.deliver(envelope, data)
            session.rest()
        except BaseException:
            session.close()
            raise
        if session.sent >= self.settings.max_messages_per_connection:
            session.leave()
        elif session.alive:
            with self._lock:
                keep = not self._closed
                if keep:
                    self._idle.append(session)
            if not keep:
                session.leave()
        return outcome

    def _take_idle(self) -> Session | None:
        with self._lock:
            session = self._idle.pop() if self._idle else None
        if session is None or time.monotonic() - session.idle_since <= self.settings.idle_limit:
            return session
        session.leave()
        return self._take_idle()


def try_connection(settings: SmtpSettings, sender: str = "") -> list[Step]:
    """Go through all steps up to MAIL FROM and send nothing.

    Steps that do not apply are missing; the last one is that which failed, if one did. Raises
    ValueError for a `sender` that is no address.
    """
    if sender:
        Envelope(sender, recipient=sender)  # checks it
    session = Session(settings, settings.tls_context())
    try:
        session.open()
        session.try_sender(sender)
        session.leave()
    except Broken:
        pass
    finally:
        session.close()
    return session.steps


def _is_stale(session: Session, outcome: Outcome) -> bool:
    """Whether a kept connection had ended before the mail went out: no fault of the mail's."""
    if session.alive or session.phase not in _UNTAKEN:
        return False
    return isinstance(outcome, Unreachable) or (
        isinstance(outcome, Deferred) and outcome.code == 421
    )


class _Rest:
    """A server that could not be reached twice is left alone for a while: each try holds whoever
    sends until its time-out, and the mails of all others wait behind it."""

    def __init__(self) -> None:
        self.reason = ""
        self._failures = 0
        self._until = 0.0

    def left(self) -> float:
        """For how many seconds yet."""
        return max(0.0, self._until - time.monotonic())

    def after(self, outcome: Outcome) -> None:
        """What came of a try."""
        if not isinstance(outcome, Unreachable):
            self._failures = 0
            return
        self._failures += 1
        self.reason = outcome.text
        if self._failures > 1:
            rest = min(FIRST_REST * 2.0 ** min(self._failures - 2, 16), LONGEST_REST)
            self._until = time.monotonic() + rest


class _Pace:
    """At most `limit` starts in any minute. Each start is given its time when it is asked for."""

    def __init__(self, limit: int) -> None:
        self._lock = threading.Lock()
        self._starts: deque[float] = deque(maxlen=limit)

    def reserve(self, patience: float) -> float:
        """Seconds until the caller may start; more than `patience` reserves nothing."""
        with self._lock:
            now = time.monotonic()
            full = len(self._starts) == self._starts.maxlen
            start = max(now, self._starts[0] + _MINUTE) if full else now
            if start - now <= patience:
                self._starts.append(start)
            return start - now


__all__ = [
    "Accepted",
    "Deferred",
    "Outcome",
    "Phase",
    "Refused",
    "SmtpPool",
    "SmtpSettings",
    "Step",
    "Uncertain",
    "Unreachable",
    "try_connection",
]
