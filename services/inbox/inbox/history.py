"""Messages of the past: taken in once, with their own times, marked as imported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from contracts.channels import AutomaticKind, ConnectionChanged
from contracts.files import attachment_of
from contracts.inbox import (
    Attachment,
    AuthorKind,
    Direction,
    File,
    FileState,
    ImportedMessage,
)
from fairlead.errors import Conflict, Invalid, NotFound

from . import changes
from .domain import content, past
from .domain.conversations import normalised_subject
from .store import (
    file_uses,
    files,
    holding,
    links,
    messages,
    people,
    provider_ids,
    settings,
    trips,
)
from .store.messages import MessageRow, Party


def check(imported: Sequence[ImportedMessage], now: dt.datetime) -> None:
    """Raise Invalid that names every wrong field."""
    problems = past.problems(imported, now)
    if problems:
        raise Invalid.fields("inbox.import_invalid", problems)


def id_taken() -> Conflict:
    """The error for an id that is not free, though it is none of the organisation's messages."""
    return Conflict("inbox.import_id_taken", "A message has an id that cannot be used")


def take(session: Session, imported: Sequence[ImportedMessage], unseen: FileState) -> None:
    """Store those that are not known yet, each in its conversation and on its trip; their files
    are `unseen`."""
    connections = {each.connection_id: each for each in settings.connections(session)}
    _check_known(session, imported, connections)
    known = {view.id for view in messages.views(session, [each.id for each in imported])}
    # Conversations are held in one order by all, so that no two transactions wait in a circle.
    for message in sorted(imported, key=lambda each: (str(each.contact_id), each.at)):
        if message.id not in known and _claim(session, message):
            _take_one(session, message, connections[message.connection_id], unseen)


def _check_known(
    session: Session, imported: Sequence[ImportedMessage], connections: Collection[UUID]
) -> None:
    contacts = people.by_id(session, {each.contact_id for each in imported})
    itineraries = trips.by_id(session, {i for each in imported if (i := each.itinerary_id)})
    unknown: dict[str, str] = {}
    for number, message in enumerate(imported):
        if message.contact_id not in contacts:
            unknown[f"messages[{number}].contact_id"] = "there is no such contact"
        if message.connection_id not in connections:
            unknown[f"messages[{number}].connection_id"] = "there is no such connection"
        if message.itinerary_id and message.itinerary_id not in itineraries:
            unknown[f"messages[{number}].itinerary_id"] = "there is no such itinerary"
    if unknown:
        errors = [{"field": field, "reason": reason} for field, reason in unknown.items()]
        raise NotFound("inbox.import_unknown", "Something is not known here", errors=errors)


def _claim(session: Session, message: ImportedMessage) -> bool:
    return message.provider_id is None or provider_ids.claim(
        session, message.connection_id, message.direction, message.provider_id, message.id
    )


def _take_one(
    session: Session, message: ImportedMessage, connection: ConnectionChanged, unseen: FileState
) -> None:
    conversation = holding.of(
        session,
        connection.channel,
        connection.connection_id,
        message.contact_id,
        message.mailbox.address,
    )
    row = _row(session, message, connection, conversation.id, unseen)
    session.add(row)
    session.flush()
    links.record(session, row)
    if row.attachments:
        ids = [each.id for each in row.attachments]
        file_uses.put(session, file_uses.User.MESSAGE, row.id, ids)
    changes.message_added(session, conversation, row, message.mailbox.address, news=message.unread)


def _row(
    session: Session,
    message: ImportedMessage,
    connection: ConnectionChanged,
    conversation_id: UUID,
    unseen: FileState,
) -> MessageRow:
    inbound = message.direction is Direction.IN
    subject = content.one_line(message.subject)
    return MessageRow(
        id=message.id,
        conversation_id=conversation_id,
        channel=connection.channel,
        connection_id=connection.connection_id,
        direction=message.direction,
        kind=message.kind,
        author_kind=AuthorKind.CONTACT if inbound else AuthorKind.USER,
        author_name=message.author_name or (message.mailbox.name if inbound else ""),
        author_id=None,
        contact_id=message.contact_id,
        itinerary_id=message.itinerary_id,
        subject=subject,
        subject_key=normalised_subject(subject),
        text=message.text,
        html=None,
        quoted_text="",
        quoted_html=None,
        attachments=[
            _attachment(session, message, number, unseen)
            for number in range(len(message.attachments))
        ],
        deliveries=message.deliveries,
        service_ids=message.service_ids,
        links=messages.links_of({message.itinerary_id: message.link})
        if message.itinerary_id
        else [],
        parties=_parties(message),
        references=[message.provider_id] if message.provider_id else [],
        defects=[],
        automatic=AutomaticKind.NONE,
        imported=True,
        answers_id=None,
        provider_id=message.provider_id,
        at=message.at,
    )


def _attachment(
    session: Session, message: ImportedMessage, number: int, unseen: FileState
) -> Attachment:
    file, file_id = message.attachments[number], uuid5(message.id, str(number))
    files.add(session, file_id, file, unseen)
    return attachment_of(File(id=file_id, file=file, state=unseen))


def _parties(message: ImportedMessage) -> list[Party]:
    if message.direction is Direction.IN:
        return [Party("from", message.mailbox, message.contact_id)]
    own = message.mailbox.address.casefold()
    return [
        Party(
            each.role.value,
            each.mailbox,
            message.contact_id if each.mailbox.address.casefold() == own else None,
        )
        for each in message.deliveries
    ]
