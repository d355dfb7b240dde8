"""The phones of the sandbox's world."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import DeliveryStatus
from fairlead.errors import NotFound
from fairlead.store import insert_into

from .tables import HandsetRow, SandboxChatRow, SandboxTypingRow


def open_handset(session: Session, key: str, address: str, name: str) -> None:
    """Make sure that there is this phone."""
    session.execute(
        insert_into(session, HandsetRow)
        .values(key=key, address=address, name=name, on=True)
        .on_conflict_do_nothing()
    )


def find(session: Session, key: str) -> HandsetRow | None:
    """A phone, if there is one."""
    return session.scalar(sa.select(HandsetRow).where(HandsetRow.key == key))


def handset(session: Session, key: str) -> HandsetRow:
    """A phone; raises NotFound."""
    row = find(session, key)
    if row is None:
        raise NotFound("whatsapp_gateway.handset_not_found", "There is no such sandbox phone")
    return row


def handsets(session: Session) -> Sequence[tuple[HandsetRow, int, int]]:
    """Each phone with how many messages it has not read, and has in all."""
    unread = sa.func.coalesce(
        sa.func.sum(
            sa.case(
                (
                    SandboxChatRow.from_us.is_(True)
                    & (SandboxChatRow.status != DeliveryStatus.READ),
                    1,
                ),
                else_=0,
            )
        ),
        0,
    )
    counted = (
        sa.select(SandboxChatRow.key, unread.label("unread"), sa.func.count().label("total"))
        .group_by(SandboxChatRow.key)
        .subquery()
    )
    rows = session.execute(
        sa.select(HandsetRow, counted.c.unread, counted.c.total)
        .join(counted, counted.c.key == HandsetRow.key, isouter=True)
        .order_by(HandsetRow.name, HandsetRow.key)
    )
    return [(row, int(waiting or 0), int(total or 0)) for row, waiting, total in rows]


def chat(session: Session, key: str, limit: int) -> Sequence[SandboxChatRow]:
    """What a phone has, the newest first."""
    return session.scalars(
        sa.select(SandboxChatRow)
        .where(SandboxChatRow.key == key)
        .order_by(SandboxChatRow.at.desc(), SandboxChatRow.id.desc())
        .limit(limit)
    ).all()


def message(session: Session, id: UUID) -> SandboxChatRow:
    """One message; raises NotFound."""
    row = session.scalar(sa.select(SandboxChatRow).where(SandboxChatRow.id == id))
    if row is None:
        raise NotFound(
            "whatsapp_gateway.message_not_found", "There is no such message on a sandbox phone"
        )
    return row


def called(session: Session, provider_id: str) -> SandboxChatRow | None:
    """The message that the sandbox calls so, on any of the phones that have it."""
    return next(iter(copies(session, provider_id)), None)


def copies(session: Session, provider_id: str) -> Sequence[SandboxChatRow]:
    """The same on each of these phones."""
    return session.scalars(
        sa.select(SandboxChatRow)
        .where(SandboxChatRow.provider_id == provider_id)
        .order_by(SandboxChatRow.key)
    ).all()


def copy(session: Session, provider_id: str, key: str) -> SandboxChatRow | None:
    """The same on one of them."""
    return session.scalar(
        sa.select(SandboxChatRow).where(
            SandboxChatRow.provider_id == provider_id, SandboxChatRow.key == key
        )
    )


def unread_until(session: Session, row: SandboxChatRow) -> Sequence[SandboxChatRow]:
    """What a phone has from the same number and has not read, up to a message."""
    return session.scalars(
        sa.select(SandboxChatRow).where(
            SandboxChatRow.key == row.key,
            SandboxChatRow.connection_id == row.connection_id,
            SandboxChatRow.group.is_not_distinct_from(row.group),
            SandboxChatRow.from_us.is_(True),
            SandboxChatRow.status != DeliveryStatus.READ,
            SandboxChatRow.status != DeliveryStatus.FAILED,
            sa.tuple_(SandboxChatRow.at, SandboxChatRow.id) <= sa.tuple_(row.at, row.id),
        )
    ).all()


def waiting(session: Session, key: str) -> Sequence[SandboxChatRow]:
    """What waits for a phone that was off."""
    return session.scalars(
        sa.select(SandboxChatRow).where(
            SandboxChatRow.key == key,
            SandboxChatRow.from_us.is_(True),
            SandboxChatRow.status == DeliveryStatus.SENT,
        )
    ).all()


def set_typing(session: Session, key: str, until: dt.datetime) -> None:
    """We write to a phone until a moment, unless we stop before."""
    session.execute(
        insert_into(session, SandboxTypingRow)
        .values(key=key, until=until)
        .on_conflict_do_update(
            index_elements=[SandboxTypingRow.organisation_id, SandboxTypingRow.key],
            set_={"until": until},
        )
    )


def typing_until(session: Session, key: str) -> dt.datetime | None:
    """Until when we write to a phone."""
    return session.scalar(sa.select(SandboxTypingRow.until).where(SandboxTypingRow.key == key))


def written_until(session: Session, row: SandboxChatRow) -> Sequence[SandboxChatRow]:
    """What was written on a phone to the same number, up to a message."""
    return session.scalars(
        sa.select(SandboxChatRow).where(
            SandboxChatRow.key == row.key,
            SandboxChatRow.connection_id == row.connection_id,
            SandboxChatRow.group.is_not_distinct_from(row.group),
            SandboxChatRow.from_us.is_(False),
            SandboxChatRow.status != DeliveryStatus.READ,
            sa.tuple_(SandboxChatRow.at, SandboxChatRow.id) <= sa.tuple_(row.at, row.id),
        )
    ).all()
