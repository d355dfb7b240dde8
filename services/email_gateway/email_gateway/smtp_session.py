"""One connection to a mail server (RFC 5321), of which is known how far the conversation came.

A break then tells whether the server can have taken the mail: only from the moment when the dot
that ends it is being sent.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from fairlead.addresses import connect, public, resolve

from .domain.delivery import Envelope, Outcome, Phase, Uncertain, Unreachable, judge
from .domain.grants import NoToken
from .smtp_line import Line, base64_of
from .smtp_settings import SmtpSettings

_CHUNK = 65_536  # bytes of the mail per write: its time-out then means no progress, not slowness
_LAST_WORDS = 2.0  # seconds for what a server said before it hung up
_END = b".\r\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of opening a connection and what came of it, in the server's words if it spoke."""

    name: str
    ok: bool
    answer: str


class Broken(Exception):
    """A connection could not be opened."""

    def __init__(self, phase: Phase, text: str, code: int | None = None) -> None:
        super().__init__(f"{phase}: {text}")
        self.phase, self.text, self.code = phase, text, code


class Session(Line):
    """A connection that is open, or was. Not for two threads at a time."""

    def __init__(self, settings: SmtpSettings, tls: ssl.SSLContext) -> None:
        super().__init__(settings.local_hostname, settings.timeout)
        self.keep_secret(settings.password)
        self.phase = Phase.RESOLVE
        self.steps: list[Step] = []
        self.sent = 0
        self.idle_since = 0.0
        self._settings = settings
        self._tls = tls

    def open(self) -> None:
        """Connect, secure and sign in; `steps` tells how it went. Raises Broken."""
        settings = self._settings
        try:
            self._dial()
            if settings.security == "tls":
                self._secure()
            self._greet()
            if settings.security == "starttls":
                self._start_tls()
            if settings.username or settings.token:
                self._sign_in()
        except (OSError, Broken) as error:
            broken = error if isinstance(error, Broken) else Broken(self.phase, self.said(error))
            self.close()
            self._reached(broken.text, ok=False)
            raise broken from None

    def try_sender(self, sender: str) -> None:
        """Ask whether mail from `sender` would be taken; nothing is sent. Raises Broken."""
        self.phase = Phase.MAIL
        try:
            code, answer = self.docmd(f"MAIL FROM:<{sender}>")
            text = self.clean(answer)
            self._reached(text, ok=code == 250)
            if code != 250:
                raise Broken(Phase.MAIL, text, code)
        except OSError as error:
            self._reached(self.said(error), ok=False)
            raise Broken(Phase.MAIL, self.said(error)) from None

    def _reached(self, answer: str, *, ok: bool = True) -> None:
        self.steps.append(Step(str(self.phase), ok, answer))

    def _dial(self) -> None:
        settings = self._settings
        self.phase = Phase.RESOLVE
        addresses = resolve(settings.host, settings.port)
        self._reached(", ".join(addresses))
        self.phase = Phase.CONNECT
        if not settings.private_hosts:
            addresses = public(addresses)
            if not addresses:
                raise Broken(self.phase, "the host is on a private network")
        sock = connect(addresses, settings.port, settings.timeout)
        # The dot goes out by itself, and must not wait for the body's acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(settings.timeout)
        self.sock = sock
        self._reached(f"{sock.getpeername()[0]} port {settings.port}")

    def _secure(self) -> None:
        self.phase = Phase.TLS
        secured = self._tls.wrap_socket(self.open_socket, server_hostname=self._settings.host)
        self.sock = secured
        self._reached(f"{secured.version()}")

    def _greet(self) -> None:
        self.phase = Phase.GREETING
        code, answer = self.getreply()
        if code != 220:
            raise Broken(self.phase, self.clean(answer), code)
        self._introduce()
        self._reached(self.clean(answer))

    def _introduce(self) -> None:
        code, answer = self.ehlo()
        if code >= 500:
            code, answer = self.helo()
        if code != 250:
            raise Broken(self.phase, self.clean(answer), code)

    def _start_tls(self) -> None:
        self.phase = Phase.TLS
        if not self.has_extn("starttls"):
            raise Broken(self.phase, "the server does not offer STARTTLS")
        code, answer = self.docmd("STARTTLS")
        if code != 220:
            raise Broken(self.phase, self.clean(answer), code)
        if self.received:
            # Somebody between us and the server may have written it (CVE-2011-0411).
            raise Broken(self.phase, "the server spoke on before the line was secure")
        self._secure()
        self.esmtp_features.clear()  # what was said in the clear counts no more (RFC 3207 4.2)
        self._introduce()

    def _sign_in(self) -> None:
        self.phase = Phase.AUTH
        settings = self._settings
        offered = self.esmtp_features.get("auth", "").upper().split()
        if settings.token is not None:
            code, answer = self._sign_in_by_token(settings.token)
        elif "PLAIN" in offered:
            said = f"\0{settings.username}\0{settings.password}"
            code, answer = self.docmd("AUTH", f"PLAIN {base64_of(said)}")
        elif "LOGIN" in offered:
            code, answer = self.docmd("AUTH", f"LOGIN {base64_of(settings.username)}")
            if code == 334:
                code, answer = self.docmd(base64_of(settings.password))
        else:
            raise Broken(self.phase, f"no way to sign in that we know: {', '.join(offered)[:200]}")
        if code != 235:
            raise Broken(self.phase, self.clean(answer), code)
        self._reached(self.clean(answer))

    def _sign_in_by_token(self, provider: Callable[[], str]) -> tuple[int, bytes]:
        try:
            token = provider()
        except NoToken as error:
            raise Broken(self.phase, str(error)) from None
        except Exception as error:
            raise Broken(self.phase, f"no token to be had: {type(error).__name__}") from None
        said = f"user={self._settings.username}\1auth=Bearer {token}\1\1"
        self.keep_secret(token, said)
        code, answer = self.docmd("AUTH", f"XOAUTH2 {base64_of(said)}")
        if code == 334:  # the reason, as JSON; an empty line asks for the reply itself
            code, answer = self.docmd("")
        return code, answer

    def deliver(self, envelope: Envelope, data: bytes) -> Outcome:
        """One transaction; `data` has CRLF line ends throughout. `phase` tells where it ended.

        An exception thrown in from outside (a killed greenlet) leaves the outcome unknown: the
        session must then be closed, and after BODY the mail counts as uncertain.
        """
        self.sent += 1
        self.phase = Phase.MAIL
        try:
            outcome = self._announce(envelope, len(data)) or self._transmit(data)
        except OSError as error:
            said = self.said(error)
            if self.phase is Phase.ANSWER:
                outcome = Uncertain(said)
            else:
                outcome = self._last_words() or Unreachable(self.phase, said)
            self.close()
        return outcome

    def rest(self) -> None:
        """Make it ready for the next mail, or close it where that cannot be."""
        if self.alive and self.phase in (Phase.MAIL, Phase.RCPT, Phase.DATA):
            try:
                code, _ = self.docmd("RSET")
            except OSError:
                code = 0
            if code != 250:
                self.close()
        self.idle_since = time.monotonic()

    def leave(self) -> None:
        """Say goodbye and close, without the wait for an answer that nobody needs."""
        with suppress(OSError):
            self.putcmd("QUIT")
        self.close()

    def _announce(self, envelope: Envelope, size: int) -> Outcome | None:
        extensions = frozenset(self.esmtp_features)
        mail, rcpt = envelope.mail_command(size, extensions), envelope.rcpt_command(extensions)
        pipelining = "pipelining" in extensions  # RFC 2920: two commands, one round trip
        self.send(f"{mail}\r\n{rcpt}\r\n" if pipelining else f"{mail}\r\n")
        code, answer = self.getreply()
        if code != 250:
            refusal = self._end(code, answer)
            if pipelining:
                self._skip_reply()
            return refusal
        self.phase = Phase.RCPT
        if not pipelining:
            self.send(f"{rcpt}\r\n")
        code, answer = self.getreply()
        if code not in (250, 251):
            return self._end(code, answer)
        self.phase = Phase.DATA
        code, answer = self.docmd("DATA")
        return None if code == 354 else self._end(code, answer)

    def _transmit(self, data: bytes) -> Outcome:
        self.phase = Phase.BODY
        stuffed = data.replace(b"\r\n.", b"\r\n..")
        if stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        if not stuffed.endswith(b"\r\n"):
            stuffed += b"\r\n"
        sock = self.open_socket
        for place in range(0, len(stuffed), _CHUNK):
            sock.sendall(stuffed[place : place + _CHUNK])
        self.phase = Phase.ANSWER
        sock.sendall(_END)
        self.patience = self._settings.answer_timeout
        try:
            return self._end(*self.getreply())
        finally:
            self.patience = self._settings.timeout

    def _end(self, code: int, answer: bytes) -> Outcome:
        text = self.clean(answer)
        outcome = judge(self.phase, code, text)
        if outcome is None:
            raise smtplib.SMTPServerDisconnected(f"answer out of place: {code} {text}")
        if code == 421:  # the server closes the connection (RFC 5321 3.8)
            self.close()
        return outcome

    def _skip_reply(self) -> None:
        try:
            self.getreply()
        except OSError:
            self.close()

    def _last_words(self) -> Outcome | None:
        """Why the server hung up while the mail was on its way, if it said so."""
        if self.phase is not Phase.BODY:
            return None
        self.patience = _LAST_WORDS
        with suppress(OSError):
            code, answer = self.getreply()
            return judge(self.phase, code, self.clean(answer))
        return None
