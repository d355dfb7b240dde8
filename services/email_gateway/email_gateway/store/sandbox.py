"""The sandbox's mailboxes and the mails in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import Mailbox
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


def exists(session: Session, address: str) -> bool:
    """Whether mail to `address` arrives.

    At a domain that has mailboxes only those exist, so that a mistyped name bounces as it would
    in the world; at any other domain every name does.
    """
    address = address.lower()
    domain = address.rpartition("@")[2]
    known = session.scalars(
        sa.select(SandboxMailboxRow.address).where(
            SandboxMailboxRow.address.like(f"%@{_escaped(domain)}", escape="\\")
        )
    ).all()
    return not known or address in known


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


def mailboxes(session: Session) -> list[tuple[str, str, int, int]]:
    """Address, name, unread and all mails of every mailbox, by address."""
    counts = sa.select(
        SandboxMailRow.mailbox,
        sa.func.count().label("total"),
        sa.func.sum(sa.case((SandboxMailRow.read.is_(False), 1), else_=0)).label("unread"),
    ).group_by(SandboxMailRow.mailbox)
    counted = {row.mailbox: (int(row.unread), int(row.total)) for row in session.execute(counts)}
    names = {row.address: row.name for row in session.scalars(sa.select(SandboxMailboxRow))}
    return [
        (address, names.get(address, ""), *counted.get(address, (0, 0)))
        for address in sorted({*names, *counted})
    ]


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
