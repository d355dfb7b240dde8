"""Sending: whatever becomes of process and line, nothing leaves twice, and little is lost."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
import sqlalchemy as sa

from contracts.channels import DeliveryStatus
from contracts.common import FileRef
from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.store import Database
from whatsapp_gateway import sender
from whatsapp_gateway.domain.heard import Said, Who
from whatsapp_gateway.drivers import Again, Outcome, Parcel, Taken
from whatsapp_gateway.store.tables import ConnectionRow

from .desk import OURS, PHONE, Desk

pytestmark = pytest.mark.green


@pytest.fixture
def desk(store: Database) -> Desk:
    return Desk(store, WhatsAppConnectionKind.LINKED)


def test_who_lost_the_lease_sends_no_more_of_it(desk: Desk) -> None:
    files = [
        FileRef(key=f"k{each}", name=f"{each}.jpg", content_type="image/jpeg", size=1)
        for each in range(2)
    ]
    id = desk.queue("", attachments=files)

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
