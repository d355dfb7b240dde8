"""The keys by which linked numbers' sessions are sealed.

Each number has one of its own, made by chance, in its folder and encrypted by the vault: the folder
is of use to nobody without the installation's keys, and a session ends for good with its key.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from uuid import UUID

from fairlead.secrets import Vault

from .protocol.commands import SESSION_KEY

PURPOSE: Final = "whatsapp session"
NAME: Final = "session.key"


class SessionKeys:
    """Keys in the numbers' folders."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(self, folder: Path, organisation: UUID) -> bytes:
        """The key of the number with this folder, made where there is none. Raises Undecryptable
        where the installation's key is gone, and OSError."""
        path = folder / NAME
        if path.exists():
            sealed = path.read_bytes()
            return self._vault.decrypt_bytes(sealed, organisation=organisation, purpose=PURPOSE)
        key = os.urandom(SESSION_KEY)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with open(unfinished, "wb", opener=_private) as file:
            file.write(self._vault.encrypt_bytes(key, organisation=organisation, purpose=PURPOSE))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
