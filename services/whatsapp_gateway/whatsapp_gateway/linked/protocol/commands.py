"""What the service tells a worker.

What has an `id` is done at most once, however often it is told, and ends in a `Done` with the same
`id` (`events`). The rest may be repeated without harm and is not answered.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from .content import Content, Quote

SESSION_KEY = 96  # bytes of `Start.key`


class Start(msgspec.Struct, tag="start", frozen=True):
    """The first: who and where the worker is."""

    version: int
    folder: str  # its own: session, spool and files; nobody else works in it
    phone: str  # E.164; the only phone that may be linked
    device_name: str = "Fairlead"  # as the phone lists it
    key: bytes = b""  # it seals the session, which lies in the clear without one
    proxy: str | None = None  # http:// or socks5://; everything goes through it
    unread_seconds: float = 60.0  # so long a message that cannot be read may come again unnoticed


class Connect(msgspec.Struct, tag="connect", frozen=True):
    """Go on with the session that is stored; without one the worker says `unpaired`."""


class Pair(msgspec.Struct, tag="pair", frozen=True):
    """Show QR codes and wait for a phone, until the codes are used up; or, `by_code`, one code that
    is typed on the phone."""

    by_code: bool = False


class Send(msgspec.Struct, tag="send", frozen=True):
    """A message to a person or a group."""

    id: str
    to: str
    content: Content
    quote: Quote | None = None


class Read(msgspec.Struct, tag="read", frozen=True):
    """These messages were read here: their sender sees it."""

    chat: str
    messages: list[str]
    sender: str = ""  # in a group: who wrote them


class Typing(msgspec.Struct, tag="typing", frozen=True):
    """Somebody here begins or stops to write, or to record."""

    chat: str
    on: bool
    voice: bool = False


class Online(msgspec.Struct, tag="online", frozen=True):
    """Be seen as online or not. Only who is online is told that others type; but the phone rings
    less while its linked device is online, so it is wanted while somebody looks."""

    on: bool


class Find(msgspec.Struct, tag="find", frozen=True):
    """Who of these phones (E.164) is on WhatsApp, and by which address."""

    id: str
    phones: list[str]


class CreateGroup(msgspec.Struct, tag="create_group", frozen=True):
    """A new group."""

    id: str
    subject: str
    participants: list[str]


class ChangeParticipants(msgspec.Struct, tag="change_participants", frozen=True):
    """Put persons into a group, or take them out."""

    id: str
    group: str
    participants: list[str]
    remove: bool = False


class RenameGroup(msgspec.Struct, tag="rename_group", frozen=True):
    """Another subject."""

    id: str
    group: str
    subject: str


class LeaveGroup(msgspec.Struct, tag="leave_group", frozen=True):
    """Leave it; it goes on without us."""

    id: str
    group: str


class DescribeGroup(msgspec.Struct, tag="describe_group", frozen=True):
    """Who is in it, and its subject."""

    id: str
    group: str


class Fetch(msgspec.Struct, tag="fetch", frozen=True):
    """Try again to fetch the file of a message; `MediaFetched` tells."""

    message: str


class Ack(msgspec.Struct, tag="ack", frozen=True):
    """The service has stored what was handed over under this number."""

    seq: int


class Logout(msgspec.Struct, tag="logout", frozen=True):
    """Unlink the device; the session is forgotten on both sides."""


class Stop(msgspec.Struct, tag="stop", frozen=True):
    """Hang up and end; the session stays for the next time."""


Once: TypeAlias = (
    Send | Find | CreateGroup | ChangeParticipants | RenameGroup | LeaveGroup | DescribeGroup
)
Command: TypeAlias = (
    Start | Connect | Pair | Once | Read | Typing | Online | Fetch | Ack | Logout | Stop
)
