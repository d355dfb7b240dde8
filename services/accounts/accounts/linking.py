"""Links that come by mail: sent, looked at and used."""

from __future__ import annotations

from sqlalchemy.orm import Session as Transaction

from contracts.accounts import AccountLink, LinkPurpose, SessionsEnded, UserChanged
from contracts.channels import Mailbox
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import NotFound
from fairlead.service import EVERYWHERE, ServiceStore, publish

from . import notices, second_factor, staff
from .domain import links as letters
from .domain.links import Purpose
from .mailing import post
from .store import links, people, sessions
from .store.links import LinkRow
from .store.people import UserRow
from .views import user_of

_BY_MAIL = (Purpose.INVITATION, Purpose.RESET)


def invite(session: Transaction, user: UserRow, address: str) -> None:
    """Mail the user a link to begin with; the one before is good no more."""
    url = _url(session, user, Purpose.INVITATION, address)
    organisation = staff.organisation(session, user.organisation_id)
    inviter = current().user_name or ""
    letter = letters.invitation(user.name, organisation.name, inviter, url)
    post(session, user.organisation_id, Mailbox(address=user.email, name=user.name), letter)


def answer_request(database: ServiceStore, address: str) -> bool:
    """Answer one request for a new password; False when there is none."""
    with database.transaction(EVERYWHERE) as session:
        request = links.next_request(session)
        if request is None:
            return False
        session.delete(request)
        user = people.user_by_email(session, request.email_key)
        if user is None or not user.active:
            return True
        if user.invited:
            invite(session, user, address)
            return True
        letter = letters.reset(user.name, _url(session, user, Purpose.RESET, address))
        post(session, user.organisation_id, Mailbox(address=user.email, name=user.name), letter)
        return True


def look(database: ServiceStore, token: str) -> AccountLink:
    """What the link is for; NotFound."""
    with database.reading(EVERYWHERE) as session:
        row, user = find(session, token)
        organisation = staff.organisation(session, user.organisation_id)
    return AccountLink(
        purpose=LinkPurpose(row.purpose.value),
        name=user.name,
        email=user.email,
        organisation=organisation.name,
        expires_at=row.expires_at,
    )


def use(database: ServiceStore, token: str, hashed: str) -> None:
    """Set the hash of the user's new password and end the link; NotFound."""
    with database.transaction(EVERYWHERE) as session:
        row, found = find(session, token)
        user = people.user(session, found.id, lock=True)
        if user is None or not user.active or not links.use(session, token):
            raise unknown()
        who = second_factor.as_user(user)
        user.password = hashed
        session.flush()
        links.end_links(session, user.id)
        sessions.end_sessions(session, user.id)
        publish(session, UserChanged(user=user_of(user)), context=who)
        publish(session, SessionsEnded(user=user.id), context=who)
        invited = row.purpose is Purpose.INVITATION
        action = "user.invitation_accepted" if invited else "user.password_reset"
        record(session, action, entity="user", id=user.id, label=user.name, context=who)
        if not invited:
            publish(session, notices.password_reset(user.id), context=who)


def find(session: Transaction, token: str) -> tuple[LinkRow, UserRow]:
    """A link that came by mail, and its user; NotFound `accounts.link_unknown`."""
    found = links.find(session, token)
    if found is None or found[0].purpose not in _BY_MAIL:
        raise unknown()
    return found


def unknown() -> NotFound:
    """The error for a link that never was, is over, or was used."""
    return NotFound("accounts.link_unknown", "This link is no longer good")


def _url(session: Transaction, user: UserRow, purpose: Purpose, address: str) -> str:
    return f"{address}/a/{links.open_link(session, user, purpose)}"
