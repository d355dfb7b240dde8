"""Mails that came in: raw first, then understood."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.store import claim, insert_into, new_id

from .tables import IncomingRow

# A mail of the largest size takes some seconds; that of a worker that died waits no longer than one
# on its way out.
LEASE_SECONDS = 45.0
LAST_ATTEMPT = 3  # then the mail is put aside; its raw bytes stay and can be tried again by hand

DISCARDED = "discarded"  # the kind of a mail that a person let go


def fingerprint(raw: bytes, mail_id: str, sender: str, date: str) -> str:
    """What makes a mail the same mail within one mailbox.

    Ids are not unique: some programs give every mail one id. And a second copy of one mail has
    other trace headers, so with the id only what its author made counts. Without an id all bytes
    count, for nothing else tells two people apart who write the same words.
    """
    _, _, body = raw.partition(b"\r\n\r\n")
    parts: tuple[bytes, ...] = (raw,)
    if mail_id:
        made = (mail_id, sender, date)
        parts = (*(each.encode("utf-8", "surrogateescape") for each in made), body or raw)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()


def add(
    session: Session,
    *,
    connection_id: UUID,
    mail_id: str,
    fingerprint: str,
    key: str,
    size: int,
    truncated: bool,
    imported: bool,
    received_at: dt.datetime,
    now: dt.datetime,
) -> bool:
    """Note a stored mail; returns whether it is new."""
    inserted = session.execute(
        insert_into(session, IncomingRow)
        .values(
            id=new_id(),
            connection_id=connection_id,
            mail_id=mail_id,
            fingerprint=fingerprint,
            key=key,
            size=size,
            truncated=truncated,
            imported=imported,
            received_at=received_at,
            due_at=now,
            attempts=0,
        )
        .on_conflict_do_nothing()
        .returning(IncomingRow.id)
    )
    return inserted.first() is not None


def claim_due(session: Session, owner: str, now: dt.datetime, limit: int) -> list[IncomingRow]:
    """Stored mails to be worked on in this order, leased to `owner`, who claims once.

    What was imported only where nothing new is there.
    """

    def claimed(*, imported: bool) -> list[IncomingRow]:
        return claim(
            session,
            IncomingRow,
            now=now,
            owner=owner,
            limit=limit,
            lease_seconds=LEASE_SECONDS,
            where=[IncomingRow.imported.is_(imported)],
            in_order=True,
        )

    return claimed(imported=False) or claimed(imported=True)


def provider_id(session: Session, row: IncomingRow) -> str:
    """What the mail is called in its mailbox: its Message-ID, unless another mail has it too."""
    if not row.mail_id:
        return row.fingerprint
    first = session.scalar(
        sa.select(IncomingRow.id)
        .where(IncomingRow.connection_id == row.connection_id, IncomingRow.mail_id == row.mail_id)
        .order_by(IncomingRow.id)
        .limit(1)
    )
    return row.mail_id if first == row.id else f"{row.mail_id}#{row.fingerprint[:12]}"


def aside(session: Session, after: UUID | None, limit: int) -> Sequence[IncomingRow]:
    """Mails that could not be understood, the oldest first."""
    wanted = _aside().order_by(IncomingRow.id).limit(limit)
    return session.scalars(wanted if after is None else wanted.where(IncomingRow.id > after)).all()


def get_aside(session: Session, id: UUID) -> IncomingRow | None:
    """One of them."""
    return session.scalar(_aside().where(IncomingRow.id == id))


def count_aside(session: Session) -> int:
    """How many they are."""
    wanted = sa.select(sa.func.count(IncomingRow.id)).where(IncomingRow.error.is_not(None))
    return session.scalar(wanted) or 0


def again(session: Session, id: UUID | None, now: dt.datetime) -> int:
    """Let one that was put aside be tried again, or all; returns how many that are."""
    return _change_aside(
        session, id, error=None, done_at=None, attempts=0, due_at=now, lease_until=None
    )


def discard(session: Session, id: UUID) -> bool:
    """Let go of one that was put aside; returns whether there was one. That it came is still
    known, so that it does not come again."""
    return bool(_change_aside(session, id, error=None, kind=DISCARDED, key=""))


def _aside() -> sa.Select[IncomingRow]:
    return sa.select(IncomingRow).where(IncomingRow.error.is_not(None))


def _change_aside(session: Session, id: UUID | None, **values: object) -> int:
    change = sa.update(IncomingRow).where(IncomingRow.error.is_not(None)).values(**values)
    if id is not None:
        change = change.where(IncomingRow.id == id)
    result = session.execute(change.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
