"""Requests to send that were fulfilled, so that a repeated one sends nothing again."""

from __future__ import annotations

import datetime as dt
import hashlib
from uuid import UUID

import msgspec
from sqlalchemy import Index, PrimaryKeyConstraint, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.store import Json, Scoped, insert_into

from .schema import Base


class RequestRow(Scoped, Base):
    """A request: the digest of its draft, and the messages that it made."""

    __tablename__ = "sent_requests"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "request_id"), Index(None, "at"))

    request_id: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    message_ids: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    at: Mapped[dt.datetime]


def digest_of(said: object) -> str:
    """What two requests have in common that say the same."""
    return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()


def get(session: Session, request_id: str) -> RequestRow | None:
    """A fulfilled request."""
    return session.scalars(select(RequestRow).where(RequestRow.request_id == request_id)).first()


def claim(session: Session, request_id: str, digest: str, at: dt.datetime) -> RequestRow | None:
    """Begin to fulfil a request; None where that was done, or is being done and then was done."""
    return session.scalars(
        insert_into(session, RequestRow)
        .values(request_id=request_id, digest=digest, message_ids=[], at=at)
        .on_conflict_do_nothing(index_elements=[RequestRow.organisation_id, RequestRow.request_id])
        .returning(RequestRow)
    ).first()


def forget(session: Session, before: dt.datetime) -> None:
    """Forget requests that nobody repeats any more."""
    session.execute(
        delete(RequestRow)
        .where(RequestRow.at < before)
        .execution_options(synchronize_session=False)
    )
