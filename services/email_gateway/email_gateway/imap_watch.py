"""Watching a mailbox for as long as the service runs."""

from __future__ import annotations

import datetime
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from .imap import Cursor, Fetched, ImapError, ImapMailbox
from .imap_history import History

_LOG = logging.getLogger(__name__)

# Also where the server tells nothing: some forget to, and some connections die without a word.
_FETCH_EVERY = 5 * 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 5 * 60.0
# A refused password is refused again, and too many tries lock the account.
_FIRST_LOGIN_PAUSE, _LONGEST_LOGIN_PAUSE = 60.0, 30 * 60.0
# RFC 5530: codes with which a server refuses a sign-in that may go well a moment later.
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
_STEADY = 60.0


@dataclass(frozen=True, slots=True)
class Status:
    """How the watching fares, for a metric and for the person who looks why no mail comes.

    `reason` says why it is in `error`: the step and the server's words. `last_success` is when
    the folder was last read to its end, `mails` how many came since the start.
    """

    state: Literal["connecting", "fetching", "idle", "error", "stopped"] = "stopped"
    reason: str = ""
    last_success: datetime.datetime | None = None
    mails: int = 0


class Watch:
    """Hands every mail behind `cursor` to `on_mail`, one after another, until it is stopped.

    `on_mail` stores the mail and its cursor in one transaction. Where it raises, the mail comes
    again after a pause, with those behind it, so it raises only for what passes (the store is
    away), and stores what it cannot read all the same. `on_status` is told every change, and
    `on_cursor` where the reading of a folder begins: of what lies in it then only that comes which
    reached it after `since`, and of older mail what `history` takes, between the new.
    The mailbox belongs to the watch while it runs.
    """

    def __init__(
        self,
        mailbox: ImapMailbox,
        on_mail: Callable[[Fetched], None],
        cursor: Cursor,
        on_status: Callable[[Status], None] = lambda status: None,
        *,
        on_cursor: Callable[[Cursor], None] = lambda cursor: None,
        since: datetime.datetime | None = None,
        history: History | None = None,
    ) -> None:
        self.status = Status()
        self._mailbox = mailbox
        self._on_mail = on_mail
        self._cursor = cursor
        self._on_status = on_status
        self._on_cursor = on_cursor
        self._since = since
        self._history = history
        self._stopping = threading.Event()
        self._caught_up: float | None = None

    def run(self) -> None:
        """Watches, for a greenlet or thread of its own; returns after `stop`, raises nothing.

        Connections that break, or cannot be made, are made anew after a pause that doubles from
        1 s to 5 min, with jitter; after a refused sign-in from 1 min to 30 min.
        """
        failures = 0
        while not self._stopping.is_set():
            self._caught_up = None
            try:
                self._session()
            except ImapError as error:
                failures = 1 if self._was_steady() else failures + 1
                self._pause(str(error), pause(failures, error))
            except Exception as error:
                _LOG.warning("a fetched mail was not taken", exc_info=True)
                failures += 1
                self._pause(f"store: {type(error).__name__}", pause(failures))
            finally:
                self._mailbox.close()
        self._tell(state="stopped", reason="")

    def stop(self) -> None:
        """Ends `run` soon: after the mail it is at, or within the time-out of a connection that
        is being opened. May be called from anywhere."""
        self._stopping.set()
        self._mailbox.interrupt()

    def _session(self) -> None:
        self._tell(state="connecting", reason=self.status.reason)
        begun = self._mailbox.begin(self._cursor)
        if begun != self._cursor:
            self._on_cursor(begun)
            self._cursor = begun
        while not self._stopping.is_set():
            for mail in self._mailbox.fetch_new(self._cursor, self._since):
                self._tell(state="fetching", reason="")
                self._on_mail(mail)
                self._cursor = mail.cursor
                self._tell(mails=self.status.mails + 1)
                if self._stopping.is_set():
                    return
            if self._caught_up is None:
                self._caught_up = time.monotonic()
            now = datetime.datetime.now(datetime.UTC)
            self._tell(state="idle", reason="", last_success=now)
            if self._history and self._history.take_some(self._mailbox, self._cursor):
                continue
            if not self._stopping.is_set():
                self._mailbox.wait(_FETCH_EVERY)

    def _was_steady(self) -> bool:
        """Whether the connection held for a while: its end is no sign of trouble then."""
        return self._caught_up is not None and time.monotonic() - self._caught_up > _STEADY

    def _pause(self, reason: str, seconds: float) -> None:
        if not self._stopping.is_set():
            self._tell(state="error", reason=reason)
            self._stopping.wait(seconds)

    def _tell(self, **changes: object) -> None:
        status = replace(self.status, **changes)  # type: ignore[arg-type]
        if status != self.status:
            self.status = status
            self._on_status(status)


def pause(failures: int, error: ImapError | None = None) -> float:
    """Seconds to wait after the last of so many failures (at least 1), which was `error`.

    Between half and all of the doubling time, so that many mailboxes of a server that came back
    do not come all at once.
    """
    first, longest = _FIRST_PAUSE, _LONGEST_PAUSE
    refused = error is not None and error.phase == "login" and error.refused
    if refused and not any(code in str(error) for code in _PASSING):
        first, longest = _FIRST_LOGIN_PAUSE, _LONGEST_LOGIN_PAUSE
    doubled = min(longest, first * 2.0 ** min(failures - 1, 20))
    return doubled * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)
