"""A message cut into what the network takes at a time: one file each, text, a place, cards.

The text goes as the caption of the first file that can have one; a voice note can have none, so the
text goes before it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from contracts.channels import ApprovedTemplate, Card, Place, QuotedMessage, WhatsAppQueued
from contracts.common import FileRef
from contracts.whatsapp_gateway import LARGEST_FILE, LARGEST_SHOWN, LONGEST_TEXT

LONGEST_CAPTION = 1024


class Kind(enum.Enum):
    """What one piece is on the network."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    PLACE = "place"
    CARDS = "cards"
    TEMPLATE = "template"


_KINDS = {
    "image/jpeg": Kind.IMAGE,
    "image/png": Kind.IMAGE,
    "video/mp4": Kind.VIDEO,
    "video/3gpp": Kind.VIDEO,
    "audio/aac": Kind.AUDIO,
    "audio/amr": Kind.AUDIO,
    "audio/mpeg": Kind.AUDIO,
    "audio/mp4": Kind.AUDIO,
    "audio/ogg": Kind.AUDIO,
}


@dataclass(frozen=True, slots=True)
class Named:
    """What a template calls the values of its heading and its text; nothing where it counts."""

    heading: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of the network. `text` is the caption where there is a `file`."""

    kind: Kind
    text: str = ""
    file: FileRef | None = None
    place: Place | None = None
    cards: tuple[Card, ...] = ()
    template: ApprovedTemplate | None = None
    named: Named = Named()
    quotes: str | None = None
    quoted: QuotedMessage | None = None


def kind_of(file: FileRef) -> Kind:
    """How a file is sent: what is too large for its kind goes as a document."""
    kind = _KINDS.get(file.content_type.partition(";")[0].strip().lower(), Kind.DOCUMENT)
    return kind if file.size <= LARGEST_SHOWN.get(kind.value, LARGEST_FILE) else Kind.DOCUMENT


def pieces(queued: WhatsAppQueued) -> list[Piece]:
    """The pieces of a message in their order; the first one quotes. Raises ValueError, with what
    is wrong, for what can never leave."""
    made = list(_cut(queued))
    if not made:
        raise ValueError("there is nothing in it")
    return [replace(made[0], quotes=queued.quotes, quoted=queued.quoted), *made[1:]]


def _cut(queued: WhatsAppQueued) -> list[Piece]:
    if queued.template is not None:
        return [Piece(Kind.TEMPLATE, queued.text, template=queued.template)]
    text = queued.text.strip()
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"it has {len(text)} characters, and WhatsApp takes {LONGEST_TEXT}")
    files = [Piece(kind_of(file), file=file) for file in queued.attachments]
    for each in files:
        if each.file is not None and each.file.size > LARGEST_FILE:
            raise ValueError(f"“{each.file.name}” is larger than 100 MB")
    if text and files and files[0].kind is not Kind.AUDIO and len(text) <= LONGEST_CAPTION:
        files[0] = replace(files[0], text=text)
    elif text:
        files = [Piece(Kind.TEXT, text), *files]
    if queued.place is not None:
        files.append(Piece(Kind.PLACE, place=queued.place))
    if queued.cards:
        files.append(Piece(Kind.CARDS, cards=tuple(queued.cards)))
    return files
