"""The line to a mail server: replies with an end, and answers without secrets."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import time

_REPLY = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
_LINE_LIMIT = 8_192  # bytes of a reply's line; RFC 5321 4.5.3.1.5 asks for 512, servers exceed it
_REPLY_LIMIT = 100  # lines of one reply
_TEXT_LIMIT = 1_000  # characters of an answer that are kept


class Line(smtplib.SMTP):
    """smtplib's client with replies read in our own way.

    The standard library knows no end to a reply whose bytes or lines keep trickling; here a whole
    reply has `patience` seconds. Every failure is an OSError.
    """

    def __init__(self, local_hostname: str, timeout: float) -> None:
        super().__init__(local_hostname=local_hostname, timeout=timeout)
        self.patience = timeout
        self.write_timeout = timeout
        self.received = bytearray()
        self._secrets: list[str] = []

    @property
    def alive(self) -> bool:
        """Whether it is open, as far as can be seen from here."""
        return self.sock is not None

    @property
    def open_socket(self) -> socket.socket:
        """The socket. Raises SMTPServerDisconnected."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self.sock

    def keep_secret(self, *secrets: str) -> None:
        """Never let these through in an answer, as they are or in base64."""
        for secret in filter(None, secrets):
            self._secrets += [secret, base64_of(secret)]

    def getreply(self) -> tuple[int, bytes]:
        """The next reply: its code and its lines."""
        deadline = time.monotonic() + self.patience
        lines: list[bytes] = []
        while len(lines) < _REPLY_LIMIT:
            found = _REPLY.fullmatch(self._receive(deadline))
            if found is None:
                raise smtplib.SMTPServerDisconnected("that is no SMTP reply")
            lines.append((found[3] or b"").strip())
            if found[2] != b"-":
                return int(found[1]), b"\n".join(lines)
        raise smtplib.SMTPServerDisconnected("a reply without an end")

    def _receive(self, deadline: float) -> bytes:
        sock = self.open_socket
        try:
            while (end := self.received.find(b"\n")) < 0:
                if len(self.received) > _LINE_LIMIT:
                    raise smtplib.SMTPServerDisconnected("a line without an end")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError("timed out")
                sock.settimeout(left)
                read = sock.recv(_LINE_LIMIT)
                if not read:
                    raise smtplib.SMTPServerDisconnected("the server closed the connection")
                self.received += read
        finally:
            sock.settimeout(self.write_timeout)
        line = bytes(self.received[:end]).removesuffix(b"\r")
        del self.received[: end + 1]
        return line

    def clean(self, answer: bytes) -> str:
        """A server's words on one line, without control characters and without our secrets."""
        text = " ".join(answer.decode("utf-8", "replace").split())
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return "".join(letter for letter in text[:_TEXT_LIMIT] if letter.isprintable())

    def said(self, error: OSError) -> str:
        """What went wrong, as far as an error tells."""
        cause: BaseException = error
        if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__ is not None:
            cause = error.__context__  # smtplib tells of a failed write without the reason
        return self.clean((str(cause) or type(cause).__name__).encode("utf-8", "replace"))


def base64_of(value: str) -> str:
    """As SASL wants it (RFC 4954 section 4)."""
    return base64.b64encode(value.encode()).decode("ascii")
