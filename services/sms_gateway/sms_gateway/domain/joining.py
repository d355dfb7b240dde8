"""How the parts of one text are told to belong together (3GPP TS 23.040, 9.2.3.24; SMPP 5.3.2.22).

A route takes one of three ways: a header before each part's text, optional parameters beside it,
or the whole text in one, which the carrier cuts itself.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..smpp.commands import Tag
from . import alphabet
from .parts import Encoding, Reference, Split

_UDHI = 0x40  # of esm_class: the text begins with a header
_CONCAT_8, _CONCAT_16 = 0x00, 0x08
_UCS_2 = 0x08


class Joining(enum.Enum):
    """The way of a route."""

    HEADER = "header"
    PARAMETERS = "parameters"
    PAYLOAD = "payload"


class DefaultAlphabet(enum.Enum):
    """What a message centre takes data_coding 0 for."""

    GSM = "gsm"
    LATIN_1 = "latin_1"


@dataclass(frozen=True, slots=True)
class Piece:
    """One part as it goes to the message centre."""

    text: bytes
    data_coding: int
    esm_class: int = 0
    tlvs: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Header:
    """What a received part says of the text that it belongs to."""

    reference: int
    total: int
    number: int


def pieces(
    split: Split,
    reference: int,
    way: Joining,
    bits: Reference = Reference.BITS_8,
    default: DefaultAlphabet = DefaultAlphabet.GSM,
) -> list[Piece]:
    """The parts of a text, ready to be submitted in this order.

    `split` was made for the same alphabet. `reference` is the text's number between these two
    phones; as many of its bits count as `bits`.
    """
    coding = _UCS_2 if split.encoding is Encoding.UCS_2 else 0
    bodies = [_octets(part, split.encoding, default) for part in split.parts]
    if len(bodies) == 1:
        return [Piece(bodies[0], coding)]
    if way is Joining.PAYLOAD:
        return [Piece(b"", coding, tlvs={Tag.MESSAGE_PAYLOAD: b"".join(bodies)})]
    reference %= 1 << bits.value
    total = len(bodies)
    numbered = enumerate(bodies, 1)
    if way is Joining.HEADER:
        return [
            Piece(_header(reference, total, number, bits) + body, coding, _UDHI)
            for number, body in numbered
        ]
    return [
        Piece(
            body,
            coding,
            tlvs={
                Tag.SAR_MSG_REF_NUM: reference.to_bytes(2, "big"),
                Tag.SAR_TOTAL_SEGMENTS: bytes([total]),
                Tag.SAR_SEGMENT_SEQNUM: bytes([number]),
            },
        )
        for number, body in numbered
    ]


def received(text: bytes, esm_class: int, tlvs: Mapping[int, bytes]) -> tuple[bytes, Header | None]:
    """The text of a received part without its header, and what either says of the whole."""
    text = tlvs.get(Tag.MESSAGE_PAYLOAD, b"") or text
    header = _from_parameters(tlvs)
    if not esm_class & _UDHI or not text:
        return text, header
    length = text[0] + 1
    return text[length:], _from_header(text[1:length]) or header


def decoded(text: bytes, data_coding: int, default: DefaultAlphabet = DefaultAlphabet.GSM) -> str:
    """A received text in the coding that it names (SMPP 5.2.19). Nothing is refused: what cannot
    be is shown as U+FFFD."""
    group = data_coding >> 4
    if data_coding == _UCS_2 or (group == 0x0 and data_coding & 0x0C == 0x08) or group == 0xE:
        return text.decode("utf-16-be", "replace")
    if data_coding in (0x01, 0x03):
        return text.decode("ascii" if data_coding == 0x01 else "latin-1", "replace")
    if data_coding == 0x06:
        return text.decode("iso8859-5", "replace")
    if data_coding == 0x07:
        return text.decode("iso8859-8", "replace")
    if data_coding in (0x02, 0x04):
        return text.decode("latin-1")
    if default is DefaultAlphabet.LATIN_1:
        return text.decode("latin-1")
    return alphabet.decode(text)


def _octets(part: str, encoding: Encoding, default: DefaultAlphabet) -> bytes:
    if encoding is Encoding.UCS_2:
        return part.encode("utf-16-be")
    if default is DefaultAlphabet.LATIN_1:
        return part.encode("latin-1")  # `split` makes UCS-2 of what is not in it
    return alphabet.encode(part)


def _header(reference: int, total: int, number: int, bits: Reference) -> bytes:
    if bits is Reference.BITS_8:
        return bytes([5, _CONCAT_8, 3, reference, total, number])
    return bytes([6, _CONCAT_16, 4, *reference.to_bytes(2, "big"), total, number])


def _from_header(elements: bytes) -> Header | None:
    while len(elements) >= 2:
        kind, length = elements[0], elements[1]
        value = elements[2 : 2 + length]
        if (kind, len(value)) == (_CONCAT_8, 3):
            return _sane(value[0], value[1], value[2])
        if (kind, len(value)) == (_CONCAT_16, 4):
            return _sane(int.from_bytes(value[:2], "big"), value[2], value[3])
        elements = elements[2 + length :]
    return None


def _from_parameters(tlvs: Mapping[int, bytes]) -> Header | None:
    reference = tlvs.get(Tag.SAR_MSG_REF_NUM, b"")
    total = tlvs.get(Tag.SAR_TOTAL_SEGMENTS, b"")
    number = tlvs.get(Tag.SAR_SEGMENT_SEQNUM, b"")
    if not reference or len(total) != 1 or len(number) != 1:
        return None
    return _sane(int.from_bytes(reference, "big"), total[0], number[0])


def _sane(reference: int, total: int, number: int) -> Header | None:
    """A part that is none of its whole is taken as a text of its own, not lost (9.2.3.24.1)."""
    return Header(reference, total, number) if 1 <= number <= total and total > 1 else None
