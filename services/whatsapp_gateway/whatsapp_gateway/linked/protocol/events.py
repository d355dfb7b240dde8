"""What a worker tells the service.

What is `Kept` lies in the worker's spool until the service acknowledges its number: it comes at
least once, in order, again after a crash of either side. The rest is true now and not kept.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TypeAlias

import msgspec

from .content import Content, Quote


class Phase(enum.Enum):
    """What the worker's connection is doing; the service decides what follows from it."""

    UNPAIRED = "unpaired"  # there is no session; `Pair` is needed
    CONNECTING = "connecting"
    PAIRING = "pairing"  # a phone has scanned the code; keys are being exchanged
    OPEN = "open"  # signed in, and the network has answered
    DISCONNECTED = "disconnected"  # the client tries again by itself
    SILENT = "silent"  # the line is there and nothing answers
    CODES_USED_UP = "codes_used_up"  # nobody scanned in time
    NO_CODE = "no_code"  # the network gave none that could be typed
    UNREACHABLE = "unreachable"  # the network could not be reached
    LOGGED_OUT = "logged_out"
    REPLACED = "replaced"  # another process uses the same session
    BANNED = "banned"
    OUTDATED = "outdated"
    PASSKEY_REQUIRED = "passkey_required"
    WRONG_NUMBER = "wrong_number"


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """The first: which protocol, and which client below it."""

    version: int
    client: str


class State(msgspec.Struct, tag="state", frozen=True):
    """The connection's phase changed."""

    phase: Phase
    detail: str = ""  # in the network's words
    until: dt.datetime | None = None  # of a ban


class Qr(msgspec.Struct, tag="qr", frozen=True):
    """A code to scan, good for `seconds` from now; the next one replaces it."""

    code: str
    seconds: float


class Code(msgspec.Struct, tag="code", frozen=True):
    """A code to type on the phone, good for `seconds` from now. There is no next one."""

    code: str
    seconds: float


class Paired(msgspec.Struct, tag="paired", frozen=True):
    """Which account this is."""

    address: str
    phone: str  # E.164
    lid: str = ""
    name: str = ""
    platform: str = ""


class Alive(msgspec.Struct, tag="alive", frozen=True):
    """The worker runs; `heard` says how many seconds ago the network last said anything."""

    heard: float | None


class Typed(msgspec.Struct, tag="typed", frozen=True):
    """Somebody begins or stops to write, or to record."""

    chat: str
    sender: str
    on: bool
    voice: bool = False


class Problem(msgspec.Struct, tag="problem", frozen=True):
    """Something said to the worker was not understood or could not be done now."""

    reason: str
    detail: str = ""


class Message(msgspec.Struct, tag="message", frozen=True):
    """A message, from somebody or typed on the phone itself (`from_me`)."""

    id: str
    chat: str
    sender: str
    at: dt.datetime
    content: Content
    from_me: bool = False
    group: bool = False
    name: str = ""  # that the sender gave himself
    phone: str = ""  # the sender's address by phone, where the network tells it beside a LID
    lid: str = ""  # and the other way round
    quote: Quote | None = None
    forwarded: bool = False
    imported: bool = False  # from before the link: nothing may react to it
    late: bool = False  # it was told before as one that could not be read


class History(msgspec.Struct, tag="history", frozen=True):
    """Messages from before the link, of one chat, the newest first."""

    chat: str
    messages: list[Message]
    name: str = ""


class Mark(enum.Enum):
    """What a receipt says."""

    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    READ_HERE = "read_here"  # the owner of the number read it, on another device
    RETRIED = "retried"  # the other side could not decrypt it; the client sent it again
    REFUSED = "refused"  # the network gave it back


class Receipt(msgspec.Struct, tag="receipt", frozen=True):
    """How messages of ours fared. Matched by id alone: the address is often another one than the
    message was sent to."""

    messages: list[str]
    mark: Mark
    at: dt.datetime
    chat: str = ""
    sender: str = ""  # in a group: whose receipt it is
    commands: dict[str, str] = {}  # by message: the id of the command that sent it


class MediaFetched(msgspec.Struct, tag="media_fetched", frozen=True):
    """The file of a message lies at `path`, or why it does not."""

    message: str
    path: str | None = None
    sha256: str = ""
    size: int = 0
    error: str | None = None
    gone: bool = False  # no use in trying again


class Unreadable(msgspec.Struct, tag="unreadable", frozen=True):
    """A message came that this device could not read; the phone has it."""

    id: str
    chat: str
    sender: str
    at: dt.datetime | None = None
    reason: str = ""


class GroupChanged(msgspec.Struct, tag="group_changed", frozen=True):
    """A group that we are in has changed, or one that we are in `without_us` from now on."""

    group: str
    at: dt.datetime | None = None
    subject: str | None = None
    joined: list[str] = []
    left: list[str] = []
    by: str = ""  # whose doing it was
    without_us: bool = False


class Outcome(enum.Enum):
    """How something that is done once ended."""

    DONE = "done"
    REFUSED = "refused"  # for good, `reason` says why
    NOT_SENT = "not_sent"  # nothing left; it may be told again, with the same id
    UNKNOWN = "unknown"  # it may have left, and nobody may try again by himself


class Reason(enum.Enum):
    """Why something was refused or did not leave."""

    NOT_ON_WHATSAPP = "not_on_whatsapp"
    RESTRICTED = "restricted"  # the network lets this number begin no new chats (463)
    NOT_CONNECTED = "not_connected"
    NO_FILE = "no_file"
    UPLOAD_FAILED = "upload_failed"
    UNSUPPORTED = "unsupported"
    BAD_ADDRESS = "bad_address"
    NOT_ALLOWED = "not_allowed"  # as in a group of which one is no admin
    BY_NETWORK = "by_network"
    INTERRUPTED = "interrupted"  # the worker died while it was at it
    NO_ANSWER = "no_answer"


class Admission(enum.Enum):
    """How it went with a participant."""

    ADDED = "added"
    REMOVED = "removed"
    INVITE = "invite"  # his settings let nobody add him: send him the link
    REFUSED = "refused"


class Participant(msgspec.Struct, frozen=True):
    """Somebody in a group, or who was to be."""

    address: str
    phone: str = ""
    lid: str = ""
    admin: bool = False
    admission: Admission | None = None
    code: int = 0  # the network's, where it refused


class Group(msgspec.Struct, frozen=True):
    """A group."""

    address: str
    subject: str
    participants: list[Participant]
    invitation: str = ""  # a link, where somebody is to get one


class Found(msgspec.Struct, frozen=True):
    """A phone that was looked for."""

    phone: str
    address: str | None = None  # None: not on WhatsApp
    lid: str = ""


class Done(msgspec.Struct, tag="done", frozen=True):
    """How a command with an id ended."""

    id: str
    outcome: Outcome
    reason: Reason | None = None
    detail: str = ""
    message: str = ""  # the network's id; of what is unknown, too, where it was seen leaving
    chat: str = ""  # where it went: often the LID of who was addressed by phone
    at: dt.datetime | None = None
    group: Group | None = None
    found: list[Found] = []


Durable: TypeAlias = Message | History | Receipt | MediaFetched | Unreadable | GroupChanged | Done


class Kept(msgspec.Struct, tag="kept", frozen=True):
    """Something durable, under its number in the worker's spool."""

    seq: int
    body: Durable


Event: TypeAlias = Hello | State | Qr | Code | Paired | Alive | Typed | Problem | Kept
