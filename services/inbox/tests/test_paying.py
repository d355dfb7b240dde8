"""What messages cost: told before, set aside while they are accepted, and never without them."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from contracts.accounts import OrganisationChanged, Price, PriceList, SendingMode
from contracts.channels import EmailQueued, SmsQueued
from contracts.common import Channel
from contracts.contacts import ContactChanged, Identity, Scheme
from contracts.inbox import Cost, Draft, Recipient, ScheduleState, SendAt
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid
from inbox.testing import connection, contact, organisation
from inbox.testing.desk import Desk
from inbox.testing.team import Team

PHONE = "+351910000001"
CARRIER = connection("+351210000000", channel=Channel.SMS, label="Texts")
VERSIONS = itertools.count(1000)
LIST = [
    Price(channel=Channel.SMS, mode=SendingMode.BY_HAND, credits=3),
    Price(channel=Channel.SMS, mode=SendingMode.BY_HAND, prefix="+351", credits=2),
    Price(channel=Channel.EMAIL, mode=SendingMode.BY_HAND, credits=1),
]


@pytest.fixture
def driver(desk: Desk, team: Team) -> Any:
    """A driver with a phone, and an organisation with a price list."""
    phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value=PHONE, display=PHONE)
    driver = contact("Rui Costa", identities=[phone])
    desk.hear("learn_connection", CARRIER)
    desk.hear("learn_contact", ContactChanged(contact=driver))
    priced(desk, LIST)
    return driver


def priced(desk: Desk, prices: list[Price]) -> None:
    """Have this price list from now on."""
    known = replace(
        organisation(desk.organisation),
        prices=PriceList(prices=prices, version=1),
        version=next(VERSIONS),
    )
    desk.hear("learn_organisation", OrganisationChanged(organisation=known))
    desk.purse.prices = prices


def text(driver: Any, words: str = "The guests wait outside", **fields: Any) -> Draft:
    return Draft(channel=Channel.SMS, to=[Recipient(contact_id=driver.id)], text=words, **fields)


def send(desk: Desk, draft: Draft, request_id: str | None = None, **more: Any) -> Any:
    return desk.call("send", draft=draft, request_id=request_id or str(uuid4()), **more)


def test_a_preview_says_what_it_costs_and_what_is_missing(desk: Desk, driver: Any) -> None:
    desk.purse.left = 5
    [shown] = desk.call("preview", draft=text(driver))
    assert shown.cost == Cost(units=3, credits=6)
    assert shown.credits_available == 5
    [problem] = shown.problems
    assert (problem.field, problem.reason) == (
        "credits", "This costs 6 credits and 5 are left: 1 are missing",
    )  # fmt: skip
    desk.purse.left = 6
    assert desk.call("preview", draft=text(driver))[0].problems == []
    desk.scales.away = True
    assert desk.call("preview", draft=text(driver))[0].cost is None


def test_a_preview_says_who_stopped(desk: Desk, driver: Any) -> None:
    priced(desk, [])
    desk.scales.stopped.add(PHONE)
    [shown] = desk.call("preview", draft=text(driver))
    assert (shown.cost, shown.credits_available) == (None, None)
    [problem] = shown.problems
    assert problem.field == "to"
    assert "STOP" in problem.reason


def test_what_is_accepted_is_paid_once(desk: Desk, driver: Any) -> None:
    desk.purse.left = 10
    request, draft = str(uuid4()), text(driver)
    [sent] = send(desk, draft, request)
    assert send(desk, draft, request) == [sent]
    [(cost, charges)] = desk.purse.held.values()
    [queued] = desk.told(SmsQueued)
    assert cost == 6
    assert [each.delivery_id for each in charges] == [queued.delivery_id]
    assert desk.purse.senders == [desk.user]
    [hold] = desk.purse.held
    lost = uuid4()
    assert desk.call("settle_holds", role=Role.SERVICE, ids=[hold, lost]) == [hold]
    with pytest.raises(Forbidden):
        desk.call("settle_holds", ids=[hold])
    with desk.elsewhere():
        assert desk.call("settle_holds", role=Role.SERVICE, ids=[hold]) == []


def test_what_cannot_be_paid_is_refused_and_nothing_is_kept(desk: Desk, driver: Any) -> None:
    desk.purse.left = 5
    with pytest.raises(Conflict, match="1 credits are missing"):
        send(desk, text(driver))
    assert desk.told(SmsQueued) == []
    with pytest.raises(Conflict, match="1 are missing"):
        desk.call("schedule", draft=text(driver, undo=True), request_id=str(uuid4()))


def test_a_hold_of_what_is_not_accepted_is_given_back(
    desk: Desk, driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.purse.left = 10

    def refuse(*_: Any) -> None:
        raise Invalid.field("inbox.draft_incomplete", "to", "blocked it in this moment")

    monkeypatch.setattr("inbox.doors.composing.outgoing.as_of_now", refuse)
    with pytest.raises(Invalid):
        send(desk, text(driver))
    assert desk.purse.held == {}
    assert len(desk.purse.released) == 1


def test_a_hold_that_was_given_up_lets_nothing_leave(
    desk: Desk, driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.purse.left = 10
    reserve = desk.purse.reserve_credits

    def slow(**arguments: Any) -> int:
        desk.call("settle_holds", role=Role.SERVICE, ids=[arguments["hold"]])
        return reserve(**arguments)

    monkeypatch.setattr(desk.purse, "reserve_credits", slow)
    with pytest.raises(Exception, match="took too long"):
        send(desk, text(driver))
    assert desk.told(SmsQueued) == []
    assert desk.purse.held == {}


def test_who_has_no_price_list_asks_nobody(desk: Desk, driver: Any) -> None:
    priced(desk, [replace(each, credits=0) for each in LIST])
    desk.scales.away = True
    [sent] = send(desk, text(driver))
    assert desk.purse.held == {}
    assert sent.deliveries
    priced(desk, LIST)
    send(desk, text(driver), role=Role.SERVICE) if False else None


def test_what_a_rule_sends_has_its_own_price(desk: Desk, driver: Any) -> None:
    draft = text(driver, purpose=None)
    [shown] = desk.call("preview", role=Role.SERVICE, draft=draft)
    assert shown.cost is None


def test_each_copy_of_a_mail_by_hand_costs(desk: Desk, team: Team, driver: Any) -> None:
    desk.purse.left = 10
    draft = Draft(
        to=[Recipient(address="one@x.test"), Recipient(address="two@x.test")],
        subject="News",
        text="There are news",
    )
    assert desk.call("preview", draft=draft)[0].cost == Cost(units=2, credits=2)
    send(desk, draft)
    [queued] = desk.told(EmailQueued)
    [(cost, charges)] = desk.purse.held.values()
    assert cost == 2
    assert {each.delivery_id for each in charges} == {
        each.delivery_id for each in queued.recipients
    }


def test_a_scheduled_message_is_paid_when_it_leaves_or_waits_for_a_person(
    desk: Desk, driver: Any
) -> None:
    at = SendAt(at=desk.clock() + timedelta(hours=1))
    waiting = desk.call("schedule", draft=text(driver, send_at=at), request_id=str(uuid4()))
    assert desk.purse.held == {}
    desk.passed = timedelta(hours=1, minutes=1)
    desk.leave()
    held = desk.call("get_scheduled", id=waiting.id)
    assert held.state is ScheduleState.HELD
    assert [each.field for each in held.problems] == ["credits"]
    desk.purse.left = 6
    desk.call("send_scheduled", id=held.id, version=held.version)
    desk.leave()
    assert desk.call("get_scheduled", id=waiting.id).state is ScheduleState.LEFT
    [(cost, _)] = desk.purse.held.values()
    assert cost == 6
