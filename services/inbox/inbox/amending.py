"""What happens to a message of a chat after it was said: reactions, other words, an end, files.

Amendments come in any order, before their message too, and twice; each tells of a moment, and of
two that tell of the same thing the later one holds.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid5

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.channels import Amending, LateContent, MessageAmended
from contracts.common import FileRef
from contracts.files import attachment_of
from contracts.inbox import Attachment, ChatDetails, File, FileState, Reaction

from . import changes
from .storable import storable
from .store import file_uses, files, messages, parked, provider_ids
from .store.messages import MessageRow

_BEGINNING = dt.datetime.min.replace(tzinfo=dt.UTC)


def take(session: Session, amendment: MessageAmended, unseen: FileState) -> None:
    """Apply an amendment; one whose message is not known here waits for it."""
    amendment = storable(amendment)
    message = _message(session, amendment)
    if message is None:  # or it is being written down this very moment
        parked.await_turn(session, amendment.connection_id, amendment.provider_id)
        message = _message(session, amendment)
    if message is None:
        parked.park_amendment(session, amendment)
        return
    if apply(session, message, amendment, unseen):
        changes.amended(session, message)


def apply(
    session: Session,
    message: MessageRow,
    amendment: MessageAmended,
    unseen: FileState = FileState.UNCHECKED,
) -> bool:
    """Write an amendment into a message's row; returns whether it told anything new."""
    if message.erased:
        return False
    before = (message.chat, message.text, list(message.attachments), list(message.defects))
    chat = message.chat or ChatDetails()
    match amendment.kind:
        case Amending.REACTED:
            message.chat = _reacted(chat, amendment)
        case Amending.EDITED if not chat.deleted_at:
            if amendment.at >= (chat.edited_at or _BEGINNING):
                message.chat = replace(chat, edited_at=amendment.at)
                message.text = amendment.text
        case Amending.DELETED:
            message.chat = replace(
                chat,
                deleted_at=min(chat.deleted_at or amendment.at, amendment.at),
                place=None,
                cards=[],
                awaited=[],
            )
            message.text, message.attachments = "", []
            file_uses.put(session, file_uses.User.MESSAGE, message.id, [])
        case None if not chat.deleted_at:
            if amendment.late is not None and message.defects:
                chat = _late(message, chat, amendment, amendment.late)
            _files(session, message, chat, amendment, unseen)
    return before != (message.chat, message.text, message.attachments, message.defects)


def _message(session: Session, amendment: MessageAmended) -> MessageRow | None:
    ids = provider_ids.messages_called(session, amendment.connection_id, [amendment.provider_id])
    return messages.locked(session, ids[0]) if ids else None


def _reacted(chat: ChatDetails, amendment: MessageAmended) -> ChatDetails:
    """Each has one reaction to a message, the last one."""
    address = "" if amendment.by_us else amendment.address
    whose = (amendment.by_us, address)
    mine = next((each for each in chat.reactions if (each.by_us, each.address) == whose), None)
    if mine is not None and mine.at > amendment.at:
        return chat
    others = [each for each in chat.reactions if each is not mine]
    made = Reaction(
        emoji=amendment.text[:40], by_us=amendment.by_us, address=address, at=amendment.at
    )
    # One that was taken back stays without an emoji, so that the one before it, which may come
    # later, does not come back; screens are shown the others.
    return replace(chat, reactions=[*others, made])


def _late(
    message: MessageRow, chat: ChatDetails, amendment: MessageAmended, late: LateContent
) -> ChatDetails:
    """A message that could not be read says what it says; a new wording of it, which was told
    before, holds."""
    message.text, message.defects = message.text or late.text, []
    return replace(chat, place=late.place, cards=late.cards, awaited=list(amendment.awaited or []))


def _files(
    session: Session,
    message: MessageRow,
    chat: ChatDetails,
    amendment: MessageAmended,
    unseen: FileState,
) -> None:
    have = {each.id for each in message.attachments}
    came = {
        _file_id(message.id, number): (number, file) for number, file in amendment.files.items()
    }
    for id, (_, file) in came.items():
        if id not in have:
            message.attachments = [*message.attachments, _attached(session, id, file, unseen)]
    if came:
        ids = [each.id for each in message.attachments]
        file_uses.put(session, file_uses.User.MESSAGE, message.id, ids)
    numbers = {number for number, _ in came.values()}
    told = {each.number: each for each in amendment.awaited or []}
    # News of one file may be older than that of another: what came is awaited no more.
    message.chat = replace(
        chat,
        awaited=[
            told.get(each.number, each) if each.reason is None else each
            for each in chat.awaited
            if each.number not in numbers and _file_id(message.id, each.number) not in have
        ],
    )


def _attached(session: Session, id: UUID, file: FileRef, unseen: FileState) -> Attachment:
    files.add(session, id, file, unseen)
    return attachment_of(File(id=id, file=file, state=unseen))


def _file_id(message_id: UUID, number: int) -> UUID:
    return uuid5(message_id, f"awaited:{number}")
