"""How a connection to an IMAP server comes to be, step by step, each with what came of it."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import socket
import ssl
from collections.abc import Callable

from fairlead.addresses import connect, public, resolve

from .domain.grants import NoToken
from .imap_session import BROKEN, REFUSED, Client, ImapError, Phase, decoded, words
from .imap_settings import ImapSettings
from .smtp_session import Step


class Opening:
    """The steps to a signed-in connection; `steps` tells how far it came."""

    def __init__(self, settings: ImapSettings, tls: ssl.SSLContext) -> None:
        self.phase: Phase = "resolve"
        self.steps: list[Step] = []
        self._settings = settings
        self._tls = tls
        quoted = settings.password.replace("\\", "\\\\").replace('"', '\\"')
        plain = f"\0{settings.username}\0{settings.password}"
        self._secrets = {settings.password, quoted, _base64(plain)} - {""}

    def open(self) -> Client:
        """Connects, secures and signs in; raises ImapError."""
        with contextlib.ExitStack() as on_failure:
            try:
                sock = self._dial()
                on_failure.callback(sock.close)
                if self._settings.security == "tls":
                    sock = self._secure(sock)
                    on_failure.callback(sock.close)
                client = self._greet(sock)
                on_failure.callback(client.hang_up)
                if self._settings.security == "starttls":
                    self._start_tls(client)
                self._sign_in(client)
            except (*BROKEN, *REFUSED, ImapError) as error:
                raise self.failed(error) from None
            on_failure.pop_all()
        return client

    def failed(self, error: Exception) -> ImapError:
        """The error of the present step, which is noted as failed."""
        if not isinstance(error, ImapError):
            text = words(error, self._settings.timeout)
            for secret in self._secrets:
                text = text.replace(secret, "***")  # some servers repeat the line they dislike
            error = ImapError(self.phase, text, refused=not isinstance(error, BROKEN))
        self.steps.append(Step(self.phase, False, error.text))
        return error

    def reached(self, answer: str) -> None:
        """Notes the present step as done."""
        self.steps.append(Step(self.phase, True, " ".join(answer.split())[:500]))

    def _dial(self) -> socket.socket:
        settings = self._settings
        addresses = resolve(settings.host, settings.port)
        self.reached(", ".join(addresses))
        self.phase = "connect"
        if not settings.private_hosts:
            addresses = public(addresses)
        if not addresses:
            raise ImapError(self.phase, "the host is on a private network", refused=True)
        sock = connect(addresses, settings.port, settings.timeout)
        sock.settimeout(settings.timeout)
        self.reached(f"{sock.getpeername()[0]} port {settings.port}")
        return sock

    def _secure(self, sock: socket.socket) -> socket.socket:
        self.phase = "tls"
        secured = self._tls.wrap_socket(sock, server_hostname=self._settings.host)
        self.reached(f"{secured.version()}")
        return secured

    def _greet(self, sock: socket.socket) -> Client:
        self.phase = "greeting"
        client = Client(sock, self._settings)
        self.reached(decoded(client.welcome))
        return client

    def _start_tls(self, client: Client) -> None:
        self.phase = "tls"
        client.starttls(self._tls)
        self.reached(f"{client.wire.sock.version()}")  # type: ignore[attr-defined]  # now TLS

    def _sign_in(self, client: Client) -> None:
        self.phase = "login"
        client.allow()
        settings = self._settings
        if settings.token is not None:
            said = self._sign_in_by_token(client, settings.token)
        elif client.has_capability("AUTH=PLAIN"):
            # Other than LOGIN it is defined for all letters (RFC 4616).
            said = client.plain_login(settings.username, settings.password)
        else:
            said = client.login(settings.username, settings.password)
        self.reached(decoded(said))

    def _sign_in_by_token(self, client: Client, provider: Callable[[], str]) -> object:
        try:
            token = provider()
        except NoToken as error:
            raise ImapError(self.phase, str(error)) from None
        except Exception as error:
            text = f"no token to be had: {type(error).__name__}"
            raise ImapError(self.phase, text) from None
        said = f"user={self._settings.username}\1auth=Bearer {token}\1\1"
        self._secrets |= {token, _base64(said)}
        challenges: list[bytes] = []

        def answer(challenge: bytes) -> str:
            challenges.append(challenge)
            # The second challenge is the reason, as JSON; an empty answer asks for the NO itself.
            return said if len(challenges) == 1 else ""

        try:
            return client.sasl_login("XOAUTH2", answer)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            reason = b" ".join(challenges[1:]).decode("utf-8", "replace")
            raise imaplib.IMAP4.error(f"{words(error)} {reason}".strip()) from None


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
