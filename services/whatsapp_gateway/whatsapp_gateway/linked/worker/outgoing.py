"""What is to be sent, in the network's words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neonize.builder import build_edit
from neonize.proto.Neonize_pb2 import JID
from neonize.proto.waCommon.WACommon_pb2 import MessageKey
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from neonize.utils.enum import MediaType

from ..protocol.content import (
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
)
from ..protocol.events import Reason

_ADDRESS = re.compile(r"([0-9]{5,20})@(s\.whatsapp\.net|lid)|([0-9-]{5,40})@(g\.us)", re.ASCII)
_TYPES = {
    MediaKind.IMAGE: (MediaType.MediaImage, "imageMessage"),
    MediaKind.STICKER: (MediaType.MediaImage, "stickerMessage"),
    MediaKind.VIDEO: (MediaType.MediaVideo, "videoMessage"),
    MediaKind.AUDIO: (MediaType.MediaAudio, "audioMessage"),
    MediaKind.DOCUMENT: (MediaType.MediaDocument, "documentMessage"),
}


class Unsendable(Exception):
    """It cannot be sent as it is."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason = reason


def jid(address: str) -> Any:
    """An address for the client. Raises Unsendable."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Unsendable(Reason.BAD_ADDRESS, "no address of a person or a group")
    user, server = (found[1], found[2]) if found[1] else (found[3], found[4])
    return JID(User=user, Server=server, Device=0, RawAgent=0, Integrator=0, IsEmpty=False)


class Writer:
    """Makes messages. `upload` puts a file where the network keeps it and says where that is."""

    def __init__(self, folder: Path, upload: Callable[[bytes, MediaType], Any]) -> None:
        self._folder = folder
        self._upload = upload

    def message(self, to: str, content: Content, quote: Quote | None) -> Any:
        """The message for `to`. Raises Unsendable."""
        built = self._built(to, content)
        if quote is not None:
            _set_context(built, to, quote)
        return built

    def _built(self, to: str, content: Content) -> Any:
        match content:
            case Text(text=text):
                return e2e.Message(conversation=text)
            case Media():
                return self._media(content)
            case Location():
                return e2e.Message(
                    locationMessage=e2e.LocationMessage(
                        degreesLatitude=content.latitude,
                        degreesLongitude=content.longitude,
                        name=content.name or None,
                        address=content.address or None,
                    )
                )
            case Contacts(cards=[card]):
                inside = e2e.ContactMessage(displayName=card.name, vcard=card.vcard)
                return e2e.Message(contactMessage=inside)
            case Contacts(cards=cards):
                several = [e2e.ContactMessage(displayName=c.name, vcard=c.vcard) for c in cards]
                array = e2e.ContactsArrayMessage(
                    displayName=f"{len(several)} contacts", contacts=several
                )
                return e2e.Message(contactsArrayMessage=array)
            case Reaction():
                reaction = e2e.ReactionMessage(
                    key=_key(to, content.to, content.to_sender, mine=content.to_me),
                    text=content.emoji,
                    senderTimestampMS=int(time.time() * 1000),
                )
                return e2e.Message(reactionMessage=reaction)
            case Edit():
                return build_edit(jid(to), content.to, e2e.Message(conversation=content.text))
            case Delete():
                revoked = e2e.ProtocolMessage(
                    type=e2e.ProtocolMessage.REVOKE,
                    key=_key(to, content.to, content.to_sender, mine=not content.to_sender),
                )
                return e2e.Message(protocolMessage=revoked)
        raise Unsendable(Reason.UNSUPPORTED)

    def _media(self, content: Media) -> Any:
        kind, field = _TYPES[content.kind]
        uploaded = self._uploaded(content, kind)
        message = e2e.Message()
        inside = getattr(message, field)
        inside.URL = uploaded.url
        inside.directPath = uploaded.DirectPath
        inside.mediaKey = uploaded.MediaKey
        inside.fileEncSHA256 = uploaded.FileEncSHA256
        inside.fileSHA256 = uploaded.FileSHA256
        inside.fileLength = uploaded.FileLength
        inside.mediaKeyTimestamp = int(time.time())
        inside.mimetype = content.mimetype
        if content.kind is MediaKind.AUDIO:
            inside.PTT = content.voice
        elif content.kind is MediaKind.DOCUMENT:
            inside.fileName = inside.title = content.filename
        for name, value in (
            ("caption", content.caption),
            ("seconds", content.seconds),
            ("width", content.width),
            ("height", content.height),
        ):
            if value and name in inside.DESCRIPTOR.fields_by_name:
                setattr(inside, name, value)
        return message

    def _uploaded(self, content: Media, kind: MediaType) -> Any:
        path = (self._folder / (content.path or "")).resolve()
        # The worker reads nothing but what was put into its folder.
        if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
            raise Unsendable(Reason.NO_FILE, "the file does not lie in the folder")
        try:
            return self._upload(path.read_bytes(), kind)
        except Exception as error:
            raise Unsendable(Reason.UPLOAD_FAILED, str(error)) from error


def _key(chat: str, message: str, sender: str, *, mine: bool) -> Any:
    group = chat.endswith("@g.us")
    return MessageKey(
        remoteJID=chat, fromMe=mine, ID=message, participant=sender if group and sender else None
    )


def _set_context(message: Any, to: str, quote: Quote) -> None:
    """Quote a message. Words need a richer kind of message for that."""
    context = e2e.ContextInfo(
        stanzaID=quote.id,
        participant=quote.sender or to,
        quotedMessage=e2e.Message(conversation=quote.text),
    )
    if message.HasField("conversation"):
        text = message.conversation
        message.Clear()
        message.extendedTextMessage.text = text
        message.extendedTextMessage.contextInfo.CopyFrom(context)
        return
    for field, value in message.ListFields():
        if field.message_type and "contextInfo" in field.message_type.fields_by_name:
            value.contextInfo.CopyFrom(context)
