"""Text messages on the one road: out by their own event, and back into a conversation."""

from __future__ import annotations

from uuid import uuid4

from contracts.channels import (
    AutomaticKind,
    DeliveryStatus,
    DeliveryUpdated,
    EmailQueued,
    Mailbox,
    SmsQueued,
)
from contracts.common import Channel
from contracts.contacts import ContactChanged, Identity, Scheme
from contracts.inbox import Draft, Recipient
from fairlead.context import Role
from fairlead.recorded import AuditRecorded
from inbox.testing import NOW, connection, contact, received
from inbox.testing.desk import Desk
from inbox.testing.team import Team

PHONE = "+351910000001"
CARRIER = connection("+351210000000", channel=Channel.SMS, label="Texts")


def test_a_text_leaves_and_its_answer_comes_back(desk: Desk, team: Team) -> None:
    phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value=PHONE, display=PHONE)
    driver = contact("Rui Costa", identities=[phone])
    desk.hear("learn_connection", CARRIER)
    desk.hear("learn_contact", ContactChanged(contact=driver))
    draft = Draft(
        channel=Channel.SMS, to=[Recipient(contact_id=driver.id)], text="The guests wait outside"
    )
    [sent] = desk.call("send", draft=draft, request_id=str(uuid4()))
    [queued] = desk.told(SmsQueued)
    assert desk.told(EmailQueued) == []
    assert (queued.number, queued.text) == (PHONE, "The guests wait outside")
    assert (queued.message_id, queued.connection_id) == (sent.id, CARRIER.connection_id)
    assert [each.id for each in sent.deliveries] == [queued.delivery_id]
    [recorded] = desk.told(AuditRecorded)
    assert (recorded.action, recorded.entity_id, recorded.about) == (
        "message.sent", sent.id, driver.id,
    )  # fmt: skip
    assert recorded.after == {
        "kind": "message", "channel": "sms", "to": [PHONE], "itineraries": [],
    }  # fmt: skip
    arrived = DeliveryUpdated(
        delivery_id=queued.delivery_id,
        message_id=sent.id,
        channel=Channel.SMS,
        address=PHONE,
        status=DeliveryStatus.DELIVERED,
        at=NOW,
        parts=1,
        parts_delivered=1,
    )
    desk.hear("take_delivery_update", arrived)
    [delivery] = desk.call("get_message", id=sent.id).deliveries
    assert delivery.status is DeliveryStatus.DELIVERED
    answer = received(
        CARRIER.connection_id,
        PHONE,
        channel=Channel.SMS,
        sender=Mailbox(address=PHONE),
        subject="",
        text="On my way",
        html=None,
        automatic=AutomaticKind.NONE,
    )
    desk.hear("take_message", answer)
    shown = desk.call("get_message", id=answer.id)
    assert shown.conversation_id == sent.conversation_id
    assert shown.contact_id == driver.id
    assert desk.call("get_conversation", id=sent.conversation_id).channel is Channel.SMS


def test_what_a_rule_sends_is_nobodys_doing(desk: Desk, team: Team) -> None:
    team.answer(team.take(), role=Role.SERVICE)
    assert desk.told(AuditRecorded) == []
