"""WhatsApp: numbers and how they are connected, templates, groups, and the sandbox's phones."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, ClassVar, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from . import rights
from .channels import (
    Ability,
    ApprovedTemplate,
    Card,
    ConnectionCopies,
    ConnectionState,
    DeliveryStatus,
    Place,
)
from .common import CopyLimit, FileNumber, FileRef, Limit, Line, Name, Text
from .files import FileHolder
from .groups import GroupAddress, GroupCopies
from .persons import PersonHolder

OwnNumber = Annotated[str, Meta(pattern=r"^\+[1-9]\d{6,14}$", description="E.164")]
WhatsAppAddress = Annotated[str, Meta(min_length=1, max_length=320)]
GraphId = Annotated[str, Meta(pattern=r"^\d{1,30}$")]
Credential = Annotated[str, Meta(min_length=8, max_length=1000)]
Body = Annotated[bytes, Meta(max_length=4 * 1024 * 1024)]


MEGABYTE = 1024 * 1024
MOST_HOOKS = 100  # webhooks in one call
LONGEST_TEXT = 4096  # characters; Meta's limit of text.body
LARGEST_FILE = 100 * MEGABYTE
# Media types of the Cloud API, with the most bytes of each; everything else, and what is larger,
# goes as a document:
# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media (Supported Media Types).
LARGEST_SHOWN = {"image": 5 * MEGABYTE, "video": 16 * MEGABYTE, "audio": 16 * MEGABYTE}


class WhatsAppConnectionKind(enum.Enum):
    """How a number is reached."""

    SANDBOX = "sandbox"
    CLOUD = "cloud"  # Meta's Cloud API
    LINKED = "linked"  # as a further device of a phone, by scanning a code


class CloudAccount(Message):
    """A number at Meta's Cloud API. The three secrets are never given back.

    `app_secret` signs what Meta sends, `verify_token` is what one types at Meta when entering the
    address of the webhook.
    """

    phone_number_id: GraphId
    business_account_id: GraphId
    access_token: Credential | None = None
    app_secret: Credential | None = None
    verify_token: Credential | None = None


class WhatsAppPace(Message):
    """How fast a number may write. A new number begins with a tenth of `people_a_day` and reaches
    all of it within two weeks.

    `per_minute` counts messages in all, `people_a_day` those whom we write to first.
    """

    per_minute: Annotated[int, Meta(ge=1, le=60_000)] = 60
    people_a_day: Annotated[int, Meta(ge=1, le=100_000)] = 250


class WhatsAppConnectionDetails(Message):
    """What a person configures. Absent secrets keep those that are stored."""

    label: Name
    kind: WhatsAppConnectionKind
    number: OwnNumber
    cloud: CloudAccount | None = None
    pace: WhatsAppPace = WhatsAppPace()
    default: bool = False


class LinkState(enum.Enum):
    """Where a linked device stands. From CONNECTING to DEGRADED it goes on by itself; the others
    wait for a person."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    SCAN_QR = "scan_qr"
    ENTER_CODE = "enter_code"
    PAIRING = "pairing"
    OPEN = "open"
    DEGRADED = "degraded"
    LOGGED_OUT = "logged_out"
    REPLACED = "replaced"
    BANNED = "banned"
    OUTDATED = "outdated"
    PASSKEY_REQUIRED = "passkey_required"
    WRONG_NUMBER = "wrong_number"


class WhatsAppConnection(Message):
    """A number and how it fares. `details` come without any secret.

    `hook` is the address to enter at Meta. While `paused_until` nobody is written to who has not
    written first; answers go on.
    """

    id: UUID
    details: WhatsAppConnectionDetails
    state: ConnectionState
    reason: str | None
    checked_at: datetime | None
    version: int
    abilities: list[Ability]
    link: LinkState | None = None
    hook: str | None = None
    paused_until: datetime | None = None


class QrCode(Message):
    """The code to scan with the phone, and until when it can be."""

    text: str
    until: datetime


class PairingCode(Message):
    """The code to type on the phone (Linked devices, Link with phone number), and until when it
    can be."""

    text: str
    until: datetime


class TemplateState(enum.Enum):
    """Whether the network lets a template be sent."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"


class NetworkTemplate(Message):
    """A template as Meta has it. Its places are `{{1}}`, `{{2}}`, …, or have names. `heading_file`
    is what its heading shows in place of words (image, video, document, location)."""

    connection_id: UUID
    name: str
    language: str
    category: str
    state: TemplateState
    heading: str
    body: str
    footer: str
    buttons: list[str]
    reason: str | None = None
    heading_file: str = ""


class FilledTemplate(Message):
    """What a template says when it is filled; `problem` says why it cannot be sent."""

    text: str
    problem: str | None


class SandboxHandset(Message):
    """A phone of somebody in the demo's world. One that is off gets nothing until it is on; nobody
    may put one that is `private` into a group."""

    address: WhatsAppAddress
    name: str
    on: bool
    unread: int
    total: int
    private: bool = False


class SandboxChatMessage(Message):
    """A message on a sandbox phone: to it, or from it; in a `group` by whom (`author`)."""

    id: UUID
    address: str
    name: str
    ours: str
    from_us: bool
    text: str
    files: list[FileRef]
    at: datetime
    status: DeliveryStatus
    place: Place | None = None
    cards: list[Card] = []
    quotes: UUID | None = None
    reactions: dict[str, str] = {}
    edited: bool = False
    deleted: bool = False
    typing: bool = False
    group: str | None = None
    author: str = ""


class SandboxGroup(Message):
    """A group of the demo's world, as the phones in it have it. `private` phones may come by the
    `invitation`."""

    address: str
    subject: str
    invitation: str
    phones: list[str]
    with_us: bool


class SignedHook(Message):
    """A webhook as it came, with what its sender signed it by."""

    body: Body
    signature: Line


Hooks = Annotated[list[SignedHook], Meta(min_length=1, max_length=MOST_HOOKS)]


class WhatsAppGateway(FileHolder, PersonHolder, Interface, Protocol):
    """The way to phones by WhatsApp."""

    service: ClassVar[str] = "whatsapp_gateway"

    @call(rights.READ)
    def list_whatsapp_connections(self) -> list[WhatsAppConnection]:
        """All numbers by label."""
        ...

    @call(rights.READ)
    def get_whatsapp_connection(self, *, id: UUID) -> WhatsAppConnection:
        """One number. NotFound `whatsapp_gateway.connection_not_found`."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def create_whatsapp_connection(
        self, *, details: WhatsAppConnectionDetails, id: UUID | None = None
    ) -> WhatsAppConnection:
        """Add a number. Invalid where a kind lacks what it needs, Conflict
        `whatsapp_gateway.number_taken` where another connection has the number."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def update_whatsapp_connection(
        self, *, id: UUID, version: int, details: WhatsAppConnectionDetails
    ) -> WhatsAppConnection:
        """Replace the details. Stale `whatsapp_gateway.connection_changed`."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def remove_whatsapp_connection(self, *, id: UUID) -> None:
        """Stop using a number. Its history stays."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def connect_whatsapp(self, *, id: UUID) -> QrCode | None:
        """Begin to connect a number, or go on: the code to scan, None while there is none yet or
        none is wanted. Conflict `whatsapp_gateway.not_scanned` for a number that is not connected
        so."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def connect_whatsapp_by_code(self, *, id: UUID) -> PairingCode | None:
        """As `connect_whatsapp`, for who cannot scan: a code that he types on the phone. It takes
        the place of a code to scan that is shown just now, and the other way round."""
        ...

    @call(rights.CONFIGURE_CHANNELS)
    def shown_whatsapp_qr(self, *, id: UUID) -> QrCode | None:
        """The code to scan that a number shows just now. To ask begins nothing: a number that came
        to an end stays there until somebody connects it."""
        ...

    @call(rights.CONFIGURE_CHANNELS)
    def shown_whatsapp_code(self, *, id: UUID) -> PairingCode | None:
        """The code to type that a number shows just now. To ask begins nothing."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def disconnect_whatsapp(self, *, id: UUID) -> WhatsAppConnection:
        """End the connection of a number until somebody connects it again. What is to leave
        waits."""
        ...

    @call(rights.SERVICES_ONLY)
    def whatsapp_connections_page(
        self, *, after: UUID | None, limit: CopyLimit
    ) -> ConnectionCopies:
        """For services that keep copies: as `email_gateway.connections_page`."""
        ...

    @call(rights.SERVICES_ONLY)
    def groups_page(self, *, after: UUID | None, limit: CopyLimit) -> GroupCopies:
        """For services that keep copies: groups by id, whatever became of them, as they are now.
        Otherwise as `connections_page`."""
        ...

    @call(rights.PUBLIC)
    def challenge_hook(self, *, connection: UUID, token: Line, challenge: Line) -> str:
        """What to answer Meta when an address is entered. Forbidden for a wrong token."""
        ...

    @call(rights.PUBLIC, mutates=True)
    def take_hook(self, *, connection: UUID, body: Body, signature: Line) -> None:
        """Keep for good what Meta sends. Forbidden where it is not signed as by Meta.

        For gateways of the version before; `take_hooks` takes several at once.
        """
        ...

    @call(rights.PUBLIC, mutates=True)
    def take_hooks(self, *, connection: UUID, hooks: Hooks) -> list[bool]:
        """Keep for good what Meta sends; says of each whether it is signed as by Meta. One that
        is not is kept nowhere, and keeps none of the others from being kept."""
        ...

    @call(rights.READ)
    def list_network_templates(self, *, connection_id: UUID | None = None) -> list[NetworkTemplate]:
        """The templates that Meta has for our numbers, by name and language."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True, deadline=40.0)
    def fetch_network_templates(self, *, id: UUID) -> list[NetworkTemplate]:
        """Ask Meta for the templates of a number."""
        ...

    @call(rights.READ)
    def fill_network_template(
        self, *, connection_id: UUID | None, template: ApprovedTemplate
    ) -> FilledTemplate:
        """What a template would say."""
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_handsets(self) -> list[SandboxHandset]:
        """The phones of the demo's world. Conflict when switched off."""
        ...

    @call(rights.SERVICES_ONLY, mutates=True)
    def open_sandbox_handsets(
        self, *, handsets: Annotated[dict[WhatsAppAddress, Line], Meta(max_length=1000)]
    ) -> None:
        """Make sure that these phones exist in the sandbox's world, by address and name.

        No others have WhatsApp there, so that a mistyped number fails.
        """
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def put_sandbox_handset(
        self,
        *,
        address: WhatsAppAddress,
        on: bool = True,
        name: Line = "",
        private: bool | None = None,
    ) -> SandboxHandset:
        """Let there be this phone, switched on or off; what waited arrives when it is on."""
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_chat(
        self, *, address: WhatsAppAddress, limit: Limit = 50
    ) -> list[SandboxChatMessage]:
        """What a phone has, the newest first."""
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_chat_file(self, *, id: UUID, number: FileNumber) -> FileRef:
        """A file of a message that a phone got from us, by its place from 0. NotFound."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_chat_read(self, *, id: UUID) -> SandboxChatMessage:
        """Read a message, and with it those before it."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_chat_fail(self, *, id: UUID, reason: Line = "") -> SandboxChatMessage:
        """Let a message fail."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_chat_type(self, *, address: WhatsAppAddress, typing: bool = True) -> None:
        """Begin or stop to write on a phone."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_chat_write(
        self,
        *,
        address: WhatsAppAddress,
        text: Text = "",
        files: Annotated[list[FileRef], Meta(max_length=10)] = [],
        place: Place | None = None,
        cards: Annotated[list[Card], Meta(max_length=10)] = [],
        quotes: UUID | None = None,
        connection_id: UUID | None = None,
        group: GroupAddress | None = None,
    ) -> SandboxChatMessage:
        """Write from a phone to the number that it heard from last, or another one, or into a
        `group` that it is in."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_chat_amend(
        self, *, id: UUID, reaction: Line | None = None, text: Text | None = None
    ) -> SandboxChatMessage:
        """React to a message with an emoji (none takes it back), change the text of one that was
        written on the phone, or, with neither, delete it there."""
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_groups(self, *, address: WhatsAppAddress | None = None) -> list[SandboxGroup]:
        """The groups of the demo's world, or those that a phone is in."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_group_join(self, *, address: WhatsAppAddress, invitation: Line) -> SandboxGroup:
        """Come into a group by its invitation. NotFound `whatsapp_gateway.group_not_found`."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_group_leave(self, *, address: WhatsAppAddress, group: GroupAddress) -> SandboxGroup:
        """Leave a group. NotFound as above, for one that the phone is not in, too."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_scan(self, *, connection_id: UUID, number: OwnNumber) -> WhatsAppConnection:
        """Scan the code of a sandbox number with the phone of `number`, or type it there."""
        ...
