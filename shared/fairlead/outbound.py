"""Asking addresses that users gave, over HTTP, without being led into our own network.

A user may name any host: one that resolves to the cloud's metadata address, one that resolves to
something else at the second look, one that redirects to a private host. So a name is resolved
once, only public addresses are kept, and the connection goes to the very address that was checked.
Redirects are followed only where the caller wants it, each with the same checks. Time and size are
bounded in all.
"""

from __future__ import annotations

import functools
import http.client
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from .addresses import connect, public, resolve
from .timed_socket import TimedSocket

LONGEST_URL: Final = 2000  # characters
_CHUNK: Final = 64 * 1024  # bytes
LONGEST_HOST: Final = 253  # RFC 1035, section 2.3.4, as text
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], list[str]]
Body = bytes | Iterable[bytes] | None


class OutboundError(Exception):
    """An address was not asked, or gave no whole answer. `text` says why, for a person."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Refused(OutboundError):
    """The address must not be asked, by its form or by where it leads; asking again is no use."""


class Unreached(OutboundError):
    """No answer: the name, the connection, the certificate, the protocol or the time failed."""


class Unanswered(Unreached):
    """No answer, after the request may have left in whole: the other side may have acted on it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a request may last and how much of the answer is read.

    `connect` and `total` in seconds, `size` in bytes; what is longer is cut, or is an error for
    `whole`. `redirects` is how many are followed, with GET and HEAD alone.
    """

    connect: float = 5.0
    total: float = 15.0
    size: int = 64 * 1024
    whole: bool = False
    redirects: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: `headers` by their lower-case names, `body` at most as long as
    `Bounds.size`, `cut` when there was more; `url` and `address` are those that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    url: str
    address: str


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that is read piece by piece: `chunks` raises Unreached where it breaks off, lasts
    too long, or has more bytes than `Bounds.size`."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the right form, taken apart. `path` has the query with it."""

    scheme: Literal["https", "http"]
    host: str
    port: int
    path: str
    url: str


@dataclass(frozen=True, slots=True)
class Outbound:
    """A client for addresses that users gave.

    `plain` allows http beside https, `private` hosts on private networks (for development), and
    `ca_file` names certificates that are trusted beside the machine's: the settings
    `outbound_private_hosts` and `outbound_ca_file`.
    """

    plain: bool = False
    private: bool = False
    ca_file: str = ""
    resolve: Resolve = field(default=resolve)

    def target(self, url: str) -> Target:
        """`url` taken apart; raises Refused where it is none that may be asked."""
        if len(url) > LONGEST_URL:
            raise Refused(f"the address has more than {LONGEST_URL} characters")
        if not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
            raise Refused("the address has blanks, control characters or letters beyond ASCII")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise Refused(f"this is no address: {error}") from None
        if parts.scheme not in ("https", "http"):
            raise Refused("the address must begin with https://")
        if parts.scheme == "http" and not self.plain:
            raise Refused("the address must begin with https://, so that nobody reads along")
        if parts.username is not None or parts.password is not None:
            raise Refused("the address must not hold a name or password")
        if not host or len(host) > LONGEST_HOST or "%" in host or "\\" in parts.netloc:
            raise Refused("the address names no host")
        if port == 0:
            raise Refused("the address names no port")
        return Target(
            scheme="https" if parts.scheme == "https" else "http",
            host=host,
            port=port or (443 if parts.scheme == "https" else 80),
            path=urlunsplit(("", "", parts.path or "/", parts.query, "")),
            url=urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, "")),
        )

    def addresses(self, target: Target) -> list[str]:
        """Where `target` leads; raises Refused where only private networks are, or Unreached."""
        try:
            found = self.resolve(target.host, target.port)
        except OSError as error:
            raise Unreached(f"the host {target.host} is not found: {_words(error)}") from None
        if self.private:
            return found
        kept = public(found)
        if not kept:
            raise Refused("the host is on a private network")
        return kept

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        bounds: Bounds = Bounds(),
    ) -> Answer:
        """Ask, and return whatever was answered, errors of HTTP too.

        A large body comes in pieces, and its length in `headers` (Content-Length); what its
        iterator raises is raised here.

        Raises Refused and Unreached; of these Unanswered where the request may have arrived.
        """
        until = time.monotonic() + bounds.total
        target = self.target(url)
        followed = 0
        while True:
            answer = self._ask(method, target, headers or {}, body, bounds, until)
            goal = answer.headers.get("location")
            follow = answer.status in _REDIRECTS and goal and method in ("GET", "HEAD")
            if not follow or not bounds.redirects:
                return answer
            if followed == bounds.redirects:
                raise Unreached(f"more than {bounds.redirects} redirects")
            followed += 1
            following = self.target(urljoin(target.url, goal))
            if target.scheme == "https" and following.scheme == "http":
                raise Refused("a redirect leads away from https")
            target = following

    @contextmanager
    def download(
        self, url: str, *, headers: Mapping[str, str] | None = None, bounds: Bounds = Bounds()
    ) -> Iterator[Download]:
        """GET a content that may be large; it is read within the block. No redirect is followed.

        Raises Refused and Unreached.
        """
        until = time.monotonic() + bounds.total
        with self._asked("GET", self.target(url), headers or {}, None, bounds, until) as answered:
            response, _ = answered
            yield Download(response.status, _headers(response), _chunks(response, bounds))

    def _ask(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        body: Body,
        bounds: Bounds,
        until: float,
    ) -> Answer:
        with self._asked(method, target, headers, body, bounds, until) as (response, address):
            content, cut = _read(response, bounds)
            found = _headers(response)
            return Answer(response.status, found, content, cut, target.url, address)

    @contextmanager
    def _asked(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        body: Body,
        bounds: Bounds,
        until: float,
    ) -> Iterator[tuple[http.client.HTTPResponse, str]]:
        """The answer to a request, whose body is read in the block."""
        found = self.addresses(target)
        try:
            sock = connect(found, target.port, min(bounds.connect, _left(until)))
        except OSError as error:
            raise Unreached(f"no connection to {target.host}: {_words(error)}") from None
        begun = False
        try:
            address = str(sock.getpeername()[0])
            if target.scheme == "https":
                sock.settimeout(_left(until))
                # A handshake that fails within wrap_socket leaves eventlet's socket open for ever.
                sock = _tls(self.ca_file).wrap_socket(
                    sock, server_hostname=target.host, do_handshake_on_connect=False
                )
                sock.do_handshake()
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = TimedSocket(sock, until)
            sent = {"User-Agent": "Fairlead", **headers, **_ALWAYS}
            begun = True
            connection.request(method, target.path, body=body, headers=sent)
            with connection.getresponse() as response:
                yield response, address
        except (OSError, http.client.HTTPException, ValueError) as error:
            failed = Unanswered if begun else Unreached
            raise failed(f"{target.host} gave no answer: {_words(error)}") from None
        finally:
            sock.close()


@functools.cache
def _tls(ca_file: str) -> ssl.SSLContext:
    """One for all requests: the machine's certificates take some 30 ms and 0.8 MB to load."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


# Compressed, a small answer could become a large one; kept alive, a connection would outlast us.
_ALWAYS: Final = {"Accept-Encoding": "identity", "Connection": "close"}


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def _chunks(response: http.client.HTTPResponse, bounds: Bounds) -> Iterator[bytes]:
    size = 0
    while True:
        try:
            chunk = response.read(_CHUNK)
            if not chunk and response.length:  # it lets a body end early when asked for more
                raise http.client.IncompleteRead(b"", response.length)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unanswered(f"the answer broke off: {_words(error)}") from None
        size += len(chunk)
        if size > bounds.size:
            raise Unanswered(f"the answer has more than {bounds.size} bytes")
        if not chunk:
            return
        yield chunk


def _read(response: http.client.HTTPResponse, bounds: Bounds) -> tuple[bytes, bool]:
    content = response.read(bounds.size + 1)
    cut = len(content) > bounds.size
    if cut and bounds.whole:
        raise ValueError(f"the answer has more than {bounds.size} bytes")
    if not cut and response.length:  # http.client lets a body end early when it is asked for more
        raise http.client.IncompleteRead(content, response.length)
    return content[: bounds.size], cut


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise Unreached("it took too long")
    return left


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)[:300] or type(error).__name__


__all__: Sequence[str] = (
    "Answer",
    "Bounds",
    "Download",
    "Outbound",
    "OutboundError",
    "Refused",
    "Target",
    "Unanswered",
    "Unreached",
)
