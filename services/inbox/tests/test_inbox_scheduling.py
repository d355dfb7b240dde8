"""Messages that leave later, through the doors: planned, changed, withdrawn, and out once."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from contracts.accounts import OrganisationChanged
from contracts.channels import EmailQueued
from contracts.consents import ConsentKind
from contracts.contacts import Contact, ContactChanged, ContactMerged
from contracts.inbox import (
    Anchor,
    AuthorKind,
    Draft,
    LocalTime,
    Recipient,
    RelativeTime,
    ScheduleChanged,
    ScheduledMessage,
    ScheduleState,
    SendAt,
)
from contracts.itineraries import Itinerary, ItineraryChanged, ItineraryState
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated
from fairlead.store import Database, new_id
from fairlead.testing.schema import bring_up
from inbox.testing import connection, contact, organisation, service, trip
from inbox.testing.desk import Desk

OPS = connection()
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test", zone="Europe/Lisbon")
PORTO = contact("Porto Tours", "hello@porto.test", zone=None)
HOUR = dt.timedelta(hours=1)
NOW = dt.datetime.now(dt.UTC)


def soon(days: int = 10, **details: Any) -> Any:
    at = NOW.replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=days)
    made = service(LISBOA, date=at.date(), time=at.time(), zone="UTC", **details)
    return replace(made, starts_at=at)


TRANSFER = soon()
TRIP = trip(TRANSFER, start=TRANSFER.details.date, end=TRANSFER.details.date, zone="UTC")


def furnish(desk: Desk) -> None:
    desk.hear(
        "learn_organisation", OrganisationChanged(organisation=organisation(desk.organisation))
    )
    desk.hear("learn_connection", OPS)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=TRIP))
    for each in (LISBOA, PORTO):
        desk.hear("learn_contact", ContactChanged(contact=each))


@pytest.fixture
def desk(desk: Desk) -> Desk:
    furnish(desk)
    return desk


def mail(**fields: Any) -> Draft:
    values: dict[str, Any] = {
        "to": [Recipient(contact_id=LISBOA.id)],
        "subject": "Thursday",
        "text": "Please be there at eight.",
        "itinerary_id": TRIP.id,
        "send_at": SendAt(at=NOW + 5 * HOUR),
    }
    return Draft(**(values | fields))


def reminder(hours: int = -48, **fields: Any) -> Draft:
    relative = RelativeTime(anchor=Anchor.SERVICE_START, service_id=TRANSFER.id, minutes=hours * 60)
    values: dict[str, Any] = {
        "to": [],
        "service_ids": [TRANSFER.id],
        "subject": None,
        "text": None,
        "send_at": SendAt(relative=relative),
    }
    return mail(**(values | fields))


def schedule(desk: Desk, draft: Draft | None = None, **options: Any) -> ScheduledMessage:
    made: ScheduledMessage = desk.call(
        "schedule", draft=draft or mail(), request_id=str(uuid4()), **options
    )
    return made


def now_of(desk: Desk, id: UUID) -> ScheduledMessage:
    found: ScheduledMessage = desk.call("get_scheduled", id=id)
    return found


def moved(days: int, **fields: Any) -> Itinerary:
    details = replace(TRANSFER.details, date=TRANSFER.details.date + dt.timedelta(days=days))
    later = replace(
        TRANSFER, details=details, starts_at=TRANSFER.starts_at + dt.timedelta(days=days)
    )
    return replace(TRIP, services=[later], **fields)


def refusal(desk: Desk, method: str = "schedule", **arguments: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        desk.call(method, **arguments)
    return {each["field"]: each["reason"] for each in caught.value.details["errors"]}


def test_it_waits_and_leaves_once_at_its_moment(desk: Desk) -> None:
    made = schedule(desk)
    assert (made.state, made.leaves_at) == (ScheduleState.WAITING, NOW + 5 * HOUR)
    assert (made.author_kind, made.author_name) == (AuthorKind.USER, "Maria Ruiz")
    assert (made.subject, made.preview) == ("Thursday", "Please be there at eight.")
    assert (made.contact_ids, made.itinerary_ids) == ([LISBOA.id], [TRIP.id])
    desk.leave()
    assert desk.told(EmailQueued) == []
    with pytest.raises(NotFound):
        desk.call("get_message", id=made.id)
    desk.passed = 5 * HOUR
    desk.leave()
    desk.leave()
    [queued] = desk.told(EmailQueued)
    assert queued.message_id == made.id
    assert not queued.automatic
    sent = desk.call("get_message", id=made.id)
    assert (sent.author_name, sent.author_id) == ("Maria Ruiz", desk.user)
    after = now_of(desk, made.id)
    assert (after.state, after.message_ids) == (ScheduleState.LEFT, [made.id])
    assert [step.what for step in after.history] == ["scheduled", "left"]
    assert [each.change for each in desk.told(ScheduleChanged)] == ["scheduled", "left"]
    assert desk.call("list_scheduled").scheduled == []


def test_one_draft_to_several_suppliers_leaves_as_several(desk: Desk) -> None:
    tour = soon(11)
    tour = replace(tour, details=replace(tour.details, supplier_id=PORTO.id))
    both = replace(TRIP, services=[TRANSFER, tour], version=2)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=both))
    made = schedule(desk, reminder(service_ids=[TRANSFER.id, tour.id]))
    assert {each.address for each in made.to} == {"ops@lisboa.test", "hello@porto.test"}
    desk.passed = dt.timedelta(days=8, minutes=1)
    desk.leave()
    after = now_of(desk, made.id)
    assert len(after.message_ids) == 2
    assert after.message_ids[0] == made.id
    assert {each.message_id for each in desk.told(EmailQueued)} == set(after.message_ids)


def test_it_is_composed_again_with_what_is_known_then(desk: Desk) -> None:
    fresh, frozen = schedule(desk, reminder()), schedule(desk, reminder(frozen=True))
    details = replace(TRANSFER.details, place="Terminal 2")
    changed = replace(TRIP, services=[replace(TRANSFER, details=details)], version=2)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=changed))
    desk.passed = dt.timedelta(days=8, minutes=1)
    desk.leave()
    assert "Terminal 2" in desk.call("get_message", id=fresh.id).text
    kept = desk.call("get_message", id=frozen.id)
    assert "Terminal 1" in kept.text
    assert "Terminal 2" not in kept.text


def test_with_something_missing_it_is_held_and_leaves_when_it_is_mended(desk: Desk) -> None:
    template = desk.call(
        "save_template",
        role=Role.OWNER,
        name="Code",
        kind="message",
        channel="email",
        language="en",
        subject="Code",
        body="Hello",
    )
    made = schedule(desk, mail(text=None, subject=None, template_id=template.id))
    desk.call(
        "save_template",
        role=Role.OWNER,
        id=template.id,
        version=template.version,
        name="Code",
        kind="message",
        channel="email",
        language="en",
        subject="Code",
        body="Your code is {{ code }}",
    )
    desk.passed = 5 * HOUR
    desk.leave()
    desk.leave()
    held = now_of(desk, made.id)
    assert held.state is ScheduleState.HELD
    assert [each.field for each in held.problems] == ["variables.code"]
    assert "variables.code" in held.reason
    assert desk.told(EmailQueued) == []
    assert [each.id for each in desk.call("list_scheduled").scheduled] == [made.id]
    mended = replace(held.draft, variables={"code": "1234"})
    back = desk.call("change_scheduled", id=made.id, version=held.version, draft=mended)
    assert back.state is ScheduleState.WAITING
    desk.leave()
    assert "1234" in desk.call("get_message", id=made.id).text


def test_too_late_it_waits_for_a_person(desk: Desk) -> None:
    made = schedule(desk)
    desk.passed = 12 * HOUR
    desk.leave()
    held = now_of(desk, made.id)
    assert held.state is ScheduleState.HELD
    assert "should have left" in held.reason
    sent = desk.call("send_scheduled", id=made.id, version=held.version)
    assert sent.state is ScheduleState.WAITING
    desk.leave()
    assert now_of(desk, made.id).state is ScheduleState.LEFT


def test_what_can_be_taken_back_leaves_however_late(desk: Desk) -> None:
    before = dt.datetime.now(dt.UTC)
    made = schedule(desk, mail(send_at=None, undo=True))
    assert made.undo
    assert dt.timedelta(seconds=5) < made.leaves_at - before < dt.timedelta(minutes=5)
    desk.leave()
    assert desk.told(EmailQueued) == []
    desk.passed = 48 * HOUR
    desk.leave()
    assert now_of(desk, made.id).state is ScheduleState.LEFT


def test_it_is_taken_back(desk: Desk) -> None:
    draft = mail(send_at=None, undo=True)
    made = schedule(desk, draft)
    back = desk.call("withdraw_scheduled", id=made.id, version=made.version)
    assert back.state is ScheduleState.WITHDRAWN
    assert back.draft == draft
    desk.passed = HOUR
    desk.leave()
    assert desk.told(EmailQueued) == []
    with pytest.raises(Conflict) as caught:
        desk.call("withdraw_scheduled", id=made.id, version=back.version)
    assert caught.value.code == "inbox.message_withdrawn"


def test_undo_takes_the_seconds_that_the_organisation_has_settled(desk: Desk) -> None:
    settled = organisation(desk.organisation, undo_seconds=0)
    desk.hear("learn_organisation", OrganisationChanged(organisation=replace(settled, version=2)))
    made = schedule(desk, mail(send_at=None, undo=True))
    desk.leave()
    assert now_of(desk, made.id).state is ScheduleState.LEFT


def test_what_waits_to_be_taken_back_no_trip_withdraws(desk: Desk) -> None:
    made = schedule(desk, mail(send_at=None, undo=True))
    off = replace(TRIP, state=ItineraryState.CANCELLED, version=2)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=off))
    assert now_of(desk, made.id).state is ScheduleState.WAITING


def test_it_is_moved_and_reworded_by_others_too(desk: Desk) -> None:
    made = schedule(desk)
    desk.user = uuid4()
    later = SendAt(
        local=LocalTime(date=(NOW + 48 * HOUR).date(), time=dt.time(8), zone="recipient")
    )
    moved_on = desk.call("change_scheduled", id=made.id, version=made.version, send_at=later)
    assert moved_on.zone == "Europe/Lisbon"
    assert moved_on.draft.send_at == later
    assert moved_on.draft.text == made.draft.text
    reworded = desk.call(
        "change_scheduled",
        id=made.id,
        version=moved_on.version,
        draft=mail(text="At nine.", send_at=None),
    )
    assert (reworded.leaves_at, reworded.preview) == (moved_on.leaves_at, "At nine.")
    assert [step.what for step in reworded.history] == ["scheduled", "moved", "edited"]
    assert [step.by_id for step in reworded.history[1:]] == [desk.user] * 2
    assert reworded.author_id == made.author_id != desk.user


def test_of_two_changes_the_second_is_told(desk: Desk) -> None:
    made = schedule(desk)
    desk.call("withdraw_scheduled", id=schedule(desk).id, version=1)
    later = SendAt(at=NOW + 6 * HOUR)
    desk.call("change_scheduled", id=made.id, version=made.version, send_at=later)
    for method, arguments in (
        ("change_scheduled", {"send_at": later}),
        ("change_scheduled", {"draft": mail()}),
        ("withdraw_scheduled", {}),
        ("send_scheduled", {}),
    ):
        with pytest.raises(Stale) as caught:
            desk.call(method, id=made.id, version=made.version, **arguments)
        assert caught.value.code == "inbox.schedule_changed"


def test_a_change_that_comes_too_late_is_told(desk: Desk) -> None:
    made = schedule(desk)
    desk.passed = 5 * HOUR
    desk.leave()
    ordinary = desk.call("send", draft=mail(send_at=None), request_id="plain")[0].id
    for id, version in ((made.id, made.version), (made.id, made.version + 1), (ordinary, 1)):
        with pytest.raises(Conflict) as caught:
            desk.call("withdraw_scheduled", id=id, version=version)
        assert caught.value.code == "inbox.message_left"


def test_a_change_says_what_is_wrong(desk: Desk) -> None:
    made = schedule(desk)
    for changes, field in (
        ({}, "send_at"),
        ({"send_at": SendAt(at=NOW - HOUR)}, "send_at"),
        ({"draft": mail(to=[], send_at=None)}, "to"),
    ):
        same: dict[str, Any] = {"id": made.id, "version": made.version, **changes}
        assert list(refusal(desk, "change_scheduled", **same)) == [field]
    assert now_of(desk, made.id) == made


def test_the_same_request_schedules_once(desk: Desk) -> None:
    first = desk.call("schedule", draft=mail(), request_id="once")
    again = desk.call("schedule", draft=mail(), request_id="once")
    assert again == first
    with pytest.raises(Conflict) as caught:
        desk.call("schedule", draft=mail(text="Else"), request_id="once")
    assert caught.value.code == "inbox.request_reused"
    with pytest.raises(Conflict):
        desk.call("send", draft=mail(send_at=None), request_id="once")


@pytest.mark.parametrize("field", ["send_at", "undo"])
def test_a_draft_for_later_is_not_sent(desk: Desk, field: str) -> None:
    draft = mail() if field == "send_at" else mail(send_at=None, undo=True)
    assert list(refusal(desk, "send", draft=draft, request_id="r")) == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"send_at": SendAt()}, "send_at"),
        ({"send_at": SendAt(at=NOW - HOUR)}, "send_at"),
        ({"send_at": SendAt(at=NOW + dt.timedelta(days=2000))}, "send_at"),
        ({"to": []}, "to"),
        ({"text": None}, "text"),
        ({"itinerary_id": uuid4()}, "itinerary_id"),
        (
            {"send_at": SendAt(local=LocalTime(date=NOW.date(), time=dt.time(9), zone="Nowhere"))},
            "send_at.local.zone",
        ),
        (
            {
                "to": [Recipient(contact_id=PORTO.id)],
                "send_at": SendAt(
                    local=LocalTime(
                        date=(NOW + 48 * HOUR).date(), time=dt.time(9), zone="recipient"
                    )
                ),
            },
            "send_at.local.zone",
        ),
        (
            {"send_at": SendAt(relative=RelativeTime(anchor=Anchor.SERVICE_START))},
            "send_at.relative.service_id",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_by_its_field(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    assert list(refusal(desk, draft=mail(**changes), request_id="r")) == [field]
    assert desk.call("list_scheduled").scheduled == []
    previews = desk.call("preview", draft=mail(**changes))
    assert field in {each.field for preview in previews for each in preview.problems}


def test_a_preview_says_when_it_would_leave(desk: Desk) -> None:
    [preview] = desk.call("preview", draft=reminder())
    assert preview.leaves_at == TRANSFER.starts_at - 48 * HOUR
    assert preview.zone == "UTC"
    [now] = desk.call("preview", draft=mail(send_at=None))
    assert (now.leaves_at, now.zone) == (None, None)


def test_it_follows_its_trip(desk: Desk) -> None:
    relative, absolute = schedule(desk, reminder()), schedule(desk)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=moved(3, version=2)))
    after = now_of(desk, relative.id)
    assert after.leaves_at == relative.leaves_at + dt.timedelta(days=3)
    assert (after.history[-1].what, after.history[-1].by) == ("moved", "")
    assert "TRP-2026-0012" in after.history[-1].reason
    assert now_of(desk, absolute.id) == absolute
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=moved(9, version=1)))  # an old one
    assert now_of(desk, relative.id) == after
    off = moved(3, version=3, state=ItineraryState.CANCELLED)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=off))
    for each in (relative, absolute):
        withdrawn = now_of(desk, each.id)
        assert withdrawn.state is ScheduleState.WITHDRAWN
        assert withdrawn.reason == "Trip TRP-2026-0012 was cancelled"
    assert [e.change for e in desk.told(ScheduleChanged)][2:] == ["moved", "withdrawn", "withdrawn"]


def test_it_follows_people_and_our_own_zone(desk: Desk) -> None:
    day = (NOW + 100 * HOUR).date()
    his = schedule(
        desk, mail(send_at=SendAt(local=LocalTime(date=day, time=dt.time(9), zone="recipient")))
    )
    ours = schedule(
        desk, mail(send_at=SendAt(local=LocalTime(date=day, time=dt.time(9), zone="organisation")))
    )
    away: Contact = replace(LISBOA, zone="Asia/Tokyo", version=2)
    desk.hear("learn_contact", ContactChanged(contact=away))
    assert now_of(desk, his.id).leaves_at == dt.datetime.combine(day, dt.time(0), dt.UTC)
    assert now_of(desk, his.id).zone == "Asia/Tokyo"
    assert now_of(desk, ours.id) == ours
    settled = organisation(desk.organisation, zone="Asia/Kathmandu")
    desk.hear("learn_organisation", OrganisationChanged(organisation=replace(settled, version=2)))
    assert now_of(desk, ours.id).leaves_at == dt.datetime.combine(day, dt.time(3, 15), dt.UTC)


def test_lists_by_trip_contact_conversation_author_and_state(desk: Desk) -> None:
    plain = desk.call("send", draft=mail(send_at=None), request_id="plain")[0]
    second = schedule(desk, mail(send_at=SendAt(at=NOW + 9 * HOUR)))
    first = schedule(desk, mail(itinerary_id=None))
    other = schedule(desk, mail(to=[Recipient(contact_id=PORTO.id)], itinerary_id=None))
    copy = Recipient(contact_id=LISBOA.id)
    copied = schedule(
        desk,
        mail(to=[Recipient(contact_id=PORTO.id)], cc=[copy], send_at=SendAt(at=NOW + 8 * HOUR)),
    )

    def ids(**filters: Any) -> list[UUID]:
        return [each.id for each in desk.call("list_scheduled", **filters).scheduled]

    assert set(ids()) == {first.id, second.id, other.id, copied.id}
    assert ids()[-2:] == [copied.id, second.id]
    assert ids(itinerary_id=TRIP.id) == [copied.id, second.id]
    assert ids(contact_id=LISBOA.id) == [first.id, copied.id, second.id]
    assert ids(contact_id=PORTO.id, itinerary_id=TRIP.id) == [copied.id]
    # A copy stands in the conversation with its first recipient, as when it has left.
    assert ids(conversation_id=plain.conversation_id) == [first.id, second.id]
    assert ids(channel="sms") == []
    assert len(ids(author_id=desk.user)) == 4
    assert ids(author_id=uuid4()) == []
    desk.call("withdraw_scheduled", id=first.id, version=first.version)
    assert first.id not in ids()
    assert ids(state="withdrawn") == [first.id]
    seen, cursor = [], None
    while True:
        page = desk.call("list_scheduled", cursor=cursor, limit=1)
        seen += [each.id for each in page.scheduled]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == ids()
    with pytest.raises(NotFound):
        desk.call("list_scheduled", conversation_id=uuid4())


def test_strangers_become_contacts_when_it_leaves(desk: Desk) -> None:
    made = schedule(desk, mail(to=[Recipient(address="new@guest.test", name="Nova")]))
    assert made.contact_ids == []
    assert desk.contacts.asked == []
    desk.passed = 5 * HOUR
    desk.contacts.away = True
    desk.leave()
    assert now_of(desk, made.id).state is ScheduleState.WAITING
    desk.contacts.away = False
    desk.passed += dt.timedelta(minutes=5)
    desk.leave()
    assert desk.call("get_message", id=made.id).contact_name == "Nova"
    assert len(desk.told(EmailQueued)) == 1


def test_what_fails_again_and_again_is_held(desk: Desk) -> None:
    made = schedule(desk, mail(to=[Recipient(address="new@guest.test")]))
    desk.contacts.away = True
    desk.passed = 5 * HOUR
    for _ in range(25):
        desk.passed += dt.timedelta(seconds=61)
        desk.leave()
    held = now_of(desk, made.id)
    assert held.state is ScheduleState.HELD
    assert "failed 20 times" in held.reason


def test_who_was_merged_meanwhile_gets_it_as_who_he_is_now(desk: Desk) -> None:
    made, other = schedule(desk), contact("Lisboa", "new@lisboa.test")
    merge = ContactMerged(merge_id=new_id(), merged_id=LISBOA.id, contact=other)
    desk.hear("join_contacts", merge)
    desk.passed = 5 * HOUR
    desk.leave()
    sent = desk.call("get_message", id=made.id)
    assert sent.contact_id == other.id
    assert sent.deliveries[0].mailbox.address == "new@lisboa.test"


def test_a_rule_schedules_too(desk: Desk) -> None:
    made = schedule(desk, mail(purpose=ConsentKind.REMINDER), role=Role.SERVICE)
    assert (made.author_kind, made.author_id) == (AuthorKind.RULE, None)
    desk.passed = 5 * HOUR
    desk.leave()
    [queued] = desk.told(EmailQueued)
    assert queued.automatic


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_scheduled", {}),
        ("change_scheduled", {"version": 1, "send_at": SendAt(at=NOW + HOUR)}),
        ("send_scheduled", {"version": 1}),
        ("withdraw_scheduled", {"version": 1}),
    ],
)
def test_anothers_is_as_good_as_none(desk: Desk, method: str, arguments: dict[str, Any]) -> None:
    made = schedule(desk)
    with pytest.raises(NotFound) as caught:
        desk.call(method, id=uuid4(), **arguments)
    assert caught.value.code == "inbox.message_not_found"
    with desk.elsewhere():
        furnish(desk)
        with pytest.raises(NotFound):
            desk.call(method, id=made.id, **arguments)
        assert desk.call("list_scheduled", contact_id=LISBOA.id).scheduled == []
    with pytest.raises(Unauthenticated):
        desk.call(method, role=Role.NOBODY, id=made.id, **arguments)
    assert now_of(desk, made.id) == made


def test_nobody_schedules_nothing(desk: Desk) -> None:
    with pytest.raises((Unauthenticated, Forbidden)):
        schedule(desk, role=Role.NOBODY)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What each call answered or raised; the others go on wherever one waits."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:
            return error

    return list(eventlet.GreenPool().imap(run, calls))


def test_of_leaving_and_withdrawing_exactly_one_happens(desk: Desk) -> None:
    outcomes = set()
    for turn in range(6):
        made = schedule(desk)
        before = len(desk.told(EmailQueued))
        desk.passed = 5 * HOUR
        withdraw = partial(desk.call, "withdraw_scheduled", id=made.id, version=made.version)
        calls: list[Callable[[], Any]] = [desk.leave, desk.leave]
        calls.insert(turn % 3, withdraw)
        answers = together(*calls)
        desk.leave()
        desk.passed = dt.timedelta()
        answer = answers[calls.index(withdraw)]
        assert [each for each in answers if each is not answer] == [None] * (len(calls) - 1)
        state = now_of(desk, made.id).state
        sent = len(desk.told(EmailQueued)) - before
        if isinstance(answer, Conflict):
            assert (state, sent) == (ScheduleState.LEFT, 1)
        else:
            assert answer.state is ScheduleState.WITHDRAWN
            assert (state, sent) == (ScheduleState.WITHDRAWN, 0)
        outcomes.add(state)
    assert ScheduleState.WITHDRAWN in outcomes


def test_whoever_dies_while_it_leaves_loses_nothing(desk: Desk, database: Database) -> None:
    """A worker that ends between its claim and the end is followed by another, once."""
    made = schedule(desk)
    desk.passed = 5 * HOUR
    desk.abandon()  # claims, and is never heard of again
    desk.leave()
    assert desk.told(EmailQueued) == []
    desk.passed += dt.timedelta(minutes=2)
    desk.leave()
    assert [each.message_id for each in desk.told(EmailQueued)] == [made.id]


def test_a_change_while_it_leaves_wins_over_who_is_leaving_with_it(desk: Desk) -> None:
    made = schedule(desk)
    desk.passed = 5 * HOUR
    claimed = desk.abandon()
    later = SendAt(at=NOW + 20 * HOUR)
    desk.call("change_scheduled", id=made.id, version=made.version, send_at=later)
    desk.go_on(claimed)
    assert desk.told(EmailQueued) == []
    assert now_of(desk, made.id).state is ScheduleState.WAITING
    desk.passed = 20 * HOUR
    desk.leave()
    assert len(desk.told(EmailQueued)) == 1


class Life(RuleBasedStateMachine):
    """Anything may happen to a scheduled message, in any order: it leaves once or never."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        database = Database(f"sqlite:///{self.folder.name}/inbox.db", name="inbox")
        bring_up(database, "inbox")
        self.desk = Desk(database)
        furnish(self.desk)
        self.trip_version = 1
        self.days = 0
        self.cancelled = False
        self.id = schedule(self.desk, reminder()).id
        self.claimed: Any = None

    def teardown(self) -> None:
        self.desk.database.close()
        self.folder.cleanup()

    @property
    def now(self) -> ScheduledMessage:
        return now_of(self.desk, self.id)

    @rule(hours=st.sampled_from([1, 30, 100]))
    def time_passes(self, hours: int) -> None:
        if self.desk.passed < dt.timedelta(days=40):
            self.desk.passed += hours * HOUR

    @rule()
    def the_clock_comes(self) -> None:
        self.desk.leave()

    @rule(days=st.integers(-12, 12))
    def the_trip_moves(self, days: int) -> None:
        self.days, self.trip_version = days, self.trip_version + 1
        state = ItineraryState.CANCELLED if self.cancelled else ItineraryState.CONFIRMED
        changed = moved(days, version=self.trip_version, state=state)
        self.desk.hear("learn_itinerary", ItineraryChanged(itinerary=changed))

    @precondition(lambda self: not self.cancelled)
    @rule()
    def the_trip_is_cancelled(self) -> None:
        self.cancelled = True
        self.the_trip_moves(self.days)
        assert self.now.state in (ScheduleState.LEFT, ScheduleState.WITHDRAWN)

    @rule()
    def somebody_withdraws_it(self) -> None:
        before = self.now
        try:
            self.desk.call("withdraw_scheduled", id=self.id, version=before.version)
        except Conflict:
            assert before.state in (ScheduleState.LEFT, ScheduleState.WITHDRAWN)

    @rule(hours=st.integers(1, 200))
    def somebody_moves_it(self, hours: int) -> None:
        before = self.now
        send_at = SendAt(at=self.desk.clock() + hours * HOUR)
        try:
            self.desk.call("change_scheduled", id=self.id, version=before.version, send_at=send_at)
        except Conflict:
            assert before.state in (ScheduleState.LEFT, ScheduleState.WITHDRAWN)

    @rule()
    def a_worker_dies_with_it(self) -> None:
        self.claimed = self.desk.abandon() or self.claimed

    @precondition(lambda self: self.claimed)
    @rule()
    def the_dead_one_comes_back(self) -> None:
        self.desk.go_on(self.claimed)

    @invariant()
    def it_left_once_or_not_at_all(self) -> None:
        sent = [each.message_id for each in self.desk.told(EmailQueued)]
        shown = self.now
        assert sent == ([self.id] if shown.state is ScheduleState.LEFT else [])
        assert shown.message_ids == sent
        versions = [each.scheduled.version for each in self.desk.told(ScheduleChanged)]
        assert versions == list(range(1, shown.version + 1))


Life.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=14,
    suppress_health_check=[HealthCheck.too_slow],
)
test_a_life = Life.TestCase
