"""Commands and events as bytes, checked at the door: what does not decode is `Unknown`."""

from __future__ import annotations

import msgspec

from .commands import Command
from .events import Durable, Event
from .frames import frame

_encoder = msgspec.json.Encoder()
_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_events: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_durables: msgspec.json.Decoder[Durable] = msgspec.json.Decoder(Durable)


class Unknown(Exception):
    """A frame that this side does not understand: of a newer version, or damaged."""


def encoded(said: Command | Event) -> bytes:
    """`said` as a frame. Raises ValueError where it is too long."""
    return frame(_encoder.encode(said))


def command(body: bytes) -> Command:
    """What the service said. Fields that nobody knows are passed over. Raises Unknown."""
    try:
        return _commands.decode(body)
    except msgspec.DecodeError as error:
        raise Unknown(str(error)) from None


def event(body: bytes) -> Event:
    """What the worker said. Fields that nobody knows are passed over. Raises Unknown."""
    try:
        return _events.decode(body)
    except msgspec.DecodeError as error:
        raise Unknown(str(error)) from None


def packed(body: Durable) -> bytes:
    """Something durable for the spool."""
    return _encoder.encode(body)


def unpacked(stored: bytes) -> Durable:
    """What `packed` was given; raises Unknown, as after a downgrade."""
    try:
        return _durables.decode(stored)
    except msgspec.DecodeError as error:
        raise Unknown(str(error)) from None
