"""Proving with the password that it is still the user who sits there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.orm import Session

from fairlead.errors import Invalid
from fairlead.service import ServiceStore

from . import sign_in, staff
from .domain.passwords import Passwords
from .domain.throttle import password_limits
from .sign_in import apart
from .store.people import UserRow


@contextmanager
def proven(
    database: ServiceStore, passwords: Passwords, id: UUID, password: str, field: str
) -> Iterator[tuple[Session, UserRow]]:
    """A transaction that holds the user, once `password` has proven to be the user's.

    Invalid `accounts.wrong_password` that names `field`; TooMany `accounts.throttled` after
    several of them.
    """
    bounds = password_limits(id)
    sign_in.count(database, bounds)
    with database.reading() as session:
        known = staff.get(session, id).password
    if not apart(passwords.verify, password, known):
        raise _wrong(field)
    with database.transaction() as session:
        sign_in.forgive(session, bounds)
        user = staff.get(session, id, lock=True)
        if user.password != known:
            raise _wrong(field)  # it was changed while we compared
        yield session, user


def _wrong(field: str) -> Invalid:
    return Invalid.field("accounts.wrong_password", field, "is not the present password")
