"""What the inbox has of one person, and the taking of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, and_, cast, delete, func, or_, select, union
from sqlalchemy.orm import Session

from contracts.common import FileRef

from .comments import CommentRow
from .conversations import ConversationRow
from .drafts import DraftRow
from .file_uses import FileUseRow, User
from .files import FileRow
from .groups import ParticipantRow
from .links import ContactLinkRow, TripLinkRow
from .messages import MessageRow
from .parked import ParkedRow
from .provider_ids import ProviderIdRow
from .scheduled import AboutRow, ScheduledRow


def _conversation_ids(contacts: Collection[UUID], addresses: Collection[str]) -> Select[Any]:
    """Her conversations; those of an address that is nobody's contact too."""
    strangers = and_(
        ConversationRow.contact_id.is_(None), func.lower(ConversationRow.address).in_(addresses)
    )
    hers = or_(ConversationRow.contact_id.in_(contacts), strangers)
    return select(ConversationRow.id).where(hers)


def conversations(
    session: Session,
    contacts: Collection[UUID],
    addresses: Collection[str],
    after: UUID | None,
    limit: int,
    *,
    lock: bool = True,
) -> Sequence[ConversationRow]:
    """Her conversations in the order of their ids, held until the transaction ends."""
    query = select(ConversationRow).where(
        ConversationRow.id.in_(_conversation_ids(contacts, addresses))
    )
    if after is not None:
        query = query.where(ConversationRow.id > after)
    query = query.order_by(ConversationRow.id).limit(limit)
    if lock:
        query = query.with_for_update(of=ConversationRow)
        query = query.execution_options(populate_existing=True)
    return session.scalars(query).all()


def messages(
    session: Session,
    contacts: Collection[UUID],
    addresses: Collection[str],
    after: UUID | None,
    limit: int,
    *,
    lock: bool = True,
) -> Sequence[MessageRow]:
    """Messages with her in the order of their ids, held until the transaction ends."""
    linked = select(ContactLinkRow.message_id).where(ContactLinkRow.contact_id.in_(contacts))
    said = select(MessageRow.id).where(
        MessageRow.conversation_id.in_(_conversation_ids(contacts, addresses))
    )
    return _some(session, union(linked, said), after, limit, lock=lock)


def trip_messages(
    session: Session, trips: Collection[UUID], after: UUID | None, limit: int
) -> Sequence[MessageRow]:
    """Messages of these trips, whoever's they are."""
    linked = select(TripLinkRow.message_id).where(TripLinkRow.itinerary_id.in_(trips))
    return _some(session, linked, after, limit, lock=True)


def _some(
    session: Session, ids: Any, after: UUID | None, limit: int, *, lock: bool
) -> Sequence[MessageRow]:
    query = select(MessageRow).where(MessageRow.id.in_(ids), MessageRow.erased.is_(False))
    if after is not None:
        query = query.where(MessageRow.id > after)
    query = query.order_by(MessageRow.id).limit(limit)
    if lock:
        query = query.with_for_update(of=MessageRow).execution_options(populate_existing=True)
    return session.scalars(query).all()


def which_are_hers(
    session: Session,
    ids: Collection[UUID],
    contacts: Collection[UUID],
    addresses: Collection[str],
) -> set[UUID]:
    """Those of these conversations that are hers."""
    hers = _conversation_ids(contacts, addresses).where(ConversationRow.id.in_(ids))
    return set(session.scalars(hers))


def comments(
    session: Session, conversation_ids: Collection[UUID], *, lock: bool = True
) -> Sequence[CommentRow]:
    """Comments on these conversations, held until the transaction ends."""
    query = select(CommentRow).where(CommentRow.conversation_id.in_(conversation_ids))
    query = query.order_by(CommentRow.at)
    return session.scalars(query.with_for_update(of=CommentRow) if lock else query).all()


def drafts(
    session: Session, contacts: Collection[UUID], conversation_ids: Collection[UUID]
) -> Sequence[DraftRow]:
    """Drafts to her, or in these conversations."""
    text = cast(DraftRow.draft, Text)
    to_her = [text.contains(str(each)) for each in contacts]
    query = select(DraftRow).where(or_(DraftRow.conversation_id.in_(conversation_ids), *to_her))
    return session.scalars(query).all()


def scheduled(
    session: Session, contacts: Collection[UUID], *, lock: bool = True
) -> Sequence[ScheduledRow]:
    """Scheduled messages that stand, or were to stand, in a conversation of hers."""
    about = select(AboutRow.scheduled_id).where(AboutRow.about_id.in_(contacts), AboutRow.leads)
    query = select(ScheduledRow).where(ScheduledRow.id.in_(about)).order_by(ScheduledRow.id)
    return session.scalars(query.with_for_update(of=ScheduledRow) if lock else query).all()


def remove_scheduled(session: Session, ids: Collection[UUID]) -> None:
    """Remove scheduled messages with whom they are about."""
    for statement in (
        delete(AboutRow).where(AboutRow.scheduled_id.in_(ids)),
        delete(FileUseRow).where(FileUseRow.user_id.in_(ids)),
        delete(ScheduledRow).where(ScheduledRow.id.in_(ids)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def participants(
    session: Session, contacts: Collection[UUID], addresses: Collection[str], *, lock: bool = True
) -> Sequence[ParticipantRow]:
    """Her places in groups."""
    digits = [each.removeprefix("+") for each in addresses]
    hers = or_(
        ParticipantRow.contact_id.in_(contacts), ParticipantRow.key.in_([*addresses, *digits])
    )
    query = select(ParticipantRow).where(hers).order_by(ParticipantRow.group_id)
    return session.scalars(query.with_for_update() if lock else query).all()


def forget_ids(session: Session, message: MessageRow) -> None:
    """Forget what providers call a message, and the news of it that waits."""
    for statement in (
        delete(ProviderIdRow).where(ProviderIdRow.message_id == message.id),
        delete(ParkedRow).where(ParkedRow.message_id == message.id),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def uploads(session: Session, after: UUID | None, limit: int) -> Sequence[tuple[UUID, FileRef]]:
    """Files that no message shows, in the order of their ids."""
    shown = select(FileUseRow.file_id).where(
        FileUseRow.file_id == FileRow.id, FileUseRow.kind == User.MESSAGE
    )
    query = select(FileRow.id, FileRow.document).where(~shown.exists())
    if after is not None:
        query = query.where(FileRow.id > after)
    found = session.execute(query.order_by(FileRow.id).limit(limit))
    return [(id, document) for id, document in found]


def files(session: Session, ids: Collection[UUID]) -> Sequence[FileRow]:
    """These files."""
    return session.scalars(select(FileRow).where(FileRow.id.in_(ids))).all()


def is_shown_elsewhere(session: Session, file: FileRow, but: UUID) -> bool:
    """Whether a message or comment other than `but` shows a file of ours."""
    query = select(FileUseRow.user_id).where(
        FileUseRow.file_id == file.id,
        FileUseRow.kind.in_([User.MESSAGE, User.COMMENT]),
        FileUseRow.user_id != but,
    )
    return session.scalars(query.limit(1)).first() is not None


def keys(file: FileRow) -> set[str]:
    """The contents of a file and of its pictures."""
    return {file.key, *(picture.key for picture in file.pictures)}
