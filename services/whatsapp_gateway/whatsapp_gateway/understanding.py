"""What an item of news means here, in the transaction that it is given."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import (
    AutomaticKind,
    AwaitedFile,
    ChatFollowed,
    ConnectionState,
    LateContent,
    Mailbox,
    MessageAmended,
    MessageReceived,
)
from contracts.common import Channel, FileRef
from fairlead.bus import publish
from fairlead.context import service_context
from fairlead.contract import Event
from fairlead.store import new_id

from . import grouping, leaving, linking, outcomes
from .domain import addresses, progress
from .domain.heard import (
    Amended,
    Fared,
    Followed,
    Grouped,
    Heard,
    Joined,
    Linked,
    Media,
    NumberFared,
    Said,
    Strange,
    TemplateFared,
)
from .domain.progress import PieceState
from .store import chats, incoming, outgoing, templates
from .store.tables import ConnectionRow, MediaRow, ParkedRow, PieceRow
from .told import set_state, tell, tell_joined

TYPING_LASTS = dt.timedelta(seconds=25)


def understand(
    session: Session, connection: ConnectionRow, item: Heard, received_at: dt.datetime
) -> None:
    """Let an item have its effect, which it has once."""
    match item:
        case Said():
            _said(session, connection, item, received_at)
        case Amended():
            _amended(session, connection, item)
        case Fared():
            _fared(session, connection, item)
        case Followed():
            _followed(session, connection, item)
        case Grouped():
            grouping.happened(session, connection, item)
        case Joined():
            _joined(session, connection, item)
        case NumberFared():
            _number(session, connection, item)
        case TemplateFared():
            templates.set_state(
                session, connection.id, item.name, item.language, item.state, item.reason, item.at
            )
        case Linked():
            linking.follow(session, connection, item)
        case Strange():
            pass  # its row stays, and was counted


def _said(
    session: Session, connection: ConnectionRow, item: Said, received_at: dt.datetime
) -> None:
    if item.by_us and outgoing.piece_called(session, connection.id, item.id) is not None:
        return  # the echo of what left from here
    also = [each for each in item.who.also if addresses.key(each) != addresses.key(item.chat)]
    if item.group is None and not item.by_us and also:
        chats.join(session, connection.id, [item.chat, *also])
    if not item.imported:  # nobody is written to first here any more
        key = chats.key_of(session, connection.id, item.chat)
        outgoing.release_held(session, connection.id, key, leaving.COLD, received_at)
    chat = chats.locked(session, connection.id, item.chat)
    message_id = new_id()
    if not incoming.know(session, connection.id, item.id, message_id, chat.key, received_at):
        if item.late:
            _late(session, connection, item)
        return
    if not item.by_us and (not chat.last_in_at or chat.last_in_at < item.at):
        chat.last_in_at, chat.last_in_id, chat.address = item.at, item.id, item.chat
    elif item.by_us and chat.last_in_at is None and chat.first_out_at is None:
        chat.first_out_at = item.at
    if item.group is not None and not item.imported:
        who = None if item.by_us else item.who
        grouping.heard_in(session, connection, item.chat, who, item.at)
    files = _files(session, connection, item)
    own = Mailbox(address=addresses.digits(connection.details.number))
    theirs = Mailbox(address=item.who.address, name=item.who.name[:200])
    to = Mailbox(address=item.group.address, name=item.group.subject) if item.group else theirs
    _tell(
        session,
        connection,
        MessageReceived(
            id=message_id,
            channel=Channel.WHATSAPP,
            connection_id=connection.id,
            provider_id=item.id,
            sender=own if item.by_us else theirs,
            reply_to=None,
            to=[to if item.by_us else own],
            cc=[],
            subject="",
            text=item.text,
            html=None,
            quoted_text="",
            quoted_html=None,
            attachments=[file for file in files.values() if file is not None],
            answers=None,
            answers_by=None,
            references=[item.quotes] if item.quotes else [],
            automatic=AutomaticKind.NONE,
            sent_at=item.at,
            received_at=received_at,
            defects=item.defects,
            imported=item.imported,
            by_us=item.by_us,
            also=also[:10],
            group=item.group,
            awaited=[
                awaited(number, item.media[number])
                for number, file in files.items()
                if file is None
            ],
            place=item.place,
            cards=item.cards,
        ),
    )


def _late(session: Session, connection: ConnectionRow, item: Said) -> None:
    """What could not be read at first is said after all."""
    files = _files(session, connection, item)
    _tell(
        session,
        connection,
        MessageAmended(
            channel=Channel.WHATSAPP,
            connection_id=connection.id,
            provider_id=item.id,
            address=item.who.address,
            by_us=item.by_us,
            at=item.at,
            awaited=[awaited(number, item.media[number]) for number in files],
            late=LateContent(text=item.text, place=item.place, cards=item.cards),
        ),
    )


def awaited(number: int, media: Media, reason: str | None = None) -> AwaitedFile:
    """A file that has not come yet."""
    return AwaitedFile(
        number=number,
        name=(media.name or "file")[:255],
        content_type=media.content_type[:500],
        size=media.size,
        reason=reason,
    )


def _files(session: Session, connection: ConnectionRow, item: Said) -> dict[int, FileRef | None]:
    """The files of a message that are here already, by their numbers; the others are fetched."""
    found: dict[int, FileRef | None] = {}
    for number, media in enumerate(item.media):
        here = media.source.get("key")
        found[number] = None
        if here:
            found[number] = FileRef(
                key=here,
                name=(media.name or "file")[:255],
                content_type=media.content_type,
                size=media.size or 0,
            )
        session.add(
            MediaRow(
                connection_id=connection.id,
                provider_id=item.id,
                address=item.who.address,
                by_us=item.by_us,
                number=number,
                media=media,
                key=here,
                due_at=item.at,
                attempts=0,
                done_at=item.at if here else None,
            )
        )
    return found


def _amended(session: Session, connection: ConnectionRow, item: Amended) -> None:
    _tell(
        session,
        connection,
        MessageAmended(
            channel=Channel.WHATSAPP,
            connection_id=connection.id,
            provider_id=item.target,
            address=item.who.address,
            by_us=item.by_us,
            at=item.at,
            kind=item.kind,
            text=item.text,
        ),
    )


def _fared(session: Session, connection: ConnectionRow, item: Fared) -> None:
    state = progress.told(item.status)
    if state is None:
        return
    if not item.id:
        _not_left(session, connection, item)
        return
    piece = _piece(session, connection, item)
    if piece is None:
        outgoing.park(
            session,
            ParkedRow(
                connection_id=connection.id,
                provider_id=item.id,
                status=item.status,
                code=item.code,
                reason=item.reason,
                participant=item.participant,
                at=item.at,
            ),
        )
        return
    message = outgoing.locked(session, piece.delivery_id)
    assert message is not None  # pieces go with their message
    session.refresh(piece)
    news_of_id = piece.provider_id is None
    if news_of_id:
        outcomes.called(session, message, piece, item.id)
    outcomes.fared(session, message, piece, state, item)
    if state is PieceState.FAILED and item.participant is None:
        outcomes.late_failure(session, message, item, item.at)
    if item.also:
        outcomes.join(session, message, item.also, item.at)
    if outgoing.add_up(session, message) or news_of_id:
        failed = piece.state is PieceState.FAILED
        tell(
            session,
            message,
            item.at,
            provider_id=item.id if news_of_id else None,
            code=item.code if failed else None,
            permanent=failed and outcomes.is_permanent(item),
            participants=outcomes.expected(session, message, item.id if news_of_id else None),
        )


def _not_left(session: Session, connection: ConnectionRow, item: Fared) -> None:
    """What was left uncertain did not leave. Of anything else whoever waits for it knows more."""
    piece = _piece(session, connection, item)
    message = outgoing.locked(session, piece.delivery_id) if piece is not None else None
    if piece is None or message is None:
        return
    session.refresh(piece)
    if piece.state is not PieceState.UNCERTAIN:
        return
    outgoing.note(session, piece, PieceState.FAILED, item.reason, item.code)
    if outgoing.add_up(session, message):
        tell(session, message, item.at, code=item.code)


def rematch(session: Session, connection: ConnectionRow, parked: ParkedRow) -> None:
    """Let what was parked have its effect: the answer to its piece was written down at the very
    moment that it was parked."""
    news = Fared(
        id=parked.provider_id,
        status=parked.status,
        at=parked.at,
        participant=parked.participant,
        code=parked.code,
        reason=parked.reason,
    )
    session.delete(parked)
    _fared(session, connection, news)


def _piece(session: Session, connection: ConnectionRow, item: Fared) -> PieceRow | None:
    """By the network's id, or by what we called it: never by an address, which may be another one
    of the same person's."""
    found = outgoing.piece_called(session, connection.id, item.id)
    if found is not None or item.ours is None:
        return found
    id, _, number = item.ours.partition(":")
    try:
        found = outgoing.piece(session, UUID(id), int(number))
    except ValueError:
        return None
    if found is None or found.connection_id != connection.id:
        return None
    # The answer to it may have been written down since the first look.
    return found if found.provider_id in (None, item.id) else None


def _followed(session: Session, connection: ConnectionRow, item: Followed) -> None:
    _tell(
        session,
        connection,
        ChatFollowed(
            channel=Channel.WHATSAPP,
            connection_id=connection.id,
            address=item.chat,
            at=item.at,
            typing=item.typing,
            until=item.at + TYPING_LASTS if item.typing else None,
            read_by_us=item.read_by_us,
        ),
    )


def _joined(session: Session, connection: ConnectionRow, item: Joined) -> None:
    if chats.join(session, connection.id, item.addresses) or item.gone:
        tell_joined(
            session, connection.organisation_id, connection.id, item.addresses, item.at,
            name=item.name, gone=item.gone,
        )  # fmt: skip


def _number(session: Session, connection: ConnectionRow, item: NumberFared) -> None:
    if item.stopped:
        outcomes.stop_number(session, connection, item.reason, item.at)
    elif item.paused_until is not None:
        outcomes.pause_number(session, connection, item.paused_until, item.reason, item.at)
    else:
        set_state(session, connection.id, ConnectionState(connection.state), item.reason, item.at)


def _tell(session: Session, connection: ConnectionRow, event: Event) -> None:
    publish(session, event, context=service_context(connection.organisation_id))
