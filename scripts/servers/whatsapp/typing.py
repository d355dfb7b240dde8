"""Pairing by a code that is typed on the phone: the phone's part, and the server's between both.

Both sides prove by the code that nobody stands between them: each hides its key for this once under
a key made of the code. What they then share seals the secret that the device's identity is signed
with.
"""

from __future__ import annotations

import asyncio
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from .keys import KeyPair, derived
from .nodes import Jid, Node

SERVER = Jid("@s.whatsapp.net")
ROUNDS = 2 << 16
_TAG = "link_code_companion_reg"


class TypedCode:
    """One device that asked for a code. `linked` is its identity and the secret, once a phone has
    taken it."""

    def __init__(self, account: KeyPair, *, refused: str = "") -> None:
        self.linked: asyncio.Future[tuple[bytes, bytes]] = (
            asyncio.get_running_loop().create_future()
        )
        self.phone = ""
        self._account = account
        self._refused = refused
        self._once = KeyPair()
        self._ref = os.urandom(16)
        self._code = ""
        self._hidden = b""  # the device's key for this once, under the code

    def answer(self, node: Node) -> Node | None:
        """What the server says to a question of the device's; None where it is about others."""
        if (asked := node.child(_TAG)) is None:
            return None
        about = {"from": SERVER, "id": node.attrs["id"], "type": "result"}
        if asked.attrs["stage"] == "companion_hello":
            if self._refused:
                error = Node("error", {"code": self._refused, "text": "rate-overlimit"})
                return Node("iq", {**about, "type": "error"}, [error])
            self.phone = Jid(asked.attrs["jid"]).user
            self._hidden = asked.need("link_code_pairing_wrapped_companion_ephemeral_pub").data
            inside = Node(_TAG, {}, [Node("link_code_pairing_ref", {}, self._ref)])
            return Node("iq", about, [inside])
        self._finish(asked)
        return Node("iq", about)

    def typed(self, code: str) -> Node:
        """The phone's part, once a person has typed the code there."""
        self._code = code.replace("-", "")
        salt, start = os.urandom(32), os.urandom(16)
        hidden = salt + start + _hidden(self._code, salt, start, self._once.public)
        inside = [
            Node("link_code_pairing_ref", {}, self._ref),
            Node("link_code_pairing_wrapped_primary_ephemeral_pub", {}, hidden),
            Node("primary_identity_pub", {}, self._account.public),
        ]
        about = {"from": SERVER, "id": "typed1", "type": _TAG, "t": "1764500000"}
        return Node("notification", about, [Node(_TAG, {"stage": "primary_hello"}, inside)])

    def _finish(self, asked: Node) -> None:
        assert asked.need("link_code_pairing_ref").data == self._ref
        salt, start, theirs = self._hidden[:32], self._hidden[32:48], self._hidden[48:]
        shared = self._once.agree(_hidden(self._code, salt, start, theirs))
        bundle = asked.need("link_code_pairing_wrapped_key_bundle").data
        info = b"link_code_pairing_key_bundle_encryption_key"
        key = derived(shared, info, 32, salt=bundle[:32])
        try:
            plain = AESGCM(key).decrypt(bundle[32:44], bundle[44:], None)
        except InvalidTag:
            return  # another code was typed: the phone says so to its owner, and nobody else
        identity, account, chance = plain[:32], plain[32:64], plain[64:]
        assert identity == asked.need("companion_identity_public").data
        assert account == self._account.public
        secret = shared + self._account.agree(identity) + chance
        self.linked.set_result((identity, derived(secret, b"adv_secret", 32)))


def _hidden(code: str, salt: bytes, start: bytes, key: bytes) -> bytes:
    """A key under the code, or back again."""
    made = hashlib.pbkdf2_hmac("sha256", code.encode(), salt, ROUNDS, 32)
    return Cipher(AES(made), CTR(start)).encryptor().update(key)
