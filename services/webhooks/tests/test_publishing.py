"""What is told, and what is not."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import msgspec
import pytest
from webhooks.domain import publishing

from contracts.channels import DeliveryUpdated, Mailbox, RecipientRole
from contracts.contacts import Contact
from contracts.inbox import Conversation, ConversationChanged, Delivery, Direction, MessageView
from contracts.itineraries import (
    Itinerary,
    Overbooking,
    PaymentRecorded,
    Proposal,
    ProposalAnswer,
    ProposalChanged,
    ProposalStep,
    Review,
)
from contracts.samples import sample
from contracts.webhooks import PAYLOADS, WebhookEvent, WebhookTest

PRIVATE = "PRIVATE-WORDS"


def changed(change: str, message: MessageView | None) -> ConversationChanged:
    return ConversationChanged(change=change, conversation=sample(Conversation), message=message)


def message(direction: Direction, **fields: object) -> MessageView:
    view: MessageView = msgspec.structs.replace(sample(MessageView), direction=direction, **fields)
    return view


@pytest.mark.parametrize(
    ("direction", "kind"),
    [(Direction.IN, WebhookEvent.MESSAGE_RECEIVED), (Direction.OUT, WebhookEvent.MESSAGE_SENT)],
)
def test_a_message_is_told_once_with_its_conversation(
    direction: Direction, kind: WebhookEvent
) -> None:
    added = changed("message_added", message(direction, imported=False))
    assert [event for event, _ in publishing.of_conversation(added)] == [
        kind,
        WebhookEvent.CONVERSATION_CHANGED,
    ]
    for change in ("delivery_updated", "message_linked", "file_checked"):
        again = changed(change, message(direction, imported=False))
        assert [event for event, _ in publishing.of_conversation(again)] == [
            WebhookEvent.CONVERSATION_CHANGED
        ]


def test_history_is_not_told() -> None:
    old = changed("message_added", message(Direction.IN, imported=True))
    assert list(publishing.of_conversation(old)) == []


def test_blind_copies_are_not_named() -> None:
    base = sample(Delivery)
    deliveries = [
        msgspec.structs.replace(
            base, role=role, mailbox=Mailbox(address=f"{role.value}@x.example", name="")
        )
        for role in RecipientRole
    ]
    told = publishing.message_of(message(Direction.OUT, deliveries=deliveries))
    assert [each.address for each in told.to] == ["to@x.example", "cc@x.example"]


def test_what_the_team_says_among_itself_is_not_told() -> None:
    contact = msgspec.structs.replace(sample(Contact), notes=PRIVATE)
    trip = sample(Itinerary)
    details = msgspec.structs.replace(trip.details, notes=PRIVATE)
    services = [
        msgspec.structs.replace(
            each, details=msgspec.structs.replace(each.details, notes=PRIVATE, requirements=PRIVATE)
        )
        for each in trip.services
    ]
    trip = msgspec.structs.replace(trip, details=details, services=services)
    payment = msgspec.structs.replace(sample(PaymentRecorded), itinerary=trip)
    noted = msgspec.structs.replace(payment.payment, note=PRIVATE)
    payment = msgspec.structs.replace(payment, payment=noted)
    for told in (
        publishing.contact_of(contact),
        publishing.itinerary_of(trip),
        publishing.payment_of(payment),
    ):
        words = msgspec.json.encode(told)
        assert PRIVATE.encode() not in words
        assert b"commission" not in words


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (ProposalStep.CREATED, [WebhookEvent.PROPOSAL_CREATED]),
        (ProposalStep.ACCEPTED, [WebhookEvent.PROPOSAL_ACCEPTED]),
        (ProposalStep.DECLINED, [WebhookEvent.PROPOSAL_DECLINED]),
        (ProposalStep.OTHER, []),
    ],
)
def test_a_step_of_a_proposal_is_told_beside_its_change(
    step: ProposalStep, told: list[WebhookEvent]
) -> None:
    changed = ProposalChanged(proposal=sample(Proposal), step=step)
    events = [event for event, _ in publishing.of_proposal(changed)]
    assert events == [*told, WebhookEvent.PROPOSAL_CHANGED]


def test_who_answered_or_wrote_a_review_and_with_which_words_is_not_told() -> None:
    answer = msgspec.structs.replace(
        sample(ProposalAnswer), name=PRIVATE, comment=PRIVATE, remote=PRIVATE, user_agent=PRIVATE
    )
    proposal = msgspec.structs.replace(sample(Proposal), answer=answer)
    review = sample(Review)
    words = {"guest": PRIVATE, "text": PRIVATE, "answer": PRIVATE}
    review = msgspec.structs.replace(
        review, details=msgspec.structs.replace(review.details, **words)
    )
    for told in (publishing.proposal_of(proposal), publishing.review_of(review)):
        assert PRIVATE.encode() not in msgspec.json.encode(told)
    told = publishing.proposal_of(proposal)
    assert told.answer is not None
    assert (told.answer.accepted, told.answer.number) == (answer.accepted, answer.number)
    assert publishing.review_of(review).overall == review.overall


def test_an_overbooking_names_both_trips() -> None:
    found = sample(Overbooking)
    told = publishing.overbooking_of(found)
    assert [each.reference for each in told.stays] == [each.reference for each in found.stays]
    assert (told.start, told.end, told.version) == (found.start, found.end, found.version)


def test_who_and_what_is_gone_is_told() -> None:
    into = uuid4()
    merged = msgspec.structs.replace(sample(Contact), merged_into_id=into, erased=False)
    erased = msgspec.structs.replace(sample(Contact), merged_into_id=None, erased=True)
    told = [publishing.contact_of(each) for each in (merged, erased)]
    assert [(each.merged_into_id, each.erased) for each in told] == [(into, False), (None, True)]
    talk = msgspec.structs.replace(sample(Conversation), merged_into_id=into)
    assert publishing.conversation_of(talk).merged_into_id == into


def test_a_body_is_of_the_shape_that_is_documented() -> None:
    organisation, now = uuid4(), dt.datetime.now(dt.UTC)
    for event, kind in PAYLOADS.items():
        id = uuid4()
        body = msgspec.json.decode(publishing.body(id, event, sample(kind), organisation, now))
        assert body["type"] == event.value
        assert (body["id"], body["organisation_id"]) == (str(id), str(organisation))
        assert body["schema_version"] == 1
        assert msgspec.convert(body["data"], kind) == sample(kind)
    assert publishing.delivery_of(sample(DeliveryUpdated)).delivery_id
    assert WebhookTest().message
