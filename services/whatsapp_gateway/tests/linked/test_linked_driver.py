"""What the driver tells a number's worker."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from contracts.channels import QuotedMessage
from contracts.common import FileRef
from fairlead.files import open_store
from whatsapp_gateway.domain.pieces import Kind, Piece
from whatsapp_gateway.drivers import Parcel
from whatsapp_gateway.linked.answers import NotHere
from whatsapp_gateway.linked.driver import LinkedDriver
from whatsapp_gateway.linked.keeper import Keeper
from whatsapp_gateway.linked.protocol import content

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
OURS = uuid4()
OWN, PHONE, GROUP = "351210000000", "351910000001", "120363000000000001@g.us"


class Listener:
    """A keeper whose worker is away; it keeps what it was to tell."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.told: list[Any] = []

    def ask(self, number: object, command: object) -> None:
        self.told.append(command)
        raise NotHere

    def folder(self, number: object) -> Path:
        return self._folder


def told(tmp_path: Path, piece: Piece, address: str, organisation: UUID = OURS) -> Any:
    keeper = Listener(tmp_path)
    files = open_store(str(tmp_path / "files"))
    driver = LinkedDriver(uuid4(), OWN, cast("Keeper", keeper), files)
    driver.send(Parcel(organisation, uuid4(), address, piece, "ours:1", NOW))
    return keeper.told[0]


@pytest.mark.parametrize(
    ("quoted", "sender", "words"),
    [
        (QuotedMessage(author=PHONE, text="When?"), f"{PHONE}@s.whatsapp.net", "When?"),
        (QuotedMessage(text="At nine"), f"{OWN}@s.whatsapp.net", "At nine"),
        (None, "", ""),
    ],
)
def test_a_quote_says_who_said_it_and_what(
    tmp_path: Path, quoted: QuotedMessage | None, sender: str, words: str
) -> None:
    piece = Piece(Kind.TEXT, "At ten", quotes="AAAA1", quoted=quoted)
    assert told(tmp_path, piece, GROUP).quote == content.Quote("AAAA1", sender, words)


def page(position: int, body: bytes = b"") -> bytes:
    """A page of Ogg, as far as it is read."""
    return b"OggS\x00\x00" + struct.pack("<q", position) + bytes(13) + body


VOICE = page(0, b"OpusHead\x01\x01" + struct.pack("<H", 312) + bytes(7)) + page(48_000 * 7 + 312)
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + bytes(9)
JPEG = (
    b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + bytes(14)
    + b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 480, 640) + bytes(10)
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "content_type", "body", "measured"),
    [
        (Kind.AUDIO, "audio/ogg", VOICE, (7, None, None)),
        (Kind.AUDIO, "audio/ogg", VOICE + page(-1), (7, None, None)),
        (Kind.AUDIO, "audio/ogg", b"OggS\x00 no Opus", (None, None, None)),
        (Kind.AUDIO, "audio/ogg", VOICE[:40], (None, None, None)),
        (Kind.IMAGE, "image/png", PNG, (None, 640, 480)),
        (Kind.IMAGE, "image/jpeg", JPEG, (None, 640, 480)),
        (Kind.IMAGE, "image/jpeg", JPEG[:24], (None, None, None)),
        (Kind.DOCUMENT, "application/pdf", b"%PDF", (None, None, None)),
    ],
)
def test_a_file_says_how_long_or_how_large_it_is(
    tmp_path: Path, kind: Kind, content_type: str, body: bytes, measured: tuple[int | None, ...]
) -> None:
    organisation = uuid4()
    stored = open_store(str(tmp_path / "files")).put(organisation, body)
    file = FileRef(key=stored.key, name="it", content_type=content_type, size=stored.size)
    sent = told(tmp_path, Piece(kind, file=file), PHONE, organisation).content
    assert (sent.seconds, sent.width, sent.height) == measured
