"""Reading a mailbox by IMAP (RFC 3501): every mail once, in order, by UID and never by a flag."""

from __future__ import annotations

import contextlib
import datetime
import socket
import time
from collections.abc import Iterator
from typing import Self

from .imap_fetch import Cursor, Fetched, Fetcher
from .imap_opening import Opening
from .imap_session import BROKEN, REFUSED, Client, Examined, ImapError, Phase, words
from .imap_settings import ImapSettings
from .smtp_session import Step

__all__ = ["Cursor", "Fetched", "ImapError", "ImapMailbox", "ImapSettings", "Step", "try_mailbox"]


class ImapMailbox:
    """A folder of a mailbox, connected when needed and again after a break.

    Nothing in it is changed: it is opened read-only and mails are peeked at (no \\Seen).
    For one thread or greenlet at a time; only `interrupt` may come from another.
    Every method may raise ImapError.
    """

    def __init__(self, settings: ImapSettings) -> None:
        self.settings = settings
        self._tls = settings.tls_context()
        self._client: Client | None = None
        self._fetcher = Fetcher(lambda: self._at("fetch"), settings.size_limit)

    def begin(self, cursor: Cursor) -> Cursor:
        """The cursor to go on from: `cursor`, or, where the folder is new to us, a new one.

        New it is, too, where its UIDVALIDITY is no longer the cursor's or its UIDs begin anew (the
        server was restored, the folder made again).
        """
        return self._go_on(self._examine(), cursor)

    def fetch_new(
        self, cursor: Cursor, since: datetime.datetime | None = None
    ) -> Iterator[Fetched]:
        """All mails behind the cursor, in the order of their UIDs.

        The caller stores each mail and its `cursor` together before it takes the next. Where the
        folder is new to us (see `begin`), its mails come from the first on, and the caller knows
        those it has. With `since`, of the mails up to `cursor.before` only those come that reached
        the mailbox then or later, or nobody knows when.
        A mail that failed three times, each time raising ImapError, comes with its `error`; one
        that is deleted meanwhile does not come. Ends at what was there when it began.
        """
        folder = self._examine()
        cursor = self._go_on(folder, cursor)
        if since is None:
            cursor = cursor._replace(before=0)
        with self._at("fetch") as client:
            uids = client.uids_from(max(cursor.uid, cursor.before) + 1, folder.exists)
            if since is not None and cursor.uid < cursor.before:
                day = _day_before(since)
                uids = client.uids_since(cursor.uid + 1, cursor.before, day, folder.exists) + uids
        yield from self._fetcher.fetch(
            cursor, uids, lambda uid, at: uid > cursor.before or _between(at, since, None)
        )

    def older(self, cursor: Cursor, since: datetime.datetime) -> list[int]:
        """The UIDs, ascending, up to the cursor's of what came on the day of `since` or later."""
        folder = self._examine()
        if folder.uidvalidity != cursor.uidvalidity:
            raise ImapError("select", "the folder was made anew")
        if cursor.uid < 1:
            return []
        with self._at("fetch") as client:
            return client.uids_since(1, cursor.uid, _day_before(since), folder.exists)

    def fetch_older(
        self,
        cursor: Cursor,
        uids: list[int],
        since: datetime.datetime,
        until: datetime.datetime,
    ) -> Iterator[Fetched]:
        """Those of the mails with these UIDs that came from `since` to before `until`."""
        return self._fetcher.fetch(cursor, uids, lambda _, at: _between(at, since, until))

    def wait(self, timeout: float) -> bool:
        """Whether there may be new mail, as soon as the server says so, within `timeout` seconds.

        Listens by IDLE, re-issued every 25 minutes, or asks every `poll_interval` where the server
        has no IDLE. True at once on a new connection: what came while there was none is not told.
        A server may forget to tell: fetch now and then also where this says no.
        """
        if self._client is None or not self._client.examined:
            self._examine()
            return True
        until = time.monotonic() + timeout
        with self._at("idle") as client:
            while not client.news and (left := until - time.monotonic()) > 0:
                if client.has_capability("IDLE"):
                    client.idle_for(left)
                else:
                    client.poll_after(min(left, self.settings.poll_interval))
            return client.news

    def interrupt(self) -> None:
        """Ends what another greenlet or thread is waiting for here, which gets an ImapError."""
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.wire.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Closes the connection, if there is one; the next call opens another."""
        client, self._client = self._client, None
        if client is not None:
            client.hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _examine(self) -> Examined:
        with self._at("select") as client:
            client.allow()
            return client.examine(self.settings.folder)

    def _go_on(self, folder: Examined, cursor: Cursor) -> Cursor:
        same = folder.uidvalidity == cursor.uidvalidity
        if same and not (folder.uidnext and cursor.uid >= folder.uidnext):
            return cursor
        return Cursor(folder.uidvalidity, 0, self._last(folder))

    def _last(self, folder: Examined) -> int:
        if folder.uidnext:
            return folder.uidnext - 1
        with self._at("fetch") as client:
            return max(client.uids_from(1, folder.exists), default=0)

    @contextlib.contextmanager
    def _at(self, phase: Phase) -> Iterator[Client]:
        """The connection, opened if need be. What goes wrong becomes an ImapError of `phase`."""
        if self._client is None:
            if phase in ("fetch", "idle"):  # of a folder that no longer is open
                raise ImapError(phase, "the connection was closed")
            self._client = Opening(self.settings, self._tls).open()
        try:
            yield self._client
        except BROKEN as error:
            self.close()
            raise ImapError(phase, words(error, self.settings.timeout)) from error
        except REFUSED as error:
            raise ImapError(phase, words(error), refused=True) from error
        except BaseException:
            self.close()  # in the middle of a command the stream is out of step
            raise


def _day_before(moment: datetime.datetime) -> datetime.date:
    """A day that began before the moment in every zone."""
    return (moment.astimezone(datetime.UTC) - datetime.timedelta(days=1)).date()


def _between(
    at: datetime.datetime | None,
    since: datetime.datetime | None,
    until: datetime.datetime | None,
) -> bool:
    if at is None:
        return True
    return (since is None or at >= since) and (until is None or at < until)


def try_mailbox(settings: ImapSettings) -> list[Step]:
    """Goes through all steps up to opening the folder and reads no mail.

    Steps that do not apply are missing; the last one is that which failed, if one did, with the
    server's words.
    """
    opening = Opening(settings, settings.tls_context())
    try:
        client = opening.open()
    except ImapError:
        return opening.steps
    opening.phase = "select"
    try:
        folder = client.examine(settings.folder)
        opening.reached(f"{settings.folder}: {folder.exists} mails")
    except (*BROKEN, *REFUSED) as error:
        opening.failed(error)
    finally:
        client.hang_up()
    return opening.steps
