"""Where a mailbox is read from, and how to deal with its server."""

from __future__ import annotations

import functools
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

_HOST = re.compile(
    r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}|[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*", re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LARGEST = 50 * 1024 * 1024  # bytes of a mail that is taken in whole


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Where a mailbox is and how to deal with its server. Times are in seconds, sizes in bytes.

    Sign-in is by password, or with `token`, called for each new connection, by XOAUTH2. `timeout`
    holds for connecting and for every single wait for the server. Of a mail larger than
    `size_limit` only the header is fetched. Certificates are checked, against `ca_file` too,
    unless `verify` is off. A host on a private network is refused unless the operator allows
    `private_hosts`, for an organisation may name any host; and only there may `security` be none.
    `poll_interval` is how often a server without IDLE is asked for news.
    Raises ValueError, whose text begins with the field's name.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str
    password: str = field(default="", repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)
    folder: str = "INBOX"
    timeout: float = 60.0
    size_limit: int = LARGEST
    poll_interval: float = 60.0
    verify: bool = True
    ca_file: str | None = None
    private_hosts: bool = False

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host) or len(self.host) > 253:
            raise ValueError("host: must be a name in ASCII or an address")
        if not 0 < self.port < 65_536:
            raise ValueError("port: must be 1 to 65535")
        if self.security not in ("tls", "starttls", "none"):
            raise ValueError("security: must be tls, starttls or none")
        if self.security == "none" and not self.private_hosts:
            raise ValueError("security: a sign-in goes over TLS only")
        for name in ("username", "password", "folder"):
            text = getattr(self, name)
            if _CONTROL.search(text) or len(text) > 1_000:
                raise ValueError(f"{name}: must be one line of at most 1,000 characters")
        if not self.username or not self.folder:
            raise ValueError(f"{'folder' if self.username else 'username'}: must not be empty")
        if not self.password and self.token is None:
            raise ValueError("password: must not be empty")
        if min(self.timeout, self.poll_interval) <= 0 or self.size_limit < 1:
            raise ValueError("timeout, poll_interval, size_limit: must be more than 0")

    def tls_context(self) -> ssl.SSLContext:
        """A context as set; raises OSError where `ca_file` cannot be read."""
        if self.verify and self.ca_file is None:
            return _usual_tls_context()
        context = ssl.create_default_context()
        if self.ca_file is not None:
            context.load_verify_locations(self.ca_file)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@functools.cache
def _usual_tls_context() -> ssl.SSLContext:
    """One for all: the system's certificates take some 30 ms and 0.8 MB to load."""
    return ssl.create_default_context()
