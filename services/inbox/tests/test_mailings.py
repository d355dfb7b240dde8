"""Messages to many: frozen, seen, confirmed, sent at a rate, and nobody gets one twice (H5)."""

from __future__ import annotations

import inspect
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from contracts.accounts import OrganisationChanged, Price, PriceList, SendingMode
from contracts.channels import EmailQueued, SmsQueued
from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, ConsentSource
from contracts.contacts import ContactChanged, Contacts, Identity, Scheme
from contracts.inbox import (
    ContactFilter,
    Draft,
    ItineraryFilter,
    Mailing,
    MailingRecipientState,
    MailingState,
    MessageKind,
    ScheduleState,
    Selection,
    Whom,
)
from contracts.itineraries import Guest, Itineraries, ItineraryChanged
from fairlead.context import Role
from fairlead.errors import Conflict, Invalid, NotFound, Stale
from fairlead.recorded import AuditRecorded
from inbox.testing import NOW, connection, contact, organisation, trip, zone_where_it_is
from inbox.testing.desk import Desk
from inbox.testing.team import Team

CARRIER = connection("+351210000000", channel=Channel.SMS, label="Texts")
OFFER = Draft(subject="Spring", text="Half the price", purpose=ConsentKind.SERVICE)
ALL = Selection(contacts=ContactFilter(tag="vip"))


@pytest.fixture
def guests(desk: Desk, team: Team) -> list[UUID]:
    """Five guests with mail addresses."""
    return [known(desk, f"Guest {n}", f"guest{n}@x.test") for n in range(5)]


def known(desk: Desk, name: str, *emails: str, **fields: Any) -> UUID:
    who = contact(name, *emails, **fields)
    desk.hear("learn_contact", ContactChanged(contact=who))
    desk.lists.entries.append(who)
    return who.id


def prepare(desk: Desk, draft: Draft = OFFER, selection: Selection = ALL, **more: Any) -> Mailing:
    values: dict[str, Any] = {"label": "Spring", "per_minute": 120, "request_id": str(uuid4())}
    made: Mailing = desk.call(
        "prepare_mailing", draft=draft, selection=selection, **(values | more)
    )
    return made


def look(desk: Desk, mailing: Mailing) -> Mailing:
    found: Mailing = desk.call("get_mailing", id=mailing.id)
    return found


def recipients(desk: Desk, mailing: Mailing) -> list[Any]:
    found: list[Any] = desk.call("mailing_recipients", id=mailing.id, limit=200).recipients
    return found


def ready(desk: Desk, **more: Any) -> Mailing:
    made = prepare(desk, **more)
    desk.work()
    found = look(desk, made)
    assert found.state is MailingState.READY
    return found


def confirm(desk: Desk, mailing: Mailing) -> Mailing:
    made: Mailing = desk.call("confirm_mailing", id=mailing.id, version=mailing.version)
    return made


def reached(desk: Desk) -> list[str]:
    return sorted(box.mailbox.address for mail in desk.told(EmailQueued) for box in mail.recipients)


def test_the_filters_are_those_of_the_lists() -> None:
    for filters, method in (
        (ContactFilter, Contacts.list_contacts),
        (ItineraryFilter, Itineraries.list_itineraries),
    ):
        listed = set(inspect.signature(method).parameters) - {"self", "cursor", "limit", "sort"}
        assert set(filters.__struct_fields__) == listed


def test_it_is_seen_before_and_sent_to_all_once(desk: Desk, guests: list[UUID]) -> None:
    request = str(uuid4())
    made = prepare(desk, request_id=request)
    assert prepare(desk, request_id=request).id == made.id
    with pytest.raises(Conflict):
        prepare(desk, OFFER, label="Other", request_id=request)
    desk.work()
    found = look(desk, made)
    assert (found.state, found.total, found.ready, found.sent) == (MailingState.READY, 5, 5, 0)
    assert {each["tag"] for each in desk.lists.asked} == {"vip"}
    assert [each.name for each in recipients(desk, made)] == [f"Guest {n}" for n in range(5)]
    assert {each.preview for each in recipients(desk, made)} == {"Half the price"}
    assert desk.told(EmailQueued) == []
    desk.lists.entries.append(contact())  # the list is frozen
    with pytest.raises(Stale):
        desk.call("confirm_mailing", id=found.id, version=found.version - 1)
    confirm(desk, found)
    desk.work()
    assert (look(desk, made).state, look(desk, made).sent) == (MailingState.DONE, 5)
    assert reached(desk) == [f"guest{n}@x.test" for n in range(5)]
    sent = {each.message_id for each in recipients(desk, made)}
    assert sent == {mail.message_id for mail in desk.told(EmailQueued)}
    with pytest.raises(Conflict):
        confirm(desk, look(desk, made))
    recorded = [each.action for each in desk.told(AuditRecorded) if each.entity == "mailing"]
    assert recorded == ["mailing.prepared", "mailing.confirmed"]


def test_who_is_left_out_and_why(desk: Desk, guests: list[UUID]) -> None:
    blocked = Consent(
        kind=ConsentKind.MARKETING,
        channel=None,
        allowed=False,
        source=ConsentSource.PERSON,
        at=NOW,
    )
    known(desk, "Without", "+351910000009")
    known(desk, "Nobody")
    known(desk, "Twice", "GUEST0@x.test")
    known(desk, "Blocked", "blocked@x.test", consents=[blocked])
    desk.lists.entries.append(contact("New", "new@x.test"))  # of whom nothing was heard yet
    draft = structs.replace(OFFER, purpose=ConsentKind.MARKETING)
    made = ready(desk, draft=draft)
    out = {
        each.name: each.problems[0].reason
        for each in recipients(desk, made)
        if each.state is MailingRecipientState.LEFT_OUT
    }
    assert (made.total, made.ready, made.left_out) == (10, 6, 4)
    assert "email address is known" in out["Nobody"]
    assert "before in the list" in out["Twice"]
    assert "blocked marketing" in out["Blocked"]
    confirm(desk, made)
    desk.work()
    assert len(reached(desk)) == len(set(reached(desk))) == 6


def test_a_missing_variable_is_named_for_each(desk: Desk, guests: list[UUID]) -> None:
    template = desk.call(
        "save_template",
        role=Role.ADMIN,
        name="Offer",
        kind=MessageKind.MESSAGE,
        channel=Channel.EMAIL,
        subject="For {{ recipient.name }}",
        body="{{ recipient.company }} gets {{ discount }}",
        language="en",
    )
    draft = Draft(template_id=template.id, variables={"discount": "10 %"})
    made = ready(desk, draft=draft)
    fields = {p.field for each in recipients(desk, made) for p in each.problems}
    assert made.ready == 0
    assert fields == {"variables.recipient.company"}


def test_the_recipients_of_trips_get_what_is_about_them(desk: Desk, team: Team) -> None:
    lead, agent = contact("Anna", "anna@x.test"), contact("Agent", "agent@x.test")
    for who in (lead, agent):
        desk.hear("learn_contact", ContactChanged(contact=who))
    guests = [Guest(name="Petr"), Guest(name="Anna", lead=True, contact_id=lead.id)]
    ours = trip(guests=guests, agent_id=agent.id)
    empty = trip(guests=[Guest(name="Petr")])
    for each in (ours, empty):
        desk.hear("learn_itinerary", ItineraryChanged(itinerary=each))
    desk.lists.entries = [ours, empty]
    made = ready(desk, selection=Selection(itineraries=ItineraryFilter()))
    first, second = recipients(desk, made)
    assert (first.address, first.itinerary_id) == ("anna@x.test", ours.id)
    assert second.state is MailingRecipientState.LEFT_OUT
    confirm(desk, made)
    desk.work()
    [message] = [each.message_id for each in recipients(desk, made) if each.message_id]
    assert desk.call("get_message", id=message).itinerary.itinerary_id == ours.id
    agents = Selection(itineraries=ItineraryFilter(), whom=Whom.AGENT)
    assert recipients(desk, ready(desk, selection=agents))[0].address == "agent@x.test"


def test_it_keeps_its_rate_and_pauses_resumes_and_ends(desk: Desk, guests: list[UUID]) -> None:
    made = confirm(desk, ready(desk, per_minute=120))
    desk.work(1)
    assert len(reached(desk)) == 2, "two a second"
    desk.call("pause_mailing", id=made.id)
    desk.work(5)
    assert len(reached(desk)) == 2
    assert look(desk, made).state is MailingState.PAUSED
    assert desk.call("get_job", id=made.job).message == "Paused"
    with pytest.raises(Conflict):
        desk.call("pause_mailing", id=made.id)
    desk.call("resume_mailing", id=made.id)
    with pytest.raises(Conflict):
        desk.call("resume_mailing", id=made.id)
    desk.work(1)
    assert len(reached(desk)) == 4
    desk.call("cancel_mailing", id=made.id)
    desk.work()
    assert len(reached(desk)) == 4
    assert look(desk, made).state is MailingState.CANCELLED
    for method in ("resume_mailing", "cancel_mailing"):
        with pytest.raises(Conflict):
            desk.call(method, id=made.id)


def test_cancelled_as_a_job_it_is_cancelled(desk: Desk, guests: list[UUID]) -> None:
    made = confirm(desk, ready(desk))
    desk.work(1)
    desk.call("cancel_job", id=made.job)
    desk.work()
    assert look(desk, made).state is MailingState.CANCELLED


@pytest.mark.parametrize("dies_at", range(4))
def test_killed_anywhere_nobody_gets_it_twice(
    desk: Desk, guests: list[UUID], monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """It dies after a message left and before that is noted."""
    made = confirm(desk, ready(desk, per_minute=6000))
    noted: list[int] = []
    note = __import__("inbox.mailing", fromlist=["sent"]).sent

    def dying(session: Any, id: UUID, number: int, *rest: Any) -> None:
        if len(noted) == dies_at:
            noted.append(0)
            raise RuntimeError("killed")
        noted.append(number)
        note(session, id, number, *rest)

    monkeypatch.setattr("inbox.doors.mailings.mailing.sent", dying)
    desk.work()
    assert reached(desk) == [f"guest{n}@x.test" for n in range(5)]
    assert look(desk, made).state is MailingState.DONE


def test_its_cost_is_known_before_and_it_pauses_where_credits_end(desk: Desk, team: Team) -> None:
    prices = [Price(channel=Channel.SMS, mode=SendingMode.BY_HAND, credits=2)]
    priced = structs.replace(
        organisation(desk.organisation), prices=PriceList(prices=prices, version=1), version=1000
    )
    desk.hear("learn_organisation", OrganisationChanged(organisation=priced))
    desk.hear("learn_connection", CARRIER)
    desk.purse.prices = prices
    for n in range(3):
        number = f"+35191000000{n}"
        phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value=number, display=number)
        known(desk, f"Guest {n}", identities=[phone])
    desk.scales.stopped.add("+351910000002")
    draft = Draft(channel=Channel.SMS, text="Ten letter" * 2, purpose=ConsentKind.SERVICE)
    made = ready(desk, draft=draft)
    assert (made.ready, made.left_out, made.credits) == (2, 1, 8)
    assert "STOP" in recipients(desk, made)[2].problems[0].reason
    with pytest.raises(Conflict, match="8 are missing"):
        confirm(desk, made)
    desk.purse.left = 8
    confirm(desk, made)
    desk.purse.left = 4  # somebody else spent the rest
    desk.work(4)
    assert len(desk.told(SmsQueued)) == 1
    paused = look(desk, made)
    assert (paused.state, "missing" in paused.reason) == (MailingState.PAUSED, True)
    desk.purse.left = 8
    desk.call("resume_mailing", id=made.id)
    desk.work()
    assert look(desk, made).state is MailingState.DONE
    assert len({each.number for each in desk.told(SmsQueued)}) == 2


def test_where_it_is_night_it_waits_for_the_morning(desk: Desk, team: Team) -> None:
    desk.hear("learn_connection", CARRIER)
    phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value="+351910000001", display="1")
    known(desk, "Asleep", identities=[phone], zone=zone_where_it_is(0, desk.clock()))
    draft = Draft(channel=Channel.SMS, text="Half the price", purpose=ConsentKind.MARKETING)
    made = confirm(desk, ready(desk, draft=draft))
    desk.work()
    [asleep] = recipients(desk, made)
    assert asleep.state is MailingRecipientState.SCHEDULED
    assert (look(desk, made).state, look(desk, made).sent) == (MailingState.DONE, 1)
    assert "quiet hours" in desk.call("get_scheduled", id=asleep.message_id).reason
    assert desk.told(SmsQueued) == []


@pytest.mark.parametrize("by", ["cancel_mailing", "cancel_job"])
def test_cancelled_at_night_nobody_gets_it_in_the_morning(desk: Desk, team: Team, by: str) -> None:
    desk.hear("learn_connection", CARRIER)
    for number in range(3):
        value = f"+35191000000{number}"
        phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value=value, display=value)
        zone = zone_where_it_is(0, desk.clock())
        known(desk, f"Asleep {number}", identities=[phone], zone=zone)
    draft = Draft(channel=Channel.SMS, text="Half the price", purpose=ConsentKind.MARKETING)
    made = confirm(desk, ready(desk, draft=draft, per_minute=60))
    desk.work(1)
    [asleep] = [each for each in recipients(desk, made) if each.message_id]
    desk.call(by, id=made.id if by == "cancel_mailing" else made.job)
    desk.work()
    after = desk.call("get_scheduled", id=asleep.message_id)
    assert (after.state, "cancelled" in after.reason) == (ScheduleState.WITHDRAWN, True)
    [withdrawn] = [each for each in recipients(desk, made) if each.message_id]
    assert withdrawn.state is MailingRecipientState.LEFT_OUT
    assert (withdrawn.credits, look(desk, made).sent) == (0, 0)


def test_what_is_wrong_is_named(desk: Desk, guests: list[UUID]) -> None:
    with pytest.raises(Invalid, match=r"draft\.itinerary_id"):
        prepare(desk, structs.replace(OFFER, itinerary_id=uuid4()))
    with pytest.raises(Invalid, match="selection"):
        prepare(desk, OFFER, Selection())


def test_another_organisation_finds_nothing(desk: Desk, guests: list[UUID]) -> None:
    made = ready(desk)
    with desk.elsewhere():
        assert desk.call("list_mailings").mailings == []
        for method in ("get_mailing", "mailing_recipients", "pause_mailing", "resume_mailing"):
            with pytest.raises(NotFound):
                desk.call(method, id=made.id)
        with pytest.raises(NotFound):
            desk.call("confirm_mailing", id=made.id, version=made.version)
        with pytest.raises(NotFound):
            desk.call("cancel_mailing", id=made.id)
    assert [each.id for each in desk.call("list_mailings").mailings] == [made.id]
    assert look(desk, made).state is MailingState.READY
