"""Users: the employees and their roles."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Address, Name, Text, Zone


class StaffRole(enum.Enum):
    """The four roles a person can have (mission D1)."""

    OWNER = "owner"
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    USER = "user"


class User(Message):
    """An employee. `signature` replaces the organisation's under own messages.

    One who is `invited` has not set a password yet and cannot sign in. `second_factor` says whether
    a code is asked for at sign-in.
    """

    id: UUID
    name: Name
    email: Address
    role: StaffRole
    active: bool
    zone: Zone | None
    signature: Text
    version: int
    invited: bool = False
    second_factor: bool = False


class OpenSession(Message):
    """A browser that is signed in. `device` is told from what the browser says of itself."""

    id: UUID
    device: str
    remote: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


Password = Annotated[str, Meta(min_length=10, max_length=200)]


class People(Interface, Protocol):
    """The team."""

    @call(rights.READ)
    def list_users(self) -> list[User]:
        """All users of the organisation, by name."""
        ...

    @call(rights.MANAGE_USERS, mutates=True)
    def create_user(
        self, *, name: Name, email: Address, role: StaffRole, password: Password
    ) -> User:
        """Add a user. Conflict `accounts.email_taken`; only an owner makes owners (Forbidden)."""
        ...

    @call(rights.MANAGE_USERS, mutates=True)
    def invite_user(self, *, name: Name, email: Address, role: StaffRole) -> User:
        """Add a user, who sets a password by a link in a mail; it is good once and for a week.

        Conflict `accounts.email_taken`; only an owner makes owners (Forbidden).
        """
        ...

    @call(rights.MANAGE_USERS, mutates=True)
    def reinvite_user(self, *, id: UUID) -> User:
        """Send a new link to who has not set a password yet; the one before is good no more.

        Conflict `accounts.not_invited` for who has, and for who is not active.
        """
        ...

    @call(rights.MANAGE_USERS)
    def list_user_sessions(self, *, id: UUID) -> list[OpenSession]:
        """Where the user is signed in, the latest used first. Only an owner sees an owner's."""
        ...

    @call(rights.MANAGE_USERS, mutates=True)
    def end_user_sessions(self, *, id: UUID) -> None:
        """Sign the user out everywhere; API tokens stay. Only an owner does it to an owner."""
        ...

    @call(rights.MANAGE_USERS, mutates=True)
    def remove_second_factor(self, *, id: UUID) -> User:
        """Take the second factor from a user who lost it. Only an owner does it to an owner."""
        ...

    @call(rights.MANAGE_USERS, mutates=True)
    def update_user(
        self,
        *,
        id: UUID,
        version: int,
        name: Name | None = None,
        role: StaffRole | None = None,
        active: bool | None = None,
    ) -> User:
        """Change a user. Conflict `accounts.last_owner` where no active owner would be left."""
        ...


@event("user.changed", source="accounts")
class UserChanged(Event):
    """A user, whole, after a change."""

    user: User


@event("sessions.ended", source="accounts")
class SessionsEnded(Event):
    """Sessions or tokens of a user ended, or what they are good for changed: ask again whose each
    is. Open streams of the user end."""

    user: UUID
