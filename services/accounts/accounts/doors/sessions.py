"""Where users are signed in."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.accounts import OpenSession, SessionsEnded
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import NotFound
from fairlead.service import Store, publish, rpc

from .. import staff
from ..domain import tokens
from ..domain.users import check_reach
from ..store import sessions
from ..views import open_session_of
from .caller import caller


class Sessions:
    """Sessions, listed and ended."""

    store = Store()

    @rpc
    def list_sessions(self, *, keep: str | None) -> list[OpenSession]:
        """Where the user is signed in."""
        digest = tokens.digest(keep) if keep else None
        with self.store.reading() as session:
            rows = sessions.of_user(session, caller())
        return [open_session_of(row, row.digest == digest) for row in rows if not _is_over(row)]

    @rpc
    def end_session(self, *, id: UUID) -> None:
        """End one session of the user."""
        user = caller()
        with self.store.transaction() as session:
            found = [row for row in sessions.of_user(session, user) if row.id == id]
            if not found:
                raise NotFound("accounts.session_not_found", "You have no such session")
            session.delete(found[0])
            publish(session, SessionsEnded(user=user))
            record(session, "session.ended", entity="session", id=id, label=found[0].device or "")

    @rpc
    def end_other_sessions(self, *, keep: str | None) -> None:
        """End the user's other sessions."""
        user = caller()
        with self.store.transaction() as session:
            sessions.end_sessions(session, user, but=tokens.digest(keep) if keep else None)
            publish(session, SessionsEnded(user=user))
            name = staff.get(session, user).name
            record(session, "user.other_sessions_ended", entity="user", id=user, label=name)

    @rpc
    def list_user_sessions(self, *, id: UUID) -> list[OpenSession]:
        """Where a user is signed in."""
        with self.store.reading() as session:
            row = staff.get(session, id)
            check_reach(current().role, row.role)
            rows = sessions.of_user(session, id)
        return [open_session_of(row, False) for row in rows if not _is_over(row)]

    @rpc
    def end_user_sessions(self, *, id: UUID) -> None:
        """Sign a user out everywhere."""
        with self.store.transaction() as session:
            row = staff.get(session, id, lock=True)
            check_reach(current().role, row.role)
            sessions.end_sessions(session, id)
            publish(session, SessionsEnded(user=id))
            record(session, "user.sessions_ended", entity="user", id=id, label=row.name)


def _is_over(row: sessions.SessionRow) -> bool:
    return tokens.ended(row.created_at, row.used_at, dt.datetime.now(dt.UTC))
