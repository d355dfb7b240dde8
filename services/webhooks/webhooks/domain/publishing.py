"""From what services say to what webhooks tell: each field is chosen, so that none slips out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

import msgspec

from contracts.channels import DeliveryUpdated, RecipientRole
from contracts.contacts import Contact
from contracts.inbox import Conversation, ConversationChanged, Direction, MessageView
from contracts.itineraries import (
    Itinerary,
    Overbooking,
    PaymentRecorded,
    Proposal,
    ProposalChanged,
    ProposalStep,
    Review,
)
from contracts.webhooks import (
    WebhookContact,
    WebhookConversation,
    WebhookDeliveryUpdate,
    WebhookEvent,
    WebhookItinerary,
    WebhookMessage,
    WebhookOverbooking,
    WebhookPayment,
    WebhookProposal,
    WebhookProposalAnswer,
    WebhookReview,
    WebhookScore,
    WebhookStay,
)
from contracts.webhooks.payloads import (
    Payload,
    WebhookFile,
    WebhookIdentity,
    WebhookPerson,
)
from contracts.webhooks.trips import WebhookGuest, WebhookService
from fairlead.contract import Message

TEXT_LIMIT = 100_000
Told = tuple[WebhookEvent, Message]
_BY_STEP = {
    ProposalStep.CREATED: WebhookEvent.PROPOSAL_CREATED,
    ProposalStep.ACCEPTED: WebhookEvent.PROPOSAL_ACCEPTED,
    ProposalStep.DECLINED: WebhookEvent.PROPOSAL_DECLINED,
}


def body(id: UUID, event: WebhookEvent, data: Message, organisation: UUID, now: dt.datetime) -> str:
    """The request's body. It is kept as it is: a signature is over these very bytes."""
    payload = Payload(
        id=id,
        type=event,
        schema_version=Payload.schema,
        timestamp=now,
        organisation_id=organisation,
        data=data,
    )
    return msgspec.json.encode(payload).decode()


def of_conversation(event: ConversationChanged) -> Iterator[Told]:
    """A conversation changed, and perhaps a message was added to it."""
    message = event.message
    if message is not None and message.imported:
        return
    if message is not None and event.change == "message_added":
        incoming = message.direction is Direction.IN
        kind = WebhookEvent.MESSAGE_RECEIVED if incoming else WebhookEvent.MESSAGE_SENT
        yield kind, message_of(message)
    yield WebhookEvent.CONVERSATION_CHANGED, conversation_of(event.conversation)


def message_of(message: MessageView) -> WebhookMessage:
    """A message, without its blind copies."""
    return WebhookMessage(
        id=message.id,
        conversation_id=message.conversation_id,
        channel=message.channel,
        connection_id=message.connection_id,
        direction=message.direction,
        kind=message.kind,
        contact_id=message.contact_id,
        contact_name=message.contact_name,
        itinerary_id=message.itinerary.itinerary_id if message.itinerary else None,
        author_name=message.author_name,
        to=[
            WebhookPerson(address=each.mailbox.address, name=each.mailbox.name)
            for each in message.deliveries
            if each.role is not RecipientRole.BCC
        ],
        subject=message.subject,
        text=message.text[:TEXT_LIMIT],
        attachments=[
            WebhookFile(id=each.id, name=each.name, content_type=each.content_type, size=each.size)
            for each in message.attachments
        ],
        at=message.at,
    )


def conversation_of(conversation: Conversation) -> WebhookConversation:
    """A conversation."""
    return WebhookConversation(
        id=conversation.id,
        channel=conversation.channel,
        connection_id=conversation.connection_id,
        contact_id=conversation.contact_id,
        contact_name=conversation.contact_name,
        subject=conversation.subject,
        last_at=conversation.last_at,
        last_direction=conversation.last_direction,
        archived=conversation.archived,
        assignee_id=conversation.assignee_id,
        itinerary_ids=conversation.itinerary_ids,
        version=conversation.version,
        merged_into_id=conversation.merged_into_id,
    )


def delivery_of(event: DeliveryUpdated) -> WebhookDeliveryUpdate:
    """How a message fared with a recipient."""
    return WebhookDeliveryUpdate(
        message_id=event.message_id,
        delivery_id=event.delivery_id,
        channel=event.channel,
        address=event.address,
        status=event.status,
        at=event.at,
        code=event.code,
        reason=event.reason,
        permanent=event.permanent,
        machine=event.machine,
    )


def contact_of(contact: Contact) -> WebhookContact:
    """A contact, without the team's notes."""
    return WebhookContact(
        id=contact.id,
        kind=contact.kind,
        name=contact.name,
        company=contact.company,
        language=contact.language,
        zone=contact.zone,
        identities=[
            WebhookIdentity(scheme=each.scheme, value=each.value) for each in contact.identities
        ],
        version=contact.version,
        created_at=contact.created_at,
        merged_into_id=contact.merged_into_id,
        erased=contact.erased,
    )


def itinerary_of(trip: Itinerary) -> WebhookItinerary:
    """A trip, without the team's notes, its commission and the suppliers' prices."""
    details = trip.details
    return WebhookItinerary(
        id=trip.id,
        reference=trip.reference,
        state=trip.state,
        title=details.title,
        start=details.start,
        end=details.end,
        zone=details.zone,
        guests=[
            WebhookGuest(name=each.name, contact_id=each.contact_id, lead=each.lead)
            for each in details.guests
        ],
        agent_id=details.agent_id,
        listing_id=details.listing_id,
        sales_agent_id=details.sales_agent_id,
        external_id=details.external_id,
        price=details.price,
        tags=list(details.tags),
        services=[
            WebhookService(
                id=each.id,
                kind=each.details.kind,
                name=each.details.name,
                state=each.details.state,
                date=each.details.date,
                time=each.details.time,
                zone=each.details.zone,
                starts_at=each.starts_at,
                pax=each.details.pax,
                place=each.details.place,
                supplier_id=each.details.supplier_id,
            )
            for each in trip.services
        ],
        version=trip.version,
        created_at=trip.created_at,
    )


def payment_of(event: PaymentRecorded) -> WebhookPayment:
    """A payment with its trip."""
    return WebhookPayment(
        payment_id=event.payment.id,
        amount=event.payment.amount,
        voided=event.payment.voided_at is not None,
        itinerary=itinerary_of(event.itinerary),
    )


def of_proposal(event: ProposalChanged) -> Iterator[Told]:
    """A proposal changed; and, where it is that, it is new or was answered."""
    told = proposal_of(event.proposal)
    if event.step in _BY_STEP:
        yield _BY_STEP[event.step], told
    yield WebhookEvent.PROPOSAL_CHANGED, told


def proposal_of(proposal: Proposal) -> WebhookProposal:
    """A proposal, without who answered it and with which words."""
    content, given = proposal.content, proposal.answer
    return WebhookProposal(
        id=proposal.id,
        itinerary_id=proposal.itinerary_id,
        reference=proposal.reference,
        state=proposal.state,
        number=proposal.number,
        title=content.title,
        start=content.start,
        end=content.end,
        total=content.total,
        expires_at=proposal.expires_at,
        sent_at=proposal.sent_at,
        answer=(
            None
            if given is None
            else WebhookProposalAnswer(accepted=given.accepted, number=given.number, at=given.at)
        ),
        version=proposal.version,
        created_at=proposal.created_at,
    )


def overbooking_of(overbooking: Overbooking) -> WebhookOverbooking:
    """Two stays that want, or wanted, the same nights."""
    return WebhookOverbooking(
        id=overbooking.id,
        listing_id=overbooking.listing_id,
        stays=[
            WebhookStay(
                itinerary_id=each.itinerary_id,
                reference=each.reference,
                state=each.state,
                start=each.start,
                end=each.end,
            )
            for each in overbooking.stays
        ],
        start=overbooking.start,
        end=overbooking.end,
        found_at=overbooking.found_at,
        resolved_at=overbooking.resolved_at,
        version=overbooking.version,
    )


def review_of(review: Review) -> WebhookReview:
    """A review, without its guest's name and words."""
    details = review.details
    return WebhookReview(
        id=review.id,
        source=details.source,
        external_id=details.external_id,
        date=details.date,
        overall=review.overall,
        scores=[WebhookScore(category=each.category, score=each.score) for each in review.scores],
        itinerary_id=details.itinerary_id,
        listing_id=details.listing_id,
        answered_at=review.answered_at,
        recorded_at=review.recorded_at,
        version=review.version,
    )
