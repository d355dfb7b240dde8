"""Several connections side by side: each has its own session, its share, and its direction."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import eventlet
import msgspec
import pytest

from contracts.channels import DeliveryStatus
from contracts.sms_gateway import SmppDirection
from fairlead.errors import Invalid
from fairlead.testing.bus import Home
from sms_gateway import adopting, carriers, office, sender
from sms_gateway.carriers import Carriers
from sms_gateway.domain.receipts import State
from sms_gateway.smpp import pdus
from sms_gateway.smpp.commands import Command
from sms_gateway.smpp.pdus import Address, Short
from sms_gateway.smpp.stream import Raw
from sms_gateway.smpp_carrier import SmppCarrier
from sms_gateway.store.tables import ReceiptRow

from .centre import Centre, agreeable, listening
from .hosting import OURS, PHONE, details, opened, queue, reached, running

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty_carriers")]


def one_way(centre: Centre, direction: SmppDirection, **changes: Any) -> Any:
    made = details(centre, label=direction.value, **changes)
    assert made.smpp is not None
    return msgspec.structs.replace(
        made, smpp=msgspec.structs.replace(made.smpp, direction=direction)
    )


def test_a_slow_connection_keeps_no_other_waiting(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its texts are due first, and more of them than are ever under way at a time."""
    monkeypatch.setattr(sender, "EACH", 3)
    monkeypatch.setattr(sender, "AT_ONCE", 5)

    def silent(centre: Centre, raw: Raw) -> None:
        if raw.command != Command.SUBMIT_SM:
            agreeable(centre, raw)

    with listening(silent) as slow, listening() as quick, running(home) as (world, gateway):
        one = gateway.create_sms_connection(details=details(slow))
        other = gateway.create_sms_connection(details=details(quick, label="Other"))
        world.wait_for(lambda: all(c.of(Command.BIND_TRANSCEIVER) for c in (slow, quick)))
        long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
        for _ in range(8):
            queue(world, connection_id=one.id, queued_at=long_ago)
        world.wait_for(lambda: len(slow.of(Command.SUBMIT_SM)) == 3)
        for each in [queue(world, f"{n}", connection_id=other.id) for n in range(4)]:
            reached(world, each, DeliveryStatus.SENT)
        assert len(slow.of(Command.SUBMIT_SM)) == 3
        slow.hang_up()


def test_who_looks_twice_at_once_signs_in_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service's loop, and who makes a connection: the lease, which is the process's, is theirs
    after the store let both wait for it."""
    looking = eventlet.Event()
    kept: list[Carriers] = []
    begun: list[SmppCarrier] = []

    class Known(Carriers):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            kept.append(self)

        def _lease(self, id: UUID) -> bool:
            if not looking.ready():
                looking.send()
            eventlet.sleep(0)
            return super()._lease(id)

    class Counted(SmppCarrier):
        def run(self) -> None:
            begun.append(self)
            super().run()

    monkeypatch.setattr(office, "Carriers", Known)
    monkeypatch.setattr(carriers, "SmppCarrier", Counted)
    with listening() as centre, running(home) as (world, gateway):
        making = eventlet.spawn(gateway.create_sms_connection, details=details(centre))
        looking.wait()
        kept[0].keep()
        making.wait()
        opened(world)
        assert len(begun) == 1


def test_a_receiver_sends_nothing_and_its_receipts_find_their_texts(home: Home) -> None:
    """A pair of connections with one account: by one it sends, on the other the receipts come."""
    with listening() as ins, listening() as outs, running(home) as (world, gateway):
        with pytest.raises(Invalid, match="default"):
            gateway.create_sms_connection(
                details=one_way(ins, SmppDirection.RECEIVER, default=True)
            )
        gateway.create_sms_connection(details=one_way(ins, SmppDirection.RECEIVER))
        world.wait_for(lambda: ins.of(Command.BIND_RECEIVER))
        lonely = reached(world, queue(world), DeliveryStatus.FAILED)
        assert "add one under Settings" in (lonely.reason or "")
        made = one_way(outs, SmppDirection.TRANSMITTER)
        gateway.create_sms_connection(details=made)
        world.wait_for(lambda: outs.of(Command.BIND_TRANSMITTER))
        queued = queue(world)
        reached(world, queued, DeliveryStatus.SENT)
        assert not ins.of(Command.SUBMIT_SM)
        [submitted] = outs.of(Command.SUBMIT_SM)
        text = f"id:id-{submitted.sequence} stat:DELIVRD err:000".encode()
        body = Short(Address(PHONE[1:], 1, 1), Address("Atlas", 5), text, esm_class=4).body()
        ins.say(pdus.request(Command.DELIVER_SM, 7, body))
        reached(world, queued, DeliveryStatus.DELIVERED)


def test_receipts_that_could_be_of_several_texts_stand_in_nobodys_way(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "AT_ONCE", 2)
    monkeypatch.setattr(adopting, "AFTER", dt.timedelta(0))
    other = "+351910000002"

    def break_off(centre: Centre, raw: Raw) -> None:
        if raw.command == Command.SUBMIT_SM:
            centre.hang_up()
        else:
            agreeable(centre, raw)

    with listening(break_off) as centre:
        with running(home) as (world, gateway):
            made = gateway.create_sms_connection(details=details(centre))
            opened(world)
            for _ in range(2):
                reached(world, queue(world, number=other), DeliveryStatus.UNCERTAIN)
            alone = queue(world)
            reached(world, alone, DeliveryStatus.UNCERTAIN)
            with world.database("sms_gateway").transaction(OURS) as session:
                for key, number in (("a", other), ("b", other), ("c", PHONE)):
                    session.add(
                        ReceiptRow(
                            connection_id=made.id,
                            key=key,
                            number=number,
                            state=State.DELIVERED,
                            at=dt.datetime.now(dt.UTC),
                        )
                    )
                    session.flush()
        with running(home) as (world, _):  # which looks when it starts
            reached(world, alone, DeliveryStatus.DELIVERED)
