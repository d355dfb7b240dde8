"""Who asks: from the session cookie or the bearer token to the context of a call."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from flask import g, request

from contracts.accounts import Accounts, Identity
from fairlead.bus.wire import child_trace
from fairlead.context import Context, acting
from fairlead.errors import Forbidden, Unauthenticated

COOKIE = "fairlead_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# How long an ended session or a changed role may still be honoured here, in seconds, should the
# live log be away; it else tells of it at once.
CACHE_SECONDS = 5.0
CACHE_SIZE = 10_000
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Sessions:
    """Answers whose token it is, and remembers it for some seconds."""

    def __init__(self, accounts: Accounts, watch: Callable[[], None] = lambda: None) -> None:
        self._accounts = accounts
        self._watch = watch
        self._known: OrderedDict[bytes, tuple[float, Identity]] = OrderedDict()

    def identify(self, token: str) -> Identity:
        """Raises Unauthenticated for a token that is not good."""
        key = hashlib.sha256(token.encode()).digest()
        found = self._known.get(key)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        self._watch()  # before asking, so that no end in between is missed
        identity = self._accounts.authenticate(token=token)
        self._known[key] = (time.monotonic() + CACHE_SECONDS, identity)
        while len(self._known) > CACHE_SIZE:
            self._known.popitem(last=False)
        return identity

    def forget_user(self, user: UUID) -> None:
        """Sessions of the user ended, or are good for something else now."""
        for key in [key for key, (_, known) in self._known.items() if known.user == user]:
            del self._known[key]

    def forget(self, token: str) -> None:
        """The session of `token` has ended."""
        self._known.pop(hashlib.sha256(token.encode()).digest(), None)


def begin_request() -> Context:
    """A context for a request by nobody yet, with its id and trace."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)
    return Context(
        request=g.request_id,
        trace=child_trace(request.headers.get("traceparent")),
        remote=request.remote_addr,
    )


def bearer() -> str | None:
    """The bearer token of the request, if it has one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def identify(sessions: Sessions, anonymous: Context) -> Context:
    """The context of who asks; `anonymous` where no credentials came.

    A change that a cookie vouches for needs the session's CSRF token in a header, which another
    site's form cannot set. Raises Unauthenticated and Forbidden.
    """
    token = bearer()
    if token is not None:
        return _context(sessions.identify(token), anonymous)
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        return anonymous
    with acting(anonymous):
        identity = sessions.identify(cookie)
    if request.method not in SAFE:
        _check_csrf(identity)
    return _context(identity, anonymous)


def _check_csrf(identity: Identity) -> None:
    if identity.csrf is None:
        raise Unauthenticated("gateway.token_in_cookie", "An API token belongs in Authorization")
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), identity.csrf.encode()):
        raise Forbidden("gateway.csrf", f"The header {CSRF_HEADER} is missing or wrong")


def _context(identity: Identity, anonymous: Context) -> Context:
    return Context(
        role=identity.role,
        organisation=identity.organisation,
        user=identity.user,
        user_name=identity.name,
        scopes=None if identity.scopes is None else tuple(identity.scopes),
        expires_at=identity.expires_at,
        request=anonymous.request,
        trace=anonymous.trace,
        remote=anonymous.remote,
    )
