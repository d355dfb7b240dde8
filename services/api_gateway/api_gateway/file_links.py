"""Addresses of files that work without signing in, for a while.

A browser's <img> sends no token, and a guest has none. Such an address carries all that is needed
to hand the content out, signed, so that following it asks no service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from contracts.inbox import FileLink
from fairlead.files import hash_of, key_of
from fairlead.secrets import Signer
from fairlead.settings import Secret

from .handing_out import Handout

PATH: Final = "/f/"


class _Carried(msgspec.Struct, array_like=True):
    organisation: bytes
    sha256: bytes
    size: int
    name: str
    media_type: str
    shown: bool


class FileLinks:
    """Makes and reads them. `public_url` is where they begin."""

    def __init__(self, keys: Sequence[Secret], public_url: str) -> None:
        self._signer = Signer(keys, "gateway.file")
        self._public_url = public_url.rstrip("/")

    def make(self, file: Handout, seconds: int) -> FileLink:
        """An address of `file`, good for so long."""
        carried = _Carried(
            file.organisation.bytes,
            bytes.fromhex(hash_of(file.organisation, file.key)),
            file.size,
            file.name,
            file.media_type,
            file.shown,
        )
        token = self._signer.sign(msgspec.msgpack.encode(carried), lifetime=seconds)
        until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
        return FileLink(url=f"{self._public_url}{PATH}{token}", expires_at=until)

    def read(self, token: str) -> Handout:
        """What an address stands for; raises BadToken and ExpiredToken."""
        carried = msgspec.msgpack.decode(self._signer.verify(token), type=_Carried)
        organisation = UUID(bytes=carried.organisation)
        return Handout(
            organisation,
            key_of(organisation, carried.sha256.hex()),
            carried.size,
            carried.name,
            carried.media_type,
            carried.shown,
        )
