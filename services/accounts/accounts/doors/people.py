"""The team."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.accounts import StaffRole, User, UserChanged
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Conflict
from fairlead.service import Config, Store, publish, rpc
from fairlead.store import is_duplicate

from .. import linking, staff
from ..domain import settings as settings_rules
from ..domain import users
from ..domain.passwords import Passwords
from ..settings import AccountsSettings
from ..sign_in import apart
from ..store import people
from ..store.people import UserRow
from ..views import user_of


class People:
    """The team."""

    store = Store()
    config = Config(AccountsSettings)
    passwords = Passwords()

    @rpc
    def list_users(self) -> list[User]:
        """All users of the organisation, by name."""
        with self.store.reading() as session:
            return [user_of(row) for row in people.users(session)]

    @rpc
    def create_user(self, *, name: str, email: str, role: StaffRole, password: str) -> User:
        """Add a user with a password."""
        name, email = _checked(name, email, role)
        hashed = apart(self.passwords.hash, password)
        with _unique(), self.store.transaction() as session:
            row = staff.add(session, name, email, role, hashed)
            return _added(session, row, "user.created")

    @rpc
    def invite_user(self, *, name: str, email: str, role: StaffRole) -> User:
        """Add a user, who chooses a password."""
        name, email = _checked(name, email, role)
        with _unique(), self.store.transaction() as session:
            row = staff.add(session, name, email, role, "")
            user = _added(session, row, "user.invited")
            linking.invite(session, row, self.config.address)
            return user

    @rpc
    def reinvite_user(self, *, id: UUID) -> User:
        """Send a new link to who has no password yet."""
        with self.store.transaction() as session:
            row = staff.get(session, id, lock=True)
            if not (row.invited and row.active):
                raise Conflict("accounts.not_invited", "The user has a password, or is not active")
            linking.invite(session, row, self.config.address)
            record(session, "user.invited_again", entity="user", id=id, label=row.name)
            return user_of(row)

    @rpc
    def update_user(
        self,
        *,
        id: UUID,
        version: int,
        name: str | None,
        role: StaffRole | None,
        active: bool | None,
    ) -> User:
        """Change a user."""
        if name is not None:
            name = settings_rules.check_name(name, "name")
        with self.store.transaction() as session:
            before, row = staff.update(
                session, current(), id, version, name=name, role=role, active=active
            )
            session.flush()
            if user_of(row) != before:
                publish(session, UserChanged(user=user_of(row)))
                staff.record_change(session, "user.changed", before, user_of(row))
            return user_of(row)


def _checked(name: str, email: str, role: StaffRole) -> tuple[str, str]:
    """The name and the address of a new user, when the caller may make one of this role."""
    users.check_change(current().role, None, users.Standing(role, active=True))
    return settings_rules.check_name(name, "name"), users.check_email(email, "email")


def _added(session: Session, row: UserRow, action: str) -> User:
    session.flush()
    user = user_of(row)
    publish(session, UserChanged(user=user))
    record(session, action, entity="user", id=user.id, label=user.name, after=user)
    return user


@contextmanager
def _unique() -> Iterator[None]:
    """Conflict `accounts.email_taken` where somebody signs in with the address already."""
    try:
        yield
    except Exception as error:
        if not is_duplicate(error):
            raise
        raise staff.email_taken("email") from error
