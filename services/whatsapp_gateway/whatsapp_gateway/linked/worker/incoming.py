"""What the client tells of messages, in the protocol's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from ..protocol.content import (
    Card,
    Contacts,
    Content,
    Delete,
    Edit,
    Location,
    Media,
    MediaKind,
    Quote,
    Reaction,
    Text,
    Unsupported,
)
from ..protocol.events import Message

PHONE, LID, GROUP = "s.whatsapp.net", "lid", "g.us"
# Stories and channels: nobody's conversation.
_ELSEWHERE = ("broadcast", "newsletter", "bot")
_MEDIA = {
    "imageMessage": MediaKind.IMAGE,
    "videoMessage": MediaKind.VIDEO,
    "ptvMessage": MediaKind.VIDEO,
    "audioMessage": MediaKind.AUDIO,
    "documentMessage": MediaKind.DOCUMENT,
    "stickerMessage": MediaKind.STICKER,
}
# Answers to buttons and lists, which are words to the reader.
_CHOICES = {
    "buttonsResponseMessage": "selectedDisplayText",
    "templateButtonReplyMessage": "selectedDisplayText",
    "listResponseMessage": "title",
}
_WRAPPERS = (
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "documentWithCaptionMessage",
    "editedMessage",
)
# Keys and settings that travel as messages.
_SILENT = ("senderKeyDistributionMessage", "messageContextInfo", "protocolMessage")
_REVOKE, _EDIT = 0, 14
_MILLISECONDS = 100_000_000_000  # as seconds it would be the year 5138


def address(jid: Any) -> str:
    """A JID without its device; empty where there is none."""
    return f"{jid.User}@{jid.Server}" if jid.User and jid.Server else ""


def message(event: Any) -> Message | None:
    """A message as it came; None where there is nothing for people in it."""
    source = event.Info.MessageSource
    if source.Chat.Server in _ELSEWHERE or source.Sender.Server in _ELSEWHERE:
        return None
    inside = unwrapped(event.Message)
    content = content_of(inside)
    if content is None:
        return None
    # In what was typed on the phone itself the other side is the one written to.
    other = (source.Chat, source.RecipientAlt)
    if not source.IsFromMe or source.IsGroup:
        other = (source.Sender, source.SenderAlt)
    addresses = {jid.Server: address(jid) for jid in other}
    return Message(
        id=event.Info.ID,
        chat=address(source.Chat),
        sender=address(source.Sender),
        at=moment(event.Info.Timestamp),
        content=content,
        from_me=source.IsFromMe,
        group=source.Chat.Server == GROUP,
        name=event.Info.Pushname,
        phone=addresses.get(PHONE, ""),
        lid=addresses.get(LID, ""),
        quote=_quote(inside),
        forwarded=_context(inside).isForwarded if _context(inside) else False,
    )


def historic(chat: str, stored: Any, own: str) -> Message | None:
    """A message from before the link (WebMessageInfo)."""
    inside = unwrapped(stored.message)
    content = content_of(inside)
    if content is None or not stored.key.ID:
        return None
    sender = stored.key.participant or stored.participant or chat
    return Message(
        id=stored.key.ID,
        chat=chat,
        sender=own if stored.key.fromMe else sender,
        at=moment(stored.messageTimestamp),
        content=content,
        from_me=stored.key.fromMe,
        group=chat.endswith(f"@{GROUP}"),
        name=stored.pushName,
        quote=_quote(inside),
        imported=True,
    )


def unwrapped(inside: Any) -> Any:
    """What is inside of ephemeral and other wrappers."""
    for wrapper in _WRAPPERS:
        if inside.HasField(wrapper) and getattr(inside, wrapper).HasField("message"):
            return unwrapped(getattr(inside, wrapper).message)
    if inside.HasField("deviceSentMessage"):
        return unwrapped(inside.deviceSentMessage.message)
    return inside


def content_of(inside: Any) -> Content | None:
    """What a message holds; None where nothing is for people."""
    if inside.HasField("protocolMessage"):
        return _protocol(inside.protocolMessage)
    for name, read in _READERS.items():
        if inside.HasField(name):
            return read(getattr(inside, name))
    for name, kind in _MEDIA.items():
        if inside.HasField(name):
            return _media(kind, getattr(inside, name))
    for name, field in _CHOICES.items():
        if inside.HasField(name):
            return Text(getattr(getattr(inside, name), field))
    others = [field.name for field, _ in inside.ListFields() if field.name not in _SILENT]
    return Unsupported(others[0]) if others else None


def has_file(inside: Any) -> bool:
    """Whether something can be fetched."""
    return any(inside.HasField(name) for name in _MEDIA)


def file_size(inside: Any) -> int:
    """How large its sender says that the file of a message is, in bytes."""
    return next((getattr(inside, n).fileLength for n in _MEDIA if inside.HasField(n)), 0)


def moment(stamp: int) -> dt.datetime:
    """A time of the network's. neonize gives those of messages in milliseconds, of receipts and
    history in seconds."""
    seconds = stamp / 1000 if stamp >= _MILLISECONDS else stamp
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _protocol(inside: Any) -> Content | None:
    if not inside.HasField("type") or not inside.key.ID:
        return None
    if inside.type == _REVOKE:
        return Delete(to=inside.key.ID, to_sender=inside.key.participant)
    if inside.type == _EDIT:
        words = content_of(unwrapped(inside.editedMessage))
        text = words.text if isinstance(words, Text) else getattr(words, "caption", "")
        return Edit(to=inside.key.ID, text=text)
    return None


def _media(kind: MediaKind, inside: Any) -> Media:
    seconds = getattr(inside, "seconds", 0)
    return Media(
        kind=kind,
        mimetype=inside.mimetype,
        caption=getattr(inside, "caption", ""),
        filename=getattr(inside, "fileName", "") or getattr(inside, "title", ""),
        size=inside.fileLength or None,
        sha256=inside.fileSHA256.hex(),
        voice=bool(getattr(inside, "PTT", False)),
        seconds=seconds or None,
        width=getattr(inside, "width", 0) or None,
        height=getattr(inside, "height", 0) or None,
    )


def _location(inside: Any) -> Location:
    return Location(
        latitude=inside.degreesLatitude,
        longitude=inside.degreesLongitude,
        name=getattr(inside, "name", ""),
        address=getattr(inside, "address", ""),
        live=not hasattr(inside, "name"),
    )


def _reaction(inside: Any) -> Reaction:
    return Reaction(
        to=inside.key.ID,
        emoji=inside.text,
        to_sender=inside.key.participant,
        to_me=inside.key.fromMe,
    )


_READERS: dict[str, Callable[[Any], Content]] = {
    "conversation": Text,
    "extendedTextMessage": lambda inside: Text(inside.text),
    "locationMessage": _location,
    "liveLocationMessage": _location,
    "contactMessage": lambda inside: Contacts([Card(inside.displayName, inside.vcard)]),
    "contactsArrayMessage": lambda inside: Contacts(
        [Card(each.displayName, each.vcard) for each in inside.contacts]
    ),
    "reactionMessage": _reaction,
}


def _context(inside: Any) -> Any:
    for field, value in inside.ListFields():
        if field.message_type is not None and field.name not in _SILENT:
            named = field.message_type.fields_by_name
            if "contextInfo" in named and value.HasField("contextInfo"):
                return value.contextInfo
    return None


def _quote(inside: Any) -> Quote | None:
    context = _context(inside)
    if context is None or not context.stanzaID:
        return None
    quoted = content_of(unwrapped(context.quotedMessage))
    text = quoted.text if isinstance(quoted, Text) else getattr(quoted, "caption", "")
    return Quote(id=context.stanzaID, sender=context.participant, text=text)
