"""Whether a message may leave now: reply-first, warming up, restrictions, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import ConnectionState, DeliveryStatus, WhatsAppQueued
from contracts.whatsapp_gateway import (
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
    WhatsAppPace,
)
from fairlead.store import Database, new_id
from whatsapp_gateway import leaving
from whatsapp_gateway.domain import addresses
from whatsapp_gateway.leaving import Held, Lost
from whatsapp_gateway.store import chats
from whatsapp_gateway.store.tables import Base, ConnectionRow, MessageRow

OURS = UUID(int=1)
NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
ANA, RUI, ZOE, LUC = (f"35191000000{number}" for number in range(1, 5))


class Number:
    """A number, and messages that would leave by it."""

    def __init__(self, session: Session, kind: WhatsAppConnectionKind, pace: WhatsAppPace) -> None:
        self.session = session
        self.now = NOW
        details = WhatsAppConnectionDetails(
            label="Operations", kind=kind, number="+351210000000", pace=pace
        )
        self.row = ConnectionRow(
            id=new_id(), details=details, number="351210000000", state=ConnectionState.OPEN.value,
            is_default=True, version=1, since=NOW - dt.timedelta(days=30),
        )  # fmt: skip
        session.add(self.row)
        session.flush()

    def message(self, address: str, **changes: Any) -> MessageRow:
        queued = WhatsAppQueued(
            message_id=new_id(), delivery_id=new_id(), connection_id=self.row.id,
            conversation_id=new_id(), address=address, text="Hello", queued_at=self.now,
        )  # fmt: skip
        row = MessageRow(
            id=queued.delivery_id, message_id=queued.message_id, connection_id=self.row.id,
            key=addresses.key(address), queued=msgspec.structs.replace(queued, **changes),
            status=DeliveryStatus.QUEUED.value, queued_at=self.now,
            valid_until=self.now + dt.timedelta(days=1), due_at=self.now, attempts=1,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        return row

    def asks(self, row: MessageRow) -> Held | Lost | None:
        return leaving.check(self.session, row, self.row, self.now)

    def writes(self, address: str) -> Held | Lost | None:
        row = self.message(address)
        verdict = self.asks(row)
        row.done_at = self.now
        self.session.flush()
        return verdict

    def hears(self, address: str) -> None:
        chats.locked(self.session, self.row.id, address).last_in_at = self.now
        self.session.flush()

    def later(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def session(store: Database) -> Iterator[Session]:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    with store.transaction(OURS) as session:
        yield session


def linked(session: Session, **pace: int) -> Number:
    return Number(session, WhatsAppConnectionKind.LINKED, WhatsAppPace(**pace))


def cloud(session: Session) -> Number:
    return Number(session, WhatsAppConnectionKind.CLOUD, WhatsAppPace(per_minute=6000))


def reason(verdict: Held | Lost | None) -> str:
    assert verdict is not None
    return verdict.reason


def test_a_number_writes_no_faster_than_it_may_to_all_together(session: Session) -> None:
    number = linked(session, per_minute=6)  # one at once, and then each ten seconds
    for who in (ANA, RUI):
        number.hears(who)
    assert number.writes(ANA) is None
    held = number.writes(RUI)
    assert isinstance(held, Held)
    assert held.is_turn
    assert not held.shown
    assert 10 <= (held.seconds or 0) <= 15  # chance makes it slower, and never faster
    number.later(15)
    assert number.writes(RUI) is None


def test_one_recipient_waits_while_others_are_written_to(session: Session) -> None:
    number = cloud(session)
    for who in (ANA, RUI):
        number.hears(who)
    assert [number.writes(ANA) for _ in range(10)] == [None] * 10
    held = number.writes(ANA)
    assert isinstance(held, Held)
    assert held.seconds == pytest.approx(6.0, abs=0.1)
    # Of two turns none is taken where one of them is not there.
    assert number.writes(RUI) is None
    number.later(6.1)
    assert number.writes(ANA) is None


def test_a_new_number_writes_to_few_first_and_answers_all(session: Session) -> None:
    number = linked(session, per_minute=6000, people_a_day=20)
    number.row.since = NOW
    assert [number.writes(who) for who in (ANA, RUI)] == [None, None]
    held = number.writes(ZOE)
    assert reason(held) == leaving.WARMING
    assert isinstance(held, Held)
    assert held.shown
    number.hears(LUC)
    assert number.writes(LUC) is None
    number.later(10)
    assert number.writes(ANA) is None  # whom it wrote to is no stranger any more
    number.later(24 * 3600)
    assert number.writes(ZOE) is None


def test_a_restricted_number_begins_no_chats_and_still_answers(session: Session) -> None:
    number = linked(session, per_minute=6000)
    number.row.paused_until = NOW + dt.timedelta(hours=1)
    number.hears(ANA)
    assert number.writes(ANA) is None
    held = number.writes(RUI)
    assert reason(held) == leaving.PAUSED
    assert isinstance(held, Held)
    assert held.shown
    assert held.seconds == leaving.LOOK_AGAIN
    number.later(3600)
    number.hears(ANA)
    assert number.writes(RUI) is None


def test_answers_leave_before_messages_to_strangers(session: Session) -> None:
    number = linked(session, per_minute=6000)
    number.hears(ANA)
    answer, cold = number.message(ANA), number.message(RUI)
    assert reason(number.asks(cold)) == leaving.REPLIES_FIRST
    assert number.asks(answer) is None
    answer.done_at = NOW
    session.flush()
    assert number.asks(cold) is None


def test_an_answer_that_cannot_leave_now_holds_up_nobody(session: Session) -> None:
    number = linked(session, per_minute=6000)
    number.hears(ANA)
    answer = number.message(ANA)
    answer.due_at = NOW + dt.timedelta(minutes=5)  # it failed just now, and is tried again
    session.flush()
    assert number.writes(RUI) is None


def test_a_group_is_nobody_new(session: Session) -> None:
    number = linked(session, per_minute=6000, people_a_day=1)
    number.row.paused_until = NOW + dt.timedelta(hours=1)
    assert number.writes("120363000000000001@g.us") is None


@pytest.mark.parametrize(("hours", "lost"), [(None, True), (23, False), (24, True)])
def test_outside_of_the_window_nothing_leaves_that_is_no_template(
    session: Session, hours: int | None, lost: bool
) -> None:
    number = cloud(session)
    if hours is not None:
        number.hears(ANA)
        number.later(hours * 3600)
    verdict = number.writes(ANA)
    assert isinstance(verdict, Lost) is lost
    if isinstance(verdict, Lost):
        assert verdict.code == "window_closed"


def test_a_message_that_waited_too_long_is_lost(session: Session) -> None:
    number = linked(session)
    row = number.message(ANA)
    number.later(24 * 3600)
    assert number.asks(row) == Lost(leaving.TOO_LATE, "expired")
    session.execute(sa.update(ConnectionRow).values(removed=True))
    session.expire_all()
    assert "removed" in reason(number.asks(number.message(ANA)))
