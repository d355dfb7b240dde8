"""Messages on their way out: stored with their deliveries, and handed to the channel's gateway."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.accounts import Price, SendingMode
from contracts.channels import (
    AutomaticKind,
    DeliveryStatus,
    EmailQueued,
    EmailRecipient,
    QuotedMessage,
    SmsQueued,
    WhatsAppQueued,
)
from contracts.common import Channel
from contracts.contacts import Contact
from contracts.files import attachment_of
from contracts.inbox import (
    Attachment,
    AuthorKind,
    ChatDetails,
    Delivery,
    Direction,
    Draft,
    MessageView,
    Problem,
)
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.context import Context
from fairlead.errors import Conflict, Invalid
from fairlead.store import new_id

from . import attention, changes, drafting, knowing, organising, present, progress, reading, telling
from .domain import composing, deliveries
from .domain.attaching import file_ids, shown
from .domain.composing import Composed
from .domain.consent import BULK
from .domain.conversations import Earlier, normalised_subject
from .domain.knowledge import Knowledge
from .domain.turns import side
from .knowing import STAFF
from .store import file_uses, files, holding, links, messages, parked, requests
from .store.conversations import ConversationRow
from .store.messages import MessageRow, Party

LONGEST_QUOTE = 1000  # characters; a device shows some lines


@dataclass(frozen=True, slots=True)
class Order:
    """A draft that somebody wants sent, with what was known when it was composed."""

    draft: Draft
    known: Knowledge
    context: Context
    planned: bool = False  # it leaves later than it was written

    @property
    def by_person(self) -> bool:
        """Whether a person sends it."""
        return self.context.role in STAFF

    @property
    def mode(self) -> SendingMode:
        """By whom it is sent, as price lists have it."""
        return SendingMode.BY_HAND if self.by_person else SendingMode.AUTOMATIC

    @property
    def prices(self) -> list[Price]:
        """What sending it on its channel can cost; none where it is free for everybody."""
        organisation = self.known.organisation
        listed = organisation.prices.prices if organisation else []
        found = [
            each for each in listed if each.channel is self.draft.channel and each.mode is self.mode
        ]
        return found if any(each.credits for each in found) else []


def expect_for_now(draft: Draft) -> None:
    """Raise Invalid for a draft that is to leave later."""
    for field in ("send_at", "undo"):
        if getattr(draft, field):
            reason = "a message that leaves later is scheduled, not sent"
            raise Invalid.field("inbox.draft_is_for_later", field, reason)


def digest(draft: Draft) -> str:
    """What two drafts have in common when they say the same, whether they can be taken back or
    not: marketing that was to leave at once may have been scheduled."""
    return requests.digest_of(msgspec.structs.replace(draft, undo=False))


def fulfilled(session: Session, request_id: str, draft: Draft) -> list[MessageView] | None:
    """The messages that this request made before; Conflict when it was for another draft, and when
    they are scheduled and have not left."""
    request = requests.get(session, request_id)
    if request is None:
        return None
    if request.digest != digest(draft):
        raise request_reused()
    made = messages.views(session, request.message_ids)
    if request.message_ids and not made:
        raise Conflict("inbox.scheduled_already", "This request has scheduled it; it leaves later")
    return made


def request_reused() -> Conflict:
    """The error for a request id that stands for another message."""
    return Conflict("inbox.request_reused", "This request id was used for another message already")


def check(composed: Sequence[Composed]) -> None:
    """Raise Invalid that names every field in the way of sending."""
    reasons = {each.field: each.reason for each in problems(composed)}
    if reasons:
        raise Invalid.fields("inbox.draft_incomplete", reasons)


def problems(composed: Sequence[Composed]) -> list[Problem]:
    """What stands in the way of sending, each field once."""
    reasons: dict[str, list[str]] = {}
    for problem in (each for message in composed for each in message.problems):
        said = reasons.setdefault(problem.field, [])
        if problem.reason not in said:
            said.append(problem.reason)
    return [Problem(field=field, reason="; ".join(said)) for field, said in reasons.items()]


def strangers(composed: Sequence[Composed]) -> dict[str, str]:
    """The recipients who are no contacts yet, as far as we have heard: address to name."""
    parties = (p for message in composed if message.group is None for p in message.parties)
    return {each.mailbox.address: each.mailbox.name for each in parties if not each.contact}


def as_of_now(
    session: Session, order: Order, composed: Sequence[Composed], met: Mapping[str, Contact]
) -> list[Composed]:
    """The messages to people as they are known in this transaction, those who were `met` among
    them: somebody may have blocked them since they were composed, or long before (mission H4)."""
    for contact in met.values():
        organising.learn_contact(session, contact)
    made = []
    for message in composed:
        known = knowing.again(session, message.parties, order.draft.channel, order.known)
        made.append(composing.as_of_now(order.draft, message, met, known))
    return made


def send(
    session: Session,
    order: Order,
    request_id: str,
    composed: Sequence[Composed],
    now: dt.datetime,
) -> list[MessageView]:
    """Store and queue the messages, all in the session's transaction.

    A request that another transaction fulfilled meanwhile answers with its messages.
    """
    request = requests.claim(session, request_id, digest(order.draft), now)
    if request is None:
        return fulfilled(session, request_id, order.draft) or []
    present.check_nobody_answered(session, order.draft.seen_message_id)
    sent = leave(session, order, composed, now, first=new_id())
    request.message_ids = [each.id for each in sent]
    drafting.sent(session, order.draft, order.context.user, now)
    return sent


def leave(
    session: Session,
    order: Order,
    composed: Sequence[Composed],
    now: dt.datetime,
    *,
    first: UUID,
) -> list[MessageView]:
    """Store and queue the messages, the first of them with the id `first`."""
    ids = [first, *(new_id() for _ in composed[1:])]
    numbered = list(zip(ids, composed, strict=True))
    # Conversations are held in one order by all, so that no two transactions wait in a circle.
    sent = {
        message_id: _send_one(session, order, message_id, message, now)
        for message_id, message in sorted(numbered, key=lambda pair: str(_contact_id(pair[1])))
    }
    return [sent[message_id] for message_id in ids]


def _send_one(
    session: Session, order: Order, message_id: UUID, message: Composed, now: dt.datetime
) -> MessageView:
    conversation = _conversation(session, order.draft, message)
    row = _row(order, message_id, message, conversation, now)
    row.attachments = _attached(session, order.draft, row.id)
    before = messages.last_out(session, conversation.id)
    session.add(row)
    session.flush()
    links.record(session, row)
    for update in parked.take(session, message_id):
        progress.apply(session, row, update)
    if order.draft.channel is Channel.EMAIL:
        publish(session, _queued(order, row, message))
    elif order.draft.channel is Channel.SMS:
        for delivery in row.deliveries:
            publish(session, _sms_queued(order, row, delivery))
    elif order.draft.channel is Channel.WHATSAPP:
        for delivery in row.deliveries:
            publish(session, _whatsapp_queued(order, row, delivery, message, before))
    attention.follow(session, conversation, row)
    if order.draft.in_reply_to is not None and order.by_person and not order.planned:
        conversation.unread = 0  # who answers has seen what he answers
        reading.seen_by_caller(session, conversation)
    if order.draft.notify_administrators:
        telling.administrators(session, conversation, "", row)
    if order.by_person:
        _record(session, order, row)
    return changes.message_added(session, conversation, row, _address(message), news=False)


def _record(session: Session, order: Order, row: MessageRow) -> None:
    """Who sent what kind of message to whom, about which trip; what it says is in the message."""
    trips = [
        order.known.trips[each.itinerary_id]
        for each in row.links
        if each.itinerary_id in order.known.trips
    ]
    record(
        session,
        "message.sent",
        entity="message",
        id=row.id,
        label=row.subject,
        after={
            "kind": row.kind.value,
            "channel": row.channel.value,
            "to": [each.mailbox.address for each in row.deliveries],
            "itineraries": [trip.reference for trip in trips],
        },
        about=row.contact_id,
        context=order.context,
    )


def _attached(session: Session, draft: Draft, message_id: UUID) -> list[Attachment]:
    ids, pictures = file_ids(draft), shown(draft)
    if not ids:
        return []
    file_uses.put(session, file_uses.User.MESSAGE, message_id, ids)
    known = files.by_id(session, ids)
    gone = [n for n, id in enumerate(draft.attachments) if id not in known]
    if gone:  # forgotten since it was composed
        reasons = {f"attachments[{n}]": "there is no such file" for n in gone}
        raise Invalid.fields("inbox.draft_incomplete", reasons)
    return [
        msgspec.structs.replace(attachment_of(each), inline=id in pictures)
        for id, each in known.items()
    ]


def _conversation(session: Session, draft: Draft, message: Composed) -> ConversationRow:
    if message.conversation_id is not None:
        return holding.locked(session, message.conversation_id)
    return holding.of(
        session, draft.channel, message.connection_id, _contact_id(message), _address(message)
    )


def _row(
    order: Order,
    message_id: UUID,
    message: Composed,
    conversation: ConversationRow,
    now: dt.datetime,
) -> MessageRow:
    draft, context = order.draft, order.context
    return MessageRow(
        id=message_id,
        conversation_id=conversation.id,
        channel=draft.channel,
        connection_id=message.connection_id,
        direction=Direction.OUT,
        kind=draft.kind,
        author_kind=AuthorKind.USER if order.by_person else AuthorKind.RULE,
        author_name=order.known.author_name or order.known.sender_name,
        author_id=context.user if order.by_person else None,
        contact_id=_contact_id(message),
        itinerary_id=next(iter(message.links), None),
        subject=message.subject,
        subject_key=normalised_subject(message.subject),
        text=message.text,
        html=message.html,
        quoted_text="",
        quoted_html=None,
        attachments=[],
        deliveries=[
            deliveries.queued(party.delivery_id, party.role, party.mailbox, now)
            for party in message.parties
        ],
        service_ids=message.service_ids,
        links=messages.links_of(message.links),
        parties=[
            Party(party.role.value, party.mailbox, party.contact.id if party.contact else None)
            for party in message.parties
        ]
        + [Party("member", *member) for member in (message.group.members if message.group else ())],
        references=message.references,
        defects=[],
        automatic=AutomaticKind.NONE,
        imported=False,
        answers_id=draft.in_reply_to,
        provider_id=None,
        at=now,
        side=side(
            Direction.OUT,
            AuthorKind.USER if order.by_person else AuthorKind.RULE,
            AutomaticKind.NONE,
            imported=False,
        ),
        chat=ChatDetails(place=draft.place, cards=draft.cards)
        if draft.channel is Channel.WHATSAPP
        else None,
    )


def _queued(order: Order, row: MessageRow, message: Composed) -> EmailQueued:
    organisation = order.known.organisation
    tracked = organisation is None or (
        organisation.settings.track_opens or organisation.settings.track_clicks
    )
    return EmailQueued(
        message_id=row.id,
        connection_id=row.connection_id,
        conversation_id=row.conversation_id,
        queued_at=row.at,
        recipients=[
            EmailRecipient(delivery_id=each.id, role=each.role, mailbox=each.mailbox)
            for each in row.deliveries
        ],
        subject=message.subject,
        html=message.html,
        text=message.text,
        attachments=message.attachments,
        references=message.references,
        sender_name=message.sender_name,
        signature=message.signature,
        automatic=not order.by_person,
        bulk=not BULK.isdisjoint(message.purposes),
        track=order.draft.track and tracked,
    )


def _sms_queued(order: Order, row: MessageRow, delivery: Delivery) -> SmsQueued:
    return SmsQueued(
        message_id=row.id,
        delivery_id=delivery.id,
        connection_id=row.connection_id,
        conversation_id=row.conversation_id,
        number=delivery.mailbox.address,
        text=row.text,
        queued_at=row.at,
        exact=order.draft.exact,
        automatic=not order.by_person,
    )


def _whatsapp_queued(
    order: Order,
    row: MessageRow,
    delivery: Delivery,
    message: Composed,
    before: MessageRow | None,
) -> WhatsAppQueued:
    draft, answered = order.draft, order.known.answered
    same = answered is not None and answered.conversation_id == row.conversation_id
    return WhatsAppQueued(
        message_id=row.id,
        delivery_id=delivery.id,
        connection_id=row.connection_id,
        conversation_id=row.conversation_id,
        address=delivery.mailbox.address,
        text=row.text,
        queued_at=row.at,
        attachments=message.attachments,
        place=draft.place,
        cards=draft.cards,
        template=draft.approved_template,
        quotes=answered.provider_id if answered is not None and same else None,
        quoted=_quoted(answered) if answered is not None and same else None,
        automatic=not order.by_person,
        after=_on_its_way(before, delivery.mailbox.address),
    )


def _quoted(answered: Earlier) -> QuotedMessage:
    """Devices show who said it and what: the network knows neither."""
    theirs = answered.direction is Direction.IN
    author = answered.reply_to[0].address if theirs and answered.reply_to else ""
    return QuotedMessage(author=author, text=answered.text[:LONGEST_QUOTE])


def _on_its_way(before: MessageRow | None, address: str) -> UUID | None:
    """The delivery to the same chat that has not left yet, as far as we know."""
    for delivery in before.deliveries if before else ():
        same = delivery.mailbox.address == address
        if same and delivery.status is DeliveryStatus.QUEUED:
            return delivery.id
    return None


def _contact_id(message: Composed) -> UUID | None:
    head = message.lead
    return head.contact.id if head and head.contact else None


def _address(message: Composed) -> str:
    return message.lead.mailbox.address if message.lead else ""
