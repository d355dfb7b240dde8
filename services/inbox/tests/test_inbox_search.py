"""Search in the inbox: what is found, by which filters, shown how, and by whom."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from contracts.accounts import OrganisationChanged
from contracts.channels import MessageReceived
from contracts.common import Channel, FileRef
from contracts.contacts import ContactChanged, ContactKind, Identity, Scheme
from contracts.inbox import Direction, Draft, MessageKind, Recipient, SearchHit, SearchKind
from contracts.itineraries import Guest, ItineraryChanged, ItineraryState
from fairlead.context import Role
from fairlead.errors import Invalid, NotFound, Unauthenticated
from fairlead.store import EVERYWHERE
from fairlead.store.search import FormRow, TermRow
from fairlead.store.search.catching_up import PassRow
from inbox.doors.searching import SEARCHED
from inbox.testing import NOW, connection, contact, organisation, received, trip
from inbox.testing.desk import Desk

OPS = connection()
SALES = connection("sales@meridian.test", default=False)
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test", company="Viação Tejo")
NUNEZ = contact(
    "José Núñez",
    "jose@nunez.test",
    identities=[
        Identity(
            id=uuid4(), scheme=Scheme.PHONE, value="+351912345678", display="+351 912 345 678"
        ),
        Identity(
            id=uuid4(), scheme=Scheme.EMAIL, value="jose@nunez.test", display="jose@nunez.test"
        ),
    ],
)
TRIP = trip()
OTHER = trip(reference="TRP-2026-0099", title="Honeymoon in Łódź")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The inbox of an organisation that knows two people and two trips."""
    desk.hear(
        "learn_organisation", OrganisationChanged(organisation=organisation(desk.organisation))
    )
    for each in (OPS, SALES):
        desk.hear("learn_connection", each)
    for journey in (TRIP, OTHER):
        desk.hear("learn_itinerary", ItineraryChanged(itinerary=journey))
    for person in (LISBOA, NUNEZ):
        desk.hear("learn_contact", ContactChanged(contact=person))
    return desk


def take(
    desk: Desk, text: str = "", subject: str = "", *, sender: str = "ops@lisboa.test", **more: Any
) -> UUID:
    via = more.pop("via", OPS).connection_id
    event: MessageReceived = received(via, sender, subject=subject, text=text, **more)
    assert desk.hear("take_message", event)
    return event.id


def hits(
    desk: Desk, q: str | None = None, kind: SearchKind = SearchKind.MESSAGES, **filters: Any
) -> list[SearchHit]:
    found: list[SearchHit] = desk.call("search", kind=kind, q=q, **filters).hits
    return found


def ids(desk: Desk, q: str | None = None, **filters: Any) -> list[UUID]:
    return [hit.id for hit in hits(desk, q, **filters)]


def minutes(count: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=count)


def marked(hit: SearchHit) -> dict[str, list[str]]:
    return {
        each.field: [each.text[start:end] for start, end in each.marks]
        for each in hit.excerpts
        if each.marks
    }


def test_messages_are_found_by_subject_own_text_and_attachments(desk: Desk) -> None:
    file = FileRef(
        key=f"{desk.organisation}/a", name="Passaporte-Núñez.pdf", content_type="x/y", size=1
    )
    first = take(desk, "The driver waits at Terminal 2", "Pickup", received_at=minutes(0))
    second = take(
        desk,
        "Please see the file",
        "Ausweis für Straßburg",
        quoted_text="The driver waits",
        attachments=[file],
        received_at=minutes(1),
    )
    assert ids(desk, "driver") == [first]  # not what is only quoted
    assert ids(desk, "strassburg") == ids(desk, "passaporte") == ids(desk, "nunez.pdf") == [second]
    assert ids(desk, "the") == [second, first]
    assert ids(desk, "terminal driver pickup") == [first]
    assert ids(desk, "dirver termnial") == [first]
    assert ids(desk, "term") == [first]
    assert ids(desk, "driver file") == []


def test_filters_combine(desk: Desk) -> None:
    file = FileRef(key=f"{desk.organisation}/a", name="a.pdf", content_type="x/y", size=1)
    first = take(desk, "boat", received_at=minutes(0))
    second = take(desk, "boat", via=SALES, received_at=minutes(1))
    third = take(desk, "boat", sender="jose@nunez.test", attachments=[file], received_at=minutes(2))
    desk.call("link_message", id=third, itinerary_id=OTHER.id)
    chat = desk.call("get_message", id=first).conversation_id
    assert ids(desk, "boat") == [third, second, first]
    assert ids(desk, "boat", connection_id=SALES.connection_id) == [second]
    assert ids(desk, "boat", contact_id=NUNEZ.id) == ids(desk, contact_id=NUNEZ.id) == [third]
    assert ids(desk, "boat", itinerary_id=OTHER.id) == [third]
    assert ids(desk, "boat", itinerary_id=TRIP.id) == []
    assert ids(desk, "boat", conversation_id=chat) == [first]
    assert ids(desk, "boat", has_attachment=True) == [third]
    assert ids(desk, "boat", has_attachment=False) == [second, first]
    assert ids(desk, "boat", direction=Direction.OUT) == []
    assert ids(desk, "boat", channel=Channel.EMAIL, direction=Direction.IN, contact_id=LISBOA.id)
    assert ids(desk, "boat", channel=Channel.SMS) == []
    desk.call("set_archived", id=chat, archived=True)
    assert ids(desk, "boat", archived=True) == ids(desk, archived=True, contact_id=LISBOA.id)
    assert ids(desk, "boat", archived=True) == [first]
    assert ids(desk, "boat", archived=False, contact_id=LISBOA.id) == [second]
    desk.call("link_message", id=third, itinerary_id=None)
    assert ids(desk, "boat", itinerary_id=OTHER.id) == []


def test_people_are_narrowed_by_what_they_are(desk: Desk) -> None:
    company = uuid4()
    agent = contact(
        "Ana Núñez", "ana@agency.test", kind=ContactKind.AGENT, tags=["VIP", "Porto"],
        language="pt", channel=Channel.SMS, company_id=company,
    )  # fmt: skip
    desk.hear("learn_contact", ContactChanged(contact=agent))

    def found(q: str | None = None, **filters: Any) -> list[UUID]:
        return ids(desk, q, kind=SearchKind.PEOPLE, **filters)

    assert set(found("nunez")) == {agent.id, NUNEZ.id}
    for narrowed in (
        {"contact_kind": ContactKind.AGENT},
        {"tag": "VIP"},
        {"language": "pt"},
        {"channel": Channel.SMS},
        {"company_id": company},
    ):
        assert found("nunez", **narrowed) == found(**narrowed) == [agent.id]
    assert found(tag="VIP", language="en") == found("lisboa", tag="VIP") == []
    older = msgspec.structs.replace(agent, tags=["Porto"], version=agent.version + 1)
    desk.hear("learn_contact", ContactChanged(contact=older))
    assert (found(tag="VIP"), found(tag="Porto")) == ([], [agent.id])


def test_trips_are_narrowed_by_what_they_are(desk: Desk) -> None:
    listing, seller = uuid4(), uuid4()
    guest = Guest(name="João Núñez", contact_id=NUNEZ.id)
    journey = trip(
        reference="TRP-2026-0500", title="Douro by boat", guests=[guest], tags=["river"],
        agent_id=LISBOA.id, listing_id=listing, sales_agent_id=seller, language="pt",
    )  # fmt: skip
    journey = msgspec.structs.replace(journey, state=ItineraryState.PROPOSED)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=journey))

    def found(q: str | None = None, **filters: Any) -> list[UUID]:
        return ids(desk, q, kind=SearchKind.TRIPS, **filters)

    for narrowed in (
        {"state": ItineraryState.PROPOSED},
        {"tag": "river"},
        {"contact_id": NUNEZ.id},
        {"contact_id": LISBOA.id},
        {"listing_id": listing},
        {"sales_agent_id": seller},
        {"language": "pt"},
    ):
        assert found("boat", **narrowed) == found(**narrowed) == [journey.id]
    assert found("boat", state=ItineraryState.CONFIRMED) == []
    day = journey.details.start
    assert found(tag="river", since=day, until=day) == [journey.id]
    assert found(tag="river", since=day + dt.timedelta(days=1)) == []


def test_what_was_searched_before_is_narrowed_too(desk: Desk) -> None:
    """Documents of before the filters come to them by a pass over the tables."""
    with desk.database.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(TermRow))
        session.execute(sa.delete(PassRow))
    assert ids(desk, kind=SearchKind.PEOPLE, contact_kind=LISBOA.kind) == []
    desk.index()
    assert LISBOA.id in ids(desk, kind=SearchKind.PEOPLE, contact_kind=LISBOA.kind)


def test_days_are_the_organisations(desk: Desk) -> None:
    # In Prague it is an hour later than in UTC: the second of these is written on the 11th.
    first = take(desk, "tram", received_at=dt.datetime(2026, 11, 10, 22, 30, tzinfo=dt.UTC))
    second = take(desk, "tram", received_at=dt.datetime(2026, 11, 10, 23, 30, tzinfo=dt.UTC))
    tenth, eleventh = dt.date(2026, 11, 10), dt.date(2026, 11, 11)
    assert ids(desk, "tram", until=tenth) == [first]
    assert ids(desk, "tram", since=eleventh) == [second]
    assert ids(desk, "tram", since=tenth, until=eleventh) == [second, first]
    assert ids(desk, "tram", since=dt.date.min, until=dt.date.max) == [second, first]
    kind = SearchKind.CONVERSATIONS
    assert len(hits(desk, "lisboa", kind, since=eleventh)) == 1
    assert hits(desk, "lisboa", kind, until=tenth) == []
    assert len(desk.call("list_conversations", since=eleventh, until=eleventh).conversations) == 1
    assert desk.call("list_conversations", until=tenth).conversations == []
    with pytest.raises(Invalid):
        ids(desk, "tram", since=eleventh, until=tenth)


def test_what_is_found_is_marked_by_ranges(desk: Desk) -> None:
    text = "x " * 300 + "Der Fahrer wartet <b>am</b> Flughafen Zürich & " + "y " * 300
    take(desk, text, "Re: Zürich 🚐 Flughafen")
    (hit,) = hits(desk, "zurich flughafn")
    assert marked(hit) == {"subject": ["Zürich", "Flughafen"], "text": ["Flughafen", "Zürich"]}
    shown = next(each for each in hit.excerpts if each.field == "text")
    assert len(shown.text) <= 200 < len(text)
    assert "<b>am</b>" in shown.text  # text, as it was written
    assert hit.message is not None
    assert hit.message.contact_name == "Lisboa Transfers"
    assert not hit.message.has_attachment


def test_conversations_are_found_by_name_address_reference_and_subject(desk: Desk) -> None:
    kind = SearchKind.CONVERSATIONS
    message = take(desk, "text", "City tour", sender="jose@nunez.test")
    (hit,) = hits(desk, "nunez", kind)
    assert hit.conversation is not None
    assert hit.conversation.contact_name == "José Núñez"
    assert marked(hit) == {"contact_name": ["Núñez"], "address": ["nunez"]}
    for q in ("jose city", "912345", "+351 912 345 678", "jose@nunez", "ctiy"):
        assert ids(desk, q, kind=kind) == [hit.id], q
    assert ids(desk, "0099", kind=kind) == []
    desk.call("link_message", id=message, itinerary_id=OTHER.id)
    assert ids(desk, "TRP-2026-0099", kind=kind) == ids(desk, "0099", kind=kind) == [hit.id]
    assert ids(desk, "jose", kind=kind, itinerary_id=OTHER.id) == [hit.id]
    assert ids(desk, "jose", kind=kind, archived=True) == []
    desk.call("set_archived", id=hit.id, archived=True)
    assert ids(desk, "jose", kind=kind, archived=True) == [hit.id]


def test_a_renamed_contact_is_found_by_his_new_name_only(desk: Desk) -> None:
    take(desk, sender="jose@nunez.test")
    renamed = contact("Pepe Ibáñez", "jose@nunez.test", id=NUNEZ.id, version=2)
    desk.hear("learn_contact", ContactChanged(contact=renamed))
    for kind in (SearchKind.CONVERSATIONS, SearchKind.PEOPLE):
        assert len(hits(desk, "ibanez", kind)) == 1
        assert hits(desk, "912345", kind) == []
        assert [hit.id for hit in hits(desk, "núñez", kind)] == ids(desk, "nunez.test", kind=kind)


def test_people_and_trips_are_found_and_shown(desk: Desk) -> None:
    for q in ("lisboa", "viacao", "ops@lisboa", "trans tejo", "tranfsers"):
        (hit,) = hits(desk, q, SearchKind.PEOPLE)
        assert hit.person is not None
        assert hit.person.company == "Viação Tejo"
    (hit,) = hits(desk, "345 678", SearchKind.PEOPLE)
    assert marked(hit)["address"] == ["345", "678"]
    for q in ("lodz", "TRP-2026-0099", "honeymon", "0099"):
        (hit,) = hits(desk, q, SearchKind.TRIPS)
        assert hit.trip is not None
        assert hit.trip.reference == "TRP-2026-0099"
    assert len(hits(desk, "novak", SearchKind.TRIPS)) == 2
    assert marked(hits(desk, "anna novakova", SearchKind.TRIPS)[0])["guest"] == ["Anna", "Nováková"]


def test_inside_a_conversation(desk: Desk) -> None:
    kept = [take(desk, f"boat {n}", f"tour {n}", received_at=minutes(n)) for n in range(5)]
    take(desk, "boat", sender="jose@nunez.test")
    chat = desk.call("get_message", id=kept[0]).conversation_id
    page = desk.call("conversation_messages", id=chat, q="boat", limit=2)
    found = [message.id for message in page.messages]
    assert [(each.text, each.subject) for each in page.marks] == [([[0, 4]], [])] * 2
    while page.cursor:
        page = desk.call("conversation_messages", id=chat, q="boat", limit=2, cursor=page.cursor)
        found += [message.id for message in page.messages]
    assert found == kept[::-1]
    page = desk.call("conversation_messages", id=chat, q="tour 3")
    assert [message.id for message in page.messages] == [kept[3]]
    assert desk.call("conversation_messages", id=chat, q="nothing").messages == []
    with pytest.raises(NotFound):
        desk.call("conversation_messages", id=uuid4(), q="boat")
    everything = desk.call("conversation_messages", id=chat, q=" ")
    assert len(everything.messages) == 5
    assert everything.marks == []


def test_what_we_send_is_found(desk: Desk) -> None:
    draft = Draft(
        channel=Channel.EMAIL,
        kind=MessageKind.MESSAGE,
        to=[Recipient(contact_id=LISBOA.id)],
        subject="Ordem de serviço",
        html="<p>Transfer às 9h</p>",
    )
    (sent,) = desk.call("send", draft=draft, request_id="r1")
    assert ids(desk, "ordem servico as 9h", direction=Direction.OUT) == [sent.id]


def test_what_is_asked_in_a_wrong_way_is_refused(desk: Desk) -> None:
    for wrong in (
        {"q": None},
        {"q": " % "},
        {"q": "boat", "kind": SearchKind.PEOPLE, "direction": Direction.OUT},
        {"q": "boat", "kind": SearchKind.TRIPS, "contact_kind": LISBOA.kind},
        {"q": "boat", "kind": SearchKind.TRIPS, "archived": True},
        {"q": "boat", "kind": SearchKind.CONVERSATIONS, "has_attachment": True},
        {"q": "boat", "cursor": "x"},
        {"q": "boat", "limit": 0},
    ):
        with pytest.raises(Invalid):
            hits(desk, **wrong)


def test_nobody_finds_what_is_another_organisations(desk: Desk) -> None:
    message = take(desk, "secret boat", "secret", sender="jose@nunez.test")
    chat = desk.call("get_message", id=message).conversation_id
    with desk.elsewhere():
        for kind, q in (
            (SearchKind.MESSAGES, "secret"),
            (SearchKind.MESSAGES, "scret"),
            (SearchKind.CONVERSATIONS, "jose"),
            (SearchKind.PEOPLE, "nunez"),
            (SearchKind.TRIPS, "honeymoon"),
        ):
            assert hits(desk, q, kind) == []
        assert hits(desk, "secret", conversation_id=chat) == []
        with pytest.raises(NotFound):
            desk.call("conversation_messages", id=chat, q="secret")


def test_only_the_team_may_search(desk: Desk) -> None:
    with pytest.raises(Unauthenticated):
        desk.call("search", kind=SearchKind.PEOPLE, q="x", role=Role.NOBODY)


def test_what_was_there_before_the_index_comes_into_it(desk: Desk) -> None:
    message = take(desk, "old boat", sender="jose@nunez.test")
    with desk.database.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(TermRow))
        session.execute(sa.delete(FormRow))
    assert ids(desk, "boat") == []
    desk.index()
    assert ids(desk, "boat") == ids(desk, "bota") == [message]
    for kind, q in (
        (SearchKind.CONVERSATIONS, "jose"),
        (SearchKind.PEOPLE, "nun"),
        (SearchKind.TRIPS, "honeymoom"),
    ):
        assert len(hits(desk, q, kind)) == 1
    assert {model.search_index.kind for model in SEARCHED} == {"m", "c", "p", "t"}
