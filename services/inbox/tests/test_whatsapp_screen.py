"""The WhatsApp screen: a tab for each number, the archive, and searching (missions C6, C9, C10)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.channels import (
    Ability,
    Amending,
    AutomaticKind,
    Mailbox,
    MessageAmended,
    WhatsAppQueued,
)
from contracts.common import Channel
from contracts.contacts import ContactChanged, Identity, Scheme
from contracts.inbox import Conversation, Draft, SearchKind
from contracts.itineraries import ItineraryChanged
from inbox.testing import NOW, connection, contact, received, trip
from inbox.testing.desk import Desk

ABILITIES = [Ability.REACTIONS, Ability.READ_MARKS, Ability.TYPING]
OPERATIONS, SALES = (
    connection(
        number, channel=Channel.WHATSAPP, label=label, abilities=ABILITIES,
        default=label == "Operations",
    )
    for number, label in (("+351210000000", "Operations"), ("+351210000001", "Sales"))
)  # fmt: skip
RUI, ANA = "351910000001", "351910000002"
TRIP = trip(reference="TRP-2026-0099", title="Honeymoon")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """An inbox with two numbers, and two people who have WhatsApp."""
    for number in (OPERATIONS, SALES):
        desk.hear("learn_connection", number)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=TRIP))
    for name, account in (("Rui Costa", RUI), ("Ana Núñez", ANA)):
        known = [Identity(id=uuid4(), scheme=Scheme.WHATSAPP, value=account, display=account)]
        desk.hear("learn_contact", ContactChanged(contact=contact(name, identities=known)))
    return desk


def writes(desk: Desk, account: str, text: str, number: Any = OPERATIONS, **more: Any) -> UUID:
    fields: dict[str, Any] = {
        "channel": Channel.WHATSAPP, "sender": Mailbox(address=account), "subject": "",
        "text": text, "to": [Mailbox(address="351210000000")], "html": None,
        "provider_id": f"wamid.{uuid4()}", "automatic": AutomaticKind.NONE, "sent_at": None,
        "received_at": NOW,
    }  # fmt: skip
    message = received(number.connection_id, account, **(fields | more))
    assert desk.hear("take_message", message)
    return message.id


def chat(desk: Desk, message: UUID) -> UUID:
    found: UUID = desk.call("get_message", id=message).conversation_id
    return found


def listed(desk: Desk, **filters: Any) -> list[UUID]:
    wanted = {"channel": Channel.WHATSAPP, **filters}
    page: list[Conversation] = desk.call("list_conversations", **wanted).conversations
    return [each.id for each in page]


def test_each_number_has_its_tab_and_a_chat_keeps_its_number(desk: Desk) -> None:
    first = chat(desk, writes(desk, RUI, "Where do we meet?"))
    second = chat(desk, writes(desk, RUI, "What does it cost?", SALES))
    assert first != second
    assert listed(desk, connection_id=OPERATIONS.connection_id) == [first]
    assert listed(desk, connection_id=SALES.connection_id) == [second]
    assert set(listed(desk)) == {first, second}
    for id, number in ((second, SALES), (first, OPERATIONS)):
        [message] = desk.call("conversation_messages", id=id).messages
        draft = Draft(channel=Channel.WHATSAPP, in_reply_to=message.id, text="An answer")
        [sent] = desk.call("send", draft=draft, request_id=str(uuid4()))
        assert sent.conversation_id == id
        assert desk.told(WhatsAppQueued)[-1].connection_id == number.connection_id


def test_a_new_message_brings_an_archived_chat_back_and_nothing_less_does(desk: Desk) -> None:
    id = chat(desk, writes(desk, RUI, "On my way", provider_id="wamid.1"))
    desk.call("set_archived", id=id, archived=True)
    assert listed(desk) == []
    assert listed(desk, archived=True) == [id]
    assert desk.call("get_conversation", id=id).archived
    desk.hear(
        "take_amendment",
        MessageAmended(
            channel=Channel.WHATSAPP, connection_id=OPERATIONS.connection_id, provider_id="wamid.1",
            address=RUI, by_us=False, at=NOW, kind=Amending.REACTED, text="👍",
        ),
    )  # fmt: skip
    writes(desk, RUI, "From before the link", imported=True, sent_at=NOW - dt.timedelta(days=9))
    assert listed(desk) == []
    writes(desk, RUI, "I am here")
    assert listed(desk) == [id]
    assert listed(desk, archived=True) == []
    desk.call("set_archived", id=id, archived=True)
    desk.call("set_archived", id=id, archived=False)
    assert listed(desk) == [id]


def test_words_numbers_trips_and_days_are_searched_together(desk: Desk) -> None:
    early, late = NOW - dt.timedelta(days=9), NOW
    old = writes(desk, ANA, "The boat leaves at nine", received_at=early)
    other = writes(desk, ANA, "Is the boat full?", SALES, received_at=late)
    ours = writes(desk, RUI, "The boat waits", received_at=late)
    desk.call("link_message", id=ours, itinerary_id=TRIP.id)

    def found(q: str | None, kind: SearchKind = SearchKind.MESSAGES, **filters: Any) -> list[UUID]:
        wanted = {"channel": Channel.WHATSAPP, **filters}
        return [hit.id for hit in desk.call("search", kind=kind, q=q, **wanted).hits]

    assert set(found("boat")) == {old, other, ours}
    number = OPERATIONS.connection_id
    assert set(found("boat", connection_id=number)) == {old, ours}
    week = NOW.date() - dt.timedelta(days=7)
    assert found("boat", connection_id=number, since=week) == [ours]
    assert found("boat", connection_id=number, until=week) == [old]
    assert found("boat", connection_id=number, since=week, itinerary_id=TRIP.id) == [ours]
    assert found("boat", connection_id=SALES.connection_id, itinerary_id=TRIP.id) == []
    assert found("boat", conversation_id=chat(desk, old), since=week) == []

    chats = SearchKind.CONVERSATIONS
    assert found("nunez", chats, connection_id=SALES.connection_id) == [chat(desk, other)]
    assert found("TRP-2026-0099", chats) == [chat(desk, ours)]
    assert found("rui", chats, since=week, itinerary_id=TRIP.id) == [chat(desk, ours)]
    assert listed(desk, q="nunez", connection_id=number) == [chat(desk, old)]
    assert listed(desk, q="nunez", connection_id=number, since=week) == []
    inside = desk.call("conversation_messages", id=chat(desk, old), q="nine").messages
    assert [each.id for each in inside] == [old]
