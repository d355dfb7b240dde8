"""The sandbox's mailboxes and the mails in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import Mailbox
from contracts.email_gateway import MailboxState, SandboxMailbox
from fairlead.errors import NotFound
from fairlead.store import insert_into, new_id

from .tables import SandboxMailboxRow, SandboxMailRow


def open_mailbox(session: Session, mailbox: Mailbox) -> None:
    """Make sure that a mailbox exists."""
    session.execute(
        insert_into(session, SandboxMailboxRow)
        .values(address=mailbox.address.lower(), name=mailbox.name)
        .on_conflict_do_nothing()
    )


def put_mailbox(session: Session, address: str, state: MailboxState) -> None:
    """Let there be a mailbox in this state."""
    open_mailbox(session, Mailbox(address=address))
    session.execute(
        sa.update(SandboxMailboxRow)
        .where(SandboxMailboxRow.address == address.lower())
        .values(state=state)
    )


def state_of(session: Session, address: str, *, stranger: MailboxState) -> MailboxState:
    """What becomes of mail to `address`; `stranger` says it of who is none of the known.

    At a domain that has mailboxes only those exist, so that a mistyped name bounces as it would
    in the world; at any other domain every name does.
    """
    address = address.lower()
    domain = address.rpartition("@")[2]
    known = {
        row.address: row.state
        for row in session.scalars(
            sa.select(SandboxMailboxRow).where(
                SandboxMailboxRow.address.like(f"%@{_escaped(domain)}", escape="\\")
            )
        )
    }
    return known.get(address, stranger if known else MailboxState.OPEN)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def add_mail(
    session: Session,
    *,
    mailbox: str,
    key: str,
    dispatch_id: UUID,
    connection_id: UUID,
    now: dt.datetime,
) -> bool:
    """Put a mail into a mailbox; returns whether it was not there yet."""
    inserted = session.execute(
        insert_into(session, SandboxMailRow)
        .values(
            id=new_id(),
            mailbox=mailbox.lower(),
            key=key,
            dispatch_id=dispatch_id,
            connection_id=connection_id,
            arrived_at=now,
            read=False,
        )
        .on_conflict_do_nothing()
        .returning(SandboxMailRow.id)
    )
    return inserted.first() is not None


def mailboxes(session: Session) -> list[SandboxMailbox]:
    """Every mailbox, by address."""
    counts = sa.select(
        SandboxMailRow.mailbox,
        sa.func.count().label("total"),
        sa.func.sum(sa.case((SandboxMailRow.read.is_(False), 1), else_=0)).label("unread"),
    ).group_by(SandboxMailRow.mailbox)
    counted = {row.mailbox: (int(row.unread), int(row.total)) for row in session.execute(counts)}
    rows = {row.address: row for row in session.scalars(sa.select(SandboxMailboxRow))}
    return [_view(address, rows.get(address), counted) for address in sorted({*rows, *counted})]


def _view(
    address: str, row: SandboxMailboxRow | None, counted: Mapping[str, tuple[int, int]]
) -> SandboxMailbox:
    unread, total = counted.get(address, (0, 0))
    return SandboxMailbox(
        address=address,
        name=row.name if row else "",
        unread=unread,
        total=total,
        state=row.state if row else MailboxState.OPEN,
    )


def mails(session: Session, address: str, limit: int) -> Sequence[SandboxMailRow]:
    """The mails in a mailbox, the newest first."""
    return session.scalars(
        sa.select(SandboxMailRow)
        .where(SandboxMailRow.mailbox == address.lower())
        .order_by(SandboxMailRow.arrived_at.desc(), SandboxMailRow.id.desc())
        .limit(limit)
    ).all()


def mail(session: Session, id: UUID) -> SandboxMailRow:
    """One mail; raises NotFound."""
    row = session.scalar(sa.select(SandboxMailRow).where(SandboxMailRow.id == id))
    if row is None:
        raise NotFound("email_gateway.sandbox_mail_not_found", "There is no such sandbox mail")
    return row
