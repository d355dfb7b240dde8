"""One connection to an IMAP server (RFC 3501): bounded, and heard while it idles.

imapclient speaks the protocol; what is replaced here is how the socket comes to be, how much a
server may make us read, and IDLE: imapclient's takes the end of the stream for silence, and does
not see news that came in one packet with the server's "+ idling".
"""

from __future__ import annotations

import ast
import contextlib
import datetime
import imaplib
import re
import selectors
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Literal, NamedTuple

from imapclient import IMAPClient

from .imap_settings import ImapSettings

Phase = Literal["resolve", "connect", "tls", "greeting", "login", "select", "fetch", "idle"]

# A broken stream, after which nothing more can be asked of the connection.
BROKEN = (imaplib.IMAP4.abort, OSError)
# The server's NO or BAD, or an answer the parser cannot read; the stream is in step all the same.
REFUSED = (imaplib.IMAP4.error, ValueError, LookupError, TypeError, AttributeError, RecursionError)

# What imaplib and imapclient put around the server's words.
_WRAPPED = re.compile(r"(?:command: \w+ => )?(?:\w+ failed: |\w+ command error: )?(.*)", re.DOTALL)
_BAD = re.compile(r"BAD \[(b['\"].*['\"])\]", re.DOTALL)
_PLENTY = 1024 * 1024  # bytes that any answer without mails may have
# UIDs of ten digits: 550 kB on one line, which imaplib cuts at 1 MB.
_SEARCH_SPAN = 50_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# RFC 2177: re-issue at least every 29 minutes; some firewalls forget a connection earlier.
_IDLE_SECONDS = 25 * 60


class ImapError(Exception):
    """A step failed. `text` is the server's own word where it spoke, 500 letters of it at most.

    `refused`: the server said no; otherwise the connection broke, and is closed.
    """

    def __init__(self, phase: Phase, text: str, *, refused: bool = False) -> None:
        self.phase, self.text, self.refused = phase, text[:500], refused
        super().__init__(f"{phase}: {self.text}")


class Examined(NamedTuple):
    """What EXAMINE told of a folder; `uidnext` is 0 where the server does not say."""

    uidvalidity: int
    uidnext: int
    exists: int


class _Wire(imaplib.IMAP4):
    """imaplib on a socket that is connected already, reading no more than it is allowed."""

    def __init__(self, sock: socket.socket, host: str) -> None:
        self._connected = sock
        self.allowance = _PLENTY
        super().__init__(host)
        # Quoted strings of other letters go out as UTF-8; imaplib's ASCII would raise.
        self._encoding = "utf-8"

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._connected

    def read(self, size: int) -> bytes:
        self._spend(size)  # before it is read: a literal announces its length
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, size: int) -> None:
        self.allowance -= size
        if self.allowance < 0:
            raise self.abort("the server sent more than was asked for")


class Client(IMAPClient):  # type: ignore[misc]  # imapclient ships no types
    """A signed-in connection. Not for two threads at a time."""

    def __init__(self, sock: socket.socket, settings: ImapSettings) -> None:
        self._connected = sock
        self.examined = False
        super().__init__(settings.host, ssl=False, timeout=settings.timeout)
        self.normalise_times = False

    def _create_IMAP4(self) -> _Wire:  # noqa: N802 (imapclient's name)
        return _Wire(self._connected, self.host)

    @property
    def wire(self) -> _Wire:
        """The protocol below."""
        wire: _Wire = self._imap
        return wire

    def hang_up(self) -> None:
        """Closes the connection without a word."""
        with contextlib.suppress(OSError):
            self.shutdown()

    def allow(self, size: int = 0) -> None:
        """Lets the next command be answered with `size` bytes and what stands around them."""
        self.wire.allowance = _PLENTY + size

    def examine(self, folder: str) -> Examined:
        """Opens the folder for reading only: nothing that we do sets a flag."""
        told = self.select_folder(folder, readonly=True)
        self.examined = True
        return Examined(
            told.get(b"UIDVALIDITY", 0), told.get(b"UIDNEXT", 0), told.get(b"EXISTS", 0)
        )

    def uids_from(self, first: int, exists: int) -> list[int]:
        """All UIDs from `first` on, ascending, in a folder that held `exists` mails at EXAMINE.

        From the newest mails down: if others are expunged meanwhile, numbers only move to where
        has not been looked yet, and none is missed.
        """
        found: set[int] = set()
        for span in _spans(exists):
            self.allow()
            # `n:*` always has the last mail in it (RFC 3501 6.4.8).
            new = {uid for uid in self.search(f"{span} UID {first}:*") if uid >= first}
            if not new:
                break
            found |= new
        return sorted(found)

    def uids_since(self, first: int, last: int, day: datetime.date, exists: int) -> list[int]:
        """The UIDs from `first` to `last`, ascending, of what came on `day` or later.

        The server tells days by a zone of its own, and disregards it (RFC 3501 6.4.4).
        """
        since = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        found: set[int] = set()
        for span in _spans(exists):
            self.allow()
            found.update(self.search(f"{span} UID {first}:{last} SINCE {since}"))
        return sorted(uid for uid in found if first <= uid <= last)

    @property
    def news(self) -> bool:
        """Whether the server has told of mail since EXAMINE, whose own EXISTS is the first."""
        return len(self.wire.untagged_responses.get("EXISTS", ())) > 1

    def idle_for(self, seconds: float) -> None:
        """Listens until there is news or the time is over (RFC 2177); keepalives are none."""
        until = time.monotonic() + min(seconds, _IDLE_SECONDS)
        self.allow()
        tag = self.wire._command("IDLE")
        while self.wire._get_response() is not None:
            if refusal := self.wire.tagged_commands.get(tag):
                raise imaplib.IMAP4.error(refusal[1][-1])
        while not self.news and self.readable(until - time.monotonic()):
            self.allow()
            self.wire._get_response()
        self.wire.send(b"DONE\r\n")
        while not self.wire.tagged_commands[tag]:
            self.wire._get_response()
        self.wire.tagged_commands.pop(tag)

    def poll_after(self, seconds: float) -> None:
        """Waits, then asks for news, as servers without IDLE want it."""
        self.readable(seconds)
        self.allow()
        self.noop()

    def readable(self, seconds: float) -> bool:
        """Whether there is something to read, or the end of the stream, within `seconds`.

        Looks into the buffers first: a select sees neither what was read with an earlier line nor
        what TLS holds back. And a read is never let run into its time-out: a file of Python's
        that timed out once reads no more.
        """
        until = time.monotonic() + seconds
        ready = False
        while not self._buffered(at_end=ready):
            with selectors.DefaultSelector() as selector:
                selector.register(self.wire.sock, selectors.EVENT_READ)
                ready = bool(selector.select(max(0.0, until - time.monotonic())))
            if not ready:
                return False
        return True

    def _buffered(self, *, at_end: bool) -> bool:
        """Whether a read would not wait; `at_end`: nothing where there is something is the end."""
        sock = self.wire.sock
        # Not settimeout(0): eventlet's TLS socket would wait none the less.
        sock.setblocking(False)
        try:
            return bool(self.wire.file.peek(1)) or at_end  # type: ignore[union-attr]
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            sock.setblocking(True)
            sock.settimeout(self._timeout.read)


def _spans(exists: int) -> Iterator[str]:
    """Sequence sets that together are all mails, the newest first."""
    for high in range(exists, 0, -_SEARCH_SPAN):
        yield f"{max(1, high - _SEARCH_SPAN + 1)}:{high}"


def words(error: Exception, timeout: float = 0) -> str:
    """What an error says, in the server's words where it spoke, on one line."""
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout:g} s"
    if isinstance(error, socket.gaierror):
        return error.strerror or "unknown host"
    text = str(error)
    if isinstance(error, imaplib.IMAP4.error):
        wrapped = _WRAPPED.fullmatch(decoded(error.args[0]))
        text = wrapped[1] if wrapped else ""
        if bad := _BAD.fullmatch(text):
            text = f"BAD {decoded(bad[1])}"
    return " ".join((text or type(error).__name__).split())


def decoded(said: object) -> str:
    """The text of what imaplib gives: bytes, text, or the text of bytes."""
    if isinstance(said, bytes):
        return said.decode("utf-8", "replace")
    text = str(said)
    if text.startswith(("b'", 'b"')):
        try:
            return decoded(ast.literal_eval(text))
        except (ValueError, SyntaxError):
            return text
    return text
