"""Text messages: carriers, what a text weighs, who stopped them, what was sent, and the sandbox."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, ClassVar, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from . import rights
from .channels import ConnectionCopies, ConnectionState, DeliveryStatus
from .common import CopyLimit, Cursor, Limit, Line, Name, Text
from .persons import PersonHolder

# As E.164, or what a machine is called by: an alphanumeric sender, a short code.
Number = Annotated[str, Meta(pattern=r"^\+[1-9]\d{4,14}$", description="E.164")]
SmsSender = Annotated[str, Meta(min_length=1, max_length=21)]
Host = Annotated[str, Meta(min_length=1, max_length=253)]
Port = Annotated[int, Meta(ge=1, le=65535)]


class SmsConnectionKind(enum.Enum):
    """How texts reach a carrier."""

    SANDBOX = "sandbox"
    SMPP = "smpp"
    HTTP = "http"


class SmppDirection(enum.Enum):
    """What a session is for (SMPP 3.4, 2.2). A receiver only hears: what people write, and receipts
    of what a transmitter of the same account sent."""

    TRANSCEIVER = "transceiver"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"


class PartsJoining(enum.Enum):
    """How a route is told which parts are one text."""

    HEADER = "header"  # before each part's text (TS 23.040, 9.2.3.24.1)
    PARAMETERS = "parameters"  # SMPP's sar_* parameters
    PAYLOAD = "payload"  # the whole text in one; the carrier cuts it


class CarrierAlphabet(enum.Enum):
    """What the carrier takes data_coding 0 for."""

    GSM = "gsm"
    LATIN_1 = "latin_1"


class MessageIdRule(enum.Enum):
    """How the carrier's ids in answers and in receipts are made equal."""

    AS_IS = "as_is"
    ANSWER_HEX = "answer_hex"
    RECEIPT_HEX = "receipt_hex"


class SmppServer(Message):
    """A message centre and how it is to be spoken to. The password is never given back.

    `window` is how many texts are under way at a time, `per_second` how many leave.
    """

    host: Host
    port: Port
    system_id: Annotated[str, Meta(min_length=1, max_length=15)]
    password: Annotated[str, Meta(max_length=8)] | None = None
    system_type: Annotated[str, Meta(max_length=12)] = ""
    tls: bool = False
    direction: SmppDirection = SmppDirection.TRANSCEIVER
    window: Annotated[int, Meta(ge=1, le=200)] = 10
    per_second: Annotated[float, Meta(ge=0.1, le=5000)] = 20
    joining: PartsJoining = PartsJoining.HEADER
    long_reference: bool = False
    alphabet: CarrierAlphabet = CarrierAlphabet.GSM
    id_rule: MessageIdRule = MessageIdRule.AS_IS


class HttpApi(Message):
    """A carrier's API over HTTPS in the shape of Twilio's. The token is never given back.

    `account` is its name for us, and with `token` how we sign in; the token signs its callbacks,
    too, which it brings to `/api/v1/hooks/sms/{id}` of the connection. With a `messaging_service`
    the carrier chooses the sender from a pool. `at_once` is how many requests are under way at a
    time, `per_second` how many leave.
    """

    account: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    base_url: Annotated[str, Meta(min_length=8, max_length=300)] = "https://api.twilio.com"
    token: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    messaging_service: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    at_once: Annotated[int, Meta(ge=1, le=50)] = 10
    per_second: Annotated[float, Meta(ge=0.1, le=1000)] = 10


class SmsConnectionDetails(Message):
    """What a person configures. Absent secrets keep those that are stored.

    `sender` is what the texts come from: a number in E.164, a short code, or up to 11 letters and
    digits, to which nobody can answer. With `plain`, typographic characters leave as their plain
    ones, so that a quotation mark does not make a text three times as dear. What is not delivered
    after `validity_hours` is given up.
    """

    label: Name
    kind: SmsConnectionKind
    sender: SmsSender
    smpp: SmppServer | None = None
    http: HttpApi | None = None
    plain: bool = True
    validity_hours: Annotated[int, Meta(ge=1, le=168)] = 48
    stop_words: Annotated[list[Name], Meta(max_length=20)] = []
    default: bool = False


class SmsConnection(Message):
    """A connection and how it fares. `details` come without any secret."""

    id: UUID
    details: SmsConnectionDetails
    state: ConnectionState
    reason: str | None
    checked_at: datetime | None
    version: int


class TextEncoding(enum.Enum):
    """How a text goes over the air."""

    GSM_7 = "gsm_7"
    UCS_2 = "ucs_2"


class Forcing(Message):
    """The first character that makes a text UCS-2, and before which code point it stands."""

    place: int
    character: str


class Measured(Message):
    """What a text weighs. `left` is how many more units fit into the last part.

    `text` is the text as it would leave.
    """

    text: str
    characters: int
    encoding: TextEncoding
    parts: int
    units: list[int]
    left: int
    forced_by: Forcing | None


class OptOut(Message):
    """A number that wants no texts from here, and the word by which it said so."""

    number: str
    word: str
    at: datetime


class OptOutPage(Message):
    """Opt-outs, the newest first."""

    opt_outs: list[OptOut]
    cursor: str | None


class TextToSend(Message):
    """A text that somebody wants to send to a phone, or with `exact` to a machine."""

    number: Line
    text: Text
    exact: bool = False


class Outlook(Message):
    """What would become of a text: how many parts it has, and why it would be refused, if it would.

    `stopped` is the number's opt-out.
    """

    parts: int
    refused: str | None = None
    stopped: OptOut | None = None


TextsToSend = Annotated[list[TextToSend], Meta(min_length=1, max_length=200)]


class SentText(Message):
    """A text that was sent. `delivered` of its `parts` have arrived."""

    delivery_id: UUID
    message_id: UUID
    connection_id: UUID | None
    number: str
    text: str
    parts: int
    delivered: int
    status: DeliveryStatus
    reason: str | None
    queued_at: datetime


class SentPage(Message):
    """Texts that were sent, the newest first (mission H1)."""

    texts: list[SentText]
    cursor: str | None


class SandboxPhone(Message):
    """A phone of somebody in the demo's world."""

    number: str
    unread: int
    total: int


class SandboxText(Message):
    """A text on a sandbox phone: to it, or from it. `parts` is how many it came in."""

    id: UUID
    number: str
    ours: str
    text: str
    parts: int
    from_us: bool
    at: datetime
    read: bool


class SmsGateway(PersonHolder, Interface, Protocol):
    """The way to phones by text message."""

    service: ClassVar[str] = "sms_gateway"

    @call(rights.READ)
    def list_sms_connections(self) -> list[SmsConnection]:
        """All SMS connections by label."""
        ...

    @call(rights.READ)
    def get_sms_connection(self, *, id: UUID) -> SmsConnection:
        """One connection. NotFound `sms_gateway.connection_not_found`."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def create_sms_connection(
        self, *, details: SmsConnectionDetails, id: UUID | None = None
    ) -> SmsConnection:
        """Add a connection. Invalid where a kind lacks what it needs."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def update_sms_connection(
        self, *, id: UUID, version: int, details: SmsConnectionDetails
    ) -> SmsConnection:
        """Replace the details, and connect anew. Stale `sms_gateway.connection_changed`."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def remove_sms_connection(self, *, id: UUID) -> None:
        """Stop using a connection. Its history stays."""
        ...

    @call(rights.PUBLIC, mutates=True)
    def take_sms_callback(
        self,
        *,
        id: UUID,
        url: Annotated[str, Meta(max_length=2000)],
        content_type: Line,
        signature: Line,
        body: Annotated[bytes, Meta(max_length=100_000)],
    ) -> None:
        """A carrier brings a text or says how one fares, at the `url` that it signed. It is kept
        before this returns, once however often it comes. Forbidden `sms_gateway.signature` for who
        is not the carrier of the connection `id`, or where there is none."""
        ...

    @call(rights.SERVICES_ONLY)
    def sms_connections_page(self, *, after: UUID | None, limit: CopyLimit) -> ConnectionCopies:
        """For services that keep copies: the connections that follow the id `after`, in the order
        of ids. Without an organisation there are none, and `total` counts those of all."""
        ...

    @call(rights.READ)
    def measure(self, *, text: Text, connection_id: UUID | None = None) -> Measured:
        """What a text weighs on a connection, or on the default one: for the counter of who
        writes. Invalid where it needs more than 255 parts."""
        ...

    @call(rights.READ)
    def foresee(self, *, texts: TextsToSend, connection_id: UUID | None = None) -> list[Outlook]:
        """What would become of each of these texts on a connection, or on the default one."""
        ...

    @call(rights.READ)
    def list_opt_outs(
        self, *, number: Line | None = None, cursor: Cursor | None = None, limit: Limit = 50
    ) -> OptOutPage:
        """Numbers that stopped our texts, the newest first. `number` is one, or digits of it."""
        ...

    @call(rights.CONFIGURE_CHANNELS, mutates=True)
    def lift_opt_out(self, *, number: Line) -> None:
        """Let a number have our texts again, because its owner asked for it in another way than by
        START. NotFound `sms_gateway.opt_out_not_found`."""
        ...

    @call(rights.READ)
    def list_sent(
        self,
        *,
        number: Line | None = None,
        connection_id: UUID | None = None,
        status: DeliveryStatus | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> SentPage:
        """What was sent, the newest first (mission H1)."""
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_phones(self) -> list[SandboxPhone]:
        """The phones that hold a text. Conflict when the sandbox is switched off."""
        ...

    @call(rights.USE_SANDBOX)
    def sandbox_texts(self, *, number: Number, limit: Limit = 50) -> list[SandboxText]:
        """What a phone has sent and received, the newest first."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_deliver(self, *, id: UUID, arrived: bool = True) -> SandboxText:
        """The phone is switched on and the text arrives, or it never will. NotFound."""
        ...

    @call(rights.USE_SANDBOX, mutates=True)
    def sandbox_text(self, *, number: Number, text: Text) -> None:
        """Write from a phone to the number that it last had a text from, or to the default
        connection's. NotFound where there is no connection."""
        ...
