"""The calling user: profile, password and API tokens."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Line, Moment, Name, Text, Zone
from .organisation import Organisation
from .people import OpenSession, Password, User
from .signing_in import Code


class Me(Message):
    """The signed-in user with the organisation, and the names of the rights the role has.

    `must_enrol` says that the organisation wants a second factor of the role, and there is none:
    nothing but the own profile is open until then.
    """

    user: User
    organisation: Organisation
    rights: list[str]
    must_enrol: bool = False


class Scope(enum.Enum):
    """What an API token may be limited to: the last word of a row of the rights table."""

    READ = "read"
    SEND = "send"
    ORGANISE = "organise"
    EDIT = "edit"
    PROFILE = "profile"
    MANAGE = "manage"


class ApiToken(Message):
    """A token for programs. `secret` is given once, when it is made.

    Its `scopes` limit it to some of its user's rights; None is all of them. It ends at
    `expires_at`, if there is one.
    """

    id: UUID
    name: Name
    created_at: datetime
    last_used_at: datetime | None
    secret: str | None = None
    scopes: list[Scope] | None = None
    expires_at: datetime | None = None


Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=10)]


class Enrolment(Message):
    """A new second factor, not in force before a code of it was given.

    `uri` is for an authenticator app, mostly as a QR code; `secret` for typing it (Base32).
    """

    secret: str
    uri: str


class Profile(Interface, Protocol):
    """What a user does with the own account."""

    @call(rights.SEE_ONESELF)
    def me(self) -> Me:
        """The calling user."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def update_me(
        self, *, name: Name | None = None, signature: Text | None = None, zone: Zone | None = None
    ) -> User:
        """Change the own name, signature or time zone; None leaves it."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def change_password(self, *, old: Line, new: Password, keep: str | None = None) -> None:
        """Set a new password; every session of the user ends but the one with the token `keep`.

        Invalid `accounts.wrong_password`; TooMany `accounts.throttled` after several of them.
        """
        ...

    @call(rights.OWN_PROFILE)
    def list_api_tokens(self) -> list[ApiToken]:
        """The calling user's tokens, newest first, without their secrets."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def create_api_token(
        self,
        *,
        name: Name,
        scopes: Scopes | None = None,
        expires_at: Moment | None = None,
    ) -> ApiToken:
        """A new token that acts as the calling user; the only time its secret is shown.

        A token makes none that may do more than itself, or for longer: Forbidden
        `accounts.beyond_own_scopes` and `accounts.beyond_own_end`.
        """
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def revoke_api_token(self, *, id: UUID) -> None:
        """End a token of the calling user."""
        ...

    @call(rights.OWN_PROFILE)
    def list_sessions(self, *, keep: str | None = None) -> list[OpenSession]:
        """Where the user is signed in, the latest used first; `keep` is the token of this one."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def end_session(self, *, id: UUID) -> None:
        """End one session of the user. NotFound `accounts.session_not_found`."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def end_other_sessions(self, *, keep: str | None = None) -> None:
        """End the user's sessions, but the one with the token `keep`."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def enrol_second_factor(self, *, password: Line) -> Enrolment:
        """Begin with a second factor (TOTP, RFC 6238); one begun before is forgotten.

        Invalid `accounts.wrong_password`; Conflict `accounts.second_factor_set`; TooMany.
        """
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def confirm_second_factor(self, *, code: Code) -> list[str]:
        """Put the second factor in force; returns the recovery codes, each good once.

        Invalid `accounts.wrong_code`; Conflict `accounts.not_enrolled`; TooMany.
        """
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def renew_recovery_codes(self, *, password: Line) -> list[str]:
        """New recovery codes; the old ones are good no more. Errors as for enrolment."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def disable_second_factor(self, *, password: Line) -> None:
        """Sign in without a second factor again.

        Conflict `accounts.second_factor_required` where the organisation wants one of the role.
        """
        ...
