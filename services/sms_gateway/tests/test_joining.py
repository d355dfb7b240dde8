"""Parts that find each other again, whichever way a route joins them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_gateway.domain.joining import (
    DefaultAlphabet,
    Header,
    Joining,
    decoded,
    pieces,
    received,
)
from sms_gateway.domain.parts import Reference, split
from sms_gateway.smpp.commands import Tag
from sms_gateway.smpp.pdus import LONGEST_SHORT_MESSAGE


@given(
    st.text(alphabet=st.sampled_from("aé€[ž😀"), max_size=600),
    st.integers(min_value=0, max_value=100_000),
    st.sampled_from([Joining.HEADER, Joining.PARAMETERS]),
    st.sampled_from(Reference),
)
def test_there_and_back(text: str, reference: int, way: Joining, bits: Reference) -> None:
    made = split(text, bits)
    found, headers = [], []
    for piece in pieces(made, reference, way, bits):
        assert len(piece.text) <= LONGEST_SHORT_MESSAGE
        octets, header = received(piece.text, piece.esm_class, piece.tlvs)
        found.append(decoded(octets, piece.data_coding))
        headers.append(header)
    assert "".join(found) == text
    number = reference % (1 << bits.value)
    total = made.total
    assert headers == (
        [None] if total == 1 else [Header(number, total, each + 1) for each in range(total)]
    )


def test_all_in_one_payload() -> None:
    (piece,) = pieces(split("a" * 400), 7, Joining.PAYLOAD)
    assert piece.text == b""
    assert piece.tlvs[Tag.MESSAGE_PAYLOAD] == b"a" * 400
    assert received(piece.text, piece.esm_class, piece.tlvs) == (b"a" * 400, None)


@pytest.mark.parametrize(
    "header",
    [b"\x05\x00\x03\x07\x02\x00", b"\x05\x00\x03\x07\x02\x03", b"\x05\x00\x03\x07\x00\x00"],
)
def test_a_part_that_is_none_is_a_text_of_its_own(header: bytes) -> None:
    assert received(header + b"hello", 0x40, {}) == (b"hello", None)


def test_the_header_is_found_among_others() -> None:
    element = b"\x0b\x04\x01\x02\x03\x04"  # ports
    octets = b"\x0b" + element + b"\x00\x03\x2a\x03\x02" + b"hello"
    assert received(octets, 0x40, {}) == (b"hello", Header(42, 3, 2))


@given(st.binary(max_size=60), st.integers(0, 255), st.integers(0, 255))
def test_whatever_comes_is_text(octets: bytes, esm_class: int, coding: int) -> None:
    text, _ = received(octets, esm_class, {})
    assert isinstance(decoded(text, coding), str)


def test_codings() -> None:
    assert decoded(b"\x00", 0) == "@"
    assert decoded(b"\xe9", 0, DefaultAlphabet.LATIN_1) == "é"
    assert decoded(b"\xe9", 3) == "é"
    assert decoded("ž".encode("utf-16-be"), 8) == "ž"
    assert decoded("ж".encode("iso8859-5"), 6) == "ж"
