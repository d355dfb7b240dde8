"""What the driver tells a number's worker."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from contracts.channels import QuotedMessage
from fairlead.files import open_store
from whatsapp_gateway.domain.pieces import Kind, Piece
from whatsapp_gateway.drivers import Parcel
from whatsapp_gateway.linked.driver import LinkedDriver
from whatsapp_gateway.linked.keeper import Keeper, NotHere
from whatsapp_gateway.linked.protocol import content

NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
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


def told(tmp_path: Path, piece: Piece, address: str) -> Any:
    keeper = Listener(tmp_path)
    files = open_store(str(tmp_path / "files"))
    driver = LinkedDriver(uuid4(), OWN, cast("Keeper", keeper), files)
    driver.send(Parcel(uuid4(), uuid4(), address, piece, "ours:1", NOW))
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
