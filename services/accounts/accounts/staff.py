"""Organisations, users and their tokens as they are changed: inside the transaction given."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.accounts import Scope, SessionsEnded, Settings, StaffRole, User
from fairlead.audit import record
from fairlead.context import Context
from fairlead.errors import Conflict, NotFound, Stale
from fairlead.service import publish
from fairlead.store import new_id

from .domain import settings as settings_rules
from .domain import tokens, users
from .domain.users import Standing
from .store import links, people, sessions
from .store.people import OrganisationRow, UserRow
from .store.sessions import TokenRow
from .views import user_of


def organisation(session: Session, id: UUID, *, lock: bool = False) -> OrganisationRow:
    """The organisation with this id; NotFound `accounts.no_organisation`."""
    row = people.organisation(session, id, lock=lock)
    if row is None:
        raise NotFound("accounts.no_organisation", "There is no such organisation")
    return row


def get(session: Session, id: UUID, *, lock: bool = False) -> UserRow:
    """The user with this id; NotFound `accounts.user_not_found`."""
    row = people.user(session, id, lock=lock)
    if row is None:
        raise NotFound("accounts.user_not_found", "There is no such user")
    return row


def found(session: Session, name: str, settings: Settings) -> OrganisationRow:
    """The session's organisation, which is new."""
    row = OrganisationRow(name=name, settings=settings)
    session.add(row)
    session.flush()
    return row


def update_settings(
    session: Session, id: UUID, settings: Settings, version: int
) -> tuple[Settings, OrganisationRow]:
    """The settings as they were, and the organisation with the new ones."""
    row = organisation(session, id, lock=True)
    if row.version != version:
        raise Stale(
            "accounts.settings_changed", "Somebody changed the settings", version=row.version
        )
    before = row.settings
    row.settings = settings
    return before, row


def add(session: Session, name: str, email: str, role: StaffRole, password: str) -> UserRow:
    """A new user; `password` is a hash, or empty for who is invited.

    Conflict where there are too many.
    """
    if people.user_count(session) >= users.MOST_USERS:
        raise Conflict("accounts.too_many_users", f"There are {users.MOST_USERS} users already")
    row = UserRow(
        id=new_id(),
        name=name,
        email=email,
        email_key=users.email_key(email),
        role=role,
        active=True,
        zone=None,
        signature="",
        password=password,
    )
    session.add(row)
    return row


def update(
    session: Session,
    actor: Context,
    id: UUID,
    version: int,
    *,
    name: str | None,
    role: StaffRole | None,
    active: bool | None,
) -> tuple[User, UserRow]:
    """The user as it was, and as `actor` changed it.

    Whoever is no longer active is signed out everywhere.
    """
    # Two owners who demote each other at once would each still see the other.
    organisation(session, actor.need_organisation(), lock=True)
    row = get(session, id, lock=True)
    if row.version != version:
        raise Stale("accounts.user_changed", "Somebody changed the user", version=row.version)
    known, before = user_of(row), Standing(row.role, row.active)
    after = Standing(role or row.role, row.active if active is None else active)
    users.check_change(actor.role, before, after)
    users.check_owner_left(before, after, people.other_owners(session, id))
    row.name, row.role, row.active = name or row.name, after.role, after.active
    if not row.active:
        sessions.end_sessions(session, id)
        sessions.end_api_tokens(session, id)
        links.end_links(session, id)
    if after != before:
        publish(session, SessionsEnded(user=id))
    return known, row


def record_change(session: Session, action: str, before: User, after: User) -> None:
    """Write down how a user changed; the version says nothing to anybody."""
    record(
        session,
        action,
        entity="user",
        id=after.id,
        label=after.name,
        before=replace(before, version=after.version),
        after=after,
    )


def email_taken(field: str) -> Conflict:
    """The error for an address that somebody signs in with."""
    return Conflict("accounts.email_taken", "Somebody signs in with this email", field=field)


def update_profile(
    row: UserRow, *, name: str | None, signature: str | None, zone: str | None
) -> bool:
    """Change what is given of the user's own; returns whether that changed anything."""
    before = row.name, row.signature, row.zone
    if name is not None:
        row.name = settings_rules.check_name(name, "name")
    if signature is not None:
        row.signature = settings_rules.check_text(signature, "signature")
    if zone is not None:
        row.zone = settings_rules.check_zone(zone, "zone")
    return (row.name, row.signature, row.zone) != before


def add_api_token(
    session: Session,
    user_id: UUID,
    name: str,
    scopes: list[Scope] | None,
    expires_at: dt.datetime | None,
) -> tuple[TokenRow, str]:
    """A new token of the user, and its secret."""
    get(session, user_id, lock=True)
    if len(sessions.api_tokens(session, user_id)) >= users.MOST_TOKENS:
        raise Conflict("accounts.too_many_tokens", f"You have {users.MOST_TOKENS} tokens already")
    secret = tokens.new(tokens.API)
    row = TokenRow(
        id=new_id(),
        user_id=user_id,
        name=name,
        digest=tokens.digest(secret),
        created_at=dt.datetime.now(dt.UTC),
        used_at=None,
        scopes=scopes,
        expires_at=expires_at,
    )
    session.add(row)
    return row, secret


def revoke_api_token(session: Session, user_id: UUID, id: UUID) -> str:
    """End the user's token and return its name; NotFound `accounts.token_not_found`."""
    for row in sessions.api_tokens(session, user_id):
        if row.id == id:
            session.delete(row)
            return row.name
    raise NotFound("accounts.token_not_found", "You have no such token")
