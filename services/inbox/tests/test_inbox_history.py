"""History is taken in once, with its own times, and stays apart from what happens now."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from contracts.channels import AutomaticKind, DeliveryStatus, EmailQueued, Mailbox, RecipientRole
from contracts.common import FileRef
from contracts.contacts import ContactChanged
from contracts.inbox import (
    ConversationChanged,
    Delivery,
    Direction,
    ImportedMessage,
    LinkOrigin,
    MessageKind,
    MessageView,
)
from contracts.itineraries import ItineraryChanged
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound
from inbox.testing import connection, contact, received, trip
from inbox.testing.desk import Desk

OPS = connection()
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test")
BOX = Mailbox(address="ops@lisboa.test", name="João Silva")
TRIP = trip()
THEN = dt.datetime(2025, 3, 2, 9, 15, tzinfo=dt.UTC)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The inbox of an organisation with one supplier and one trip."""
    desk.hear("learn_connection", OPS)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=TRIP))
    desk.hear("learn_contact", ContactChanged(contact=LISBOA))
    return desk


def incoming(**fields: Any) -> ImportedMessage:
    values: dict[str, Any] = {
        "id": uuid4(),
        "direction": Direction.IN,
        "at": THEN,
        "contact_id": LISBOA.id,
        "mailbox": BOX,
        "connection_id": OPS.connection_id,
        "subject": "Re: Airport transfer",
        "text": "Confirmed.",
    }
    return ImportedMessage(**(values | fields))


def outgoing(**fields: Any) -> ImportedMessage:
    delivery = Delivery(
        id=uuid4(),
        role=RecipientRole.TO,
        mailbox=BOX,
        status=DeliveryStatus.READ,
        sent_at=THEN,
        read_at=THEN + dt.timedelta(minutes=4),
    )
    values = {"direction": Direction.OUT, "author_name": "Maria Ruiz", "deliveries": [delivery]}
    return incoming(**(values | fields))


def bring(desk: Desk, *messages: ImportedMessage) -> None:
    desk.call("import_messages", role=Role.SERVICE, messages=list(messages))


def shown(desk: Desk, message: ImportedMessage) -> MessageView:
    view: MessageView = desk.call("get_message", id=message.id)
    return view


def test_history_stands_at_its_own_times_and_is_marked(desk: Desk) -> None:
    order = outgoing(
        kind=MessageKind.PURCHASE_ORDER,
        itinerary_id=TRIP.id,
        link=LinkOrigin.CONCIERGE,
        subject="Purchase order\r\nTransfer",
    )
    answer = incoming(at=THEN + dt.timedelta(hours=2), itinerary_id=TRIP.id, link=LinkOrigin.REPLY)
    bring(desk, answer, order)

    timeline = desk.call("itinerary_timeline", itinerary_id=TRIP.id).messages
    assert [view.id for view in timeline] == [answer.id, order.id]
    assert [view.at for view in timeline] == [answer.at, order.at]
    assert all(view.imported for view in timeline)
    assert timeline[1].subject == "Purchase order Transfer"
    assert timeline[1].kind is MessageKind.PURCHASE_ORDER
    assert timeline[1].author_name == "Maria Ruiz"
    assert timeline[1].deliveries == order.deliveries
    assert timeline[1].itinerary is not None
    assert timeline[1].itinerary.origin is LinkOrigin.CONCIERGE
    assert timeline[0].author_name == BOX.name
    (conversation,) = desk.call("list_conversations").conversations
    assert conversation.last_at == answer.at
    assert conversation.unread == 0
    assert conversation.itinerary_ids == [TRIP.id]
    assert desk.call("contact_timeline", contact_id=LISBOA.id).messages == timeline


def test_nothing_leaves_and_all_news_of_it_is_marked(desk: Desk) -> None:
    bring(desk, outgoing(), incoming())
    assert desk.told(EmailQueued) == []
    told = [event.message for event in desk.told(ConversationChanged)]
    assert len(told) == 2
    assert all(message is not None and message.imported for message in told)


def test_what_is_known_changes_nothing(desk: Desk) -> None:
    first = incoming(unread=True)
    bring(desk, first)
    bring(desk, incoming(id=first.id, text="Another text"), incoming())
    assert shown(desk, first).text == "Confirmed."
    (conversation,) = desk.call("list_conversations").conversations
    assert conversation.unread == 1
    assert len(desk.call("conversation_messages", id=conversation.id).messages) == 2


def test_what_the_channel_brought_before_is_not_taken_again(desk: Desk) -> None:
    event = received(OPS.connection_id, BOX.address, provider_id="<7@lisboa.test>")
    assert desk.hear("take_message", event)
    bring(desk, incoming(provider_id="<7@lisboa.test>"), incoming(provider_id="<8@lisboa.test>"))
    (conversation,) = desk.call("list_conversations").conversations
    views = desk.call("conversation_messages", id=conversation.id).messages
    assert len(views) == 2
    # and the other way round: what was imported does not come in again
    again = received(OPS.connection_id, BOX.address, provider_id="<8@lisboa.test>")
    desk.hear("take_message", again)
    assert len(desk.call("conversation_messages", id=conversation.id).messages) == 2


def test_older_history_does_not_hide_what_is_new(desk: Desk) -> None:
    event = received(OPS.connection_id, BOX.address, text="Today's news")
    desk.hear("take_message", event)
    bring(desk, incoming(text="Old"))
    (conversation,) = desk.call("list_conversations").conversations
    assert conversation.preview == "Today's news"
    assert conversation.unread == 1


def test_unread_history_comes_back_from_the_archive(desk: Desk) -> None:
    bring(desk, incoming())
    (conversation,) = desk.call("list_conversations").conversations
    desk.call("set_archived", id=conversation.id, archived=True)
    bring(desk, incoming(at=THEN + dt.timedelta(days=1)))
    assert desk.call("list_conversations").conversations == []
    bring(desk, incoming(at=THEN + dt.timedelta(days=2), unread=True))
    (back,) = desk.call("list_conversations").conversations
    assert back.unread == 1


def test_files_can_be_fetched(desk: Desk) -> None:
    file = FileRef(
        key=f"{desk.organisation}/abc",
        name="voucher.pdf",
        content_type="application/pdf",
        size=812,
    )
    message = incoming(attachments=[file])
    bring(desk, message)
    (attachment,) = shown(desk, message).attachments
    assert desk.call("get_file", id=attachment.id).file == file
    theirs = FileRef(key=f"{uuid4()}/abc", name="a.pdf", content_type="application/pdf", size=1)
    with pytest.raises(Invalid):
        bring(desk, incoming(attachments=[theirs]))


def test_every_wrong_field_is_named_and_nothing_is_half_done(desk: Desk) -> None:
    late = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    (delivery,) = outgoing().deliveries
    good = incoming()
    unsent = Delivery(id=uuid4(), role=RecipientRole.TO, mailbox=BOX, status=DeliveryStatus.QUEUED)
    timeless = Delivery(
        id=uuid4(), role=RecipientRole.TO, mailbox=BOX, status=DeliveryStatus.FAILED
    )
    with pytest.raises(Invalid) as caught:
        bring(
            desk,
            good,
            incoming(at=late, deliveries=[delivery]),
            outgoing(deliveries=[], unread=True),
            outgoing(deliveries=[unsent, timeless]),
            incoming(id=good.id),
        )
    assert [error["field"] for error in caught.value.details["errors"]] == [
        "messages[1].at",
        "messages[1].deliveries",
        "messages[2].deliveries",
        "messages[2].unread",
        "messages[3].deliveries[0].status",
        "messages[3].deliveries[1].failed_at",
        "messages[4].id",
    ]
    with pytest.raises(NotFound):
        desk.call("get_message", id=good.id)


def test_a_time_without_a_zone_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid, match="at"):
        bring(desk, incoming(at=dt.datetime(2025, 3, 2)))  # noqa: DTZ001


def test_what_the_inbox_does_not_know_is_named(desk: Desk) -> None:
    strange = incoming(contact_id=uuid4(), connection_id=uuid4(), itinerary_id=uuid4())
    good = incoming()
    with pytest.raises(NotFound) as caught:
        bring(desk, good, strange)
    assert caught.value.code == "inbox.import_unknown"
    assert [error["field"] for error in caught.value.details["errors"]] == [
        "messages[1].contact_id",
        "messages[1].connection_id",
        "messages[1].itinerary_id",
    ]
    with pytest.raises(NotFound):
        desk.call("get_message", id=good.id)


def test_another_organisations_ids_are_of_no_use(desk: Desk) -> None:
    mine = incoming()
    bring(desk, mine)
    with desk.elsewhere():
        with pytest.raises(NotFound):
            bring(desk, mine)
        desk.hear("learn_connection", OPS)
        desk.hear("learn_contact", ContactChanged(contact=LISBOA))
        with pytest.raises(Conflict, match="import_id_taken"):
            bring(desk, mine)
        assert desk.call("list_conversations").conversations == []
    assert shown(desk, mine).automatic is AutomaticKind.NONE


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SERVICE, Role.NOBODY)])
def test_only_services_may(desk: Desk, role: Role) -> None:
    with pytest.raises(Forbidden):
        desk.call("import_messages", role=role, messages=[incoming()])


def test_a_nul_does_not_stop_it(desk: Desk) -> None:
    message = incoming(text="Confirmed\x00.", subject="\x00Re")
    bring(desk, message)
    assert shown(desk, message).text == "Confirmed."
