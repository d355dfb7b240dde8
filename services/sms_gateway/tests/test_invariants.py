"""What a channel promises, whatever dies and whoever says what: nothing lost, nothing sent twice.

Others of these promises stand beside what keeps them: what may have left is not sent again,
receipts and callbacks that come twice or in any order (test_service, test_http_carrier,
test_progress), a refused sign-in is not tried again (test_service), what a text weighs
(test_parts).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from contracts.channels import (
    EXPIRED_UNKNOWN,
    ConnectionState,
    DeliveryStatus,
    DeliveryUpdated,
    MessageReceived,
)
from fairlead.testing.bus import Home, wait_for
from sms_gateway import adopting, closing, smpp_carrier
from sms_gateway.smpp import pdus
from sms_gateway.smpp import session as smpp_session
from sms_gateway.smpp.commands import Command, Status
from sms_gateway.smpp.pdus import Address, Short
from sms_gateway.smpp.stream import Raw
from sms_gateway.store import incoming
from sms_gateway.store.tables import IncomingRow, TextRow

from .centre import Centre, agreeable, listening
from .hosting import OURS, PHONE, details, fates, opened, queue, reached, running

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty_carriers")]


def test_a_text_whose_sender_died_is_not_sent_again(home: Home) -> None:
    """5: it was begun, and who began it is no more. 1: so it is uncertain, for it may have left."""

    def closed(centre: Centre, raw: Raw) -> None:
        centre.say(pdus.answer(raw, Status.SYSTEM_ERROR))

    with listening(closed) as centre:
        with running(home) as (world, gateway):
            gateway.create_sms_connection(details=details(centre))
            queued = queue(world)
            world.wait_for(lambda: gateway.list_sent().texts)
            with world.database("sms_gateway").transaction(OURS) as session:
                dead = {"owner": "dead", "lease_until": dt.datetime.now(dt.UTC), "attempts": 1}
                session.execute(sa.update(TextRow).values(dead))
        centre.script = agreeable
        with running(home) as (world, _):
            doubtful = reached(world, queued, DeliveryStatus.UNCERTAIN)
            assert "interrupted" in (doubtful.reason or "")
            reached(world, queue(world, "Another"), DeliveryStatus.SENT)
            sent = [pdus.read_short(each).text for each in centre.of(Command.SUBMIT_SM)]
            assert sent == [b"Another"]


def test_a_text_that_was_taken_reaches_the_inbox(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5: the carrier was answered, so it will not bring it again, and nobody has looked at it when
    the process ends. 4: a carrier that brings it again all the same makes it no second one."""
    body = Short(Address(PHONE[1:], 1, 1), Address("9"), b"Yes").body()
    other = Short(Address(PHONE[1:], 1, 1), Address("9"), b"No").body()

    def mute(centre: Centre, raw: Raw) -> None:
        """It never shows that it has read our answer."""
        if raw.command not in (Command.ENQUIRE_LINK, Command.UNBIND):
            agreeable(centre, raw)

    monkeypatch.setattr(smpp_session, "UNBIND_SECONDS", 0.1)
    with listening(mute) as centre:
        with monkeypatch.context() as patched, running(home) as (world, gateway):
            patched.setattr(incoming, "claim_due", lambda *_: [])
            gateway.create_sms_connection(details=details(centre))
            opened(world)
            centre.say(pdus.request(Command.DELIVER_SM, 1, body))
            world.wait_for(lambda: centre.of(Command.DELIVER_SM_RESP))
            assert not world.events(MessageReceived)
        centre.script = agreeable
        with running(home) as (world, _):
            world.wait_for(lambda: world.events(MessageReceived, OURS))
            world.wait_for(lambda: len(centre.of(Command.BIND_TRANSCEIVER)) == 2)
            centre.say(pdus.request(Command.DELIVER_SM, 1, body))
            world.wait_for(lambda: len(centre.of(Command.DELIVER_SM_RESP)) == 2)
            centre.say(pdus.request(Command.DELIVER_SM, 2, other))
            world.wait_for(lambda: len(world.events(MessageReceived, OURS)) == 2)
            assert [each.text for each in world.events(MessageReceived, OURS)] == ["Yes", "No"]


def test_every_text_comes_to_an_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """2: one that cannot leave fails when its validity is over; one that left and was never told of
    says so."""
    monkeypatch.setattr(closing, "GRACE", dt.timedelta(0))
    now = dt.datetime.now(dt.UTC)
    with listening() as centre:
        with running(home) as (world, gateway):
            gateway.create_sms_connection(details=details(centre, validity_hours=1))
            opened(world)
            soon = now - dt.timedelta(minutes=60) + dt.timedelta(seconds=3)
            sent = queue(world, queued_at=soon)
            reached(world, sent, DeliveryStatus.SENT)
            centre.stop()
            world.wait_for(
                lambda: gateway.list_sms_connections()[0].state is ConnectionState.FAILING
            )
            stuck = queue(world, "Too late", queued_at=soon)
        wait_for(lambda: dt.datetime.now(dt.UTC) > now + dt.timedelta(seconds=3))
        with running(home) as (world, _):
            failed = reached(world, stuck, DeliveryStatus.FAILED)
            assert failed.reason == "It could not be sent in time"
            told: Any = world.wait_for(
                lambda: [
                    e for e in world.events(DeliveryUpdated) if e.delivery_id == sent.delivery_id
                ]
            )
            assert [(e.status, e.code) for e in told] == [(DeliveryStatus.SENT, "expired_unknown")]
            assert [status for status, _ in fates(world, stuck)] == [DeliveryStatus.FAILED]


def test_a_receipt_finds_the_text_whose_answer_never_came(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2: by the phone, where one text alone can be meant; of two, neither is guessed at."""
    monkeypatch.setattr(adopting, "AFTER", dt.timedelta(0))

    def break_off(centre: Centre, raw: Raw) -> None:
        if raw.command == Command.SUBMIT_SM:
            centre.hang_up()
        else:
            agreeable(centre, raw)

    def told(centre: Centre, sequence: int, phone: str) -> None:
        text = f"id:x{sequence} stat:DELIVRD err:000".encode()
        body = Short(Address(phone[1:], 1, 1), Address("Atlas", 5), text, esm_class=4).body()
        centre.say(pdus.request(Command.DELIVER_SM, sequence, body))

    other = "+351910000002"
    with listening(break_off) as centre:
        with running(home) as (world, gateway):
            gateway.create_sms_connection(details=details(centre))
            opened(world)
            alone = queue(world)
            reached(world, alone, DeliveryStatus.UNCERTAIN)
            both = [queue(world, number=other) for _ in range(2)]
            for each in both:
                reached(world, each, DeliveryStatus.UNCERTAIN)
            centre.script = agreeable
            reached(world, queue(world, "Another", number="+351910000003"), DeliveryStatus.SENT)
            told(centre, 71, PHONE)
            told(centre, 72, other)
            world.wait_for(lambda: len(centre.of(Command.DELIVER_SM_RESP)) == 2)
        with running(home) as (world, gateway):
            reached(world, alone, DeliveryStatus.DELIVERED)
            statuses = {each.delivery_id: each.status for each in gateway.list_sent().texts}
            assert [statuses[e.delivery_id] for e in both] == [DeliveryStatus.UNCERTAIN] * 2


def test_what_may_have_left_is_paid_in_the_end(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """2, 9: no receipt can be waited for any more, and the carrier may have it on its bill."""
    monkeypatch.setattr(closing, "GRACE", dt.timedelta(0))
    now = dt.datetime.now(dt.UTC)

    def break_off(centre: Centre, raw: Raw) -> None:
        if raw.command == Command.SUBMIT_SM:
            centre.hang_up()
        else:
            agreeable(centre, raw)

    with listening(break_off) as centre:
        with running(home) as (world, gateway):
            gateway.create_sms_connection(details=details(centre, validity_hours=1))
            opened(world)
            soon = now - dt.timedelta(minutes=60) + dt.timedelta(seconds=4)
            doubtful = queue(world, queued_at=soon)
            assert reached(world, doubtful, DeliveryStatus.UNCERTAIN).parts_taken == 0
        wait_for(lambda: dt.datetime.now(dt.UTC) > now + dt.timedelta(seconds=4))
        with running(home) as (world, _):
            told = reached(world, doubtful, DeliveryStatus.UNCERTAIN)
            assert (told.code, told.parts_taken) == (EXPIRED_UNKNOWN, 1)


def test_what_a_receipt_said_is_kept(home: Home) -> None:
    """3: whole, though nothing follows from it; of a text that is not ours, too."""
    text = b"id:77 sub:001 dlvrd:000 submit date:2611291604 done date:2611291605 stat:ODD err:9"
    body = Short(Address(PHONE[1:], 1, 1), Address("Atlas", 5), text, esm_class=4).body()
    with listening() as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        centre.say(pdus.request(Command.DELIVER_SM, 1, body))
        world.wait_for(lambda: centre.of(Command.DELIVER_SM_RESP))
        with world.database("sms_gateway").reading(OURS) as session:
            [row] = session.scalars(sa.select(IncomingRow)).all()
            assert (row.octets, row.source, row.error) == (body, PHONE, None)
        assert not world.events(MessageReceived)


def test_who_is_away_is_tried_less_and_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """6: a carrier that closes at once is asked with growing waits; their bound is a minute."""
    waits: list[tuple[int, float]] = []

    def wait(failures: int, *, first: float, cap: float) -> float:
        waits.append((failures, cap))
        if len(waits) == 8:
            carrier.stop()
        return 0.0

    def slam(centre: Centre, raw: Raw) -> None:
        agreeable(centre, raw)
        centre.hang_up()

    monkeypatch.setattr(smpp_carrier, "backoff", wait)
    with listening(slam) as centre:
        carrier = smpp_carrier.SmppCarrier(
            centre.options, details(centre), _Desk(), lambda state, reason, *, for_good=False: None
        )
        carrier.run()
    assert waits == [(failures, 60.0) for failures in range(1, 9)]


class _Desk:
    def receiving(self) -> Any:
        return self

    def deliver(self, message: object) -> int:
        raise AssertionError(message)

    def seen(self, messages: object) -> None:
        raise AssertionError(messages)

    def malformed(self, raw: object, reason: str) -> None:
        raise AssertionError(reason)

    def answered_late(self, part: object, answer: object) -> None:
        raise AssertionError(part)


@pytest.mark.servers
@pytest.mark.parametrize("home", ["stack"], indirect=True)
def test_one_process_alone_signs_in(home: Home) -> None:
    """7: a second process waits until the first one leaves."""

    def sent(count: int) -> bool:
        found = [each.status for each in gateway.list_sent().texts]
        return found == [DeliveryStatus.SENT] * count

    with listening() as centre, running(home) as (one, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(one)
        with running(home) as (other, gateway):
            for number in range(3):
                queue(one, str(number))
            one.wait_for(lambda: sent(3))
            assert len(centre.of(Command.BIND_TRANSCEIVER)) == 1
            one.stop()
            other.wait_for(lambda: len(centre.of(Command.BIND_TRANSCEIVER)) == 2)
            queue(other, "Goes on")
            other.wait_for(lambda: sent(4))
