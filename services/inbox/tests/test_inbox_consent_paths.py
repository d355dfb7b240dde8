"""Consents are honoured on every path out, whatever the inbox has heard so far (mission H4)."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.accounts import OrganisationChanged
from contracts.channels import EmailQueued
from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, ConsentSource
from contracts.contacts import Contact, ContactChanged, ContactMerged, Identity, Scheme
from contracts.inbox import (
    Draft,
    MessageKind,
    Recipient,
    ScheduledMessage,
    ScheduleState,
    SendAt,
)
from contracts.itineraries import ItineraryChanged
from fairlead.context import Role
from fairlead.errors import Invalid
from fairlead.store import Database, new_id
from fairlead.store.migrations import migrate
from inbox.testing import connection, contact, organisation, received, service, trip
from inbox.testing.desk import Desk

OPS = connection()
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test")
NOW = dt.datetime.now(dt.UTC)
HOUR = dt.timedelta(hours=1)


def block(kind: ConsentKind | None = ConsentKind.MARKETING, **fields: Any) -> Consent:
    values: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "allowed": False,
        "source": ConsentSource.UNSUBSCRIBE_LINK,
        "at": NOW - HOUR,
    }
    return Consent(kind=kind, **(values | fields))


def furnish(desk: Desk) -> None:
    at = organisation(desk.organisation)
    desk.hear("learn_organisation", OrganisationChanged(organisation=at))
    desk.hear("learn_connection", OPS)
    desk.hear("learn_contact", ContactChanged(contact=LISBOA))


@pytest.fixture
def desk(desk: Desk) -> Desk:
    furnish(desk)
    return desk


def blocked(person: Contact, *consents: Consent) -> Contact:
    return replace(person, consents=list(consents), version=person.version + 1)


def news(**fields: Any) -> Draft:
    values: dict[str, Any] = {
        "to": [Recipient(contact_id=LISBOA.id)],
        "subject": "Spring",
        "text": "Come again.",
        "purpose": ConsentKind.MARKETING,
    }
    return Draft(**(values | fields))


def refused(desk: Desk, draft: Draft, method: str = "send", **options: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        desk.call(method, draft=draft, request_id=str(uuid4()), **options)
    assert desk.told(EmailQueued) == []
    return {each["field"]: each["reason"] for each in caught.value.details["errors"]}


def scheduled(desk: Desk, draft: Draft) -> UUID:
    made: ScheduledMessage = desk.call("schedule", draft=draft, request_id=str(uuid4()))
    return made.id


def after(desk: Desk, id: UUID) -> ScheduledMessage:
    desk.passed += 2 * HOUR
    desk.leave()
    found: ScheduledMessage = desk.call("get_scheduled", id=id)
    return found


IN_AN_HOUR = SendAt(at=NOW + HOUR)


@pytest.mark.parametrize("place", ["to", "cc", "bcc"])
def test_of_whom_nothing_was_heard_yet_contacts_is_asked(desk: Desk, place: str) -> None:
    ana = blocked(contact("Ana", "ana@mail.test"), block())
    desk.contacts.know(ana, "ana@mail.test")
    draft = news(**{place: [Recipient(address="ana@mail.test")]})
    assert refused(desk, draft) == {place: "Ana blocked marketing messages by email"}
    later = after(desk, scheduled(desk, replace(draft, send_at=IN_AN_HOUR)))
    assert later.state is ScheduleState.HELD
    assert [each.field for each in later.problems] == [place]
    assert desk.told(EmailQueued) == []


def test_a_block_that_comes_while_contacts_is_asked_still_holds(desk: Desk) -> None:
    ana = contact("Ana", "ana@mail.test")

    def meanwhile() -> None:
        desk.hear("learn_contact", ContactChanged(contact=blocked(LISBOA, block())))

    desk.contacts.know(ana, "ana@mail.test", meanwhile)
    draft = news(cc=[Recipient(address="ana@mail.test")])
    assert refused(desk, draft) == {"to": "Lisboa Transfers blocked marketing messages by email"}


@pytest.mark.parametrize("undo", [False, True])
def test_a_block_made_after_scheduling_holds_it(desk: Desk, undo: bool) -> None:
    id = scheduled(desk, news(undo=undo, send_at=None if undo else IN_AN_HOUR))
    desk.hear("learn_contact", ContactChanged(contact=blocked(LISBOA, block())))
    assert after(desk, id).state is ScheduleState.HELD
    assert desk.told(EmailQueued) == []


def test_frozen_words_are_held_like_others(desk: Desk) -> None:
    id = scheduled(desk, news(frozen=True, send_at=IN_AN_HOUR))
    desk.hear("learn_contact", ContactChanged(contact=blocked(LISBOA, block())))
    assert after(desk, id).state is ScheduleState.HELD


def test_what_somebody_blocked_holds_for_who_is_part_of_him_now(desk: Desk) -> None:
    other = contact("Lisboa", "old@lisboa.test")
    desk.hear("learn_contact", ContactChanged(contact=other))
    survivor = blocked(LISBOA, block())
    merged = ContactMerged(merge_id=new_id(), merged_id=other.id, contact=survivor)
    desk.hear("join_contacts", merged)
    for to in (Recipient(contact_id=other.id), Recipient(address="old@lisboa.test")):
        assert list(refused(desk, news(to=[to]))) == ["to"]


def test_a_rule_writes_to_nobody_who_blocked_everything(desk: Desk) -> None:
    desk.hear("learn_contact", ContactChanged(contact=blocked(LISBOA, block(None, channel=None))))
    for purpose in (None, *ConsentKind):
        found = refused(desk, news(purpose=purpose), role=Role.SERVICE)
        assert "to" in found


def test_who_just_wrote_gets_an_answer(desk: Desk) -> None:
    desk.hear("learn_contact", ContactChanged(contact=blocked(LISBOA, block(None, channel=None))))
    question = received(OPS.connection_id, "ops@lisboa.test", received_at=NOW)
    desk.hear("take_message", question)
    draft = Draft(in_reply_to=question.id, text="Yes")
    assert desk.call("send", draft=draft, request_id="r1")
    later = block(None, channel=None, at=NOW + HOUR)
    desk.hear("learn_contact", ContactChanged(contact=replace(blocked(LISBOA, later), version=9)))
    with pytest.raises(Invalid):
        desk.call("send", draft=draft, request_id="r2")
    assert len(desk.told(EmailQueued)) == 1


@pytest.mark.parametrize("kind", [None, *ConsentKind])
def test_what_nobody_asked_for_says_how_to_stop_it(desk: Desk, kind: ConsentKind | None) -> None:
    desk.call("send", draft=news(purpose=kind), request_id="r1")
    [queued] = desk.told(EmailQueued)
    assert queued.bulk is (kind in (ConsentKind.MARKETING, ConsentKind.REVIEW))


def test_a_template_keeps_its_purpose_until_it_gets_another(desk: Desk) -> None:
    words: dict[str, Any] = {
        "name": "Spring",
        "kind": MessageKind.MESSAGE,
        "channel": Channel.EMAIL,
        "language": "en",
        "subject": "Spring",
        "body": "Come again.",
    }
    admin: dict[str, Any] = {"role": Role.ADMIN}
    made = desk.call("save_template", purpose=ConsentKind.MARKETING, **words, **admin)
    saved = desk.call("save_template", id=made.id, version=made.version, **words, **admin)
    assert saved.purpose is ConsentKind.MARKETING
    copied = desk.call("copy_template", id=made.id, name="Autumn", **admin)
    assert copied.purpose is ConsentKind.MARKETING
    desk.hear("learn_contact", ContactChanged(contact=blocked(LISBOA, block())))
    draft = news(template_id=copied.id, subject=None, text=None, purpose=None)
    assert list(refused(desk, draft)) == ["to"]
    of_trip = desk.call(
        "save_template",
        id=made.id,
        version=saved.version,
        purpose=ConsentKind.SERVICE,
        **words,
        **admin,
    )
    assert of_trip.purpose is ConsentKind.SERVICE
    assert desk.call("send", draft=replace(draft, template_id=made.id), request_id="r1")


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
@pytest.mark.parametrize("scheme", [Scheme.PHONE, Scheme.WHATSAPP])
def test_a_number_counts_as_its_contact_however_it_is_written(
    desk: Desk, channel: Channel, scheme: Scheme
) -> None:
    value = "+420777123456" if scheme is Scheme.PHONE else "420777123456"
    identity = Identity(id=uuid4(), scheme=scheme, value=value, display=value)
    ana = contact("Ana", identities=[identity], consents=[block(channel=None)])
    desk.hear("learn_contact", ContactChanged(contact=ana))
    desk.hear("learn_connection", connection("+420111222333", channel=channel))
    for written in ("+420 777 123 456", "+420-777-123-456", "+420777123456"):
        draft = news(channel=channel, to=[Recipient(address=written)], subject=None)
        [preview] = desk.call("preview", draft=draft)
        assert [each.field for each in preview.problems] == ["to"]
        assert preview.contact_id == ana.id


# Three people with any history of decisions, written to on any path. What they decided is weighed
# here once more, in the plainest way.

PEOPLE = ("ana@mail.test", "bea@mail.test", "cyd@mail.test")
decisions = st.lists(
    st.tuples(st.sampled_from([None, *ConsentKind]), st.sampled_from([None, *Channel]),
              st.booleans()),
    max_size=3,
)  # fmt: skip


def allowed(decided: list[tuple[Any, Any, bool]], kind: ConsentKind) -> bool:
    latest = True
    for said, channel, yes in decided:
        if said in (None, kind) and channel in (None, Channel.EMAIL):
            latest = yes
    return latest


def consents(decided: list[tuple[Any, Any, bool]]) -> list[Consent]:
    return [
        block(kind, channel=channel, allowed=yes, at=NOW - (10 - number) * HOUR)
        for number, (kind, channel, yes) in enumerate(decided)
    ]


class World:
    """One organisation after another in one database, each with these three people in it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def begin(self, decided: list[list[tuple[Any, Any, bool]]], late: bool) -> None:
        """Three people in a trip, who decide now, or `late`: when `decide` is called."""
        self.desk.organisation, self.desk.passed = uuid4(), dt.timedelta()
        furnish(self.desk)
        self.people = [contact(each[:3].title(), each) for each in PEOPLE]
        self.decided = [
            replace(each, consents=consents(what), version=2)
            for each, what in zip(self.people, decided, strict=True)
        ]
        self.services = [service(each) for each in self.people]
        self.trip = trip(*self.services)
        self.desk.hear("learn_itinerary", ItineraryChanged(itinerary=self.trip))
        for each in self.people if late else self.decided:
            self.desk.hear("learn_contact", ContactChanged(contact=each))

    def decide(self) -> None:
        for each in self.decided:
            self.desk.hear("learn_contact", ContactChanged(contact=each))

    def template(self, purpose: ConsentKind) -> UUID:
        made = self.desk.call(
            "save_template",
            role=Role.ADMIN,
            name="T",
            kind=MessageKind.MESSAGE,
            channel=Channel.EMAIL,
            language="en",
            subject="S",
            body="Words",
            purpose=purpose,
        )
        id: UUID = made.id
        return id

    def reached(self) -> set[str]:
        queued = self.desk.told(EmailQueued)
        return {box.mailbox.address.casefold() for each in queued for box in each.recipients}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/inbox.db", name="inbox")
        migrate(database, "inbox")
        yield World(Desk(database))
        database.close()


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    decided=st.lists(decisions, min_size=3, max_size=3),
    purpose=st.sampled_from(ConsentKind),
    path=st.sampled_from(["send", "send_at", "frozen", "undo"]),
    late=st.booleans(),
    by_template=st.booleans(),
    by_rule=st.booleans(),
    places=st.sampled_from(["to", "copies", "addresses", "suppliers", "order"]),
)
def test_whatever_the_path_it_reaches_nobody_who_blocked_it_and_else_everybody(
    world: World,
    decided: list[list[tuple[Any, Any, bool]]],
    purpose: ConsentKind,
    path: str,
    late: bool,
    by_template: bool,
    by_rule: bool,
    places: str,
) -> None:
    late = late and path != "send"
    world.begin(decided, late)
    desk, ids = world.desk, [Recipient(contact_id=each.id) for each in world.people]
    services = [each.id for each in world.services]
    draft = Draft(subject="S", text="Words", purpose=purpose)
    if places == "order":
        purpose = ConsentKind.SERVICE
        draft = Draft(kind=MessageKind.PURCHASE_ORDER)
    elif by_template:
        draft = Draft(template_id=world.template(purpose))
    draft = replace(
        draft,
        to=ids if places == "to" else ids[:1] if places == "copies" else [],
        cc=ids[1:2] if places == "copies" else [],
        bcc=ids[2:] if places == "copies" else [],
        service_ids=services if places in ("suppliers", "order") else [],
        undo=path == "undo",
        frozen=path == "frozen",
        send_at=IN_AN_HOUR if path in ("send_at", "frozen") else None,
    )
    if places == "addresses":
        draft = replace(draft, to=[Recipient(address=each.upper()) for each in PEOPLE])
    role = Role.SERVICE if by_rule else Role.USER
    try:
        method = "send" if path == "send" else "schedule"
        desk.call(method, draft=draft, request_id=str(uuid4()), role=role)
    except Invalid:
        assert not late
    if late:
        world.decide()
    desk.passed += 2 * HOUR
    desk.leave()
    willing = [allowed(each, purpose) for each in decided]
    assert world.reached() == (set(PEOPLE) if all(willing) else set())
