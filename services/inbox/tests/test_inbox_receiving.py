"""What comes in through the door: messages, their threads and trips, and delivery updates."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import eventlet
import msgspec
import pytest
from sqlalchemy import func, select

from contracts.accounts import OrganisationChanged
from contracts.channels import (
    AutomaticKind,
    DeliveryStatus,
    DeliveryUpdated,
    EmailQueued,
    Mailbox,
    MessageReceived,
)
from contracts.common import Channel, FileRef
from contracts.contacts import ContactChanged
from contracts.inbox import (
    AuthorKind,
    ConversationChanged,
    Direction,
    Draft,
    LinkOrigin,
    MessageView,
    Recipient,
)
from contracts.itineraries import ItineraryChanged
from fairlead.errors import Unavailable
from fairlead.store import EVERYWHERE
from inbox.store.parked import ParkedRow
from inbox.testing import NOW, connection, contact, organisation, received, service, trip
from inbox.testing.desk import Desk

OPS = connection()
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test")
TRANSFER = service(LISBOA)
TRIP = trip(TRANSFER)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The inbox of an organisation with a supplier and a trip."""
    desk.hear(
        "learn_organisation", OrganisationChanged(organisation=organisation(desk.organisation))
    )
    desk.hear("learn_connection", OPS)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=TRIP))
    desk.hear("learn_contact", ContactChanged(contact=LISBOA))
    return desk


def order(desk: Desk) -> MessageView:
    draft = Draft(itinerary_id=TRIP.id, service_ids=[TRANSFER.id], subject="The transfer")
    sent: MessageView = desk.call("send", draft=draft, request_id=str(uuid4()))[0]
    return sent


def take(desk: Desk, address: str = "ops@lisboa.test", **fields: Any) -> MessageView:
    event = received(OPS.connection_id, address, **fields)
    assert desk.hear("take_message", event)
    shown: MessageView = desk.call("get_message", id=event.id)
    return shown


def update(sent: MessageView, status: DeliveryStatus, **fields: Any) -> DeliveryUpdated:
    values: dict[str, Any] = {
        "delivery_id": sent.deliveries[0].id,
        "message_id": sent.id,
        "channel": Channel.EMAIL,
        "address": "ops@lisboa.test",
        "status": status,
        "at": NOW,
    }
    return DeliveryUpdated(**(values | fields))


def test_a_message_lands_in_its_senders_conversation(desk: Desk) -> None:
    shown = take(desk, text="Good morning,\n\nall set.", subject="Transfer\r\n plan")
    assert shown.direction is Direction.IN
    assert shown.author_kind is AuthorKind.CONTACT
    assert (shown.contact_id, shown.contact_name) == (LISBOA.id, "Lisboa Transfers")
    assert shown.subject == "Transfer plan"
    assert shown.itinerary is None
    (conversation,) = desk.call("list_conversations").conversations
    assert conversation.id == shown.conversation_id
    assert conversation.preview == "Good morning, all set."
    assert (conversation.unread, conversation.archived) == (1, False)
    assert conversation.last_direction is Direction.IN
    (told,) = desk.told(ConversationChanged)
    assert told.change == "message_added"
    plain = {"unread_mine": None, "waiting_business_seconds": None}
    assert told.conversation == msgspec.structs.replace(conversation, **plain)
    assert told.message == shown
    assert desk.contacts.asked == []


def test_a_message_that_comes_twice_is_one_message(desk: Desk) -> None:
    event = received(OPS.connection_id, "ops@lisboa.test")
    first = uuid4()
    assert desk.hear("take_message", event, id=first)
    assert not desk.hear("take_message", event, id=first)  # the same event
    assert desk.hear("take_message", event)  # the gateway said it again
    again = received(OPS.connection_id, "ops@lisboa.test", provider_id=event.provider_id)
    assert desk.hear("take_message", again)  # and once more under another id
    (conversation,) = desk.call("list_conversations").conversations
    assert conversation.unread == 1
    assert len(desk.call("conversation_messages", id=conversation.id).messages) == 1
    assert len(desk.told(ConversationChanged)) == 1


def test_the_same_message_on_another_connection_is_another_message(desk: Desk) -> None:
    event = received(OPS.connection_id, "ops@lisboa.test")
    copy = received(uuid4(), "ops@lisboa.test", provider_id=event.provider_id)
    desk.hear("take_message", event)
    desk.hear("take_message", copy)
    assert len(desk.call("list_conversations").conversations) == 2


def test_messages_of_one_sender_at_once_are_all_kept(desk: Desk) -> None:
    pool = eventlet.GreenPool()
    events = [received(OPS.connection_id, "ops@lisboa.test") for _ in range(6)]
    list(pool.imap(lambda event: desk.hear("take_message", event), events))
    (conversation,) = desk.call("list_conversations").conversations
    assert conversation.unread == 6
    assert len(desk.call("conversation_messages", id=conversation.id).messages) == 6


def test_an_unknown_sender_becomes_a_contact(desk: Desk) -> None:
    shown = take(desk, "joao@guest.test")
    assert desk.contacts.asked == ["joao@guest.test"]
    assert shown.contact_name == "João Silva"
    take(desk, "JOAO@guest.test")
    assert desk.contacts.asked == ["joao@guest.test"]


def test_the_inbox_works_while_contacts_is_away(desk: Desk) -> None:
    desk.contacts.away = True
    assert take(desk).contact_id == LISBOA.id
    event = received(OPS.connection_id, "new@guest.test")
    with pytest.raises(Unavailable):
        desk.hear("take_message", event)
    desk.contacts.away = False
    assert desk.hear("take_message", event)  # the bus tries again


def test_a_message_without_a_sender_is_kept(desk: Desk) -> None:
    shown = take(desk, sender=Mailbox(address=""))
    assert shown.contact_id is None
    assert desk.call("get_conversation", id=shown.conversation_id).unread == 1


def test_a_proven_answer_comes_back_onto_the_trip(desk: Desk) -> None:
    sent = order(desk)
    pdf = FileRef(key="k", name="voucher.pdf", content_type="application/pdf", size=10)
    shown = take(
        desk,
        answers=sent.id,
        answers_by="envelope",
        subject="Something else",
        attachments=[pdf],
        quoted_text="> old",
        received_at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1),
    )
    assert shown.conversation_id == sent.conversation_id
    assert shown.itinerary is not None
    assert shown.itinerary.origin is LinkOrigin.REPLY
    assert shown.itinerary.itinerary_id == TRIP.id
    assert shown.quoted_text == "> old"
    assert shown.service_ids == [TRANSFER.id]
    assert desk.call("get_file", id=shown.attachments[0].id).file == pdf
    timeline = desk.call("itinerary_timeline", itinerary_id=TRIP.id).messages
    assert [m.id for m in timeline] == [shown.id, sent.id]


def test_an_answer_of_somebody_else_is_on_the_trip_by_the_token_alone(desk: Desk) -> None:
    sent = order(desk)
    driver = take(desk, "driver@elsewhere.test", answers=sent.id, answers_by="envelope")
    assert driver.conversation_id != sent.conversation_id
    assert driver.itinerary is not None
    spy = take(desk, "spy@evil.test", answers=sent.id, answers_by="provider_id")
    assert spy.conversation_id not in (sent.conversation_id, driver.conversation_id)
    assert (spy.itinerary, spy.service_ids) == (None, [])
    timeline = desk.call("itinerary_timeline", itinerary_id=TRIP.id).messages
    assert {m.id for m in timeline} == {sent.id, driver.id}


def test_an_answer_is_found_by_the_providers_id(desk: Desk) -> None:
    sent = order(desk)
    desk.hear(
        "take_delivery_update", update(sent, DeliveryStatus.SENT, provider_id="<m1@meridian.test>")
    )
    shown = take(desk, references=["<x@y>", "<m1@meridian.test>"], subject="Re: The transfer")
    assert shown.itinerary is not None
    stranger = take(
        desk, "spy@evil.test", references=["<m1@meridian.test>"], subject="Re: The transfer"
    )
    assert stranger.itinerary is None
    assert stranger.conversation_id != sent.conversation_id


def test_an_answer_is_found_by_the_trips_reference(desk: Desk) -> None:
    order(desk)
    assert take(desk, subject="Our van [trp-2026-0012]").itinerary is not None
    assert take(desk, "spy@evil.test", subject="Our van [TRP-2026-0012]").itinerary is None


def test_an_answer_is_found_by_sender_and_subject(desk: Desk) -> None:
    order(desk)
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    late = dt.datetime.now(dt.UTC) + dt.timedelta(days=32)
    assert take(desk, subject="AW: the transfer", received_at=soon).itinerary is not None
    assert take(desk, subject="Another thing", received_at=soon).itinerary is None
    assert take(desk, "spy@evil.test", subject="The transfer", received_at=soon).itinerary is None
    # The first answer is the newest of that subject, so the days count from it.
    assert take(desk, subject="The transfer", received_at=late).itinerary is not None
    far = late + dt.timedelta(days=31)
    assert take(desk, subject="The transfer", received_at=far).itinerary is None


def test_another_organisation_cannot_answer_our_message(desk: Desk) -> None:
    sent = order(desk)
    with desk.elsewhere():
        desk.hear("learn_connection", OPS)
        shown = take(desk, answers=sent.id, answers_by="envelope")
        assert shown.itinerary is None
        assert shown.conversation_id != sent.conversation_id
        assert desk.call("itinerary_timeline", itinerary_id=TRIP.id).messages == []
    assert len(desk.call("itinerary_timeline", itinerary_id=TRIP.id).messages) == 1


def test_news_brings_an_archived_conversation_back_but_an_absence_does_not(desk: Desk) -> None:
    shown = take(desk)
    desk.call("set_archived", id=shown.conversation_id, archived=True)
    take(desk, automatic=AutomaticKind.AUTO_REPLY)
    assert desk.call("get_conversation", id=shown.conversation_id).archived
    take(desk, imported=True)
    assert desk.call("get_conversation", id=shown.conversation_id).archived
    take(desk)
    conversation = desk.call("get_conversation", id=shown.conversation_id)
    assert not conversation.archived
    assert conversation.unread == 2


def test_an_older_message_that_comes_late_does_not_become_the_latest(desk: Desk) -> None:
    latest = take(desk, text="new")
    take(desk, text="old", received_at=NOW - dt.timedelta(days=1))
    conversation = desk.call("get_conversation", id=latest.conversation_id)
    assert conversation.preview == "new"
    assert conversation.unread == 2
    shown = desk.call("conversation_messages", id=latest.conversation_id).messages
    assert [m.text for m in shown] == ["new", "old"]


def test_updates_show_on_the_message_and_its_conversation(desk: Desk) -> None:
    sent = order(desk)
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.DELIVERED))
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.SENT))
    conversation = desk.call("get_conversation", id=sent.conversation_id)
    assert conversation.last_status is DeliveryStatus.DELIVERED
    bounced = update(sent, DeliveryStatus.FAILED, code="5.1.1", reason="No such mailbox\x00")
    desk.hear("take_delivery_update", bounced)
    (delivery,) = desk.call("get_message", id=sent.id).deliveries
    assert delivery.status is DeliveryStatus.FAILED
    assert delivery.reason == "No such mailbox"
    assert delivery.delivered_at is not None
    changes = [c for c in desk.told(ConversationChanged) if c.change == "delivery_updated"]
    assert len(changes) == 3
    assert changes[-1].conversation.last_status is DeliveryStatus.FAILED
    assert changes[-1].message is not None
    assert changes[-1].message.deliveries[0] == delivery


def test_an_update_that_tells_nothing_new_is_not_told_on(desk: Desk) -> None:
    sent = order(desk)
    for _ in range(2):
        desk.hear("take_delivery_update", update(sent, DeliveryStatus.SENT))
    changes = [c for c in desk.told(ConversationChanged) if c.change == "delivery_updated"]
    assert len(changes) == 1


def test_an_older_message_does_not_speak_for_the_conversation(desk: Desk) -> None:
    sent = order(desk)
    take(desk, received_at=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.FAILED))
    assert desk.call("get_conversation", id=sent.conversation_id).last_status is None


def test_updates_at_once_are_all_applied(desk: Desk) -> None:
    draft = Draft(to=[Recipient(address=f"a{n}@b.test") for n in range(6)], subject="s", text="t")
    (sent,) = desk.call("send", draft=draft, request_id="r")
    updates = [update(sent, DeliveryStatus.SENT, delivery_id=each.id) for each in sent.deliveries]
    list(eventlet.GreenPool().imap(lambda u: desk.hear("take_delivery_update", u), updates))
    shown = desk.call("get_message", id=sent.id)
    assert {d.status for d in shown.deliveries} == {DeliveryStatus.SENT}
    conversation = desk.call("get_conversation", id=sent.conversation_id)
    assert conversation.last_status is DeliveryStatus.SENT


def parked(desk: Desk) -> int:
    with desk.database.reading(EVERYWHERE) as session:
        return session.scalar(select(func.count()).select_from(ParkedRow)) or 0


def test_an_update_of_an_unknown_delivery_waits_and_is_forgotten_in_time(desk: Desk) -> None:
    sent = order(desk)
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.SENT, delivery_id=uuid4()))
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.SENT, message_id=uuid4()))
    with desk.elsewhere():
        desk.hear("take_delivery_update", update(sent, DeliveryStatus.READ))
    assert parked(desk) == 3
    assert desk.call("get_message", id=sent.id).deliveries[0].status is DeliveryStatus.QUEUED
    desk.forget()
    assert parked(desk) == 3
    with desk.database.transaction(EVERYWHERE) as session:
        for row in session.scalars(select(ParkedRow)):
            row.at -= dt.timedelta(days=31)
    desk.forget()
    assert parked(desk) == 0


def test_hostile_input_is_kept(desk: Desk) -> None:
    shown = take(
        desk,
        text="a\x00b" * 100_000,
        html="x" * 600_000,
        subject="[" * 5_000 + "Re: " * 5_000 + "\r\nBcc: x@y.test",
        sender=Mailbox(address="a" * 300, name="\x00" + "n" * 199),
        references=["<" + "r" * 5_000 + ">"] * 500,
        provider_id="<" + "p" * 5_000 + ">",
        to=[Mailbox(address=f"a{n}@b.test") for n in range(1_000)],
        defects=["odd\x00"],
    )
    assert len(shown.text) == 200_000
    assert shown.html is None
    assert shown.defects == ["odd", "HTML of 600000 characters not shown"]
    assert len(shown.subject) <= 500
    assert "\n" not in shown.subject


def test_what_cannot_stand_in_a_header_is_no_reference(desk: Desk) -> None:
    event = received(
        OPS.connection_id,
        "ops@lisboa.test",
        references=["<a@x>\r\nBcc: spy@evil.test", "<b c@x>", "<ok@x>", "<" + "l" * 999 + ">"],
        provider_id="<me@x>",
    )
    desk.hear("take_message", event)
    desk.call("send", draft=Draft(in_reply_to=event.id, text="Yes"), request_id="r")
    assert desk.told(EmailQueued)[0].references == ["<ok@x>", "<me@x>"]


def test_imported_history_keeps_its_time(desk: Desk) -> None:
    then = NOW - dt.timedelta(days=400)
    shown = take(desk, imported=True, sent_at=then)
    assert shown.at == then
    assert desk.call("get_conversation", id=shown.conversation_id).unread == 0


def test_the_rest_of_a_thread_that_began_with_the_other_side(desk: Desk) -> None:
    first: MessageReceived = received(
        OPS.connection_id, "ops@lisboa.test", subject="Price?", provider_id="<q@lisboa.test>"
    )
    desk.hear("take_message", first)
    desk.call("link_message", id=first.id, itinerary_id=TRIP.id)
    second = take(desk, subject="Re: Price?", references=["<q@lisboa.test>"])
    assert second.itinerary is not None
    assert second.itinerary.origin is LinkOrigin.REPLY
