"""PDUs there and back, in any pieces, and whatever else comes along the wire."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_gateway.domain import joining, receipts
from sms_gateway.smpp import pdus
from sms_gateway.smpp.commands import Command, Status, Tag
from sms_gateway.smpp.pdus import Address, Bind, Data, Malformed, Short, Taken
from sms_gateway.smpp.stream import LONGEST, OutOfStep, Raw, Splitter

ASCII = st.characters(min_codepoint=1, max_codepoint=127)


def strings(most: int) -> st.SearchStrategy[str]:
    return st.text(alphabet=ASCII, max_size=most - 1)


OCTETS = st.integers(0, 255)
TLVS = st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=40), max_size=5)
ADDRESSES = st.builds(Address, strings(21), OCTETS, OCTETS)
SHORTS = st.builds(
    Short,
    source=ADDRESSES,
    destination=ADDRESSES,
    text=st.binary(max_size=254),
    data_coding=OCTETS,
    esm_class=OCTETS,
    registered_delivery=OCTETS,
    service_type=strings(6),
    protocol_id=OCTETS,
    priority=OCTETS,
    schedule=strings(17),
    validity=strings(17),
    replace=OCTETS,
    default_message_id=OCTETS,
    tlvs=TLVS,
)


def raw(body: bytes, command: Command = Command.DELIVER_SM) -> Raw:
    return Raw(command, 0, 1, body)


@given(SHORTS)
def test_messages_there_and_back(message: Short) -> None:
    assert pdus.read_short(raw(message.body())) == message


@given(st.builds(Data, ADDRESSES, ADDRESSES, OCTETS, OCTETS, OCTETS, strings(6), TLVS))
def test_data_there_and_back(message: Data) -> None:
    assert pdus.read_data(raw(message.body())) == message


@given(st.builds(Bind, strings(16), strings(9), strings(13), ADDRESSES))
def test_binds_there_and_back(bind: Bind) -> None:
    assert pdus.read_bind(raw(bind.body())) == bind


@given(st.builds(Taken, strings(65), TLVS))
def test_answers_there_and_back(taken: Taken) -> None:
    assert pdus.read_taken(raw(taken.body())) == taken


def test_answers_without_a_body() -> None:
    assert pdus.read_taken(raw(b"")) == Taken("")


@pytest.mark.parametrize("read", [pdus.read_short, pdus.read_data, pdus.read_bind, pdus.read_taken])
@given(octets=st.binary(max_size=120))
def test_whatever_comes_is_read_or_malformed(read: object, octets: bytes) -> None:
    assert callable(read)
    with suppress(Malformed):
        read(raw(octets))


@given(SHORTS, st.data())
def test_a_truncated_message_is_malformed_or_shorter(message: Short, data: st.DataObject) -> None:
    body = message.body()
    cut = body[: data.draw(st.integers(0, len(body)))]
    try:
        found = pdus.read_short(raw(cut))
    except Malformed:
        return
    # Nothing but parameters at the end can be missing from what is read.
    assert (found.source, found.text) == (message.source, message.text)


@pytest.mark.parametrize(
    ("field", "value"),
    [("system_id", "x" * 16), ("system_id", "é"), ("password", "123456789"), ("password", "a\0b")],
)
def test_what_does_not_fit_is_named(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=field):
        replace(Bind("us", "pw"), **{field: value}).body()  # type: ignore[arg-type]


def test_a_text_that_is_too_long() -> None:
    with pytest.raises(ValueError, match="255 octets"):
        Short(Address("1"), Address("2"), b"x" * 255).body()


FIELD = json.loads(Path(__file__).with_name("field_pdus.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "says", "octets"), FIELD)
def test_what_real_carriers_sent(name: str, says: str, octets: str) -> None:
    """From Jasmin's tests (Apache-2.0): unknown and cut parameters, statuses of their own."""
    [found] = Splitter().take(bytes.fromhex(octets))
    assert _words(found) == says, name


@given(st.sampled_from(FIELD), st.data())
def test_broken_pdus_are_read_or_malformed(field: list[str], data: st.DataObject) -> None:
    """Bits turned and ends cut off: nothing but what says so comes out, and no step is lost."""
    octets = bytearray.fromhex(field[2])
    for _ in range(data.draw(st.integers(0, 4))):
        octets[data.draw(st.integers(4, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    del octets[data.draw(st.integers(16, len(octets))) :]
    octets[:4] = len(octets).to_bytes(4, "big")
    whole = bytes(Raw(Command.ENQUIRE_LINK, 0, 7))
    found, after = Splitter().take(bytes(octets) + whole)
    assert bytes(after) == whole
    with suppress(Malformed):
        message = pdus.read_short(found)
        text, header = joining.received(message.text, message.esm_class, message.tlvs)
        assert header is None or 1 <= header.number <= header.total
        joining.decoded(text, message.data_coding).encode()  # what the inbox can keep
        receipts.read(joining.decoded(text, message.data_coding), message.tlvs)


def _words(found: Raw) -> str:
    if found.command == Command.BIND_TRANSCEIVER_RESP:
        pdus.read_taken(found)
        return f"bind 0x{found.status:02x}"
    if found.command == Command.SUBMIT_SM_RESP:
        pdus.read_taken(found)
        return f"answer 0x{found.status:02x}"
    message = pdus.read_short(found)
    text, _ = joining.received(message.text, message.esm_class, message.tlvs)
    said = joining.decoded(text, message.data_coding)
    if not receipts.is_receipt(message.esm_class):
        return said
    receipt = receipts.read(said, message.tlvs)
    assert receipt is not None
    return f"{receipt.message_id} {receipt.word}"


def in_pieces(octets: bytes, sizes: Iterable[int]) -> Iterable[bytes]:
    for size in sizes:
        yield octets[:size]
        octets = octets[size:]
    yield octets


RAWS = st.builds(Raw, *[st.integers(0, 0xFFFF_FFFF)] * 3, st.binary(max_size=60))


@given(st.lists(RAWS, max_size=6), st.lists(st.integers(0, 40), max_size=12))
def test_however_the_network_cuts_them(sent: list[Raw], sizes: list[int]) -> None:
    splitter = Splitter()
    octets = b"".join(map(bytes, sent))
    assert [each for piece in in_pieces(octets, sizes) for each in splitter.take(piece)] == sent


@pytest.mark.parametrize("length", [0, 15, LONGEST + 1, 0xFFFF_FFFF])
def test_what_cannot_be_a_pdu(length: int) -> None:
    splitter = Splitter()
    whole = bytes(Raw(Command.ENQUIRE_LINK, 0, 7))
    with pytest.raises(OutOfStep):
        list(splitter.take(whole + length.to_bytes(4, "big") + bytes(12)))


def test_an_answer_has_the_number_of_its_question() -> None:
    asked = Raw(Command.DELIVER_SM, 0, 9, b"...")
    assert pdus.answer(asked, Status.SYSTEM_ERROR) == Raw(
        Command.DELIVER_SM_RESP, Status.SYSTEM_ERROR, 9
    )


def test_parameters_are_written_as_the_specification_has_them() -> None:
    """5.3.2.22: tag 0x020C, length 2, value."""
    body = Taken("", {Tag.SAR_MSG_REF_NUM: b"\x00\x2a"}).body()
    assert body == bytes.fromhex("00020c0002002a")
