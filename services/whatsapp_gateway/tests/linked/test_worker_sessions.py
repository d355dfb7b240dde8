"""The worker's sessions on the stand-in: pairing, and the ways in which they end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from whatsapp_gateway.linked.protocol import VERSION, commands, events
from whatsapp_gateway.linked.protocol.events import Phase

if TYPE_CHECKING:
    from scripts.servers.whatsapp.server import StandIn

    from .working import Working

pytestmark = pytest.mark.servers

Begin = Callable[..., "Working"]


def test_without_a_session_it_says_so_and_shows_no_codes(begin: Begin) -> None:
    worker = begin(session=False)
    worker.tell(commands.Connect())
    worker.phase(Phase.UNPAIRED)
    assert not worker.of(events.Qr)


def test_a_phone_is_linked_and_stays_so(begin: Begin, standin: StandIn) -> None:
    worker = begin(session=False)
    worker.tell(commands.Pair())
    code = worker.heard(events.Qr)
    assert 0 < code.seconds <= 60
    standin.scan(code.code)
    account = worker.heard(events.Paired)
    assert account.phone == f"+{standin.world.own}"
    worker.phase(Phase.OPEN)
    phases = [state.phase for state in worker.of(events.State)]
    # The 515 between pairing and signing in is no disconnect to tell of.
    assert phases == [Phase.CONNECTING, Phase.PAIRING, Phase.OPEN]
    worker.close()
    begin(again=worker).connected()


def test_a_phone_is_linked_by_a_code_that_is_typed_on_it(begin: Begin, standin: StandIn) -> None:
    worker = begin(session=False)
    worker.tell(commands.Pair(by_code=True))
    code = worker.heard(events.Code)
    assert re.fullmatch(r"[1-9A-Z]{4}-[1-9A-Z]{4}", code.code)
    assert code.seconds == 160
    assert not worker.of(events.Qr)

    standin.type_code("1111-1111")  # by somebody who does not see it
    standin.type_code(code.code)
    account = worker.heard(events.Paired)
    assert account.phone == f"+{standin.world.own}"
    worker.phase(Phase.OPEN)
    assert len(worker.of(events.Code)) == 1
    worker.close()
    begin(again=worker).connected()


def test_a_code_to_type_that_the_network_does_not_give_is_told(
    begin: Begin, standin: StandIn
) -> None:
    standin.rules.no_code = "429"
    worker = begin(session=False)
    worker.tell(commands.Pair(by_code=True))
    assert "429" in worker.phase(Phase.NO_CODE).detail
    assert not worker.of(events.Code)


def test_another_phone_than_the_labelled_one_is_refused(begin: Begin, standin: StandIn) -> None:
    worker = begin(session=False)
    worker.tell(commands.Pair())
    standin.scan(worker.heard(events.Qr).code, phone="34611000111")
    state = worker.phase(Phase.WRONG_NUMBER)
    assert state.detail == "+34611000111"
    assert standin.logged_out
    assert not worker.of(events.Paired)
    worker.close()
    again = begin(again=worker)
    again.tell(commands.Connect())
    again.phase(Phase.UNPAIRED)


def test_codes_that_nobody_scans_are_used_up(begin: Begin, standin: StandIn) -> None:
    worker = begin(session=False)
    worker.tell(commands.Pair())
    worker.heard(events.Qr)
    standin.hang_up_pairing()  # as the network does after the last code
    worker.phase(Phase.CODES_USED_UP)


def test_the_device_is_removed_on_the_phone(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    standin.remove_device()
    worker.phase(Phase.LOGGED_OUT)
    worker.close()
    again = begin(again=worker)
    again.tell(commands.Connect())
    again.phase(Phase.UNPAIRED)


def test_another_process_takes_the_session(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    sign_ins = standin.sign_ins
    standin.replace()
    worker.phase(Phase.REPLACED)
    assert standin.sign_ins == sign_ins


def test_it_logs_out(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    worker.tell(commands.Logout())
    worker.phase(Phase.LOGGED_OUT)
    assert standin.logged_out


@pytest.mark.parametrize(
    ("failure", "phase"),
    [
        ({"reason": "401", "location": "frc"}, Phase.LOGGED_OUT),
        ({"reason": "402", "code": "101", "expire": "3600"}, Phase.BANNED),
        ({"reason": "405"}, Phase.OUTDATED),
    ],
)
def test_the_network_refuses_the_sign_in(
    begin: Begin, standin: StandIn, failure: dict[str, str], phase: Phase
) -> None:
    standin.rules.refuse = failure
    worker = begin()
    worker.tell(commands.Connect())
    state = worker.phase(phase)
    if phase is Phase.BANNED:
        assert state.until is not None
        left = state.until - dt.datetime.now(dt.UTC)
        assert dt.timedelta(minutes=50) < left <= dt.timedelta(hours=1)


def test_a_broken_line_is_told_and_mended(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    standin.drop()
    worker.phase(Phase.DISCONNECTED)
    worker.heard(
        events.State,
        lambda _: [s.phase for s in worker.of(events.State)].count(Phase.OPEN) == 2,
    )


def test_a_network_that_is_not_there_is_told(begin: Begin, standin: StandIn) -> None:
    worker = begin(proxy="http://127.0.0.1:1")
    worker.tell(commands.Connect())
    assert worker.phase(Phase.UNREACHABLE).detail


def test_sides_of_different_versions_part(begin: Begin) -> None:
    worker = begin(version=VERSION + 1)
    assert worker.heard(events.Problem).reason == "wrong_version"
    assert worker.process.wait(30) != 0


def test_it_ends_when_the_service_is_gone(begin: Begin) -> None:
    worker = begin().connected()
    worker.close()
    assert worker.process.returncode == 0
