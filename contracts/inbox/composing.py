"""Writing messages: from a draft to what leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..channels import ApprovedTemplate, Card, Mailbox, Place
from ..common import Address, Channel, FileRef, Language, Line, Name, Text
from ..consents import ConsentKind
from .messages import MessageKind, MessageView
from .moments import SendAt


class Recipient(Message):
    """To whom: a contact, whose preferred address is taken, or an address."""

    contact_id: UUID | None = None
    address: Address | None = None
    name: Line = ""


class Draft(Message):
    """What a person or a rule wants to send.

    Without `to` but with `service_ids`, each service's supplier becomes a recipient and gets one
    message with all of his services (mission A2). A `template_id`, or the kind's own template,
    gives subject and text where none are written; `variables` fill what the data cannot, such as
    `proposal.url`, which is told once. A template is taken in `language`, else in the recipient's;
    where it is not written in that, in the organisation's, else as named. `text` is plain text with
    blank lines between paragraphs; `html` instead of it is sanitised, and
    shows an uploaded picture in place where it names it as `cid:` and the file's id.

    Orders and duty messages are about services, a MESSAGE about anything, every other kind about
    one itinerary. Only an email has a subject, HTML and a signature.

    With `send_at` it is scheduled (mission A7), and composed again with the data of that moment
    unless its words are `frozen` now. With `undo` it waits for the seconds that the organisation
    has settled, so that it can be taken back. The draft that it was `saved_as` ends when it is
    sent or scheduled, and comes back when a person withdraws it.
    With `seen_message_id`, the last message that the writer has seen, nothing leaves where
    somebody else answered since; without it, it does.
    `notify_administrators` tells all owners and admins of it (mission D3). `purpose` is the kind of
    communication that somebody can have blocked (mission H4). Without one it is its template's;
    what a person writes is SERVICE, and so is every kind but MESSAGE. A rule's own words need one.
    A direct answer, in words of no other purpose, to who wrote `in_reply_to` may be sent whatever
    he blocked, unless he blocked everything after he wrote. MARKETING and REVIEW say how to
    unsubscribe. An `exact` text is for a machine (mission H6): it leaves as it was written, whether
    its number wrote STOP or not.

    A `place`, `cards` and an `approved_template` are for chats whose connection can have them; with
    such a template nothing else is said. An answer (`in_reply_to`) quotes there what it answers.
    With a `group_id` it goes to that group, as an answer to what was said in a group does, and to
    nobody else.
    """

    channel: Channel = Channel.EMAIL
    kind: MessageKind = MessageKind.MESSAGE
    connection_id: UUID | None = None
    itinerary_id: UUID | None = None
    from_concierge: bool = False
    in_reply_to: UUID | None = None
    to: Annotated[list[Recipient], Meta(max_length=50)] = []
    cc: Annotated[list[Recipient], Meta(max_length=50)] = []
    bcc: Annotated[list[Recipient], Meta(max_length=50)] = []
    service_ids: Annotated[list[UUID], Meta(max_length=200)] = []
    template_id: UUID | None = None
    variables: dict[Name, Line] = {}
    subject: Annotated[str, Meta(max_length=500)] | None = None
    text: Text | None = None
    html: Text | None = None
    attachments: Annotated[list[UUID], Meta(max_length=20)] = []
    language: Language | None = None
    track: bool = True
    notify_administrators: bool = False
    send_at: SendAt | None = None
    frozen: bool = False
    undo: bool = False
    saved_as: UUID | None = None
    purpose: ConsentKind | None = None
    seen_message_id: UUID | None = None
    exact: bool = False
    place: Place | None = None
    cards: Annotated[list[Card], Meta(max_length=10)] = []
    approved_template: ApprovedTemplate | None = None
    group_id: UUID | None = None


class Problem(Message):
    """Why something cannot be sent: the path of a field in the draft, and a sentence."""

    field: str
    reason: str


class Hint(Message):
    """What a person should look at before he sends; nothing that stands in the way."""

    field: str
    reason: str


class Answered(Message):
    """Somebody answered while another one was writing."""

    message_id: UUID
    author_id: UUID | None
    author_name: str
    at: datetime


class Cost(Message):
    """What a message costs: `units` are the parts of a text, or the copies of a mail."""

    units: int
    credits: int


class Preview(Message):
    """One message as it would leave. `problems` stand in the way of sending: field and reason.

    `leaves_at` is the moment that the draft's `send_at` means, or when the quiet hours end that it
    falls into, in UTC, and `zone` the one to show it in; both are None for what leaves at once.
    `answered_meanwhile` warns of who answered after `seen_message_id`. `hints` are what to look at:
    a service that was cancelled, a link that the template has a place for and nobody made.
    `cost` is None where sending is free; else `credits_available` are there for all of it, None
    when nobody can say.
    `answer_until` is until when the network lets us write freely, where it has such a limit and the
    other side wrote within it.
    """

    to: list[Mailbox]
    cc: list[Mailbox]
    bcc: list[Mailbox]
    contact_id: UUID | None
    connection_id: UUID | None
    itinerary_id: UUID | None
    service_ids: list[UUID]
    subject: str
    html: str
    text: str
    signature: str
    attachments: list[FileRef]
    problems: list[Problem]
    leaves_at: datetime | None = None
    zone: str | None = None
    answered_meanwhile: Answered | None = None
    hints: list[Hint] = []
    cost: Cost | None = None
    credits_available: int | None = None
    answer_until: datetime | None = None


class Composing(Interface, Protocol):
    """The only door out."""

    @call(rights.READ)
    def preview(self, *, draft: Draft) -> list[Preview]:
        """The messages that `send` would make, with everything filled in, and what is missing."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def send(self, *, draft: Draft, request_id: Name) -> list[MessageView]:
        """Send `draft`: one message for each recipient group.

        All leave or none: Invalid names every field that stands in the way, a missing variable
        as `variables.name`. The same `request_id` again answers with the messages of the first
        time; with another draft it is Conflict `inbox.request_reused`. A draft with `send_at` or
        `undo` is not for here but for `schedule`: Invalid `inbox.draft_is_for_later`.
        Marketing that would leave in quiet hours is for `schedule` as well: Conflict
        `inbox.quiet_hours`, whose `leaves_at` says when they end.
        Conflict `inbox.answered_meanwhile` names who answered after `seen_message_id`, and
        `accounts.credits_missing` how many credits are missing.
        """
        ...
