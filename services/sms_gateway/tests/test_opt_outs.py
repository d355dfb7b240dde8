"""Who writes STOP gets no text any more, neither a new one nor one that waits."""

from __future__ import annotations

import pytest

from contracts.channels import DeliveryStatus
from fairlead.testing.bus import Home
from sms_gateway.domain import senders
from sms_gateway.smpp import pdus
from sms_gateway.smpp.commands import Command, Status
from sms_gateway.smpp.pdus import Address, Short
from sms_gateway.smpp.stream import Raw

from .centre import Centre, agreeable, listening
from .hosting import PHONE, details, opened, queue, reached, running

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty_carriers")]


def throttling(centre: Centre, raw: Raw) -> None:
    if raw.command == Command.SUBMIT_SM:
        centre.say(pdus.answer(raw, Status.THROTTLED))
    else:
        agreeable(centre, raw)


def write(centre: Centre, sequence: int, text: bytes, source: Address) -> None:
    body = Short(source, Address("351210000000", 1, 1), text).body()
    centre.say(pdus.request(Command.DELIVER_SM, sequence, body))


def test_what_waits_does_not_leave_after_stop(home: Home) -> None:
    """But a machine's command does: it is nothing that somebody reads."""
    with listening(throttling) as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        waiting = queue(world, "Good morning")
        machine = queue(world, "TURN ON THE SAUNA", exact=True)
        world.wait_for(lambda: len(centre.of(Command.SUBMIT_SM)) >= 2)
        write(centre, 90, b"STOP", Address(PHONE[1:], 1, 1))
        world.wait_for(lambda: gateway.list_opt_outs().opt_outs)
        before = len(centre.of(Command.SUBMIT_SM))
        centre.script = agreeable
        failed = reached(world, waiting, DeliveryStatus.FAILED)
        assert "wrote STOP" in (failed.reason or "")
        assert (failed.parts_taken, failed.parts_refused) == (0, 1)
        reached(world, machine, DeliveryStatus.SENT)
        later = [pdus.read_short(each).text for each in centre.of(Command.SUBMIT_SM)[before:]]
        assert b"Good morning" not in later


@pytest.mark.parametrize(
    "source",
    [
        Address(PHONE[1:], 0, 1),
        Address("00" + PHONE[1:], 0, 1),
        Address(PHONE[4:], 2, 1),
        Address("0" + PHONE[4:], 2, 1),
    ],
    ids=lambda each: f"{each.digits}-{each.ton}",
)
def test_stop_counts_however_the_carrier_writes_the_number(home: Home, source: Address) -> None:
    with listening() as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        write(centre, 90, b"STOP", source)
        world.wait_for(lambda: gateway.list_opt_outs().opt_outs)
        reached(world, queue(world), DeliveryStatus.FAILED)
        write(centre, 91, b"START", source)
        world.wait_for(lambda: not gateway.list_opt_outs().opt_outs)
        reached(world, queue(world), DeliveryStatus.SENT)


def test_a_short_code_is_no_spelling_of_a_number() -> None:
    assert "12345" not in senders.spellings("+35112345")
    assert "910000001" in senders.spellings("+351910000001")
    assert "+44910000001" not in senders.spellings("+351910000001")
