"""The line to a client: Noise XX (X25519, AES-GCM, SHA-256), then encrypted frames of nodes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
import zlib
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from neonize.proto.waCert import WACert_pb2 as certificates
from neonize.proto.waWa6 import WAWebProtobufsWa6_pb2 as wa6

from .keys import KeyPair
from .nodes import Node, decoded, encoded

_PROLOGUE = b"WA\x06\x03"
_NAME = b"Noise_XX_25519_AESGCM_SHA256\0\0\0\0"


class Authority:
    """Who the client believes: a root key, and a chain from it to the server's static key."""

    def __init__(self) -> None:
        self.root = KeyPair()
        self.static = KeyPair()
        self._between = KeyPair()

    def chain(self) -> bytes:
        """The certificates, as the handshake carries them."""
        chain: Any = certificates.CertChain()
        for certificate, serial, issuer, key, signer in (
            (chain.intermediate, 1, 0, self._between, self.root),
            (chain.leaf, 2, 1, self.static, self._between),
        ):
            now = int(time.time())
            details = certificates.CertChain.NoiseCertificate.Details(
                serial=serial,
                issuerSerial=issuer,
                key=key.public,
                notBefore=now - 3600,
                notAfter=now + 86400,
            ).SerializeToString()
            certificate.details = details
            certificate.signature = signer.sign(details)
        raw: bytes = chain.SerializeToString()
        return raw


class Line:
    """A connection whose handshake is done: nodes in, nodes out."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._buffer = b""
        self._hash = self._salt = self._key = _NAME
        self._count = self._reads = self._writes = 0
        self._read_key = self._write_key = b""
        self._sending = asyncio.Lock()
        self.payload: Any = None  # what the client says of itself

    async def shake_hands(self, authority: Authority) -> None:
        """The server's side of Noise XX."""
        while len(self._buffer) < len(_PROLOGUE):
            self._buffer += await self._socket.recv()
        assert self._buffer.startswith(_PROLOGUE)
        self._buffer = self._buffer[len(_PROLOGUE) :]
        self._mix_hash(_PROLOGUE)
        hello: Any = wa6.HandshakeMessage.FromString(await self._frame())
        theirs = hello.clientHello.ephemeral
        self._mix_hash(theirs)
        ours, static = KeyPair(), authority.static
        self._mix_hash(ours.public)
        self._mix_key(ours.agree(theirs))
        answer: Any = wa6.HandshakeMessage()
        answer.serverHello.ephemeral = ours.public
        answer.serverHello.static = self._encrypt(static.public)
        self._mix_key(static.agree(theirs))
        answer.serverHello.payload = self._encrypt(authority.chain())
        await self._send_frame(answer.SerializeToString())
        final: Any = wa6.HandshakeMessage.FromString(await self._frame())
        self._mix_key(ours.agree(self._decrypt(final.clientFinish.static)))
        self.payload = wa6.ClientPayload.FromString(self._decrypt(final.clientFinish.payload))
        self._read_key, self._write_key = self._mix_key(b"")

    async def send(self, node: Node) -> None:
        """Say a node."""
        async with self._sending:
            count, self._writes = self._writes, self._writes + 1
            sealed = AESGCM(self._write_key).encrypt(_iv(count), b"\0" + encoded(node), b"")
            await self._send_frame(sealed)

    async def receive(self) -> Node:
        """The next node that the client says."""
        raw = AESGCM(self._read_key).decrypt(_iv(self._reads), await self._frame(), b"")
        self._reads += 1
        return decoded(zlib.decompress(raw[1:]) if raw[0] & 2 else raw[1:])

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()

    async def _frame(self) -> bytes:
        while True:
            end = 3 + int.from_bytes(self._buffer[:3], "big")
            if len(self._buffer) >= 3 and len(self._buffer) >= end:
                frame, self._buffer = self._buffer[3:end], self._buffer[end:]
                return frame
            self._buffer += await self._socket.recv()

    async def _send_frame(self, frame: bytes) -> None:
        await self._socket.send(len(frame).to_bytes(3, "big") + frame)

    def _mix_hash(self, data: bytes) -> None:
        self._hash = hashlib.sha256(self._hash + data).digest()

    def _mix_key(self, secret: bytes) -> tuple[bytes, bytes]:
        temporary = hmac.digest(self._salt, secret, "sha256")
        first = hmac.digest(temporary, b"\1", "sha256")
        second = hmac.digest(temporary, first + b"\2", "sha256")
        self._salt, self._key, self._count = first, second, 0
        return first, second

    def _encrypt(self, plain: bytes) -> bytes:
        sealed = AESGCM(self._key).encrypt(_iv(self._count), plain, self._hash)
        self._count += 1
        self._mix_hash(sealed)
        return sealed

    def _decrypt(self, sealed: bytes) -> bytes:
        plain = AESGCM(self._key).decrypt(_iv(self._count), sealed, self._hash)
        self._count += 1
        self._mix_hash(sealed)
        return plain


def _iv(count: int) -> bytes:
    return bytes(8) + count.to_bytes(4, "big")
