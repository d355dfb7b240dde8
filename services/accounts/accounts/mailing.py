"""Mails to employees: what leaves accounts by way of the email gateway."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import Mailbox, NoticeQueued
from fairlead.context import service_context
from fairlead.service import EVERYWHERE, ServiceStore, publish
from fairlead.store import new_id

from .domain.gathering import letter
from .domain.letters import Letter
from .store import mailing, people
from .store.mailing import RoundRow


def post(session: Session, organisation: UUID, to: Mailbox, letter: Letter) -> None:
    """Let the letter leave when the session's transaction commits."""
    notice = NoticeQueued(
        notice_id=new_id(),
        to=to,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        queued_at=dt.datetime.now(dt.UTC),
    )
    publish(session, notice, context=service_context(organisation))


def mail_one(database: ServiceStore, public_url: str) -> bool:
    """Post the mail of one round that is due; False when there is none."""
    now = dt.datetime.now(dt.UTC)
    with database.transaction(EVERYWHERE) as session:
        round_ = mailing.next_round(session, now)
        if round_ is None:
            return False
        items = mailing.take(session, round_, now)
        to = _mailbox(session, round_)
        if items and to is not None:
            round_.mailed_at = now
            post(session, round_.organisation_id, to, letter(items, public_url))
        return True


def _mailbox(session: Session, round_: RoundRow) -> Mailbox | None:
    """Where the mail goes; None for who is no longer there to read it."""
    if round_.recipient == round_.organisation_id:
        row = people.organisation(session, round_.organisation_id)
        address = row and row.settings.notification_address
        return Mailbox(address=address, name=row.name) if row and address else None
    user = people.user(session, round_.recipient)
    if user is None or not user.active or user.organisation_id != round_.organisation_id:
        return None
    return Mailbox(address=user.email, name=user.name)
