"""Where a mail server for sending is, and how to deal with it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

_HOST = re.compile(
    r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}|[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*", re.ASCII
)
_OUR_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[A-Za-z0-9.:]{1,60}\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where a server is and how to deal with it. Times are in seconds.

    `local_hostname` is our name in EHLO. With `token`, called for each new connection, sign-in is
    XOAUTH2, else by password where a `username` is given. Certificates are checked, against
    `ca_file` too, unless `verify` is off. A host on a private network is refused unless the
    operator allows `private_hosts`, for an organisation may name any host. Raises ValueError.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    local_hostname: str
    username: str = ""
    password: str = field(default="", repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)
    timeout: float = 30.0
    answer_timeout: float = 600.0  # RFC 5321 4.5.3.2.6; who gives up earlier sends mails twice
    max_connections: int = 4
    max_messages_per_connection: int = 100
    idle_limit: float = 60.0
    per_minute: int = 600
    verify: bool = True
    ca_file: str | None = None
    private_hosts: bool = False

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host) or len(self.host) > 253:
            raise ValueError("host: must be a name in ASCII or an address")
        if not _OUR_NAME.fullmatch(self.local_hostname):
            raise ValueError("local_hostname: must be a name in ASCII or an address in brackets")
        if not 0 < self.port < 65_536:
            raise ValueError("port: must be 1 to 65535")
        if self.security not in ("tls", "starttls", "none"):
            raise ValueError("security: must be tls, starttls or none")
        if self.username and self.security == "none":
            raise ValueError("security: a sign-in goes over TLS only")
        if self.token is not None and not self.username:
            raise ValueError("username: a token needs one")
        if min(self.max_connections, self.max_messages_per_connection, self.per_minute) < 1:
            raise ValueError("limits: must be 1 at least")

    def tls_context(self) -> ssl.SSLContext:
        """A context as set. It loads the system's certificates: make one and keep it.

        Raises OSError where `ca_file` cannot be read.
        """
        context = ssl.create_default_context()
        if self.ca_file is not None:
            context.load_verify_locations(self.ca_file)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
