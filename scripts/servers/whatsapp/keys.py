"""Keys on Curve25519, and signatures by them (XEdDSA, as Signal and WhatsApp use it)."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


class KeyPair:
    """A private key and its public one, both 32 bytes."""

    def __init__(self) -> None:
        self._key = X25519PrivateKey.generate()
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def agree(self, public: bytes) -> bytes:
        """The secret shared with who has the private key to `public`."""
        return self._key.exchange(X25519PublicKey.from_public_bytes(public))

    def sign(self, message: bytes) -> bytes:
        """64 bytes that the public key verifies."""
        raw = self._key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        clamped = bytearray(raw)
        clamped[0] &= 248
        clamped[31] = clamped[31] & 127 | 64
        a = int.from_bytes(clamped, "little")
        public = _packed(_times(a, _BASE))
        r = _hash(os.urandom(64) + message) % _L
        big_r = _packed(_times(r, _BASE))
        s = (r + _hash(big_r + public + message) * a) % _L
        signature = bytearray(s.to_bytes(32, "little"))
        signature[31] |= public[31] & 0x80
        return big_r + bytes(signature)


def derived(key: bytes, info: bytes, count: int, *, salt: bytes = bytes(32)) -> bytes:
    """HKDF with SHA-256 (RFC 5869)."""
    secret = hmac.digest(salt, key, "sha256")
    block, out, number = b"", b"", 1
    while len(out) < count:
        block = hmac.digest(secret, block + info + bytes([number]), "sha256")
        out += block
        number += 1
    return out[:count]


_Point: TypeAlias = tuple[int, int, int, int]
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P


def _hash(raw: bytes) -> int:
    return int.from_bytes(hashlib.sha512(raw).digest(), "little")


def _plus(p: _Point, q: _Point) -> _Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, p: _Point) -> _Point:
    q: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            q = _plus(q, p)
        p = _plus(p, p)
        scalar >>= 1
    return q


def _packed(p: _Point) -> bytes:
    inverse = pow(p[2], -1, _P)
    x, y = p[0] * inverse % _P, p[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _base() -> _Point:
    y = 4 * pow(5, -1, _P) % _P
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    x = x if x % 2 == 0 else _P - x
    return x, y, 1, x * y % _P


_BASE = _base()
