"""What the screens ask for: lists, timelines, links by hand, templates, and who may what."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy

from contracts.accounts import OrganisationChanged
from contracts.common import Channel, FileRef
from contracts.contacts import ContactChanged, ContactKind
from contracts.inbox import (
    ConversationChanged,
    Draft,
    LinkOrigin,
    MessageKind,
    MessageView,
    Recipient,
    Template,
)
from contracts.itineraries import ItineraryChanged
from fairlead.context import Role
from fairlead.errors import Conflict, Invalid, NotFound, Stale
from inbox.testing import NOW, connection, contact, organisation, received, service, trip
from inbox.testing.desk import Desk

OPS = connection()
SALES = connection("sales@meridian.test", default=False)
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test")
PORTO = contact("Pórto Tours", "hello@porto.test")
TRANSFER, TOUR = service(LISBOA), service(PORTO)
TRIP = trip(TRANSFER, TOUR)
OTHER = trip(reference="TRP-2026-0099", title="Honeymoon")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The inbox of an organisation with two suppliers and two trips."""
    desk.hear(
        "learn_organisation", OrganisationChanged(organisation=organisation(desk.organisation))
    )
    for each in (OPS, SALES):
        desk.hear("learn_connection", each)
    for journey in (TRIP, OTHER):
        desk.hear("learn_itinerary", ItineraryChanged(itinerary=journey))
    for person in (LISBOA, PORTO):
        desk.hear("learn_contact", ContactChanged(contact=person))
    return desk


def take(desk: Desk, sender: str = "ops@lisboa.test", **fields: Any) -> MessageView:
    event = received(fields.pop("connection_id", OPS.connection_id), sender, **fields)
    assert desk.hear("take_message", event)
    shown: MessageView = desk.call("get_message", id=event.id)
    return shown


def minutes(count: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=count)


def names(desk: Desk, **filters: Any) -> list[str]:
    page = desk.call("list_conversations", **filters)
    return [conversation.contact_name for conversation in page.conversations]


def test_conversations_are_filtered(desk: Desk) -> None:
    first = take(desk, subject="The van")
    take(desk, "hello@porto.test", subject="City tour", received_at=minutes(1))
    take(desk, "hello@porto.test", connection_id=SALES.connection_id, received_at=minutes(2))
    desk.call("link_message", id=first.id, itinerary_id=TRIP.id)
    assert names(desk) == ["Pórto Tours", "Pórto Tours", "Lisboa Transfers"]
    assert names(desk, connection_id=SALES.connection_id) == ["Pórto Tours"]
    assert names(desk, contact_id=LISBOA.id) == ["Lisboa Transfers"]
    assert names(desk, itinerary_id=TRIP.id) == ["Lisboa Transfers"]
    assert names(desk, itinerary_id=OTHER.id) == []
    assert names(desk, channel=Channel.SMS) == []
    assert len(names(desk, channel=Channel.EMAIL)) == 3
    assert len(names(desk, unread=True)) == 3
    assert names(desk, unread=False) == []
    assert names(desk, archived=True) == []


def test_conversations_are_searched_in_names_addresses_and_subjects(desk: Desk) -> None:
    take(desk, subject="The VAN is ready")
    take(desk, "hello@porto.test", subject="100% sure_thing", received_at=minutes(1))
    assert names(desk, q="lisboa") == ["Lisboa Transfers"]
    assert names(desk, q="van READY") == ["Lisboa Transfers"]
    assert names(desk, q="PÓRTO") == ["Pórto Tours"]
    assert names(desk, q="hello@") == ["Pórto Tours"]
    assert names(desk, q="0%") == ["Pórto Tours"]
    assert names(desk, q="redy van") == ["Lisboa Transfers"]
    assert names(desk, q="sure_") == ["Pórto Tours"]
    assert names(desk, q="van tour") == []
    assert len(names(desk, q="  ")) == len(names(desk, q="%")) == 2  # no words, no search


def test_lists_and_timelines_are_paged(desk: Desk) -> None:
    ids = [take(desk, received_at=minutes(n)).id for n in range(5)]
    for each in ids:
        desk.call("link_message", id=each, itinerary_id=TRIP.id)
    (conversation,) = desk.call("list_conversations").conversations
    for method, which in (
        ("conversation_messages", {"id": conversation.id}),
        ("itinerary_timeline", {"itinerary_id": TRIP.id}),
        ("contact_timeline", {"contact_id": LISBOA.id}),
    ):
        seen: list[UUID] = []
        cursor = None
        while True:
            page = desk.call(method, **which, cursor=cursor, limit=2)
            seen += [message.id for message in page.messages]
            cursor = page.cursor
            if cursor is None:
                break
        assert seen == ids[::-1]
    with pytest.raises(Invalid):
        desk.call("contact_timeline", contact_id=LISBOA.id, cursor="nonsense")
    with pytest.raises(Invalid):
        desk.call("list_conversations", limit=0)


def test_a_screen_takes_as_few_queries_however_much_it_shows(desk: Desk) -> None:
    for number in range(3):
        shown = take(desk, received_at=minutes(number))
        desk.call("link_message", id=shown.id, itinerary_id=TRIP.id)
    asked: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "FROM" in statement.split():
            asked.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        for queries, method, arguments in (
            # The second one looks up what the trips of the page are called.
            (2, "list_conversations", {}),
            (2, "list_conversations", {"q": "lisboa", "itinerary_id": TRIP.id}),
            (1, "conversation_messages", {"id": shown.conversation_id}),
            (1, "itinerary_timeline", {"itinerary_id": TRIP.id, "contact_id": LISBOA.id}),
            (1, "contact_timeline", {"contact_id": LISBOA.id, "channel": Channel.EMAIL}),
        ):
            asked.clear()
            desk.call(method, **arguments)
            assert len(asked) == queries, (method, asked)
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


def test_a_conversation_that_is_not_there_has_no_messages_but_an_error(desk: Desk) -> None:
    shown = take(desk)
    with pytest.raises(NotFound) as caught:
        desk.call("conversation_messages", id=uuid4())
    assert caught.value.code == "inbox.conversation_not_found"
    with desk.elsewhere(), pytest.raises(NotFound):
        desk.call("conversation_messages", id=shown.conversation_id)


def test_a_trips_timeline_is_filtered_by_person_and_channel(desk: Desk) -> None:
    sent = desk.call(
        "send",
        draft=Draft(itinerary_id=TRIP.id, service_ids=[TRANSFER.id, TOUR.id]),
        request_id="r",
    )
    everything = desk.call("itinerary_timeline", itinerary_id=TRIP.id).messages
    assert {m.id for m in everything} == {m.id for m in sent}
    (porto,) = desk.call("itinerary_timeline", itinerary_id=TRIP.id, contact_id=PORTO.id).messages
    assert porto.contact_id == PORTO.id
    sms = desk.call("itinerary_timeline", itinerary_id=TRIP.id, channel=Channel.SMS)
    assert sms.messages == []


def test_a_trips_timeline_is_filtered_by_what_people_are(desk: Desk) -> None:
    guest = contact("Ana Nováková", "ana@home.test", kind=ContactKind.TRAVELLER)
    desk.hear("learn_contact", ContactChanged(contact=guest))
    asked = take(desk, "ana@home.test")
    desk.call("link_message", id=asked.id, itinerary_id=TRIP.id)
    order = Draft(itinerary_id=TRIP.id, service_ids=[TRANSFER.id, TOUR.id])
    sent = desk.call("send", draft=order, request_id="r")

    def seen(kind: ContactKind, **filters: Any) -> set[UUID]:
        found = desk.call("itinerary_timeline", itinerary_id=TRIP.id, contact_kind=kind, **filters)
        return {each.id for each in found.messages}

    assert seen(ContactKind.TRAVELLER) == {asked.id}
    assert seen(ContactKind.SUPPLIER) == {each.id for each in sent}
    assert seen(ContactKind.AGENT) == set()
    assert seen(ContactKind.SUPPLIER, contact_id=guest.id) == set()
    copy = Draft(
        itinerary_id=TRIP.id,
        to=[Recipient(contact_id=guest.id)],
        cc=[Recipient(contact_id=PORTO.id)],
        subject="Both",
        text="To both of you",
    )
    (both,) = desk.call("send", draft=copy, request_id="both")
    assert seen(ContactKind.TRAVELLER) == {asked.id, both.id}
    assert both.id in seen(ContactKind.SUPPLIER)
    assert len(seen(ContactKind.SUPPLIER)) == 3


def test_a_contacts_timeline_is_filtered_by_trip(desk: Desk) -> None:
    one, two = take(desk), take(desk, received_at=minutes(1))
    desk.call("link_message", id=one.id, itinerary_id=TRIP.id)
    everything = desk.call("contact_timeline", contact_id=LISBOA.id).messages
    assert [m.id for m in everything] == [two.id, one.id]
    (of_trip,) = desk.call("contact_timeline", contact_id=LISBOA.id, itinerary_id=TRIP.id).messages
    assert of_trip.id == one.id
    assert desk.call("contact_timeline", contact_id=PORTO.id).messages == []


def test_linking_by_hand_and_unlinking(desk: Desk) -> None:
    shown = take(desk)
    linked = desk.call("link_message", id=shown.id, itinerary_id=TRIP.id)
    assert linked.itinerary.origin is LinkOrigin.HAND
    assert linked.itinerary.title == "Family Novák in Lisbon"
    moved = desk.call("link_message", id=shown.id, itinerary_id=OTHER.id)
    assert moved.itinerary.reference == "TRP-2026-0099"
    assert desk.call("itinerary_timeline", itinerary_id=TRIP.id).messages == []
    conversation = desk.call("get_conversation", id=shown.conversation_id)
    assert conversation.itinerary_ids == [OTHER.id]
    off = desk.call("link_message", id=shown.id, itinerary_id=None)
    assert off.itinerary is None
    assert desk.call("get_conversation", id=shown.conversation_id).itinerary_ids == []
    changes = [c.change for c in desk.told(ConversationChanged)]
    assert changes == ["message_added", "message_linked", "message_linked", "message_linked"]
    desk.call("link_message", id=shown.id, itinerary_id=None)  # again: no change, no news
    assert len(desk.told(ConversationChanged)) == 4


def test_a_conversation_stays_on_a_trip_while_another_message_does(desk: Desk) -> None:
    one, two = take(desk), take(desk, received_at=minutes(1))
    for each in (one, two):
        desk.call("link_message", id=each.id, itinerary_id=TRIP.id)
    desk.call("link_message", id=one.id, itinerary_id=None)
    assert desk.call("get_conversation", id=one.conversation_id).itinerary_ids == [TRIP.id]


def test_a_row_says_what_its_first_trip_is_called(desk: Desk) -> None:
    shown, other = take(desk), take(desk, sender="hello@porto-tours.example")

    def called(**filters: Any) -> dict[UUID, str | None]:
        rows = desk.call("list_conversations", **filters).conversations
        return {row.id: row.trip_reference for row in rows}

    assert set(called().values()) == {None}
    for each in (TRIP, OTHER):
        again = take(desk, received_at=minutes(1))
        desk.call("link_message", id=again.id, itinerary_id=each.id)
    first = desk.call("get_conversation", id=shown.conversation_id)
    expected = {TRIP.id: TRIP.reference, OTHER.id: OTHER.reference}[first.itinerary_ids[0]]
    assert first.trip_reference == expected
    assert called() == {shown.conversation_id: expected, other.conversation_id: None}
    assert called(q=expected) == {shown.conversation_id: expected}


def test_linking_knows_only_what_there_is(desk: Desk) -> None:
    shown = take(desk)
    with pytest.raises(NotFound) as caught:
        desk.call("link_message", id=shown.id, itinerary_id=uuid4())
    assert caught.value.code == "inbox.itinerary_not_found"
    with pytest.raises(NotFound):
        desk.call("link_message", id=uuid4(), itinerary_id=TRIP.id)
    with desk.elsewhere():
        foreign = trip(reference="TRP-9")
        desk.hear("learn_itinerary", ItineraryChanged(itinerary=foreign))
        with pytest.raises(NotFound):
            desk.call("link_message", id=shown.id, itinerary_id=foreign.id)
    with pytest.raises(NotFound):
        desk.call("link_message", id=shown.id, itinerary_id=foreign.id)


def test_a_trips_new_title_shows_at_once(desk: Desk) -> None:
    shown = take(desk)
    desk.call("link_message", id=shown.id, itinerary_id=TRIP.id)
    renamed = trip(id=TRIP.id, version=3, title="Novák family")
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=renamed))
    older = trip(id=TRIP.id, version=2, title="Too late")
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=older))
    assert desk.call("get_message", id=shown.id).itinerary.title == "Novák family"


def test_a_contacts_new_name_and_address_count_at_once(desk: Desk) -> None:
    take(desk)
    renamed = contact("Lisbon Cars", "new@lisboa.test", id=LISBOA.id, version=3)
    desk.hear("learn_contact", ContactChanged(contact=renamed))
    older = contact("Too late", "ops@lisboa.test", id=LISBOA.id, version=2)
    desk.hear("learn_contact", ContactChanged(contact=older))
    assert names(desk) == ["Lisbon Cars"]
    assert names(desk, q="cars") == ["Lisbon Cars"]
    assert take(desk, "new@lisboa.test", received_at=minutes(1)).contact_id == LISBOA.id
    assert take(desk, "ops@lisboa.test").contact_id != LISBOA.id


def test_an_address_that_moved_is_the_new_contacts_whatever_the_order(desk: Desk) -> None:
    giver = contact("Giver", "shared@x.test", id=uuid4(), version=4)
    taker = contact("Taker", "shared@x.test", version=3)
    after = contact("Giver", id=giver.id, version=5)
    for each in (taker, giver, after):
        desk.hear("learn_contact", ContactChanged(contact=each))
    assert take(desk, "shared@x.test").contact_id == taker.id


def test_archiving_and_reading(desk: Desk) -> None:
    shown = take(desk)
    read = desk.call("mark_read", id=shown.conversation_id)
    assert read.unread == 0
    assert desk.call("mark_read", id=shown.conversation_id) == read
    gone = desk.call("set_archived", id=shown.conversation_id, archived=True)
    assert gone.archived
    assert gone.version > read.version
    assert names(desk) == []
    assert names(desk, archived=True) == ["Lisboa Transfers"]
    desk.call("set_archived", id=shown.conversation_id, archived=False)
    assert names(desk) == ["Lisboa Transfers"]
    changes = [c.change for c in desk.told(ConversationChanged)]
    assert changes == ["message_added", "read", "archived", "archived"]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_message", {}),
        ("get_conversation", {}),
        ("set_archived", {"archived": True}),
        ("mark_read", {}),
        ("get_file", {}),
        ("link_message", {"itinerary_id": None}),
    ],
)
def test_unknown_ids_and_other_organisations_ids_are_not_found(
    desk: Desk, method: str, arguments: dict[str, Any]
) -> None:
    shown = take(
        desk,
        attachments=[FileRef(key="k", name="a.pdf", content_type="application/pdf", size=1)],
    )
    which = {
        "get_message": shown.id,
        "link_message": shown.id,
        "get_file": shown.attachments[0].id,
    }.get(method, shown.conversation_id)
    desk.call(method, id=which, **arguments)
    with pytest.raises(NotFound):
        desk.call(method, id=uuid4(), **arguments)
    with desk.elsewhere(), pytest.raises(NotFound):
        desk.call(method, id=which, **arguments)


def test_another_organisation_sees_nothing(desk: Desk) -> None:
    shown = take(desk)
    desk.call("link_message", id=shown.id, itinerary_id=TRIP.id)
    with desk.elsewhere():
        assert desk.call("list_conversations").conversations == []
        messages = [
            desk.call("itinerary_timeline", itinerary_id=TRIP.id).messages,
            desk.call("contact_timeline", contact_id=LISBOA.id).messages,
        ]
        assert messages == [[], []]


def save(desk: Desk, **fields: Any) -> Template:
    values: dict[str, Any] = {
        "name": "Welcome",
        "kind": MessageKind.MESSAGE,
        "channel": Channel.EMAIL,
        "language": "en",
        "subject": "Hello {{ recipient.name }}",
        "body": "Your code is {{ code }}",
    }
    saved: Template = desk.call("save_template", role=Role.SUPERVISOR, **(values | fields))
    return saved


def test_templates_are_written_changed_and_removed(desk: Desk) -> None:
    saved = save(desk)
    assert saved.variables == ["code", "recipient.name"]
    listed = desk.call("list_templates")
    built_in = [(t.kind, t.channel, t.language) for t in listed if t.built_in]
    assert len(built_in) == len(set(built_in))
    assert {kind for kind, _, _ in built_in} == set(MessageKind)
    assert [t.name for t in listed] == sorted((t.name for t in listed), key=str.casefold)
    changed = save(desk, id=saved.id, version=saved.version, body="No variables")
    assert (changed.version, changed.variables) == (saved.version + 1, ["recipient.name"])
    with pytest.raises(Stale) as caught:
        save(desk, id=saved.id, version=saved.version)
    assert caught.value.code == "inbox.template_changed"
    assert save(desk, id=saved.id) == changed  # as a retry of making it finds it
    with desk.elsewhere(), pytest.raises(NotFound):
        save(desk, id=saved.id, version=changed.version)
    with desk.elsewhere(), pytest.raises(NotFound):
        desk.call("remove_template", role=Role.OWNER, id=saved.id)
    desk.call("remove_template", role=Role.OWNER, id=saved.id)
    with pytest.raises(NotFound):
        desk.call("remove_template", role=Role.OWNER, id=saved.id)
    assert all(t.built_in for t in desk.call("list_templates"))


def test_shipped_templates_stay(desk: Desk) -> None:
    shipped = next(
        each
        for each in desk.call("list_templates")
        if (each.kind, each.channel) == (MessageKind.MESSAGE, Channel.EMAIL)
    )
    with pytest.raises(Conflict) as caught:
        save(desk, id=shipped.id, version=1)
    assert caught.value.code == "inbox.template_built_in"
    with pytest.raises(Conflict):
        desk.call("remove_template", role=Role.OWNER, id=shipped.id)
    draft = Draft(template_id=shipped.id, service_ids=[TRANSFER.id])
    assert desk.call("preview", draft=draft)[0].problems == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"subject": "{{ x"}, "subject"),
        ({"subject": "a\nb"}, "subject"),
        ({"body": "fine\n{% if %}"}, "body"),
        ({"body": "{% include 'x' %}"}, "body"),
        ({"body": " \n"}, "body"),
        ({"name": "a\r\nb"}, "name"),
    ],
)
def test_a_wrong_template_is_refused_with_its_field(
    desk: Desk, fields: dict[str, str], wrong: str
) -> None:
    with pytest.raises(Invalid) as caught:
        save(desk, **fields)
    assert [error["field"] for error in caught.value.details["errors"]] == [wrong]
    assert all(t.built_in for t in desk.call("list_templates"))


def test_a_missing_variable_is_named_before_sending(desk: Desk) -> None:
    saved = save(desk)
    draft = Draft(to=[Recipient(contact_id=LISBOA.id)], template_id=saved.id)
    with pytest.raises(Invalid) as caught:
        desk.call("send", draft=draft, request_id="r")
    assert [e["field"] for e in caught.value.details["errors"]] == ["variables.code"]
    filled = Draft(to=draft.to, template_id=saved.id, variables={"code": "1234"})
    (sent,) = desk.call("send", draft=filled, request_id="r")
    assert (sent.subject, sent.text) == ("Hello Lisboa Transfers", "Your code is 1234")


@pytest.mark.parametrize(
    "fields",
    [{"key": f"{uuid4()}/abc"}, {"key": "../../etc/passwd"}, {"name": "a\nb"}, {"size": 10**9}],
)
def test_a_file_must_be_stored_here_and_can_be_sent(desk: Desk, fields: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "key": f"{desk.organisation}/abc",
        "name": "a.pdf",
        "content_type": "application/pdf",
        "size": 10,
    }
    desk.call("add_file", file=FileRef(**good))
    with pytest.raises(Invalid):
        desk.call("add_file", file=FileRef(**(good | fields)))
