"""The audit log: rows that are added and never changed, which triggers of the database hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.context import Role
from fairlead.recorded import HIDDEN, AuditRecorded
from fairlead.store import Json, Order, Page, Scoped, insert_into, page, word

from ..domain.chain import FIRST, Words, link, words_of
from .schema import Base

SHORT = 100  # characters of a value that is searched for


class AuditRow(Scoped, Base):
    """One change. `words` and `searched` alone may go, when the contact `about` is erased."""

    __tablename__ = "audit"

    id: Mapped[UUID]
    number: Mapped[int]
    at: Mapped[dt.datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(word(Role))
    remote: Mapped[str | None] = mapped_column(String(100))
    request: Mapped[str | None] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(80))
    entity: Mapped[str] = mapped_column(String(80))
    entity_id: Mapped[UUID | None]
    about: Mapped[UUID | None]
    words: Mapped[Words | None] = mapped_column(Json(Words))
    searched: Mapped[str | None] = mapped_column(Text)
    words_digest: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index("ix_audit_number", "organisation_id", "number", unique=True),
        Index("ix_audit_latest", "organisation_id", "at", "id"),
        Index("ix_audit_entity", "organisation_id", "entity", "entity_id", "at", "id"),
        Index("ix_audit_user", "organisation_id", "user_id", "at", "id"),
        Index("ix_audit_action", "organisation_id", "action", "at", "id"),
        Index("ix_audit_about", "organisation_id", "about"),
    )


class AuditHeadRow(Scoped, Base):
    """The last entry of an organisation's log; who adds one holds it."""

    __tablename__ = "audit_heads"

    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (PrimaryKeyConstraint("organisation_id"),)


_LATEST = Order(AuditRow.at.desc(), AuditRow.id.desc())


def add(session: Session, event: AuditRecorded) -> None:
    """Put what was recorded at the end of the organisation's log."""
    head = _head(session)
    words = words_of(event)
    row = AuditRow(
        id=event.id,
        number=head.number + 1,
        at=event.at,
        user_id=event.user,
        user_name=event.user_name,
        role=event.role,
        remote=event.remote,
        request=event.request,
        action=event.action,
        entity=event.entity,
        entity_id=event.entity_id,
        about=event.about,
        words=words,
        searched=searchable(
            event.label,
            event.user_name or "",
            event.action,
            *_short(event.before),
            *_short(event.after),
        ),
        words_digest=words.digest(),
        digest="",
    )
    row.digest = _digest(head.digest, row)
    head.number, head.digest = row.number, row.digest
    session.add(row)


def _head(session: Session) -> AuditHeadRow:
    session.execute(
        insert_into(session, AuditHeadRow).values(number=0, digest=FIRST).on_conflict_do_nothing()
    )
    return session.scalars(select(AuditHeadRow).with_for_update()).one()


def _digest(before: str, row: AuditRow) -> str:
    fact = [
        row.id,
        row.at,
        row.user_id,
        row.user_name,
        row.role.value,
        row.remote,
        row.request,
        row.action,
        row.entity,
        row.entity_id,
        row.about,
    ]
    return link(before, row.number, fact, row.words_digest)


def searchable(*words: str) -> str:
    """Words as they are searched for: folded here, because databases fold only ASCII alike."""
    return "\n".join(word.casefold() for word in words if word)


def _short(value: Any) -> Iterator[str]:
    """The texts in what was before or after by which it is looked for; a letter's words are not."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _short(each)
    elif isinstance(value, str) and len(value) <= SHORT and value != HIDDEN:
        yield value


def entries(
    session: Session,
    *,
    since: dt.datetime | None,
    until: dt.datetime | None,
    user: UUID | None,
    entity: str | None,
    entity_id: UUID | None,
    action: str | None,
    about: UUID | None,
    q: str | None,
    cursor: str | None,
    limit: int,
) -> Page[AuditRow]:
    """A page of the log, the newest first."""
    wanted: list[ColumnElement[bool]] = []
    if since is not None:
        wanted.append(AuditRow.at >= since)
    if until is not None:
        wanted.append(AuditRow.at < until)
    if user is not None:
        wanted.append(AuditRow.user_id == user)
    if entity is not None:
        wanted.append(AuditRow.entity == entity)
    if entity_id is not None:
        wanted.append(AuditRow.entity_id == entity_id)
    if action is not None:
        below = AuditRow.action.startswith(f"{action}.", autoescape=True)
        wanted.append(or_(AuditRow.action == action, below))
    if about is not None:
        wanted.append(AuditRow.about == about)
    wanted += [AuditRow.searched.contains(each, autoescape=True) for each in _words(q)]
    return page(session, select(AuditRow).where(*wanted), _LATEST, cursor=cursor, limit=limit)


def _words(q: str | None) -> Sequence[str]:
    return (q or "").casefold().split()[:8]


def erase(session: Session, contact_id: UUID) -> int:
    """Take the words about a contact out; returns of how many entries."""
    erased: Any = session.execute(
        update(AuditRow)
        .where(AuditRow.about == contact_id, AuditRow.words.is_not(None))
        .values(words=None, searched=None)
        .execution_options(synchronize_session=False)
    )
    count: int = erased.rowcount
    return count


def broken_at(session: Session) -> int | None:
    """The number of the first entry that is not as it was written; None for a log that is whole."""
    number, digest = 0, FIRST
    for row in _in_order(session):
        number += 1
        if row.number != number or not _is_intact(row, digest):
            return number
        digest = row.digest
    head = session.scalars(select(AuditHeadRow)).one_or_none()
    last = (head.number, head.digest) if head else (0, FIRST)
    return None if last == (number, digest) else number + 1


def _is_intact(row: AuditRow, before: str) -> bool:
    kept = row.words is None or row.words.digest() == row.words_digest
    return kept and _digest(before, row) == row.digest


def _in_order(session: Session) -> Iterator[AuditRow]:
    last = 0
    while True:
        rows = session.scalars(
            select(AuditRow).where(AuditRow.number > last).order_by(AuditRow.number).limit(500)
        ).all()
        yield from rows
        if len(rows) < 500:
            return
        last = rows[-1].number
        session.expunge_all()
