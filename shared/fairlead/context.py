"""Who asks, for which organisation, in which request: it travels with every call and event."""

from __future__ import annotations

import datetime as dt
import enum
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from .errors import Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Iterator


class Role(enum.Enum):
    """Mission D1's four roles, and the two that are no person's."""

    OWNER = "owner"
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    USER = "user"
    SERVICE = "service"  # another service, acting for the organisation and not for a person
    NOBODY = "nobody"  # a guest on a public page, or somebody who is about to sign in


class Context(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The circumstances of one call.

    `organisation` is absent only for what belongs to none yet (signing in, a public token).
    `trace` is a W3C traceparent, handed on unchanged in its trace id. `remote` is the network
    address that the request came from. `scopes` limit an API token, or a session that is not yet
    whole, to some of the role's rights; None is no limit. `expires_at` is when the API token ends
    that the call was made with, if it does.
    """

    role: Role = Role.NOBODY
    organisation: UUID | None = None
    user: UUID | None = None
    user_name: str | None = None
    request: str | None = None
    trace: str | None = None
    remote: str | None = None
    scopes: tuple[str, ...] | None = None
    expires_at: dt.datetime | None = None

    def within(self) -> Context:
        """The context in which a service asks another on the caller's behalf.

        The door that the caller came through has checked the scopes. What the service needs from
        others behind it is not for the token's maker to know.
        """
        return self if self.scopes is None else msgspec.structs.replace(self, scopes=None)

    def need_organisation(self) -> UUID:
        """The organisation; raises Unauthenticated where there is none."""
        if self.organisation is None:
            raise Unauthenticated("context.no_organisation", "This needs a signed-in user")
        return self.organisation


NOBODY = Context()

_current: ContextVar[Context] = ContextVar("fairlead_context", default=NOBODY)


def current() -> Context:
    """The context of the call or event that this greenlet works on."""
    return _current.get()


def service_context(organisation: UUID | None, *, request: str | None = None) -> Context:
    """The context of a service that acts by itself, for `organisation`."""
    return Context(role=Role.SERVICE, organisation=organisation, request=request)


@contextmanager
def acting(context: Context) -> Iterator[Context]:
    """Within the block, `current()` is `context`."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
