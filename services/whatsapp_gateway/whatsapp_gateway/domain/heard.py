"""What a network says, in words of our own: every driver brings these.

They are kept as they are in the raw row of what is not a webhook, so they only ever grow.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TypeAlias

import msgspec

from contracts.channels import Amending, Card, ChatGroup, DeliveryStatus, Place
from contracts.whatsapp_gateway import LinkState, TemplateState


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody: `address` is the one to answer to, `also` are further ones of his."""

    address: str
    also: list[str] = []
    name: str = ""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is still the network's. `source` is what its driver fetches it by."""

    name: str
    content_type: str
    source: dict[str, str]
    size: int | None = None


class _Heard(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    pass


class Said(_Heard, frozen=True, kw_only=True):
    """A message. `id` is the network's; `chat` the account or group that it was said in."""

    id: str
    who: Who
    at: dt.datetime
    chat: str
    text: str = ""
    media: list[Media] = []
    place: Place | None = None
    cards: list[Card] = []
    quotes: str | None = None
    group: ChatGroup | None = None
    by_us: bool = False
    imported: bool = False
    late: bool = False  # it was said before, as one that could not be read
    defects: list[str] = []


class Amended(_Heard, frozen=True, kw_only=True):
    """A reaction to the message `target`, a new wording of it, or its end."""

    target: str
    who: Who
    chat: str
    at: dt.datetime
    kind: Amending
    text: str = ""
    by_us: bool = False


class Fared(_Heard, frozen=True, kw_only=True):
    """A message of ours fared on; `ours` is what we called it, where the network tells. Without an
    `id` it did not leave: told by a device that remembers what it was asked."""

    id: str
    status: DeliveryStatus
    at: dt.datetime
    ours: str | None = None
    address: str = ""
    also: list[str] = []
    participant: str | None = None
    code: str | None = None
    reason: str | None = None
    errors: list[int] = []


class Followed(_Heard, frozen=True, kw_only=True):
    """The other side writes or stopped, or one of us read the chat on the phone itself."""

    chat: str
    at: dt.datetime
    typing: bool = False
    read_by_us: bool = False


class Grouped(_Heard, frozen=True, kw_only=True):
    """Something happened in the group `chat`: others came or went, `by` whose doing, or it is
    called otherwise. With `without_us` we are not in it any more."""

    chat: str
    at: dt.datetime
    subject: str | None = None
    joined: list[str] = []
    left: list[str] = []
    by: str = ""
    without_us: bool = False


class Joined(_Heard, frozen=True, kw_only=True):
    """These addresses are one person's; with `gone`, the first one is no more."""

    addresses: list[str]
    at: dt.datetime
    name: str = ""
    gone: bool = False


class NumberFared(_Heard, frozen=True, kw_only=True):
    """Something about our own number: it stopped, or may not write first until a moment."""

    at: dt.datetime
    reason: str
    stopped: bool = False
    paused_until: dt.datetime | None = None


class TemplateFared(_Heard, frozen=True, kw_only=True):
    """A template was approved, refused or paused."""

    name: str
    language: str
    state: TemplateState
    at: dt.datetime
    reason: str | None = None


class Linked(_Heard, frozen=True, kw_only=True):
    """A linked device stands elsewhere now."""

    state: LinkState
    at: dt.datetime
    reason: str = ""
    number: str | None = None
    qr: str | None = None
    qr_until: dt.datetime | None = None


class Strange(_Heard, frozen=True, kw_only=True):
    """Something that nobody here understands; it is kept raw and counted."""

    what: str


Heard: TypeAlias = (
    Said
    | Amended
    | Fared
    | Followed
    | Grouped
    | Joined
    | NumberFared
    | TemplateFared
    | Linked
    | Strange
)


class Form(enum.Enum):
    """How a raw row is read."""

    CLOUD = "cloud"  # a webhook's body, byte by byte
    HEARD = "heard"  # a list of Heard


def encoded(heard: list[Heard]) -> bytes:
    """As a raw row keeps them."""
    return msgspec.json.encode(heard)


def decoded(body: bytes) -> list[Heard]:
    """As they were; raises msgspec.DecodeError."""
    return _DECODER.decode(body)


_DECODER: msgspec.json.Decoder[list[Heard]] = msgspec.json.Decoder(list[Heard])
