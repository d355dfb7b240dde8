"""Quiet hours: marketing waits for the recipient's morning, everything else leaves at once."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.accounts import OrganisationChanged, QuietHours
from contracts.channels import Mailbox, RecipientRole, SmsQueued
from contracts.common import Channel
from contracts.consents import ConsentKind
from contracts.contacts import ContactChanged, Identity, Scheme
from contracts.inbox import Draft, Recipient, ScheduleState, SendAt
from fairlead.errors import Conflict
from inbox.domain import quiet
from inbox.domain.recipients import Party
from inbox.domain.scheduling import QUIET
from inbox.testing import connection, contact, organisation
from inbox.testing.desk import Desk
from inbox.testing.team import Team

UTC = dt.UTC
PHONE = "+351910000001"
CARRIER = connection("+351210000000", channel=Channel.SMS, label="Texts")
LATE = QuietHours(begins=dt.time(22), ends=dt.time(1, 30))
NIGHT = QuietHours(begins=dt.time(20), ends=dt.time(9))
LISBON = "Europe/Lisbon"
ZONES = ["Europe/Prague", LISBON, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]

times = st.times().map(lambda time: time.replace(microsecond=0))
moments = st.integers(0, 2 * 365 * 86_400).map(
    lambda seconds: dt.datetime(2026, 1, 1, tzinfo=UTC) + dt.timedelta(seconds=seconds)
)


@settings(max_examples=300, derandomize=True)
@given(at=moments, begins=times, minutes=st.integers(1, 20 * 60), zone=st.sampled_from(ZONES))
def test_it_waits_until_it_is_quiet_no_more_and_no_longer(
    at: dt.datetime, begins: dt.time, minutes: int, zone: str
) -> None:
    begun = dt.datetime.combine(dt.date(2026, 1, 1), begins)
    ends = (begun + dt.timedelta(minutes=minutes)).time()
    hours = QuietHours(begins=begins, ends=ends)
    awake = quiet.until(at, hours, [zone])
    assert at <= awake <= at + dt.timedelta(hours=26)
    assert quiet.until(awake, hours, [zone]) == awake
    if awake > at:
        local = awake.astimezone(ZoneInfo(zone))
        gap = local.replace(tzinfo=None) - dt.datetime.combine(local.date(), ends)
        assert dt.timedelta() <= gap <= dt.timedelta(hours=1), "but for a gap of the clock"
        assert quiet.until(awake - dt.timedelta(seconds=1), hours, [zone]) == awake


@pytest.mark.parametrize(
    ("at", "hours", "awake"),
    [
        # Clocks are put forward from 1:00 to 2:00 on 2026-03-29 in Lisbon ...
        ("2026-03-28T23:00", NIGHT, "2026-03-29T08:00"),
        (
            "2026-03-29T00:30",
            LATE,
            "2026-03-29T01:30",
        ),
        # ... and back from 2:00 to 1:00 on 2026-10-25: half past one comes twice.
        (
            "2026-10-24T23:00",
            LATE,
            "2026-10-25T00:30",
        ),
        (
            "2026-10-25T01:15",
            LATE,
            "2026-10-25T01:15",
        ),
        ("2026-10-24T22:00", NIGHT, "2026-10-25T09:00"),
        ("2026-07-01T12:00", NIGHT, "2026-07-01T12:00"),
    ],
)
def test_clocks_that_are_put_forward_or_back(at: str, hours: QuietHours, awake: str) -> None:
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert quiet.until(moment, hours, [LISBON]) == dt.datetime.fromisoformat(awake).replace(
        tzinfo=UTC
    )


def test_a_country_of_several_zones_is_awake_when_all_are() -> None:
    evening = dt.datetime(2026, 7, 1, 14, tzinfo=UTC)  # 10 in New York, 7 in Los Angeles
    zones = ["America/New_York", "America/Los_Angeles"]
    assert quiet.until(evening, NIGHT, zones) == dt.datetime(2026, 7, 1, 16, tzinfo=UTC)
    apart = ["UTC", "Asia/Tokyo", "America/Los_Angeles"]  # never awake together
    assert quiet.until(evening, NIGHT, apart) == evening


def test_where_somebody_is() -> None:
    def zones(number: str, zone: str | None, channel: Channel = Channel.SMS) -> list[str]:
        who = contact("Rui", zone=zone)
        party = Party(RecipientRole.TO, Mailbox(address=number), who)
        return quiet.zones_of(party, channel, "Europe/Prague")

    assert zones("+351910000001", "America/New_York") == ["America/New_York"]
    assert zones("+420777000111", None) == ["Europe/Prague"]
    assert zones("+351910000001", None) == ["Atlantic/Azores", LISBON]
    assert zones("351910000001", None, Channel.WHATSAPP) == ["Atlantic/Azores", LISBON]
    assert zones("+999", None) == ["Europe/Prague"]
    assert zones("a@b.test", None, Channel.EMAIL) == ["Europe/Prague"]


@pytest.fixture
def guest(desk: Desk, team: Team) -> Any:
    """A guest with a phone for whom it is midnight; the organisation is awake."""
    phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value=PHONE, display=PHONE)
    now = desk.clock()
    offset = round((24 - now.hour) % 24)
    zone = f"Etc/GMT-{offset}" if offset <= 12 else f"Etc/GMT+{24 - offset}"
    guest = contact("Ana", identities=[phone], zone=zone)
    desk.hear("learn_connection", CARRIER)
    desk.hear("learn_contact", ContactChanged(contact=guest))
    known = organisation(desk.organisation, zone="UTC")
    desk.hear("learn_organisation", OrganisationChanged(organisation=known))
    return guest


def offer(guest: Any, **fields: Any) -> Draft:
    values: dict[str, Any] = {
        "channel": Channel.SMS,
        "to": [Recipient(contact_id=guest.id)],
        "text": "Half the price this week",
        "purpose": ConsentKind.MARKETING,
    }
    return Draft(**(values | fields))


def test_marketing_at_night_waits_and_says_why(desk: Desk, guest: Any) -> None:
    draft, request = offer(guest), str(uuid4())
    [shown] = desk.call("preview", draft=draft)
    assert QUIET in [each.reason for each in shown.hints]
    with pytest.raises(Conflict, match="quiet hours") as refused:
        desk.call("send", draft=draft, request_id=request)
    assert refused.value.details["leaves_at"] == shown.leaves_at.isoformat()
    waiting = desk.call("schedule", draft=draft, request_id=request)
    assert (waiting.state, waiting.reason, waiting.undo) == (ScheduleState.WAITING, QUIET, False)
    assert waiting.leaves_at == shown.leaves_at
    with pytest.raises(Conflict, match="leaves later"):
        desk.call("send", draft=draft, request_id=request)
    assert desk.call("schedule", draft=draft, request_id=request).id == waiting.id
    desk.leave()
    assert desk.told(SmsQueued) == []
    desk.passed = waiting.leaves_at - desk.clock() + dt.timedelta(minutes=1)
    desk.leave()
    [queued] = desk.told(SmsQueued)
    assert queued.message_id == waiting.id
    [sent] = desk.call("send", draft=draft, request_id=request)
    assert sent.id == waiting.id


def test_what_is_scheduled_into_the_night_waits_for_the_morning(desk: Desk, guest: Any) -> None:
    at = SendAt(at=desk.clock() + dt.timedelta(hours=1))
    waiting = desk.call("schedule", draft=offer(guest, send_at=at), request_id=str(uuid4()))
    assert waiting.reason == QUIET
    assert waiting.leaves_at > desk.clock() + dt.timedelta(hours=2)
    # A person who insists that it leaves now is told the same.
    desk.call("send_scheduled", id=waiting.id, version=waiting.version)
    desk.leave()
    again = desk.call("get_scheduled", id=waiting.id)
    assert (again.state, again.reason) == (ScheduleState.WAITING, QUIET)
    assert again.leaves_at == waiting.leaves_at
    assert desk.told(SmsQueued) == []


def test_all_else_leaves_at_once(desk: Desk, guest: Any) -> None:
    desk.call("send", draft=offer(guest, purpose=ConsentKind.SERVICE), request_id=str(uuid4()))
    desk.call("send", draft=offer(guest, purpose=None), request_id=str(uuid4()))
    assert len(desk.told(SmsQueued)) == 2
    off = replace(organisation(desk.organisation, zone="UTC", quiet_hours=None), version=1000)
    desk.hear("learn_organisation", OrganisationChanged(organisation=off))
    desk.call("send", draft=offer(guest), request_id=str(uuid4()))
    assert len(desk.told(SmsQueued)) == 3


def test_a_text_for_a_machine_leaves_as_it_was_written(desk: Desk, guest: Any) -> None:
    command = " SAUNA\tON \n"
    draft = Draft(
        channel=Channel.SMS, to=[Recipient(contact_id=guest.id)], text=command, exact=True
    )
    desk.call("send", draft=draft, request_id=str(uuid4()))
    [queued] = desk.told(SmsQueued)
    assert (queued.text, queued.exact) == (command, True)


@pytest.mark.parametrize("address", ["351910000001000@lid", "US.13491208655302741918"])
def test_an_id_without_a_number_is_in_no_country(address: str) -> None:
    party = Party(RecipientRole.TO, Mailbox(address=address), None)
    assert quiet.zones_of(party, Channel.WHATSAPP, LISBON) == [LISBON]
