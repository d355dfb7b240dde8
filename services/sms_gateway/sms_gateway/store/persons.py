"""What the gateway has of one person, and the taking of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.erasing import ERASED_ADDRESS

from .tables import (
    CallbackRow,
    IncomingRow,
    OptOutRow,
    PartRow,
    ReceiptRow,
    ReferenceRow,
    SandboxTextRow,
    TextRow,
)

AT_ONCE = 100


def texts(session: Session, numbers: Collection[str], after: UUID | None) -> Sequence[TextRow]:
    """Some texts to these numbers, in the order of their ids."""
    query = sa.select(TextRow).where(TextRow.number.in_(numbers))
    if after is not None:
        query = query.where(TextRow.id > after)
    return session.scalars(query.order_by(TextRow.id).limit(AT_ONCE)).all()


def forget(session: Session, numbers: Collection[str], now: dt.datetime) -> int:
    """Let no text be to or from these numbers: how many there were and how they fared stays. What
    has not left does not leave any more. Returns how many things changed."""
    theirs = sa.select(TextRow.id).where(TextRow.number.in_(numbers))
    ended = sa.func.coalesce(TextRow.done_at, sa.literal(now, TextRow.done_at.type))
    _run(session, sa.update(PartRow).where(PartRow.text_id.in_(theirs)).values(reason=None))
    return sum(
        _run(session, statement)
        for statement in (
            sa.update(TextRow)
            .where(TextRow.number.in_(numbers))
            .values(
                number=ERASED_ADDRESS,
                text="",
                reason=None,
                last_error=None,
                owner=None,
                lease_until=None,
                done_at=ended,
            ),
            sa.update(IncomingRow)
            .where(IncomingRow.source.in_(numbers), IncomingRow.done_at.is_not(None))
            .values(source=ERASED_ADDRESS, octets=b"", error=None),
            sa.update(CallbackRow)
            .where(CallbackRow.number.in_(numbers), CallbackRow.done_at.is_not(None))
            .values(number=ERASED_ADDRESS, body=b"", error=None),
            sa.delete(ReceiptRow).where(ReceiptRow.number.in_(numbers)),
            sa.delete(OptOutRow).where(OptOutRow.number.in_(numbers)),
            sa.delete(ReferenceRow).where(ReferenceRow.number.in_(numbers)),
            sa.delete(SandboxTextRow).where(SandboxTextRow.number.in_(numbers)),
        )
    )


def _run(session: Session, statement: Any) -> int:
    done: Any = session.execute(statement.execution_options(synchronize_session=False))
    count: int = done.rowcount
    return count
