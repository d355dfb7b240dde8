"""Sending: whatever becomes of process and line, nothing leaves twice, and little is lost."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa

from contracts.channels import (
    Amending,
    DeliveryStatus,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
)
from contracts.common import FileRef
from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.context import acting, service_context
from fairlead.store import Database, new_id
from whatsapp_gateway import attending, closing, queueing, sender
from whatsapp_gateway.domain.heard import Joined, Said, Who
from whatsapp_gateway.domain.progress import PieceState
from whatsapp_gateway.drivers import Again, Doubtful, Outcome, Parcel, Taken
from whatsapp_gateway.linked import hearing
from whatsapp_gateway.linked.protocol import events
from whatsapp_gateway.store import outgoing
from whatsapp_gateway.store.group_tables import ReceiptRow
from whatsapp_gateway.store.tables import AmendmentRow, ConnectionRow, PaceRow

from .desk import OURS, PHONE, Desk

pytestmark = pytest.mark.green
PHOTO = FileRef(key="k", name="gate.jpg", content_type="image/jpeg", size=1)


@pytest.fixture
def desk(store: Database) -> Desk:
    return Desk(store, WhatsAppConnectionKind.LINKED)


def test_who_lost_the_lease_sends_no_more_of_it(desk: Desk) -> None:
    id = desk.queue("", attachments=[PHOTO, PHOTO])

    def stalls(parcel: Parcel) -> Outcome:
        """For longer than the lease: another process goes on with the second photo."""
        desk.change(id, owner="another", attempts=2)
        return Taken("")

    desk.network.answers = [stalls]
    desk.sends()
    assert [each.ours for each in desk.network.given] == [f"{id}:1"]
    assert [each.state.value for each in desk.pieces(id)] == ["sent", "waiting"]


@pytest.mark.parametrize("away", [True, False])
def test_a_message_outlives_the_absence_of_the_network_and_no_fault_of_it(
    desk: Desk, away: bool
) -> None:
    id = desk.queue()
    desk.network.answers = [Again("Meta cannot be reached", away=away)]
    desk.change(id, attempts=sender.MOST_TRIES - 1)
    desk.sends()
    status = DeliveryStatus.QUEUED if away else DeliveryStatus.FAILED
    assert desk.row(id).status == status.value
    if away:
        desk.network.answers = [Taken("")]
        desk.change(id, due_at=desk.now)
        desk.sends()
        assert desk.row(id).status == DeliveryStatus.SENT.value


def said(desk: Desk, address: str = PHONE, **changes: object) -> Said:
    at = dt.datetime.now(dt.UTC)
    made = Said(id=f"in {at}", who=Who(address=address), at=at, chat=address, text="Hello?")
    return msgspec.structs.replace(made, **changes)


def test_who_writes_is_answered_though_what_we_wrote_first_was_held(desk: Desk) -> None:
    with desk.store.transaction(OURS) as session:
        until = desk.now + dt.timedelta(hours=1)
        session.execute(sa.update(ConnectionRow).values(paused_until=until))
    cold = desk.queue("Welcome")
    desk.sends()
    assert desk.network.given == []
    desk.hears(said(desk, imported=True))
    answer = desk.queue("Yes, at noon", queued_at=desk.now + dt.timedelta(seconds=1))
    desk.sends()
    assert desk.network.given == []
    desk.hears(said(desk))
    desk.sends()
    desk.sends()
    assert [each.ours for each in desk.network.given] == [f"{cold}:1", f"{answer}:1"]


@pytest.mark.parametrize("remembers", [True, False])
def test_what_a_dead_process_had_begun_is_asked_about_where_that_is_safe(
    desk: Desk, remembers: bool
) -> None:
    id = desk.queue()
    desk.begun(id)
    desk.network.remembers = remembers
    desk.sends()
    status = DeliveryStatus.SENT if remembers else DeliveryStatus.UNCERTAIN
    assert desk.row(id).status == status.value
    assert [each.ours for each in desk.network.given] == ([f"{id}:1"] if remembers else [])


def test_what_was_begun_and_is_too_late_may_have_left(desk: Desk) -> None:
    begun, waiting = desk.queue(), desk.queue(address="351910000002")
    desk.begun(begun)
    for id in (begun, waiting):
        desk.change(id, valid_until=desk.now)
    desk.sender.give_up()
    assert desk.row(begun).status == DeliveryStatus.UNCERTAIN.value
    assert desk.row(waiting).status == DeliveryStatus.FAILED.value


@pytest.mark.parametrize("outcome", [events.Outcome.REFUSED, events.Outcome.NOT_SENT])
def test_a_device_tells_late_that_an_uncertain_piece_did_not_leave(
    desk: Desk, outcome: events.Outcome
) -> None:
    id, other = desk.queue(), desk.queue(address="351910000002")
    desk.network.answers = [Doubtful("no answer")]
    desk.sends()
    done = events.Done(f"{id}:1", outcome, events.Reason.NO_FILE)
    desk.hears(*hearing.heard(done, desk.now))
    assert desk.row(id).status == DeliveryStatus.FAILED.value
    assert desk.row(id).reason == "The file is no longer there"
    # Of what reached the network nothing is taken back; nor of what is no piece.
    desk.hears(*hearing.heard(events.Done("an order", outcome), desk.now))
    assert desk.row(other).status == DeliveryStatus.UNCERTAIN.value


def test_what_stays_uncertain_is_told_to_be_so_for_good_once(desk: Desk) -> None:
    id = desk.queue()
    desk.network.answers = [Doubtful("no answer")]
    desk.sends()
    end = desk.row(id).valid_until + closing.GRACE
    for now, code in ((end - dt.timedelta(seconds=1), None), (end, closing.EXPIRED)):
        closing.close_some(desk.store, now)
        assert [each.code for each in desk.pieces(id)] == [code]
    told = len(desk.told(id))
    closing.close_some(desk.store, end)
    assert len(desk.told(id)) == told
    assert closing.EXPIRED in desk.told(id)[-1]
    assert desk.row(id).status == DeliveryStatus.UNCERTAIN.value


def test_all_pieces_of_a_message_are_deleted_and_its_words_edited_once(desk: Desk) -> None:
    id = desk.queue("The gate", attachments=[PHOTO, PHOTO, PHOTO])
    while any(each.state is PieceState.WAITING for each in desk.pieces(id)):
        with desk.store.transaction(OURS) as session:  # so that by chance none waits for its turn
            session.execute(sa.delete(PaceRow))
        desk.change(id, due_at=desk.now)
        desk.sends()
    for kind, targets in (
        (Amending.DELETED, {"wamid.1", "wamid.2", "wamid.3"}),
        (Amending.EDITED, {"wamid.1"}),
    ):
        queued = WhatsAppAmendmentQueued(
            id=new_id(), message_id=new_id(), connection_id=desk.connection, address=PHONE,
            target="wamid.1", by_us=True, kind=kind, text="", queued_at=desk.now,
        )  # fmt: skip
        with acting(service_context(OURS)), desk.store.transaction(OURS) as session:
            queueing.take_amendment(session, queued, desk.now)
            session.flush()
            rows = session.scalars(sa.select(AmendmentRow)).all()
            assert {each.queued.target for each in rows if each.queued.kind is kind} == targets
    assert len(desk.pieces(id)) == 3


def test_whom_we_know_from_the_history_of_a_phone_is_no_stranger(desk: Desk) -> None:
    with desk.store.transaction(OURS) as session:
        until = desk.now + dt.timedelta(hours=1)
        session.execute(sa.update(ConnectionRow).values(paused_until=until))
    desk.hears(said(desk, imported=True))
    id = desk.queue("See you on Tuesday")
    desk.sends()
    assert desk.row(id).status == DeliveryStatus.SENT.value


def test_what_waits_for_two_addresses_of_one_person_has_one_order(desk: Desk) -> None:
    lid = "98765432101234@lid"
    first, second = desk.queue(address=lid), desk.queue()
    desk.hears(Joined(addresses=[PHONE, lid], at=desk.now))
    assert {desk.row(id).key for id in (first, second)} == {PHONE}
    with desk.store.transaction(OURS) as session:
        [next_one] = outgoing.claim_due(session, "me", desk.now, 9, [desk.connection])
        assert next_one.id == min(first, second)


def test_what_was_told_of_a_member_by_two_addresses_is_told_of_one(desk: Desk) -> None:
    lid, read = "98765432101234@lid", desk.now
    one, both = desk.queue(), desk.queue()
    with desk.store.transaction(OURS) as session:
        for id, key, at in ((one, lid, read), (both, lid, read), (both, PHONE, None)):
            session.add(
                ReceiptRow(
                    delivery_id=id, number=1, key=key, address=key, expected=True, read_at=at
                )
            )
    desk.hears(Joined(addresses=[PHONE, lid], at=desk.now))
    with desk.store.reading(OURS) as session:
        rows = session.scalars(sa.select(ReceiptRow)).all()
        assert {(row.delivery_id, row.key, row.read_at) for row in rows} == {
            (one, PHONE, read), (both, PHONE, read),
        }  # fmt: skip
        assert len(rows) == 2


def test_that_somebody_read_may_be_lost_with_the_store(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(organisation: UUID) -> None:
        raise ConnectionError("the store is away")

    monkeypatch.setattr(desk.store, "reading", away)
    at_work = attending.Attending(desk.store, desk.numbers)
    news = WhatsAppAttended(
        connection_id=desk.connection, address=PHONE, last_id="wamid.1", typing=False, at=desk.now
    )
    with acting(service_context(OURS)):
        at_work.attend(news)
        at_work.stop()
    assert "Traceback" not in capsys.readouterr().err
