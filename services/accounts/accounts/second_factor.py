"""Second factors as they are set up, asked for and removed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session as Transaction

from contracts.accounts import Enrolment, Session, SessionsEnded, UserChanged
from fairlead.audit import record
from fairlead.context import Context, Role, current
from fairlead.errors import Conflict, Invalid, Unauthenticated
from fairlead.secrets import Vault
from fairlead.service import EVERYWHERE, ServiceStore, publish

from . import notices, sign_in, staff
from .domain import totp
from .domain.links import Purpose
from .domain.throttle import code_limits
from .sign_in import Browser
from .store import factors, links
from .store.factors import FactorRow
from .store.people import UserRow
from .views import user_of

PURPOSE = "accounts.totp"


def enrol(session: Transaction, vault: Vault, user: UserRow) -> Enrolment:
    """A new second factor of the user, not in force yet."""
    if user.second_factor:
        raise Conflict("accounts.second_factor_set", "There is a second factor: disable it first")
    secret = totp.new_secret()
    known = factors.of_user(session, user.id)
    if known is not None:
        session.delete(known)
        session.flush()
    session.add(
        FactorRow(
            user_id=user.id,
            secret=vault.encrypt_bytes(secret, organisation=user.organisation_id, purpose=PURPOSE),
            confirmed_at=None,
            last_step=0,
            recovery=[],
        )
    )
    issuer = staff.organisation(session, user.organisation_id).name
    uri = totp.uri(secret, account=user.email, issuer=issuer)
    return Enrolment(secret=totp.shown(secret), uri=uri)


def confirm(session: Transaction, vault: Vault, user: UserRow, code: str) -> list[str]:
    """Put it in force; returns the recovery codes."""
    row = factors.of_user(session, user.id)
    if row is None or row.confirmed_at is not None:
        raise Conflict("accounts.not_enrolled", "No second factor waits for its first code")
    if not _is_next(vault, row, code):
        raise Invalid.field("accounts.wrong_code", "code", "is not the present code of the app")
    row.confirmed_at = dt.datetime.now(dt.UTC)
    _set(session, user, True, "user.second_factor_enabled", "set up")
    return _renew(row)


def renew_recovery(session: Transaction, user: UserRow) -> list[str]:
    """New recovery codes."""
    row = factors.of_user(session, user.id)
    if row is None or row.confirmed_at is None:
        raise Conflict("accounts.not_enrolled", "There is no second factor")
    record(session, "user.recovery_codes_renewed", entity="user", id=user.id, label=user.name)
    publish(session, notices.factor_changed(user.id, "new recovery codes"))
    return _renew(row)


def remove(session: Transaction, user: UserRow, action: str) -> None:
    """Take the second factor away, in force or not."""
    row = factors.of_user(session, user.id)
    if row is not None:
        session.delete(row)
    if user.second_factor:
        _set(session, user, False, action, "removed")


def _set(session: Transaction, user: UserRow, value: bool, action: str, what: str) -> None:
    user.second_factor = value
    session.flush()
    publish(session, UserChanged(user=user_of(user)))
    publish(session, SessionsEnded(user=user.id))  # what sessions are good for may have changed
    record(session, action, entity="user", id=user.id, label=user.name)
    publish(session, notices.factor_changed(user.id, what))


def _renew(row: FactorRow) -> list[str]:
    codes = totp.new_recovery_codes()
    row.recovery = [totp.recovery_digest(code) for code in codes]
    return codes


def finish_sign_in(
    database: ServiceStore, vault: Vault, ticket: str, code: str, browser: Browser
) -> Session:
    """The session for who has the ticket and a code that was not used before."""
    with database.reading(EVERYWHERE) as session:
        bounds = code_limits(_ticket(session, ticket).id)
    sign_in.count(database, bounds)
    with database.transaction(EVERYWHERE) as session:
        user = _ticket(session, ticket)
        row = factors.of_user(session, user.id)
        if row is None or not _opens(session, vault, user, row, code):
            raise Unauthenticated("accounts.wrong_code", "The code is wrong, or was used before")
        sign_in.forgive(session, bounds)
        if not links.use(session, ticket):
            raise _ended()
        return sign_in.open_session(session, user, browser)


def _ticket(session: Transaction, ticket: str) -> UserRow:
    found = links.find(session, ticket)
    if found is None or found[0].purpose is not Purpose.SECOND_FACTOR:
        raise _ended()
    return found[1]


def _opens(session: Transaction, vault: Vault, user: UserRow, row: FactorRow, code: str) -> bool:
    """Whether the code is right; it is used up."""
    if _is_next(vault, row, code):
        return True
    digest = totp.recovery_digest(code)
    if digest not in row.recovery:
        return False
    row.recovery = [each for each in row.recovery if each != digest]
    publish(
        session,
        notices.factor_changed(user.id, f"a recovery code was used, {len(row.recovery)} are left"),
        context=as_user(user),
    )
    record(
        session,
        "user.recovery_code_used",
        entity="user",
        id=user.id,
        label=user.name,
        context=as_user(user),
    )
    return True


def _is_next(vault: Vault, row: FactorRow, code: str) -> bool:
    secret = vault.decrypt_bytes(row.secret, organisation=row.organisation_id, purpose=PURPOSE)
    step = totp.step_of(secret, code, dt.datetime.now(dt.UTC), row.last_step)
    if step is None:
        return False
    row.last_step = step
    return True


def as_user(user: UserRow) -> Context:
    """The context of a user who is not signed in, but has proven who it is."""
    here = current()
    return Context(
        role=Role(user.role.value),
        organisation=user.organisation_id,
        user=user.id,
        user_name=user.name,
        request=here.request,
        trace=here.trace,
        remote=here.remote,
    )


def _ended() -> Unauthenticated:
    return Unauthenticated("accounts.ticket_ended", "It took too long: give the password again")
