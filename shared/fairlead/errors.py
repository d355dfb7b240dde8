"""The errors that may cross a door, and how they travel.

    Failure
    ├── Invalid            a field of the request is wrong; details["errors"] says which and why
    ├── Unauthenticated    nobody is signed in, or the token is no longer good
    ├── Forbidden          the role has no right to it
    ├── NotFound           no such thing in this organisation
    ├── Conflict           it cannot be done in the present state
    │   └── Stale          somebody changed it since it was read
    ├── TooMany            a limit was reached; details["retry_after"] in seconds
    └── Unavailable        a service or store is away; the same request may be repeated

An error travels as `Fault`: kind, code, message, details and whether a repetition may help, never
as a class path, so that a service can be renamed without breaking who calls it.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A failure as it stands in a reply."""

    kind: str
    code: str
    message: str
    details: dict[str, Any] = {}
    retryable: bool = False


class Failure(Exception):
    """An error with a code that programs read and a message that people read.

    `code` is `service.reason`, for example `contacts.not_found`.
    """

    kind: ClassVar[str] = "failure"
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.details: dict[str, Any] = details

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def fault(self) -> Fault:
        """This error as it is put into a reply."""
        return Fault(
            kind=self.kind,
            code=self.code,
            message=self.message,
            details=self.details,
            retryable=self.retryable,
        )


class Invalid(Failure):
    """The request is wrong. `details["errors"]` is a list of {"field", "reason"}."""

    kind = "invalid"

    @classmethod
    def field(cls, code: str, field: str, reason: str) -> Invalid:
        """One wrong field; `field` is its path in the request, as `services[0].pax`."""
        return cls(code, f"{field}: {reason}", errors=[{"field": field, "reason": reason}])

    @classmethod
    def fields(cls, code: str, reasons: dict[str, str]) -> Invalid:
        """Several wrong fields at once: a mapping of path to reason, not empty."""
        message = "; ".join(f"{field}: {reason}" for field, reason in reasons.items())
        errors = [{"field": field, "reason": reason} for field, reason in reasons.items()]
        return cls(code, message, errors=errors)


class Unauthenticated(Failure):
    """Nobody is signed in, or what was shown as proof is not good any more."""

    kind = "unauthenticated"


class Forbidden(Failure):
    """The caller's role has no right to this."""

    kind = "forbidden"


class NotFound(Failure):
    """There is no such thing in the caller's organisation."""

    kind = "not_found"


class Conflict(Failure):
    """It cannot be done in the present state."""

    kind = "conflict"


class Stale(Conflict):
    """The thing was changed since the caller read it."""

    kind = "stale"


class TooMany(Failure):
    """A limit was reached. `details["retry_after"]` says after how many seconds to come back."""

    kind = "too_many"
    retryable = True


class Unavailable(Failure):
    """A service or a store is away or too slow; the same request may be repeated later."""

    kind = "unavailable"
    retryable = True


class Internal(Failure):
    """The callee broke in a way that it did not foresee; its log has the trace."""

    kind = "internal"


_KINDS: dict[str, type[Failure]] = {
    kind.kind: kind
    for kind in (
        Invalid,
        Unauthenticated,
        Forbidden,
        NotFound,
        Conflict,
        Stale,
        TooMany,
        Unavailable,
        Internal,
    )
}


def from_fault(fault: Fault) -> Failure:
    """The typed error that `fault` stands for; an unknown kind becomes `Internal`."""
    return _KINDS.get(fault.kind, Internal)(fault.code, fault.message, **fault.details)
