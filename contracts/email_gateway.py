"""Email connections, the letterhead, tracking, and the sandbox mailboxes."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, ClassVar, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from . import rights
from .channels import ConnectionCopies, ConnectionState, Mailbox
from .common import Address, CopyLimit, FileNumber, FileRef, Limit, Line, Name, Text
from .files import FileHolder
from .persons import PersonHolder


class ConnectionKind(enum.Enum):
    """How a connection reaches its mail host."""

    SANDBOX = "sandbox"
    PASSWORD = "password"  # SMTP and IMAP with user name and password  # noqa: S105
    GOOGLE = "google"  # XOAUTH2
    MICROSOFT = "microsoft"  # XOAUTH2


class Security(enum.Enum):
    """How the line to a server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


Host = Annotated[str, Meta(min_length=1, max_length=253)]
Port = Annotated[int, Meta(ge=1, le=65535)]
Secret = Annotated[str, Meta(max_length=20_000)]


class Server(Message):
    """A mail server: where it is and how to sign in. The password is never given back."""

    host: Host
    port: Port
    security: Security
    username: Line = ""
    password: Secret | None = None


class Dkim(Message):
    """A signing key (RFC 6376). `private_key` is PEM and never given back."""

    selector: Name
    domain: Name
    private_key: Secret | None = None


class ConnectionDetails(Message):
    """What a person configures. Absent secrets keep those that are stored.

    With `delivery_reports` servers that can are asked to report each delivery (RFC 3461): the
    reports come into the mailbox, so that a person who reads it elsewhere too may switch them off.

    New mail is what reaches the mailbox once it is connected. What came in the `import_days` before
    is taken in as history, which is unread to nobody, notifies nobody and waits for no answer.
    """

    label: Name
    address: Address
    kind: ConnectionKind
    smtp: Server | None = None
    imap: Server | None = None
    folder: Line = "INBOX"
    dkim: Dkim | None = None
    oauth_refresh_token: Secret | None = None
    plus_addressing: bool = True
    delivery_reports: bool = True
    default: bool = False
    max_connections: Annotated[int, Meta(ge=1, le=20)] = 4
    per_minute: Annotated[int, Meta(ge=1, le=10_000)] = 600
    import_days: Annotated[int, Meta(ge=0, le=3_650)] = 0


class HistoryImport(Message):
    """How far the mail of before a connection was taken in, the newest first.

    `found` mails came on the day of `since` or later; `taken` of them were looked at.
    """

    since: datetime
    found: int
    taken: int
    finished: bool


class Connection(Message):
    """A connection and how it fares. `details` come without any secret."""

    id: UUID
    details: ConnectionDetails
    state: ConnectionState
    reason: str | None
    checked_at: datetime | None
    version: int
    history: HistoryImport | None = None


class TestStep(Message):
    """One step of trying a connection: `answer` holds the server's own words."""

    __test__: ClassVar[bool] = False  # pytest would take the name for a test

    name: str
    ok: bool
    answer: str


class Click(Message):
    """Where a tracked link leads."""

    url: str


class MailboxState(enum.Enum):
    """What becomes of a mail to a mailbox of the demo's world."""

    OPEN = "open"
    FULL = "full"  # it comes back; another may arrive
    GONE = "gone"  # it comes back: there is no such mailbox


class SandboxMailbox(Message):
    """A mailbox of somebody in the demo's world."""

    address: str
    name: str
    unread: int
    total: int
    state: MailboxState = MailboxState.OPEN


class SandboxMail(Message):
    """A mail that arrived in a sandbox mailbox; `html` loads its pixel as a reader's would."""

    id: UUID
    mailbox: str
    sender: Mailbox
    reply_to: Mailbox | None
    to: list[Mailbox]
    cc: list[Mailbox]
    subject: str
    text: str
    html: str | None
    attachments: list[FileRef]
    arrived_at: datetime
    read: bool


class EmailGateway(FileHolder, PersonHolder, Interface, Protocol):
    """The way to the mail servers."""

    service: ClassVar[str] = "email_gateway"

    @call(rights.READ)
    def list_connections(self) -> list[Connection]:
        """All email connections by label."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def create_connection(
        self, *, details: ConnectionDetails, id: UUID | None = None
    ) -> Connection:
        """Add a connection. Invalid where a kind lacks what it needs."""
        ...

    @call(rights.READ)
    def get_connection(self, *, id: UUID) -> Connection:
        """One connection. NotFound `email_gateway.connection_not_found`."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def update_connection(
        self, *, id: UUID, version: int, details: ConnectionDetails
    ) -> Connection:
        """Replace the details. Stale `email_gateway.connection_changed`."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def remove_connection(self, *, id: UUID) -> None:
        """Stop using a connection. Its history stays."""
        ...

    @call(rights.CONFIGURE_CHANNELS, deadline=40.0)
    def try_connection(self, *, id: UUID) -> list[TestStep]:
        """Go through all steps of sending and fetching without sending anything."""
        ...

    @call(rights.SERVICES_ONLY)
    def connections_page(self, *, after: UUID | None, limit: CopyLimit) -> ConnectionCopies:
        """For services that keep copies: the connections that follow the id `after`, in the order
        of ids. Without an organisation there are none, and `total` counts those of all."""
        ...

    @call(rights.READ)
    def dress(
        self, *, subject: Line, html: Text, signature: Text = "", connection_id: UUID | None = None
    ) -> str:
        """The whole mail as HTML: the letterhead around `html`, for a preview; nothing is
        tracked."""
        ...

    @call(rights.PUBLIC, mutates=True)
    def record_open(
        self, *, token: Line, user_agent: Line, method: Line, accept: Line = ""
    ) -> None:
        """Somebody or something loaded the pixel. A wrong token is no error."""
        ...

    @call(rights.PUBLIC, mutates=True)
    def record_click(self, *, token: Line, user_agent: Line, method: Line, remote: Line) -> Click:
        """Where the link of `token` leads. NotFound `email_gateway.link_unknown`."""
        ...

    @call(rights.PUBLIC, mutates=True)
    def unsubscribe(self, *, token: Line) -> None:
        """One-click unsubscription (RFC 8058). NotFound `email_gateway.link_unknown`."""
        ...

    @call(rights.SERVICES_ONLY, mutates=True)
    def open_sandbox_mailboxes(
        self, *, mailboxes: Annotated[list[Mailbox], Meta(max_length=1000)]
    ) -> None:
        """Make sure that these mailboxes exist in the sandbox's world.

        At their domains no others do, so a mistyped name bounces.
        """
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_mailboxes(self) -> list[SandboxMailbox]:
        """The mailboxes that hold something or belong to the demo. Conflict when switched off."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def put_sandbox_mailbox(
        self, *, address: Address, state: MailboxState = MailboxState.OPEN
    ) -> SandboxMailbox:
        """Let there be this mailbox. What it does not take comes back with a report, as from a
        mail server; what it has stays."""
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_mails(self, *, address: Address, limit: Limit = 50) -> list[SandboxMail]:
        """What arrived at an address, the newest first."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_read(self, *, id: UUID) -> SandboxMail:
        """Open a mail as its reader would: its pixel is loaded. NotFound."""
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_mail_file(self, *, id: UUID, number: FileNumber) -> FileRef:
        """An attachment of a mail, by its place from 0. NotFound."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_reply(
        self, *, id: UUID, text: Text, attachments: list[FileRef] = [], quote: bool = True
    ) -> None:
        """Answer a mail as its reader's program would, the original quoted below."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_write(
        self,
        *,
        sender: Mailbox,
        to: Address,
        subject: Line,
        text: Text,
        attachments: list[FileRef] = [],
    ) -> None:
        """Write a new mail to one of our addresses."""
        ...
