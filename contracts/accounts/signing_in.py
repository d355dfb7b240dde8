"""Signing in, and whose session or token one is."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.context import Role
from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Address, Line, Name
from .organisation import Organisation
from .people import Password, User


class Session(Message):
    """A new session: `token` goes into the cookie, `csrf` into a header of each change."""

    token: str
    csrf: str
    expires_at: datetime
    user: User
    organisation: Organisation


class Identity(Message):
    """Who a session or an API token stands for. `csrf` is None for a token.

    `scopes` limit it to some of the role's rights: a token that was made so, and a session whose
    user must first set up a second factor. None is no limit. `expires_at` is when a token ends, if
    it does.
    """

    organisation: UUID
    user: UUID
    name: Name
    role: Role
    csrf: str | None
    scopes: list[str] | None = None
    expires_at: datetime | None = None


class SignInStep(Message):
    """What a right password opens: a session, or the question for the second factor.

    `ticket` goes with the code, within some minutes.
    """

    session: Session | None = None
    ticket: str | None = None


class LinkPurpose(enum.Enum):
    """What a link in a mail is for."""

    INVITATION = "invitation"
    RESET = "reset"


class AccountLink(Message):
    """A link by which somebody sets a password."""

    purpose: LinkPurpose
    name: Name
    email: Address
    organisation: Name
    expires_at: datetime


LinkToken = Annotated[str, Meta(max_length=200)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]


class SigningIn(Interface, Protocol):
    """The way in and out."""

    @call(rights.PUBLIC, mutates=True)
    def sign_in(self, *, email: Line, password: Line, remote: Line) -> Session:
        """Open a session. `remote` is the network address, for throttling.

        Unauthenticated `accounts.wrong_credentials` says never which of the two was wrong;
        TooMany `accounts.throttled` after several failures. Unauthenticated
        `accounts.second_factor_needed` for who has one: that takes `begin_sign_in`.
        """
        ...

    @call(rights.PUBLIC, mutates=True)
    def begin_sign_in(
        self, *, email: Line, password: Line, remote: Line, device: Line = ""
    ) -> SignInStep:
        """As `sign_in`, but for who has a second factor a ticket instead of a session.

        `device` is the browser's User-Agent, for the list of sessions.
        """
        ...

    @call(rights.PUBLIC, mutates=True)
    def finish_sign_in(
        self, *, ticket: LinkToken, code: Code, remote: Line, device: Line = ""
    ) -> Session:
        """Open the session with a code of the second factor (RFC 6238), or a recovery code.

        A code is good once. Unauthenticated `accounts.wrong_code`; `accounts.ticket_ended` where
        the password has to be given anew; TooMany `accounts.throttled`.
        """
        ...

    @call(rights.PUBLIC, mutates=True)
    def request_password_reset(self, *, email: Line, remote: Line) -> None:
        """Mail a link for a new password to who signs in with this address, good once for an hour.

        Nobody learns whether there is one. TooMany `accounts.throttled` after several requests.
        """
        ...

    @call(rights.PUBLIC)
    def account_link(self, *, token: LinkToken) -> AccountLink:
        """What a link from a mail is for. NotFound `accounts.link_unknown`, also once it is used
        or over."""
        ...

    @call(rights.PUBLIC, mutates=True)
    def use_account_link(self, *, token: LinkToken, password: Password) -> None:
        """Set the password of the link's user and end the link; all sessions of the user end.

        NotFound `accounts.link_unknown`.
        """
        ...

    @call(rights.PUBLIC, mutates=True)
    def sign_out(self, *, token: str) -> None:
        """End the session of `token`; an unknown one is no error."""
        ...

    @call(rights.PUBLIC)
    def authenticate(self, *, token: str) -> Identity:
        """Whose session or API token this is. Unauthenticated `accounts.session_ended`."""
        ...
