"""Sessions over a real socket, with a message centre that behaves as ill as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import eventlet
import pytest

from fairlead.testing.bus import wait_for
from sms_gateway.smpp import pdus
from sms_gateway.smpp import session as session_module
from sms_gateway.smpp.commands import Command, Status
from sms_gateway.smpp.line import Broken, Unanswered
from sms_gateway.smpp.pdus import Address, Data, Short
from sms_gateway.smpp.session import Session, SignInRefused, Submitted, opened
from sms_gateway.smpp.stream import Raw

from .centre import Centre, agreeable, listening

pytestmark = pytest.mark.green

TEXT = Short(Address("Atlas", 5, 0), Address("351910000001", 1, 1), b"Hello")


class Taker:
    """Takes what comes by itself."""

    def __init__(self, deliver: Callable[[Short | Data], int] | None = None) -> None:
        self.messages: list[Short | Data] = []
        self.unreadable: list[str] = []
        self.stragglers: list[Raw] = []
        self.known: list[Short | Data] = []
        self._deliver = deliver

    def deliver(self, message: Short | Data) -> int:
        if self._deliver is not None:
            return self._deliver(message)
        self.messages.append(message)
        return Status.OK

    def malformed(self, raw: Raw, reason: str) -> None:
        self.unreadable.append(reason)

    def seen(self, messages: Sequence[Short | Data]) -> None:
        self.known.extend(messages)

    def late(self, answer: Raw) -> None:
        self.stragglers.append(answer)


def connect(centre: Centre, taker: Taker | None = None, **options: Any) -> Session:
    return opened(replace(centre.options, **options), taker or Taker())


def but(command: Command, instead: Callable[[Centre, Raw], None]) -> Callable[[Centre, Raw], None]:
    """Agreeable, but for one command."""

    def script(centre: Centre, raw: Raw) -> None:
        (instead if raw.command == command else agreeable)(centre, raw)

    return script


def test_a_text_is_taken() -> None:
    with listening() as centre:
        bound = connect(centre)
        assert bound.submit(TEXT) == Submitted(Status.OK, "id-2")
        assert pdus.read_short(centre.of(Command.SUBMIT_SM)[0]) == TEXT
        bind = pdus.read_bind(centre.of(Command.BIND_TRANSCEIVER)[0])
        assert (bind.system_id, bind.password) == ("us", "secret")
        bound.close()
        assert centre.of(Command.UNBIND)
        assert bound.over == "closed here"
        with pytest.raises(Broken):
            bound.submit(TEXT)


@pytest.mark.parametrize(
    ("status", "for_good"),
    [(0x0D, True), (0x0E, True), (0x0F, True), (0x53, True), (0x08, False), (0x05, False)],
)
def test_refused_at_the_door(status: int, for_good: bool) -> None:
    script = but(Command.BIND_TRANSCEIVER, lambda centre, raw: centre.say(pdus.answer(raw, status)))
    with listening(script) as centre:
        with pytest.raises(SignInRefused, match=f"0x{status:02X}") as caught:
            connect(centre)
        assert caught.value.for_good is for_good


def test_nobody_is_there() -> None:
    with listening() as centre:
        options = centre.options
    with pytest.raises(ConnectionRefusedError):
        opened(options, Taker())


def test_a_refusal_has_a_status() -> None:
    script = but(Command.SUBMIT_SM, lambda centre, raw: centre.say(pdus.answer(raw, 0x58)))
    with listening(script) as centre:
        assert connect(centre).submit(TEXT) == Submitted(0x58, "")


def test_answers_come_in_any_order() -> None:
    held: list[Raw] = []

    def hold(centre: Centre, raw: Raw) -> None:
        held.append(raw)
        if len(held) == 5:
            for each in reversed(held):
                agreeable(centre, each)

    with listening(but(Command.SUBMIT_SM, hold)) as centre:
        bound = connect(centre, window=5)
        jobs = [eventlet.spawn(bound.submit, TEXT) for _ in range(5)]
        found = {job.wait().message_id for job in jobs}
        assert found == {f"id-{number}" for number in range(2, 7)}


def reached(held: list[Raw], count: int) -> bool:
    return len(held) >= count


def test_no_more_under_way_than_the_window() -> None:
    held: list[Raw] = []
    with listening(but(Command.SUBMIT_SM, lambda _, raw: held.append(raw))) as centre:
        bound = connect(centre, window=3)
        jobs = [eventlet.spawn(bound.submit, TEXT) for _ in range(8)]
        for answered in range(8):
            most = min(answered + 3, 8)
            wait_for(partial(reached, held, most))
            eventlet.sleep(0.02)  # for a ninth to come all the same
            assert len(held) == most
            agreeable(centre, held[answered])
        assert all(job.wait().status == Status.OK for job in jobs)


def test_an_answer_that_comes_too_late_is_told() -> None:
    """The text may have been sent: nobody sends it again, and its id is learnt after all."""
    held: list[Raw] = []
    taker = Taker()
    with listening(but(Command.SUBMIT_SM, lambda _, raw: held.append(raw))) as centre:
        bound = connect(centre, taker, answer_within=0.05)
        with pytest.raises(Unanswered):
            bound.submit(TEXT)
        agreeable(centre, held[0])
        [late] = wait_for(lambda: taker.stragglers)
        assert pdus.read_taken(late).message_id == "id-2"
        assert late.sequence == held[0].sequence


def test_a_time_out_amid_an_answer_loses_no_step() -> None:
    """Half of it comes before the time is up, and half after it; all that follows is understood."""

    def halves(centre: Centre, raw: Raw) -> None:
        octets = bytes(pdus.answer(raw, body=f"id-{raw.sequence}".encode() + b"\0"))
        centre.say(octets[:9])
        eventlet.spawn_after(0.15, centre.say, octets[9:])

    taker = Taker()
    with listening(but(Command.SUBMIT_SM, halves)) as centre:
        bound = connect(centre, taker, answer_within=0.05)
        with pytest.raises(Unanswered):
            bound.submit(TEXT)
        wait_for(lambda: taker.stragglers)
        centre.script = agreeable
        assert bound.submit(TEXT).status == Status.OK


@pytest.mark.parametrize("how", ["hang_up", "stream"])
def test_who_waits_is_told_when_the_line_breaks(how: str) -> None:
    def end(centre: Centre, raw: Raw) -> None:
        if how == "hang_up":
            centre.hang_up()
        else:
            centre.say(b"\0\0\0\1" + bytes(12))

    with listening(but(Command.SUBMIT_SM, end)) as centre:
        bound = connect(centre)
        with pytest.raises(Unanswered):
            bound.submit(TEXT)
        assert wait_for(lambda: bound.over)
        with pytest.raises(Broken):
            bound.submit(TEXT)


def test_the_other_side_is_asked_whether_it_is_there() -> None:
    with listening() as centre:
        bound = connect(centre, enquire_every=0.03)
        wait_for(lambda: len(centre.of(Command.ENQUIRE_LINK)) >= 2)
        assert bound.over is None


def test_a_peer_that_says_nothing_is_left() -> None:
    with listening(but(Command.ENQUIRE_LINK, lambda _centre, _raw: None)) as centre:
        bound = connect(centre, enquire_every=0.03, answer_within=0.05)
        assert wait_for(lambda: bound.over) == "the carrier does not answer any more"


def test_it_says_that_it_is_there_and_goodbye() -> None:
    with listening() as centre:
        bound = connect(centre)
        centre.say(pdus.request(Command.ENQUIRE_LINK, 77))
        [answer] = wait_for(lambda: centre.of(Command.ENQUIRE_LINK_RESP))
        assert answer.sequence == 77
        centre.say(pdus.request(Command.UNBIND, 78))
        wait_for(lambda: centre.of(Command.UNBIND_RESP))
        assert wait_for(lambda: bound.over) == "the carrier ended the session"


def test_an_unknown_command_is_refused_by_its_number() -> None:
    with listening() as centre:
        bound = connect(centre)
        centre.say(Raw(0x0000_0777, 0, 5))
        [nack] = wait_for(lambda: centre.of(Command.GENERIC_NACK))
        assert (nack.status, nack.sequence) == (Status.INVALID_COMMAND, 5)
        assert bound.over is None


def test_a_generic_nack_is_an_answer() -> None:
    def nack(centre: Centre, raw: Raw) -> None:
        centre.say(Raw(Command.GENERIC_NACK, Status.INVALID_COMMAND_LENGTH, raw.sequence))

    with listening(but(Command.SUBMIT_SM, nack)) as centre:
        assert connect(centre).submit(TEXT).status == Status.INVALID_COMMAND_LENGTH


def test_what_comes_is_kept_before_it_is_answered() -> None:
    kept: list[Short | Data] = []
    allowed = eventlet.Event()

    def keep(message: Short | Data) -> int:
        allowed.wait()
        kept.append(message)
        return Status.OK

    with listening() as centre:
        connect(centre, Taker(keep))
        centre.say(pdus.request(Command.DELIVER_SM, 5, TEXT.body()))
        centre.say(pdus.request(Command.ENQUIRE_LINK, 6))
        wait_for(lambda: centre.of(Command.ENQUIRE_LINK_RESP))  # nothing waits for the keeping
        assert not centre.of(Command.DELIVER_SM_RESP)
        allowed.send()
        [answer] = wait_for(lambda: centre.of(Command.DELIVER_SM_RESP))
        assert (answer.status, answer.sequence, kept) == (Status.OK, 5, [TEXT])


def test_who_answers_what_is_asked_later_has_read_our_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And nothing is known of what was answered after the asking."""
    monkeypatch.setattr(session_module, "SEEN_SECONDS", 0.02)
    held: list[Raw] = []
    taker = Taker()
    with listening(but(Command.ENQUIRE_LINK, lambda _centre, raw: held.append(raw))) as centre:
        connect(centre, taker)
        centre.say(pdus.request(Command.DELIVER_SM, 5, TEXT.body()))
        wait_for(lambda: held)
        centre.say(pdus.request(Command.DELIVER_SM, 6, TEXT.body()))
        wait_for(lambda: len(centre.of(Command.DELIVER_SM_RESP)) == 2)
        assert taker.known == []
        agreeable(centre, held[0])
        wait_for(lambda: len(held) == 2)
        assert taker.known == [TEXT]
        agreeable(centre, held[1])
        wait_for(lambda: len(taker.known) == 2)


def test_what_cannot_be_kept_comes_again() -> None:
    def away(message: Short | Data) -> int:
        raise OSError("the store is away")

    with listening() as centre:
        bound = connect(centre, Taker(away))
        centre.say(pdus.request(Command.DELIVER_SM, 5, TEXT.body()))
        [answer] = wait_for(lambda: centre.of(Command.DELIVER_SM_RESP))
        assert answer.status == Status.SYSTEM_ERROR
        assert bound.over is None


def test_what_cannot_be_read_is_kept_raw_and_stops_nothing() -> None:
    taker = Taker()
    with listening() as centre:
        connect(centre, taker)
        centre.say(pdus.request(Command.DELIVER_SM, 5, b"\0\0"))
        centre.say(pdus.request(Command.DATA_SM, 6, Data(Address("1"), Address("2")).body()))
        wait_for(lambda: len(taker.messages) == 1)
        assert len(taker.unreadable) == 1
        answers = {each.sequence: each.status for each in centre.heard if each.command >> 31}
        assert answers == {5: Status.INVALID_MESSAGE_LENGTH, 6: Status.OK}


def test_numbers_begin_again_after_the_last() -> None:
    with listening() as centre:
        bound = connect(centre)
        bound._line._sequence = 0x7FFF_FFFF
        assert bound.submit(TEXT).message_id == "id-1"
