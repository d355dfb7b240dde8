"""Signing in: counting the attempt, looking at the password, opening the session."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from eventlet import tpool
from eventlet.semaphore import Semaphore
from sqlalchemy.orm import Session as Transaction

from contracts.accounts import Identity, Scope, Session, SignInStep
from fairlead.context import current
from fairlead.errors import TooMany, Unauthenticated
from fairlead.service import EVERYWHERE, ServiceStore

from . import staff, views
from .domain import tokens
from .domain.devices import device_of
from .domain.links import Purpose
from .domain.passwords import Passwords
from .domain.throttle import Limit, sign_in_limits
from .domain.users import email_key, must_enrol
from .store import attempts, links, people, sessions
from .store.people import UserRow
from .store.sessions import SessionRow, TokenRow

T = TypeVar("T")

# Each hash takes 64 MiB and a core for its time.
_hashing = Semaphore(2)


def apart(work: Callable[..., T], *arguments: object) -> T:
    """The result of `work`, done on another thread while other greenlets go on here."""
    with _hashing:
        result: T = tpool.execute(work, *arguments)
        return result


def wrong() -> Unauthenticated:
    """The error for a wrong address and for a wrong password alike."""
    return Unauthenticated("accounts.wrong_credentials", "The email or the password is wrong")


def count(database: ServiceStore, bounds: tuple[Limit, ...]) -> None:
    """Count an attempt, before anything is compared; TooMany while there were too many."""
    now = dt.datetime.now(dt.UTC)
    with database.transaction(EVERYWHERE) as session:
        tallies = [(limit, attempts.tally(session, limit.key, now)) for limit in bounds]
        wait = max(limit.wait(tally, now) for limit, tally in tallies)
        if wait:
            raise TooMany(
                "accounts.throttled",
                "There were too many failed attempts; wait before the next",
                retry_after=math.ceil(wait),
            )
        for limit, tally in tallies:
            attempts.set_tally(session, limit.key, limit.failed(tally, now))


def forgive(session: Transaction, bounds: tuple[Limit, ...]) -> None:
    """Take the attempt back: it was right."""
    now = dt.datetime.now(dt.UTC)
    for limit in bounds:
        tally = limit.succeeded(attempts.tally(session, limit.key, now), now)
        attempts.set_tally(session, limit.key, tally)


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in: the network address, and the User-Agent."""

    remote: str
    agent: str = ""


def sign_in(
    database: ServiceStore, passwords: Passwords, email: str, password: str, browser: Browser
) -> SignInStep:
    """What opens for who has this address and password: a session, or a ticket for the code."""
    bounds = sign_in_limits(email_key(email), browser.remote)
    count(database, bounds)
    with database.reading(EVERYWHERE) as session:
        user = people.user_by_email(session, email_key(email))
    known = user.password if user is not None and user.active and not user.invited else None
    if not apart(passwords.verify, password, known) or known is None:
        raise wrong()
    renewed = apart(passwords.hash, password) if passwords.outdated(known) else known
    with database.transaction(EVERYWHERE) as session:
        forgive(session, bounds)
        user = people.user_by_email(session, email_key(email), lock=True)
        if user is None or not user.active or user.password != known:
            raise wrong()  # it was changed while we compared
        user.password = renewed
        if user.second_factor:
            return SignInStep(ticket=links.open_link(session, user, Purpose.SECOND_FACTOR))
        return SignInStep(session=open_session(session, user, browser))


def open_session(session: Transaction, user: UserRow, browser: Browser) -> Session:
    """A new session of the user."""
    now = dt.datetime.now(dt.UTC)
    token = tokens.new(tokens.SESSION)
    row = SessionRow(
        organisation_id=user.organisation_id,
        digest=tokens.digest(token),
        user_id=user.id,
        created_at=now,
        used_at=now,
        device=device_of(browser.agent),
        remote=browser.remote[:100],
    )
    session.add(row)
    session.flush()
    return views.session_of(row, token, user, staff.organisation(session, user.organisation_id))


def authenticate(database: ServiceStore, token: str) -> Identity:
    """Whose session or API token this is; its use is noted now and then."""
    digest = tokens.digest(token)
    is_api = token.startswith(tokens.API)
    kind: type[SessionRow | TokenRow] = TokenRow if is_api else SessionRow
    find = sessions.token_by_digest if is_api else sessions.session_by_digest
    now = dt.datetime.now(dt.UTC)
    with database.reading(EVERYWHERE) as session:
        found = find(session, digest)
        if found is None or not found[1].active or _is_over(found[0], now):
            raise Unauthenticated("accounts.session_ended", "Sign in again")
        row, user = found
        organisation = staff.organisation(session, user.organisation_id)
    if tokens.worth_noting(row.used_at, now):
        with database.transaction(EVERYWHERE) as session:
            sessions.note_use(session, kind, digest, current().remote)
    scopes = _scopes(row, must_enrol(user.role, user.second_factor, organisation.settings))
    csrf = None if is_api else tokens.csrf(token)
    expires_at = row.expires_at if isinstance(row, TokenRow) else None
    return views.identity_of(user, csrf, scopes, expires_at)


def _scopes(row: SessionRow | TokenRow, unfinished: bool) -> list[str] | None:
    """What limits a session or token. Where the organisation wants a second factor that is not
    there, a session reaches no further than to setting one up, and a token reaches nothing."""
    if isinstance(row, SessionRow):
        return [Scope.PROFILE.value] if unfinished else None
    if unfinished:
        return []
    return None if row.scopes is None else [scope.value for scope in row.scopes]


def _is_over(row: SessionRow | TokenRow, now: dt.datetime) -> bool:
    if isinstance(row, SessionRow):
        return tokens.ended(row.created_at, row.used_at, now)
    return row.expires_at is not None and now >= row.expires_at
