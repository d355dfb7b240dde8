"""The bodies of PDUs (SMPP 3.4, chapter 4): from fields to octets and back.

What comes is read kindly: optional parameters that nobody knows are kept, and a body that ends
early, as many carriers' answers do, has the fields that it has. What cannot be read raises
Malformed; the frame around it is known all the same, so that it is answered and nothing stops.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from .commands import RESPONSE, Command, Status
from .stream import Raw

INTERFACE_VERSION = 0x34
LONGEST_SHORT_MESSAGE = 254
_TLV = struct.Struct(">HH")

Tlvs = Mapping[int, bytes]


class Malformed(ValueError):
    """The body of a PDU is not what its command says."""


@dataclass(frozen=True, slots=True)
class Address:
    """A number or name with what kind it is (5.2.5, 5.2.6)."""

    digits: str
    ton: int = 0
    npi: int = 0


ANY_ADDRESS = Address("")


@dataclass(frozen=True, slots=True)
class Bind:
    """Signing in (4.1)."""

    system_id: str
    password: str
    system_type: str = ""
    address_range: Address = ANY_ADDRESS

    def body(self) -> bytes:
        """The octets."""
        scope = self.address_range
        return (
            _string(self.system_id, 16, "system_id")
            + _string(self.password, 9, "password")
            + _string(self.system_type, 13, "system_type")
            + bytes([INTERFACE_VERSION, scope.ton, scope.npi])
            + _string(scope.digits, 41, "address_range")
        )


@dataclass(frozen=True, slots=True)
class Short:
    """A message on its way: submit_sm or deliver_sm, which have the same fields (4.4, 4.6)."""

    source: Address
    destination: Address
    text: bytes
    data_coding: int = 0
    esm_class: int = 0
    registered_delivery: int = 0
    service_type: str = ""
    protocol_id: int = 0
    priority: int = 0
    schedule: str = ""
    validity: str = ""
    replace: int = 0
    default_message_id: int = 0
    tlvs: Tlvs = field(default_factory=dict)

    def body(self) -> bytes:
        """The octets. ValueError for what does not fit."""
        if len(self.text) > LONGEST_SHORT_MESSAGE:
            raise ValueError(f"short_message: {len(self.text)} octets are too many")
        return (
            _string(self.service_type, 6, "service_type")
            + _address(self.source, "source_addr")
            + _address(self.destination, "destination_addr")
            + bytes([self.esm_class, self.protocol_id, self.priority])
            + _string(self.schedule, 17, "schedule_delivery_time")
            + _string(self.validity, 17, "validity_period")
            + bytes([self.registered_delivery, self.replace, self.data_coding])
            + bytes([self.default_message_id, len(self.text)])
            + self.text
            + _tlvs(self.tlvs)
        )


@dataclass(frozen=True, slots=True)
class Data:
    """data_sm, which some carriers send receipts in (4.7): the text is an optional parameter."""

    source: Address
    destination: Address
    data_coding: int = 0
    esm_class: int = 0
    registered_delivery: int = 0
    service_type: str = ""
    tlvs: Tlvs = field(default_factory=dict)

    def body(self) -> bytes:
        """The octets."""
        return (
            _string(self.service_type, 6, "service_type")
            + _address(self.source, "source_addr", most=65)
            + _address(self.destination, "destination_addr", most=65)
            + bytes([self.esm_class, self.registered_delivery, self.data_coding])
            + _tlvs(self.tlvs)
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a message: what the other side calls it (4.4.2)."""

    message_id: str
    tlvs: Tlvs = field(default_factory=dict)

    def body(self) -> bytes:
        """The octets."""
        return _string(self.message_id, 65, "message_id") + _tlvs(self.tlvs)


def read_short(raw: Raw) -> Short:
    """A submit_sm or deliver_sm. Raises Malformed."""
    body = _Reader(raw.body)
    service_type = body.string()
    source, destination = body.address(), body.address()
    esm_class, protocol_id, priority = body.octet(), body.octet(), body.octet()
    schedule, validity = body.string(), body.string()
    registered_delivery, replace, data_coding = body.octet(), body.octet(), body.octet()
    default_message_id, length = body.octet(), body.octet()
    return Short(
        source=source,
        destination=destination,
        text=body.octets(length),
        data_coding=data_coding,
        esm_class=esm_class,
        registered_delivery=registered_delivery,
        service_type=service_type,
        protocol_id=protocol_id,
        priority=priority,
        schedule=schedule,
        validity=validity,
        replace=replace,
        default_message_id=default_message_id,
        tlvs=body.tlvs(),
    )


def read_data(raw: Raw) -> Data:
    """A data_sm. Raises Malformed."""
    body = _Reader(raw.body)
    service_type = body.string()
    source, destination = body.address(), body.address()
    esm_class, registered_delivery, data_coding = body.octet(), body.octet(), body.octet()
    return Data(
        source=source,
        destination=destination,
        data_coding=data_coding,
        esm_class=esm_class,
        registered_delivery=registered_delivery,
        service_type=service_type,
        tlvs=body.tlvs(),
    )


def read_bind(raw: Raw) -> Bind:
    """A bind, for who plays the message centre. Raises Malformed."""
    body = _Reader(raw.body)
    system_id, password, system_type = body.string(), body.string(), body.string()
    body.octet()
    ton, npi = body.octet(), body.octet()
    return Bind(system_id, password, system_type, Address(body.string(), ton, npi))


def read_taken(raw: Raw) -> Taken:
    """The answer to a message; a refusal has no body (4.4.2)."""
    body = _Reader(raw.body)
    return Taken(body.string() if raw.body else "", body.tlvs())


def request(command: Command, sequence: int, body: bytes = b"") -> Raw:
    """A PDU that asks."""
    return Raw(command, Status.OK, sequence, body)


def answer(asked: Raw, status: int = Status.OK, body: bytes = b"") -> Raw:
    """The PDU that answers `asked`."""
    return Raw(asked.command | RESPONSE, status, asked.sequence, body)


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def octet(self) -> int:
        return self.octets(1)[0]

    def octets(self, count: int) -> bytes:
        found = self._body[self._at : self._at + count]
        if len(found) < count:
            raise Malformed(f"it ends {count - len(found)} octets too early")
        self._at += count
        return found

    def string(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Malformed("a string has no end")
        found = self._body[self._at : end]
        self._at = end + 1
        # Nothing but ASCII is allowed; what carriers send all the same is not worth a refusal.
        return found.decode("latin-1")

    def address(self) -> Address:
        ton, npi = self.octet(), self.octet()
        return Address(self.string(), ton, npi)

    def tlvs(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        while len(self._body) - self._at >= _TLV.size:
            tag, length = _TLV.unpack(self.octets(_TLV.size))
            found[tag] = self.octets(length)
        # One carrier or another pads the end with less than a parameter's header.
        return found


def _string(text: str, most: int, name: str) -> bytes:
    """A C-octet string of at most `most` octets, its end included (3.1)."""
    try:
        octets = text.encode("ascii")
    except UnicodeEncodeError:
        raise ValueError(f"{name}: must be ASCII") from None
    if b"\0" in octets:
        raise ValueError(f"{name}: holds a NUL")
    if len(octets) >= most:
        raise ValueError(f"{name}: longer than {most - 1} characters")
    return octets + b"\0"


def _address(address: Address, name: str, most: int = 21) -> bytes:
    return bytes([address.ton, address.npi]) + _string(address.digits, most, name)


def _tlvs(tlvs: Tlvs) -> bytes:
    return b"".join(_TLV.pack(tag, len(value)) + value for tag, value in tlvs.items())
