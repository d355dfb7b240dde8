"""Secrets at rest, and tokens that only we could have made.

Both take the keys of FAIRLEAD_SECRET_KEYS: the first encrypts and signs, every one decrypts and
verifies. To change the key, put a new one in front, `rotate` what is stored, drop the old one.
`python -m fairlead.secrets` prints a new key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
import sys
import time
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import Internal, Unauthenticated
from .kinds import Secret

MAC: Final = 16  # bytes: half of SHA-256, the least that RFC 2104 section 5 recommends
LONGEST_TOKEN: Final = 4096  # characters; a longer text is not looked at

_ENVELOPE: Final = struct.Struct(">B16sB")  # version, organisation, length of the purpose
_VERSION: Final = 1
_NOBODY: Final = UUID(int=0)
_EXPIRY: Final = struct.Struct(">Q")  # seconds since 1970, 0 for never


def new_key() -> str:
    """A fresh random key for FAIRLEAD_SECRET_KEYS."""
    return Fernet.generate_key().decode()


class Undecryptable(Internal):
    """A stored secret was made with a key that is gone, for another row, or was damaged."""

    def __init__(self) -> None:
        super().__init__("secrets.undecryptable", "A stored secret cannot be decrypted")


class BadToken(Unauthenticated):
    """A token that we did not make, for this purpose, or not quite so."""

    def __init__(self) -> None:
        super().__init__("secrets.bad_token", "This token is not valid")


class ExpiredToken(Unauthenticated):
    """A token of ours whose time is over."""

    def __init__(self) -> None:
        super().__init__("secrets.expired_token", "This token has expired")


class Vault:
    """Encrypts secrets (Fernet: AES-128-CBC with HMAC-SHA256), each bound to where it belongs.

    Organisation and purpose stand inside of what is encrypted, so a ciphertext copied into another
    organisation's row, or into another column, does not decrypt there. `organisation` is None for
    a secret of the installation; `purpose` is a constant of at most 255 bytes, as
    `email.smtp_password`.
    """

    def __init__(self, keys: Sequence[Secret]) -> None:
        self._fernet = MultiFernet([Fernet(key.reveal()) for key in keys])

    def encrypt(self, text: str, *, organisation: UUID | None, purpose: str) -> bytes:
        """`text`, encrypted."""
        return self.encrypt_bytes(text.encode(), organisation=organisation, purpose=purpose)

    def decrypt(self, token: bytes, *, organisation: UUID | None, purpose: str) -> str:
        """The text that `encrypt` was given; raises Undecryptable."""
        return self.decrypt_bytes(token, organisation=organisation, purpose=purpose).decode()

    def encrypt_bytes(self, content: bytes, *, organisation: UUID | None, purpose: str) -> bytes:
        """`content`, encrypted."""
        return self._fernet.encrypt(_envelope(organisation, purpose) + content)

    def decrypt_bytes(self, token: bytes, *, organisation: UUID | None, purpose: str) -> bytes:
        """The bytes that `encrypt_bytes` was given; raises Undecryptable."""
        try:
            opened = self._fernet.decrypt(token)
        except InvalidToken:
            raise Undecryptable from None
        envelope = _envelope(organisation, purpose)
        if not opened.startswith(envelope):
            raise Undecryptable
        return opened[len(envelope) :]

    def rotate(self, token: bytes) -> bytes:
        """The same secret under the first key; raises Undecryptable."""
        try:
            return self._fernet.rotate(token)
        except InvalidToken:
            raise Undecryptable from None


def _envelope(organisation: UUID | None, purpose: str) -> bytes:
    name = purpose.encode()
    # The length tells where the purpose ends: no purpose is the beginning of another.
    return _ENVELOPE.pack(_VERSION, (organisation or _NOBODY).bytes, len(name)) + name


class Signer:
    """Makes tokens that carry a few bytes and cannot be forged (HMAC-SHA256).

    A token is good only for the `purpose` it was made for, a constant as `email.click`. What it
    carries can be read by everybody. Its letters are url-safe; with `folded` they are a to z and 2
    to 7 in any case, as the local part of an address wants, which mail servers may lower.
    """

    def __init__(
        self,
        keys: Sequence[Secret],
        purpose: str,
        *,
        folded: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = [derive(key, purpose) for key in keys]
        self._folded = folded
        self._clock = clock

    def sign(self, content: bytes, *, lifetime: float | None = None) -> str:
        """A token that carries `content`, good for `lifetime` seconds, or for ever."""
        expires = 0 if lifetime is None else int(self._clock() + lifetime)
        # Most tokens never expire and stand in links and addresses: for them one byte must do.
        stamp = _EXPIRY.pack(expires).lstrip(b"\0")
        signed = bytes([len(stamp)]) + stamp + content
        return self._encoded(signed + _mac(self._keys[0], signed))

    def verify(self, token: str) -> bytes:
        """What the token carries; raises BadToken or ExpiredToken."""
        raw = self._decoded(token)
        signed, mac = raw[:-MAC], raw[-MAC:]
        if not signed or not any(hmac.compare_digest(_mac(key, signed), mac) for key in self._keys):
            raise BadToken
        begin = 1 + signed[0]
        expires = int.from_bytes(signed[1:begin])
        if expires and self._clock() >= expires:
            raise ExpiredToken
        return signed[begin:]

    def _encoded(self, raw: bytes) -> str:
        if self._folded:
            return base64.b32encode(raw).decode().rstrip("=").lower()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def _decoded(self, token: str) -> bytes:
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise BadToken
        try:
            if self._folded:
                token = token.lower()
                raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
            else:
                raw = base64.b64decode(
                    token + "=" * (-len(token) % 4), altchars=b"-_", validate=True
                )
        except (binascii.Error, ValueError):
            raise BadToken from None
        # The last letter has bits that carry nothing: one content has one token, not sixteen.
        if self._encoded(raw) != token:
            raise BadToken
        return raw


def derive(key: Secret, purpose: str) -> bytes:
    """A key for this purpose alone (RFC 5869), so that no token passes for another kind."""
    kdf = HKDF(SHA256(), length=32, salt=None, info=f"fairlead.signer:{purpose}".encode())
    return kdf.derive(base64.urlsafe_b64decode(key.reveal()))


def _mac(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, "sha256")[:MAC]


if __name__ == "__main__":
    sys.stdout.write(f"{new_key()}\n")
