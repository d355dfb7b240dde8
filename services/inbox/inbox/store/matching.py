"""Finds what an inbound message may answer, each search only when the one before failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.channels import MessageReceived

from ..domain.conversations import (
    REFERENCES_TRIED,
    SAME_SUBJECT_WITHIN,
    Candidates,
    Earlier,
    normalised_subject,
    tags,
)
from . import provider_ids, trips
from .links import ContactLinkRow, TripLinkRow
from .messages import MessageRow, earlier

_TRIED = 5


def candidates(session: Session, message: MessageReceived, contact_id: UUID | None) -> Candidates:
    """What `message` may answer."""
    proven = None
    if message.answers is not None:
        proven = next(_loaded(session, [message.answers]), None)
    return Candidates(
        proven=proven,
        referenced=_referenced(session, message),
        tagged=_tagged(session, message, contact_id),
        same_subject=_same_subject(session, message, contact_id),
    )


def _referenced(session: Session, message: MessageReceived) -> Iterator[Earlier]:
    last_first = message.references[: -REFERENCES_TRIED - 1 : -1]
    ids = provider_ids.messages_called(session, message.connection_id, last_first)
    yield from _loaded(session, ids)


def _tagged(
    session: Session, message: MessageReceived, contact_id: UUID | None
) -> Iterator[Earlier]:
    trip_ids = trips.by_reference(session, tags(message.subject))
    if not trip_ids or contact_id is None:
        return
    ids = session.scalars(
        select(TripLinkRow.message_id)
        .join(ContactLinkRow, ContactLinkRow.message_id == TripLinkRow.message_id)
        .where(TripLinkRow.itinerary_id.in_(trip_ids), ContactLinkRow.contact_id == contact_id)
        .order_by(TripLinkRow.at.desc(), TripLinkRow.message_id.desc())
        .limit(_TRIED)
    ).all()
    yield from _loaded(session, ids)


def _same_subject(
    session: Session, message: MessageReceived, contact_id: UUID | None
) -> Iterator[Earlier]:
    subject = normalised_subject(message.subject)
    if not subject or contact_id is None:
        return
    since = message.received_at - SAME_SUBJECT_WITHIN
    ids = session.scalars(
        select(ContactLinkRow.message_id)
        .join(MessageRow, MessageRow.id == ContactLinkRow.message_id)
        .where(
            ContactLinkRow.contact_id == contact_id,
            ContactLinkRow.at >= since,
            MessageRow.connection_id == message.connection_id,
            MessageRow.subject_key == subject,
        )
        .order_by(ContactLinkRow.at.desc(), ContactLinkRow.message_id.desc())
        .limit(_TRIED)
    ).all()
    yield from _loaded(session, ids)


def _loaded(session: Session, ids: Sequence[UUID]) -> Iterator[Earlier]:
    if not ids:
        return
    # Who writes again after she was forgotten is somebody new.
    kept = select(MessageRow).where(MessageRow.id.in_(ids), MessageRow.erased.is_(False))
    rows = session.scalars(kept)
    known = {row.id: row for row in rows}
    yield from (earlier(known[each]) for each in ids if each in known)
