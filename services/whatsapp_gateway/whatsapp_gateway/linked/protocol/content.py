"""What a message holds, the same whichever way it goes.

An address is a JID as the network writes it: `34600111222@s.whatsapp.net` by phone, `…@lid` where
the phone is hidden, `…@g.us` for a group.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

import msgspec


class MediaKind(enum.Enum):
    """How a file is shown."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"


class Text(msgspec.Struct, tag="text", frozen=True):
    """Words."""

    text: str


class Media(msgspec.Struct, tag="media", frozen=True):
    """A file. `path` is where it lies, in the worker's folder; of what came in, it is None until
    the file is fetched, and then stands in `MediaFetched`."""

    kind: MediaKind
    mimetype: str
    path: str | None = None
    caption: str = ""
    filename: str = ""
    size: int | None = None  # bytes
    sha256: str = ""  # hexadecimal, of the content
    voice: bool = False  # recorded, not a file of music
    seconds: int | None = None
    width: int | None = None
    height: int | None = None


class Location(msgspec.Struct, tag="location", frozen=True):
    """A place, in degrees (WGS 84)."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    live: bool = False


class Card(msgspec.Struct, frozen=True):
    """A person, as vCard."""

    name: str
    vcard: str


class Contacts(msgspec.Struct, tag="contacts", frozen=True):
    """Persons that were shared."""

    cards: list[Card]


class Reaction(msgspec.Struct, tag="reaction", frozen=True):
    """An emoji under the message `to`; empty takes it back. `to_sender` wrote that message."""

    to: str
    emoji: str
    to_sender: str = ""
    to_me: bool = False  # that message was ours


class Edit(msgspec.Struct, tag="edit", frozen=True):
    """Other words for the message `to`, of the same sender."""

    to: str
    text: str


class Delete(msgspec.Struct, tag="delete", frozen=True):
    """The message `to` is gone, for everybody. `to_sender` is set where an admin of a group takes
    out somebody else's."""

    to: str
    to_sender: str = ""


class Unsupported(msgspec.Struct, tag="unsupported", frozen=True):
    """Something that is not shown here yet, by its name in the network's own protocol."""

    kind: str


Content: TypeAlias = Text | Media | Location | Contacts | Reaction | Edit | Delete | Unsupported


class Quote(msgspec.Struct, frozen=True):
    """The message that is answered."""

    id: str
    sender: str = ""
    text: str = ""
