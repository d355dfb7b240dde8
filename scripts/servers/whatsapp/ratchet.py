"""End-to-end encryption of one person's phone (Signal: X3DH, double ratchet), as far as tests need.

Each message to the client begins a session of its own with a fresh prekey; what the client says is
decrypted in whichever session it uses.
"""

from __future__ import annotations

import hmac
import random
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .keys import KeyPair, derived

VERSION = 0x33
_TYPE = b"\5"  # before each public key: Curve25519


@dataclass(frozen=True)
class Bundle:
    """The client's public keys, as it uploaded them."""

    identity: bytes
    signed: bytes
    signed_id: int
    once: bytes
    once_id: int


@dataclass
class _Session:
    """What is needed to read what the client says in it."""

    root: bytes
    ours: KeyPair
    chains: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)  # key and its number


class Phone:
    """A person's keys and sessions."""

    def __init__(self) -> None:
        self.identity = KeyPair()
        self.signed = KeyPair()
        self.once = KeyPair()
        self.registration = random.randrange(1, 16000)  # noqa: S311 — a name, no secret
        self._sessions: list[_Session] = []

    def encrypt(self, plain: bytes, to: Bundle) -> bytes:
        """A message that begins a session (PreKeySignalMessage)."""
        base, ratchet = KeyPair(), KeyPair()
        secret = (
            b"\xff" * 32
            + self.identity.agree(to.signed)
            + base.agree(to.identity)
            + base.agree(to.signed)
            + base.agree(to.once)
        )
        root = derived(secret, b"WhisperText", 64)[:32]
        root, chain = _ratcheted(root, ratchet.agree(to.signed))
        self._sessions.append(_Session(root, ratchet))
        cipher, mac_key, iv = _message_keys(chain)
        sealed = _aes(cipher, iv, _padded(plain, 16), encrypt=True)
        body = bytes([VERSION]) + _bytes(1, _TYPE + ratchet.public) + _int(2, 0) + _int(3, 0)
        body += _bytes(4, sealed)
        parties = _TYPE + self.identity.public + _TYPE + to.identity
        mac = hmac.digest(mac_key, parties + body, "sha256")[:8]
        return (
            bytes([VERSION])
            + _int(5, self.registration)
            + _int(1, to.once_id)
            + _bytes(2, _TYPE + base.public)
            + _bytes(3, _TYPE + self.identity.public)
            + _bytes(4, body + mac)
            + _int(6, to.signed_id)
        )

    def decrypt(self, kind: str, sealed: bytes) -> bytes:
        """What the client said: `pkmsg` begins a session, `msg` goes on with one."""
        if kind == "pkmsg":
            fields = _fields(sealed[1:])
            theirs, base = fields[3][1:], fields[2][1:]
            secret = (
                b"\xff" * 32
                + self.signed.agree(theirs)
                + self.identity.agree(base)
                + self.signed.agree(base)
                + (self.once.agree(base) if 1 in fields else b"")
            )
            root = derived(secret, b"WhisperText", 64)[:32]
            return self._read(_Session(root, self.signed), fields[4])
        for session in reversed(self._sessions):
            try:
                return self._read(session, sealed)
            except ValueError:
                continue
        raise ValueError("no session fits")

    @staticmethod
    def _read(session: _Session, sealed: bytes) -> bytes:
        fields = _fields(sealed[1:-8])
        theirs, wanted = fields[1][1:], int.from_bytes(fields.get(2, b"\0"), "big")
        if theirs not in session.chains:
            _, chain = _ratcheted(session.root, session.ours.agree(theirs))
            session.chains[theirs] = chain, 0
        chain, number = session.chains[theirs]
        for _ in range(number, wanted):
            chain = hmac.digest(chain, b"\2", "sha256")
        cipher, _, iv = _message_keys(chain)
        plain = _unpadded(_aes(cipher, iv, fields[4], encrypt=False))
        session.chains[theirs] = chain, wanted
        return plain


def padded(message: bytes) -> bytes:
    """WhatsApp's own padding around a message, below Signal's."""
    return message + b"\1"


def unpadded(plain: bytes) -> bytes:
    """The message that `padded` was given."""
    return plain[: -plain[-1]]


def _ratcheted(root: bytes, secret: bytes) -> tuple[bytes, bytes]:
    keys = derived(secret, b"WhisperRatchet", 64, salt=root)
    return keys[:32], keys[32:]


def _message_keys(chain: bytes) -> tuple[bytes, bytes, bytes]:
    keys = derived(hmac.digest(chain, b"\1", "sha256"), b"WhisperMessageKeys", 80)
    return keys[:32], keys[32:64], keys[64:80]


def _aes(key: bytes, iv: bytes, data: bytes, *, encrypt: bool) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv))
    step = cipher.encryptor() if encrypt else cipher.decryptor()
    return step.update(data) + step.finalize()


def _padded(plain: bytes, block: int) -> bytes:
    count = block - len(plain) % block
    return plain + bytes([count]) * count


def _unpadded(plain: bytes) -> bytes:
    count = plain[-1]
    if not 1 <= count <= 16 or plain[-count:] != bytes([count]) * count:
        raise ValueError("the padding is wrong: another key")
    return plain[:-count]


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _int(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _fields(raw: bytes) -> dict[int, bytes]:
    """The fields of a protobuf message, numbers as big-endian bytes."""
    fields, at = {}, 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = raw[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    while at < len(raw):
        tag = number()
        if tag & 7 == 0:
            fields[tag >> 3] = number().to_bytes(8, "big")
        else:
            count = number()
            fields[tag >> 3] = raw[at : at + count]
            at += count
    return fields
