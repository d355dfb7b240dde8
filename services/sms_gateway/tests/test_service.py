"""The service on both transports and stores, with a message centre on a real socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from contracts.channels import DeliveryStatus, MessageReceived
from contracts.notifications import NotificationKind, NotificationRaised, Target
from contracts.sms_gateway import (
    CarrierAlphabet,
    PartsJoining,
    SmppServer,
    SmsGateway,
    TextEncoding,
    TextToSend,
)
from fairlead.context import Role
from fairlead.errors import Invalid, NotFound, Stale
from fairlead.testing.bus import Home
from fairlead.testing.services import World
from sms_gateway import sender
from sms_gateway.smpp import pdus, session
from sms_gateway.smpp.commands import Command, Status, Tag
from sms_gateway.smpp.pdus import Address, Short
from sms_gateway.smpp.stream import Raw
from sms_gateway.store.tables import IncomingRow

from .centre import Centre, agreeable, listening
from .hosting import (
    OURS,
    PHONE,
    STRANGER,
    Gateway,
    details,
    fates,
    opened,
    queue,
    reached,
    running,
)

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty_carriers")]


def receipt(centre: Centre, sequence: int, id: str, word: str) -> None:
    dates = "submit date:2611291604 done date:2611291605"
    text = f"id:{id} sub:001 dlvrd:001 {dates} stat:{word} err:000"
    body = Short(Address(PHONE[1:], 1, 1), Address("Atlas", 5), text.encode(), esm_class=4).body()
    centre.say(pdus.request(Command.DELIVER_SM, sequence, body))


def submitted(centre: Centre) -> list[Short]:
    return [pdus.read_short(each) for each in centre.of(Command.SUBMIT_SM)]


def test_a_long_text_arrives_part_by_part(home: Home) -> None:
    with listening() as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        queued = queue(world, "a" * 400)
        sent = reached(world, queued, DeliveryStatus.SENT)
        assert (sent.parts, sent.parts_delivered) == (3, 0)
        assert (sent.parts_taken, sent.parts_refused) == (3, 0)
        shorts = submitted(centre)
        assert [each.text[6:] for each in shorts] == [b"a" * 153, b"a" * 153, b"a" * 94]
        assert {each.registered_delivery for each in shorts} == {1}
        assert {each.destination for each in shorts} == {Address("351910000001", 1, 1)}
        assert {each.source for each in shorts} == {Address("Atlas", 5, 0)}
        ids = [f"id-{each.sequence}" for each in centre.of(Command.SUBMIT_SM)]
        for number, id in enumerate(ids):
            receipt(centre, 50 + number, id, "DELIVRD")
        arrived = reached(world, queued, DeliveryStatus.DELIVERED)
        assert (arrived.parts, arrived.parts_delivered) == (3, 3)
        assert [each for _, each in fates(world, queued)] == [0, 1, 2, 3]
        receipt(centre, 60, ids[0], "DELIVRD")  # once more, as carriers do
        receipt(centre, 61, ids[0], "ENROUTE")
        world.wait_for(lambda: len(centre.of(Command.DELIVER_SM_RESP)) == 5)
        assert len(fates(world, queued)) == 4
        [text] = gateway.list_sent().texts
        assert (text.parts, text.delivered, text.status) == (3, 3, DeliveryStatus.DELIVERED)


def test_a_receipt_before_its_answer_waits_for_it(home: Home) -> None:
    def early(centre: Centre, raw: Raw) -> None:
        if raw.command == Command.SUBMIT_SM:
            receipt(centre, 90, f"id-{raw.sequence}", "UNDELIV")
            centre.held = raw  # type: ignore[attr-defined]
        else:
            agreeable(centre, raw)

    with listening(early) as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        queued = queue(world)
        world.wait_for(lambda: centre.of(Command.DELIVER_SM_RESP))
        agreeable(centre, centre.held)  # type: ignore[attr-defined]
        failed = reached(world, queued, DeliveryStatus.FAILED)
        assert failed.reason == "It cannot be delivered to this number"


def test_receipts_that_come_with_their_answers_are_not_lost(home: Home) -> None:
    """Answer and receipt are written down at one moment: each looked for the other's row, neither
    was there yet, and the receipt of two texts of three waited for ever."""

    def at_once(centre: Centre, raw: Raw) -> None:
        agreeable(centre, raw)
        if raw.command == Command.SUBMIT_SM:
            receipt(centre, 1000 + raw.sequence, f"id-{raw.sequence}", "DELIVRD")

    with listening(at_once) as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        for queued in [queue(world, f"Text {number}") for number in range(20)]:
            reached(world, queued, DeliveryStatus.DELIVERED)


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [(0x0B, "knows no such number", True), (0x0A, "this sender", False), (0x22, "refused", False)],
)
def test_a_refusal_is_final(home: Home, status: int, reason: str, permanent: bool) -> None:
    def refuse(centre: Centre, raw: Raw) -> None:
        if raw.command == Command.SUBMIT_SM:
            centre.say(pdus.answer(raw, status))
        else:
            agreeable(centre, raw)

    with listening(refuse) as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        failed = reached(world, queue(world, "a" * 200), DeliveryStatus.FAILED)
        assert reason in (failed.reason or "")
        assert failed.permanent is permanent
        assert len(submitted(centre)) == 1  # nobody pays for the rest
        assert (failed.parts_taken, failed.parts_refused) == (0, 2)


def test_throttled_it_comes_again(home: Home) -> None:
    def throttle(centre: Centre, raw: Raw) -> None:
        if raw.command == Command.SUBMIT_SM and len(centre.of(Command.SUBMIT_SM)) == 1:
            centre.say(pdus.answer(raw, Status.THROTTLED))
        else:
            agreeable(centre, raw)

    with listening(throttle) as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        queued = queue(world)
        reached(world, queued, DeliveryStatus.SENT)
        assert len(submitted(centre)) == 2
        assert [status for status, _ in fates(world, queued)] == [DeliveryStatus.SENT]


def test_throttling_counts_as_no_try(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """After as many of it as a text has tries, one fault of the carrier does not end it."""
    monkeypatch.setattr(sender, "MOST_TRIES", 2)
    answers = [Status.THROTTLED, Status.THROTTLED, Status.SYSTEM_ERROR]

    def ill(centre: Centre, raw: Raw) -> None:
        if raw.command == Command.SUBMIT_SM and answers:
            centre.say(pdus.answer(raw, answers.pop(0)))
        else:
            agreeable(centre, raw)

    with listening(ill) as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        queued = queue(world)
        reached(world, queued, DeliveryStatus.SENT)
        assert [status for status, _ in fates(world, queued)] == [DeliveryStatus.SENT]


def test_what_may_have_left_is_not_sent_again(home: Home) -> None:
    """The carrier takes it and the line breaks before its answer; a receipt tells the end."""

    def break_off(centre: Centre, raw: Raw) -> None:
        if raw.command == Command.SUBMIT_SM:
            centre.hang_up()
        else:
            agreeable(centre, raw)

    with listening(break_off) as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        queued = queue(world)
        doubtful = reached(world, queued, DeliveryStatus.UNCERTAIN)
        assert "may have arrived" in (doubtful.reason or "")
        centre.script = agreeable
        world.wait_for(lambda: centre.connections == 2)
        other = queue(world, "Another")
        reached(world, other, DeliveryStatus.SENT)
        assert [each.text for each in submitted(centre)] == [b"Hello", b"Another"]


def test_refused_credentials_stop_it(home: Home) -> None:
    def refuse(centre: Centre, raw: Raw) -> None:
        centre.say(pdus.answer(raw, Status.INVALID_PASSWORD))

    with listening(refuse) as centre, running(home) as (world, gateway):
        made = gateway.create_sms_connection(details=details(centre))
        failing = world.wait_for(lambda: gateway.get_sms_connection(id=made.id).reason)
        assert "name or password is wrong" in failing
        [alert] = world.wait_for(lambda: world.events(NotificationRaised, OURS))
        assert (alert.kind, alert.text) == (NotificationKind.CONNECTION_FAILING, failing)
        assert (alert.to.roles, alert.target) == (
            [Role.OWNER, Role.ADMIN],
            Target(entity="connection", id=made.id),
        )
        centre.script = agreeable
        assert centre.connections == 1
        changed = details(centre, label="Other")
        gateway.update_sms_connection(id=made.id, version=made.version, details=changed)
        opened(world)
        assert len(world.events(NotificationRaised, OURS)) == 1


def test_a_person_writes_and_stops(home: Home) -> None:
    with listening() as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)

        def write(sequence: int, text: bytes, coding: int = 0, header: bytes = b"") -> None:
            body = Short(
                Address(PHONE[1:], 1, 1),
                Address("351210000000", 1, 1),
                header + text,
                data_coding=coding,
                esm_class=0x40 if header else 0,
            ).body()
            centre.say(pdus.request(Command.DELIVER_SM, sequence, body))

        write(1, "ž two".encode("utf-16-be"), 8, b"\x05\x00\x03\x09\x02\x02")
        write(2, "Part ".encode("utf-16-be"), 8, b"\x05\x00\x03\x09\x02\x01")
        [message] = world.wait_for(lambda: world.events(MessageReceived, OURS))
        assert message.text == "Part ž two"
        assert (message.sender.address, message.to[0].address) == (PHONE, "+351210000000")
        write(3, b"Stop!")
        world.wait_for(lambda: len(world.events(MessageReceived, OURS)) == 2)
        [stopped] = gateway.list_opt_outs().opt_outs
        assert (stopped.number, stopped.word) == (PHONE, "Stop!")
        failed = reached(world, queue(world), DeliveryStatus.FAILED)
        assert "wrote STOP" in (failed.reason or "")
        assert (failed.parts_taken, failed.parts_refused) == (0, 1)
        wanted = [
            TextToSend(number=PHONE, text="“a”" * 60),
            TextToSend(number=PHONE, text="“a”" * 60, exact=True),
            TextToSend(number="sauna", text="ON"),
        ]
        person, thing, nobody = gateway.foresee(texts=wanted)
        assert (person.parts, person.refused, person.stopped) == (2, failed.reason, stopped)
        assert (thing.parts, thing.refused, thing.stopped) == (3, None, None)
        assert "cannot be reached" in nobody.refused
        machine = queue(world, "TURN ON THE SAUNA", exact=True)
        reached(world, machine, DeliveryStatus.SENT)
        write(4, b"START")
        world.wait_for(lambda: not gateway.list_opt_outs().opt_outs)
        reached(world, queue(world), DeliveryStatus.SENT)


def test_what_a_carrier_brings_again_is_taken_once(home: Home) -> None:
    """It saw no answer, because the line broke, and brings it on its next session."""
    with listening() as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        body = Short(Address(PHONE[1:], 1, 1), Address("9"), b"Yes").body()
        centre.say(pdus.request(Command.DELIVER_SM, 1, body))
        centre.say(pdus.request(Command.DELIVER_SM, 2, body))  # somebody says it twice
        world.wait_for(lambda: len(world.events(MessageReceived, OURS)) == 2)
        centre.hang_up()
        world.wait_for(lambda: len(centre.of(Command.BIND_TRANSCEIVER)) == 2)
        for number in (3, 4, 5):  # both again, and somebody says it once more
            centre.say(pdus.request(Command.DELIVER_SM, number, body))
        world.wait_for(lambda: {3, 4, 5} <= _answered(centre))
        other = Short(Address(PHONE[1:], 1, 1), Address("9"), b"No").body()
        centre.say(pdus.request(Command.DELIVER_SM, 6, other))
        world.wait_for(lambda: len(world.events(MessageReceived, OURS)) == 4)
        said = [each.text for each in world.events(MessageReceived, OURS)]
        assert sorted(said) == ["No", "Yes", "Yes", "Yes"]


def test_what_a_carrier_saw_our_answer_to_it_does_not_bring_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it has answered something that was asked later: the same words are another text then,
    in however many sessions. So STOP, START and STOP are all heard."""
    monkeypatch.setattr(session, "SEEN_SECONDS", 0.02)
    with listening() as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        for number, word in enumerate((b"STOP", b"START", b"STOP", b"Ok", b"Ok"), 1):
            world.wait_for(lambda: len(centre.of(Command.BIND_TRANSCEIVER)) == number)  # noqa: B023
            body = Short(Address(PHONE[1:], 1, 1), Address("9"), word).body()
            centre.say(pdus.request(Command.DELIVER_SM, number, body))
            world.wait_for(lambda: not _unseen(world) and number in _answered(centre))  # noqa: B023
            centre.hang_up()
        world.wait_for(lambda: len(world.events(MessageReceived, OURS)) == 5)
        assert gateway.list_opt_outs().opt_outs


def _answered(centre: Centre) -> set[int]:
    return {each.sequence for each in centre.of(Command.DELIVER_SM_RESP)}


def _unseen(world: World) -> list[IncomingRow]:
    with world.database("sms_gateway").reading(OURS) as session:
        return list(session.scalars(sa.select(IncomingRow).where(IncomingRow.session != "")))


def test_the_sandbox(home: Home) -> None:
    with running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(None))
        queued = queue(world, "“Hello” " * 30)
        reached(world, queued, DeliveryStatus.SENT)
        [phone] = gateway.sandbox_phones()
        assert (phone.number, phone.unread) == (PHONE, 1)
        [text] = gateway.sandbox_texts(number=PHONE)
        assert (text.text, text.parts) == ('"Hello" ' * 30, 2)
        gateway.sandbox_deliver(id=text.id)
        assert reached(world, queued, DeliveryStatus.DELIVERED).parts_delivered == 2
        for _ in range(2):  # the same once more is another text
            gateway.sandbox_text(number=PHONE, text="Thanks 😀")
        world.wait_for(lambda: len(world.events(MessageReceived, OURS)) == 2)
        assert {e.text for e in world.events(MessageReceived, OURS)} == {"Thanks 😀"}
        lost = queue(world, "Are you there?")
        reached(world, lost, DeliveryStatus.SENT)
        [waiting] = [t for t in gateway.sandbox_texts(number=PHONE) if t.text.startswith("Are")]
        gateway.sandbox_deliver(id=waiting.id, arrived=False)
        assert reached(world, lost, DeliveryStatus.FAILED).reason == "The phone cannot be reached"


def test_without_a_connection_nothing_leaves(home: Home) -> None:
    with running(home) as (world, _):
        failed = reached(world, queue(world), DeliveryStatus.FAILED)
        assert "add one under Settings" in (failed.reason or "")


def test_numbers_that_are_none(home: Home) -> None:
    """None of them reaches the carrier, and the right one among them does."""
    numbers = ["", "+", "112", "+0351910000001", "351910000001", "+35191000000100000", "+351 910"]
    numbers += [
        "mary@guest.test",
        "34600111222@s.whatsapp.net",
        "+٣٥١٩١٠٠٠٠٠٠١",
        "+351📞",
        "\u200e+1",
    ]
    with listening() as centre, running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(centre))
        opened(world)
        wrong = [queue(world, number=each) for each in numbers]
        right = queue(world, "😀 \u202bשלום\u202c")
        for each in wrong:
            failed = reached(world, each, DeliveryStatus.FAILED)
            assert "must be a phone number" in (failed.reason or "")
        reached(world, right, DeliveryStatus.SENT)
        [sent] = submitted(centre)
        assert sent.text.decode("utf-16-be") == "😀 \u202bשלום\u202c"


def test_strangers_find_nothing(home: Home) -> None:
    with running(home) as (world, gateway):
        made = gateway.create_sms_connection(details=details(None))
        reached(world, queue(world), DeliveryStatus.SENT)
        theirs: Gateway = world.client(SmsGateway, STRANGER)
        asked: list[Callable[[], object]] = [
            lambda: theirs.get_sms_connection(id=made.id),
            lambda: theirs.remove_sms_connection(id=made.id),
            lambda: theirs.update_sms_connection(id=made.id, version=1, details=details(None)),
            lambda: theirs.sandbox_deliver(id=gateway.sandbox_texts(number=PHONE)[0].id),
        ]
        for ask in asked:
            with pytest.raises(NotFound):
                ask()
        assert theirs.list_sms_connections() == []
        assert theirs.list_sent().texts == []
        assert theirs.sandbox_phones() == []


def server(*, system_id: str = "us", **more: Any) -> SmppServer:
    return SmppServer(host="h", port=1, system_id=system_id, **more)


def test_what_is_wrong_is_named(home: Home) -> None:
    with listening() as centre, running(home) as (_, gateway):
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"sender": "A very long name"}, "sender"),
            ({"smpp": None}, "smpp"),
            ({"smpp": server()}, "smpp.password"),
            ({"smpp": server(password="clé")}, "smpp.password"),
            ({"smpp": server(password="secret", system_id="nós")}, "smpp.system_id"),
            ({"smpp": server(password="secret", system_type="Þ")}, "smpp.system_type"),
        ]
        for changes, field in wrong:
            with pytest.raises(Invalid) as caught:
                gateway.create_sms_connection(details=details(centre, **changes))
            assert [each["field"] for each in caught.value.details["errors"]] == [field]
        made = gateway.create_sms_connection(details=details(None))
        with pytest.raises(Stale):
            gateway.update_sms_connection(id=made.id, version=9, details=details(None))


def test_the_password_is_never_shown(home: Home) -> None:
    with listening() as centre, running(home) as (_, gateway):
        made = gateway.create_sms_connection(details=details(centre))
        assert b"secret" not in msgspec.json.encode([made, gateway.list_sms_connections()])
        kept = details(centre, label="Other")
        assert kept.smpp is not None
        kept = msgspec.structs.replace(kept, smpp=msgspec.structs.replace(kept.smpp, password=None))
        gateway.update_sms_connection(id=made.id, version=made.version, details=kept)


def test_the_counter(home: Home) -> None:
    with running(home) as (_, gateway):
        measured = gateway.measure(text="Ahoj Tomáši, “zítra” v 8")
        assert measured.encoding is TextEncoding.UCS_2
        assert (measured.parts, measured.left) == (1, 70 - 24)
        assert (measured.forced_by.place, measured.forced_by.character) == (8, "á")
        assert '"z' in measured.text
        with pytest.raises(Invalid, match="255"):
            gateway.measure(text="ž" * 20_000)


def test_parameters_join_where_the_route_wants_it(home: Home) -> None:
    with listening() as centre, running(home) as (world, gateway):
        made = details(centre)
        assert made.smpp is not None
        joined = msgspec.structs.replace(
            made.smpp, joining=PartsJoining.PARAMETERS, long_reference=True
        )
        gateway.create_sms_connection(details=msgspec.structs.replace(made, smpp=joined))
        opened(world)
        reached(world, queue(world, "b" * 200), DeliveryStatus.SENT)
        first, second = submitted(centre)
        assert first.text == b"b" * 152
        assert second.tlvs[Tag.SAR_SEGMENT_SEQNUM] == b"\x02"


def test_a_route_of_latin_1_makes_no_question_marks(home: Home) -> None:
    """What only the GSM alphabet has leaves as UCS-2, and is counted so; a command as well."""
    with listening() as centre, running(home) as (world, gateway):
        made = details(centre)
        assert made.smpp is not None
        latin = msgspec.structs.replace(made.smpp, alphabet=CarrierAlphabet.LATIN_1)
        gateway.create_sms_connection(details=msgspec.structs.replace(made, smpp=latin))
        opened(world)
        measured = gateway.measure(text="Café 5 €")
        assert (measured.encoding, measured.left) == (TextEncoding.UCS_2, 70 - 8)
        assert measured.forced_by.character == "€"
        assert gateway.measure(text="Café").encoding is TextEncoding.GSM_7
        for said in ("Café", "Café 5 €", "Ω" * 80):
            reached(world, queue(world, said, exact=True), DeliveryStatus.SENT)
        plain, euro, *omegas = submitted(centre)
        assert (plain.text, plain.data_coding) == ("Café".encode("latin-1"), 0)
        assert (euro.text.decode("utf-16-be"), euro.data_coding) == ("Café 5 €", 8)
        assert "".join(each.text[6:].decode("utf-16-be") for each in omegas) == "Ω" * 80


def test_a_route_that_takes_the_whole_text(home: Home) -> None:
    """The carrier cuts it: one submit_sm, one id, and one receipt for all parts."""
    with listening() as centre, running(home) as (world, gateway):
        made = details(centre)
        assert made.smpp is not None
        whole = msgspec.structs.replace(made.smpp, joining=PartsJoining.PAYLOAD)
        gateway.create_sms_connection(details=msgspec.structs.replace(made, smpp=whole))
        opened(world)
        queued = queue(world, "c" * 400)
        assert reached(world, queued, DeliveryStatus.SENT).parts == 3
        [sent] = submitted(centre)
        assert sent.tlvs[Tag.MESSAGE_PAYLOAD] == b"c" * 400
        receipt(centre, 50, f"id-{centre.of(Command.SUBMIT_SM)[0].sequence}", "DELIVRD")
        assert reached(world, queued, DeliveryStatus.DELIVERED).parts_delivered == 3
