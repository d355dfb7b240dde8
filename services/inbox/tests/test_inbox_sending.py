"""Sending through the door: what is stored, what leaves, and that it happens once."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from msgspec.structs import replace

from contracts.accounts import OrganisationChanged, UserChanged
from contracts.channels import ConnectionChanged, DeliveryStatus, EmailQueued, RecipientRole
from contracts.common import Channel, FileRef
from contracts.consents import ConsentKind
from contracts.contacts import Contact, ContactChanged
from contracts.inbox import (
    AuthorKind,
    ConversationChanged,
    Direction,
    Draft,
    LinkOrigin,
    MessageKind,
    Recipient,
)
from contracts.itineraries import (
    Itinerary,
    ItineraryChanged,
    Proposal,
    ProposalChanged,
    ProposalState,
)
from contracts.samples import sample
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid, Unauthenticated, Unavailable
from inbox.testing import connection, contact, organisation, received, service, trip, user
from inbox.testing.desk import Desk

OPS = connection()
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test")
PORTO = contact("Porto Tours", "hello@porto.test")
FIRST, SECOND = service(LISBOA, days=1), service(LISBOA, days=2)
TOUR = service(PORTO, days=3, name="City tour")
TRIP = trip(FIRST, SECOND, TOUR, public_url="https://trips.example/p/abc")
OFFER_ID = uuid4()


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The inbox of an organisation with two suppliers and a trip."""
    furnish(desk)
    return desk


def furnish(desk: Desk) -> None:
    desk.hear(
        "learn_organisation", OrganisationChanged(organisation=organisation(desk.organisation))
    )
    desk.hear("learn_connection", OPS)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=TRIP))
    for each in (LISBOA, PORTO):
        desk.hear("learn_contact", ContactChanged(contact=each))


def order(*services: Any, **fields: Any) -> Draft:
    values: dict[str, Any] = {
        "kind": MessageKind.PURCHASE_ORDER,
        "itinerary_id": TRIP.id,
        "service_ids": [each.id for each in services],
    }
    return Draft(**(values | fields))


def mail(**fields: Any) -> Draft:
    values: dict[str, Any] = {
        "to": [Recipient(contact_id=LISBOA.id)],
        "subject": "Hello",
        "text": "Good morning",
    }
    return Draft(**(values | fields))


def refusal(desk: Desk, draft: Draft) -> set[str]:
    with pytest.raises(Invalid) as caught:
        desk.call("send", draft=draft, request_id=str(uuid4()))
    return {error["field"] for error in caught.value.details["errors"]}


def test_an_order_for_several_services_leaves_once_to_each_supplier(desk: Desk) -> None:
    sent = desk.call("send", draft=order(FIRST, TOUR, SECOND), request_id="r1")
    lisboa, porto = sent
    assert (lisboa.contact_name, porto.contact_name) == ("Lisboa Transfers", "Porto Tours")
    assert set(lisboa.service_ids) == {FIRST.id, SECOND.id}
    assert lisboa.kind is MessageKind.PURCHASE_ORDER
    assert (lisboa.author_kind, lisboa.author_name) == (AuthorKind.USER, "Maria Ruiz")
    assert lisboa.author_id == desk.user
    assert lisboa.direction is Direction.OUT
    assert lisboa.itinerary is not None
    assert lisboa.itinerary.reference == "TRP-2026-0012"
    assert lisboa.itinerary.origin is LinkOrigin.SENT
    assert lisboa.deliveries[0].status is DeliveryStatus.QUEUED
    assert "https://trips.example/p/abc" in (lisboa.html or "")

    queued = {each.message_id: each for each in desk.told(EmailQueued)}
    assert set(queued) == {lisboa.id, porto.id}
    mine = queued[lisboa.id]
    assert [r.delivery_id for r in mine.recipients] == [d.id for d in lisboa.deliveries]
    assert mine.recipients[0].mailbox.address == "ops@lisboa.test"
    assert mine.connection_id == OPS.connection_id
    assert mine.html == lisboa.html
    assert mine.text == lisboa.text
    assert (mine.sender_name, mine.signature) == ("Meridian Travel", "Meridian Travel, Prague")
    assert not mine.automatic
    assert mine.track

    changed = desk.told(ConversationChanged)
    assert {c.change for c in changed} == {"message_added"}
    assert {c.message.id for c in changed if c.message} == {lisboa.id, porto.id}
    assert changed[0].conversation.last_status is DeliveryStatus.QUEUED


def test_preview_is_what_send_sends_and_changes_nothing(desk: Desk) -> None:
    previews = desk.call("preview", draft=order(FIRST, TOUR))
    assert [p.problems for p in previews] == [[], []]
    assert desk.told(EmailQueued) == []
    sent = desk.call("send", draft=order(FIRST, TOUR), request_id="r")
    for preview, message in zip(previews, sent, strict=True):
        assert preview.subject == message.subject
        assert preview.html == message.html
        assert preview.text == message.text
        assert preview.contact_id == message.contact_id
        assert preview.to == [d.mailbox for d in message.deliveries]


def test_a_preview_shows_every_problem(desk: Desk) -> None:
    draft = order(FIRST, cc=[Recipient(address="nonsense")], attachments=[uuid4()])
    (preview,) = desk.call("preview", draft=draft)
    assert {p.field for p in preview.problems} == {"cc[0].address", "attachments[0]"}
    assert preview.subject.startswith("Purchase order")


def test_a_request_that_comes_again_sends_nothing_again(desk: Desk) -> None:
    first = desk.call("send", draft=order(FIRST), request_id="r1")
    again = desk.call("send", draft=order(FIRST), request_id="r1")
    assert [m.id for m in again] == [m.id for m in first]
    assert len(desk.told(EmailQueued)) == 1
    with pytest.raises(Conflict) as caught:
        desk.call("send", draft=order(SECOND), request_id="r1")
    assert caught.value.code == "inbox.request_reused"
    with desk.elsewhere():
        furnish(desk)
        other = desk.call("send", draft=order(FIRST), request_id="r1")
        assert other[0].id != first[0].id


def test_a_repeated_request_answers_even_when_it_could_not_be_made_any_more(desk: Desk) -> None:
    first = desk.call("send", draft=order(FIRST), request_id="r1")
    gone = trip(id=TRIP.id, version=2)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=gone))
    assert desk.call("send", draft=order(FIRST), request_id="r1")[0].id == first[0].id
    assert refusal(desk, order(FIRST)) == {"service_ids[0]", "to", "text", "subject"}


def test_requests_at_once_send_once(desk: Desk) -> None:
    pool = eventlet.GreenPool()
    made = list(
        pool.imap(lambda _: desk.call("send", draft=order(FIRST), request_id="same"), range(4))
    )
    assert len({messages[0].id for messages in made}) == 1
    assert len(desk.told(EmailQueued)) == 1


def test_nothing_leaves_when_one_of_several_cannot(desk: Desk) -> None:
    orphan = service(None)
    both = trip(FIRST, orphan, id=TRIP.id, version=2)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=both))
    assert refusal(desk, order(FIRST, orphan)) == {"service_ids[1]"}
    assert desk.told(EmailQueued) == []
    assert desk.call("list_conversations").conversations == []


def test_a_refused_draft_does_not_use_up_its_request(desk: Desk) -> None:
    with pytest.raises(Invalid):
        desk.call("send", draft=mail(text=None), request_id="r1")
    assert desk.call("send", draft=mail(), request_id="r1")


def test_an_unknown_address_becomes_a_contact(desk: Desk) -> None:
    draft = mail(to=[Recipient(address="New@Guest.test", name="Ana")])
    (sent,) = desk.call("send", draft=draft, request_id="r1")
    assert desk.contacts.asked == ["New@guest.test"]
    assert sent.contact_name == "Ana"
    found = desk.call("list_conversations", q="ana").conversations
    assert [c.contact_id for c in found] == [sent.contact_id]
    desk.call("send", draft=draft, request_id="r2")
    assert len(desk.contacts.asked) == 1  # known by now


def test_known_recipients_do_not_need_contacts(desk: Desk) -> None:
    desk.contacts.away = True
    assert desk.call("send", draft=mail(), request_id="r1")
    with pytest.raises(Unavailable):
        desk.call("send", draft=mail(to=[Recipient(address="x@y.test")]), request_id="r2")
    assert len(desk.told(EmailQueued)) == 1


def test_copies_are_deliveries_of_the_same_message_and_in_their_history(desk: Desk) -> None:
    draft = mail(cc=[Recipient(contact_id=PORTO.id)], bcc=[Recipient(address="boss@x.test")])
    (sent,) = desk.call("send", draft=draft, request_id="r1")
    assert [d.role for d in sent.deliveries] == [
        RecipientRole.TO,
        RecipientRole.CC,
        RecipientRole.BCC,
    ]
    history = desk.call("contact_timeline", contact_id=PORTO.id).messages
    assert [m.id for m in history] == [sent.id]


def test_a_rule_sends_in_the_organisations_name(desk: Desk) -> None:
    draft = mail(purpose=ConsentKind.SERVICE)
    (sent,) = desk.call("send", role=Role.SERVICE, draft=draft, request_id="r1")
    assert sent.author_kind is AuthorKind.RULE
    assert (sent.author_id, sent.author_name) == (None, "Meridian Travel")
    assert desk.told(EmailQueued)[0].automatic


def test_an_author_signs_for_himself(desk: Desk) -> None:
    maria = user("Maria Ruiz", signature="Maria, Operations")
    desk.user = maria.id
    desk.hear("learn_user", UserChanged(user=maria))
    desk.call("send", draft=mail(), request_id="r1")
    assert desk.told(EmailQueued)[0].signature == "Maria, Operations"


def test_an_answer_goes_into_the_thread(desk: Desk) -> None:
    event = received(
        OPS.connection_id,
        "ops@lisboa.test",
        subject="Question",
        references=["<a@lisboa.test>"],
        provider_id="<b@lisboa.test>",
    )
    desk.hear("take_message", event)
    draft = Draft(in_reply_to=event.id, text="Yes, of course")
    (sent,) = desk.call("send", draft=draft, request_id="r1")
    assert sent.conversation_id == desk.call("get_message", id=event.id).conversation_id
    assert sent.subject == "Re: Question"
    queued = desk.told(EmailQueued)[0]
    assert queued.references == ["<a@lisboa.test>", "<b@lisboa.test>"]
    assert queued.recipients[0].mailbox.address == "ops@lisboa.test"


def test_files_are_attached_by_their_id(desk: Desk) -> None:
    file = FileRef(
        key=f"{desk.organisation}/abc", name="plan.pdf", content_type="application/pdf", size=9
    )
    added = desk.call("add_file", file=file)
    assert desk.call("get_file", id=added.id) == added
    (sent,) = desk.call("send", draft=mail(attachments=[added.id]), request_id="r1")
    assert [(a.id, a.name, a.size) for a in sent.attachments] == [(added.id, "plan.pdf", 9)]
    assert desk.told(EmailQueued)[0].attachments == [file]


def upload(desk: Desk, name: str = "logo.png", kind: str = "image/png", size: int = 9) -> UUID:
    file = FileRef(key=f"{desk.organisation}/{name}", name=name, content_type=kind, size=size)
    id: UUID = desk.call("add_file", file=file).id
    return id


def test_a_picture_is_shown_where_the_html_names_it(desk: Desk) -> None:
    logo, plan = upload(desk), upload(desk, "plan.pdf", "application/pdf")
    html = f"<p>Hi</p><img src='cid:{str(logo).upper()}'>"
    draft = mail(text=None, html=html, attachments=[plan])
    (sent,) = desk.call("send", draft=draft, request_id="r1")
    assert [(a.id, a.inline) for a in sent.attachments] == [(plan, False), (logo, True)]
    [queued] = desk.told(EmailQueued)
    assert [(a.name, a.content_id) for a in queued.attachments] == [
        ("plan.pdf", None),
        ("logo.png", str(logo)),
    ]
    assert f"cid:{logo}" in queued.html
    again = mail(text=None, html=html, attachments=[logo])  # named twice, and there once
    [preview] = desk.call("preview", draft=again)
    assert [a.content_id for a in preview.attachments] == [str(logo)]


def test_what_cannot_be_shown_in_place_is_named(desk: Desk) -> None:
    plan, drawing = upload(desk, "a.pdf", "application/pdf"), upload(desk, "b.svg", "image/svg+xml")
    for id, reason in {
        plan: "shows “a.pdf” in place, which is no picture",
        drawing: "shows “b.svg” in place, which is no picture",
        uuid4(): "there is no such file",
    }.items():
        [preview] = desk.call("preview", draft=mail(text=None, html=f"<img src='cid:{id}'>x"))
        assert [(p.field, p.reason) for p in preview.problems] == [("html", reason)]
    logo = upload(desk)
    with desk.elsewhere():
        furnish(desk)
        [preview] = desk.call("preview", draft=mail(text=None, html=f"<img src='cid:{logo}'>x"))
        assert "html" in [p.field for p in preview.problems]
    foreign = mail(text=None, html="<p>x</p><img src='cid:part1.abc@mail.test'>")
    assert desk.call("preview", draft=foreign)[0].problems == []


def test_switched_off_tracking_stays_off(desk: Desk) -> None:
    desk.call("send", draft=mail(track=False), request_id="r1")
    quiet = organisation(desk.organisation, track_opens=False, track_clicks=False)
    changed = OrganisationChanged(
        organisation=type(quiet)(id=quiet.id, name=quiet.name, settings=quiet.settings, version=2)
    )
    desk.hear("learn_organisation", changed)
    desk.call("send", draft=mail(), request_id="r2")
    assert [q.track for q in desk.told(EmailQueued)] == [False, False]


def strange(known: Contact) -> Recipient:
    return Recipient(contact_id=known.id)


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (mail(itinerary_id=TRIP.id), {"itinerary_id"}),
        (mail(service_ids=[FIRST.id]), {"service_ids[0]"}),
        (mail(to=[strange(PORTO)]), {"to[0].contact_id"}),
        (mail(connection_id=OPS.connection_id), {"connection_id"}),
    ],
)
def test_another_organisations_things_do_not_exist(
    desk: Desk, draft: Draft, fields: set[str]
) -> None:
    assert desk.call("preview", draft=draft)[0].problems == []
    with desk.elsewhere():
        for each in (LISBOA,):
            desk.hear("learn_contact", ContactChanged(contact=each))
        assert refusal(desk, draft) == fields


def test_another_organisations_messages_files_and_templates_do_not_exist(desk: Desk) -> None:
    (sent,) = desk.call("send", draft=mail(), request_id="r1")
    file = FileRef(key=f"{desk.organisation}/a", name="a", content_type="text/plain", size=1)
    added = desk.call("add_file", file=file)
    template = desk.call(
        "save_template",
        role=Role.SUPERVISOR,
        name="Mine",
        kind=MessageKind.MESSAGE,
        channel=mail().channel,
        language="en",
        subject="s",
        body="b",
    )
    with desk.elsewhere():
        desk.hear("learn_contact", ContactChanged(contact=LISBOA))
        assert refusal(desk, mail(in_reply_to=sent.id)) == {"in_reply_to"}
        assert refusal(desk, mail(attachments=[added.id])) == {"attachments[0]"}
        assert refusal(desk, mail(template_id=template.id)) == {"template_id"}
        with pytest.raises(Invalid):
            desk.call("add_file", file=file)


def test_a_hostile_draft_breaks_nothing(desk: Desk) -> None:
    sent = desk.call(
        "send",
        draft=mail(
            text="a\x00b {{ 7 | times: 7 }} {% for %}<script>alert(1)</script>",
            variables={"x\x00": "y\x00"},
        ),
        request_id="r\x00",
    )[0]
    assert "<script" not in sent.html
    assert sent.text.startswith("ab {{ 7")
    assert refusal(desk, mail(subject="Hi\r\nBcc: spy@evil.test")) == {"subject"}
    assert refusal(desk, mail(to=[Recipient(address="a@b.test>\r\nBcc: c@d.test")])) == {
        "to[0].address"
    }


def test_a_template_bomb_is_a_problem_and_not_a_wait(desk: Desk) -> None:
    body = "{% for a in services %}" + "{{ a.name | append: a.name }}" * 1900 + "{% endfor %}"
    template = desk.call(
        "save_template",
        role=Role.ADMIN,
        name="Bomb",
        kind=MessageKind.MESSAGE,
        channel=mail().channel,
        language="en",
        subject="s",
        body=body,
    )
    many = trip(*(service(LISBOA) for _ in range(200)), reference="TRP-2026-0777")
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=many))
    draft = Draft(template_id=template.id, service_ids=[s.id for s in many.services])
    assert "template_id" in refusal(desk, draft)


@pytest.mark.parametrize(
    ("method", "arguments", "role"),
    [
        ("save_template", {"name": "n", "kind": "message", "channel": "email", "language": "en",
                           "subject": "s", "body": "b"}, Role.USER),
        ("remove_template", {"id": UUID(int=1)}, Role.USER),
    ],
)  # fmt: skip
def test_a_role_without_the_right_is_refused(
    desk: Desk, method: str, arguments: dict[str, Any], role: Role
) -> None:
    with pytest.raises(Forbidden):
        desk.call(method, role=role, **arguments)


@pytest.mark.parametrize("method", ["preview", "list_templates", "list_conversations", "send"])
def test_nobody_is_refused(desk: Desk, method: str) -> None:
    arguments: dict[str, dict[str, Any]] = {
        "preview": {"draft": mail()},
        "send": {"draft": mail(), "request_id": "r"},
    }
    with pytest.raises(Unauthenticated):
        desk.call(method, role=Role.NOBODY, **arguments.get(method, {}))


def test_removed_connections_are_not_chosen(desk: Desk) -> None:
    removed = ConnectionChanged(
        connection_id=OPS.connection_id,
        channel=OPS.channel,
        label=OPS.label,
        address=OPS.address,
        state=OPS.state,
        reason=None,
        default=True,
        removed=True,
        version=2,
    )
    desk.hear("learn_connection", removed)
    desk.hear("learn_connection", OPS)  # older news comes late
    assert desk.call("preview", draft=mail())[0].connection_id is None
    assert refusal(desk, mail(connection_id=OPS.connection_id)) == {"connection_id"}


def test_a_conversation_is_one_contact_on_one_connection(desk: Desk) -> None:
    sales = connection("sales@meridian.test", default=False)
    desk.hear("learn_connection", sales)
    one = desk.call("send", draft=mail(), request_id="r1")[0]
    two = desk.call("send", draft=mail(subject="Other"), request_id="r2")[0]
    elsewhere = desk.call("send", draft=mail(connection_id=sales.connection_id), request_id="r3")[0]
    assert one.conversation_id == two.conversation_id != elsewhere.conversation_id


def itinerary_of(trip_: Itinerary) -> ItineraryChanged:
    return ItineraryChanged(itinerary=trip_)


def test_one_message_about_services_of_two_trips_is_on_both(desk: Desk) -> None:
    other_service = service(LISBOA, days=4)
    other = trip(other_service, reference="TRP-2026-0099")
    desk.hear("learn_itinerary", itinerary_of(other))
    draft = Draft(from_concierge=True, service_ids=[FIRST.id, other_service.id])
    (sent,) = desk.call("send", draft=draft, request_id="r1")
    for each in (TRIP, other):
        (shown,) = desk.call("itinerary_timeline", itinerary_id=each.id).messages
        assert shown.id == sent.id
        assert shown.itinerary.itinerary_id == each.id
        assert shown.itinerary.origin is LinkOrigin.CONCIERGE
    (conversation,) = desk.call("list_conversations", itinerary_id=other.id).conversations
    assert set(conversation.itinerary_ids) == {TRIP.id, other.id}


def proposal(version: int = 1, **fields: Any) -> Proposal:
    made = sample(Proposal)
    values: dict[str, Any] = {"itinerary_id": TRIP.id, "version": version, "expires_at": None}
    content = replace(made.content, title=f"Offer {version}")
    proposal: Proposal = replace(made, **({"content": content, "id": OFFER_ID} | values | fields))
    return proposal


def test_a_proposal_is_offered_as_it_is_now(desk: Desk) -> None:
    draft = Draft(
        kind=MessageKind.PROPOSAL,
        itinerary_id=TRIP.id,
        to=[Recipient(contact_id=PORTO.id)],
        variables={"proposal.url": "https://hub.test/p/pr_1"},
    )
    with pytest.raises(Invalid):
        desk.call("send", draft=draft, request_id="r0")
    for version in (2, 1):  # the older one comes late
        desk.hear("learn_proposal", ProposalChanged(proposal=proposal(version)))
    (sent,) = desk.call("send", draft=draft, request_id="r1")
    assert sent.subject == "Our proposal: Offer 2 [TRP-2026-0012]"
    assert (sent.kind, "https://hub.test/p/pr_1" in sent.text) == (MessageKind.PROPOSAL, True)
    other = proposal(1, id=uuid4(), created_at=proposal().created_at + dt.timedelta(days=1))
    desk.hear("learn_proposal", ProposalChanged(proposal=other))
    [preview] = desk.call("preview", draft=draft)
    assert "Offer 1" in preview.subject  # the last one that was made
    gone = replace(other, version=2, state=ProposalState.WITHDRAWN)
    desk.hear("learn_proposal", ProposalChanged(proposal=gone))
    [preview] = desk.call("preview", draft=draft)
    assert "Offer 2" in preview.subject
    with desk.elsewhere():
        furnish(desk)
        [theirs] = desk.call("preview", draft=draft)
        assert "itinerary_id" in [each.field for each in theirs.problems]


def test_a_template_is_sent_in_the_recipients_language(desk: Desk) -> None:
    words: dict[str, Any] = {
        "name": "Welcome",
        "kind": MessageKind.MESSAGE,
        "channel": Channel.EMAIL,
        "body": "Words",
        "role": Role.SUPERVISOR,
    }
    english = desk.call("save_template", subject="Welcome", language="en", **words)
    desk.call("save_template", subject="Bienvenidos", language="es", **words)
    gone = desk.call("save_template", subject="Bem-vindos", language="pt", **words)
    desk.call("archive_template", id=gone.id, version=1, archived=True, role=Role.SUPERVISOR)
    for language, subject in {"es-MX": "Bienvenidos", "pt": "Welcome"}.items():
        person = contact("Ana", f"{language}@mail.test", language=language)
        desk.hear("learn_contact", ContactChanged(contact=person))
        draft = Draft(template_id=english.id, to=[Recipient(contact_id=person.id)])
        [preview] = desk.call("preview", draft=draft)
        assert preview.subject == subject
