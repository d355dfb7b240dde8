"""Drafts made into messages (missions A1 to A3, A6, A8)."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from eventlet import tpool
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.channels import Mailbox, RecipientRole
from contracts.common import Channel, FileRef
from contracts.contacts import Reachability
from contracts.inbox import (
    Direction,
    Draft,
    File,
    FileState,
    LinkOrigin,
    MessageKind,
    Recipient,
    Template,
)
from contracts.itineraries import ItineraryState, Service, ServiceState
from inbox.domain.composing import Composed, compose
from inbox.domain.conversations import Earlier
from inbox.domain.knowledge import Knowledge
from inbox.testing import NOW, connection, contact, knowledge, organisation, service, trip, user

BAD = UUID(int=9)
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test", "old@lisboa.test")
PORTO = contact("Porto Tours", "hello@porto.test", language="es")
FIRST = service(LISBOA, days=3, name="Transfer out")
SECOND = service(LISBOA, days=1, name="Transfer in")
TOUR = service(PORTO, days=2, name="City tour")
TRIP = trip(FIRST, SECOND, TOUR)
OTHER_SERVICE = service(LISBOA, days=5, name="Day trip")
OTHER = trip(OTHER_SERVICE, reference="TRP-2026-0099")


def known(**fields: Any) -> Knowledge:
    return knowledge(LISBOA, PORTO, trips=(TRIP, OTHER), **fields)


def only(draft: Draft, what: Knowledge | None = None) -> Composed:
    composed = compose(draft, what or known())
    assert len(composed) == 1
    return composed[0]


def problems(draft: Draft, what: Knowledge | None = None) -> dict[str, str]:
    return {p.field: p.reason for each in compose(draft, what or known()) for p in each.problems}


def addresses(composed: Composed, role: RecipientRole) -> list[str]:
    return [p.mailbox.address for p in composed.parties if p.role is role]


def mail(**fields: Any) -> Draft:
    values: dict[str, Any] = {"to": [Recipient(contact_id=LISBOA.id)], "subject": "S", "text": "T"}
    return Draft(**(values | fields))


def earlier(**fields: Any) -> Earlier:
    values: dict[str, Any] = {
        "id": uuid4(),
        "conversation_id": uuid4(),
        "channel": Channel.EMAIL,
        "connection_id": None,
        "direction": Direction.IN,
        "contact_id": LISBOA.id,
        "subject": "RE: Fwd: The van",
        "at": NOW,
        "reply_to": [Mailbox(address="driver@lisboa.test", name="Rui")],
        "addresses": frozenset({"driver@lisboa.test"}),
        "itinerary_ids": (TRIP.id,),
        "provider_id": "<3@x.test>",
        "references": ["<1@x.test>", "<2@x.test>"],
    }
    return Earlier(**(values | fields))


def test_one_order_for_each_supplier_with_all_his_services() -> None:
    draft = Draft(
        kind=MessageKind.PURCHASE_ORDER,
        itinerary_id=TRIP.id,
        service_ids=[FIRST.id, TOUR.id, SECOND.id, FIRST.id],
    )
    lisboa, porto = compose(draft, known())
    assert not lisboa.problems
    assert not porto.problems
    assert addresses(lisboa, RecipientRole.TO) == ["ops@lisboa.test"]
    assert set(lisboa.service_ids) == {FIRST.id, SECOND.id}
    assert lisboa.text.index("Transfer in") < lisboa.text.index("Transfer out")
    assert "City tour" not in lisboa.text
    assert lisboa.subject.startswith("Purchase order [TRP-2026-0012]: 2 services")
    assert porto.service_ids == [TOUR.id]
    assert porto.subject.startswith("Orden de compra [TRP-2026-0012]")  # his language
    assert lisboa.links == porto.links == {TRIP.id: LinkOrigin.SENT}


def test_suppliers_with_one_address_get_one_message() -> None:
    twin = contact("Lisboa Boats", "OPS@lisboa.test")
    boat = service(twin, name="Boat")
    both = trip(FIRST, boat)
    composed = only(Draft(service_ids=[FIRST.id, boat.id]), knowledge(LISBOA, twin, trips=(both,)))
    assert composed.service_ids == [FIRST.id, boat.id]


def test_the_concierge_joins_services_of_several_trips_in_one_message() -> None:
    draft = Draft(from_concierge=True, service_ids=[SECOND.id, OTHER_SERVICE.id])
    composed = only(draft)
    assert not composed.problems
    assert composed.links == {TRIP.id: LinkOrigin.CONCIERGE, OTHER.id: LinkOrigin.CONCIERGE}
    assert "Itinerary: TRP-2026-0012" in composed.text
    assert "Itinerary: TRP-2026-0099" in composed.text


def test_a_service_of_another_trip_is_refused_outside_the_concierge() -> None:
    draft = Draft(itinerary_id=TRIP.id, service_ids=[FIRST.id, OTHER_SERVICE.id])
    assert problems(draft) == {"service_ids[1]": "this service belongs to another itinerary"}


def test_own_words_stand_above_the_services() -> None:
    composed = only(mail(service_ids=[FIRST.id], text="Please note:\n\nold van only <3"))
    assert composed.html.startswith("\n<p>Please note:</p><p>old van only &lt;3</p>")
    assert "Transfer out" in composed.html
    assert composed.text.startswith("Please note:\n\nold van only <3\n\nTransfer out")


def test_own_words_alone_stay_as_they_are() -> None:
    composed = only(mail(text="Hello {{ there }}", itinerary_id=TRIP.id))
    assert composed.html == "<p>Hello {{ there }}</p>"
    assert composed.text == "Hello {{ there }}"
    assert composed.links == {TRIP.id: LinkOrigin.SENT}
    assert composed.signature == "Meridian Travel, Prague"
    assert composed.sender_name == "Meridian Travel"


def test_own_html_is_sanitised() -> None:
    composed = only(mail(text=None, html="<p>Hi</p><script>x()</script>"))
    assert composed.html == "<p>Hi</p>"
    assert composed.text == "Hi"


def test_an_author_signs_with_his_own_signature() -> None:
    what = known(author=user("Maria Ruiz", signature="Maria, Operations"))
    assert only(mail(), what).signature == "Maria, Operations"
    assert only(mail(), known(author=user())).signature == "Meridian Travel, Prague"
    unsigned = known(author_name="Maria Ruiz", organisation=organisation(signature=""))
    assert only(Draft(service_ids=[FIRST.id]), unsigned).text.endswith("Kind regards\nMaria Ruiz")


def template(subject: str = "Hi {{ recipient.name }}", body: str = "B", **fields: Any) -> Template:
    from inbox.domain.templates import variables_used

    values: dict[str, Any] = {
        "id": uuid4(),
        "name": "Mine",
        "kind": MessageKind.MESSAGE,
        "channel": Channel.EMAIL,
        "language": "en",
        "subject": subject,
        "body": body,
        "variables": variables_used(subject, body),
        "built_in": False,
        "version": 1,
    }
    return Template(**(values | fields))


def test_a_template_gives_subject_and_text() -> None:
    mine = template(body="Code {{ code }} for {{ itinerary.reference }}, {{ services[0].name }}")
    draft = Draft(
        to=[Recipient(contact_id=LISBOA.id)],
        itinerary_id=TRIP.id,
        service_ids=[FIRST.id],
        template_id=mine.id,
        variables={"code": "X1"},
    )
    composed = only(draft, known(templates={mine.id: mine}))
    assert not composed.problems
    assert composed.subject == "Hi Lisboa Transfers"
    assert composed.text == "Code X1 for TRP-2026-0012, Transfer out"


def test_all_missing_variables_are_named_at_once() -> None:
    mine = template(subject="{{ a }}", body="{{ b }}\n{{ itinerary.reference }}")
    draft = Draft(to=[Recipient(address="x@y.test")], template_id=mine.id)
    told = problems(draft, known(templates={mine.id: mine}))
    assert set(told) == {"variables.a", "variables.b", "variables.itinerary.reference", "subject"}
    assert "line 2" in told["variables.itinerary.reference"]


def test_a_broken_template_is_a_problem_with_its_line() -> None:
    mine = template(subject="s", body="x", variables=[])
    broken = Template(**{n: getattr(mine, n) for n in mine.__struct_fields__} | {"body": "\n{{ x"})
    told = problems(Draft(to=mail().to, template_id=mine.id), known(templates={mine.id: broken}))
    assert told["template_id"].startswith("“Mine”: line 2, column ")


def test_copies_are_sent_once_and_never_to_ourselves() -> None:
    composed = only(
        mail(
            cc=[
                Recipient(address="OPS@LISBOA.test"),
                Recipient(contact_id=PORTO.id),
                Recipient(address="ops+abc@meridian.test"),
            ],
            bcc=[Recipient(address="Hello@porto.test"), Recipient(address="boss@x.test", name="B")],
        )
    )
    assert not composed.problems
    assert addresses(composed, RecipientRole.TO) == ["ops@lisboa.test"]
    assert addresses(composed, RecipientRole.CC) == ["hello@porto.test"]
    assert addresses(composed, RecipientRole.BCC) == ["boss@x.test"]


def test_an_address_of_a_contact_is_his() -> None:
    party = only(mail(to=[Recipient(address="OLD@lisboa.test", name="Somebody")])).parties[0]
    assert party.contact is LISBOA
    assert party.mailbox.name == "Lisboa Transfers"


def test_an_address_that_failed_is_not_preferred() -> None:
    moved = contact("Moved", "gone@x.test", "new@x.test")
    gone = moved.identities[0]
    failed = type(gone)(
        id=gone.id,
        scheme=gone.scheme,
        value=gone.value,
        display=gone.display,
        reachability=Reachability.FAILED,
    )
    moved = contact("Moved", identities=[failed, moved.identities[1]])
    composed = only(mail(to=[Recipient(contact_id=moved.id)]), knowledge(moved))
    assert addresses(composed, RecipientRole.TO) == ["new@x.test"]


def test_an_answer_goes_back_in_its_thread() -> None:
    answered = earlier()
    draft = Draft(in_reply_to=answered.id, text="Thanks")
    composed = only(draft, known(answered=answered))
    assert not composed.problems
    assert [p.mailbox for p in composed.parties] == answered.reply_to
    assert composed.subject == "Re: The van"
    assert composed.conversation_id == answered.conversation_id
    assert composed.links == {TRIP.id: LinkOrigin.REPLY}
    assert composed.references == ["<1@x.test>", "<2@x.test>", "<3@x.test>"]


def test_words_for_somebody_else_leave_the_conversation() -> None:
    answered = earlier()
    draft = mail(in_reply_to=answered.id, to=[Recipient(contact_id=PORTO.id)])
    composed = only(draft, known(answered=answered))
    assert composed.conversation_id is None
    assert composed.links == {TRIP.id: LinkOrigin.REPLY}


def test_a_hostile_name_does_not_stop_an_answer() -> None:
    box = Mailbox(address="driver@lisboa.test", name="Rui\r\nBcc: spy@evil.test")
    composed = only(Draft(in_reply_to=BAD, text="T"), known(answered=earlier(reply_to=[box])))
    assert not composed.problems
    assert composed.parties[0].mailbox.name == "Rui Bcc: spy@evil.test"


def test_an_answer_keeps_its_connection() -> None:
    first, second = connection("a@meridian.test"), connection("b@meridian.test", default=False)
    answered = earlier(connection_id=second.connection_id)
    draft = Draft(in_reply_to=answered.id, text="Thanks")
    composed = only(draft, known(answered=answered, connections=[first, second]))
    assert composed.conversation_id == answered.conversation_id
    other = mail(in_reply_to=answered.id, connection_id=first.connection_id)
    moved = only(other, known(answered=answered, connections=[first, second]))
    assert moved.conversation_id is None  # another connection, another conversation
    assert composed.connection_id == second.connection_id
    assert only(mail(), known(connections=[second, first])).connection_id == first.connection_id


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (Draft(), {"to", "text", "subject"}),
        (mail(text="  \n"), {"text"}),
        (mail(text=None, html="<script>x</script>"), {"text"}),
        (mail(subject=None), {"subject"}),
        (mail(subject="Hi\r\nBcc: spy@evil.test"), {"subject"}),
        (mail(to=[Recipient()]), {"to[0]"}),
        (mail(to=[Recipient(contact_id=BAD)]), {"to[0].contact_id"}),
        (mail(to=[Recipient(address="not an address")]), {"to[0].address"}),
        (mail(to=[Recipient(address="a@b.test\r\nBcc: c@d.test")]), {"to[0].address"}),
        (mail(to=[Recipient(address="a@b.test", name="x\ny")]), {"to[0].name"}),
        (mail(to=[Recipient(address="ops@meridian.test")]), {"to"}),
        (mail(cc=[Recipient(contact_id=BAD)], bcc=[Recipient()]), {"cc[0].contact_id", "bcc[0]"}),
        (mail(itinerary_id=BAD), {"itinerary_id"}),
        (mail(service_ids=[FIRST.id, BAD]), {"service_ids[1]"}),
        (mail(connection_id=BAD), {"connection_id"}),
        (mail(in_reply_to=BAD), {"in_reply_to"}),
        (mail(template_id=BAD), {"template_id"}),
        (mail(template_id=BAD, text=None), {"template_id"}),
        (mail(attachments=[BAD]), {"attachments[0]"}),
        (mail(channel=Channel.SMS), {"channel", "to[0].contact_id"}),
        (mail(kind=MessageKind.DUTY_MESSAGE), {"service_ids"}),
        (mail(html="<b>" * 20_000), {"html"}),
        (mail(text="x" * 100_000), {"text"}),
    ],
)
def test_every_obstacle_is_named_by_its_field(draft: Draft, fields: set[str]) -> None:
    assert set(problems(draft)) == fields


def test_services_without_a_reachable_supplier() -> None:
    silent = contact("Silent")
    nobody, mute, lost = service(None), service(silent), service(contact())
    journey = trip(nobody, mute, lost)
    draft = Draft(service_ids=[nobody.id, mute.id, lost.id])
    told = problems(draft, knowledge(silent, trips=(journey,)))
    assert told["service_ids[0]"] == "“Airport transfer” has no supplier"
    assert "no email address is known" in told["service_ids[1]"]
    assert "no such contact" in told["service_ids[2]"]


def test_attachments_have_a_common_limit() -> None:
    files = {
        each: File(
            id=each,
            file=FileRef(key="k", name="a.pdf", content_type="application/pdf", size=13 * 1024**2),
        )
        for each in (uuid4(), uuid4())
    }
    ids = list(files)
    assert not problems(mail(attachments=ids[:1]), known(files=files))
    assert set(problems(mail(attachments=ids), known(files=files))) == {"attachments"}


@pytest.mark.parametrize("state", list(FileState))
def test_a_file_that_the_virus_check_holds_is_not_sent(state: FileState) -> None:
    ref = FileRef(key="k", name="a.pdf", content_type="application/pdf", size=10)
    file = File(id=uuid4(), file=ref, state=state, reason="holds a virus: Eicar")
    named = problems(mail(attachments=[file.id]), known(files={file.id: file}))
    held = state in (FileState.WAITING, FileState.INFECTED, FileState.BLOCKED)
    assert set(named) == ({"attachments[0]"} if held else set())


def test_too_many_services_are_told_and_not_cut() -> None:
    many = [service(LISBOA, days=n, notes="n" * 1000) for n in range(120)]
    journey = trip(*many)
    draft = Draft(service_ids=[s.id for s in many])
    assert set(problems(draft, knowledge(LISBOA, trips=(journey,)))) == {"text"}


text = st.text(max_size=30)
ids = st.sampled_from([LISBOA.id, PORTO.id, TRIP.id, FIRST.id, TOUR.id, OTHER_SERVICE.id, BAD])
recipients = st.lists(
    st.builds(
        Recipient,
        contact_id=st.none() | ids,
        address=st.none() | st.sampled_from(["a@b.test", "ops@meridian.test", "x"]) | text,
        name=text,
    ),
    max_size=3,
)
drafts = st.builds(
    Draft,
    channel=st.sampled_from(Channel),
    kind=st.sampled_from(MessageKind),
    connection_id=st.none() | ids,
    itinerary_id=st.none() | ids,
    from_concierge=st.booleans(),
    in_reply_to=st.none() | ids,
    to=recipients,
    cc=recipients,
    bcc=recipients,
    service_ids=st.lists(ids, max_size=4),
    template_id=st.none() | ids,
    variables=st.dictionaries(text.filter(bool), text, max_size=2),
    subject=st.none() | text,
    text=st.none() | text,
    html=st.none() | text,
    attachments=st.lists(ids, max_size=2),
    language=st.sampled_from([None, "en", "es-MX", "cs"]),
)


@given(drafts)
def test_no_draft_breaks_and_what_has_no_problem_can_be_sent(draft: Draft) -> None:
    composed = compose(draft, known())
    assert composed
    for message in composed:
        sent_to = [p.mailbox.address.casefold() for p in message.parties]
        assert len(sent_to) == len(set(sent_to))
        if not message.problems:
            assert message.parties
            assert message.parties[0].role is RecipientRole.TO
            assert message.subject
            assert message.html
            assert "\n" not in message.subject
            assert set(message.service_ids) <= set(draft.service_ids)


def off(planned: Service) -> Service:
    return replace(planned, details=replace(planned.details, state=ServiceState.CANCELLED))


@pytest.mark.parametrize("kind", [MessageKind.PURCHASE_ORDER, MessageKind.DUTY_MESSAGE])
def test_nothing_is_ordered_that_was_cancelled(kind: MessageKind) -> None:
    journey = trip(off(FIRST), TOUR)
    what = knowledge(LISBOA, PORTO, trips=(journey,))
    draft = Draft(kind=kind, service_ids=[TOUR.id, FIRST.id])
    assert problems(draft, what) == {"service_ids[1]": "“Transfer out” was cancelled"}
    ended = replace(trip(FIRST), state=ItineraryState.CANCELLED)
    draft = Draft(kind=kind, service_ids=[FIRST.id])
    found = problems(draft, knowledge(LISBOA, trips=(ended,)))
    assert found == {"service_ids[0]": "trip TRP-2026-0012 was cancelled"}


def test_that_something_was_cancelled_can_be_said() -> None:
    what = knowledge(LISBOA, PORTO, trips=(trip(TOUR, off(FIRST), public_url="https://x.test/p"),))
    draft = Draft(service_ids=[TOUR.id, FIRST.id], text="This is off, I am sorry.")
    tour, transfer = compose(draft, what)
    assert (tour.problems, tour.hints, transfer.problems) == ([], [], [])
    [hint] = transfer.preview().hints
    assert (hint.field, hint.reason) == ("service_ids[1]", "“Transfer out” was cancelled")


def test_a_link_that_nobody_made_is_missed_where_it_would_stand() -> None:
    order = Draft(kind=MessageKind.PURCHASE_ORDER, service_ids=[TOUR.id])
    [hint] = only(order).hints
    assert hint.field == "itinerary_id"
    assert "no public link" in hint.reason
    linked = trip(TOUR, public_url="https://hub.test/p/x")
    assert only(order, knowledge(PORTO, trips=(linked,))).hints == []
    assert only(mail(itinerary_id=TRIP.id)).hints == []  # it has no place for a link


@pytest.mark.green
@pytest.mark.timeout(60)
def test_many_are_composed_at_once_in_threads() -> None:
    """While the loop makes ids and composes too: neither waits for a lock that the other has."""
    draft = Draft(
        kind=MessageKind.PURCHASE_ORDER,
        itinerary_id=TRIP.id,
        service_ids=[FIRST.id, SECOND.id],
    )
    what, often = known(), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads meet within every lock
    try:
        composing = [eventlet.spawn(tpool.execute, compose, draft, what) for _ in range(100)]
        for _ in range(20):
            compose(draft, what)
            eventlet.sleep(0)
        assert all(each.wait() for each in composing)
    finally:
        sys.setswitchinterval(often)
