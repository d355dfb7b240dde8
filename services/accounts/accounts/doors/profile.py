"""What a user does with the own account."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.accounts import ApiToken, Me, Scope, SessionsEnded, User, UserChanged
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Invalid
from fairlead.service import Store, publish, rpc

from .. import notices, staff
from ..domain import settings as settings_rules
from ..domain import tokens, users
from ..domain.passwords import Passwords
from ..proving import proven
from ..sign_in import apart
from ..store import sessions
from ..views import api_token_of, me_of, user_of
from .caller import caller


class Profile:
    """The calling user."""

    store = Store()
    passwords = Passwords()

    @rpc
    def me(self) -> Me:
        """The calling user."""
        with self.store.reading() as session:
            user = staff.get(session, caller())
            return me_of(user, staff.organisation(session, user.organisation_id))

    @rpc
    def update_me(self, *, name: str | None, signature: str | None, zone: str | None) -> User:
        """Change the own name, signature or time zone."""
        with self.store.transaction() as session:
            row = staff.get(session, caller(), lock=True)
            before = user_of(row)
            if staff.update_profile(row, name=name, signature=signature, zone=zone):
                session.flush()
                publish(session, UserChanged(user=user_of(row)))
                staff.record_change(session, "user.profile_changed", before, user_of(row))
            return user_of(row)

    @rpc
    def change_password(self, *, old: str, new: str, keep: str | None) -> None:
        """Set a new password."""
        hashed = apart(self.passwords.hash, new)
        with proven(self.store, self.passwords, caller(), old, "old") as (session, user):
            user.password = hashed
            sessions.end_sessions(session, user.id, but=tokens.digest(keep) if keep else None)
            publish(session, SessionsEnded(user=user.id))
            record(session, "user.password_changed", entity="user", id=user.id, label=user.name)
            publish(session, notices.password_changed(user.id))

    @rpc
    def list_api_tokens(self) -> list[ApiToken]:
        """The calling user's tokens."""
        with self.store.reading() as session:
            return [api_token_of(row) for row in sessions.api_tokens(session, caller())]

    @rpc
    def create_api_token(
        self, *, name: str, scopes: list[Scope] | None, expires_at: dt.datetime | None
    ) -> ApiToken:
        """A new token that acts as the calling user."""
        name = settings_rules.check_name(name, "name")
        if expires_at is not None and expires_at <= dt.datetime.now(dt.UTC):
            raise Invalid.field("accounts.invalid", "expires_at", "is past")
        users.check_scopes(current().scopes, scopes)
        users.check_end(current().expires_at, expires_at)
        with self.store.transaction() as session:
            row, secret = staff.add_api_token(session, caller(), name, scopes, expires_at)
            shown = {"scopes": scopes, "expires_at": expires_at}
            record(
                session, "api_token.created", entity="api_token", id=row.id, label=name, after=shown
            )
            return api_token_of(row, secret)

    @rpc
    def revoke_api_token(self, *, id: UUID) -> None:
        """End a token of the calling user."""
        with self.store.transaction() as session:
            name = staff.revoke_api_token(session, caller(), id)
            publish(session, SessionsEnded(user=caller()))
            record(session, "api_token.revoked", entity="api_token", id=id, label=name)
