"""Which conversation an inbound message belongs to, and which of our messages it answers.

A conversation is one contact on one channel and one connection (architecture, "Meanings settled").
What a message answers is looked for in the order of certainty, each step with its guard, because a
wrong match shows one guest's words on another guest's trip:

1. found by the gateway: by a signed token in the envelope, which whoever wrote to that address was
   given, or by an id, which whoever got the mail passed on has as well: there the sender must have
   taken part;
2. `references` name a stored message, its subject is the same and the sender took part in it;
3. the subject has a trip's reference in brackets, and the sender was written to about that trip;
4. the same sender wrote or got the same subject within some days; never a system's address.

Somebody else who answers with the token is on the trip, and in a conversation of his own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from contracts.channels import AutomaticKind, Mailbox, MessageReceived
from contracts.common import Channel
from contracts.inbox import Direction

SAME_SUBJECT_WITHIN = dt.timedelta(days=30)
IN_ENVELOPE = frozenset({"envelope", "bounce"})  # contracts.channels.MessageReceived.answers_by
REFERENCES_TRIED = 30
REFERENCES_SENT = 20

_PREFIX = re.compile(
    r"\s*(?:re|fwd?|aw|wg|antw|sv|vs|vb|odp|odpověď|fwd|rif|ref|res|rv|enc|tr|ynt|p[řr]edmět)"
    r"(?:\[\d{1,3}\])?\.?\s{0,3}[:：]",
    re.IGNORECASE,
)
_TAG = re.compile(r"\[([A-Za-z0-9][A-Za-z0-9._/-]{2,40})\]")
_SYSTEM = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|daemon|root)(?:[+=.-].*)?@",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A stored message, as far as a later one may belong to it."""

    id: UUID
    conversation_id: UUID
    channel: Channel
    connection_id: UUID | None
    direction: Direction
    contact_id: UUID | None
    subject: str
    at: dt.datetime
    reply_to: list[Mailbox]
    addresses: frozenset[str]
    contact_ids: frozenset[UUID] = frozenset()
    itinerary_ids: tuple[UUID, ...] = ()
    service_ids: tuple[UUID, ...] = ()
    provider_id: str | None = None
    references: list[str] = field(default_factory=list)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What an inbound message may answer, each in the order to try, looked up when asked for."""

    proven: Earlier | None = None
    referenced: Iterable[Earlier] = ()
    tagged: Iterable[Earlier] = ()
    same_subject: Iterable[Earlier] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The message that an inbound one answers, and whether it goes into its conversation."""

    earlier: Earlier
    same_conversation: bool


def match(
    message: MessageReceived, contact_id: UUID | None, candidates: Candidates
) -> Match | None:
    """What `message` of `contact_id` answers, if anything."""
    earlier = _answered(message, contact_id, candidates)
    if earlier is None:
        return None
    same = (
        _took_part(message, contact_id, earlier)
        and earlier.channel is message.channel
        and earlier.connection_id in (message.connection_id, None)
        and message.automatic is not AutomaticKind.BULK
    )
    return Match(earlier, same)


def _answered(
    message: MessageReceived, contact_id: UUID | None, candidates: Candidates
) -> Earlier | None:
    sender = message.sender.address.casefold()
    subject = normalised_subject(message.subject)
    proven = candidates.proven

    def took_part(earlier: Earlier) -> bool:
        return _took_part(message, contact_id, earlier)

    if proven is not None and (message.answers_by in IN_ENVELOPE or took_part(proven)):
        return proven
    for earlier in candidates.referenced:
        if took_part(earlier) and subject == normalised_subject(earlier.subject):
            return earlier
    if is_system_sender(sender) or message.automatic is AutomaticKind.BULK:
        return None
    for earlier in candidates.tagged:
        if took_part(earlier):
            return earlier
    for earlier in candidates.same_subject:
        if (
            subject
            and took_part(earlier)
            and subject == normalised_subject(earlier.subject)
            and abs(message.received_at - earlier.at) <= SAME_SUBJECT_WITHIN
        ):
            return earlier
    return None


def _took_part(message: MessageReceived, contact_id: UUID | None, earlier: Earlier) -> bool:
    by_contact = contact_id is not None and contact_id in earlier.contact_ids
    return by_contact or message.sender.address.casefold() in earlier.addresses


def counts(automatic: AutomaticKind, *, imported: bool) -> bool:
    """Whether an inbound message is news: it is unread, and brings an archived conversation back.

    An out-of-office reply does neither, imported history neither (architecture, "Meanings
    settled").
    """
    return not imported and automatic is not AutomaticKind.AUTO_REPLY


def key(channel: Channel, connection_id: UUID | None, contact_id: UUID | None, address: str) -> str:
    """What a conversation is unique by within its organisation.

    An address counts only where nobody could be made of it, such as an empty sender.
    """
    return f"{channel.value}:{connection_id or '-'}:{contact_id or address.casefold()[:320]}"


def normalised_subject(subject: str) -> str:
    """`subject` without the prefixes of answers in any language, in one case and spacing."""
    rest = subject[:500]
    while prefix := _PREFIX.match(rest):
        rest = rest[prefix.end() :]
    return " ".join(rest.split()).casefold()


def answer_subject(subject: str) -> str:
    """The subject of an answer: `Re: ` and what stood there, one such prefix only."""
    rest = subject
    while prefix := _PREFIX.match(rest):
        rest = rest[prefix.end() :]
    return f"Re: {' '.join(rest.split())}"[:500].rstrip()


def tags(subject: str) -> list[str]:
    """What stands in brackets in a subject and could be a trip's reference, in upper case."""
    return [tag.upper() for tag in _TAG.findall(subject[:500])][:5]


def is_system_sender(address: str) -> bool:
    """Whether an address is a program's rather than a person's."""
    return _SYSTEM.match(address) is not None


def continues(
    earlier: Earlier, connection_id: UUID | None, contact_id: UUID | None, address: str
) -> bool:
    """Whether an answer to `earlier`, sent to somebody over a connection, stays in its
    conversation: he must have taken part in it there."""
    took_part = contact_id in earlier.contact_ids or address.casefold() in earlier.addresses
    return took_part and earlier.connection_id in (connection_id, None)


def chain(earlier: Earlier) -> list[str]:
    """Provider ids for the References of an answer, the answered one last (RFC 5322, 3.6.4).

    The first and the last ones are kept where there are many.
    """
    ids = [*earlier.references, *([earlier.provider_id] if earlier.provider_id else [])]
    ids = list(dict.fromkeys(ids))
    return ids if len(ids) <= REFERENCES_SENT else [ids[0], *ids[-(REFERENCES_SENT - 1) :]]
