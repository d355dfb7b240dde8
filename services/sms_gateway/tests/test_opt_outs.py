"""Who writes STOP gets no text any more, neither a new one nor one that waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from contracts.channels import DeliveryStatus
from contracts.sms_gateway import SmsGateway
from fairlead.context import Role
from fairlead.errors import Forbidden, NotFound
from fairlead.recorded import AuditRecorded
from fairlead.testing.bus import Home
from fairlead.testing.services import World
from sms_gateway.domain import senders
from sms_gateway.smpp import pdus
from sms_gateway.smpp.commands import Command, Status
from sms_gateway.smpp.pdus import Address, Short
from sms_gateway.smpp.stream import Raw

from .centre import Centre, agreeable, listening
from .hosting import (
    OURS,
    OWNER,
    PHONE,
    STRANGER,
    Gateway,
    details,
    opened,
    queue,
    reached,
    running,
)

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


@contextmanager
def stopped(home: Home, *numbers: str) -> Iterator[tuple[World, Gateway]]:
    """The gateway, once these have written STOP, one after the other."""
    with running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(None))
        for count, number in enumerate(numbers, 1):
            gateway.sandbox_text(number=number, text="STOP")
            world.wait_for(lambda: len(gateway.list_opt_outs().opt_outs) == count)  # noqa: B023
        yield world, gateway


def found(gateway: Gateway, number: str) -> list[str]:
    return [each.number for each in gateway.list_opt_outs(number=number).opt_outs]


def test_numbers_are_found_by_what_somebody_types(home: Home) -> None:
    other = "+447700900123"
    with stopped(home, PHONE, other) as (_, gateway):
        assert found(gateway, PHONE) == [PHONE]
        assert found(gateway, " +351 910 000-001 ") == [PHONE]
        assert found(gateway, "00351910") == [PHONE]
        assert found(gateway, "7700") == [other]
        assert found(gateway, "00") == [other, PHONE]
        assert [found(gateway, each) for each in ("%", "_", "", "Mary", "999")] == [[]] * 5
        first = gateway.list_opt_outs(limit=1)
        second = gateway.list_opt_outs(limit=1, cursor=first.cursor)
        assert [each.number for each in first.opt_outs + second.opt_outs] == [other, PHONE]
        assert second.cursor is None


def test_a_number_is_found_that_its_carrier_wrote_as_inside_its_country(home: Home) -> None:
    with listening() as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        write(centre, 90, b"STOP", Address(PHONE[4:], 2, 1))
        world.wait_for(lambda: gateway.list_opt_outs().opt_outs)
        assert found(gateway, PHONE) == [PHONE[4:]]
        gateway.lift_opt_out(number=PHONE)
        assert found(gateway, PHONE) == []


def test_an_administrator_lifts_an_opt_out(home: Home) -> None:
    with stopped(home, PHONE, "+447700900123") as (world, gateway):
        gateway.lift_opt_out(number=PHONE)
        assert found(gateway, PHONE) == []
        assert found(gateway, "+447700900123") == ["+447700900123"]
        reached(world, queue(world), DeliveryStatus.SENT)
        [lifted] = [e for e in world.events(AuditRecorded, OURS) if e.entity == "sms_opt_out"]
        assert (lifted.action, lifted.user) == ("sms_opt_out.lifted", OWNER.user)
        assert PHONE not in msgspec.json.encode(lifted).decode()
        with pytest.raises(NotFound, match="stopped no texts"):
            gateway.lift_opt_out(number=PHONE)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.USER])
def test_nobody_else_lifts_one(home: Home, role: Role) -> None:
    with stopped(home, PHONE) as (world, gateway):
        other: Gateway = world.client(SmsGateway, msgspec.structs.replace(OWNER, role=role))
        with pytest.raises(Forbidden):
            other.lift_opt_out(number=PHONE)
        assert found(gateway, PHONE) == [PHONE]


def test_another_organisation_sees_and_lifts_none(home: Home) -> None:
    with stopped(home, PHONE) as (world, gateway):
        theirs: Gateway = world.client(SmsGateway, STRANGER)
        assert theirs.list_opt_outs(number=PHONE).opt_outs == []
        with pytest.raises(NotFound):
            theirs.lift_opt_out(number=PHONE)
        assert found(gateway, PHONE) == [PHONE]
